"""A library that comes back from its backup answers as it did, by hand and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag import Answer, Assistant
from rag.cli import main

QUESTIONS = [
    "By how much did errors fall in the trial of LOOM?",
    "Which papers did Ada Lovelace write?",
    "How many cards does a table of Bernoulli numbers need?",
    "What do octopuses eat?",
]


def _said(answer: Answer) -> object:
    return answer.sentences, answer.citations, answer.reason, answer.confidence, answer.nearest


def test_a_restored_library_gives_equal_answers(history: Assistant, tmp_path: Path) -> None:
    before = [_said(history.ask(question)) for question in QUESTIONS]
    report = history.backup(tmp_path / "backup.zip")
    restored = Assistant.restore(tmp_path / "backup.zip", tmp_path / "elsewhere")
    assert restored.papers == report.papers == history.paper_count()
    with Assistant.open(tmp_path / "elsewhere") as other:
        assert [_said(other.ask(question)) for question in QUESTIONS] == before
        assert all(finding.ok for finding in other.doctor())


def test_the_commands_write_and_restore_a_backup(
    history: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, library = str(tmp_path / "backup.zip"), str(tmp_path / "library")
    assert main(["backup", file, "--library", str(history.folder)]) == 0
    assert f"{history.paper_count()} papers" in capsys.readouterr().out
    assert main(["restore", file, "--library", library]) == 0
    assert main(["restore", file, "--into", library]) == 1
    assert "--replace" in capsys.readouterr().err
    assert main(["restore", file, "--into", library, "--replace", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["replaced"]).is_dir()
    with Assistant.open(library) as assistant:
        assert assistant.paper_count() == history.paper_count()
