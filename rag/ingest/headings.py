"""Which lines of a paper are headings, and which of its parts begin and end where."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.ingest.columns import Line

_NUMBER = r"(?:(?:[A-Z]\.|\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVX]{1,5}\.)\s+)?"
_ABSTRACT = re.compile(
    r"^\W{0,2}(?:abstract|a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary|zusammenfassung|r[ée]sum[ée]|"
    r"resumen)\b\s*(?:[.:—–-]+\s*)?",
    re.IGNORECASE,
)
_OPENING = re.compile(
    rf"^{_NUMBER}(?:introduction|background|motivation|overview)\s*[.:]?$", re.IGNORECASE
)
_NO_ABSTRACT = re.compile(
    rf"^(?:{_NUMBER}(?:introduction|background|motivation|overview)\s*[.:]?$|fig(?:ure|\.)|table)",
    re.IGNORECASE,
)
_AFTER_ABSTRACT = re.compile(
    r"^\W{0,2}(?:(?:index|key)[\s-]*(?:words?|terms)(?: and phrases)?|categories and subject|"
    r"ccs concepts?|acm reference|general terms|pacs\b|msc\b|jel\b|mathematics subject|"
    r"received\b|article (?:history|info)|correspondence\b|\*?corresponding author|"
    r"preprint submitted|supplementary|abbreviations)",
    re.IGNORECASE,
)
_REFERENCES = re.compile(
    rf"^{_NUMBER}(?:references|bibliography|literature cited|works cited|references and notes|"
    r"literatur|r[ée]f[ée]rences)\s*:?$",
    re.IGNORECASE,
)
_APPENDIX = re.compile(
    r"^(?:(?:appendix|appendices|supplementary|supplemental|supporting)\b|[A-H]\.?\s+[A-Z][a-z])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.\d{0,2}\.?|[IVX]{1,5}\.|[A-H])\s+[A-Z]"
)
_USUAL = frozenset(
    "abstract introduction background motivation related method methods methodology approach "
    "model models experiments experiment results result evaluation discussion conclusion "
    "conclusions limitations acknowledgments acknowledgements acknowledgment materials analysis "
    "implementation setup preliminaries notation data summary appendix ethics future".split()
)
_MAX_HEADING = 120  # characters
_MOST_LINES, _LEAST_WORDS = 45, 40  # of an abstract that has no heading


def is_abstract(text: str) -> bool:
    """Whether a line is the heading "Abstract", or begins with it."""
    found = _ABSTRACT.match(text)
    if not found:
        return False
    heading, rest = found.group().rstrip(), text[found.end() :]
    return not rest or heading[-1] in ".:—–-" or heading.isupper() or rest[0].isupper()


def is_opening(text: str) -> bool:
    """Whether a line is the heading with which the text of a paper begins."""
    return bool(_OPENING.match(text.strip()))


def is_references(text: str) -> bool:
    """Whether a line is the heading of the list of references."""
    return bool(_REFERENCES.match(text.strip()))


def is_appendix(text: str) -> bool:
    """Whether a heading opens an appendix."""
    return bool(_APPENDIX.match(text.strip()))


def is_heading(line: Line, usual: float) -> bool:
    """Whether a line is a heading: short, without a full stop, and set off by its look."""
    text = line.text.strip()
    letters = sum(c.isalpha() for c in text)
    if not letters >= 3 or len(text) > _MAX_HEADING or text.endswith((".", ",", ";", "\u00ad")):
        return False
    if 2 * letters < len(text.replace(" ", "")) or not text[0].isalnum():
        return False
    if is_references(text) or is_opening(text):
        return True
    large = line.size > 1.08 * usual
    named = bool(_NUMBERED.match(text)) or text.split()[-1].lower() in _USUAL
    capitals = text.isupper() and letters > 5
    return (
        (large and not text[0].islower())
        or (named and (line.bold or capitals))
        or (
            (line.bold or capitals)
            and line.size > 0.95 * usual
            and text[0].isupper()
            and len(text.split()) <= 10
        )
    )


def without_number(heading: str) -> str:
    """A heading without its number: "Training" for "3.2 Training"."""
    bare = re.sub(rf"^{_NUMBER}(?=\S)", "", heading.strip())
    return bare.rstrip(" :.") or heading.strip()


def split_abstract(lines: Sequence[Line], *, known: bool) -> tuple[list[Line], list[Line]]:
    """(lines of the abstract, lines of the text around it); `known` says that there is a title."""
    lines = list(lines)
    start = next((i for i, line in enumerate(lines) if is_abstract(line.text)), None)
    if start is None:
        is_text = not known or not lines or _NO_ABSTRACT.match(lines[0].text.strip())
        return ([], lines) if is_text else _first_paragraph(lines)
    has_words = bool(without_abstract(lines[start].text))
    found = [lines[start]] if has_words else []
    for i in range(start + 1, len(lines)):
        if _ends_abstract(lines[i], found):
            return found, [*lines[:start], *lines[i:]]
        found.append(lines[i])
    return found, lines[:start]


def without_abstract(text: str) -> str:
    """A text without the heading "Abstract" before it."""
    return _ABSTRACT.sub("", text)


def _goes_on(line: Line) -> bool:
    return not line.text.rstrip().endswith((".", "!", "?", ".)"))


def _ends_abstract(line: Line, found: Sequence[Line]) -> bool:
    """Whether a line after those found is no longer of the abstract."""
    text = line.text
    if _AFTER_ABSTRACT.match(text) or is_opening(text) or is_references(text):
        return True
    if not found:
        return False
    first, last = found[min(1, len(found) - 1)], found[-1]
    is_done = not _goes_on(last)
    moved = (line.page, line.column) != (last.page, last.column)
    far = not moved and line.y - last.y > 2.2 * line.size
    other = abs(line.size - first.size) > 0.07 * first.size
    numbered = bool(re.match(r"^(?:1|I)\.?\s+[A-Z]", text)) and len(text) < 60
    return numbered or (is_done and (far or other or moved)) or (other and far)


def _first_paragraph(lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """An abstract without a heading: the lines up to the first that look or stand otherwise."""
    found = [lines[0]]
    for i, line in enumerate(lines[1:], start=1):
        is_next = is_heading(line, lines[0].size) and not _goes_on(found[-1])
        if is_next or len(found) > _MOST_LINES or _ends_abstract(line, found):
            is_text = sum(len(part.text.split()) for part in found) >= _LEAST_WORDS
            return (found, lines[i:]) if is_text else ([], lines)
        found.append(line)
    return [], lines
