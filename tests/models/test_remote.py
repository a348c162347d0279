"""The client of model servers against a real server on loopback that fails in every known way."""

from __future__ import annotations

import logging
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from email.utils import formatdate

import pytest
from model_server import MODEL, TOKENS_IN, TOKENS_OUT, ModelServer

from rag.base.errors import ModelError
from rag.base.provenance import Usage
from rag.models.call import Deadline, Limits, retry_after_s
from rag.models.llm import Prices, Writer
from rag.models.prompts import Message
from rag.models.remote import ChatModel

KEY = "sk-CANARY-7f3a91"
MESSAGES = [Message("system", "Rules."), Message("user", "Question?")]
ANSWER = "SOAP needs fewer steps than AdamW [E1]. Its cost per step is higher [E2]."
QUICK = Limits(connect_s=2.0, first_token_s=0.6, stall_s=0.6, retry_wait_s=2.5)
TOTAL_S = 3.0
SLACK_S = 1.0  # for a busy machine

FAULTS = {
    # mode: (kind, a word of the sentence, seconds it may take)
    "cut": ("incomplete", "broke off", 1.0),
    "cut at once": ("incomplete", "broke off", 1.0),
    "done without finish": ("incomplete", "broke off", 1.0),
    "reset": ("incomplete", "broke off", 1.0),
    "reset at once": ("unreachable", "cannot be reached", 2.5),  # after two retries
    "stall": ("timeout", "in the middle", 0.6),
    "hang": ("timeout", "nothing in time", 0.6),
    "silent": ("timeout", "nothing in time", 0.6),
    "drip": ("timeout", "nothing in time", 0.6),
    "drip after text": ("timeout", "in the middle", 0.6),
    "flood": ("malformed", "OPENAI_BASE_URL", 2.0),
    "html": ("malformed", "OPENAI_BASE_URL", 1.0),
    "{}": ("malformed", "OPENAI_BASE_URL", 1.0),
    "not streamed": ("malformed", "OPENAI_BASE_URL", 1.0),
    "{} as event": ("malformed", "OPENAI_BASE_URL", 1.0),
    "choices []": ("malformed", "OPENAI_BASE_URL", 1.0),
    "choices null": ("malformed", "OPENAI_BASE_URL", 1.0),
    "choices of words": ("incomplete", "broke off", 1.0),
    "a number": ("malformed", "OPENAI_BASE_URL", 1.0),
    "delta null": ("malformed", "empty", 1.0),
    "content a list": ("incomplete", "broke off", 1.0),
    "broken json": ("malformed", "OPENAI_BASE_URL", 1.0),
    "bad bytes": ("malformed", "OPENAI_BASE_URL", 1.0),
    "error midway": ("incomplete", "broke off", 1.0),
    "overflow midway": ("too_long", "longer than", 1.0),
    "length": ("incomplete", "length", 1.0),
    "content_filter": ("refused", "declined", 1.0),
    "empty": ("malformed", "empty", 1.0),
    "refusal": ("refused", "declined", 1.0),
    "307": ("malformed", "another address", 1.0),
    "400": ("refused", "did not accept", 1.0),
    "400 overflow": ("too_long", "longer than", 1.0),
    "400 filter": ("refused", "declined", 1.0),
    "401": ("rejected_key", "OPENAI_API_KEY", 1.0),
    "402": ("busy", "quota", 1.0),
    "403": ("rejected_key", "OPENAI_API_KEY", 1.0),
    "404": ("unknown_model", MODEL, 1.0),
    "413": ("too_long", "longer than", 1.0),
    "429": ("busy", "is busy", 2.5),
    "429 long": ("busy", "wait 60 minutes", 1.0),
    "429 quota": ("busy", "quota", 2.5),
    "500": ("busy", "failed", 2.5),
    "503": ("busy", "failed", 2.5),
}


def _model(server: ModelServer, key: str | None = KEY, limits: Limits = QUICK) -> ChatModel:
    return ChatModel(server.url, key, MODEL, TOTAL_S, limits=limits)


def _failure(model: ChatModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        list(model.stream(MESSAGES))
    return caught.value


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """Import the client once, so that no test's clock pays for it."""
    with ModelServer() as server:
        list(_model(server).stream(MESSAGES))


@pytest.fixture(autouse=True)
def no_thread_stays() -> Iterator[None]:
    """Every call's thread ends, also where the server hangs: nobody waits for it."""
    yield
    end = time.monotonic() + 4
    while _callers() and time.monotonic() < end:
        time.sleep(0.02)
    assert not _callers()


def _callers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "model-call"]


