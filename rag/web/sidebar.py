"""The sidebar: the screens, a new chat, the library in two lines, who writes, what is wrong."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from rag.assistant import Assistant
from rag.web import adding, chats, person, screens, session
from rag.web.render import Html, join, name, show, tag
from rag.web.session import LibraryFacts, Opened
from rag.web.wording import papers_in_words


def sidebar(opened: Opened, facts: LibraryFacts, *, screen: str) -> None:
    """Everything that is the same on all screens.

    The first visit has no sidebar: it shows one way to begin.
    """
    first_visit = not (facts.count or session.exchanges() or opened.troubles)
    if first_visit and screen == screens.ASK:
        return
    with st.sidebar:
        # The style sheet marks the way to where one is: a button that stays keeps the focus.
        show(tag("p", "askpapers", cls=f"wordmark at-{screen}"))
        screens.links()
        if session.exchanges():
            st.button("New chat", on_click=chats.begin, width="stretch")
        show(_state(opened.assistant, facts))
        if screen != screens.LIBRARY and person.may_change(opened.assistant.settings):
            if facts.count:
                with st.expander("Add papers"):
                    adding.ways_to_add(opened.assistant, facts.has_sample, place="side")
            if session.exchanges() or screen != screens.ASK:
                adding.job_state()
        show(_who_writes(opened.assistant))
        person.signed_in()
        if opened.troubles and person.may_manage(opened.assistant.settings):
            show(_troubles(opened))
        chats.listed(opened.assistant)


def _state(assistant: Assistant, facts: LibraryFacts) -> Html:
    years = ""
    if facts.years:
        first, last = facts.years
        years = f" · {first}" if first == last else f" · {first}–{last}"
    count = papers_in_words(facts.count) if facts.count else "No papers yet"
    said = tag("p", count + years, cls="count")
    if not person.may_manage(assistant.settings):
        return tag("div", said, cls="state")
    folder = str(assistant.settings.library)
    line = tag("p", name(_short(folder)), title=folder, cls="quiet")
    return tag("div", said, line, cls="state")


def _short(folder: str) -> str:
    home = str(Path.home())
    shown = "~" + folder[len(home) :] if folder.startswith(home + "/") else folder
    return shown if len(shown) <= 38 else "…" + shown[-37:]


def _who_writes(assistant: Assistant) -> Html:
    settings = assistant.settings
    if not settings.has_model:
        return tag("p", "Answers are quotations: no model is set.", cls="quiet")
    return tag("p", "Answers are written by ", name(settings.model or ""), ".", cls="quiet")


def _troubles(opened: Opened) -> Html:
    items = [
        tag(
            "li",
            tag("strong", f.check[:1].upper() + f.check[1:]),
            ": ",
            f.detail,
            f" {f.cure}" if f.cure else None,
        )
        for f in opened.troubles
    ]
    return join([tag("p", "Needs attention", cls="small-title"), tag("ul", *items, cls="failures")])
