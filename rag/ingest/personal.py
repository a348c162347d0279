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
    r"\b(?:univ|institut|d[ée]part|dept|laborator|labs?\b|school|college|center|centre|academy|"
    r"faculty|facult|division|hospital|research|corporation|inc\b|ltd|gmbh|company|google|"
    r"microsoft|facebook|meta\b|amazon|deepmind|openai|ibm|nvidia|group\b|foundation|society|"
    r"email|e-mail|address|author|correspond|contribut|equal|received|accepted|published|"
    r"arxiv|preprint|submitted|draft|doi|copyright|licen[cs]e|journal|proceedings|conference|"
    r"street|avenue|road|box\b|zip|usa\b|u\.s\.a|uk\b|china\b|germany|france|japan|india\b|canada|"
    r"italy|spain|switzerland|netherlands|korea|australia|israel|sweden|austria|brazil|"
    r"singapore|pakistan|bangladesh|poland|portugal|belgium|denmark|norway|finland|russia|greece|"
    r"ministry|national|technolog|scien|engineering|informati|physics|mathemati|medicin|"
    r"polytech|consult|clinic|team\b|program|project|member|fellow|student|professor|"
    r"open access|http|www|\.com|\.org|\.edu|key ?words?|abstract)",
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
_STREET = re.compile(r"\s*\d{3,5}\s+[A-Z]")  # the number of a house before its street
_OPEN_END = re.compile(r"\s(?:[A-Z]\.?|de|da|do|dos|del?|della|di|van|von|der|den|la|le|al|bin)$")
_SEPARATED = re.compile(r"[,;·•|\t]\s*|\s+(?:and|&)\s+")
_ORCID = re.compile(r"(?<=[^\W\d_A-Z])ID(?=[\W\d_]|$)")  # the picture after a name, as letters
_MARKS = re.compile(r"[*∗†‡§¶‖⋆★♠♣♦♥⊕⊗#^~¹²³⁴⁵⁶⁷⁸⁹⁰\u0080-\u009f\d]+|\([a-z]\)")
_WORD = re.compile(r"[-‐]?[^\W\d_][\w'’`´.\-‐‑]*\.?")
_MAX_WORDS = 6
_SMALLER, _LARGER = 0.06, 0.45  # shares by which names may differ in size from the first


def names_among(pieces: Sequence[Piece]) -> list[str]:
    """The names in the pieces between title and abstract, in order, each once."""
    found: list[str] = []
    size, marked = 0.0, False
    for text, printed in _texts(pieces):
        if size and not (1 - _SMALLER) * size < printed < (1 + _LARGER) * size:
            continue
        names = list(_names(text, marked=marked))
        if names and not size:
            size = printed
        marked = marked or (len(names) > 1 and text.count("\t") >= len(names) / 2)
        found += names
    has_capitals = 2 * sum(map(_ends_in_capitals, found)) > len(found)
    kept = [name for name in found if has_capitals or not _ends_in_capitals(name)]
    return list(dict.fromkeys(name for name in kept if not _is_repeated(name, kept)))


def _is_repeated(name: str, names: Sequence[str]) -> bool:
    """Whether a name is an institute's, which stands under each of its people: "UC San Diego"."""
    least = 2 if re.match(r"[A-Z]{2,}\s", name) else 3
    return names.count(name) >= least


def _ends_in_capitals(name: str) -> bool:
    """Whether a name ends as places and firms do: "Redmond WA"."""
    return bool(re.search(r"\s[A-Z]{2,3}$", name))


# --- lists that run over several lines -----------------------------------------------------------


def _texts(pieces: Sequence[Piece]) -> Iterator[tuple[str, float]]:
    """(text, size) of the pieces; one that ends inside a name is put together with the next."""
    held: tuple[str, Piece] | None = None
    for piece in pieces:
        if _STREET.match(piece.text):
            continue
        text = _without_marks(piece)
        if held and _runs_on(held, text, piece):
            held = f"{held[0].rstrip(' ')} {text.lstrip()}", piece
            continue
        if held:
            yield held[0], held[1].size
        held = text, piece
    if held:
        yield held[0], held[1].size