def test_an_honest_answer_arrives_whole_and_in_pieces() -> None:
    with ModelServer(reply=ANSWER) as server:
        pieces = list(_model(server).stream(MESSAGES))
    assert "".join(pieces) == ANSWER
    assert len(pieces) > 5


def test_the_request_is_what_was_asked_and_goes_to_the_named_address() -> None:
    with ModelServer() as server:
        list(_model(server).stream(MESSAGES))
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == MODEL
    assert request.body["stream"] is True
    assert request.body["temperature"] == 0
    assert request.body["messages"] == [
        {"role": "system", "content": "Rules."},
        {"role": "user", "content": "Question?"},
    ]


def test_a_local_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)  # settings decide, not the client's own look-up
    monkeypatch.setenv("OPENAI_ORG_ID", "org-CANARY")
    with ModelServer() as server:
        assert list(_model(server, key=None).stream(MESSAGES))
    assert "CANARY" not in str(server.requests)


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with ModelServer("500") as proxy, ModelServer(reply=ANSWER) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        assert "".join(_model(server).stream(MESSAGES)) == ANSWER
        assert not proxy.requests


@pytest.mark.parametrize("mode", FAULTS)
def test_a_fault_ends_in_time_as_one_sentence_without_secrets(
    mode: str, caplog: pytest.LogCaptureFixture
) -> None:
    kind, word, most_s = FAULTS[mode]
    caplog.set_level(logging.DEBUG)
    with ModelServer(mode, reply=ANSWER) as server:
        model = _model(server)
        started = time.monotonic()
        error = _failure(model)
        seconds = time.monotonic() - started
    assert error.kind == kind
    assert word in str(error)
    assert server.host in str(error)
    assert str(error).endswith(".")
    assert "\n" not in str(error)
    assert seconds < most_s + SLACK_S
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(model)
    assert "CANARY" not in told + caplog.text
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_redirect_is_not_followed() -> None:
    with ModelServer("307", "honest") as server:
        _failure(_model(server))
    assert len(server.requests) == 1


def test_nothing_listening_is_said_at_once() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    started = time.monotonic()
    error = _failure(ChatModel(f"http://127.0.0.1:{port}/v1", None, MODEL, 30))
    assert time.monotonic() - started < 5
    assert error.kind == "unreachable"
    assert f"127.0.0.1:{port}" in str(error)


def test_a_connection_that_is_never_accepted_ends_at_the_limit() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:  # fill the queue of the listener, so that the next gets no reply
            one.setblocking(False)
            one.connect_ex(address)
        limits = Limits(connect_s=0.5)
        started = time.monotonic()
        error = _failure(
            ChatModel(f"http://127.0.0.1:{address[1]}/v1", None, MODEL, 30, limits=limits)
        )
        for one in waiting:
            one.close()
    assert time.monotonic() - started < 0.5 + SLACK_S
    assert error.kind == "unreachable"


def test_pieces_before_a_cut_are_given_and_then_the_error() -> None:
    with ModelServer("cut", reply=ANSWER) as server:
        stream = _model(server).stream(MESSAGES)
        assert next(stream) + next(stream) == ANSWER[:14]
        with pytest.raises(ModelError):
            next(stream)


def test_an_answer_is_whole_at_its_finish_even_if_the_server_lingers() -> None:
    with ModelServer("lingers", reply=ANSWER) as server:
        started = time.monotonic()
        assert "".join(_model(server).stream(MESSAGES)) == ANSWER[:14]
        assert time.monotonic() - started < SLACK_S


@pytest.mark.parametrize("mode", ["babble", "drip after text", "stall"])
def test_closing_the_stream_closes_the_connection(mode: str) -> None:
    with ModelServer(mode, reply=ANSWER) as server:
        stream = _model(server).stream(MESSAGES)
        assert next(stream)
        stream.close()  # type: ignore[attr-defined]
        assert server.hung_up.wait(1.0)


@pytest.mark.parametrize("mode", ["hang", "silent", "drip", "stall"])
def test_a_stop_ends_a_silent_call_and_its_connection_at_once(mode: str) -> None:
    stopped = threading.Event()
    patient = Limits(first_token_s=15.0, stall_s=15.0)
    with ModelServer(mode, reply=ANSWER) as server:
        model = ChatModel(server.url, KEY, MODEL, 15, limits=patient)
        threading.Timer(0.3, stopped.set).start()
        started = time.monotonic()
        with pytest.raises(ModelError) as caught:
            list(model.stream(MESSAGES, cancelled=stopped.is_set))
        assert time.monotonic() - started < 0.3 + SLACK_S
        assert caught.value.kind == "stopped"
        assert server.hung_up.wait(1.0)
        assert len(server.requests) == 1


