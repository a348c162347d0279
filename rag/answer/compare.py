"""Comparisons as a table: a cell quotes its paper or its record, or says that nothing is stated."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answer import records
from rag.answer.draft import Draft
from rag.base.aspects import Kind, Matrix, Shared
from rag.base.types import Cell, Comparison, Evidence, Paper

NOT_STATED = "not stated"
_MOST_SHARED = 4  # sentences on what several papers have in common


def table(draft: Draft, matrix: Matrix) -> Comparison:
    """The matrix with its words as cells, each cited in the draft under its number."""
    cells = tuple(
        tuple(
            _cell(draft, paper, aspect.kind, found)
            for aspect, found in zip(matrix.aspects, row, strict=True)
        )
        for paper, row in zip(matrix.papers, matrix.found, strict=True)
    )
    return Comparison(matrix.papers, tuple(aspect.name for aspect in matrix.aspects), cells)


def say_shared(draft: Draft, matrix: Matrix) -> None:
    """Add a sentence for each name that the words of several papers on one aspect share."""
    for shared in matrix.shared[:_MOST_SHARED]:
        numbers = tuple(draft.cite(e.paper, e.start, e.end) for e in shared.evidence)
        others = [e.paper for e in shared.evidence if e.paper != shared.subject]
        draft.say(f"{_who_names(others, shared)} on {shared.aspect.name}.", numbers, "supported")


def _who_names(papers: Sequence[Paper], shared: Shared) -> str:
    leads = [records.lead(paper) for paper in papers]
    what = records.lead(shared.subject) if shared.subject else shared.name
    if len(leads) == 1:
        return f"{leads[0]} names {what}"
    both = "both" if len(leads) == 2 else "all"
    return f"{', '.join(leads[:-1])} and {leads[-1]} {both} name {what}"


def _cell(draft: Draft, paper: Paper, kind: Kind | None, found: Evidence | None) -> Cell:
    if found is not None:
        text = " ".join(found.text.split())
        return Cell(text, (draft.cite(paper, found.start, found.end),))
    said = _OF_RECORD[kind](paper) if kind in _OF_RECORD else ""
    if said:
        return Cell(said, (draft.cite(paper, 0, 0),))
    return Cell(NOT_STATED, (), stated=False)


def _date(paper: Paper) -> str:
    inferred = " (the listing prints no year)" if paper.date_inferred else ""
    return f"{records.long_date(paper)}{inferred}" if paper.date else ""


_OF_RECORD: dict[Kind | None, Callable[[Paper], str]] = {
    "code": lambda paper: "listed with code" if paper.has_code else "",
    "date": _date,
    "authors": records.all_authors,
    "venue": lambda paper: paper.venue or "",
    "orgs": lambda paper: ", ".join(paper.orgs),
}
