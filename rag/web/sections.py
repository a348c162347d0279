"""What the parts of the Settings screen look like: a heading with its words, findings as a list."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.base.types import Finding
from rag.web.render import Html, show, tag


def section(title: str, words: str | None = None) -> None:
    """Begin a part of the screen."""
    show(
        tag(
            "section",
            tag("h2", title, cls="section-title"),
            tag("p", words, cls="section-words") if words else None,
        )
    )


def told(key: str) -> None:
    """What an action of this tab had to say, kept under `key`."""
    found: list[Finding] = st.session_state.get(key, [])
    if found:
        show(findings(found))


def findings(found: Sequence[Finding]) -> Html:
    """Findings, what is well and what is not, each with its cure."""
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
