"""The order of a list of papers: newest first, by score, and what shares the first place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from rag.base.types import Paper, Sort

Value = str | float | None


def ordered(papers: Iterable[Paper], sort: Sort | None) -> list[Paper]:
    """Papers in the order asked for, newest first unless said otherwise.

    Those without a date come last; without a score, or whose authors are not all known, they have
    no place.
    """
    found = list(papers)
    value, is_falling = _ORDERS[sort or "newest"]
    valued = ((value(paper), paper) for paper in found)
    pairs = [(known, paper) for known, paper in valued if known is not None]
    first = [p for _, p in sorted(pairs, key=lambda pair: pair[0], reverse=is_falling)]
    return first + [p for p in found if value(p) is None] if value is _date else first


def first_and_ties(papers: Sequence[Paper], sort: Sort) -> list[Paper]:
    """The first of ordered papers, with those that are as new, as old or as high."""
    value, _ = _ORDERS[sort]
    return [p for p in papers if value(p) == value(papers[0])]


def _date(paper: Paper) -> Value:
    return paper.date or None


def _score(paper: Paper) -> Value:
    return paper.score


def _authors(paper: Paper) -> Value:
    return None if paper.more_authors else len(paper.authors) or None


_ORDERS: dict[Sort, tuple[Callable[[Paper], Value], bool]] = {
    "newest": (_date, True),
    "oldest": (_date, False),
    "score": (_score, True),
    "lowest_score": (_score, False),
    "most_authors": (_authors, True),
    "fewest_authors": (_authors, False),
}  # by what, and whether the largest is the first
