"""The library in memory as the Library screen needs it: found, narrowed, counted, sorted.

Made once for each revision of the library. A question to it takes a few milliseconds at 50,000
papers; it knows nothing of the page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from rag.answer.records import family_name
from rag.base.text import fold
from rag.base.types import Paper

Order = Literal["newest", "oldest", "title", "author", "score", "added"]
FACETS = ("year", "category", "org", "author", "kind", "code")
_MOST_VALUES = 300  # of one facet, those with the most papers


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked for: words, and for each facet any of these values."""

    words: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    order: Order = "newest"

    def without(self, facet: str) -> Choice:
        """The same with one facet left open."""
        return replace(self, values={k: v for k, v in self.values.items() if k != facet})

    @property
    def is_open(self) -> bool:
        """True when every paper is shown."""
        return not self.words.strip() and not any(self.values.values())


class Shelf:
    """All papers of one revision, by their places 0, 1, 2 … in the order of adding."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = papers
        self._texts = [_searched(paper) for paper in papers]
        self._facets = {facet: _inverted(papers, facet) for facet in FACETS}
        self._places = {paper.id: place for place, paper in enumerate(papers)}
        self._orders: dict[str, np.ndarray] = {}
        self.drawings: dict[Hashable, Any] = {}  # kept by who draws them, as long as this revision

    def find(self, choice: Choice) -> list[int]:
        """Places of the papers that are looked for, in the order that is wished for."""
        wanted = self._mask(choice)
        order = self._order(choice.order)
        found: list[int] = order[wanted[order]].tolist()
        return found

    def counts(self, facet: str, choice: Choice) -> dict[str, int]:
        """How many papers each value of a facet would leave, the other conditions held; most first.

        Values that would leave none are left out, unless they are chosen.
        """
        wanted = self._mask(choice.without(facet))
        chosen = set(choice.values.get(facet, ()))
        counted = {
            value: int(np.count_nonzero(wanted[places]))
            for value, places in self._facets[facet].items()
        }
        return {value: count for value, count in counted.items() if count or value in chosen}

    def place(self, paper_id: str) -> int | None:
        """Where a paper stands."""
        return self._places.get(paper_id)

    def _mask(self, choice: Choice) -> np.ndarray:
        wanted = np.ones(len(self.papers), dtype=bool)
        for facet, values in choice.values.items():
            if values:
                allowed = np.zeros(len(self.papers), dtype=bool)
                for value in values:
                    allowed[self._facets[facet].get(value, _NOWHERE)] = True
                wanted &= allowed
        words = fold(choice.words).split()
        if words:
            has = (all(word in text for word in words) for text in self._texts)
            wanted &= np.fromiter(has, dtype=bool, count=len(self._texts))
        return wanted

    def _order(self, order: Order) -> np.ndarray:
        if order not in self._orders:
            keys = [_key(place, paper, order) for place, paper in enumerate(self.papers)]
            places = sorted(range(len(keys)), key=keys.__getitem__, reverse=order in _DOWN)
            self._orders[order] = np.array(places, dtype=np.int64)
        return self._orders[order]


_NOWHERE = np.zeros(0, dtype=np.int64)
_DOWN = ("newest", "score", "added")


def values_of(paper: Paper, facet: str) -> Iterator[str]:
    """What a paper has of a facet."""
    if facet == "author":
        yield from dict.fromkeys(paper.authors)
    elif facet == "org":
        yield from dict.fromkeys(paper.orgs)
    elif facet == "kind":
        yield from dict.fromkeys(source.kind for source in paper.sources)
    elif facet == "code":
        yield "with code" if paper.has_code else "without code"
    else:
        yield from (str(value) for value in (getattr(paper, facet),) if value)


def _inverted(papers: Sequence[Paper], facet: str) -> dict[str, np.ndarray]:
    """Each value with the places of its papers, those with the most papers first; years fall."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, paper in enumerate(papers):
        for value in values_of(paper, facet):
            places[value].append(place)
    if facet == "year":
        ranked = sorted(places, reverse=True)
    else:
        ranked = sorted(places, key=lambda value: (-len(places[value]), value))[:_MOST_VALUES]
    return {value: np.array(places[value], dtype=np.int64) for value in ranked}


def _searched(paper: Paper) -> str:
    """The text in which words are looked for."""
    known = (paper.name, *paper.authors, *paper.orgs, paper.venue, paper.citekey)
    return fold(" ".join(filter(None, (*known, paper.doi, paper.arxiv_id))))


def _key(place: int, paper: Paper, order: Order) -> Any:
    """What a paper is sorted by; papers without it come last."""
    if order in ("newest", "oldest"):
        return paper.date or ("" if order == "newest" else "9999")
    if order == "score":
        return -1.0 if paper.score is None else paper.score
    if order == "title":
        return fold(paper.name)
    if order == "author":
        return (not paper.authors, fold(family_name(paper.authors[0])) if paper.authors else "")
    return place
