"""The page of one paper: its abstract, how to cite it, where it came from, and papers like it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.answer import records
from rag.base.errors import RagError
from rag.base.types import Citation, Paper
from rag.web import (
    doubtful,
    evidence,
    fulltext,
    links,
    origins,
    pagelook,
    person,
    picking,
    screens,
    session,
)
from rag.web.render import Html, external, heading, label, latex, name, prose, show, tag
from rag.web.session import Opened

_STYLES = {
    "apa": "APA",
    "ieee": "IEEE",
    "acm": "ACM",
    "chicago": "Chicago",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
}
_OWN = "own"  # a style of a .csl file on this machine
_SIMILAR = 5
_MOST_QUOTED = 6


def render(opened: Opened, paper_id: str) -> None:
    """Draw the page of a paper; one that is not there is said to be so."""
    st.button("← All papers", key="back", type="tertiary", on_click=_leave)
    paper = opened.assistant.paper(paper_id)
    if paper is None:
        show(tag("h1", "This paper is not in your library", cls="screen-title"))
        return
    settings = opened.assistant.settings
    may_change = person.may_change(settings)
    with st.container(key="paper"):
        doubtful.trouble()
        if may_change:
            doubtful.last_decision(opened, only_of=paper)
        left, right = st.columns([29, 18], gap="large")
        with left:
            show(_record(paper))
            _actions(opened, paper)
            _quoted(paper)
            show(fulltext.full_text(paper) or tag("span"))
        with right:
            _cite(opened, paper)
            _similar(opened, paper)
            if may_change:
                doubtful.of_paper(opened, paper)
            whole = person.may_manage(settings)
            origins.render(opened, paper, whole=whole, may_change=may_change)
    pagelook.shown(opened.assistant)


def undo_line(opened: Opened) -> None:
    """The paper that was removed last, with the way back, and what went wrong with that."""
    trouble = st.session_state.pop("remove-trouble", None)
    if trouble:
        show(tag("p", trouble, cls="quiet", role="alert"))
    removed: Paper | None = st.session_state.get("removed")
    if removed is None:
        return
    with st.container(key="undo", horizontal=True):
        show(tag("p", "Removed ", name(removed.name), ".", role="status"))
        st.button("Undo", key="undo-button", type="tertiary", on_click=_put_back, args=(opened,))
        st.button("Dismiss", key="undo-dismiss", type="tertiary", on_click=_forget)


# --- what one can do -------------------------------------------------------------------------


def _actions(opened: Opened, paper: Paper) -> None:
    with st.container(key="paper-actions", horizontal=True):
        st.button(
            "Ask about this paper",
            key="ask-about",
            on_click=_ask_about,
            args=(f"What does {records.asked_as(paper)} show?",),
        )
        st.button(
            "Leave out of the comparison" if paper.id in picking.picked() else "Add to comparison",
            key="pick-paper",
            help="Pick it for a table with other papers, made on the Compare screen.",
            on_click=picking.turn,
            args=(paper,),
        )
        first = pagelook.first_page(paper)
        if first:
            st.button("See the pages", key="see-pages", on_click=pagelook.ask_for, args=(first,))
        if person.may_change(opened.assistant.settings):
            st.button(
                "Remove", key="remove", type="tertiary", on_click=_remove, args=(opened, paper)
            )


def _ask_about(question: str) -> None:
    session.ask_next(question)
    screens.go(screens.ASK)


def _remove(opened: Opened, paper: Paper) -> None:
    try:
        opened.assistant.remove(paper.id)
        st.session_state["removed"] = paper
    except RagError as error:
        st.session_state["remove-trouble"] = str(error)
    _leave()


def _put_back(opened: Opened) -> None:
    try:
        opened.assistant.restore_paper(st.session_state.pop("removed").id)
    except RagError as error:
        st.session_state["remove-trouble"] = str(error)


def _forget() -> None:
    st.session_state.pop("removed", None)


def _leave() -> None:
    screens.go(screens.LIBRARY)


def _open(paper_id: str) -> None:
    screens.go(screens.LIBRARY, paper=paper_id)


# --- what is known ---------------------------------------------------------------------------


def _record(paper: Paper) -> Html:
    leads = [external(address, host) for host, address in links.links_of(paper)]
    return tag(
        "article",
        heading("h1", paper.name, cls="paper-title"),
        tag("p", name(records.all_authors(paper)), cls="byline") if paper.authors else None,
        evidence.facts(paper),
        tag("div", *leads, cls="card-foot") if leads else None,
        tag("p", prose(paper.abstract), cls="abstract", dir="auto")
        if paper.abstract
        else tag("p", "No text of this paper is in the library.", cls="quiet"),
        cls="paper",
    )


def _quoted(paper: Paper) -> None:
    """The words of this paper that answers of this tab quote, each with the way to its page."""
    quoted = _citations(paper)
    if not quoted:
        return
    with st.container(key="quoted"):
        show(tag("h2", "Quoted in this chat", cls="small-title"))
        for i, citation in enumerate(quoted):
            show(tag("p", "“", latex(citation.quote), "”", cls="abstract", dir="auto"))
            pagelook.way(citation, f"see-quoted-{i}")


def _citations(paper: Paper) -> list[Citation]:
    answers = [e.answer for e in session.exchanges() if e.answer is not None]
    found = {
        c.quote: c
        for answer in answers
        for c in answer.citations
        if c.paper.id == paper.id and evidence.has_page(c)
    }
    return list(found.values())[-_MOST_QUOTED:]


def _cite(opened: Opened, paper: Paper) -> None:
    show(tag("h2", "Cite", cls="small-title"))
    known = dict(_STYLES)
    if person.may_manage(opened.assistant.settings):
        known[_OWN] = "Another style …"
    style = st.selectbox(
        "Style",
        list(known),
        format_func=known.__getitem__,
        key="kept-style",
        label_visibility="collapsed",
        persist_state="session",
    )
    if style == _OWN:
        style = st.text_input(
            "Path of a .csl file",
            key="kept-csl",
            placeholder="~/nature.csl",
            persist_state="session",
        )
        style = str(Path(style.strip()).expanduser()) if style.strip() else ""
    if style:
        _reference(opened, paper, style)


def _reference(opened: Opened, paper: Paper, style: str) -> None:
    try:
        written = opened.assistant.export([paper], style).strip()
        st.code(written, language=None, wrap_lines=True)
    except RagError as error:
        show(tag("p", str(error), cls="notice", role="alert"))


def _similar(opened: Opened, paper: Paper) -> None:
    near = opened.assistant.similar(paper.id, _SIMILAR)
    if not near:
        return
    with st.container(key="similar"):
        show(tag("h2", "Near in meaning", cls="small-title"))
        for other in near:
            st.button(
                label(other.name),
                key=f"similar-{other.id}",
                type="tertiary",
                on_click=_open,
                args=(other.id,),
            )
