"""An answer while it is being put together: sentences, and citations numbered as they come."""

from __future__ import annotations

from rag.base.types import Citation, Paper, Sentence, Support


class Draft:
    """Collects sentences and gives every quoted place one number."""

    def __init__(self) -> None:
        self.sentences: list[Sentence] = []
        self.citations: list[Citation] = []
        self._numbers: dict[tuple[str, int, int], int] = {}

    def cite(self, paper: Paper, start: int, end: int) -> int:
        """The number of a quoted place; the same place keeps its number."""
        place = (paper.id, start, end)
        if place not in self._numbers:
            number = len(self._numbers) + 1
            self._numbers[place] = number
            self.citations.append(Citation(number, paper, paper.text[start:end], start, end))
        return self._numbers[place]

    def say(self, text: str, citations: tuple[int, ...], support: Support) -> Sentence:
        """Add a sentence."""
        sentence = Sentence(text, citations, support)
        self.sentences.append(sentence)
        return sentence
