"""Checks on sentences that a model wrote: citations, and agreement with the cited words.

What is enforced today: citations only to evidence of this turn; every number of the sentence in
the cited words or the question; no negation that the cited words lack; enough of the sentence's
words in the cited words. A sentence that fails is struck, never shown with a citation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rag.base.text import content_words, numbers, sentence_spans, words
from rag.base.types import Evidence, Support

MARKER = re.compile(r"\s*\[\s*E\d+(?:\s*[,;]\s*E\d+)*\s*\]")
_KEY = re.compile(r"E\d+")
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|without|cannot|fails?|failed|lacks?|unable|none|hardly)\b|n['’]t\b",
    re.IGNORECASE,
)
_CONTRAST = re.compile(
    r";\s|,?\s\b(?:whereas|while|but|although|though|however|yet)\b\s", re.IGNORECASE
)
# "one" is left out: it seldom counts ("one of the", "one may").
_COUNT_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_FIGURE_WORDS = {
    **{word: str(n) for n, word in enumerate(_COUNT_WORDS.split(), start=2)},
    **{word: f"{n}0" for n, word in enumerate(_TENS.split(), start=2)},
    "zero": "0",
    "dozen": "12",
}
_FIGURE_WORD = re.compile(rf"\b(?:{'|'.join(_FIGURE_WORDS)})\b", re.IGNORECASE)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_LETTERS = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion", "t": "trillion"}
_SCALED = re.compile(
    rf"(\d[\d,]*(?:\.\d+)?)(?:[\s-]*({'|'.join(_SCALES)})s?\b|({'|'.join(_LETTERS)})\b)",
    re.IGNORECASE,
)
_LOOSE = re.compile(rf"\b(?:half|twice|{'|'.join(_SCALES)})(?=s?\b)", re.IGNORECASE)
_SUPPORTED, _PARTIAL = 0.6, 0.35  # shares of the sentence's content words found in the cited words


@dataclass(frozen=True, slots=True)
class Checked:
    """A written sentence without its markers, the evidence it may cite, and the outcome."""

    text: str
    evidence: tuple[Evidence, ...]
    support: Support


def check_written(text: str, keyed: Mapping[str, Evidence], question: str) -> list[Checked]:
    """Split a written answer into sentences and judge each against what it cites."""
    checked = (_check(piece, keyed, question) for piece in split_marked(text))
    return [sentence for sentence in checked if any(c.isalnum() for c in sentence.text)]


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
    if figures(sentence) - figures(f"{source} {context}"):
        return "contradicted" if numbers(source) else "unsupported"
    if not _agree_on_negation(sentence, source):
        return "unsupported"
    present = set(words(f"{source} {context} {question}"))
    asked = content_words(sentence)
    share = sum(w in present for w in asked) / len(asked) if asked else 0.0
    if share >= _SUPPORTED:
        return "supported"
    return "partial" if share >= _PARTIAL else "unsupported"


def figures(text: str) -> set[str]:
    """The figures of a text in one spelling: "2.5M", "2.5 million", "2,500,000" are the same."""
    text = _FIGURE_WORD.sub(lambda match: _FIGURE_WORDS[match.group().lower()], text)
    text = _SCALED.sub(_written_out, text)
    found = {format(Decimal(number).normalize(), "f") for number in numbers(text)}
    return found | {match.group().lower() for match in _LOOSE.finditer(text)}


def _written_out(match: re.Match[str]) -> str:
    number, word, letter = match.groups()
    power = _SCALES[(word or _LETTERS[letter.lower()]).lower()]
    return format(Decimal(number.replace(",", "")).scaleb(power), "f")


def _agree_on_negation(sentence: str, source: str) -> bool:
    """Whether both deny or both affirm; of a contrast, the side that the sentence is about counts.

    A "whereas it had no effect" must not speak against a sentence about the other half.
    """
    denied = bool(_NEGATION.search(sentence))
    if denied == bool(_NEGATION.search(source)):
        return True
    if denied:
        return False
    asked = set(content_words(sentence))
    shared = {True: 0, False: 0}
    for clause in _CONTRAST.split(source):
        side = bool(_NEGATION.search(clause))
        shared[side] = max(shared[side], len(asked & set(words(clause))))
    return shared[False] > shared[True]
