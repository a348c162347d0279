"""A comparison as markup: papers across, aspects down; on a phone a card for each aspect."""

from __future__ import annotations

from collections.abc import Mapping

from rag.answer import records
from rag.base.folding import folded
from rag.base.types import Answer, Cell, Citation, Comparison, Paper
from rag.web.evidence import Anchors, cited_papers, written
from rag.web.render import Html, join, latex, name, tag

_FEW = 3  # papers that fit beside each other on any screen
_NOWHERE = "not stated by any of them"


def matrix(answer: Answer, anchors: Anchors) -> Html | None:
    """The table of an answer, its numbers leading to the evidence; None without one."""
    if answer.table is None:
        return None
    table = folded(answer.table)
    links = _Links(answer, anchors)
    named = tag("span", "Aspect", cls="unseen")
    corner = tag("div", named, cls="corner", role="columnheader")
    heads = [tag("div", _head(paper), cls="head", role="columnheader") for paper in table.papers]
    rows = [_row(table, j, links) for j in range(len(table.aspects))]
    return tag(
        "div",
        tag("div", corner, *heads, cls="line heads", role="row"),
        *rows,
        cls="matrix many" if len(table.papers) > _FEW else "matrix",
        role="table",
        tabindex="0",
        label="Comparison",
    )


def cited_list(answer: Answer, anchors: Anchors) -> Html:
    """The sentences of an answer one under the other, their numbers leading to the evidence."""
    links = _Links(answer, anchors)
    items = [
        tag("li", latex(s.text), *map(links.of, s.citations), dir="auto") for s in answer.sentences
    ]
    return tag("ul", *items, cls="entries positions")


def _head(paper: Paper) -> Html:
    return join([tag("strong", name(records.short_title(paper))), written(paper)])


def _row(table: Comparison, j: int, links: _Links) -> Html:
    aspect = table.aspects[j]
    shown = aspect[:1].upper() + aspect[1:]
    header = tag("div", latex(shown), cls="aspect", role="rowheader")
    if len(table.papers) > 1 and not any(row[j].stated for row in table.cells):
        nowhere = tag("span", _NOWHERE, cls="unstated")
        return tag("div", header, tag("div", nowhere, cls="cell", role="cell"),
                   cls="line nowhere", role="row")  # fmt: skip
    cells = [
        _cell(paper, row[j], links) for paper, row in zip(table.papers, table.cells, strict=True)
    ]
    return tag("div", header, *cells, cls="line", role="row")


def _cell(paper: Paper, cell: Cell, links: _Links) -> Html:
    """One cell; the name of its paper is seen only where cards stand for the table."""
    of = tag("span", name(records.short_title(paper)), cls="of")
    text = tag("span", latex(cell.text), cls=None if cell.stated else "unstated")
    return tag("div", of, text, *map(links.of, cell.citations), cls="cell", role="cell", dir="auto")


class _Links:
    """Numbers as links to the quoted words, or to the card of the paper whose record is cited."""

    def __init__(self, answer: Answer, anchors: Anchors) -> None:
        self._citations: Mapping[int, Citation] = {c.number: c for c in answer.citations}
        self._places = {paper.id: i for i, paper in enumerate(cited_papers(answer))}
        self._anchors = anchors

    def of(self, number: int) -> Html | None:
        citation = self._citations.get(number)
        if citation is None:
            return None
        quoted = bool(citation.quote)
        to = (
            self._anchors.mark(number)
            if quoted
            else self._anchors.card(self._places[citation.paper.id])
        )
        lead = records.lead(citation.paper)
        what = "Show the quoted words." if quoted else "Show the record."
        said = f"Citation {number}: {lead}. {what}"
        return tag("a", str(number), cls="cite", href=f"#{to}", title=lead, label=said)
