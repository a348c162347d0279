"""Every way in which a model server fails, through the whole assistant.

Each ends within its bound, the quotations stand with their citations, one line says what happened,
and the key is nowhere: not on the terminal, in logs, errors, the answer or the library's files.
"""

from __future__ import annotations

import json
import logging
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from model_server import MODEL, MODES, TOKENS_IN, TOKENS_OUT, ModelServer

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.types import Answer
from rag.cli import main
from rag.models.call import Limits
from rag.models.remote import ChatModel

KEY = "sk-CANARY-4be7d2"
QUESTION = "How many cards does LOOM need?"
WRITTEN = "LOOM needs 23 cards instead of 410 [E1]."
QUICK = Limits(connect_s=2.0, first_token_s=0.6, stall_s=0.6, retry_wait_s=2.5)
TOTAL_S = 2.0
Ask = Callable[[str], Answer]
SLACK_S = 1.5  # searching, and a busy machine

WELL = {
    "honest", "lingers", "counts words", "counts below zero", "counts null", "fails after the end",
    "429 short", "429 half", "no temperature", "no usage", "no max_tokens", "small context",
}  # fmt: skip
FAULTS = sorted(set(MODES) - WELL - {"paced"})  # which is honest, at a pace to watch
AT_ONCE_S, RETRIED_S = 0.5, TOTAL_S
BOUNDS_S = {
    **dict.fromkeys(["stall", "hang", "silent", "drip", "drip after text"], 0.6),
    **dict.fromkeys(["429", "429 quota", "500", "503", "reset at once", "babble"], RETRIED_S),
}


@pytest.fixture(scope="module")
def assistant(
    history_library: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("faults") / "library"
    shutil.copytree(history_library, folder)
    named = Settings(
        _env_file=None,
        library=folder,
        openai_base_url="http://127.0.0.1:1/v1",
        openai_api_key=KEY,
        model=MODEL,
        model_timeout_s=TOTAL_S,
        price_in=1.0,
        price_out=2.0,
    )
    with Assistant.open(folder, named) as opened:
        with ModelServer(reply=WRITTEN) as server:  # what a first answer loads is no model's time
            opened._parts.__dict__["model"] = ChatModel(server.url, KEY, MODEL, 60)
            assert opened.ask(QUESTION).mode == "generated"
        yield opened


@pytest.fixture
def library(assistant: Assistant) -> Path:
    return assistant.settings.library


@pytest.fixture
def ask(assistant: Assistant) -> Ask:
    """Ask with a server for the model, and quick limits."""

    def ask(url: str) -> Answer:
        assistant._parts.__dict__["model"] = ChatModel(url, KEY, MODEL, TOTAL_S, limits=QUICK)
        return assistant.ask(QUESTION)

    return ask


def assert_quoted(answer: Answer) -> None:
    """The answer by quotation, whole and cited, with one line that says why."""
    assert (answer.status, answer.mode) == ("answered", "extractive")
    assert "23 cards" in answer.text
    assert all(sentence.citations for sentence in answer.sentences)
    for citation in answer.citations:
        assert citation.paper.abstract[citation.start : citation.end] == citation.quote
    assert answer.notice
    assert "\n" not in answer.notice
    assert answer.notice.endswith("The quoted sentences stand instead.")


def assert_no_key(library: Path, *said: str) -> None:
    assert "CANARY" not in "".join(said)
    files = [path for path in library.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if b"CANARY" in path.read_bytes()] == []


@pytest.mark.parametrize("mode", FAULTS)
def test_quotations_stand_in_time_with_a_line_and_without_the_key(
    mode: str,
    ask: Ask,
    library: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    with ModelServer(mode, reply=WRITTEN) as server:
        started = time.monotonic()
        answer = ask(server.url)
        seconds = time.monotonic() - started
        assert server.host in (answer.notice or "")
    assert seconds < BOUNDS_S.get(mode, AT_ONCE_S) + SLACK_S
    assert_quoted(answer)
    assert answer.id
    assert answer.usage
    assert answer.usage.seconds < BOUNDS_S.get(mode, AT_ONCE_S) + SLACK_S
    assert answer.provenance.model == f"{MODEL} at {server.host}"
    assert_no_key(
        library, caplog.text, *capfd.readouterr(), repr(answer), json.dumps(answer.to_dict())
    )


@pytest.mark.parametrize("mode", sorted(WELL - {"no max_tokens"}))
def test_what_is_no_fault_is_written(mode: str, ask: Ask) -> None:
    modes = [mode, "honest"] if mode.startswith("429") else [mode]
    with ModelServer(*modes, reply=WRITTEN) as server:
        answer = ask(server.url)
    begun_only = {"lingers", "counts words", "counts below zero", "counts null"}
    if mode in begun_only | {"fails after the end"}:  # these servers say but two pieces
        assert answer.mode == "extractive"
    else:
        assert answer.mode == "generated"
        assert answer.usage is not None
        assert (answer.usage.tokens_in, answer.usage.tokens_out) == (TOKENS_IN, TOKENS_OUT)
        assert answer.usage.cost == pytest.approx((TOKENS_IN + 2 * TOKENS_OUT) / 1e6)


def test_nothing_listens(ask: Ask) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    started = time.monotonic()
    assert_quoted(ask(f"http://127.0.0.1:{port}/v1"))
    assert time.monotonic() - started < RETRIED_S + SLACK_S


def test_a_model_without_room_is_asked_once_more_with_half(ask: Ask) -> None:
    with ModelServer("400 overflow", "honest", reply=WRITTEN) as server:
        answer = ask(server.url)
    assert len(server.requests) == 2
    first, second = (request.body["messages"][1]["content"] for request in server.requests)
    assert 0 < second.count("[E") <= first.count("[E") // 2 + 1
    assert answer.mode == "generated"
    assert "stayed out" in (answer.notice or "")


def test_the_second_request_after_an_overflow_has_only_the_time_that_is_left(
    ask: Ask,
) -> None:
    with ModelServer("400 overflow", "babble", reply=WRITTEN) as server:
        started = time.monotonic()
        assert_quoted(ask(server.url))
    assert time.monotonic() - started < TOTAL_S + SLACK_S
    assert len(server.requests) == 2


@pytest.mark.parametrize("mode", ["401", "error midway", "500"])
def test_the_command_line_shows_the_answer_and_not_the_key(
    mode: str, library: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with ModelServer(mode, reply=WRITTEN) as server:
        for name, value in {
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": server.url,
            "ASKPAPERS_MODEL": MODEL,
        }.items():
            monkeypatch.setenv(name, value)
        assert main(["ask", QUESTION, "--library", str(library), "--json", "--debug"]) == 0
        out, err = capfd.readouterr()
        assert main(["doctor", "--library", str(library)]) == (mode != "error midway")
    answer = json.loads(out)
    assert answer["mode"] == "extractive"
    assert answer["notice"].startswith(f"The model server {server.host}")
    assert_no_key(library, out, err, *capfd.readouterr())


def test_a_broken_prompt_file_leaves_the_quotations(
    library: Path, tmp_path: Path, assistant: Assistant
) -> None:
    (tmp_path / "answer.md").write_text("no front matter", "utf-8")
    with ModelServer(reply=WRITTEN) as server:
        named = {"prompts_dir": tmp_path, "openai_base_url": server.url}
        with Assistant.open(library, assistant.settings.model_copy(update=named)) as other:
            assert_quoted(other.ask(QUESTION))
    assert not server.requests
