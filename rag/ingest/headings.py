"""Which lines of a paper are headings, and which of its parts begin and end where."""

from __future__ import annotations

import itertools
import re
import statistics
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
_NOTICE = re.compile(
    r"copyright|©|open access|properly cited|permits unrestricted|creative commons|"
    r"permission to|granted provided|without fee|copies are not made|"
    r"^\W*(?:correspondence|received|accepted|revised|published|academic editor|edited by|"
    r"reviewed by|dedicated to|communicated by)\b",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"(?<=[.!?)])\s*(?:copyright\s*)?(?:©|\(c\)|\bc|\bq|\br)?\s*(?:19|20)\d\d,?\s"
    r"(?:[^.]|\.(?=\S)|(?<=\b[A-Z])\.|(?<=Inc)\.|(?<=Ltd)\.){0,90}"
    r"(?:rights reserved|elsevier|springer|wiley|institute of physics|society|press|ieee|acm)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(
    r"^(?:background|context|introduction|motivation|rationale|objectives?|aims?|purpose|methods?|"
    r"materials|design|setting|participants|patients|subjects|interventions?|measurements?|"
    r"main outcome|data (?:sources?|extraction|synthesis)|study selection|results?|findings|"
    r"(?:principal|main) findings|conclusions?|interpretation|discussion|significance|limitations?|"
    r"trial registration|availability|keypoints?)\b[^.:]{0,40}(?:[:.—–]|\s[A-Z]|$)",
    re.IGNORECASE,
)  # that an abstract in parts may have
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
_ELSEWHERE = 40.0  # points to the side, from which a line is in another column
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
    found, rest = with_following([lines[start]] if has_words else [], lines[start + 1 :])
    return found, [*lines[:start], *rest]


def with_following(found: Sequence[Line], lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """(lines of an abstract with those after them that belong to it, the others)."""
    abstract = list(found)
    for i, line in enumerate(lines):
        if _ends_abstract(line, abstract):
            return abstract, list(lines[i:])
        abstract.append(line)
    return abstract, []


def abstract_text(text: str) -> str:
    """An abstract without its heading, a mark before it and its publisher's notice after it."""
    bare = re.sub(r"^[^\w(\"'“‘\[]+", "", without_abstract(text))
    return _RIGHTS.sub("", bare).strip()


def without_abstract(text: str) -> str:
    """A text without the heading "Abstract" before it."""
    return _ABSTRACT.sub("", text)


def without_notices(lines: Sequence[Line]) -> list[Line]:
    """Lines without addresses and notices of a publisher before them, where no heading tells."""
    if any(is_abstract(line.text) for line in lines):
        return list(lines)
    first = next((i for i, line in enumerate(lines) if not _is_notice(line.text)), len(lines))
    return list(lines[first:])


def _is_notice(text: str) -> bool:
    if _NOTICE.search(text):
        return True
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 3]
    large = sum(word[0].isupper() for word in words)
    return len(words) > 1 and large >= 0.7 * len(words) and bool(re.search(r"[,\d]", text))


def _goes_on(line: Line) -> bool:
    return not line.text.rstrip().endswith((".", "!", "?", ".)"))


def _ends_abstract(line: Line, found: Sequence[Line]) -> bool:
    """Whether a line after those found is no longer of the abstract."""
    text = line.text
    if _AFTER_ABSTRACT.match(text) or is_references(text):
        return True
    if not found:
        return is_opening(text) and not _PART.match(text)
    if is_opening(text):
        return True
    first, last = found[min(1, len(found) - 1)], found[-1]
    is_done = not _goes_on(last)
    moved = line.page != last.page or line.y < last.y or abs(line.x0 - first.x0) > _ELSEWHERE
    far = not moved and line.y - last.y > max(2.2 * line.size, 1.5 * _leading(found))
    other = abs(line.size - first.size) > 0.07 * first.size
    numbered = bool(re.match(r"^(?:1|I)\.?\s+[A-Z]", text)) and len(text) < 60
    if far and not other and _PART.match(text) and _PART.match(found[0].text):
        return False
    return numbered or (is_done and (far or other or moved)) or (other and far)


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance between lines of one column, in points."""
    steps = [
        b.y - a.y
        for a, b in itertools.pairwise(lines)
        if (a.page, a.column) == (b.page, b.column) and b.y > a.y
    ]
    return statistics.median(steps) if steps else 0.0


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
