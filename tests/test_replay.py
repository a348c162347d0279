"""Answers with what they rest on: kept, shown by `--json`, asked again after a change."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from loopback import MOST_S
from model_server import MODEL, ModelServer

from rag.answer.replay import difference
from rag.assistant import Assistant
from rag.base.errors import LibraryError
from rag.base.settings import Settings
from rag.base.types import Answer, Citation, Final, Paper, Sentence, Token
from rag.cli import main
from rag.index.database import BUSY_MS
from rag.models.prompts import load
from rag.web.conversation import Asking, Exchange

QUESTION = "How many cards does LOOM need?"
WRITTEN = "LOOM needs 23 cards instead of 410 [E1]. It is also blue [E1]."


def settings(**more: object) -> Settings:
    return Settings(_env_file=None, **more)


@pytest.fixture
def library(history_library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(history_library, tmp_path / "library"))


@pytest.fixture
def assistant(library: Path) -> Iterator[Assistant]:
    with Assistant.open(library, settings()) as opened:
        yield opened


def loom(assistant: Assistant) -> Paper:
    return next(p for p in assistant.papers() if p.title.startswith("LOOM"))


# --- what is kept --------------------------------------------------------------------------------


def test_an_answer_is_kept_with_what_it_rests_on(assistant: Assistant) -> None:
    answer = assistant.ask(QUESTION)
    assert answer.id
    assert answer.plan is not None
    assert answer.plan.query
    assert [e.text for e in answer.evidence]
    assert answer.provenance.revision == assistant._store.revision
    assert (answer.usage, answer.provenance.model, answer.provenance.prompt) == (None, None, None)
    assert assistant.answers() == [answer]


def test_a_written_answer_keeps_its_prompt_model_checks_and_usage(library: Path) -> None:
    with ModelServer(reply=WRITTEN) as server:
        named = settings(openai_base_url=server.url, model=MODEL)
        with Assistant.open(library, named) as assistant:
            answer = assistant.ask(QUESTION)
            (kept,) = assistant.answers()
    assert kept == answer
    made = kept.provenance
    assert made.prompt == f"answer@{load('answer').version}"
    assert made.model == f"{MODEL} at {server.host}"
    assert [(c.text, c.kept) for c in made.checks] == [
        ("LOOM needs 23 cards instead of 410.", True),
        ("It is also blue.", False),
    ]
    assert kept.usage is not None
    assert kept.usage.tokens_in


def test_json_gives_all_that_is_kept(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION, "--library", str(library), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["id"] == "1"
    assert shown["plan"]["question"] == QUESTION
    for found in shown["evidence"]:
        assert found["text"]
        assert found["paper_id"]
    assert set(shown["provenance"]) == {"at", "revision", "model", "prompt", "checks", "history"}
    assert shown["usage"] is None
    assert shown["timings_ms"]["total"] > 0


def test_nothing_is_kept_where_nobody_wants_it(library: Path) -> None:
    with Assistant.open(library, settings(answers_kept=0)) as assistant:
        assert assistant.ask(QUESTION).id is None
        assert assistant.answers() == []


def test_an_answer_as_if_papers_were_missing_is_not_kept(assistant: Assistant) -> None:
    from rag.base.types import Filters

    answer = assistant.ask(QUESTION, without=Filters(ids=(loom(assistant).id,)))
    assert answer.id is None
    assert assistant.answers() == []


# --- where it cannot be kept ---------------------------------------------------------------------


def test_a_locked_database_costs_a_line_and_not_the_answer(
    assistant: Assistant, library: Path
) -> None:
    assistant.ask("hello")
    other = sqlite3.connect(library / "library.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    answer = assistant.ask(QUESTION)
    assert time.monotonic() - started < BUSY_MS / 2000  # half of what other writers wait
    other.close()
    assert "23 cards" in answer.text
    assert answer.id is None
    assert answer.notice == (
        "This answer could not be kept in the library, which another process has locked."
    )


def test_answers_are_kept_while_somebody_adds(assistant: Assistant, library: Path) -> None:
    with Assistant.open(library, settings()) as other, other._store.writer():
        assert assistant.ask(QUESTION).id


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs rights as POSIX has them")
@pytest.mark.parametrize("was_open", [True, False], ids=["taken away", "never there"])
def test_a_folder_without_rights_costs_a_line_and_not_the_answer(
    was_open: bool, history_library: Path
) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to others
        Path(place).chmod(0o755)
        folder = Path(shutil.copytree(history_library, Path(place) / "library"))
        first = Assistant.open(folder, settings())
        first.ask("hello")
        if not was_open:
            first.close()
        with without_rights(folder):
            second = first if was_open else Assistant.open(folder, settings())
            answer = second.ask(QUESTION)
            assert "23 cards" in answer.text
            if not was_open:  # open files stay writable
                assert answer.id is None
                assert "could not be kept" in (answer.notice or "")
            second.close()


# --- asked again ---------------------------------------------------------------------------------


def test_an_unchanged_library_gives_the_same_answer(assistant: Assistant) -> None:
    kept = assistant.ask(QUESTION)
    replay = assistant.replay(kept.id or "")
    assert replay.is_same
    assert replay.before == kept
    assert replay.sentences.same == kept.sentences
    assert len(assistant.answers()) == 1  # asking again is not an answer more


def test_what_was_ignored_is_kept_and_ignored_again(assistant: Assistant) -> None:
    asked = "papers by Grace Hopper from 2023"
    before = assistant.ask(asked, ignoring=["by Grace Hopper"])
    assert [a.plan.ignored for a in assistant.answers() if a.plan] == [("by Grace Hopper",)]
    replay = assistant.replay(str(before.id))
    assert replay.now.understood == ("from 2023",)
    assert replay.is_same


def test_a_removed_paper_is_gone_from_the_answer_and_its_words_from_the_record(
    assistant: Assistant, library: Path
) -> None:
    kept = assistant.ask(QUESTION)
    paper = loom(assistant)
    assistant.remove(paper.id)
    replay = assistant.replay(kept.id or "")
    assert not replay.is_same
    assert {c.paper.id for c in replay.citations.gone} == {paper.id}
    assert replay.citations.gone[0].paper.title == paper.title
    assert replay.sentences.gone
    assistant.close()
    data = b"".join(path.read_bytes() for path in library.glob("library.db*"))
    assert b"23 cards instead" not in data


def test_a_changed_paper_gives_what_is_gone_and_new(
    assistant: Assistant, history_file: Path
) -> None:
    kept = assistant.ask(QUESTION)
    paper = loom(assistant)
    record = next(
        json.loads(line) for line in history_file.read_text("utf-8").splitlines() if "LOOM:" in line
    )
    longer = " This edition corrects the count of cards and leaves the rest as it was."
    record["abstract"] = record["abstract"].replace("23 cards", "21 cards") + longer
    assistant.add_bytes(json.dumps(record).encode(), "changed.jsonl")
    assert "21 cards" in loom(assistant).abstract
    replay = assistant.replay(kept.id or "")
    assert any("23 cards" in c.quote for c in replay.citations.gone)
    assert any("21 cards" in c.quote for c in replay.citations.new)
    assert replay.now.provenance.revision != replay.before.provenance.revision
    assert loom(assistant).id == paper.id


def test_a_follow_up_is_asked_again_after_its_own_beginning(assistant: Assistant) -> None:
    first = assistant.ask("What is LOOM?")
    second = assistant.ask("Who wrote it?", [("What is LOOM?", first)])
    assert "Lovelace" in second.text
    assert second.provenance.history == (first.id,)
    assert assistant.replay(second.id or "").is_same


@pytest.mark.parametrize("unknown", ["77", "", "none", "-1"])
def test_an_answer_that_is_not_kept_is_named(assistant: Assistant, unknown: str) -> None:
    with pytest.raises(LibraryError, match="keeps no answer"):
        assistant.replay(unknown)


def test_the_command_lists_and_shows_the_difference(
    library: Path, capsys: pytest.CaptureFixture[str], history_file: Path
) -> None:
    at = ["--library", str(library)]
    main(["replay", *at])
    assert "No answer is kept" in capsys.readouterr().err
    main(["ask", QUESTION, *at])
    capsys.readouterr()
    assert main(["replay", *at]) == 0
    assert capsys.readouterr().out.startswith("1  20")
    assert main(["replay", "1", *at]) == 0
    assert "The answer is the same." in capsys.readouterr().out
    with Assistant.open(library, settings()) as assistant:
        assistant.remove(loom(assistant).id)
    assert main(["replay", "1", *at]) == 0
    out = capsys.readouterr().out
    assert "- (words of a paper that was removed: LOOM" in out
    assert main(["replay", "1", "--json", *at]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["is_same"] is False
    assert shown["citations"]["gone"]
    assert main(["replay", "99", *at]) == 1
    assert "keeps no answer 99" in capsys.readouterr().err


def test_sentences_are_the_same_by_their_words_and_citations_by_theirs() -> None:
    paper = Paper("p", "P", abstract="A. B.")

    def answer(*texts: str) -> Answer:
        citations = tuple(Citation(i, paper, t, 0, 2) for i, t in enumerate(texts, 1))
        sentences = tuple(Sentence(f"Said {t}", (i,), "quoted") for i, t in enumerate(texts, 1))
        return Answer("q", "answered", "extractive", None, sentences, citations)

    replay = difference(answer("A.", "B."), answer("b. ", "C."))
    assert [s.text for s in replay.sentences.gone] == ["Said A."]
    assert [c.quote for c in replay.citations.new] == ["C."]
    assert [c.number for c in replay.citations.same] == [1]
    abstained = dataclasses.replace(answer(), status="abstained", reason="not_stated")
    assert not difference(abstained, answer()).is_same


# --- stopping ------------------------------------------------------------------------------------


def test_a_stop_ends_a_silent_model_at_once_and_the_quotations_stand(library: Path) -> None:
    stopped = threading.Event()
    with ModelServer("hang") as server:
        named = settings(openai_base_url=server.url, model=MODEL)
        with Assistant.open(library, named) as assistant:
            assistant.warm()
            threading.Timer(1.0, stopped.set).start()
            started = time.monotonic()
            *_, last = assistant.stream(QUESTION, cancelled=stopped.is_set)
            assert time.monotonic() - started < MOST_S / 2  # the server is silent for MOST_S
            assert server.hung_up.wait(MOST_S / 2)
    assert isinstance(last, Final)
    assert (last.answer.mode, "stopped" in (last.answer.notice or "")) == ("extractive", True)


def test_stop_in_the_chat_closes_the_connection_to_a_silent_model(library: Path) -> None:
    kept: list[Exchange] = []
    exchange = Exchange(QUESTION)
    with ModelServer("hang") as server:
        named = settings(openai_base_url=server.url, model=MODEL)
        with Assistant.open(library, named) as assistant:
            asking = Asking(
                exchange, lambda stop: assistant.stream(QUESTION, cancelled=stop), kept.append
            ).start()
            while not server.requests:
                time.sleep(0.01)
            asking.stop()
            assert server.hung_up.wait(MOST_S / 2)
    assert (exchange.draft, exchange.answer, kept) == ("", None, [])


def test_leaving_a_stream_closes_the_connection(library: Path) -> None:
    with ModelServer("stall", reply=WRITTEN) as server:
        named = settings(openai_base_url=server.url, model=MODEL)
        with Assistant.open(library, named) as assistant:
            stream = assistant.stream(QUESTION)
            assert any(isinstance(event, Token) for event in stream)
            stream.close()  # type: ignore[attr-defined]
            assert server.hung_up.wait(MOST_S / 2)


# --- the doctor ----------------------------------------------------------------------------------


def finding(assistant: Assistant, *, asks_model: bool) -> tuple[bool, str]:
    (found,) = [f for f in assistant.doctor(asks_model=asks_model) if "answering" in f.check]
    return found.ok, found.detail


@pytest.mark.parametrize(
    ("mode", "model", "ok", "words"),
    [
        ("honest", MODEL, True, ["answered in", "offers 2 models: scripted, zeta"]),
        ("{} as event", MODEL, False, ["OPENAI_BASE_URL"]),
        ("401", MODEL, False, ["asks for a key"]),
        ("404", "other", False, ['offers no model "other"']),
        ("honest", None, True, ["answers are quotations", "offers 2 models"]),
    ],
)
def test_the_doctor_names_the_endpoint_and_asks_for_one_token(
    mode: str, model: str | None, ok: bool, words: list[str], library: Path
) -> None:
    with ModelServer(mode) as server:
        named = settings(openai_base_url=server.url, model=model)
        with Assistant.open(library, named) as assistant:
            assert finding(assistant, asks_model=False)[0]
            assert not server.requests
            found = finding(assistant, asks_model=True)
    assert found[0] is ok
    assert server.host in found[1]
    for word in words:
        assert word in found[1]


def test_a_key_that_was_set_for_others_makes_the_doctor_speak_to_nobody(
    library: Path, network_ban: list[str]
) -> None:
    with Assistant.open(library, settings(openai_api_key="sk-other")) as assistant:
        assert finding(assistant, asks_model=True) == (
            True,
            "none is set; answers are quotations",
        )
    assert not network_ban


@pytest.mark.parametrize(
    ("name", "ok"), [("llama_index.core.llms:MockLLM", True), ("no_such:Model", False)]
)
def test_a_model_of_llama_index_writes_and_is_examined(name: str, ok: bool, library: Path) -> None:
    with Assistant.open(library, settings(llm=name)) as assistant:
        answer = assistant.ask(QUESTION)
        assert finding(assistant, asks_model=True)[0] is ok
    assert "23 cards" in answer.text
    assert answer.provenance.model == name
    assert answer.notice
