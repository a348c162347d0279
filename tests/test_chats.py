"""Chats from the outside: in Python, on the command line, and as questions of `askpapers eval`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.cli import main
from rag.evals.data import load


@pytest.fixture
def library(history_library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(history_library, tmp_path / "library"))


@pytest.fixture
def own(library: Path) -> Iterator[Assistant]:
    with Assistant.open(settings=Settings(_env_file=None, library=library)) as assistant:
        yield assistant


def test_a_chat_goes_on_after_the_library_was_closed(own: Assistant, library: Path) -> None:
    chat = own.chats.create()
    first = own.ask("By how much did errors fall in the trial of LOOM?")
    own.chats.append(chat.id, first)
    own.close()
    with Assistant.open(library) as again:
        found = again.chats.get(chat.id)
        assert found
        assert found.answers[0].sentences == first.sentences
        follow_up = again.ask("When was it written?", history=found.history)
        again.chats.append(chat.id, follow_up)
        assert "Bibliography" in again.chats.export(chat.id)
        assert again.chats.list("trial loom")[0].turns == 2


def test_a_chat_keeps_answers_where_none_are_kept_otherwise(library: Path) -> None:
    settings = Settings(_env_file=None, library=library, answers_kept=0)
    with Assistant.open(settings=settings) as assistant:
        chat = assistant.chats.create()
        answer = assistant.ask("By how much did errors fall in the trial of LOOM?")
        assert answer.id is None
        assert assistant.chats.append(chat.id, answer).id
        assert assistant.chats.get(chat.id).turns == 1  # type: ignore[union-attr]


def test_feedback_is_a_file_that_eval_can_run(
    own: Assistant, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "By how much did errors fall in the trial of LOOM?",
        "Which paper is about the tides of Mars?",
        "Why?",
    ]
    good, bad, _ = (str(own.ask(question).id) for question in asked)
    right = own.search("engine", k=1)[0].paper
    own.feedback.give(good, good=True)
    own.feedback.give(bad, good=False, right=[right.id])
    own.close()
    assert main(["chats", "feedback", "--library", str(library)]) == 0
    file = tmp_path / "questions.jsonl"
    file.write_text(capsys.readouterr().out, "utf-8")
    questions = load(file).questions
    assert [question.text for question in questions] == asked[:2]
    assert questions[1].titles == (right.title,)
    assert main(["eval", str(file), "--library", str(library)]) == 0


def test_the_command_lists_shows_writes_and_deletes(
    own: Assistant, library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = own.chats.create()
    own.chats.append(chat.id, own.ask("By how much did errors fall in the trial of LOOM?"))
    own.close()

    def said(*argv: str) -> str:
        assert main(["chats", *argv, "--library", str(library)]) == 0
        return capsys.readouterr().out

    assert f"{chat.id}  " in said()
    assert said("--about", "nothing like it") == ""
    assert "> By how much did errors fall in the trial of LOOM?" in said("show", chat.id)
    assert said("export", chat.id).startswith("# By how much did errors fall in the trial of LOOM?")
    assert json.loads(said("show", chat.id, "--json"))["turns"] == 1
    assert f"undelete {chat.id}" in said("delete", chat.id)
    assert said() == ""
    said("undelete", chat.id)
    assert chat.id in said()
    assert main(["chats", "show", "nowhere", "--library", str(library)]) == 1
