"""Pairs of papers that may be one: alike enough for a person to look, too unlike to be merged."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from rapidfuzz import fuzz, process

from rag.base.said import Doubt
from rag.base.types import Paper
from rag.index.names import parse_name
from rag.ingest.identity import contradiction, title_key

_ALIKE = 92.0  # likeness of titles, 0..100, from which a pair is shown
_NEAR = 70.0  # likeness of titles as they are written, below which no pair is looked at
_MOST_NEAR = 50
_YEARS_APART = 3
_LEAST_LETTERS = 12  # of a title that is held against others by likeness
_MOST_NAMESAKES = 1500  # papers of one family name that are held against each other
_NUMBERS = re.compile(r"\d+|\b[ivx]+\b")


def doubts(
    papers: Sequence[Paper], decided: Collection[frozenset[str]] = frozenset(), most: int = 200
) -> list[Doubt]:
    """At most `most` doubtful pairs, those with one title first; `decided` ones are left out."""
    found: dict[frozenset[str], Doubt] = {}
    for doubt in itertools.chain(_same_title(papers), _like_titles(papers)):
        pair = frozenset((doubt.one.id, doubt.other.id))
        if pair not in decided:
            found.setdefault(pair, doubt)
        if len(found) == most:
            break
    return list(found.values())


def doubts_of(
    paper: Paper, among: Sequence[Paper], decided: Collection[frozenset[str]] = frozenset()
) -> list[Doubt]:
    """The doubtful pairs that one paper is in, found among all papers of its library."""
    near = process.extract(
        paper.title.casefold(),
        [other.title.casefold() for other in among],
        scorer=fuzz.ratio,
        score_cutoff=_NEAR,
        limit=_MOST_NEAR,
    )
    found = doubts([among[place] for _, _, place in near], decided)
    return [doubt for doubt in found if paper.id in (doubt.one.id, doubt.other.id)]


def _same_title(papers: Iterable[Paper]) -> Iterator[Doubt]:
    """Papers of one title that were kept apart although people agree, or one names nobody."""
    groups: dict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        groups[title_key(paper)].append(paper)
    for group in groups.values():
        for one, other in itertools.combinations(group[:20], 2):
            if not one.authors or not other.authors or _families(one) & _families(other):
                yield Doubt(one, other, contradiction(one, other) or "nothing speaks for two")


def _like_titles(papers: Iterable[Paper]) -> Iterator[Doubt]:
    """Papers of one first author whose titles differ by little, but not in a number."""
    groups: dict[str, list[tuple[str, Paper]]] = defaultdict(list)
    for paper in papers:
        key = title_key(paper)
        if paper.authors and len(key) >= _LEAST_LETTERS:
            groups[parse_name(paper.authors[0]).last].append((key, paper))
    for group in groups.values():
        if len(group) > _MOST_NAMESAKES:
            continue
        for (one_key, one), (other_key, other) in itertools.combinations(sorted_by_key(group), 2):
            if one_key == other_key or not fuzz.ratio(one_key, other_key, score_cutoff=_ALIKE):
                continue  # the quickest test first: there are many pairs
            same_numbers = _NUMBERS.findall(one_key) == _NUMBERS.findall(other_key)
            if same_numbers and _years_apart(one, other) <= _YEARS_APART:
                yield Doubt(one, other, "their titles differ by little")


def sorted_by_key(group: Iterable[tuple[str, Paper]]) -> list[tuple[str, Paper]]:
    """Titles in the order of their letters, so that the same pair comes out in the same order."""
    return sorted(group, key=lambda pair: (pair[0], pair[1].id))


def _families(paper: Paper) -> set[str]:
    return {parse_name(name).last for name in paper.authors}


def _years_apart(one: Paper, other: Paper) -> int:
    return abs(one.year - other.year) if one.year and other.year else 0
