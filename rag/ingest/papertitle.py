"""The title on the first page of a paper: the largest print that is no name of a journal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.base.text import clean_line, fold
from rag.ingest.columns import Line, body_size
from rag.ingest.headings import is_abstract, is_opening
from rag.ingest.personal import is_name

_LARGER = 1.12  # times the size of the text, from which print may be a title
_SAME_SIZE = 0.04  # share by which lines of one title may differ
_SUBTITLE = 0.6  # times the size of its title, that a subtitle has at least
_HEAD = 0.1  # of the page, where the head of a journal may name an address
_UPPER = 0.62  # of the page, where a title begins
_LEAST_LETTERS = 8
_MOST_LINES = 6
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word|slide \d|doi:|10\.\d{4}|arxiv:|pii:|issn\b|volume \d|vol\.|"
    r"received\b|proceedings of|journal of)|"
    r"^(?:(?:title|paper|manuscript|template|open|database|editorial|commentary|correspondence|"
    r"(?:full|short|technical|regular|contributed) (?:length )?(?:paper|article|note|report)|"
    r"(?:(?:original|research|review|open access|invited|systematic) )*"
    r"(?:article|paper|research|review|letter|report)s?|open access|rapid communications?)\s*:?)+$|"
    r"\b\d+, \d+(?:\([A-Z]\))? \((?:19|20)\d\d\)$|"
    r"\.(?:dvi|docx?|tex|pdf|indd|qxd|rtf|ps)$",
    re.IGNORECASE,
)
_OPEN = re.compile(r"^(?:OPEN|Open Access)\s+(?=[A-Z])")


def title_lines(lines: Sequence[Line], said: str) -> list[Line]:
    """The lines of the title; none where the page shows none.

    What the file says its title is counts where the page prints it too.
    """
    stated = _stated(lines, clean_line(said))
    if stated:
        return stated
    usual = body_size(lines)
    bottom = max((line.y for line in lines), default=0.0)
    mails = [line.y for line in lines if "@" in line.text and line.y > _HEAD * bottom]
    limit = min([_UPPER * bottom, *mails])  # a title stands above the addresses of its authors
    upper = [line for line in lines if line.y < limit and _may_be_title(line, lines)]
    large = [line for line in upper if line.size >= _LARGER * usual]
    for size in sorted({round(line.size, 1) for line in large}, reverse=True):
        first = next((line for line in upper if abs(line.size - size) <= _SAME_SIZE * size), None)
        found = _whole(lines, first) if first else []
        if sum(c.isalpha() for line in found for c in line.text) >= _LEAST_LETTERS:
            return _with_subtitle(lines, found, usual)
    bold = next((line for line in upper if line.bold and not is_opening(line.text)), None)
    if bold is not None:
        return _whole(lines, bold)
    return upper[:1]


def title_text(title: Sequence[Line]) -> str:
    """The lines of a title as one, without a badge before it."""
    text = clean_line(" ".join(line.text for line in title))
    text = re.sub("\u00ad (?=[A-Z])", "-", text).replace("\u00ad ", "")
    return re.sub(r"(?<=\w) (?=[)\]])", "", _OPEN.sub("", text))


def squeezed(text: str) -> str:
    """A text without case, accents and spaces."""
    return "".join(fold(text.replace("\u00ad", "")).split())


def _stated(lines: Sequence[Line], said: str) -> list[Line]:
    """The lines that say together what the file names as its title."""
    wanted = squeezed(said)
    if len(wanted) < _LEAST_LETTERS or " " not in said or _NO_TITLE.search(said):
        return []
    for start, line in enumerate(lines):
        text = ""
        for end in range(start, min(start + _MOST_LINES, len(lines))):
            text += squeezed(lines[end].text)
            if text == wanted and line.size >= lines[-1].size * 0.8:
                return list(lines[start : end + 1])
            if not wanted.startswith(text):
                break
    return []


def _may_be_title(line: Line, lines: Sequence[Line]) -> bool:
    text = line.text
    letters = sum(c.isalpha() for c in text)
    if letters < 4 or 2 * letters < len(text.replace(" ", "")) or _NO_TITLE.search(text):
        return False
    if "@" in text or "http" in text or is_abstract(text):
        return False
    return not _is_journal(line, lines)


def _is_journal(line: Line, lines: Sequence[Line]) -> bool:
    """Whether a line is the name of a journal, which stands elsewhere with a volume or a year."""
    name = line.pieces[0].text.strip()
    if len(name) < _LEAST_LETTERS:
        return False
    cited = re.compile(rf"^\W*{re.escape(name)},?\s*(?:vol|\(?\d)", re.IGNORECASE)
    return any(other is not line and cited.search(other.text) for other in lines)


def _whole(lines: Sequence[Line], first: Line) -> list[Line]:
    """A line with those under it that look the same and follow closely."""
    found = [first]
    for line in lines[lines.index(first) + 1 :]:
        last = found[-1]
        same = abs(line.size - first.size) <= _SAME_SIZE * first.size and line.bold == first.bold
        close = -1 < line.y - last.y < 2.3 * first.size
        if not (same and close) or is_opening(line.text) or len(found) >= _MOST_LINES:
            break
        found.append(line)
    return found


def _with_subtitle(lines: Sequence[Line], title: list[Line], usual: float) -> list[Line]:
    """A title with the lines of the same font under it that are smaller, yet larger than text."""
    first, found = title[0], list(title)
    for line in lines[lines.index(title[-1]) + 1 :]:
        last = found[-1]
        alike = _family(line) == _family(first)
        smaller = max(_LARGER * usual, _SUBTITLE * first.size) <= line.size < first.size
        close = 0 < line.y - last.y < 2.3 * first.size
        if not (alike and smaller and close) or _names_people(line.text):
            break
        found.append(line)
    return found if len(found) <= _MOST_LINES else title


def _family(line: Line) -> str:
    return line.pieces[0].font.split("-")[0].split(",")[0]


def _names_people(text: str) -> bool:
    """Whether a line is of authors: each of its parts is the name of one, or has its mark."""
    parts = [part.strip() for part in re.split(r"[,;·•|\d*∗†‡]+|\band\b|&", text)]
    return any(is_name(part) and re.search(r"[^\W\d_A-Z]{2}", part) for part in parts)
