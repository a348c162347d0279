"""The Settings screen: who writes the answers, whether all is well, backup, and what is where."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rag.assistant import Assistant
from rag.base.errors import RagError
from rag.base.saved import save, settings_file
from rag.base.settings import load_settings
from rag.base.types import Finding
from rag.web import person, safekeeping, screens
from rag.web.appearance import appearance
from rag.web.render import name, show, style_page, tag
from rag.web.sections import findings, section, told
from rag.web.session import LibraryFacts, Opened
from rag.web.sidebar import sidebar
from rag.web.wording import papers_in_words

_MODEL = (
    "Without a model, answers are quotations and nothing leaves this computer. With one, the "
    "question and the sentences found for it go to the address below, and only there; every "
    "sentence that comes back is checked against its paper."
)
_CONFIDENCE = (
    "Before an answer is given, askpapers judges how likely the sentences it found answer the "
    "question: how near they are in meaning, how many of the question's telling words they have, "
    "and how far the best paper stands before the others. Where that is too little, it says so and "
    "shows the nearest papers. The scale was fitted on questions whose answers are known; "
    "“askpapers calibrate” fits it to your own papers."
)


def render(opened: Opened, facts: LibraryFacts) -> None:
    """Draw the screen."""
    style_page()
    sidebar(opened, facts, screen=screens.SETTINGS)
    with st.container(key="settings"):
        show(tag("h1", "Settings", cls="screen-title"))
        manages = person.may_manage(opened.assistant.settings)
        if manages:
            _model(opened)
            _health(opened)
            safekeeping.render(opened)
        appearance()
        _about(opened.assistant, facts, whole=manages)


# --- the model -------------------------------------------------------------------------------


def _model(opened: Opened) -> None:
    settings = opened.assistant.settings
    section("Who writes", _MODEL)
    with st.form("model", border=False):
        st.text_input(
            "Address of the endpoint",
            value=settings.openai_base_url or "",
            placeholder="http://127.0.0.1:11434/v1",
            key="endpoint",
        )
        st.text_input("Model", value=settings.model or "", placeholder="qwen2.5:7b", key="model")
        known = "A key is kept; write another to replace it" if settings.openai_api_key else ""
        st.text_input(
            "Key, if the endpoint needs one", type="password", key="key", placeholder=known
        )
        with st.container(horizontal=True):
            st.form_submit_button("Save and try", type="primary", on_click=_save, args=(opened,))
            if settings.openai_api_key:
                st.form_submit_button("Forget the key", on_click=_forget_key, args=(opened,))
    told("model-told")
    kept = tag("code", str(settings_file()))
    first = ", which only you can read. What the environment or a file .env sets goes before it."
    show(tag("p", "Kept in ", kept, first, cls="quiet"))


def _save(opened: Opened) -> None:
    given = {name: str(st.session_state[name] or "").strip() for name in ("endpoint", "model")}
    key = str(st.session_state["key"] or "").strip()
    st.session_state["key"] = ""  # shown once, while it was written
    values = {
        "OPENAI_BASE_URL": given["endpoint"] or None,
        "ASKPAPERS_MODEL": given["model"] or None,
    }
    _use(opened, values | ({"OPENAI_API_KEY": key} if key else {}))


def _forget_key(opened: Opened) -> None:
    _use(opened, {"OPENAI_API_KEY": None})


def _use(opened: Opened, values: dict[str, str | None]) -> None:
    """Save settings, go on with them, and say what the model answers to a short question."""
    try:
        save(values)
        opened.use(load_settings(library=opened.assistant.settings.library))
        looked = opened.assistant.doctor(asks_model=opened.assistant.settings.has_model)
        found = [f for f in looked if "model" in f.check and "embedding" not in f.check]
    except RagError as error:
        found = [Finding("settings", ok=False, detail=str(error))]
    st.session_state["model-told"] = found


# --- health ----------------------------------------------------------------------------------


def _health(opened: Opened) -> None:
    section(
        "Health",
        "The library, its indexes and the models are examined one by one. Nothing is changed.",
    )
    with st.container(horizontal=True, key="health"):
        st.button("Examine it now", key="examine", on_click=_examine, args=(opened,))
        found: list[Finding] = st.session_state.get("health-told", list(opened.troubles))
        if any(not finding.ok for finding in found):
            st.button("Repair", key="repair", type="primary", on_click=_repair, args=(opened,))
    if "health-told" not in st.session_state and opened.troubles:
        show(findings(opened.troubles))
    told("health-told")


def _examine(opened: Opened) -> None:
    _health_told(opened, opened.assistant.doctor)


def _repair(opened: Opened) -> None:
    _health_told(opened, opened.assistant.repair)


def _health_told(opened: Opened, look: Callable[[], list[Finding]]) -> None:
    try:
        found = look()
    except RagError as error:
        found = [Finding("library", ok=False, detail=str(error))]
    st.session_state["health-told"] = found
    opened.troubles = tuple(finding for finding in found if not finding.ok)


# --- what is where ---------------------------------------------------------------------------


def _about(assistant: Assistant, facts: LibraryFacts, *, whole: bool) -> None:
    """What is kept; only with `whole` where on this machine."""
    settings = assistant.settings
    section("Where things are" if whole else "This library")
    kept = f"the last {settings.answers_kept:,}" if settings.answers_kept else "none"
    rows = [
        *([("Library", str(assistant.folder))] if whole else []),
        ("Papers", papers_in_words(facts.count)),
        ("Embedding", f"{settings.embedder}, chosen when the library was made"),
        ("Answers kept", kept),
    ]
    items = [
        tag("li", tag("strong", called), " ", tag("span", name(value), cls="quiet"))
        for called, value in rows
    ]
    show(tag("ul", *items, cls="sources"))
    section("When askpapers answers and when it says that it cannot", _CONFIDENCE)
