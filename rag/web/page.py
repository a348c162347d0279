"""The page around the screens: title, style, the library's sidebar, and errors as sentences."""

from __future__ import annotations

import logging
from importlib import resources

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.base.errors import RagError
from rag.web import chat, evidence, library, session
from rag.web.jobs import UNEXPECTED
from rag.web.render import show, style_page, tag

logger = logging.getLogger(__name__)


def run() -> None:
    """One run of the page, as Streamlit asks for it at every interaction."""
    # A page icon by name would be fetched from another host; this one travels with the package.
    icon = str(resources.files("rag.web").joinpath("icon.png"))
    st.set_page_config(page_title="askpapers", page_icon=icon, layout="wide")
    place = st.empty()
    try:
        _screens()
    except RagError as error:
        style_page()
        _say(place, str(error))
    except Exception:
        logger.exception("the page failed")
        _say(place, UNEXPECTED)


def _screens() -> None:
    opened = session.opened()
    facts = session.library_facts(opened.assistant)
    asked = chat.take_question(facts)
    style_page(evidence.rules(chat.anchored()))
    library.sidebar(opened, facts)
    # Two places, one of them empty: what was on the other screen goes at once, not at the end.
    home, conversation = st.empty(), st.empty()
    if session.exchanges():
        with conversation.container():
            chat.conversation(opened.assistant, facts, asked)
    else:
        with home.container():
            chat.home(opened.assistant, facts)
    opened.warm()


def _say(place: DeltaGenerator, sentence: str) -> None:
    show(tag("p", sentence, cls="failure", role="alert"), place)
