"""The page of one paper: its abstract, how to cite it, where it came from, and papers like it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import streamlit as st

from rag.answer import records
from rag.base.errors import RagError
from rag.base.types import Paper, Source
from rag.web import evidence, fulltext, links, person, picking, screens, session
from rag.web.render import Html, external, join, label, name, prose, show, tag
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


def render(opened: Opened, paper_id: str) -> None:
    """Draw the page of a paper; one that is not there is said to be so."""
    st.button("← All papers", key="back", type="tertiary", on_click=_leave)
    paper = opened.assistant.paper(paper_id)
    if paper is None:
        show(tag("h1", "This paper is not in your library", cls="screen-title"))
        return
    with st.container(key="paper"):
        left, right = st.columns([29, 18], gap="large")
        with left:
            show(_record(paper))
            _actions(opened, paper)
            show(fulltext.full_text(paper) or tag("span"))
        with right:
            _cite(opened, paper)
            _similar(opened, paper)
            show(_sources(paper, whole=person.may_manage(opened.assistant.settings)))


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
            args=(f"What does {records.short_title(paper)} show?",),
        )
        st.button(
            "Leave out of the comparison" if paper.id in picking.picked() else "Compare",
            key="pick-paper",
            help="Pick it for a table with other papers, made on the Compare screen.",
            on_click=picking.turn,
            args=(paper,),
        )
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
        tag("h1", name(paper.name), cls="paper-title"),
        tag("p", name(records.all_authors(paper)), cls="byline") if paper.authors else None,
        evidence.facts(paper),
        tag("div", *leads, cls="card-foot") if leads else None,
        tag("p", prose(paper.abstract), cls="abstract", dir="auto")
        if paper.abstract
        else tag("p", "No text of this paper is in the library.", cls="quiet"),
        cls="paper",
    )


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
    )
    if style == _OWN:
        style = st.text_input("Path of a .csl file", key="kept-csl", placeholder="~/nature.csl")
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


def _sources(paper: Paper, *, whole: bool) -> Html:
    """Where a record comes from; only with `whole` the folders of this machine."""
    sources = paper.sources if whole else [replace(s, origin=_file(s)) for s in paper.sources]
    items = [tag("li", name(_source(source)), title=source.origin) for source in sources]
    known = [
        tag("li", f"{called} ", name(value))
        for called, value in (
            ("DOI", paper.doi),
            ("arXiv", paper.arxiv_id),
            ("Citekey", paper.citekey),
        )
        if value
    ]
    note = "The listing prints no year; this one was worked out." if paper.date_inferred else None
    return join(
        [
            tag("h2", "Where it comes from", cls="small-title"),
            tag("ul", *items, *known, cls="sources"),
            tag("p", note, cls="quiet") if note else None,
        ]
    )


def _file(source: Source) -> str:
    return re.split(r"[/\\]", source.origin)[-1]


def _source(source: Source) -> str:
    return " · ".join(part for part in (source.kind, source.origin, source.where) if part)
