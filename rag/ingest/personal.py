"""The names of people among the pieces of print under a title.

Names stand on lines of their own or between marks and commas; addresses, departments and mails
between them are told by their words. There is no list of names here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.base.text import clean_line
from rag.ingest.pieces import Piece, composed

_PLACE = re.compile(
    r"\b(?:univ|institut|department|dept|laborator|labs?\b|school|college|center|centre|academy|"
    r"faculty|facult|division|hospital|research|corporation|inc\b|ltd|gmbh|company|google|"
    r"microsoft|facebook|meta\b|amazon|deepmind|openai|ibm|nvidia|group\b|foundation|society|"
    r"email|e-mail|address|author|correspond|contribut|equal|received|accepted|published|"
    r"arxiv|preprint|submitted|draft|doi|copyright|licen[cs]e|journal|proceedings|conference|"
    r"street|avenue|road|box\b|zip|usa\b|u\.s\.a|uk\b|china\b|germany|france|japan|india\b|canada|"
    r"italy|spain|switzerland|netherlands|korea|australia|israel|sweden|austria|brazil|"
    r"singapore|pakistan|bangladesh|poland|portugal|belgium|denmark|norway|finland|russia|greece|"
    r"ministry|national|technolog|scien|engineering|informati|physics|mathemati|medicin|"
    r"polytech|consult|clinic|team\b|program|project|member|fellow|student|professor|"
    r"http|www|\.com|\.org|\.edu|keywords?|abstract)",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    "van von der den de del della di da dos du la le el al bin ibn ter ten zu zur af av y e".split()
)
_TITLES = re.compile(r"^(?:(?:dr|prof|mr|mrs|ms|sir)\.?\s+)+|^by\s+", re.IGNORECASE)
_DEGREES = re.compile(
    r",?\s+(?:ph\.?\s?d|m\.?d|msc|m\.?sc|bsc|mph|frcp|(?:senior |student )?member)\b.*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:[,;·•|&]|\band\b|\bund\b|\bet\b)\s*", re.IGNORECASE)
_MARKS = re.compile(r"[*∗†‡§¶‖⋆★♠♣♦♥⊕⊗#^~¹²³⁴⁵⁶⁷⁸⁹⁰\u0080-\u009f\d]+|\([a-z]\)")
_WORD = re.compile(r"[^\W\d_][\w'’`´.\-‐‑]*\.?")
_MAX_WORDS = 6
_SMALLER, _LARGER = 0.06, 0.45  # shares by which names may differ in size from the first


def names_among(pieces: Sequence[Piece]) -> list[str]:
    """The names in the pieces between title and abstract, in order, each once."""
    found: list[str] = []
    size = 0.0
    for piece in pieces:
        if size and not (1 - _SMALLER) * size < piece.size < (1 + _LARGER) * size:
            continue
        names = list(_names(piece))
        if names and not size:
            size = piece.size
        found += names
    return list(dict.fromkeys(found))


def names_in_metadata(said: str) -> list[str]:
    """The names that a file gives for its authors; none if that is no list of names."""
    said = re.sub(r"\{?\bet al\.?\}?", "", said)
    parts = [part.strip() for part in re.split(r";|,|\band\b|&|\|", clean_line(said))]
    parts = [part for part in parts if part]
    names = [_TITLES.sub("", part) for part in parts]
    return names if names and all(is_name(name) for name in names) else []


def is_name(text: str) -> bool:
    """Whether a text has the shape of a person's name with at least two words."""
    words = text.replace(".", ". ").split()
    if not 2 <= len(words) <= _MAX_WORDS or len(text) > 60 or _PLACE.search(text):
        return False
    if not all(_WORD.fullmatch(word) for word in words):
        return False
    large = [w for w in words if w[0].isupper() or not w[0].isascii()]
    small = [w for w in words if w not in large]
    has_full = any(len(w.strip(".")) > 1 for w in large)
    return len(large) >= 2 and has_full and all(w.lower() in _PARTICLES for w in small)


def _names(piece: Piece) -> Iterator[str]:
    text = _without_marks(piece)
    if "@" in text or (_PLACE.search(text) and "," not in text):
        return
    parts = [_DEGREES.sub("", _TITLES.sub("", p.strip(" .:()"))).strip() for p in _cut(text)]
    parts = [part for part in parts if part and not _is_degree(part)]
    names = [part for part in parts if is_name(part)]
    if 2 * len(names) > len(parts) or (names and names[0] == parts[0] and _PLACE.search(text)):
        yield from (_as_said(name) for name in names)


def _cut(text: str) -> list[str]:
    return [part for piece in text.split("\t") for part in _BETWEEN.split(piece)]


def _without_marks(piece: Piece) -> str:
    """The text with raised signs and marks of footnotes as tabs: names stand between them."""
    letters = [
        "\t" if script == "^" else letter
        for letter, script in zip(piece.text, piece.scripts, strict=True)
    ]
    bare = _MARKS.sub("\t", composed("".join(letters)))
    return re.sub(r"\s*,?\s*\t[\t\s]*", "\t", bare)


def _is_degree(part: str) -> bool:
    return bool(re.fullmatch(r"(?:Jr|Sr|II|III|Ph\.?D|M\.?D|IEEE|Member|Fellow|Student)\.?", part))


def _as_said(name: str) -> str:
    """A name in capitals as it is usually written: "Edward D. Sturrock"."""
    words = re.sub(r"\.(?=[^\W\d_]{2})", ". ", name).split()
    if all(word.isupper() for word in words if len(word.strip(".")) > 2):
        longer = [word for word in words if len(word.strip(".")) > 2]
        if longer:
            return " ".join(w.title() if len(w.strip(".")) > 2 else w for w in words)
    return " ".join(w.title() if w.isupper() and len(w.strip(".-")) > 3 else w for w in words)