def _runs_on(held: tuple[str, Piece], text: str, piece: Piece) -> bool:
    """Whether a name begins at the end of a line of names and ends on the next."""
    before, last = held
    below = 0.5 * last.size < piece.y - last.y < 2.4 * last.size
    if not below or abs(piece.size - last.size) > _SMALLER * last.size or piece.x0 > last.x1:
        return False
    parts = [part.strip() for part in _SEPARATED.split(f" {before}")]
    tail, head = parts[-1], _SEPARATED.split(text.lstrip())[0].strip()
    parts = [part for part in parts if part]
    ends_open = bool(_OPEN_END.search(tail))
    if (
        not tail
        or not (len(parts) > 1 or ends_open)
        or _PLACE.search(f"{tail} {head}")
        or "@" in text
    ):
        return False
    marks = before.count("\t")
    is_cut = (
        ends_open or not is_name(tail) or (marks > 1 and marks >= len(parts) - 1 and "\t" in text)
    )
    return is_cut and is_name(f"{tail} {head}")


def names_in_metadata(said: str) -> list[str]:
    """The names that a file gives for its authors; none if that is no list of names."""
    said = re.sub(r"\{?\bet al\.?\}?", "", said)
    parts = [part.strip() for part in re.split(r";|,|\band\b|&|\|", clean_line(said))]
    parts = [part for part in parts if part]
    names = [re.sub(r"(?<=[^\W\d_]{2})\.$", "", _TITLES.sub("", part)) for part in parts]
    return names if names and all(is_name(name) for name in names) else []


def is_name(text: str) -> bool:
    """Whether a text has the shape of a person's name with at least two words."""
    words = text.replace(".", ". ").split()
    if not 2 <= len(words) <= _MAX_WORDS or len(text) > 60 or _PLACE.search(text):
        return False
    if not all(_WORD.fullmatch(word) for word in words):
        return False
    large = [w for w in words if w.lstrip("-‐")[0].isupper() or not w[0].isascii()]
    small = [w for w in words if w not in large]
    has_full = any(len(w.strip(".")) > 1 for w in large)
    return len(large) >= 2 and has_full and all(w.lower() in _PARTICLES for w in small)


def _names(text: str, *, marked: bool) -> Iterator[str]:
    """The names of one line; where names have marks, addresses stand on lines of their own."""
    if "@" in text or (_PLACE.search(text) and "," not in text):
        return
    parts = [_DEGREES.sub("", _TITLES.sub("", p.strip(" .:()"))).strip() for p in _cut(text)]
    parts = [part for part in parts if part and not _is_degree(part)]
    names = [part for part in parts if is_name(part)]
    is_mixed = bool(names) and names[0] == parts[0] and bool(_PLACE.search(text)) and not marked
    is_listed = bool(names) and names[0] == parts[0] and "\t" in text and not marked
    is_listed = is_listed and 2 * len(names) >= len(parts) and not _PLACE.search(text)
    if 2 * len(names) > len(parts) or is_listed or is_mixed:
        yield from (_as_said(name) for name in names)


def _cut(text: str) -> list[str]:
    parts = [part for piece in text.split("\t") for part in _BETWEEN.split(piece)]
    return [name for part in parts for name in _apart(part)]


def _apart(part: str) -> list[str]:
    """Names that only a wide gap keeps apart."""
    names = re.split(r" {2,}", part)
    return names if all(is_name(name) for name in names) else [part]


def _without_marks(piece: Piece) -> str:
    """The text with raised signs and marks of footnotes as tabs: names stand between them."""
    letters = [
        "\t" if script == "^" else letter
        for letter, script in zip(piece.text, piece.scripts, strict=True)
    ]
    bare = _MARKS.sub("\t", _ORCID.sub("\t", composed("".join(letters))))
    return re.sub(r"\s*,?\s*\t[\t\s]*", "\t", bare)


def _is_degree(part: str) -> bool:
    return bool(
        re.fullmatch(r"(?:Jr|Sr|Ph\.?D|M\.?D|M\.?Sc|[A-Z]{2,5}|Member|Fellow|Student)\.?", part)
    )


def _as_said(name: str) -> str:
    """A name in capitals as it is usually written: "Edward D. Sturrock"."""
    words = re.sub(r"\.(?=[^\W\d_]{2})", ". ", name).split()
    if all(word.isupper() for word in words if len(word.strip(".")) > 2):
        longer = [word for word in words if len(word.strip(".")) > 2]
        if longer:
            said = [w.title() if len(w.strip(".")) > 2 else w for w in words]
            return " ".join([*said[:-1], words[-1].title()])
    return " ".join(w.title() if w.isupper() and len(w.strip(".-")) > 3 else w for w in words)
