"""What the derived indexes read of the catalog: changes since a revision, vectors and texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag.base.body import GAP
from rag.index import schema as t
from rag.index.database import entry
from rag.index.records import in_batches

_FETCH = 2000  # rows taken from the database at once
_DRAWN = 10  # times as many numbers as chunks that are wanted: those of removed papers are empty


@dataclass(frozen=True, slots=True)
class Changes:
    """What an index must do to reach the text revision `revision`.

    Forget the papers in `stale`, which are those it may hold, then take in those in `current`, in
    the order in which they were first added. When `complete`, start from nothing and take in all.
    Afterwards there are `papers` papers with `chunks` chunks and `texts` texts. Of the papers in
    `removed`, those in `erased` cannot be brought back.
    """

    revision: int
    stale: frozenset[str]
    current: tuple[str, ...]
    papers: int
    chunks: int
    texts: int
    complete: bool
    removed: frozenset[str]
    erased: frozenset[str]


@dataclass(frozen=True, slots=True)
class VectorRows:
    """Chunk vectors: `matrix` is (n, dim) float32, row i belongs to `ids[i]` of `paper_ids[i]`."""

    ids: tuple[str, ...]
    paper_ids: tuple[str, ...]
    matrix: np.ndarray


@dataclass(frozen=True, slots=True)
class Text:
    """What the keyword index reads at once: a paper, or a passage of a paper's body."""

    paper_id: str
    title: str
    abstract: str


def read_changes(conn: sa.Connection, since: int) -> Changes:
    """What changed after the text revision `since`; 0 or one of the future means everything."""
    revision = int(entry(conn, "text_revision") or 0)
    complete = not 0 < since <= revision
    changed: Sequence[sa.Row[str, int, int]] = ()
    removed = erased = frozenset[str]()
    if not complete and since < revision:
        columns = (t.papers.c.id, t.papers.c.added, t.papers.c.seq)
        newer = conn.execute(sa.select(*columns).where(t.papers.c.revision > since)).all()
        # Ordered here: the database would rather read every paper in order than look up a few.
        changed = sorted(newer, key=lambda row: row.seq)
        removed, erased = read_removed(conn, since)
    return Changes(
        revision=revision,
        stale=removed.union(row.id for row in changed if row.added <= since),
        current=tuple(row.id for row in changed),
        papers=_count(conn, t.papers),
        chunks=_count(conn, t.chunks),
        texts=_count(conn, t.papers) + _count_passages(conn),
        complete=complete,
        removed=removed,
        erased=erased,
    )


def read_removed(conn: sa.Connection, since: int) -> tuple[frozenset[str], frozenset[str]]:
    """The papers that were removed after a text revision, and those of them that have no tombstone.

    What was deleted for good is to leave every file; what can come back may be hidden.
    """
    tombs = t.removals.outerjoin(t.tombstones, t.tombstones.c.paper_id == t.removals.c.paper_id)
    columns = (t.removals.c.paper_id, t.tombstones.c.seq)
    query = sa.select(*columns).select_from(tombs).where(t.removals.c.revision > since)
    rows = conn.execute(query).all()
    return frozenset(row[0] for row in rows), frozenset(row[0] for row in rows if row[1] is None)


def read_vectors(conn: sa.Connection, paper_ids: Sequence[str] | None) -> VectorRows:
    """The chunk vectors of these papers, or of all when None."""
    columns = (t.chunks.c.id, t.chunks.c.paper_id, t.chunks.c.vector)
    query = sa.select(*columns)
    if paper_ids is None:
        return _as_vector_rows(conn, _fetched(conn, query), _count(conn, t.chunks))
    batches = in_batches(paper_ids)
    rows = [row for b in batches for row in conn.execute(query.where(columns[1].in_(b)))]
    return _as_vector_rows(conn, rows, len(rows))


def read_vector_batches(conn: sa.Connection) -> Iterator[VectorRows]:
    """All chunk vectors, some thousands at a time: a matrix of all may be large."""
    query = sa.select(t.chunks.c.id, t.chunks.c.paper_id, t.chunks.c.vector)
    with conn.execution_options(stream_results=True).execute(query) as result:
        for rows in result.partitions(_FETCH):
            yield _as_vector_rows(conn, rows, len(rows))


