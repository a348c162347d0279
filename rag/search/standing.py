"""Sentences that do not stand alone ("It halves the cost.") are shown with the one before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.base.text import sentence_spans
from rag.base.types import Evidence

_STEPS = 2  # sentences taken in at most
_LEANS = re.compile(
    r"(?:(?:However|Moreover|Furthermore|Additionally|Consequently|Instead|Thus|Therefore|Hence|"
    r"Also|Finally|In\s+addition|In\s+contrast|As\s+a\s+result),?\s+)?"
    r"(?:(?:[Ii]t|[Tt]hey|[Ii]ts|[Tt]heir|[Bb]oth|[Tt]hese|[Tt]hose|[Ss]uch)\b|"
    r"[Tt]h(?:is|at)\b(?!\s+(?:paper|work|article|study|survey|review|report|thesis)\b)|"
    r"[Tt]he\s+(?:latter|former)\b)"
)


def standing(found: Sequence[Evidence]) -> list[Evidence]:
    """The sentences, those that lean on the one before drawn out to it; in their order.

    A sentence that is taken in so is not listed again.
    """
    whole = [_drawn_out(evidence) for evidence in found]
    return [e for e in whole if not any(_holds(other, e) for other in whole)]


def _drawn_out(evidence: Evidence) -> Evidence:
    if not _LEANS.match(evidence.text):
        return evidence
    text = evidence.paper.text
    spans = sentence_spans(text)
    at = next((i for i, span in enumerate(spans) if span[0] == evidence.start), 0)
    first, steps = at, 0
    while first > 0 and steps < _STEPS and _LEANS.match(text[slice(*spans[first])]):
        first, steps = first - 1, steps + 1
    start = spans[first][0] if at else evidence.start
    return replace(evidence, start=start, text=text[start : evidence.end])


def _holds(one: Evidence, other: Evidence) -> bool:
    """True when the one shows all words of the other and more."""
    if one.paper.id != other.paper.id or (one.start, one.end) == (other.start, other.end):
        return False
    return one.start <= other.start and other.end <= one.end
