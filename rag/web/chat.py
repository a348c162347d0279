"""The Ask screen: the first visit, the conversation with its evidence, an answer as it arrives."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answer import records
from rag.assistant import Assistant
from rag.base.types import Answer, Paper
from rag.web import (
    adding,
    afterwards,
    chats,
    evidence,
    pagelook,
    panel,
    screens,
    session,
    transcript,
)
from rag.web.conversation import Exchange
from rag.web.evidence import Anchors
from rag.web.render import Html, join, label, show, style_page, tag
from rag.web.session import LibraryFacts, Opened
from rag.web.sidebar import sidebar
from rag.web.wording import papers_in_words

_WHAT = (
    "Ask questions about your own collection of papers. "
    "Every sentence of an answer shows the words it rests on."
)
_LOOK_S = 0.12  # how long what was written waits to be shown
_MOST_S = 2.0  # how long the rest of the page waits for the evidence of others
_PLACEHOLDER = "Ask about your papers"


def render(opened: Opened, facts: LibraryFacts) -> None:
    """Draw the screen: the first visit, questions to try, or the conversation."""
    chats.follow_address(opened.assistant)
    asked = take_question(facts)
    if asked is not None:
        session.ask(opened, asked)
    chats.say_address()
    style_page(evidence.rules(anchored()))
    # Once a run: at first, or where a question waits for its evidence, after that is shown.
    aside = functools.cache(functools.partial(sidebar, opened, facts, screen=screens.ASK))
    if not any(exchange.is_open for exchange in session.exchanges()):
        aside()
    # Two places, one of them empty: what was on the other screen goes at once, not at the end.
    home_place, conversation_place = st.empty(), st.empty()
    if session.exchanges():
        with conversation_place.container():
            conversation(opened.assistant, facts, aside)
    else:
        with home_place.container():
            home(opened.assistant, facts)
    aside()


def take_question(facts: LibraryFacts) -> Exchange | None:
    """What this run answers, already part of the conversation; None when nothing was asked."""
    typed = st.chat_input(_PLACEHOLDER, key="question") if facts.count else None
    question = typed or session.take_asked()
    if not question:
        return session.take_asked_anew()
    exchange = Exchange(question)
    session.exchanges().append(exchange)
    return exchange


def anchored() -> list[tuple[Exchange, Anchors]]:
    """The conversation with its ids on this page. A new question makes them new."""
    page = len(session.exchanges())
    return [(e, Anchors(page, e.number)) for e in session.exchanges()]


def home(assistant: Assistant, facts: LibraryFacts) -> None:
    """Before the first question: what this is and how to begin, or three questions to try."""
    with st.container(key="home"):
        if not facts.count:
            show(join([tag("h1", "askpapers"), tag("p", _WHAT, cls="what")]))
            adding.first_papers(assistant)
            return
        show(tag("h1", "What would you like to know?"))
        _questions(facts.suggestions, "suggestion")
        adding.job_state()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an exchange stands on the page: its words, and its evidence, an `st.empty()`."""

    exchange: Exchange
    anchors: Anchors
    words: DeltaGenerator
    evidence: DeltaGenerator
    newest: bool

    def show_evidence(self) -> None:
        """Draw what its exchange has found."""
        panel.draw(self.evidence, self.exchange, self.anchors, newest=self.newest)


def conversation(assistant: Assistant, facts: LibraryFacts, aside: Callable[[], None]) -> None:
    """The questions and answers on the left, the evidence on the right.

    A question that is being answered is drawn first. All else, by `aside` too, is drawn when its
    evidence is there; until then it stays on the page as it was.
    """
    places = _places()
    written = [place for place in places if place.exchange.is_open]

    @functools.cache
    def rest() -> None:
        for place in places:
            if place not in written:
                _settled(assistant, place)
        aside()

    for place in written:
        _answering(assistant, place, facts, rest)
    rest()
    pagelook.shown(assistant)


def _places() -> list[_Place]:
    shown = anchored()
    with st.container(key="desk"):
        left, right = st.columns([29, 22], gap="large")
    with right, st.container(key="evidence"):
        panels = [st.empty() for _ in shown]
    with left, st.container(key="conversation"):
        show(tag("h1", "Questions and answers", cls="unseen"))
        words = [st.container(gap=None) for _ in shown]
    return [
        _Place(exchange, anchors, here, there, exchange is shown[-1][0])
        for (exchange, anchors), here, there in zip(shown, words, panels, strict=True)
    ]


@contextmanager
def _said(place: _Place) -> Iterator[None]:
    """The question of an exchange, and room for its answer."""
    with place.words:
        with st.chat_message("user"):
            show(transcript.question(place.exchange))
        with st.chat_message("assistant"):
            yield


