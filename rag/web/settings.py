"""The Settings screen: who writes the answers, whether all is well, backup, and what is where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from rag.assistant import Assistant
from rag.base.errors import RagError
from rag.base.saved import save, settings_file
from rag.base.settings import load_settings
from rag.base.types import Finding
from rag.web import screens
from rag.web.render import Html, name, show, style_page, tag
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
    "`askpapers calibrate` fits it to your own papers."
)
_RESTORE = "To restore one, stop askpapers and run: askpapers restore FILE"
_THEME = "The page is light or dark as your system is."


def render(opened: Opened, facts: LibraryFacts) -> None:
    """Draw the screen."""
    style_page()
    sidebar(opened, facts, screen=screens.SETTINGS)
    with st.container(key="settings"):
        show(tag("h1", "Settings", cls="screen-title"))
        _model(opened)
        _health(opened)
        _backup(opened.assistant)
        _about(opened.assistant, facts)


# --- the model -------------------------------------------------------------------------------


def _model(opened: Opened) -> None:
    settings = opened.assistant.settings
    _section("Who writes", _MODEL)
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
    _told("model-told")
    kept = tag("code", str(settings_file()))
    show(
        tag("p", "Kept in ", kept, ", which only you can read. The environment wins.", cls="quiet")
    )


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
        found = opened.assistant.doctor(asks_model=opened.assistant.settings.has_model)
        told = [f for f in found if "model" in f.check and "embedding" not in f.check]
    except RagError as error:
        told = [Finding("settings", ok=False, detail=str(error))]
    st.session_state["model-told"] = told


# --- health ----------------------------------------------------------------------------------


def _health(opened: Opened) -> None:
    _section("Health", "The library, its indexes and the models, looked over one by one.")
    with st.container(horizontal=True, key="health"):
        st.button("Look it over", key="examine", on_click=_examine, args=(opened,))
        found: list[Finding] = st.session_state.get("health-told", list(opened.troubles))
        if any(not finding.ok for finding in found):
            st.button("Repair", key="repair", type="primary", on_click=_repair, args=(opened,))
    if "health-told" not in st.session_state and opened.troubles:
        show(_findings(opened.troubles))
    _told("health-told")


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


# --- backup ----------------------------------------------------------------------------------


def _backup(assistant: Assistant) -> None:
    _section("Backup", "The whole library in one file: papers, chats, answers, originals.")
    st.text_input("File to write", value="~/askpapers-backup.zip", key="backup-file")
    st.button("Back up now", key="backup", on_click=_back_up, args=(assistant,))
    _told("backup-told")
    show(tag("p", _RESTORE, cls="quiet"))


def _back_up(assistant: Assistant) -> None:
    file = Path(str(st.session_state["backup-file"] or "").strip()).expanduser()
    try:
        report = assistant.backup(file)
        size = report.size / 1e6
        said = f"{papers_in_words(report.papers)}, {report.chats:,} chats, {size:,.1f} MB"
        told = Finding("written", ok=True, detail=f"{report.file}: {said}.")
    except RagError as error:
        told = Finding("not written", ok=False, detail=str(error))
    st.session_state["backup-told"] = [told]


# --- what is where ---------------------------------------------------------------------------


def _about(assistant: Assistant, facts: LibraryFacts) -> None:
    settings = assistant.settings
    _section("Where things are")
    kept = f"the last {settings.answers_kept:,}" if settings.answers_kept else "none"
    rows = [
        ("Library", str(assistant.folder)),
        ("Papers", papers_in_words(facts.count)),
        ("Embedding", f"{settings.embedder}, chosen when the library was made"),
        ("Answers kept", kept),
        ("Appearance", _THEME),
    ]
    items = [
        tag("li", tag("strong", called), " ", tag("span", name(value), cls="quiet"))
        for called, value in rows
    ]
    show(tag("ul", *items, cls="sources"))
    _section("When askpapers answers and when it says that it cannot", _CONFIDENCE)


def _section(title: str, words: str | None = None) -> None:
    show(
        tag(
            "section",
            tag("h2", title, cls="section-title"),
            tag("p", words, cls="section-words") if words else None,
        )
    )


def _told(key: str) -> None:
    found: list[Finding] = st.session_state.get(key, [])
    if found:
        show(_findings(found))


def _findings(found: Sequence[Finding]) -> Html:
    items = [
        tag(
            "li",
            tag("strong", f"{'Well' if f.ok else 'Not well'}: {f.check}"),
            " ",
            f.detail,
            f" {f.cure}" if f.cure and not f.ok else None,
            cls="well" if f.ok else "unwell",
        )
        for f in found
    ]
    return tag("ul", *items, cls="failures", role="status")
