"""The papers of this tab that are to be compared, wherever they were picked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.base.types import Paper

MOST = 8  # papers that one table holds
_KEY = "compared-papers"


def picked() -> dict[str, Paper]:
    """The picked papers by their ids, in the order of picking."""
    kept: dict[str, Paper] = st.session_state.setdefault(_KEY, {})
    return kept


def pick(papers: Sequence[Paper]) -> None:
    """Take papers in, as many as a table holds. For callbacks."""
    for paper in papers:
        if len(picked()) < MOST:
            picked()[paper.id] = paper


def unpick(paper_id: str) -> None:
    """Take a paper out. For callbacks."""
    picked().pop(paper_id, None)


def turn(paper: Paper) -> None:
    """Take a paper out if it is in, else in. For callbacks."""
    if paper.id in picked():
        unpick(paper.id)
    else:
        pick([paper])


def clear() -> None:
    """Take all papers out. For callbacks."""
    picked().clear()