def test_calls_of_one_answer_share_its_total() -> None:
    with ModelServer("stall", reply=ANSWER) as server:
        model = ChatModel(server.url, KEY, MODEL, 5, limits=Limits())
        deadline = Deadline(0.5)
        started = time.monotonic()
        for _ in range(2):
            with pytest.raises(ModelError, match="within 1 s"):
                list(model.stream(MESSAGES, deadline=deadline))
    assert time.monotonic() - started < 0.5 + SLACK_S


@pytest.mark.parametrize("mode", ["hang", "drip", "stall"])
def test_a_limit_that_passes_closes_the_connection(mode: str) -> None:
    with ModelServer(mode, reply=ANSWER) as server:
        _failure(_model(server))
        assert server.hung_up.wait(1.0)
        assert len(server.requests) == 1


def test_the_total_ends_a_call_that_keeps_every_other_limit() -> None:
    with ModelServer("babble") as server:
        model = ChatModel(server.url, KEY, MODEL, 0.7, limits=QUICK)
        started = time.monotonic()
        error = _failure(model)
    assert time.monotonic() - started < 0.7 + SLACK_S
    assert error.kind == "timeout"
    assert "within 1 s" in str(error)


@pytest.mark.parametrize("mode", ["429", "429 half", "429 short", "500", "503", "reset at once"])
def test_a_passing_fault_is_retried(mode: str) -> None:
    with ModelServer(mode, "honest", reply=ANSWER) as server:
        started = time.monotonic()
        assert "".join(_model(server).stream(MESSAGES)) == ANSWER
        seconds = time.monotonic() - started
    assert len(server.requests) == 2
    assert seconds >= {"429 short": 1.0, "429 half": 0.5}.get(mode, 0.0)


@pytest.mark.parametrize(
    ("mode", "times"), [("500", 3), ("429 long", 1), ("401", 1), ("404", 1), ("400", 1)]
)
def test_retries_are_few_and_only_where_they_can_help(mode: str, times: int) -> None:
    with ModelServer(mode) as server:
        _failure(_model(server))
    assert len(server.requests) == times


def test_waits_that_a_server_asks_for_are_obeyed_only_up_to_their_sum() -> None:
    limits = Limits(first_token_s=0.6, retry_wait_s=0.8)
    with ModelServer("429 half", "429 half", "honest") as server:
        error = _failure(_model(server, limits=limits))
    assert len(server.requests) == 2
    assert error.kind == "busy"


def test_a_missing_key_is_told_apart_from_a_wrong_one() -> None:
    with ModelServer("401") as server:
        assert "set OPENAI_API_KEY" in str(_failure(_model(server, key=None)))
        assert "check OPENAI_API_KEY" in str(_failure(_model(server)))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:11434/v1", "ftp://127.0.0.1/v1", "http://", "http://[::1", "http://host:port/v1"],
)
def test_an_address_that_is_none_is_named(address: str) -> None:
    error = _failure(ChatModel(address, None, MODEL, 5))
    assert "OPENAI_BASE_URL" in str(error)


@pytest.mark.parametrize("key", [f"{KEY}\nX: y", f"{KEY} two", f"{KEY}…"])
def test_a_key_that_cannot_be_one_is_not_sent_and_not_shown(key: str) -> None:
    with ModelServer() as server:
        error = _failure(_model(server, key=key))
        assert not server.requests
    assert error.kind == "rejected_key"
    assert "CANARY" not in str(error)


def test_white_space_around_key_and_address_is_forgiven() -> None:
    with ModelServer() as server:
        model = ChatModel(f" {server.url}\n", f" {KEY}\n", MODEL, TOTAL_S)
        assert list(model.stream(MESSAGES))
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (None, "api.openai.com"),
        ("", "api.openai.com"),
        ("http://user:secret@127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("http://[::1]:8000/v1", "[::1]:8000"),
    ],
)
def test_the_host_is_named_without_secrets(address: str | None, host: str) -> None:
    assert ChatModel(address, KEY, MODEL, 5).host == host


@pytest.mark.parametrize(
    ("mode", "counted"),
    [
        ("honest", (TOKENS_IN, TOKENS_OUT)),
        ("lingers", (None, None)),
        ("counts words", (None, None)),
        ("counts below zero", (None, None)),
        ("counts null", (None, None)),
        ("fails after the end", (None, None)),
    ],
)
def test_what_an_answer_took_is_told_as_far_as_the_server_says_it(
    mode: str, counted: tuple[int | None, int | None]
) -> None:
    told: list[Usage] = []
    with ModelServer(mode, reply=ANSWER) as server:
        assert "".join(_model(server).stream(MESSAGES, tell=told.append)).startswith(ANSWER[:14])
    (usage,) = told
    assert (usage.tokens_in, usage.tokens_out) == counted
    assert 0 < usage.seconds < SLACK_S


