"""An answer that is being written: it goes on by itself, is kept, and stops when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag import Assistant, Settings
from rag.base.errors import ModelError
from rag.base.types import Event, Token
from rag.web.conversation import Asking, Conversation, Exchange
from rag.web.jobs import UNEXPECTED

WAIT_S = 20


def asked(events: Callable[..., Iterator[Event]], exchange: Exchange) -> Asking:
    """The asking, begun; nothing is kept."""
    exchange.asking = Asking(exchange, events, lambda _: None).start()
    return exchange.asking


def test_what_comes_is_there_when_it_is_over() -> None:
    def events(_: object) -> Iterator[Event]:
        yield from (Token("a"), Token("b"))

    exchange = Exchange("q")
    assert asked(events, exchange).wait(WAIT_S)
    assert (exchange.draft, exchange.error) == ("ab", None)


@pytest.mark.parametrize(
    ("error", "said"),
    [(ModelError("The model is down."), "The model is down."), (ZeroDivisionError(), UNEXPECTED)],
)
def test_an_error_is_a_sentence_of_the_exchange(error: Exception, said: str) -> None:
    def events(_: object) -> Iterator[Event]:
        yield Token("a")
        raise error

    exchange = Exchange("q")
    assert asked(events, exchange).wait(WAIT_S)
    assert exchange.error == said


def test_a_stop_is_heard_at_once_and_what_comes_later_is_dropped() -> None:
    heard, closed = threading.Event(), threading.Event()

    def events(stop: Callable[[], bool]) -> Iterator[Event]:
        try:
            yield Token("early")
            while not stop():
                closed.wait(0.01)
            heard.set()
            yield Token(" late")
            yield Token(" later")
        finally:
            closed.set()

    exchange = Exchange("q")
    asking = asked(events, exchange)
    while not exchange.draft:
        asking.wait(0.01)
    asking.stop()
    assert asking.is_over
    assert closed.wait(WAIT_S)
    assert heard.is_set()
    assert exchange.draft == "early"


@pytest.fixture
def owls(tmp_path: Path) -> Iterator[Assistant]:
    """A library of one paper."""
    with Assistant.open(tmp_path / "library", Settings(_env_file=None)) as assistant:
        assistant.add_bytes(
            b'{"title": "Owls", "abstract": "Owls turn their heads by 270 degrees."}', "o.jsonl"
        )
        yield assistant


def ask(talk: Conversation, assistant: Assistant, exchange: Exchange) -> None:
    """Ask and wait for the end."""
    if exchange not in talk.exchanges:
        talk.exchanges.append(exchange)
    talk.ask(assistant, exchange)
    assert exchange.asking is not None
    assert exchange.asking.wait(WAIT_S)


def test_answers_are_kept_in_one_chat_that_can_be_gone_on_with(owls: Assistant) -> None:
    talk = Conversation()
    ask(talk, owls, Exchange("How far do owls turn their heads?"))
    ask(talk, owls, Exchange("Which papers are there?"))
    assert talk.chat_id is not None
    chat = owls.chats.get(talk.chat_id)
    assert chat is not None
    again = Conversation.of(chat)
    assert [e.question for e in again.exchanges] == [e.question for e in talk.exchanges]
    assert [e.answer.text for e in again.exchanges if e.answer] == [
        e.answer.text for e in talk.exchanges if e.answer
    ]


def test_an_answer_asked_anew_takes_the_place_of_the_first(owls: Assistant) -> None:
    talk = Conversation()
    first = Exchange("How far do owls turn their heads?")
    ask(talk, owls, first)
    assert first.answer is not None
    anew = Exchange("Which papers are there?", instead_of=first.answer.id)
    talk.exchanges[0] = anew
    ask(talk, owls, anew)
    chat = owls.chats.get(talk.chat_id or "")
    assert chat is not None
    assert [answer.question for answer in chat.answers] == ["Which papers are there?"]


def test_nothing_is_kept_where_no_answers_are_to_be_kept(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, answers_kept=0)
    with Assistant.open(tmp_path / "library", settings) as assistant:
        talk = Conversation()
        ask(talk, assistant, Exchange("Is anything there?"))
        assert talk.exchanges[0].answer is not None
        assert talk.chat_id is None
        assert assistant.chats.list() == ()


def test_a_new_question_stops_the_one_that_is_being_answered(owls: Assistant) -> None:
    talk = Conversation()
    slow = Exchange("slow")
    talk.exchanges.append(slow)
    release = threading.Event()

    def events(_: object) -> Iterator[Event]:
        yield Token("a")
        release.wait(WAIT_S)

    asked(events, slow)
    ask(talk, owls, Exchange("How far do owls turn their heads?"))
    assert slow.asking is not None
    assert slow.asking.is_over
    release.set()
