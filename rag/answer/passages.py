"""Which sentences of a paper a claim is held against: the likest, alone and two together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from rag.answer.judgement import Passage
from rag.answer.quantities import check_figures
from rag.answer.wording import kin_in, spelled_out, telling_words, wording, worth
from rag.base.types import Evidence, Paper

_WORDS_WEIGHT = 0.6
_ALONE, _TOGETHER = 4, 3  # sentences of one paper that are read, and of which pairs are


def passages_of(
    claim: str, paper: Paper, spans: Sequence[tuple[int, int]], cosines: Sequence[float]
) -> list[Passage]:
    """The passages of one paper that may say what a claim says, likest first."""
    rated = sorted(
        (
            (
                _likeness(claim, spelled_out(paper.abstract[start:end], paper.abstract), cosine),
                start,
                end,
                cosine,
            )
            for (start, end), cosine in zip(spans, cosines, strict=True)
        ),
        key=lambda one: (-one[0], one[1]),
    )
    every = [
        Passage((Evidence(paper, start, end, paper.abstract[start:end], round(score, 6)),), cosine)
        for score, start, end, cosine in rated
    ]
    together = list(itertools.combinations(every[:_TOGETHER], 2))
    return [*every[:_ALONE], *map(_joined, [*together, *_with_figures(claim, every)])]


def _with_figures(claim: str, every: Sequence[Passage]) -> Iterator[tuple[Passage, Passage]]:
    """The likest sentence, with another that has the figures of the claim which it lacks."""
    lacking = check_figures(claim, every[0].text).missing if every else 0
    if not lacking:
        return
    rated = [
        (check_figures(claim, f"{every[0].text} {other.text}").missing, i)
        for i, other in enumerate(every[_TOGETHER:], start=_TOGETHER)
    ]
    fewest, place = min(rated, default=(lacking, 0))
    if fewest < lacking:
        yield every[0], every[place]


def _joined(pair: tuple[Passage, Passage]) -> Passage:
    both = sorted((e for passage in pair for e in passage.evidence), key=lambda e: e.start)
    return Passage(tuple(both), max(passage.cosine or 0.0 for passage in pair))


def _likeness(claim: str, sentence: str, cosine: float) -> float:
    there = {word.stem for word in wording(sentence)}
    asked = telling_words(claim)
    total = sum(worth(word.stem) for word in asked) or 1.0
    met = sum(worth(word.stem) for word in asked if kin_in(word.stem, there) is not None)
    return cosine + _WORDS_WEIGHT * met / total