def test_the_calls_of_an_answer_are_summed_and_priced() -> None:
    with ModelServer(reply=ANSWER) as server:
        writer = Writer(_model(server), prices=Prices(2.0, 10.0))
        assert writer.usage is None
        for _ in range(2):
            list(writer(MESSAGES))
    assert writer.usage is not None
    assert (writer.usage.tokens_in, writer.usage.tokens_out) == (2 * TOKENS_IN, 2 * TOKENS_OUT)
    assert writer.usage.cost == pytest.approx(2 * (TOKENS_IN * 2 + TOKENS_OUT * 10) / 1e6)
    assert writer.identity == f"{MODEL} at {server.host}"


def test_a_call_that_fails_is_counted_by_its_seconds() -> None:
    with ModelServer("hang") as server:
        writer = Writer(_model(server), prices=Prices(2.0, 10.0))
        with pytest.raises(ModelError):
            list(writer(MESSAGES))
    assert writer.usage is not None
    assert (writer.usage.tokens_in, writer.usage.cost) == (None, None)
    assert writer.usage.seconds >= QUICK.first_token_s


@pytest.mark.parametrize(
    ("mode", "option"), [("no temperature", "temperature"), ("no usage", "stream_options")]
)
def test_an_option_that_a_server_refuses_is_left_out_from_then_on(mode: str, option: str) -> None:
    with ModelServer(mode, reply=ANSWER) as server:
        model = _model(server)
        for _ in range(2):
            assert "".join(model.stream(MESSAGES)) == ANSWER
    assert [option in request.body for request in server.requests] == [True, False, False]


@pytest.mark.parametrize("mode", ["honest", "one token", "length", "no max_tokens", "stall"])
def test_one_token_is_enough_to_know_that_a_model_answers(mode: str) -> None:
    with ModelServer(mode, reply=ANSWER) as server:
        assert 0 < _model(server).try_out() < SLACK_S
    assert server.requests[0].body["max_tokens"] == 1


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("401", "rejected_key"), ("500", "busy"), ("hang", "timeout"), ("html", "malformed")],
)
def test_a_model_that_gives_no_token_says_why(mode: str, kind: str) -> None:
    with ModelServer(mode) as server, pytest.raises(ModelError) as caught:
        _model(server).try_out()
    assert caught.value.kind == kind
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("address", "is_exposed"),
    [
        ("http://127.0.0.1:11434/v1", False),
        ("http://localhost/v1", False),
        ("https://models.example/v1", False),
        ("http://models.example/v1", True),
        (None, False),
    ],
)
def test_what_can_be_read_on_its_way_is_known(address: str | None, *, is_exposed: bool) -> None:
    assert ChatModel(address, None, MODEL, 5).is_exposed is is_exposed


def test_a_model_may_be_shared_by_threads() -> None:
    answers: list[str] = []
    with ModelServer(reply=lambda body: body["messages"][1]["content"]) as server:
        model = _model(server)

        def ask(number: int) -> None:
            words = f"question {number} " * 5
            answers.append(
                str("".join(model.stream([MESSAGES[0], Message("user", words)])) == words)
            )

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == ["True"] * 6


def test_the_models_of_an_endpoint_are_listed() -> None:
    with ModelServer() as server:
        assert _model(server).models() == [MODEL, "zeta"]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("html", "malformed"),
        ("{}", "malformed"),
        ("choices null", "malformed"),
        ("{} as event", "malformed"),
        ("401", "rejected_key"),
        ("404", "unknown_model"),
        ("500", "busy"),
        ("hang", "timeout"),
    ],
)
def test_a_list_of_models_that_fails_says_why(mode: str, kind: str) -> None:
    with ModelServer(mode) as server:
        started = time.monotonic()
        with pytest.raises(ModelError) as caught:
            _model(server).models()
    assert caught.value.kind == kind
    assert time.monotonic() - started < 0.6 + SLACK_S


@pytest.mark.parametrize(("value", "seconds"), [("1", 1), ("0.5", 0.5), ("-3", 0)])
def test_retry_after_is_read_as_a_number(value: str, seconds: float) -> None:
    assert retry_after_s({"retry-after": value}) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    in_an_hour = formatdate(time.time() + 3600, usegmt=True)
    assert retry_after_s({"retry-after": in_an_hour}) == pytest.approx(3600, abs=60)


@pytest.mark.parametrize("value", ["", "soon", "nan", "inf", "Mon, 99 Foo 2024"])
def test_retry_after_that_says_nothing_is_none(value: str) -> None:
    assert retry_after_s({"retry-after": value}) is None
