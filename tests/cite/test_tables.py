"""Comparisons written out: what is shown is there, and nothing of a paper's text can act."""

from __future__ import annotations

import csv
import io

import pytest

from rag.base.errors import QuestionError
from rag.base.types import Cell, Comparison, Paper
from rag.cite.tables import write_table

BAD = "=cmd|' /C calc'!A0 \\input{x} | [link](http://x) <b>50% & $9"
TABLE = Comparison(
    (
        Paper("1", "WEFT: A Loom", citekey="brook2021weft"),
        Paper("2", "WARP & Co", citekey="osei2020warp"),
    ),
    ("data", "limits_of"),
    (
        (Cell("412 looms\nof wood", (1, 2)), Cell("not stated", (), stated=False)),
        (Cell(BAD, (3,)), Cell("only by day", (4,))),
    ),
)


def test_markdown_has_a_column_a_paper_and_the_numbers_of_its_citations() -> None:
    lines = write_table(TABLE, "markdown").splitlines()
    assert lines[0] == "|  | **WEFT: A Loom** | **WARP & Co** |"
    assert lines[2].startswith("| **data** | 412 looms of wood [1][2] |")
    assert lines[3] == r"| **limits\_of** | _not stated_ | only by day [4] |"


def test_no_text_of_a_paper_is_markup_or_a_border_in_markdown() -> None:
    cell = write_table(TABLE, "markdown").splitlines()[2]
    assert r"\[link\](http://x) \<b\>50% & \$9" in cell
    assert cell.replace(r"\|", "").count("|") == 4


def test_csv_opens_with_papers_and_citekeys_and_holds_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(write_table(TABLE, "csv"))))
    assert rows[0] == ["aspect", "WEFT: A Loom", "WARP & Co"]
    assert rows[1] == ["citekey", "brook2021weft", "osei2020warp"]
    assert rows[2][2] == f"'{BAD}"
    assert rows[3][1:] == ["not stated", "only by day"]


def test_latex_cites_by_key_and_runs_no_command_of_a_paper() -> None:
    written = write_table(TABLE, "latex")
    assert r"WEFT \cite{brook2021weft} & WARP \& Co \cite{osei2020warp} \\" in written
    assert r"\textit{not stated} & only by day \\" in written
    assert r"\input" not in written
    assert written.count("{tabular}") == 2


def test_an_unknown_format_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(QuestionError, match="markdown, csv, latex"):
        write_table(TABLE, "bibtex")
