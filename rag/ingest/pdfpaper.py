"""A PDF → what it says of one paper, as JSON: the part that runs in a confined process."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field

from rag.base.errors import SourceError
from rag.ingest import frontpage, glyphs, plainpdf, prose
from rag.ingest.columns import body_size, lines_of_all
from rag.ingest.headings import abstract_text

_LEAST_TEXT = 40  # letters of a whole file; fewer are the stamp on a scan
_BREAK = "\n\n"


@dataclass(slots=True)
class Reading:
    """A paper as read. `pages` and `sections` are offsets into `body` with what begins there."""

    title: str = ""
    authors: list[str] = field(default_factory=list)
    date: str = ""
    abstract: str = ""
    arxiv_id: str = ""
    category: str = ""
    doi: str = ""
    body: str = ""
    pages: list[tuple[int, int]] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    hidden: dict[str, int] = field(default_factory=dict)  # why nobody sees them → letters


def read(data: bytes) -> bytes:
    """What the bytes of a PDF say, for `confined.run`.

    Raises:
        SourceError: it cannot be read, or holds no text.
    """
    file = _file(data)
    if sum(len(piece.text) for page in file.pages for piece in page.pieces) < _LEAST_TEXT:
        raise SourceError(_without_text(file))
    return json.dumps(dataclasses.asdict(_reading(file))).encode()


def _file(data: bytes) -> glyphs.File:
    """The file as pdfium reads it, or else pypdf; if neither does, what pdfium said."""
    try:
        return glyphs.read(data)
    except glyphs.DamagedError as error:
        try:
            return plainpdf.read(data)
        except SourceError:
            raise error from None


def _without_text(file: glyphs.File) -> str:
    if any(page.hidden for page in file.pages):
        return "has no text that can be seen; what it hides was left out"
    return "has no text layer: it is a scan; have its text recognised (OCR) and add it again"


def _reading(file: glyphs.File) -> Reading:
    pages = lines_of_all(file.pages)
    lines = [line for page in pages for line in page]
    words = prose.Words(lines)
    front = frontpage.read(file, pages)
    made = Reading(
        title=prose.joined_lines([front.title], words),
        authors=front.authors,
        date=front.date,
        abstract=abstract_text(prose.joined_lines([line.text for line in front.abstract], words)),
        arxiv_id=front.arxiv_id,
        category=front.category,
        doi=front.doi,
        hidden=_hidden(file),
    )
    inner = prose.without_margins(front.pages, [page.height for page in file.pages])
    text = [line for page in inner for line in page]
    _fill(made, prose.paragraphs(text, body_size(lines), words))
    return made


def _hidden(file: glyphs.File) -> dict[str, int]:
    found: dict[str, int] = {}
    for page in file.pages:
        for why, letters in page.hidden.items():
            found[why] = found.get(why, 0) + len(letters)
    return found


def _fill(made: Reading, paragraphs: list[prose.Paragraph]) -> None:
    """Set the text of the paper and where its pages and sections begin."""
    parts: list[str] = []
    size = 0
    for paragraph in paragraphs:
        for offset, page in paragraph.starts:
            if not made.pages or made.pages[-1][1] < page:
                made.pages.append((size + offset, page))
        if not made.sections or made.sections[-1][1] != paragraph.section:
            made.sections.append((size, paragraph.section))
        parts.append(paragraph.text)
        size += len(paragraph.text) + len(_BREAK)
    made.body = _BREAK.join(parts)
