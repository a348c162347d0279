"""The first pages of a paper → its title, authors, abstract, date and identifiers.

The title is the largest print; the authors stand between it and the abstract; the abstract has its
heading, or is the first paragraph before the text begins. What the file says of itself counts only
where the page says it too: programs leave the names of files and of strangers there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.base.text import fold
from rag.ingest.columns import Line
from rag.ingest.cover import is_cover, year_of
from rag.ingest.entry import arxiv_in, doi_in, iso_date
from rag.ingest.glyphs import File
from rag.ingest.headings import (
    is_abstract,
    is_opening,
    split_abstract,
    with_following,
    without_notices,
)
from rag.ingest.papertitle import squeezed, title_lines, title_text
from rag.ingest.personal import names_among, names_in_metadata

_FRONT_PAGES = 3  # on which an abstract may stand
_SHORT_LINE = 9  # words; lines of text have more, notes at the side and foot fewer
_LEAST_SMALL_WORDS = 3  # of a line that goes on with a paragraph
_STAMP = re.compile(
    r"arXiv:\s*(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2}?(?=\s|\[|\d{1,2}\s*[A-Z]|$))?\s*"
    r"(?:\[(?P<category>[\w.-]+)\])?\s*"
    r"(?P<day>\d{1,2}\s*[A-Z][a-z]{2}[a-z]*\s*\d{4})?"
)
_PRINTED_YEAR = re.compile(
    r"(?:©|\(c\)|copyright|published|accepted|proceedings|conference|workshop|symposium|volume|"
    r"vol\.|issue|journal|received|preprint|submitted|available online|first published|draft|"
    r"dated?:|arxiv)[^\n]{0,120}?(?<![\d.])((?:19|20)\d\d)(?![\d.]\d|\d)",
    re.IGNORECASE,
)
_YEAR = r"((?:19[3-9]|20[0-4])\d)"
_CITED_YEAR = re.compile(
    rf"\b\d{{1,4}}\s*\({_YEAR}\)\s*\d+|"  # 321 (2004) 5–12
    rf"\b\d{{1,4}}(?:\(\d+\))?:\s?\d+\s?[–-]\s?\d+,?\s*\(?{_YEAR}\b|"  # 24:39–49 (1998)
    rf"\b{_YEAR}\b[^\n]{{0,60}}\bvol(?:ume|\.)\s*\d",  # June 2004 … Volume 140
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
    pages: list[list[Line]] = field(default_factory=list)


def read(file: File, pages: Sequence[list[Line]]) -> Front:
    """Read the front matter off the lines of the first pages."""
    front = _front(file, pages[0])
    front.pages += pages[1:]
    if len(pages) > 1 and is_cover(pages[0]):
        front = _behind_cover(front, _front(file, pages[1]), pages)
    if not front.abstract:
        _find_abstract(front)
    elif not _is_done(front.abstract[-1]):
        _finish_abstract(front)
    return front


def _front(file: File, lines: list[Line]) -> Front:
    """The front matter of one page."""
    front = Front()
    _identify(front, file, lines)
    title = title_lines(lines, file.metadata.get("Title", ""))
    front.title = title_text(title)
    start = lines.index(title[-1]) + 1 if title else 0
    below, text = _set_aside([line for line in lines[start:] if line not in title])
    end = _first_text(below, title)
    beside = _beside(below[end:])
    front.authors = _authors(file, lines, [*below[:end], *beside], front.title)
    rest = [line for line in below[end:] if line not in beside]
    front.abstract, inner = split_abstract(without_notices(rest), known=bool(title))
    front.pages = [[*text, *inner]]
    return front


def _set_aside(below: list[Line]) -> tuple[list[Line], list[Line]]:
    """(lines under a title, text that stands in the column before the abstract but under it)."""
    start = next((i for i, line in enumerate(below) if is_opening(line.text)), len(below))
    heading = next((i for i, line in enumerate(below) if is_abstract(line.text)), 0)
    if heading < start or below[heading].y > below[start].y:
        return below, []
    y = below[heading].y
    text = [line for line in below[start:heading] if line.y > y]
    return [line for line in below if line not in text], text


def _behind_cover(cover: Front, front: Front, pages: Sequence[list[Line]]) -> Front:
    """The front matter of a paper under a sheet of an archive, which prints names in full."""
    said = squeezed(" ".join(line.text for line in pages[0]))
    inner, outer = squeezed(front.title), squeezed(cover.title)
    if not inner or inner not in said or inner in outer:
        front.title = cover.title
    front.authors = cover.authors or front.authors
    year = year_of(pages[0])
    front.date = front.date if year and front.date.startswith(year) else year or front.date
    front.arxiv_id, front.doi = front.arxiv_id or cover.arxiv_id, front.doi or cover.doi
    front.pages = [[], *front.pages, *pages[2:]]
    return front


def _find_abstract(front: Front) -> None:
    """Take the abstract from under its heading on one of the next pages."""
    for number in range(1, min(_FRONT_PAGES, len(front.pages))):
        if any(is_abstract(line.text) for line in front.pages[number]):
            lines = front.pages[number]
            front.abstract, front.pages[number] = split_abstract(lines, known=True)
            return


def _finish_abstract(front: Front) -> None:
    """Add what goes on with an abstract on the page after it, when nothing else stands between."""
    last = front.abstract[-1]
    number = last.page  # the index of the page after it
    below = front.pages[number - 1] if number < len(front.pages) else [last]
    if any(line.y >= last.y and line.size > 0.95 * last.size for line in below):
        return
    lines = front.pages[number]
    start = next((i for i, line in enumerate(lines) if _goes_on(last, line)), None)
    if start is not None:
        front.abstract, rest = with_following(front.abstract, lines[start:])
        front.pages[number] = [*lines[:start], *rest]


def _goes_on(last: Line, line: Line) -> bool:
    """Whether a line can be the next one of a paragraph, and is no head of a page."""
    words = sum(word.islower() for word in line.text.split())
    return words > _LEAST_SMALL_WORDS and abs(line.size - last.size) < 0.05 * last.size


def _is_done(line: Line) -> bool:
    return line.text.rstrip().endswith((".", "!", "?", ".)", ".”"))


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
    same = [fold(name).split()[-1] for name in stated] == [fold(n).split()[-1] for n in found]
    return stated if borne_out and len(stated) >= len(found) and not (is_title or same) else found


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
    short = [text for text in texts if len(text.split()) <= _SHORT_LINE]
    page = "\n".join(dict.fromkeys([*texts[:25], *short, *texts[-15:]]))
    cited = _CITED_YEAR.search("\n".join([*texts[:6], *texts[-6:]]))
    if cited:
        return cited.group(1) or cited.group(2) or cited.group(3)
    years = [int(found.group(1)) for found in _PRINTED_YEAR.finditer(page)]
    made = re.search(r"(?<!\d)(?:19[3-9]\d|20\d\d)", file.metadata.get("CreationDate", ""))
    if years:
        return str(max(years))
    return made.group() if made else ""
