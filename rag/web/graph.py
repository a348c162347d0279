"""Who wrote what, as points on a plane: the people with the most papers, and those papers."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.base.types import Paper

_PEOPLE, _PAPERS = 24, 140
_ROUNDS = 150


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """Names and papers with their places, and which paper (by number) is whose (by number)."""

    people: tuple[tuple[str, float, float, int], ...]  # name, x, y, number of papers
    papers: tuple[tuple[Paper, float, float], ...]
    lines: tuple[tuple[int, int], ...]  # person, paper


def people_map(papers: Sequence[Paper]) -> PeopleMap:
    """Draw the people with the most papers near their papers. The same papers, the same map."""
    return _drawn(tuple(papers))


@functools.lru_cache(maxsize=4)  # a page asks again at every click
def _drawn(papers: tuple[Paper, ...]) -> PeopleMap:
    counted = Counter(author for paper in papers for author in dict.fromkeys(paper.authors))
    people = [name for name, _ in counted.most_common(_PEOPLE)]
    number = {name: i for i, name in enumerate(people)}
    shown = [p for p in papers if any(a in number for a in p.authors)][:_PAPERS]
    lines = [
        (number[author], i)
        for i, paper in enumerate(shown)
        for author in dict.fromkeys(paper.authors)
        if author in number
    ]
    places = _settled(len(people) + len(shown), [(a, len(people) + b) for a, b in lines])
    named = [(n, *places[i], counted[n]) for i, n in enumerate(people)]
    placed = [(p, *places[len(people) + i]) for i, p in enumerate(shown)]
    return PeopleMap(tuple(named), tuple(placed), tuple(lines))


def _settled(count: int, lines: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Places in -1..1 of points that all push each other off while lines pull them together."""
    if not count:
        return []
    places = np.random.default_rng(7).uniform(-1, 1, (count, 2))
    ends = np.array(lines, dtype=np.int64).reshape(-1, 2)
    apart = 1.6 / np.sqrt(count)
    for step in np.linspace(0.12, 0.005, _ROUNDS):
        away = places[:, None] - places[None]
        far = np.maximum(np.linalg.norm(away, axis=2), 0.01)
        push = (away * (apart**2 / far**2)[..., None]).sum(axis=1)
        along = places[ends[:, 0]] - places[ends[:, 1]]
        pull = along * (np.linalg.norm(along, axis=1, keepdims=True) / apart)
        np.add.at(push, ends[:, 0], -pull)
        np.add.at(push, ends[:, 1], pull)
        push -= places * 0.3  # what hangs on nothing stays in sight
        length = np.maximum(np.linalg.norm(push, axis=1, keepdims=True), 1e-9)
        places += push / length * np.minimum(length, step)
    spread = np.maximum(np.abs(places).max(axis=0), 1e-9)
    return [(round(x, 4), round(y, 4)) for x, y in (places / spread).tolist()]
