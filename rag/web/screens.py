"""The screens and the ways between them. Each screen has an address of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

ASK, COMPARE, LIBRARY, SETTINGS = "ask", "compare", "library", "settings"
_TITLES = {ASK: "Ask", COMPARE: "Compare", LIBRARY: "Library", SETTINGS: "Settings"}


def chosen(shown: Mapping[str, Callable[[], None]]) -> st.Page:
    """The screen that the address names, to be run; `shown` are the screens by name, in order."""
    pages = {
        name: st.Page(draw, title=_TITLES[name], url_path=name, default=name == ASK)
        for name, draw in shown.items()
    }
    st.session_state["pages"] = pages
    return st.navigation(list(pages.values()), position="hidden")


def name_of(page: st.Page) -> str:
    """The name of a screen that was chosen."""
    return page.url_path or ASK


def links() -> None:
    """A link to each screen; that to Ask leads back to the chat that is open."""
    with st.container(key="screens"):
        for name, page in st.session_state["pages"].items():
            st.page_link(page, label=_TITLES[name], query_params=_parameters(name))


def go(name: str, **parameters: str) -> None:
    """Have the next run show another screen. For callbacks, which cannot leave a screen."""
    st.session_state["going"] = (name, parameters)


def leave() -> None:
    """Go where `go` said, if it did."""
    name, parameters = st.session_state.pop("going", (None, None))
    if name in st.session_state["pages"]:
        st.switch_page(st.session_state["pages"][name], query_params=parameters)


def _parameters(name: str) -> dict[str, str]:
    chat = st.session_state.get("chat")
    return {"chat": str(chat)} if name == ASK and chat else {}
