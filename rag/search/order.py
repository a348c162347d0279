"""The order of a list of papers: newest first, by score, and what shares the first place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.base.types import Paper


def ordered(papers: Iterable[Paper], sort: str | None) -> list[Paper]:
    """Papers in the order asked for: newest first unless said otherwise; unknown values last."""
    found = list(papers)
    if sort in ("score", "lowest_score"):
        known = [p for p in found if p.score is not None]
        return sorted(known, key=lambda p: p.score or 0.0, reverse=sort == "score")
    dated = sorted(
        (p for p in found if p.date), key=lambda p: p.date or "", reverse=sort != "oldest"
    )
    return dated + [p for p in found if not p.date]


def first_and_ties(papers: Sequence[Paper], sort: str) -> list[Paper]:
    """The first of ordered papers, with those that are as new, as old or as high."""
    if not papers:
        return []
    by_score = sort in ("score", "lowest_score")
    first = papers[0].score if by_score else papers[0].date
    return [p for p in papers if (p.score if by_score else p.date) == first]
