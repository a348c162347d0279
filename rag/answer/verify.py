"""Checks on sentences that a model wrote: citations, and agreement with the cited words.

Citations go only to evidence of this turn. A sentence whose cited words do not carry it is given
to other evidence of the turn that does, fully; else it is struck, never shown with a citation.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.claim import ClaimJudge
from rag.answer.judgement import Judgement, Passage, carrying
from rag.answer.quantities import figures
from rag.base.text import sentence_spans
from rag.base.types import Evidence, Support

__all__ = ["MARKER", "Checked", "Checking", "check_written", "figures", "split_marked"]

MARKER = re.compile(r"\s*\[\s*E\d+(?:\s*[,;]\s*E\d+)*\s*\]")
_KEY = re.compile(r"E\d+")
_WHOLE_QUOTE = re.compile('[“"]([^“”"]+)[”"][.]?')
_UNSETTLED = 2  # pieces at the end of a growing text: a marker may follow the full stop
_STRUCK = ("unsupported", "contradicted")


@dataclass(frozen=True, slots=True)
class Checked:
    """A written sentence without its markers, the evidence it may cite, and the outcome.

    `why` says in a few words what forbids a sentence that is struck.
    """

    text: str
    evidence: tuple[Evidence, ...]
    support: Support
    why: str = ""


class Checking:
    """The checks of one answer; sentences settle while it is being written, each once."""

    def __init__(
        self, keyed: Mapping[str, Evidence], question: str, judge: ClaimJudge | None = None
    ) -> None:
        self._keyed = keyed
        self._question = question
        self._judge = judge or _words_alone()
        self._settled: dict[str, Checked] = {}

    def settle(self, text: str) -> None:
        """Check what is complete of a text that is still growing."""
        for piece in split_marked(text)[:-_UNSETTLED]:
            self._check(piece)

    def outcome(self, text: str) -> list[Checked]:
        """All sentences of the whole text with their outcomes."""
        checked = (self._check(piece) for piece in split_marked(text))
        return [sentence for sentence in checked if any(c.isalnum() for c in sentence.text)]

    def _check(self, piece: str) -> Checked:
        if piece not in self._settled:
            self._settled[piece] = _checked(piece, self._keyed, self._question, self._judge)
        return self._settled[piece]


def check_written(
    text: str, keyed: Mapping[str, Evidence], question: str, judge: ClaimJudge | None = None
) -> list[Checked]:
    """Split a written answer into sentences and judge each against what it cites."""
    return Checking(keyed, question, judge).outcome(text)


def split_marked(text: str) -> list[str]:
    """Sentences with their markers; a marker after the full stop belongs to the sentence before."""
    # Markers are moved before the stop, so that the border comes after them.
    moved = re.sub(rf"([.!?][”\"]?)((?:{MARKER.pattern})+)", r"\2\1", text)
    return [moved[a:b] for a, b in sentence_spans(moved)]


def _checked(
    piece: str, keyed: Mapping[str, Evidence], question: str, judge: ClaimJudge
) -> Checked:
    keys = [key for marker in MARKER.findall(piece) for key in _KEY.findall(marker)]
    cited = tuple(dict.fromkeys(keyed[key] for key in keys if key in keyed))
    bare = re.sub(r"\s+([.,;!?])", r"\1", MARKER.sub("", piece)).strip()
    if not cited:
        return Checked(bare, (), "unsupported", "no citation")
    (found,) = judge.judge(bare, [Passage(cited)], question)
    if found.support in _STRUCK:
        found = _elsewhere(bare, found, keyed, question, judge) or found
    return Checked(bare, found.passage.evidence, _quoted(bare, found), found.objection)


def _elsewhere(
    sentence: str,
    cited: Judgement,
    keyed: Mapping[str, Evidence],
    question: str,
    judge: ClaimJudge,
) -> Judgement | None:
    """Other evidence of this turn that carries a sentence fully, each tried alone."""
    others = [Passage((e,)) for e in dict.fromkeys(keyed.values())]
    others = [other for other in others if other.evidence != cited.passage.evidence]
    judged = judge.judge(sentence, others, question)
    return max(carrying([*judged, cited]), key=lambda found: found.score, default=None)


def _quoted(sentence: str, found: Judgement) -> Support:
    """The outcome; a sentence that is nothing but a quotation, word for word, is "quoted"."""
    whole = _WHOLE_QUOTE.fullmatch(sentence)
    if whole and whole.group(1).strip(" .") in found.passage.text:
        return "quoted"
    return found.support


@functools.cache
def _words_alone() -> ClaimJudge:
    return ClaimJudge()