def _settled(assistant: Assistant, place: _Place) -> None:
    place.show_evidence()
    with _said(place):
        _answered(assistant, place.exchange, place.anchors, newest=place.newest)


def _answered(assistant: Assistant, exchange: Exchange, anchors: Anchors, *, newest: bool) -> None:
    answer = exchange.answer
    if answer is not None and (answer.understood or exchange.ignoring):
        _conditions(exchange, answer)
    else:
        st.empty()  # what follows stands where it stood while it was written
    show(transcript.settled(exchange, anchors, assistant.settings.model))
    if newest and answer is not None and not answer.citations:
        # Part of the abstention, so it stands right below it.
        _questions(_better(answer.nearest), f"instead-{exchange.number}", title="Ask instead")
    afterwards.row(assistant, exchange)
    if newest and answer is not None and answer.citations:
        asked = [e.question for e in session.exchanges()]
        onward = afterwards.follow_ups(answer, asked)
        _questions(onward, f"next-{exchange.number}", title="Ask next")


def _conditions(exchange: Exchange, answer: Answer) -> None:
    """What was understood above its answer, each to be taken away; what was, to be put back."""
    chips = [(said, "Remove") for said in answer.understood]
    chips += [(said, "Put back") for said in exchange.ignoring]
    with st.container(key=f"conditions-{exchange.number}", horizontal=True):
        for i, (said, verb) in enumerate(chips):
            removes = verb == "Remove"
            kind = "chip" if removes else "gone"
            ignoring = [other for other in exchange.ignoring if other != said]
            with st.container(
                key=f"{kind}-{i}-{exchange.number}", horizontal=True, width="content"
            ):
                show(transcript.condition(said, removed=not removes))
                st.button(
                    label(f"{verb} “{said}”"),
                    key=f"{kind}-button-{i}-{exchange.number}",
                    type="tertiary",
                    on_click=session.ask_again,
                    args=(exchange, [*ignoring, said] if removes else ignoring),
                )


def _answering(
    assistant: Assistant, place: _Place, facts: LibraryFacts, rest: Callable[[], None]
) -> None:
    """Show what comes until the answer is there, or somebody does something else meanwhile.

    The rest of the page is drawn when the evidence is shown and nobody waits for theirs.
    """
    exchange = place.exchange
    with _said(place):
        slots = _slots(exchange)
    found: object = ()
    shown: dict[DeltaGenerator, Html] = {}
    at_last = 0.0
    while exchange.asking is not None:
        over = exchange.asking.wait(_LOOK_S)
        if found is not exchange.evidence:
            found = exchange.evidence
            at_last = at_last or time.monotonic() + _MOST_S
            place.show_evidence()
        draft = transcript.draft(exchange, _doing(exchange, facts))
        for slot, part in zip(slots, draft, strict=True):
            if part != shown.get(slot, Html("")):  # what has not changed is not sent again
                show(part, slot)
                shown[slot] = part
        if over:
            st.rerun()
        if found and (not assistant.is_sought or time.monotonic() > at_last):
            rest()


def _slots(exchange: Exchange) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Places for what was understood, the words, and what is done.

    They are those of a settled exchange (`_answered`), so that its answer takes the place of the
    words. What is done is shown above the words: below, the way to stop would move with each line.
    """
    understood, words = st.empty(), st.empty()
    with st.container(key="writing", horizontal=True):
        doing = st.empty()
        st.button("Stop", key="stop", type="tertiary", on_click=_stop, args=(exchange,))
    return understood, words, doing


def _stop(exchange: Exchange) -> None:
    if exchange.asking is not None:
        exchange.asking.stop()


def _doing(exchange: Exchange, facts: LibraryFacts) -> str:
    if not exchange.evidence:
        return f"Reading {papers_in_words(facts.count)} …"
    papers = len({e.paper.id for e in exchange.evidence})
    return f"Writing from {papers_in_words(papers)} …"


def _questions(questions: Sequence[str], key: str, title: str | None = None) -> None:
    """Questions to try, as buttons that ask them."""
    if not questions:
        return
    with st.container(key=key):
        if title:
            show(tag("p", title, cls="small-title"))
        for i, question in enumerate(questions):
            st.button(
                label(question),
                key=f"q{i}-{key}",
                type="tertiary",
                on_click=session.ask_next,
                args=(question,),
            )


def _better(nearest: Sequence[Paper]) -> list[str]:
    """Questions that the nearest papers can answer, after one that they could not."""
    return [f"What does {records.asked_as(p)} show?" for p in nearest[:2]]
