"""The reranker's client: both protocols, every fault, the limits and the key."""

from __future__ import annotations

import logging
import socket
import time

import pytest
from rerank_server import FAULTS, LATE, MOST_S, WELL, RerankServer

from rag.base.errors import ModelError
from rag.models.rerank import EndpointReranker, Reranker, Reranking

KEY = "sk-CANARY-71c0aa"
TEXTS = ["short", "a little longer", "the longest of the three"]
TIMEOUT_S = 0.6
PATIENT_S = 10.0  # for servers that do answer, on however busy a machine


def reranker(url: str, timeout_s: float = PATIENT_S) -> EndpointReranker:
    return EndpointReranker(url, KEY, "ranker", timeout_s=timeout_s)


@pytest.mark.parametrize("mode", WELL)
@pytest.mark.parametrize("wrapped", [False, True], ids=["endpoint", "one question"])
def test_scores_are_in_the_order_of_the_texts(mode: str, wrapped: bool) -> None:
    with RerankServer(mode) as server:
        one: Reranker = Reranking(reranker(server.url)) if wrapped else reranker(server.url)
        assert one.scores("why", TEXTS) == [5.0, 15.0, 24.0]
        assert one.scores("why", []) == []


def test_the_common_protocol_is_spoken_first() -> None:
    with RerankServer() as server:
        reranker(server.url).scores("why", TEXTS)
    ((path, headers, body),) = server.requests
    assert path == "/v1/rerank"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert body == {"model": "ranker", "query": "why", "documents": TEXTS, "top_n": 3}


def test_a_server_that_refuses_it_is_asked_in_its_own_from_then_on() -> None:
    with RerankServer("bare list") as server:
        one = reranker(server.url)
        one.scores("why", TEXTS)
        one.scores("who", TEXTS)
    fields = [set(body) & {"documents", "texts"} for _, _, body in server.requests]
    assert fields == [{"documents"}, {"texts"}, {"texts"}]


@pytest.mark.parametrize("ending", ["", "/", "/rerank", "/rerank/"])
def test_the_address_may_hold_the_path(ending: str) -> None:
    with RerankServer() as server:
        EndpointReranker(server.url + ending).scores("why", TEXTS)
    ((path, _, body),) = server.requests
    assert path == "/v1/rerank"
    assert "model" not in body


def test_of_a_text_without_end_only_the_beginning_is_sent() -> None:
    with RerankServer() as server:
        assert reranker(server.url).scores("why", ["x" * 10**6]) == [4000.0]


KINDS = {
    "400": "refused", "401": "rejected_key", "404": "unknown_model", "429": "busy", "500": "busy",
    "hang": "timeout", "drip": "timeout", "reset": "unreachable",
}  # fmt: skip


@pytest.mark.parametrize("mode", FAULTS)
def test_each_fault_is_one_error_in_time_and_without_the_key(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with RerankServer(mode) as server:
        one = reranker(server.url, TIMEOUT_S if mode in LATE else PATIENT_S)
        one._endpoint.make_ready("", "")  # what a first call loads is no server's time
        started = time.monotonic()
        with pytest.raises(ModelError) as caught:
            one.scores("why", TEXTS)
        assert time.monotonic() - started < MOST_S / 2
    assert caught.value.kind == KINDS.get(mode, "malformed")
    assert str(caught.value).startswith(f"The reranker {server.host} ")
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert "CANARY" not in f"{caught.value} {caplog.text}"
    assert all(path == "/v1/rerank" for path, _, _ in server.requests)


def test_a_closed_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        reranker(f"http://127.0.0.1:{port}").scores("why", TEXTS)
    assert caught.value.kind == "unreachable"


@pytest.mark.parametrize(
    ("address", "key", "variable"),
    [
        ("not an address", "k", "ASKPAPERS_RERANK_URL"),
        ("ftp://127.0.0.1", "k", "ASKPAPERS_RERANK_URL"),
        ("http://127.0.0.1:1", "CANARY key", "ASKPAPERS_RERANK_KEY"),
        ("http://127.0.0.1:1", "CANARY\nkey", "ASKPAPERS_RERANK_KEY"),
    ],
)
def test_settings_that_cannot_be_used_are_named(address: str, key: str, variable: str) -> None:
    with pytest.raises(ModelError, match=variable) as caught:
        EndpointReranker(address, key).scores("why", TEXTS)
    assert "CANARY" not in str(caught.value)


def test_after_a_failure_nobody_waits_again_for_the_same_question() -> None:
    with RerankServer("500") as server:
        one = Reranking(reranker(server.url))
        for _ in range(3):
            with pytest.raises(ModelError):
                one.scores("why", TEXTS)
    assert len(server.requests) == 1
    assert one.failure is not None
