"""The Library screen: what one has, as a list to search and narrow; and adding to it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from rag.answer import records
from rag.base.types import Paper
from rag.web import adding, doubtful, paper_page, person, picking, pictures, screens
from rag.web.render import Html, label, name, show, spoken, style_page, tag
from rag.web.session import LibraryFacts, Opened
from rag.web.shelf import FACETS, Choice, Order, Shelf
from rag.web.sidebar import sidebar
from rag.web.wording import papers_in_words

_KEPT = "library-"  # the names of controls that are as they were when one comes back
_VIEWS = {"papers": "Papers", "pictures": "Pictures", "twins": "Duplicates", "add": "Add papers"}
_CHANGING = ("twins", "add")  # not of a library that is read only
_PAGE = 25
_ORDERS: Mapping[Order, str] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "title": "By title",
    "author": "By first author",
    "score": "Best score first",
    "added": "Last added first",
}
_FACET_NAMES = {
    "year": "Year",
    "category": "Category",
    "org": "Organisation",
    "author": "Author",
    "kind": "Source",
    "code": "Code",
}
_LONG = ("org", "author")  # too many values to see at once


def render(opened: Opened, facts: LibraryFacts) -> None:
    """Draw the screen, or the page of the paper that the address names."""
    _take_pick()
    style_page()
    sidebar(opened, facts, screen=screens.LIBRARY)
    asked = st.query_params.get("paper")
    if asked:
        paper_page.render(opened, asked)
        return
    with st.container(key="library"):
        show(tag("h1", "Library", cls="screen-title"))
        paper_page.undo_line(opened)
        adding.job_state()
        may_add = person.may_change(opened.assistant.settings)
        if not (may_add or facts.count):
            adding.first_papers(opened.assistant)
            return
        st.session_state.setdefault(f"{_KEPT}view", "papers" if facts.count else "add")
        view = st.segmented_control(
            "View",
            [name for name in _VIEWS if may_add or name not in _CHANGING],
            format_func=_VIEWS.__getitem__,
            key=f"{_KEPT}view",
            label_visibility="collapsed",
            required=True,
            persist_state="session",
        )
        if may_add and (view == "add" or not facts.count):
            adding.ways_to_add(opened.assistant, facts.has_sample, place="library")
        elif may_add and view == "twins":
            doubtful.queue(opened)
        else:
            _papers(opened, as_pictures=view == "pictures")


def open_paper(paper_id: str) -> None:
    """Show the page of a paper."""
    screens.go(screens.LIBRARY, paper=paper_id)


# --- the list --------------------------------------------------------------------------------


def _papers(opened: Opened, *, as_pictures: bool) -> None:
    shelf, choice = opened.shelf(), _choice()
    st.text_input(
        "Search titles, authors and organisations",
        key=f"{_KEPT}words",
        placeholder="Search titles, authors and organisations",
        label_visibility="collapsed",
        persist_state="session",
    )
    with st.container(key="facets", horizontal=True):
        for facet in FACETS:
            _facet(shelf, facet, choice)
        if not choice.is_open:
            st.button("Clear", key="clear-filters", type="tertiary", on_click=_clear)
    found = shelf.find(choice)
    if as_pictures:
        pictures.render(opened, shelf, found, _pick)
        return
    with st.container(key="found", horizontal=True):
        show(tag("p", _found_in_words(len(found), len(shelf.papers)), role="status", cls="quiet"))
        st.selectbox(
            "Order",
            list(_ORDERS),
            format_func=_ORDERS.__getitem__,
            key=f"{_KEPT}order",
            label_visibility="collapsed",
            persist_state="session",
        )
    _picked_line()
    _rows(shelf, found, choice)


def _pick(what: str, told: Mapping[str, str]) -> None:
    """Go where a click on a picture leads: to a paper, or to the papers of some values."""
    st.session_state["picking"] = (what, dict(told))
    st.rerun()


def _take_pick() -> None:
    """Do what `_pick` asked for, before the controls of this run are there."""
    what, told = st.session_state.pop("picking", ("", {}))
    if what == "paper":
        open_paper(told["id"])
    elif what == "only":
        for facet, value in told.items():
            st.session_state[f"{_KEPT}{facet}"] = [value]
        st.session_state[f"{_KEPT}view"] = "papers"


def _choice() -> Choice:
    """What the controls are set to."""
    state = st.session_state
    values = {facet: tuple(state.get(f"{_KEPT}{facet}") or ()) for facet in FACETS}
    return Choice(state.get(f"{_KEPT}words") or "", values, state.get(f"{_KEPT}order") or "newest")


def _clear() -> None:
    st.session_state[f"{_KEPT}words"] = ""
    for facet in FACETS:
        st.session_state[f"{_KEPT}{facet}"] = []


def _facet(shelf: Shelf, facet: str, choice: Choice) -> None:
    counts = shelf.counts(facet, choice)
    chosen = choice.values[facet]
    if len(counts) < 2 and not chosen:
        return
    shown = _FACET_NAMES[facet]
    if chosen:
        shown += f": {chosen[0]}" + (f" +{len(chosen) - 1}" if len(chosen) > 1 else "")

    def counted(value: str) -> str:
        return f"{value} ({counts.get(value, 0):,})"

    with st.popover(label(shown[:40]), key=f"facet-{facet}"):
        if facet in _LONG or len(counts) > 40:
            st.multiselect(
                _FACET_NAMES[facet],
                list(counts),
                format_func=counted,
                key=f"{_KEPT}{facet}",
                persist_state="session",
            )
        else:
            st.pills(
                _FACET_NAMES[facet],
                list(counts),
                format_func=lambda value: label(counted(value)),
                selection_mode="multi",
                key=f"{_KEPT}{facet}",
                persist_state="session",
            )


def _found_in_words(found: int, of: int) -> str:
    if found == of:
        return papers_in_words(of)
    return f"{found:,} of {papers_in_words(of)}" if found else "No paper is like that."


def _rows(shelf: Shelf, found: list[int], choice: Choice) -> None:
    pages = max(1, -(-len(found) // _PAGE))
    key = _page_key(choice)
    page = min(st.session_state.get(key, 1), pages)
    with st.container(key="rows"):
        for row, place in enumerate(found[(page - 1) * _PAGE : page * _PAGE]):
            paper = shelf.papers[place]
            with st.container(key=f"row-{row}"):
                _picker(paper)
                st.button(
                    label(paper.name),
                    key=f"open-{row}",
                    type="tertiary",
                    on_click=open_paper,
                    args=(paper.id,),
                )
                show(_row(paper))
    if pages > 1:
        st.pagination(pages, key=key, persist_state="session")


def _page_key(choice: Choice) -> str:
    """Where the page is kept that is looked at: another choice begins at its first page."""
    turn, before = st.session_state.get(f"{_KEPT}turn", (0, choice))
    turn += choice != before
    st.session_state[f"{_KEPT}turn"] = (turn, choice)
    return f"{_KEPT}page-{turn}"


def _picker(paper: Paper) -> None:
    """A box to tick for a comparison; it follows what is picked on other screens."""
    key = f"pick-{paper.id}"
    st.session_state[key] = paper.id in picking.picked()
    st.checkbox(
        f"Compare {spoken(paper.name)}",
        key=key,
        label_visibility="collapsed",
        on_change=_follow_box,
        args=(key, paper),
    )


def _follow_box(key: str, paper: Paper) -> None:
    """Pick what is ticked. A box that was not drawn to its end is told of too, and is not."""
    if st.session_state[key]:
        picking.pick([paper])
    else:
        picking.unpick(paper.id)


def _picked_line() -> None:
    """How many papers are picked for a comparison, and the way to it."""
    count = len(picking.picked())
    if not count:
        return
    with st.container(key="picked-line", horizontal=True):
        said = f"{papers_in_words(count)} picked"
        if count == 1:
            said += ", one more makes a comparison"
        elif count == picking.MOST:
            said += ", as many as a table holds"
        show(tag("p", f"{said}.", role="status"))
        st.button("Compare", key="to-comparison", type="primary", disabled=count < 2,
                  on_click=screens.go, args=(screens.COMPARE,))  # fmt: skip
        st.button("Clear", key="unpick-all", type="tertiary", on_click=picking.clear)


def _row(paper: Paper) -> Html:
    facts = [records.people(paper), records.long_date(paper), paper.category, paper.venue]
    shown = [tag("span", name(fact)) for fact in facts if fact]
    shown += [tag("span", f"score {paper.score:g}")] if paper.score is not None else []
    shown += [tag("span", "code", cls="badge")] if paper.has_code else []
    return tag("p", *shown, cls="facts")
