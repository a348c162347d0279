"""Where a paper comes from: its sources, which of them said what, and the way to part them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from rag.base.said import FieldValue
from rag.base.types import Paper, Source
from rag.web import doubtful
from rag.web.render import Html, join, name, show, tag
from rag.web.session import Opened

_MOST_CHARS = 240  # of a value, such as an abstract
_FIELDS = {
    "arxiv_id": "arXiv",
    "doi": "DOI",
    "has_code": "Code",
    "orgs": "Organisations",
    "url": "Address",
}
_NOT_ONE = "Not one paper?"


def render(opened: Opened, paper: Paper, *, whole: bool, may_change: bool) -> None:
    """Draw where a paper comes from; only with `whole` the folders of this machine."""
    with st.container(key="origins"):
        told = opened.assistant.told_sources(paper.id)
        told = told if len(told) > 1 else list(paper.sources)
        shown = told if whole else [replace(s, origin=_file(s)) for s in told]
        show(_sources(paper, shown))
        if len(told) > 1:
            show(_said(opened.assistant.told(paper.id), told))
            if may_change:
                _parting(opened, paper, [_line(source) for source in shown], told)


def _sources(paper: Paper, sources: Sequence[Source]) -> Html:
    many = len(sources) > 1
    items = [
        tag("li", f"{i}. " if many else None, name(_line(source)), title=source.origin)
        for i, source in enumerate(sources, start=1)
    ]
    known = [
        tag("li", f"{called} ", name(value))
        for called, value in (
            ("DOI", paper.doi),
            ("arXiv", paper.arxiv_id),
            ("Citekey", paper.citekey),
        )
        if value
    ]
    note = "The listing prints no year; this one was worked out." if paper.date_inferred else None
    return join(
        [
            tag("h2", "Where it comes from", cls="small-title"),
            tag("ul", *items, *known, cls="sources"),
            tag("p", note, cls="quiet") if note else None,
        ]
    )


def _said(values: Sequence[FieldValue], sources: Sequence[Source]) -> Html:
    """Each field with the numbers of the sources that said it; what does not hold is lighter."""
    rows: list[Html] = []
    for i, value in enumerate(values):
        is_new = i == 0 or values[i - 1].field != value.field
        field = _FIELDS.get(value.field, value.field.capitalize())
        by = [n for n, source in enumerate(sources, start=1) if source in value.sources]
        numbers = f"said by {', '.join(map(str, by))}" if by else "put together"
        cut = value.value[:_MOST_CHARS] + ("…" if len(value.value) > _MOST_CHARS else "")
        rows.append(
            tag(
                "li",
                tag("strong", field) if is_new else tag("span", field, cls="unseen"),
                tag("span", name(cut), cls="value" if value.holds else "value not-taken"),
                tag("span", f"{numbers}{'' if value.holds else ', not taken'}", cls="by"),
            )
        )
    return tag(
        "details",
        tag("summary", "Which source said what"),
        tag("ul", *rows, cls="said"),
        cls="provenance",
    )


def _parting(opened: Opened, paper: Paper, lines: Sequence[str], told: Sequence[Source]) -> None:
    """A way to give some of the sources a paper of their own."""
    with st.expander(_NOT_ONE):
        chosen = st.multiselect(
            "These sources tell of another paper",
            list(range(len(told))),
            format_func=lambda i: f"{i + 1}. {lines[i]}",
            key=f"parted-{paper.id}",
        )
        st.button(
            "Make it a paper of its own",
            key="split",
            disabled=not 0 < len(chosen) < len(told),
            on_click=_split,
            args=(opened, paper, [told[i] for i in chosen]),
        )


def _split(opened: Opened, paper: Paper, sources: Sequence[Source]) -> None:
    doubtful.decide(lambda: opened.assistant.split(paper.id, sources))


def _file(source: Source) -> str:
    return re.split(r"[/\\]", source.origin)[-1]


def _line(source: Source) -> str:
    return " · ".join(part for part in (source.kind, source.origin, source.where) if part)
