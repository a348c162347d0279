"""A reranker through the whole assistant: what it changes, and that its failure changes nothing."""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from rerank_server import LATE, MOST_S, RerankServer

from rag.asked import examine_models
from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.types import Filters
from rag.cli import main
from rag.models.rerank import EndpointReranker

KEY = "sk-CANARY-90b1de"
QUESTION = "How many cards does LOOM need?"
NOWHERE = "http://127.0.0.1:1/v1"
TIMEOUT_S = 0.6
PATIENT_S = 10.0  # for servers that do answer, on however busy a machine


class Opened(Protocol):
    def __call__(self, url: str, timeout_s: float = PATIENT_S) -> Assistant: ...


@pytest.fixture(scope="module")
def library(history_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(history_library, tmp_path_factory.mktemp("reranked") / "library"))


@pytest.fixture
def opened(library: Path) -> Iterator[Opened]:
    """Open the library with a reranker at an address, which is waited for so long."""
    made: list[Assistant] = []

    def at(url: str, timeout_s: float = PATIENT_S) -> Assistant:
        assistant = Assistant.open(settings=Settings(_env_file=None, library=library))
        reranker = EndpointReranker(url, KEY, timeout_s=timeout_s)
        reranker._endpoint.make_ready("", "")  # what a first call loads is no server's time
        assistant._parts.__dict__["reranker"] = reranker
        assistant.warm()
        made.append(assistant)
        return assistant

    yield at
    for assistant in made:
        assistant.close()


def ids(assistant: Assistant, query: str = QUESTION) -> list[str]:
    return [hit.paper.id for hit in assistant.search(query, k=50)]


@pytest.mark.parametrize("mode", ["results", "bare list"])
def test_a_paper_that_scores_high_moves_up_and_one_that_scores_low_moves_down(
    mode: str, history: Assistant, opened: Opened
) -> None:
    first = history.search(QUESTION, k=50)
    winner, loser = first[3].paper, first[0].paper
    rates = {winner.title: 9.0, loser.title: -40.0}
    with RerankServer(mode, rate=lambda text: rates.get(text.split("\n")[0], 0.0)) as server:
        hits = opened(server.url).search(QUESTION, k=50)
    after = [hit.paper.id for hit in hits]
    assert after.index(winner.id) < 3
    assert after.index(loser.id) > 0
    assert sorted(after) == sorted(hit.paper.id for hit in first)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_at_most_twenty_titles_and_abstracts_are_sent_and_the_others_stay_behind(
    history: Assistant, opened: Opened
) -> None:
    papers = {f"{paper.title}\n{paper.abstract}": paper.id for paper in history.papers()}
    before = ids(history)
    with RerankServer(rate=lambda text: -before.index(papers[text])) as server:
        after = ids(opened(server.url))
    ((_, _, body),) = server.requests
    assert body["query"] == QUESTION
    assert {papers[text] for text in body["documents"]} == set(before[:20])
    assert after == before


def test_named_papers_stay_lifted(history: Assistant, opened: Opened) -> None:
    named = history.search("radon", k=50)[-1].paper
    with RerankServer(rate=lambda text: -9.0 if text.startswith(named.title) else 0.0) as server:
        retriever = opened(server.url)._parts.retriever
        plain = {hit.paper.id: hit.score for hit in retriever.search("radon", k=50)}
        lifted = {
            hit.paper.id: hit.score for hit in retriever.search("radon", k=50, named=(named.id,))
        }
        without = retriever.search(
            "radon", k=50, named=(named.id,), filters=Filters(ids=tuple({*plain} - {named.id}))
        )
    assert lifted[named.id] >= plain.get(named.id, 0.0) + 0.4
    assert named.id not in {hit.paper.id for hit in without}


def test_a_choice_of_one_is_not_sent(opened: Opened) -> None:
    with RerankServer() as server:
        assistant = opened(server.url)
        some = next(assistant.papers())
        assert len(assistant.search(QUESTION, filters=Filters(ids=(some.id,)))) == 1
    assert server.requests == []


