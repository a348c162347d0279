"""The paper of a PDF file. The file is taken apart in a confined process; here its findings arrive.

pdfium reads first; where it breaks, pypdf reads what it can.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

from rag.base.body import Body
from rag.base.errors import SourceError
from rag.base.types import Failure, Paper, Source
from rag.ingest import confined
from rag.ingest.entry import Entry, papers_of
from rag.ingest.pdfpaper import Reading

_START = b"%PDF-"
_STARTS_WITHIN = 1024  # bytes that may stand before it
_READ = confined.Task("rag.ingest.pdfpaper", "read")


def is_pdf(data: bytes) -> bool:
    """Whether bytes are a PDF."""
    return _START in data[:_STARTS_WITHIN]


def papers(data: bytes, *, origin: str) -> Iterator[Paper | Failure]:
    """The paper of a PDF, or the reason why there is none; hidden text is told besides."""
    try:
        reading = Reading(**json.loads(confined.run(_READ, data)))
    except SourceError as error:
        yield Failure(origin, "file", str(error))
        return
    for found in papers_of(_entry(reading), Source("pdf", origin, "file")):
        yield replace(found, body=_body(reading, data)) if isinstance(found, Paper) else found
    for why, letters in sorted(reading.hidden.items()):
        if letters >= _WORTH_TELLING:
            reason = f"holds {letters:,} letters that nobody sees ({why}), which were left out"
            yield Failure(origin, "text", reason)


_WORTH_TELLING = 20  # letters; less is a stray mark of typesetting


def _body(reading: Reading, data: bytes) -> Body | None:
    if not reading.body:
        return None
    return Body(
        reading.body,
        tuple((offset, page) for offset, page in reading.pages),
        tuple((offset, heading) for offset, heading in reading.sections),
        hashlib.sha256(data).hexdigest(),
    )


def _entry(reading: Reading) -> Entry:
    return Entry(
        title=reading.title,
        authors=reading.authors,
        date=reading.date,
        abstract=reading.abstract,
        doi=reading.doi,
        arxiv_id=reading.arxiv_id,
        category=reading.category,
    )
