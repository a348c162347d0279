"""The Library screen: what one has, and adding to it."""

from __future__ import annotations

from rag.web import adding, screens
from rag.web.render import show, style_page, tag
from rag.web.session import LibraryFacts, Opened
from rag.web.sidebar import sidebar


def render(opened: Opened, facts: LibraryFacts) -> None:
    """Draw the screen."""
    style_page()
    sidebar(opened, facts, screen=screens.LIBRARY)
    show(tag("h1", "Library", cls="screen-title"))
    adding.job_state()
    adding.ways_to_add(opened.assistant, facts.has_sample, place="library")