def read_chunk_vectors(conn: sa.Connection, chunk_ids: Sequence[str]) -> dict[str, np.ndarray]:
    """The vectors of chunks by their ids; unknown ids are left out."""
    columns = (t.chunks.c.id, t.chunks.c.vector)
    return {
        chunk_id: np.frombuffer(vector, dtype="<f4")
        for batch in in_batches(chunk_ids)
        for chunk_id, vector in conn.execute(sa.select(*columns).where(columns[0].in_(batch)))
    }


def read_texts(conn: sa.Connection, paper_ids: Sequence[str] | None) -> list[Text]:
    """Titles and abstracts of these papers, or of all when None, then passages of their bodies."""
    query = sa.select(t.papers.c.id, t.papers.c.title, t.papers.c.abstract)
    passages = _passages(*_PASSAGE)
    if paper_ids is None:
        found = [Text(*row) for row in _fetched(conn, query)]
        return found + [_passage(*row) for row in _fetched(conn, passages)]
    found = []
    for batch in in_batches(paper_ids):
        rows: Iterable[Sequence[str]] = conn.execute(query.where(t.papers.c.id.in_(batch)))
        found += [Text(*row) for row in rows]
        chosen = passages.where(t.chunks.c.paper_id.in_(batch))
        found += [_passage(*row) for row in conn.execute(chosen)]
    return found


_PASSAGE = (
    t.papers.c.id,
    t.papers.c.title,
    t.chunks.c.start_offset - sa.func.length(t.papers.c.abstract),
    t.chunks.c.end_offset - t.chunks.c.start_offset,
    t.papers.c.abstract == "",
    t.bodies.c.text,
)


def _passages(*columns: Any) -> sa.Select[Any]:
    """The chunks of bodies; those of abstracts are read with their papers."""
    of_body = t.chunks.c.start_offset >= sa.func.length(t.papers.c.abstract)
    joined = t.bodies.join(t.papers, t.papers.c.id == t.bodies.c.paper_id).join(
        t.chunks, t.chunks.c.paper_id == t.bodies.c.paper_id
    )
    return sa.select(*columns).select_from(joined).where(of_body)


def _count_passages(conn: sa.Connection) -> int:
    """How many passages there are; sought by body, for most papers have none."""
    start_of_body = sa.select(sa.func.length(t.papers.c.abstract)).where(
        t.papers.c.id == t.chunks.c.paper_id
    )
    of_body = t.chunks.c.start_offset >= start_of_body.scalar_subquery()
    has_body = t.chunks.c.paper_id.in_(sa.select(t.bodies.c.paper_id))
    return (
        conn.scalar(sa.select(sa.func.count()).select_from(t.chunks).where(has_body, of_body)) or 0
    )


def _passage(paper_id: str, title: str, beyond: int, length: int, is_bare: bool, body: str) -> Text:
    start = beyond if is_bare else beyond - len(GAP)
    return Text(paper_id, title, body[start : start + length])


def sample_vectors(conn: sa.Connection, n: int, *, up_to: int) -> VectorRows:
    """At most `n` chunks by chance, of papers last changed at text revision `up_to` or before.

    Papers are drawn by their numbers, for putting all in a random order would read all.
    """
    last = conn.scalar(sa.select(sa.func.max(t.papers.c.seq))) or 0
    drawn = np.random.default_rng().choice(last, min(last, _DRAWN * n), replace=False) + 1
    columns = (t.chunks.c.id, t.chunks.c.paper_id, t.chunks.c.vector)
    chosen = (
        sa.select(*columns)
        .join(t.papers, t.papers.c.id == t.chunks.c.paper_id)
        .where(t.papers.c.seq.in_(drawn.tolist()), t.papers.c.revision <= up_to)
        .limit(n)
    )
    rows = list(conn.execute(chosen))
    return _as_vector_rows(conn, rows, len(rows))


def _fetched(conn: sa.Connection, query: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    with conn.execution_options(stream_results=True).execute(query) as result:
        for rows in result.partitions(_FETCH):
            yield from rows


def _as_vector_rows(conn: sa.Connection, rows: Iterable[Sequence[Any]], n: int) -> VectorRows:
    """Rows (id, paper id, bytes) as arrays; filled in place, for the matrix may be large."""
    matrix = np.empty((n, int(entry(conn, "dim") or 0)), dtype=np.float32)
    ids, paper_ids = [], []
    for i, (chunk_id, paper_id, vector) in enumerate(rows):
        ids.append(chunk_id)
        paper_ids.append(paper_id)
        matrix[i] = np.frombuffer(vector, dtype="<f4")
    return VectorRows(tuple(ids), tuple(paper_ids), matrix)


def _count(conn: sa.Connection, table: sa.Table) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