FAULTS = ["500", "hang", "drip", "html", "too few", "NaN", "out of range"]


@pytest.mark.parametrize("mode", [*FAULTS, "refused"])
def test_a_fault_leaves_the_first_order_in_time_and_tells(
    mode: str,
    history: Assistant,
    opened: Opened,
    library: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    expected = history.ask(QUESTION)
    caplog.set_level(logging.DEBUG)
    with RerankServer("results" if mode == "refused" else mode) as server:
        patience_s = TIMEOUT_S if mode in LATE else PATIENT_S
        assistant = opened(NOWHERE if mode == "refused" else server.url, patience_s)
        started = time.monotonic()
        answer = assistant.ask(QUESTION)
        assert time.monotonic() - started < MOST_S / 2
        assert ids(assistant) == ids(history)
    assert [c.quote for c in answer.citations] == [c.quote for c in expected.citations]
    host = "127.0.0.1:1" if mode == "refused" else server.host
    assert answer.notice is not None
    assert answer.notice.startswith(f"The reranker {host} ")
    assert answer.notice.endswith(" Papers are in their first order.")
    assert "\n" not in answer.notice
    assert any(
        r.levelno == logging.WARNING and "first order" in r.getMessage() for r in caplog.records
    )
    said = [caplog.text, *capfd.readouterr(), str(answer.to_dict()), repr(assistant.settings)]
    assert "CANARY" not in "".join(said)
    files = [path for path in library.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"CANARY" in path.read_bytes()] == []


def test_a_turn_of_many_searches_waits_once(opened: Opened) -> None:
    with RerankServer("hang") as server:
        assistant = opened(server.url, TIMEOUT_S)
        started = time.monotonic()
        answer = assistant.ask("Compare LOOM with the waggle dance of bees.")
        assert time.monotonic() - started < MOST_S / 2
    assert len(server.requests) == 1
    assert "first order" in (answer.notice or "")


def test_questions_about_records_send_nothing_and_say_nothing(opened: Opened) -> None:
    with RerankServer("500") as server:
        answer = opened(server.url).ask("How many papers are there?")
    assert server.requests == []
    assert "reranker" not in (answer.notice or "")


@pytest.mark.parametrize(
    ("mode", "ok", "says"), [("results", True, "scored two texts in"), ("500", False, "failed")]
)
def test_the_doctor_looks_at_a_reranker_that_is_set(mode: str, ok: bool, says: str) -> None:
    with RerankServer(mode) as server:
        named = Settings(_env_file=None, rerank_url=server.url, rerank_key=KEY, rerank_model="m")
        _, finding = examine_models(named, asks_model=True)
        asked = len(server.requests)
        _, unasked = examine_models(named, asks_model=False)
    assert (finding.check, finding.ok) == ("reranker", ok)
    assert says in finding.detail
    assert server.host in finding.detail
    assert (unasked.ok, len(server.requests)) == (True, asked)
    assert "CANARY" not in f"{finding} {unasked}"
    assert len(examine_models(Settings(_env_file=None), asks_model=True)) == 1


def test_eval_asks_a_reranker_that_is_set_and_names_it(
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions = tmp_path / "questions.jsonl"
    question = {"id": "cards", "type": "fact", "question": QUESTION, "gold": ["LOOM"]}
    questions.write_text(json.dumps(question) + "\n", "utf-8")
    with RerankServer() as server:
        monkeypatch.setenv("ASKPAPERS_RERANK_URL", server.url)
        monkeypatch.setenv("ASKPAPERS_RERANK_KEY", KEY)
        assert main(["eval", str(questions), "--library", str(library), "--rankings-only"]) == 0
    out, err = capsys.readouterr()
    assert f"· reranker {server.host}" in out
    assert QUESTION in [body["query"] for _, _, body in server.requests]
    assert "CANARY" not in out + err
