"""The page around the screens: title, style, the sidebar, and errors as sentences."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import resources

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.base.errors import RagError
from rag.web import chat, compare, library, person, pictures, screens, session, settings
from rag.web.jobs import unforeseen
from rag.web.render import show, style_page, tag
from rag.web.session import LibraryFacts, Opened

logger = logging.getLogger(__name__)

Screen = Callable[[Opened, LibraryFacts], None]
# `screens.LINKED` has their order in the sidebar. A screen draws itself, the sidebar included.
_SCREENS: dict[str, Screen] = {
    screens.ASK: chat.render,
    screens.COMPARE: compare.render,
    screens.LIBRARY: library.render,
    screens.SETTINGS: settings.render,
}


def run() -> None:
    """One run of the page, as Streamlit asks for it at every interaction."""
    # A page icon by name would be fetched from another host; this one travels with the package.
    icon = str(resources.files("rag.web").joinpath("icon.png"))
    st.set_page_config(page_title="askpapers", page_icon=icon, layout="wide")
    place = st.empty()
    try:
        _draw()
    except RagError as error:
        style_page()
        _say(place, str(error))
    except Exception as error:
        logger.exception("the page failed")
        _say(place, unforeseen(error))


def _draw() -> None:
    opened = session.opened()
    if not person.admitted(opened.assistant.settings):
        style_page()
        return
    draw = _SCREENS.get(screens.shown(), chat.render)
    draw(opened, session.library_facts(opened.assistant))
    opened.warm(pictures.prepare)


def _say(place: DeltaGenerator, sentence: str) -> None:
    show(tag("p", sentence, cls="failure", role="alert"), place)
