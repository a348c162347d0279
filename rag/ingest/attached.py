"""PDFs beside an export that are named in it: their text joins the entry that names them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rag.base.types import Failure, Paper
from rag.ingest import pdf


def attachments(paper: Paper, origin: str) -> Iterator[Path]:
    """The PDFs that an entry of the file `origin` names and that lie in its folder."""
    folder = Path(origin).parent
    for source in paper.sources:
        path = folder / source.origin
        if source.kind != "file" or path.suffix.lower() != ".pdf" or not path.is_file():
            continue
        if path.resolve().is_relative_to(folder.resolve()):  # no link leads out of it
            yield path


def with_text(paper: Paper, data: bytes, *, origin: str) -> Iterator[Paper | Failure]:
    """The paper with the text of a PDF and what else only that says; what went wrong besides.

    The entry was made by a person or a publisher: of the record it wins.
    """
    told = list(pdf.papers(data, origin=origin))
    read = next((found for found in told if isinstance(found, Paper)), None)
    yield paper if read is None else _joined(paper, read)
    yield from (found for found in told if isinstance(found, Failure))


def _joined(paper: Paper, read: Paper) -> Paper:
    return replace(
        paper,
        authors=paper.authors or read.authors,
        date=paper.date or read.date,
        abstract=paper.abstract or read.abstract,
        arxiv_id=paper.arxiv_id or read.arxiv_id,
        doi=paper.doi or read.doi,
        body=read.body,
        sources=(*paper.sources, *read.sources),
    )
