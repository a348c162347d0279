"""The letters of a PDF that pdfium cannot open, by pypdf; runs inside a confined process.

Where words end is only estimated here, and hidden text is not told from other text by its colour.
"""

from __future__ import annotations

import logging
from typing import Any

from rag.base.errors import SourceError
from rag.ingest.glyphs import MAX_PAGES, File, Page
from rag.ingest.pieces import Piece

_WIDTH = 0.5  # of the size, of an average letter
_INVISIBLE = 1.6  # points


def read(data: bytes) -> File:
    """All pages of a PDF, as far as they can be read.

    Raises:
        SourceError: it is encrypted, damaged, has no pages or too many.
    """
    import io

    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # failures are told by us
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise SourceError("is encrypted with a password; save it without one")
        count = len(reader.pages)
        if not 0 < count <= MAX_PAGES:
            raise SourceError(f"has {count:,} pages; a paper has 1 to {MAX_PAGES:,}")
        pages = [_page(page, number) for number, page in enumerate(reader.pages, start=1)]
        return File(pages, _metadata(reader))
    except _FAULTS as error:
        raise SourceError("is a damaged PDF; make or fetch it again") from error
    except PyPdfError as error:
        raise SourceError("is a damaged PDF; make or fetch it again") from error


# What pypdf lets through of a damaged file, besides its own errors.
_FAULTS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, RecursionError,
    NotImplementedError, OverflowError, ZeroDivisionError,
)  # fmt: skip


def _metadata(reader: Any) -> dict[str, str]:
    found = {"Title": "title", "Author": "author", "Subject": "subject"}
    said = reader.metadata
    return {name: str(value) for name, key in found.items() if (value := getattr(said, key, None))}


def _page(page: Any, number: int) -> Page:
    box = page.cropbox
    made = Page(number, float(box.width), float(box.height))
    made.has_image = "/XObject" in (page.get("/Resources") or {})

    def take(text: str, _: Any, matrix: list[float], font: Any, size: float) -> None:
        scale = abs(matrix[3]) or 1.0
        x, y = float(matrix[4] - box.left), float(box.top) - float(matrix[5])
        height = abs(size * scale)
        name = str((font or {}).get("/BaseFont", "")).rpartition("+")[2]
        for line in text.splitlines():
            if line.strip() and height >= _INVISIBLE:
                right = x + _WIDTH * height * len(line)
                bold = "bold" in name.lower()
                made.pieces.append(Piece(line, " " * len(line), x, right, y, height, name, bold))

    page.extract_text(visitor_text=take)
    return made
