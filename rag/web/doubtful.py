"""Papers that may be one: a list of pairs to decide on, and the way back from a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from rag.answer import records
from rag.base.errors import RagError
from rag.base.said import Decision, Doubt
from rag.base.types import Paper
from rag.web import screens
from rag.web.render import Html, label, name, show, tag
from rag.web.session import Opened

_AT_ONCE = 10
_MOST = 1000
_QUEUE, _TROUBLE = "doubts", "doubts-trouble"  # in the state of the tab
_SAYS_HOW = "What differs is bold."
_DONE = {
    "join": "Made one paper of two: ",
    "split": "Made two papers of one: ",
    "apart": "Kept apart: ",
}


def queue(opened: Opened) -> None:
    """Draw the pairs that nobody has decided on, and the last decision with its undo."""
    trouble()
    last_decision(opened)
    pairs = _pairs(opened)
    if not pairs:
        show(tag("p", "No two papers look like one.", cls="quiet", role="status"))
        return
    count = "1 pair" if len(pairs) == 1 else f"{len(pairs):,} pairs"
    show(tag("p", f"{count} may be one paper. {_SAYS_HOW}", role="status", cls="quiet"))
    for i, doubt in enumerate(pairs[:_AT_ONCE]):
        with st.container(key=f"pair-{i}"):
            _beside(doubt, i)
            verdict(opened, doubt, f"{i}")
    if len(pairs) > _AT_ONCE:
        show(tag("p", f"{len(pairs) - _AT_ONCE:,} more come after these.", cls="quiet"))


def of_paper(opened: Opened, paper: Paper) -> None:
    """The papers that may be the same as this one, on its page."""
    found = opened.assistant.doubts_of(paper, opened.shelf().papers)
    if not found:
        return
    with st.container(key="may-be-one"):
        show(tag("h2", "May be the same paper", cls="small-title"))
        for i, doubt in enumerate(found):
            _open_button(_other(doubt, paper), f"twin-{i}")
            show(tag("p", _facts(_other(doubt, paper)), cls="quiet"))
            verdict(opened, Doubt(paper, _other(doubt, paper), doubt.why), f"of-{i}")


def verdict(opened: Opened, doubt: Doubt, key: str) -> None:
    """What speaks for two papers, and what a person can make of them."""
    why = doubt.why[:1].upper() + doubt.why[1:]
    with st.container(key=f"verdict-{key}", horizontal=True):
        show(tag("p", f"{why}.", cls="quiet"))
        st.button("Make them one", key=f"join-{key}", on_click=_join, args=(opened, doubt))
        st.button("Keep both", key=f"apart-{key}", on_click=_keep_apart, args=(opened, doubt))


def last_decision(opened: Opened, only_of: Paper | None = None) -> None:
    """The decision that can be undone; with `only_of` only where it was on this paper."""
    last = opened.assistant.last_decision()
    if last is None or (only_of and only_of.id not in (last.paper_id, last.other_id)):
        return
    with st.container(key="undo-line", horizontal=True):
        show(tag("p", _DONE[last.action], name(_names(opened, last)), role="status"))
        st.button("Undo", key="undo-decision", type="tertiary", on_click=_undo, args=(opened,))


def trouble() -> None:
    """Why the last decision of this tab was not done, once."""
    said = st.session_state.pop(_TROUBLE, None)
    if said:
        show(tag("p", said, cls="notice", role="alert"))


def decide(act: Callable[[], object]) -> bool:
    """Do what was decided; False where it was refused, which `trouble` then tells."""
    try:
        act()
    except RagError as error:
        st.session_state[_TROUBLE] = str(error)
        return False
    return True


# --- the pairs -------------------------------------------------------------------------------


def _pairs(opened: Opened) -> Sequence[Doubt]:
    """The list of this tab; made anew when the library was changed by anything but a decision."""
    revision = opened.assistant.revision
    kept: tuple[int, Sequence[Doubt]] | None = st.session_state.get(_QUEUE)
    if kept is None or kept[0] != revision:
        with st.spinner("Looking for papers that may be one …"):
            kept = st.session_state[_QUEUE] = (revision, opened.assistant.doubts(_MOST))
    return kept[1]


def _beside(doubt: Doubt, i: int) -> None:
    for column, paper, other, side in zip(
        st.columns(2, gap="medium"),
        (doubt.one, doubt.other),
        (doubt.other, doubt.one),
        ("one", "other"),
        strict=True,
    ):
        with column:
            _open_button(paper, f"{side}-{i}")
            show(_record(paper, other))


def _open_button(paper: Paper, key: str) -> None:
    st.button(
        label(paper.name), key=f"open-{key}", type="tertiary", on_click=_open, args=(paper.id,)
    )


def _record(paper: Paper, other: Paper) -> Html:
    """What a record says, that in which it differs from the other bold."""
    told = zip(_lines(paper), _lines(other), strict=True)
    items = [
        tag("li", name(said), cls="differs" if said != against else None)
        for said, against in told
        if said
    ]
    return tag("ul", *items, cls="sources")


def _lines(paper: Paper) -> list[str]:
    return [
        records.all_authors(paper),
        records.long_date(paper) or "",
        paper.venue or "",
        f"DOI {paper.doi}" if paper.doi else "",
        f"arXiv {paper.arxiv_id}" if paper.arxiv_id else "",
        ", ".join(dict.fromkeys(source.kind for source in paper.sources)),
    ]


def _facts(paper: Paper) -> str:
    return " · ".join(filter(None, (records.people(paper), records.long_date(paper), paper.venue)))


def _other(doubt: Doubt, paper: Paper) -> Paper:
    return doubt.other if doubt.one.id == paper.id else doubt.one


def _names(opened: Opened, last: Decision) -> str:
    ids = [last.paper_id] if last.action == "join" else [last.paper_id, last.other_id]
    found = [opened.assistant.paper(paper_id) for paper_id in ids]
    return " and ".join(f"“{paper.name}”" for paper in found if paper) or "a paper that is gone"


# --- decisions -------------------------------------------------------------------------------


def _join(opened: Opened, doubt: Doubt) -> None:
    _settle(opened, doubt, lambda: opened.assistant.join(doubt.one.id, doubt.other.id))


def _keep_apart(opened: Opened, doubt: Doubt) -> None:
    _settle(opened, doubt, lambda: opened.assistant.keep_apart(doubt.one.id, doubt.other.id))


def _settle(opened: Opened, doubt: Doubt, act: Callable[[], object]) -> None:
    """Decide on a pair, and take it from the list of this tab."""
    if decide(act) and _QUEUE in st.session_state:
        gone = {doubt.one.id, doubt.other.id}
        rest = [d for d in st.session_state[_QUEUE][1] if {d.one.id, d.other.id} != gone]
        there = opened.assistant.paper
        if there(doubt.other.id) is None:
            rest = [d for d in rest if doubt.other.id not in (d.one.id, d.other.id)]
        st.session_state[_QUEUE] = (opened.assistant.revision, rest)


def _undo(opened: Opened) -> None:
    if decide(opened.assistant.undo_decision):
        st.session_state.pop(_QUEUE, None)


def _open(paper_id: str) -> None:
    screens.go(screens.LIBRARY, paper=paper_id)
