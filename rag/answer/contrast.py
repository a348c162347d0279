"""What compared papers have in common and where they differ, in sentences that cite each of them.

Only what can be checked is told: records, names that both use, and figures for the same measure in
the same unit, which are quoted as they stand. Whether one is better is left to whoever reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer import records
from rag.answer.compare import say_shared
from rag.answer.draft import Draft
from rag.answer.quantities import Quantity, quantities
from rag.base.aspects import Matrix
from rag.base.types import Evidence, Paper

_MOST = 3  # sentences on figures
_LONGEST = 160  # characters of a quoted piece
_CUT = re.compile(r"(?<!\d)[,;:]\s+|\s+(?:and|while|whereas|but|with)\s+|\s*[()]\s*")
_MEASURES = {
    "accuracy": r"accura(?:cy|te|cies)",
    "F1": r"F1",
    "perplexity": r"perplexit(?:y|ies)",
    "loss": r"(?:cross-entropy|validation loss|training loss|loss)",
    "error": r"errors?(?: rates?)?",
    "time": r"(?:wall[\s-]?clock(?: time)?|run-?time|training time|latency)",
    "speed": r"(?:speed(?:s|-?ups?)?|faster|throughput)",
    "memory": r"(?:memory|RAM)",
    "iterations": r"(?:iterations|steps)",
    "data": r"(?:less|fewer|more) (?:data|tokens|examples|samples)",
    "correlation": r"correlat(?:es?|ions?)",
    "success rate": r"success rates?",
}
_SAID = {name: re.compile(rf"\b{said}\b", re.IGNORECASE) for name, said in _MEASURES.items()}
_UNITS = {"%": "in %", "x": "as a factor"}


@dataclass(frozen=True, slots=True)
class Figure:
    """Words of a paper that give figures for one measure in one unit."""

    measure: str
    unit: str
    values: frozenset[str]
    words: str
    evidence: Evidence


def say_contrasts(draft: Draft, matrix: Matrix) -> None:
    """Add a sentence for each thing in common and each difference that is plain."""
    say_shared(draft, matrix)
    _say_figures(draft, matrix)
    kinds = {aspect.kind for aspect in matrix.aspects}
    if "code" in kinds:
        _say_code(draft, matrix.papers)
    if "date" in kinds:
        _say_dates(draft, matrix.papers)


# --- figures -------------------------------------------------------------------------------------


def _say_figures(draft: Draft, matrix: Matrix) -> None:
    for told in list(_compared(matrix))[:_MOST]:
        first = told[0]
        same = all(figure.values == first.values for figure in told)
        verdict = "are the same" if same else "differ"
        said = "; ".join(f"{records.lead(f.evidence.paper)}: “{f.words}”" for f in told)
        numbers = tuple(
            draft.cite(f.evidence.paper, f.evidence.start, f.evidence.end) for f in told
        )
        head = f"Figures for {first.measure} {_UNITS[first.unit]} {verdict}"
        draft.say(f"{head}: {said}.", numbers, "supported")


def _compared(matrix: Matrix) -> Iterator[list[Figure]]:
    """The figures of at least two papers for one measure in one unit, one a paper."""
    by_kind: dict[tuple[str, str], dict[str, Figure]] = {}
    for evidence in matrix.evidence:
        for figure in figures_in(evidence):
            own = by_kind.setdefault((figure.measure, figure.unit), {})
            own.setdefault(evidence.paper.id, figure)
    return (list(own.values()) for own in by_kind.values() if len(own) > 1)


def figures_in(evidence: Evidence) -> Iterator[Figure]:
    """The pieces of a sentence that give figures for exactly one measure."""
    for piece in _CUT.split(evidence.text):
        measures = [name for name, said in _SAID.items() if said.search(piece)]
        units = {q.unit for q in quantities(piece)} & _UNITS.keys()
        if len(measures) == 1 and len(units) == 1 and len(piece) <= _LONGEST:
            unit = units.pop()
            values = frozenset(_printed(q) for q in quantities(piece) if q.unit == unit)
            yield Figure(measures[0], unit, values, piece.strip(" ."), evidence)


def _printed(quantity: Quantity) -> str:
    return f"{quantity.bound}{quantity.value}"


# --- records -------------------------------------------------------------------------------------


def _say_code(draft: Draft, papers: Sequence[Paper]) -> None:
    if len(papers) > 1 and all(paper.has_code for paper in papers):
        draft.say(f"{_together(papers)} are listed with code.", _of_records(draft, papers),
                  "supported")  # fmt: skip


def _say_dates(draft: Draft, papers: Sequence[Paper]) -> None:
    """That papers are of one year, or which is the oldest and which the newest."""
    dated = sorted((p for p in papers if p.year), key=lambda paper: paper.date or "")
    if len(dated) < max(2, len(papers)):
        return
    first, last = dated[0], dated[-1]
    if first.year == last.year:
        said = f"{_together(papers)} are of {first.year}."
        draft.say(said, _of_records(draft, papers), "supported")
        return
    several = len(dated) > 2
    oldest, newest = ("the oldest", "the newest") if several else ("the older", "the newer")
    said = (
        f"{records.short_title(first)} is {oldest} ({records.long_date(first)}), "
        f"{records.short_title(last)} {newest} ({records.long_date(last)})."
    )
    draft.say(said, _of_records(draft, (first, last)), "supported")


def _together(papers: Sequence[Paper]) -> str:
    names = [records.short_title(paper) for paper in papers]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _of_records(draft: Draft, papers: Sequence[Paper]) -> tuple[int, ...]:
    """The citations under which the table shows what the records say."""
    return tuple(draft.cite(paper, 0, 0) for paper in papers)
