"""Papers of a table (CSV or TSV) with a heading: which column is what is guessed from its name.

Known are the headings of Zotero, Scopus, Web of Science, PubMed and of tables made by hand. Cells
are text: a formula is never taken for a title.
"""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rag.base.text import fold
from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import Entry, arxiv_in, initials_turned, papers_of

logger = logging.getLogger(__name__)

MAX_CELL = 200_000  # characters
# Headings, folded, the best first; a tag of Web of Science stands for itself.
_HEADINGS = {
    "title": ("title", "article title", "document title", "paper title", "paper", "titre", "ti"),
    "authors": ("author full names", "authors", "author", "author s", "creators", "af", "au"),
    "year": ("publication date", "date", "published", "year", "publication year", "py", "issued"),
    "only_year": ("year", "publication year", "py"),
    "abstract": ("abstract", "abstract note", "summary", "ab"),
    "venue": (
        *("publication title", "source title", "journal book", "journal", "journal title", "venue"),
        *("booktitle", "conference name", "conference", "source", "so"),
    ),
    "doi": ("doi", "digital object identifier", "di"),
    "url": ("url", "link", "links", "pdf link", "pdf url"),
    "arxiv_id": ("arxiv id", "arxiv", "eprint"),
    "category": ("category", "primary category"),
    "files": ("file attachments",),
    "status": ("status", "publication status", "retraction", "retraction status"),
    "is_retracted": ("is retracted", "retracted"),
}
_COMPANIONS = ("authors", "year", "abstract", "venue", "doi", "url", "arxiv_id")
_FORMULA = re.compile(r"[=+@-]\s*[A-Za-z_.]+\s*\(|=|[+@-]\s*\S*\|\s*'")
_INITIALS = re.compile(r"(?:[^\W\d_a-z]\.?[\s-]*)+")
_SCOPUS_ID = re.compile(r"\s*\(\d{6,}\)")

Columns = Mapping[str, int]


def delimiter_of(line: str) -> str | None:
    """What parts the columns of a heading; None where a line is no heading of a table of papers."""
    for delimiter in ("\t", ",", ";"):
        if line.count(delimiter):
            cells = _cells(line, delimiter)
            columns = _columns(cells)
            if "title" in columns and any(name in columns for name in _COMPANIONS):
                return delimiter
    return None


def looks_like_table(heading: str, origin: str) -> bool:
    """Whether a text is named a table and its first line parts into columns."""
    is_named = origin.lower().removesuffix(".gz").endswith((".csv", ".tsv", ".tab"))
    return is_named and any(mark in heading for mark in "\t,;")


def papers(
    lines: Iterable[str], *, origin: str, delimiter: str | None
) -> Iterator[Paper | Failure]:
    """The papers of a table, in order; a row that cannot be read is a `Failure`."""
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(_filled(lines), delimiter=delimiter or ",")
    heading = next(reader, [])
    columns = _columns(heading)
    if "title" not in columns:
        shown = ", ".join(cell.strip()[:30] for cell in heading[:12])
        reason = f"has no column that is a title (its columns are {shown}); call one “title”"
        yield Failure(origin, "file", reason)
        return
    said = "; ".join(f"{name} is “{heading[i].strip()}”" for name, i in columns.items())
    logger.info("columns of %s: %s", origin, said)
    for row in _rows(reader, origin):
        if isinstance(row, Failure):
            yield row
        else:
            yield from _paper(row[1], columns, Source("table", origin, f"line {row[0]}"))


def _paper(row: Sequence[str], columns: Columns, place: Source) -> Iterator[Paper | Failure]:
    if not any(cell.strip() for cell in row):
        return
    if _FORMULA.match("".join(row[columns["title"] :][:1]).lstrip()):
        reason = "its title is a formula of a spreadsheet, not a text"
        yield Failure(place.origin, place.where, reason)
    else:
        yield from papers_of(_entry(row, columns), place)


def _filled(lines: Iterable[str]) -> Iterator[str]:
    """Lines with their ends, which cells in quotation marks hold; Excel's "sep=" is left out."""
    for number, line in enumerate(lines):
        if not (number == 0 and line.lower().startswith("sep=")):
            yield f"{line}\n".replace("\0", "")


def _rows(reader: Iterator[list[str]], origin: str) -> Iterator[tuple[int, list[str]] | Failure]:
    line = 1
    while True:
        line = getattr(reader, "line_num", line) + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"cannot be read as a row: {error}; is a quotation mark not closed?"
            yield Failure(origin, f"line {line}", reason)
        else:
            yield line, row


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter), [])
    except csv.Error:
        return []


_NOTHING = frozenset({"nan", "none", "null", "n/a", "na", "#n/a", "-"})  # as programs write it


def _columns(heading: Sequence[str]) -> Columns:
    """Which column holds what."""
    names = [fold(re.sub(r"([a-z])([A-Z])", r"\1 \2", cell.lstrip("\ufeff"))) for cell in heading]
    found = {
        what: next((names.index(name) for name in known if name in names), -1)
        for what, known in _HEADINGS.items()
    }
    return {what: place for what, place in found.items() if place >= 0}


def _entry(row: Sequence[str], columns: Columns) -> Entry:
    def cell(name: str) -> str:
        place = columns.get(name, -1)
        text = row[place].strip() if 0 <= place < len(row) else ""
        if text.lower() in _NOTHING and name != "title":
            return ""
        # Our own tables, as others, quote what a spreadsheet would run.
        return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text

    address = cell("url").split(" ")[0]
    is_retracted = cell("is_retracted").lower() in {"true", "yes", "1", "x", "retracted"}
    return Entry(
        title=cell("title"),
        authors=people(cell("authors")),
        date=cell("year") or cell("only_year"),
        abstract="" if cell("abstract") == "[No abstract available]" else cell("abstract"),
        venue=cell("venue"),
        doi=cell("doi"),
        arxiv_id=arxiv_in(f"arXiv {cell('arxiv_id')}") or arxiv_in(address),
        url=address,
        category=cell("category"),
        status="retracted" if is_retracted else cell("status"),
        files=[name for name in cell("files").split("; ") if name and not _is_elsewhere(name)],
    )


def _is_elsewhere(path: str) -> bool:
    return bool(re.match(r"[/\\]|[A-Za-z]:", path))


def people(cell: str) -> list[str]:
    """The names of one cell, parted as its export parts them."""
    text = _SCOPUS_ID.sub("", cell).strip().rstrip(";")
    for mark in (r"\s*;\s*", r"\s*\|\s*", r"\s+and\s+|\s*&\s+"):
        parts = [part for part in re.split(mark, text) if part.strip()]
        if len(parts) > 1:
            return _turned([name for part in parts for name in _between_commas(part)])
    return _turned(_between_commas(text))


def _turned(names: list[str]) -> list[str]:
    """Names with their initials in front, if all are printed with initials behind."""
    turned = [initials_turned(name) for name in names]
    return turned if all(a != b for a, b in zip(names, turned, strict=True)) else names


def _between_commas(text: str) -> list[str]:
    """Names between commas: "Ada Byron, Karl Marx", "Byron A, Marx K" or "Byron, Ada, Marx, K."."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) > 1 and all(" " in part for part in parts):
        return parts
    in_turn = all(map(_INITIALS.fullmatch, parts[1::2])) or all(" " not in p for p in parts[::2])
    if len(parts) % 2 == 0 and in_turn:
        return [f"{family}, {given}" for family, given in zip(parts[::2], parts[1::2], strict=True)]
    if len(parts) > 2:
        return parts
    return [text] if text else []
