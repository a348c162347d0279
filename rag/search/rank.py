"""What speaks for each candidate paper, joined into one score.

Four parts, each scaled to 0..1 within the query: the meaning of the paper's best passage and of
its best sentence (cosine), its words (BM25), and how much of the question it covers (share of the
idf of the question's words that the paper has at all, whatever their number and its length).
The weights were fitted on training questions; `ranking.json` says by which command.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

Scores = Mapping[str, float]  # paper id → value
PARTS = ("dense", "sentence", "keyword", "coverage")


@dataclass(frozen=True, slots=True)
class Weights:
    """What each part counts in the score; a part of weight 0 is not even searched for."""

    dense: float = 0.0
    sentence: float = 0.0
    keyword: float = 0.0
    coverage: float = 0.0

    def without(self, part: str) -> Weights:
        """The same weights for the other parts; for measuring what one of them brings."""
        return dataclasses.replace(self, **{part: 0.0})


@functools.cache
def fitted_weights() -> Weights:
    """The weights that ship with the package."""
    text = resources.files("rag.search").joinpath("ranking.json").read_text("utf-8")
    return Weights(**json.loads(text)["weights"])


@dataclass(frozen=True, slots=True)
class Candidates:
    """The papers that any search found, with the raw value of each part where it is known."""

    dense: Scores
    sentence: Scores
    keyword: Scores
    coverage: Scores

    def scores(self, weights: Weights) -> dict[str, float]:
        """Weighted mean of the parts of every candidate, 0..1; an unknown part counts 0."""
        total = sum(getattr(weights, part) for part in PARTS) or 1.0
        scores: dict[str, float] = dict.fromkeys(
            [*self.dense, *self.keyword, *self.coverage, *self.sentence], 0.0
        )
        for part in PARTS:
            share = getattr(weights, part) / total
            for paper_id, value in (scaled(getattr(self, part)) if share else {}).items():
                scores[paper_id] += share * value
        return scores

    def leads(self, paper_ids: Iterable[str]) -> dict[str, dict[str, float]]:
        """For each paper and part, how far it stands before the mean of the best five others.

        Words in shares of the best paper's. Where fewer others were found, those missing count
        as the usual one.
        """
        best = max(self.keyword.values(), default=1.0)
        keyword = {key: value / best for key, value in self.keyword.items()}
        parts = dict(zip(PARTS, (self.dense, self.sentence, keyword, self.coverage), strict=True))
        first = {part: _first(values) for part, values in parts.items()}
        return {
            paper_id: {
                part: _lead(paper_id, values.get(paper_id, 0.0), first[part], _USUAL[part])
                for part, values in parts.items()
            }
            for paper_id in paper_ids
        }


_NEXT = 5
# About the mean of the next five over the questions that the weights were fitted on.
_USUAL = {"dense": 0.45, "sentence": 0.45, "keyword": 0.55, "coverage": 0.5}


def _first(values: Scores) -> list[tuple[str, float]]:
    """The best papers of a part, one more than are needed: one may be held against the others."""
    return sorted(values.items(), key=operator.itemgetter(1), reverse=True)[: _NEXT + 1]


def _lead(paper_id: str, own: float, first: Sequence[tuple[str, float]], usual: float) -> float:
    best = [value for key, value in first if key != paper_id][:_NEXT]
    best += [min(usual, own)] * (_NEXT - len(best))
    return own - sum(best) / _NEXT


def scaled(values: Scores) -> dict[str, float]:
    """Values drawn out to 0..1; all 1 where they are equal."""
    if not values:
        return {}
    low, high = min(values.values()), max(values.values())
    if high == low:
        return dict.fromkeys(values, 1.0)
    return {key: (value - low) / (high - low) for key, value in values.items()}


def blended(first: Scores, second: Scores) -> dict[str, float]:
    """The mean of two scores, each scaled, for the papers that have both.

    Drawn out between the best paper of `first` and the best that only `first` knows, so that the
    others stay behind.
    """
    own = {key: first[key] for key in second}
    low = max((v for key, v in first.items() if key not in own), default=min(own.values()))
    high = max(low, *own.values())
    one, two = scaled(own), scaled(second)
    return {key: low + (high - low) * (one[key] + two[key]) / 2 for key in own}
