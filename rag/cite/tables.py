"""A comparison written out for other programs: Markdown, CSV and LaTeX.

Papers stand across and aspects down. Nothing of a paper's text can act in the program that opens
the table: LaTeX gets no commands, spreadsheets no formulas, Markdown no markup.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from rag.base.errors import QuestionError
from rag.base.folding import folded
from rag.base.types import Cell, Comparison, Paper
from rag.cite.formats import cite_keys, latex, spreadsheet_cell


def write_table(table: Comparison, form: str) -> str:
    """A table as "markdown", "csv" or "latex".

    Raises:
        QuestionError: the format is not known.
    """
    write = _FORMATS.get(form)
    if write is None:
        known = ", ".join(_FORMATS)
        raise QuestionError(f"“{form}” is no format of a table; known are {known}.")
    return write(table)


def _csv(table: Comparison) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    lines: list[Sequence[str]] = [
        ["aspect", *(paper.name for paper in table.papers)],
        ["citekey", *(key for key, _ in cite_keys(table.papers))],
    ]
    lines += [
        [aspect, *(row[j].text for row in table.cells)] for j, aspect in enumerate(table.aspects)
    ]
    writer.writerows([spreadsheet_cell(text) for text in line] for line in lines)
    return out.getvalue()


def _latex(table: Comparison) -> str:
    heads = [_latex_head(paper, key) for key, paper in cite_keys(table.papers)]
    width = f"{0.82 / max(1, len(heads)):.2f}"
    columns = "l" + f"p{{{width}\\linewidth}}" * len(heads)
    rows = [
        " & ".join([latex(aspect), *(_latex_cell(row[j]) for row in table.cells)])
        for j, aspect in enumerate(table.aspects)
    ]
    lines = [
        f"\\begin{{tabular}}{{{columns}}}",
        "\\hline",
        " & ".join(["", *heads]).lstrip() + r" \\",
        "\\hline",
        *(rf"{row} \\" for row in rows),
        "\\hline",
        "\\end{tabular}",
    ]
    return "\n".join(lines) + "\n"


def _latex_head(paper: Paper, key: str) -> str:
    name = paper.name.split(":", maxsplit=1)[0]
    return rf"{latex(name)} \cite{{{key}}}"


def _latex_cell(cell: Cell) -> str:
    return latex(" ".join(cell.text.split())) if cell.stated else r"\textit{not stated}"


_FORMATS: dict[str, Callable[[Comparison], str]] = {
    "markdown": lambda table: folded(table).to_markdown(),
    "csv": _csv,  # a spreadsheet is sorted and cut: every cell says what it says
    "latex": lambda table: _latex(folded(table)),
}
FORMATS = tuple(_FORMATS)
