"""The Compare screen: papers and aspects are picked, or asked for in words; the table comes out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from rag.answer import records
from rag.assistant import Assistant
from rag.base.aspects import CHOSEN, NAMES
from rag.base.errors import RagError
from rag.base.types import Answer, Comparison, Paper
from rag.web import evidence, pagelook, panel, picking, screens, session
from rag.web.conversation import Exchange
from rag.web.evidence import Anchors
from rag.web.jobs import UNEXPECTED, unforeseen
from rag.web.matrix import cited_list, matrix
from rag.web.render import Html, join, label, latex, name, show, style_page, tag
from rag.web.session import LibraryFacts, Opened
from rag.web.sidebar import sidebar

logger = logging.getLogger(__name__)

_MOST_FOUND = 5
_SAYS_HOW = "Pick two to eight papers, or ask in words. Each cell quotes its paper and shows where."
_FILES: Mapping[str, tuple[str, str, str]] = {
    "markdown": ("Markdown", "comparison.md", "text/markdown"),
    "csv": ("CSV", "comparison.csv", "text/csv"),
    "latex": ("LaTeX", "comparison.tex", "text/x-tex"),
}
# Keys of what is kept from run to run.
_MADE, _TURN = "compared", "compared-turn"
_FIND, _ASPECTS, _WORDS = "kept-compare-find", "kept-compare-aspects", "kept-compare-words"
_CLAIM = "kept-compare-claim"


def render(opened: Opened, facts: LibraryFacts) -> None:
    """Draw the screen: what to compare above, the table below, its evidence beside."""
    made: Exchange | None = st.session_state.get(_MADE)
    anchors = Anchors(st.session_state.get(_TURN, 0), made.number if made else 0)
    style_page(evidence.rules([(made, anchors)] if made else []))
    sidebar(opened, facts, screen=screens.COMPARE)
    with st.container(key="compare"):
        show(tag("h1", "Compare", cls="screen-title"))
        if not facts.count:
            show(tag("p", "Add papers first, then compare them here.", cls="quiet"))
            return
        if not made:
            show(tag("p", _SAYS_HOW, cls="quiet"))
        # Once there is a table, it stands on top; what to compare next is a click away.
        with st.expander("Compare something else") if made else st.container():
            _by_picking(opened)
            _by_words(opened)
            _by_claim(opened)
        if made:
            _result(opened.assistant, made, anchors)


# --- what to compare ---------------------------------------------------------------------------


def _by_picking(opened: Opened) -> None:
    picked = picking.picked()
    with st.container(key="compare-picked", horizontal=True):
        for i, paper in enumerate(picked.values()):
            _chip(i, paper)
    found = st.text_input(
        "Add a paper",
        key=_FIND,
        placeholder="Title, name, author or year",
        persist_state="session",
    )
    if found.strip() and len(picked) < picking.MOST:
        _offers([p for p in opened.assistant.lookup(found) if p.id not in picked][:_MOST_FOUND])
    _from_last_answer(picked)
    known = [NAMES[kind] for kind in NAMES]
    st.session_state.setdefault(_ASPECTS, [NAMES[kind] for kind in CHOSEN])
    st.multiselect("Aspects", known, key=_ASPECTS, accept_new_options=True, persist_state="session")
    st.button(
        "Compare these papers",
        key="compare-picked-now",
        type="primary",
        disabled=len(picked) < 2,
        on_click=_compare_picked,
        args=(opened,),
    )


def _chip(i: int, paper: Paper) -> None:
    with st.container(key=f"chip-paper-{i}", horizontal=True, width="content"):
        show(tag("span", name(records.short_title(paper)), cls="condition"))
        st.button(
            label(f"Remove {records.short_title(paper)}"),
            key=f"chip-button-paper-{i}",
            type="tertiary",
            on_click=picking.unpick,
            args=(paper.id,),
        )


def _offers(papers: Sequence[Paper]) -> None:
    with st.container(key="compare-found"):
        if not papers:
            show(tag("p", "No other paper matches these words.", cls="quiet"))
        for i, paper in enumerate(papers):
            said = f"Add {records.lead(paper)}"
            st.button(
                label(said),
                key=f"compare-add-{i}",
                type="tertiary",
                on_click=_pick,
                args=([paper],),
            )


def _from_last_answer(picked: Mapping[str, Paper]) -> None:
    answers = [e.answer for e in session.exchanges() if e.answer]
    papers = evidence.cited_papers(answers[-1])[: picking.MOST] if answers else []
    new = [paper for paper in papers if paper.id not in picked]
    if new:
        noun = "paper" if len(new) == 1 else "papers"
        said = f"Add the {len(new)} {noun} of the last answer"
        st.button(said, key="compare-add-answer", type="tertiary", on_click=_pick, args=(new,))


def _by_words(opened: Opened) -> None:
    st.text_input(
        "Or ask in words",
        key=_WORDS,
        persist_state="session",
        placeholder="Compare … and … on data and baselines",
        on_change=_compare_words,
        args=(opened,),
    )


def _by_claim(opened: Opened) -> None:
    st.text_input(
        "Or state a claim: which papers support it, which contradict it?",
        key=_CLAIM,
        persist_state="session",
        placeholder="Weight averaging replaces learning rate decay",
        on_change=_hold_against,
        args=(opened,),
    )


def _pick(papers: Sequence[Paper]) -> None:
    picking.pick(papers)
    st.session_state[_FIND] = ""


def _compare_picked(opened: Opened) -> None:
    papers = picking.picked()
    names = " · ".join(records.short_title(paper) for paper in papers.values())
    _make(opened, names, "", list(papers), st.session_state.get(_ASPECTS, []))


def _compare_words(opened: Opened) -> None:
    words = str(st.session_state.get(_WORDS, "")).strip()
    if words:
        _make(opened, words, words, [], [])


def _hold_against(opened: Opened) -> None:
    claim = str(st.session_state.get(_CLAIM, "")).strip(" .?!")
    if claim:
        asked = f"Which papers support or contradict that {claim}?"
        _keep(opened, Exchange(claim), lambda: opened.assistant.ask(asked))


def _make(
    opened: Opened, title: str, words: str, ids: Sequence[str], aspects: Sequence[str]
) -> None:
    _keep(
        opened,
        Exchange(title),
        lambda: opened.assistant.compare(words, papers=ids, aspects=aspects),
    )


def _keep(opened: Opened, exchange: Exchange, answer: Callable[[], Answer]) -> None:
    try:
        exchange.error = session.refusal(opened)
        exchange.answer = None if exchange.error else answer()
    except RagError as error:
        exchange.error = str(error)
    except Exception as error:
        logger.exception("a comparison failed")
        exchange.error = unforeseen(error)
    st.session_state[_MADE] = exchange
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


# --- the table ---------------------------------------------------------------------------------


def _result(assistant: Assistant, made: Exchange, anchors: Anchors) -> None:
    answer = made.answer
    if answer is None or answer.status == "abstained":
        why = made.error or (answer.notice if answer else None) or UNEXPECTED
        show(tag("p", latex(why), cls="notice", role="alert"))
        return
    title = tag("h2", latex(made.question), cls="compared", id=anchors.answer)
    if answer.table is None:
        show(join([title, cited_list(answer, anchors)]))
    else:
        show(join([title, _called_out(answer), matrix(answer, anchors)]))
        _downloads(assistant, answer.table)
    with st.container(key="compare-evidence"):
        panel.draw(st.empty(), made, anchors, newest=False)
    pagelook.shown(assistant)


def _called_out(answer: Answer) -> Html | None:
    """What is said of several papers at once; sentences on one stand in its cells."""
    papers = {c.number: c.paper.id for c in answer.citations}
    said = [s.text for s in answer.sentences if len({papers.get(n) for n in s.citations}) > 1]
    return tag("ul", *(tag("li", latex(text)) for text in said), cls="called-out") if said else None


def _downloads(assistant: Assistant, table: Comparison) -> None:
    with st.container(key="compare-downloads", horizontal=True):
        for form, (said, file, mime) in _FILES.items():
            st.download_button(
                f"Save as {said}", assistant.export(table, form), file, mime, key=f"compare-{form}",
                on_click="ignore", type="tertiary",
            )  # fmt: skip
