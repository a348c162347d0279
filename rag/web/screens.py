"""The screens and the ways between them.

Each has an address, `?screen=library`, so that the browser's back button and links work. (Paths of
their own, `/library`, would make Streamlit ask for files that are not there.)
"""

from __future__ import annotations

import streamlit as st

from rag.web import session

ASK, COMPARE, LIBRARY, SETTINGS = "ask", "compare", "library", "settings"
LINKED = [ASK, COMPARE, LIBRARY, SETTINGS]  # in the order of the sidebar
_TITLES = {ASK: "Ask", COMPARE: "Compare", LIBRARY: "Library", SETTINGS: "Settings"}


def shown() -> str:
    """The screen that the address names; the first one where it names none."""
    name = str(st.query_params.get("screen", ASK))
    return name if name in _TITLES else ASK


def links() -> None:
    """The way to each screen; that to Ask leads back to the chat that is open.

    Buttons: a link of Streamlit to its own page leaves no trace for the browser's back button.
    """
    with st.container(key="screens"):
        for name in LINKED:
            st.button(
                _TITLES[name],
                key=f"to-{name}",
                type="tertiary",
                width="stretch",
                on_click=go,
                args=(name,),
            )


def go(name: str, **parameters: str) -> None:
    """Show another screen from the next run on. For callbacks."""
    st.query_params.from_dict({**_address(name), **parameters})


def _address(name: str) -> dict[str, str]:
    if name != ASK:
        return {"screen": name}
    chat_id = session.conversation().chat_id
    return {"chat": chat_id} if chat_id else {}
