"""Light or dark: kept in the browser, where Streamlit's own menu would put it."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from rag.web.render import keep_theme
from rag.web.sections import section

Theme = Literal["System", "Light", "Dark"]
_CHOICES: dict[Theme, str] = {"System": "As the system", "Light": "Light", "Dark": "Dark"}


def appearance() -> None:
    """The choice between light, dark, and as the system is."""
    section("Appearance", "Kept in this browser.")
    with st.container(key="appearance", horizontal=True):
        for theme, words in _CHOICES.items():
            st.button(words, key=f"theme-{theme.lower()}", on_click=_choose, args=(theme,))
    chosen: Theme | None = st.session_state.pop("theme-chosen", None)
    if chosen is not None:
        keep_theme(chosen)


def _choose(theme: Theme) -> None:
    st.session_state["theme-chosen"] = theme
