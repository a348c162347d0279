"""The body of a paper as its file gave it: a fold for each section, with the page it begins on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from rag.base.body import GAP, Body
from rag.base.types import Paper
from rag.web.render import Html, latex, name, tag

_MOST_CHARS = 200_000  # of one paper; a browser lays these out at once


def full_text(paper: Paper) -> Html | None:
    """The sections of a paper, closed; None where only its abstract is known."""
    body = paper.body
    if body is None or not body.text.strip():
        return None
    folds = [_fold(body, *section) for section in _sections(body)]
    cut = len(body.text) > _MOST_CHARS
    return tag(
        "section",
        tag("h2", "Full text", cls="small-title"),
        *folds,
        tag("p", "The rest of this long text is not shown here.", cls="quiet") if cut else None,
        cls="full-text",
        label="Full text",
    )


def _sections(body: Body) -> Iterator[tuple[int, int, str]]:
    """(start, end, heading) of each section that has words."""
    text = body.text[:_MOST_CHARS]
    starts = [(at, heading) for at, heading in body.sections if at < len(text)] or [(0, "")]
    starts = starts if starts[0][0] == 0 else [(0, ""), *starts]
    for (start, heading), (end, _) in itertools.pairwise([*starts, (len(text), "")]):
        if text[start:end].strip():
            yield start, end, heading


def _fold(body: Body, start: int, end: int, heading: str) -> Html:
    page = body.page(start)
    where = tag("span", f"page {page}", cls="quiet") if page else None
    paragraphs = [
        tag("p", latex(words), dir="auto") for words in body.text[start:end].split(GAP) if words
    ]
    return tag("details", tag("summary", name(heading or "Beginning"), where), *paragraphs)
