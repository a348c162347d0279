"""The evidence of an answer on the page, with the way from words to the page they stand on."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.base.types import Citation
from rag.web import evidence, pagelook
from rag.web.conversation import Exchange
from rag.web.evidence import Anchors
from rag.web.render import show


def draw(place: DeltaGenerator, exchange: Exchange, anchors: Anchors, *, newest: bool) -> None:
    """Put the evidence of an exchange into its place, an `st.empty()`."""
    with place.container():
        for i, part in enumerate(evidence.panel(exchange, anchors, newest=newest)):
            show(part.shown)
            if part.paged:
                _ways(part.paged, f"{anchors.name}-pages-{i}" + ("-newest" if newest else ""))


def _ways(paged: Sequence[Citation], key: str) -> None:
    """A button for each citation, below the card that quotes it."""
    with st.container(key=key, horizontal=True):
        for citation in paged:
            number = citation.number
            pagelook.way(citation, f"see-{key}-{number}", f" \\[{number}\\]")
