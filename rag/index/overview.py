"""All papers of a library at once, for tables, counts and maps: records without their texts.

One pass over each table. `Catalog.get` reads whole papers in small batches and takes several times
as long for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import sqlalchemy as sa

from rag.base.types import Paper, Source
from rag.index import schema as t

_FIELDS = (
    "id", "title", "date", "category", "venue", "has_code", "score", "doi", "arxiv_id", "url",
    "more_authors", "date_inferred", "status",
)  # fmt: skip
_OPENING = 200  # characters of the text by which a paper without a title is called


def read_records(conn: sa.Connection) -> list[Paper]:
    """All papers in the order in which they were added, without their abstracts.

    A paper without a title keeps the opening of its abstract, by which it is called.
    """
    # The abstract is the last column: SQLite need not read it where it is not asked for.
    opening = sa.case((t.papers.c.title == "", sa.func.substr(t.papers.c.abstract, 1, _OPENING)))
    columns = [*(t.papers.c[name] for name in _FIELDS), t.papers.c.citekey, opening]
    rows = conn.execute(sa.select(*columns).order_by(t.papers.c.seq)).all()
    authors = _names(conn, t.paper_authors)
    orgs = _names(conn, t.paper_orgs)
    sources = _sources(conn)
    return [
        Paper(
            **dict(zip(_FIELDS, row, strict=False)),
            citekey=row[-2] or "",
            abstract=row[-1] or "",
            authors=tuple(authors[row[0]]),
            orgs=tuple(orgs[row[0]]),
            sources=tuple(sources[row[0]]),
        )
        for row in rows
    ]


PaperVectors = tuple[list[str], np.ndarray]


def read_paper_vectors(conn: sa.Connection, paper_id: str | None = None) -> PaperVectors:
    """Ids of all papers that have vectors, or of one, and their (n, dim) float32 vectors.

    The vector of a paper is the mean of its chunks', of length 1.
    """
    columns = (t.chunks.c.paper_id, t.chunks.c.vector)
    query = sa.select(*columns).where(t.HAS_VECTOR).order_by(t.chunks.c.paper_id)
    if paper_id is not None:
        query = query.where(t.chunks.c.paper_id == paper_id)
    ids: list[str] = []
    sums: list[np.ndarray] = []
    for owner, blob in conn.execute(query):
        vector = np.frombuffer(blob, dtype="<f4")
        if ids and ids[-1] == owner:
            sums[-1] = sums[-1] + vector
        else:
            ids.append(owner)
            sums.append(vector)
    if not ids:
        return [], np.zeros((0, 0), np.float32)
    stacked = np.stack(sums)
    return ids, stacked / np.maximum(np.linalg.norm(stacked, axis=1, keepdims=True), 1e-9)


def _names(conn: sa.Connection, table: sa.Table) -> dict[str, list[str]]:
    columns = (table.c.paper_id, table.c.name)
    query = sa.select(*columns).order_by(table.c.paper_id, table.c.position)
    grouped: dict[str, list[str]] = defaultdict(list)
    for paper_id, name in conn.execute(query):
        grouped[paper_id].append(name)
    return grouped


def _sources(conn: sa.Connection) -> dict[str, list[Source]]:
    columns: Sequence[sa.Column[str]] = [
        t.sources.c[name] for name in ("paper_id", "kind", "origin", "place")
    ]
    grouped: dict[str, list[Source]] = defaultdict(list)
    for paper_id, *source in conn.execute(sa.select(*columns).order_by(t.sources.c.seq)):
        grouped[paper_id].append(Source(*source))
    return grouped
