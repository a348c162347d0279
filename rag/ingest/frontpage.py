"""The first page of a paper → its title, authors, abstract, date and identifiers.

The title is the largest print; the authors stand between it and the abstract; the abstract has its
heading, or is the first paragraph before the text begins. What the file says of itself counts only
where the page says it too: programs leave the names of files and of strangers there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.base.text import clean_line, fold
from rag.ingest.columns import Line, body_size
from rag.ingest.entry import arxiv_in, doi_in, iso_date
from rag.ingest.glyphs import File
from rag.ingest.headings import is_abstract, is_opening, split_abstract
from rag.ingest.personal import names_among, names_in_metadata

_LARGER = 1.12  # times the size of the text, from which print may be a title
_SAME_SIZE = 0.04  # share by which lines of one title may differ
_UPPER = 0.62  # of the page, where a title begins
_LEAST_LETTERS = 8
_STAMP = re.compile(
    r"arXiv:\s*(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?\s*"
    r"(?:\[(?P<category>[\w.-]+)\])?\s*"
    r"(?P<day>\d{1,2}\s*[A-Z][a-z]{2}[a-z]*\s*\d{4})?"
)
_NO_TITLE = re.compile(
    r"^(?:untitled|microsoft word|slide \d|title|doi:|10\.\d{4}|arxiv:|pii:|paper|manuscript|"
    r"template|full paper|article|research article|original (?:article|paper|research)|review|"
    r"letter|open access|proceedings of|journal of|volume \d|issn\b|received\b|vol\.)|"
    r"\.(?:dvi|docx?|tex|pdf|indd|qxd|rtf|ps)$",
    re.IGNORECASE,
)
_PRINTED_YEAR = re.compile(
    r"(?:©|\(c\)|copyright|published|accepted|proceedings|conference|workshop|symposium|volume|"
    r"vol\.|issue|journal|received|preprint|submitted|available online|first published|draft|"
    r"dated?:|arxiv)[^\n]{0,120}?(?<![\d.])((?:19|20)\d\d)(?![\d.]\d|\d)",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?)?,?\s+(?:19|20)\d\d",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Front:
    """What a first page says of its paper; `rest` are the lines that belong to its text."""

    title: str = ""
    authors: list[str] = field(default_factory=list)
    abstract: list[Line] = field(default_factory=list)
    date: str = ""
    arxiv_id: str = ""
    category: str = ""
    doi: str = ""
    rest: list[Line] = field(default_factory=list)


def read(file: File, lines: Sequence[Line]) -> Front:
    """Read the front matter off the lines of the first page."""
    front = Front()
    _identify(front, file, lines)
    title = _title(lines, file.metadata.get("Title", ""))
    front.title = clean_line(" ".join(line.text for line in title)).replace("\u00ad ", "")
    start = lines.index(title[-1]) + 1 if title else 0
    below = [line for line in lines[start:] if line not in title]
    end = _first_text(below, title)
    beside = _beside(below[end:])
    front.authors = _authors(file, lines, [*below[:end], *beside], front.title)
    rest = [line for line in below[end:] if line not in beside]
    front.abstract, front.rest = split_abstract(rest, known=bool(title))
    return front


# --- title ---------------------------------------------------------------------------------------


def _title(lines: Sequence[Line], said: str) -> list[Line]:
    """The lines of the title; none where the page shows none."""
    stated = _stated(lines, clean_line(said))
    if stated:
        return stated
    usual = body_size(lines)
    bottom = max((line.y for line in lines), default=0.0)
    upper = [line for line in lines if line.y < _UPPER * bottom and _may_be_title(line)]
    for size in sorted({round(line.size, 1) for line in upper}, reverse=True):
        first = next((line for line in upper if abs(line.size - size) <= _SAME_SIZE * size), None)
        if first is None or size < _LARGER * usual:
            break
        found = _whole(lines, first)
        if sum(c.isalpha() for line in found for c in line.text) >= _LEAST_LETTERS:
            return found
    bold = next((line for line in upper if line.bold and not is_opening(line.text)), None)
    if bold is not None:
        return _whole(lines, bold)
    return [upper[0]] if upper else []


def _stated(lines: Sequence[Line], said: str) -> list[Line]:
    """The lines that say together what the file names as its title."""
    wanted = "".join(fold(said).split())
    if len(wanted) < _LEAST_LETTERS or " " not in said or _NO_TITLE.search(said):
        return []
    for start, line in enumerate(lines):
        text = ""
        for end in range(start, min(start + 6, len(lines))):
            text += "".join(fold(lines[end].text.replace("\u00ad", "")).split())
            if text == wanted and line.size >= lines[-1].size * 0.8:
                return list(lines[start : end + 1])
            if not wanted.startswith(text):
                break
    return []


def _may_be_title(line: Line) -> bool:
    text = line.text
    letters = sum(c.isalpha() for c in text)
    if letters < 4 or 2 * letters < len(text.replace(" ", "")) or _NO_TITLE.search(text):
        return False
    return "@" not in text and "http" not in text and not is_abstract(text)


def _whole(lines: Sequence[Line], first: Line) -> list[Line]:
    """A line with those under it that look the same and follow closely."""
    start = lines.index(first)
    found = [first]
    for line in lines[start + 1 :]:
        last = found[-1]
        same = abs(line.size - first.size) <= _SAME_SIZE * first.size and line.bold == first.bold
        close = -1 < line.y - last.y < 2.3 * first.size
        if not (same and close) or is_opening(line.text) or len(found) >= 6:
            break
        found.append(line)
    return found


# --- authors -------------------------------------------------------------------------------------


def _first_text(below: Sequence[Line], title: Sequence[Line]) -> int:
    """Where under the title the abstract or the text begins."""
    headed = next(
        (i for i, line in enumerate(below) if is_abstract(line.text) or is_opening(line.text)),
        len(below),
    )
    if headed < len(below) and is_abstract(below[headed].text):
        return headed
    # An abstract without a heading may stand before the introduction.
    paragraphs = (i for i in range(headed) if _opens_paragraph(below[i : i + 4]))
    return next(paragraphs, headed)


def _beside(lines: Sequence[Line]) -> list[Line]:
    """Lines of a next column that stand higher than the first text: of authors in a row."""
    if not lines:
        return []
    first = lines[0]
    higher = [line for line in lines if line.column > first.column and line.y < first.y - 1]
    is_text = any(_opens_paragraph(higher[i : i + 4]) for i in range(len(higher)))
    return [] if is_text else higher


def _opens_paragraph(lines: Sequence[Line]) -> bool:
    """Whether four long lines of one look follow each other: text, and no addresses."""
    if len(lines) < 4:
        return False
    first = lines[0]
    widths = [line.x1 - line.x0 for line in lines]
    alike = all(abs(line.size - first.size) < 0.6 and line.column == first.column for line in lines)
    wordy = sum(c.islower() for line in lines for c in line.text) > 90
    full = sum(w > 0.9 * max(widths) for w in widths[:3]) == 3
    return alike and wordy and full and not any("@" in line.text for line in lines)


def _authors(file: File, lines: Sequence[Line], between: Sequence[Line], title: str) -> list[str]:
    """The names under the title, or those of the file where the page bears them out."""
    pieces = [piece for line in between for piece in line.pieces]
    if len({line.column for line in between}) > 1:  # rows of authors go through the columns
        pieces.sort(key=lambda piece: (round(piece.y / 3), piece.x0))
    found = names_among(pieces)
    stated = names_in_metadata(file.metadata.get("Author", ""))
    page = fold(" ".join(line.text for line in lines))
    borne_out = stated and all(fold(name).split()[-1] in page for name in stated)
    is_title = fold(" ".join(stated)) in fold(title)
    return stated if borne_out and len(stated) >= len(found) and not is_title else found


# --- date and identifiers ------------------------------------------------------------------------


def _identify(front: Front, file: File, lines: Sequence[Line]) -> None:
    texts = [line.text for line in lines]
    stamp = _STAMP.search(file.pages[0].sideways) or _STAMP.search(" ".join(texts))
    if stamp:
        front.arxiv_id, front.category = stamp["id"], (stamp["category"] or "")
        day = re.sub(r"(\d)([A-Z])", r"\1 \2", stamp["day"] or "")
        front.date = iso_date(re.sub(r"([a-z])(\d)", r"\1 \2", day)) or ""
    else:
        front.arxiv_id = arxiv_in(" ".join(t for t in texts if "arxiv.org/abs" in t.lower()))
    of_file = file.metadata.get("Subject", "") + " " + file.metadata.get("Title", "")
    front.doi = _own_doi(texts, of_file)
    front.date = front.date or _date(texts, file)


def _own_doi(texts: Sequence[str], of_file: str) -> str:
    """The DOI at the head or foot of the page; those among references are others'."""
    for text in [*texts[:12], *texts[-12:], of_file]:
        if "doi" in text.lower() or text.startswith("10."):
            found = doi_in(text.replace("doi: ", "doi:"))
            if found:
                return found
    return ""


def _date(texts: Sequence[str], file: File) -> str:
    """The printed date, else the year that a line of the publisher prints, else the file's."""
    for text in texts:
        if _DATE_LINE.fullmatch(text.strip(" .()")):
            return iso_date(text) or ""
    page = "\n".join([*texts[:25], *texts[-15:]])
    years = [int(found.group(1)) for found in _PRINTED_YEAR.finditer(page)]
    made = re.search(r"(?:19|20)\d\d", file.metadata.get("CreationDate", ""))
    if years:
        return str(max(years))
    return made.group() if made else ""
