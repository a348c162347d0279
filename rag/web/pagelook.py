"""A page of a PDF as it is printed, over the screen, with the cited words marked on it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.answer import records
from rag.assistant import Assistant
from rag.base.body import body_start
from rag.base.errors import SourceError
from rag.base.types import Citation, Paper
from rag.web.render import label, latex, show, tag

_ASKED, _TURNED = "page-asked", "page-turned"  # in the state of the tab
_GONE = "This page cannot be shown: its file is gone or damaged, or has other words."
_MOST_KEPT = 24  # pictures, for all tabs


def ask_for(citation: Citation) -> None:
    """Have the page of these words shown in the next run. For callbacks."""
    st.session_state[_ASKED] = citation
    st.session_state.pop(_TURNED, None)


def way(citation: Citation, key: str, said: str = "") -> None:
    """The button that leads from words to the page they stand on; `said` ends its label."""
    st.button(
        f"See {where(citation)}{said}",
        key=key,
        type="tertiary",
        on_click=ask_for,
        args=(citation,),
    )


def first_page(paper: Paper) -> Citation | None:
    """What `ask_for` takes to begin at the first page; None where no page can be shown."""
    numbers = _numbers(paper)
    return _top(paper, numbers[0]) if numbers else None


def where(citation: Citation) -> str:
    """Where words stand, in words."""
    return f"page {citation.page}" if citation.page else "the page of the abstract"


def shown(assistant: Assistant) -> None:
    """Show the page that was asked for, once; the reader closes it."""
    citation: Citation | None = st.session_state.pop(_ASKED, None)
    if citation is not None:
        title = label(records.short_title(citation.paper))
        st.dialog(title, width="medium", position="right")(_look)(assistant, citation)


def _look(assistant: Assistant, asked: Citation) -> None:
    number: int | None = st.session_state.get(_TURNED, asked.page)
    citation = asked if number == asked.page else _top(asked.paper, number or 1)
    _turning(asked.paper, number)
    if citation.quote:
        show(tag("p", "Marked: ", latex(citation.quote), cls="quiet", dir="auto"))
    with st.spinner("Drawing the page …"):
        try:
            png = _drawn(assistant, _mark_of(citation), citation)
        except SourceError as error:
            show(tag("p", str(error), cls="notice", role="alert"))
            return
    said = f"{where(citation)} of {records.short_title(asked.paper)}"
    st.image(png, width="stretch", alt=said[:1].upper() + said[1:])


def _turning(paper: Paper, here: int | None) -> None:
    """The page that is shown, and the ways to those beside it.

    Their buttons stay while pages are turned: one that went would take the keyboard's focus along,
    out of the dialog. So the ways lead round.
    """
    with st.container(key="page-turning", horizontal=True):
        show(tag("p", f"Page {here}" if here else "The page of the abstract", role="status"))
        for key, said, number in _ways(_numbers(paper), here):
            st.button(said, key=key, type="tertiary", on_click=_turn, args=(number,))


def _ways(numbers: Sequence[int], here: int | None) -> list[tuple[str, str, int]]:
    """The buttons: a key, what is said, and the page it leads to."""
    before = [n for n in numbers if here is not None and n < here]
    after = [n for n in numbers if here is None or n > here]
    back = [("turn-back", f"← Page {n}", n) for n in before[-1:]]
    on = [("turn-on", f"Page {n} →", n) for n in after[:1]]
    if here is None or len(before) + len(after) < 2:
        return on or [("turn-on", said, n) for _, said, n in back]
    last = [("turn-back", "Last page", n) for n in after[-1:]]
    first = [("turn-on", "First page", n) for n in before[:1]]
    return (back or last) + (on or first)


def _turn(number: int) -> None:
    st.session_state[_TURNED] = number


def _numbers(paper: Paper) -> list[int]:
    """The pages that have words and whose file the library keeps."""
    body = paper.body
    return sorted({number for _, number in body.pages}) if body and body.original else []


def _top(paper: Paper, page: int) -> Citation:
    """The beginning of a page, without any words."""
    pages = paper.body.pages if paper.body else ()
    at = body_start(paper.abstract) + next((at for at, number in pages if number == page), 0)
    return Citation(0, paper, "", at, at)


def _mark_of(citation: Citation) -> tuple[str, int | None, str]:
    """What tells one picture from another."""
    body = citation.paper.body
    return (body.original if body else "", citation.page, citation.quote)


@st.cache_data(show_spinner=False, max_entries=_MOST_KEPT)
def _drawn(_assistant: Assistant, mark: tuple[str, int | None, str], _of: Citation) -> bytes:
    """The picture as PNG; that it cannot be made is not kept.

    Raises:
        SourceError: there is no picture.
    """
    png = _assistant.page_image(_of)
    if png is None:
        raise SourceError(_GONE)
    return png
