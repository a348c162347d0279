"""Who wrote what, as points on a plane: the people with the most papers, and those papers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.base.types import Paper

_PEOPLE, _PAPERS = 24, 140
_ROUNDS = 150
_NEAREST = 0.01  # two points that are nearer push no harder
# Names are kept apart in a picture as small as a telephone shows it, in pixels.
_WIDE, _HIGH = 340, 560
_LETTER, _LINE = 7, 18
_EDGE = 1.08  # of the picture, in the units of places
NAME_CHARS = 40  # of a name that are drawn


@dataclass(frozen=True, slots=True)
class PeopleMap:
    """Names and papers with their places, and which paper (by number) is whose (by number).

    `written` is how many papers these people wrote; the first of them are drawn.
    """

    people: tuple[tuple[str, float, float, int], ...]  # name, x, y, number of papers
    papers: tuple[tuple[Paper, float, float], ...]
    lines: tuple[tuple[int, int], ...]  # person, paper
    written: int = 0


def people_map(papers: Sequence[Paper]) -> PeopleMap:
    """Draw the people with the most papers near their papers. The same papers, the same map."""
    counted = Counter(author for paper in papers for author in dict.fromkeys(paper.authors))
    people = [name for name, _ in counted.most_common(_PEOPLE)]
    number = {name: i for i, name in enumerate(people)}
    written = [p for p in papers if any(a in number for a in p.authors)]
    shown = written[:_PAPERS]
    lines = [
        (number[author], i)
        for i, paper in enumerate(shown)
        for author in dict.fromkeys(paper.authors)
        if author in number
    ]
    places = _settled(len(people) + len(shown), [(a, len(people) + b) for a, b in lines])
    apart = _kept_apart(people, places[: len(people)])
    named = [(n, *apart[i], counted[n]) for i, n in enumerate(people)]
    placed = [(p, *places[len(people) + i]) for i, p in enumerate(shown)]
    return PeopleMap(tuple(named), tuple(placed), tuple(lines), len(written))


def _kept_apart(
    names: Sequence[str], places: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """The places of names moved up and down, and inwards, until no name covers another."""
    if not names:
        return []
    half = np.array([min(len(n), NAME_CHARS) * _LETTER * _EDGE / _WIDE for n in names])
    line = 2 * _EDGE * _LINE / _HIGH
    found = np.array(places)
    x = np.clip(found[:, 0], half - _EDGE, _EDGE - half)
    y = found[:, 1] + np.arange(len(names)) * 1e-6  # none exactly on another
    meets = np.abs(x[:, None] - x[None]) < half[:, None] + half[None]
    for _ in range(_ROUNDS):
        gap = y[:, None] - y[None]
        push = np.where(meets & (np.abs(gap) < line), np.sign(gap) * (line - np.abs(gap)), 0.0)
        if not push.any():
            break
        y += push.sum(axis=1) / 3
    y -= (y.max() + y.min()) / 2 if max(abs(y.max()), abs(y.min())) > 1 else 0.0
    y /= max(1.0, float(np.abs(y).max()))
    return [(round(a, 4), round(b, 4)) for a, b in zip(x.tolist(), y.tolist(), strict=True)]


def _settled(count: int, lines: Sequence[tuple[int, int]]) -> list[tuple[float, float]]:
    """Places in -1..1 of points that all push each other off while lines pull them together."""
    if not count:
        return []
    places = np.random.default_rng(7).uniform(-1, 1, (count, 2))
    ends = np.array(lines, dtype=np.int64).reshape(-1, 2)
    apart = 1.6 / np.sqrt(count)
    for step in np.linspace(0.12, 0.005, _ROUNDS):
        right, up = (side[:, None] - side[None] for side in places.T)
        force = apart**2 / np.maximum(right * right + up * up, _NEAREST**2)
        push = np.stack([(right * force).sum(axis=1), (up * force).sum(axis=1)], axis=1)
        along = places[ends[:, 0]] - places[ends[:, 1]]
        pull = along * (np.linalg.norm(along, axis=1, keepdims=True) / apart)
        np.add.at(push, ends[:, 0], -pull)
        np.add.at(push, ends[:, 1], pull)
        push -= places * 0.3  # what hangs on nothing stays in sight
        length = np.maximum(np.linalg.norm(push, axis=1, keepdims=True), 1e-9)
        places += push / length * np.minimum(length, step)
    spread = np.maximum(np.abs(places).max(axis=0), 1e-9)
    return [(round(x, 4), round(y, 4)) for x, y in (places / spread).tolist()]
