"""Comparing from Python and the command line: by id, by name, by topic."""

from __future__ import annotations

import json

import pytest

from rag.assistant import Assistant
from rag.base.errors import QuestionError
from rag.base.types import Answer
from rag.cli import main


def heads(answer: Answer) -> list[str]:
    assert answer.table is not None
    return [paper.title.split()[0].strip(":") for paper in answer.table.papers]


def ids(assistant: Assistant, *names: str) -> list[str]:
    papers = {p.title.split()[0].strip(":"): p.id for p in assistant.papers()}
    return [papers[name] for name in names]


def test_papers_by_id_are_compared_on_the_chosen_aspects(history: Assistant) -> None:
    answer = history.compare(papers=ids(history, "LOOM", "PISCES"))
    assert heads(answer) == ["LOOM", "PISCES"]
    assert answer.table is not None
    assert answer.table.aspects[:2] == ("problem", "method")
    assert answer.table.aspects[-2:] == ("code", "date")


def test_aspects_that_are_given_are_the_rows_whether_stated_or_not(history: Assistant) -> None:
    given = ("Datasets", "price of wool", "date")
    answer = history.compare(papers=ids(history, "LOOM", "PISCES"), aspects=given)
    assert answer.table is not None
    assert answer.table.aspects == given
    assert [row[1].stated for row in answer.table.cells] == [False, False]


def test_papers_by_citekey(history: Assistant) -> None:
    first, second = (p for p in history.papers() if p.title.startswith(("LOOM", "PISCES")))
    answer = history.compare(papers=[first.citekey, second.id], aspects=["date"])
    assert answer.table is not None
    assert [p.id for p in answer.table.papers] == [first.id, second.id]


def test_an_unknown_id_is_named(history: Assistant) -> None:
    with pytest.raises(QuestionError, match="nosuch"):
        history.compare(papers=["nosuch"])


def test_papers_on_a_topic_are_found(history: Assistant) -> None:
    answer = history.compare("Compare the papers on errors by date.")
    assert len(heads(answer)) > 1


@pytest.mark.parametrize("question", ["Compare", "LOOM", "", "Compare bread with cheese"])
def test_fewer_than_two_papers_are_no_comparison(question: str, history: Assistant) -> None:
    answer = history.compare(question)
    assert (answer.status, answer.table) == ("abstained", None)
    assert answer.notice


def test_the_table_is_written_out(history: Assistant) -> None:
    table = history.compare("Compare LOOM and PISCES.").table
    assert table is not None
    assert history.export(table, "latex").startswith("\\begin{tabular}")


def test_the_command_prints_the_table(
    history: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    library = ["--library", str(history.folder)]
    assert main([*library, "compare", "LOOM", "vs", "PISCES", "--aspect", "date"]) == 0
    shown = capsys.readouterr().out
    assert "DATE\n  LOOM: " in shown
    assert "[1]" in shown


def test_the_command_writes_formats_and_json(
    history: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--library", str(history.folder), "compare", "LOOM vs PISCES", "--format"]
    assert main([*command, "markdown"]) == 0
    assert capsys.readouterr().out.startswith("|  | **LOOM")
    assert main([*command, "csv", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["written"].startswith("aspect,LOOM")
    assert made["table"]["cells"]
