"""Counts over records as an answer: authors, years, categories, organisations, and their papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answer import records
from rag.answer.draft import Draft
from rag.answer.quote import conditions, how_many
from rag.base.text import fold
from rag.base.types import Paper, QueryPlan, Tally
from rag.index.names import parse_name, same_person

_MOST_LINES = 50

Row = tuple[str, list[Paper]]  # a value of the records, and the papers that have it


def tally_records(plan: QueryPlan, papers: Sequence[Paper], *, least: bool = False) -> Draft:
    """How many papers each author, year, category or organisation has; empty where none is known.

    The most come first, years in their order. Who ties with the last within the limit is told too.
    Of papers on a topic it is said first how many they are, or at `least` are.
    """
    rows = _ranked(_rows(plan, papers), plan)
    draft = Draft()
    shown = rows if plan.limit else rows[:_MOST_LINES]
    counted = papers if plan.topic and rows else [paper for _, of in shown for paper in of]
    cited = {paper.id: draft.cite(paper, *records.opening_span(paper)) for paper in counted}
    everything = tuple(dict.fromkeys(cited.values()))
    if plan.topic and rows:
        draft.say(how_many(plan, len(papers), least=least), everything, "supported")
    if not plan.limit and rows:
        subject = _subject(plan, len(papers))
        draft.say(f"{subject} {_headline(plan, len(rows), len(shown))}", everything, "supported")
    for value, of in shown:
        noun = "paper" if len(of) == 1 else "papers"
        draft.say(f"{value}: {len(of)} {noun}", tuple(cited[p.id] for p in of), "supported")
    return draft


def _rows(plan: QueryPlan, papers: Sequence[Paper]) -> list[Row]:
    """Values with their papers; one person or organisation printed in two ways is one row."""
    held: dict[str, Row] = {}
    asked = [parse_name(name) for name in plan.filters.authors]
    for paper in papers:
        for value in dict.fromkeys(_values(paper, plan.tally)):
            if any(same_person(name, parse_name(value)) for name in asked):
                continue  # who has written with Zhao: not Zhao
            held.setdefault(fold(value), (value, []))[1].append(paper)
    return list(held.values())


def _values(paper: Paper, tally: Tally | None) -> Iterable[str]:
    if tally == "authors":
        return paper.authors
    if tally == "orgs":
        return paper.orgs
    value = paper.year if tally == "years" else paper.category
    return [str(value)] if value is not None else []


def _ranked(rows: list[Row], plan: QueryPlan) -> list[Row]:
    ranked = sorted(rows, key=lambda row: (-len(row[1]), row[0].casefold()))
    if plan.limit and len(ranked) > plan.limit:
        least = len(ranked[plan.limit - 1][1])
        return [row for row in ranked if len(row[1]) >= least]
    return sorted(ranked, key=lambda row: row[0]) if plan.tally == "years" else ranked


_NOUNS: dict[Tally, tuple[str, str]] = {
    "authors": ("author", "authors"),
    "years": ("year", "years"),
    "categories": ("category", "categories"),
    "orgs": ("organisation", "organisations"),
}


def none_known(plan: QueryPlan) -> str:
    """That the records of the papers have no value to be counted."""
    papers = (
        f"on “{plan.topic}”{conditions(plan)}"
        if plan.topic
        else f"in your library{conditions(plan)}"
    )
    noun, _ = _NOUNS[plan.tally or "authors"]
    return f"No paper {papers} has {'an' if noun[0] in 'ao' else 'a'} {noun} in its record."


def _headline(plan: QueryPlan, count: int, shown: int) -> str:
    noun = _NOUNS[plan.tally or "authors"][count != 1]
    other = "other " if plan.tally == "authors" and plan.filters.authors else ""
    first = "" if shown == count else f" The {shown} with the most papers follow."
    return f"{count} {other}{noun}.{first}"


def _subject(plan: QueryPlan, count: int) -> str:
    if not plan.topic:
        return f"The papers{conditions(plan)} have"
    return "This paper has" if count == 1 else "These papers have"
