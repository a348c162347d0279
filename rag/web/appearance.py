"""Light or dark: kept in the browser, where Streamlit's own menu would put it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from rag.web.render import THEME_COOKIE, keep_theme
from rag.web.sections import section

Theme = Literal["System", "Light", "Dark"]
_CHOICES: dict[Theme, str] = {"System": "As the system", "Light": "Light", "Dark": "Dark"}


def appearance() -> None:
    """The choice between light, dark, and as the system is."""
    section("Appearance", "Kept in this browser.")
    with st.container(key="appearance"):
        st.segmented_control(
            "Appearance",
            list(_CHOICES),
            format_func=_CHOICES.__getitem__,
            default=_kept(),
            key="theme",
            on_change=_choose,
            label_visibility="collapsed",
            required=True,
        )
    chosen: Theme | None = st.session_state.pop("theme-chosen", None)
    if chosen is not None:
        keep_theme(chosen)


def _choose() -> None:
    st.session_state["theme-chosen"] = st.session_state["theme"]


def _kept() -> Theme:
    """What was chosen in this browser; a page that looks otherwise was set in another way."""
    kept = st.context.cookies.get(THEME_COOKIE)
    if kept in _CHOICES and kept.lower() in ("system", st.context.theme.type):
        return kept
    return "System"
