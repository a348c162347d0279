"""Checks on sentences that a model wrote: citations, and agreement with the cited words.

What is enforced today: citations only to evidence of this turn; every number of the sentence in
the cited words or the question; no negation that the cited words lack; enough of the sentence's
words in the cited words. A sentence that fails is struck, never shown with a citation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.base.text import content_words, numbers, sentence_spans, words
from rag.base.types import Evidence, Support

MARKER = re.compile(r"\s*\[\s*E\d+(?:\s*[,;]\s*E\d+)*\s*\]")
_KEY = re.compile(r"E\d+")
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|fails?|failed|lacks?|unable|none|hardly)\b|n['’]t\b",
    re.IGNORECASE,
)
_SUPPORTED, _PARTIAL = 0.6, 0.35  # shares of the sentence's content words found in the cited words


@dataclass(frozen=True, slots=True)
class Checked:
    """A written sentence without its markers, the evidence it may cite, and the outcome."""

    text: str
    evidence: tuple[Evidence, ...]
    support: Support


def check_written(text: str, keyed: Mapping[str, Evidence], question: str) -> list[Checked]:
    """Split a written answer into sentences and judge each against what it cites."""
    return [_check(piece, keyed, question) for piece in split_marked(text)]


def split_marked(text: str) -> list[str]:
    """Sentences with their markers; a marker after the full stop belongs to the sentence before."""
    # Markers are moved before the stop, so that the border comes after them.
    moved = re.sub(rf"([.!?])((?:{MARKER.pattern})+)", r"\2\1", text)
    return [moved[a:b] for a, b in sentence_spans(moved)]


def _check(piece: str, keyed: Mapping[str, Evidence], question: str) -> Checked:
    keys = [key for marker in MARKER.findall(piece) for key in _KEY.findall(marker)]
    cited = tuple(dict.fromkeys(keyed[key] for key in keys if key in keyed))
    bare = re.sub(r"\s+([.,;!?])", r"\1", MARKER.sub("", piece)).strip()
    if not cited:
        return Checked(bare, (), "unsupported")
    return Checked(bare, cited, _support(bare, cited, question))


def _support(sentence: str, cited: Sequence[Evidence], question: str) -> Support:
    source = " ".join(e.text for e in cited)
    context = " ".join(f"{e.paper.title} {' '.join(e.paper.authors)} {e.paper.year}" for e in cited)
    known = set(numbers(f"{source} {context}"))
    if any(number not in known for number in numbers(sentence)):
        return "contradicted" if numbers(source) else "unsupported"
    if bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(source)):
        return "unsupported"
    present = set(words(f"{source} {context} {question}"))
    asked = content_words(sentence)
    share = sum(w in present for w in asked) / len(asked) if asked else 0.0
    if share >= _SUPPORTED:
        return "supported"
    return "partial" if share >= _PARTIAL else "unsupported"
