"""What the tests of readers share: a text in, its papers and failures out."""

from __future__ import annotations

from rag.base.types import Failure, Paper
from rag.ingest.readers import read


def read_text(text: str | bytes, origin: str = "file") -> tuple[list[Paper], list[Failure]]:
    """(papers, failures) of a file with this content."""
    data = text if isinstance(text, bytes) else text.encode()
    found = list(read(data, origin=origin))
    papers = [item for item in found if isinstance(item, Paper)]
    return papers, [item for item in found if isinstance(item, Failure)]


def one(text: str | bytes, origin: str = "file") -> Paper:
    """The only paper of a file without failures."""
    (paper,), failures = read_text(text, origin)
    assert not failures
    return paper
