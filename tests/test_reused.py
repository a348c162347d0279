"""A model's answer is given again while nothing that it rests on has changed, if that is wished."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from model_server import MODEL, ModelServer

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.types import EvidenceFound, Final, Token

QUESTION = "How many cards does LOOM need?"
WHOLE = "LOOM needs 23 cards instead of 410 [E1]."
STRUCK = "LOOM needs 23 cards instead of 410 [E1]. It is also blue [E1]."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(reply=WHOLE) as started:
        yield started


def _opened(folder: Path, server: ModelServer, **more: object) -> Assistant:
    given = {"openai_base_url": server.url, "model": MODEL, "reuses_answers": True, **more}
    return Assistant.open(folder, Settings(_env_file=None, **given))


@pytest.fixture
def library(history_library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(history_library, tmp_path / "library"))


@pytest.fixture
def assistant(library: Path, server: ModelServer) -> Iterator[Assistant]:
    with _opened(library, server) as opened:
        yield opened


def test_the_same_question_is_answered_without_the_model(
    assistant: Assistant, server: ModelServer
) -> None:
    first = assistant.ask(QUESTION)
    events = list(assistant.stream(f" {QUESTION} "))
    assert len(server.requests) == 1
    assert [type(event) for event in events] == [EvidenceFound, Token, Final]
    assert events[-1] == Final(first)
    assert assistant.answers() == [first]


def test_a_new_paper_has_the_model_asked_anew(assistant: Assistant, server: ModelServer) -> None:
    assistant.ask(QUESTION)
    record = {"title": "Looms of brass", "abstract": "LOOM of brass needs 500 cards."}
    assistant.add_bytes(json.dumps(record).encode(), "one.jsonl")
    assistant.ask(QUESTION)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "change",
    [{"reuses_answers": False}, {"temperature": 0.7}, {"model": "another"}],
    ids=["switched off", "free in its words", "another model"],
)
def test_what_would_come_out_otherwise_is_asked_anew(
    assistant: Assistant, server: ModelServer, change: dict[str, object]
) -> None:
    assistant.ask(QUESTION)
    with _opened(assistant.folder, server, **change) as other:
        other.ask(QUESTION)
    assert len(server.requests) == 2


def test_a_question_in_a_conversation_is_asked_anew(
    assistant: Assistant, server: ModelServer
) -> None:
    first = assistant.ask(QUESTION)
    assistant.ask(QUESTION, [("What is LOOM?", first)])
    assert len(server.requests) == 2


def test_an_answer_that_did_not_hold_in_full_is_not_given_again(library: Path) -> None:
    with ModelServer(reply=STRUCK) as server, _opened(library, server) as assistant:
        assistant.ask(QUESTION)
        assistant.ask(QUESTION)
        assert len(server.requests) == 2
