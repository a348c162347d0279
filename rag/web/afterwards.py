"""What one can do with an answer: take its references, edit its question, judge it, ask on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from rag.answer import records
from rag.assistant import Assistant
from rag.base.errors import RagError
from rag.base.types import Answer, Paper
from rag.web import evidence, person, session
from rag.web.conversation import Exchange
from rag.web.render import name, show, tag

_FOLLOW_UPS = 3
_STYLES = {"plain": "Plain", "bibtex": "BibTeX", "apa": "APA", "ris": "RIS"}


def row(assistant: Assistant, exchange: Exchange) -> None:
    """What can be done with a settled exchange, in one line of quiet buttons."""
    answer, n = exchange.answer, exchange.number
    with st.container(key=f"after-{n}", horizontal=True):
        if answer is None:
            st.button(
                "Ask again",
                key=f"again-{n}",
                type="tertiary",
                on_click=session.ask_again,
                args=(exchange,),
            )
        elif answer.citations:
            with st.popover("References", type="tertiary", key=f"references-{n}"):
                _references(assistant, answer, n)
        with st.popover("Edit question", type="tertiary", key=f"edit-{n}"):
            _edit(exchange)
        if answer is not None and answer.id:
            with st.popover("Was this right?", type="tertiary", key=f"judge-{n}"):
                _judge(assistant, answer, n)


def follow_ups(answer: Answer, asked: Sequence[str]) -> list[str]:
    """Questions that the papers of an answer can be asked next; none that was asked already."""
    questions = (q for q in dict.fromkeys(_follow_ups(answer)) if q not in asked)
    return [question for question, _ in zip(questions, range(_FOLLOW_UPS), strict=False)]


def _follow_ups(answer: Answer) -> Iterator[str]:
    cited = evidence.cited_papers(answer)
    shown = {paper.id for paper in cited}
    others = list(
        {e.paper.id: e.paper for e in answer.evidence if e.paper.id not in shown}.values()
    )
    if answer.mode != "lookup" and cited and others:
        yield f"Compare {records.asked_as(cited[0])} and {records.asked_as(others[0])}."
    for paper in [*others[:1], *cited[:2]]:
        yield f"What does {records.asked_as(paper)} show?"
    for paper in cited[:1]:
        yield from (f"Which papers are by {author}?" for author in paper.authors[:1])


# --- references ------------------------------------------------------------------------------


def _references(assistant: Assistant, answer: Answer, n: int) -> None:
    papers = evidence.cited_papers(answer)
    style = st.segmented_control(
        "Style",
        list(_STYLES),
        format_func=_STYLES.__getitem__,
        default="plain",
        key=f"style-{n}",
        label_visibility="collapsed",
        required=True,
    )
    st.code(_written(assistant, papers, str(style)), language=None, wrap_lines=True)


def _written(assistant: Assistant, papers: Sequence[Paper], style: str) -> str:
    if style == "plain":
        return "\n\n".join(map(evidence.reference, papers))
    return assistant.export(papers, style).strip()


# --- the question ----------------------------------------------------------------------------


def _edit(exchange: Exchange) -> None:
    key = f"edited-{exchange.number}"
    st.text_area("Question", value=exchange.question, key=key, height=80)
    st.button(
        "Ask this instead", key=f"edit-ask-{exchange.number}", on_click=_asked, args=(exchange,)
    )


def _asked(exchange: Exchange) -> None:
    question = str(st.session_state.get(f"edited-{exchange.number}") or "").strip()
    if question:
        session.ask_again(exchange, (), question)


# --- judging ---------------------------------------------------------------------------------


def _judge(assistant: Assistant, answer: Answer, n: int) -> None:
    given = assistant.feedback.of(answer.id or "", person.owner())
    if given is not None:
        said = "You said that this is right." if given.good else "You said that this is not right."
        show(tag("p", said, cls="quiet", role="status"))
        st.button(
            "Take it back", key=f"take-back-{n}", on_click=_take_back, args=(assistant, answer)
        )
        return
    st.button("Yes", key=f"right-{n}", on_click=_give, args=(assistant, answer, n, True))
    st.text_input(
        "If not: the right paper, if you know it",
        key=f"better-{n}",
        placeholder="A piece of its title, an author, a year",
    )
    found = _right_paper(assistant, n)
    if found is not None:
        show(tag("p", "Taken for ", name(found.name), cls="quiet"))
    st.button("No", key=f"wrong-{n}", on_click=_give, args=(assistant, answer, n, False))
    show(tag("p", "Kept in your library; “askpapers eval” can ask it again.", cls="quiet"))


def _right_paper(assistant: Assistant, n: int) -> Paper | None:
    words = str(st.session_state.get(f"better-{n}") or "").strip()
    try:
        return next(iter(assistant.lookup(words)), None) if words else None
    except RagError:
        return None


def _give(assistant: Assistant, answer: Answer, n: int, good: bool) -> None:
    right = None if good else _right_paper(assistant, n)
    papers = [right.id] if right else ()
    assistant.feedback.give(answer.id or "", good=good, right=papers, owner=person.owner())


def _take_back(assistant: Assistant, answer: Answer) -> None:
    assistant.feedback.withdraw(answer.id or "", person.owner())
