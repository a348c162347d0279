"""What the derived indexes read of the catalog: changes since a revision, vectors and texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
    """What an index must do to reach the revision `revision` of texts, or of texts and vectors.

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
    chunks = _count(conn, t.chunks)
    revision = int(entry(conn, "text_revision") or 0)
    return _changes(conn, since, revision, chunks, [_changed(since)])


def read_vector_changes(conn: sa.Connection, since: int) -> Changes:
    """The same for what holds vectors, some of which came later than their texts.

    `since` and the revision that is reached are of `vector_revision`; chunks whose vectors are
    awaited are not counted.
    """
    revision = vector_revision(lambda key: entry(conn, key))
    came = _CHANGED.join(t.late_vectors, t.late_vectors.c.paper_id == t.papers.c.id)
    newer = [_changed(since), came.where(t.late_vectors.c.revision > since)]
    return _changes(conn, since, revision, count_vectors(conn), newer)


def vector_revision(entry_of: Callable[[str], str | None]) -> int:
    """The last change of texts or of vectors alone, by the entries of the manifest."""
    return max(int(entry_of(key) or 0) for key in ("text_revision", "vector_revision"))


_CHANGED = sa.select(t.papers.c.id, t.papers.c.added, t.papers.c.seq)


def _changed(since: int) -> sa.Select[str, int, int]:
    return _CHANGED.where(t.papers.c.revision > since)


def _changes(
    conn: sa.Connection,
    since: int,
    revision: int,
    chunks: int,
    newer: Iterable[sa.Select[str, int, int]],  # not one with OR: servers would read every paper
) -> Changes:
    complete = not 0 < since <= revision
    changed: Sequence[sa.Row[str, int, int]] = ()
    removed = erased = frozenset[str]()
    if not complete and since < revision:
        found = {row for query in newer for row in conn.execute(query)}
        # Ordered here: the database would rather read every paper in order than look up a few.
        changed = sorted(found, key=lambda row: row.seq)
        removed, erased = read_removed(conn, since)
    return Changes(
        revision=revision,
        stale=removed.union(row.id for row in changed if row.added <= since),
        current=tuple(row.id for row in changed),
        papers=_count(conn, t.papers),
        chunks=chunks,
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


# Chunks that have a vector; those of late papers have none until it comes.
_ROWS = (t.chunks.c.id, t.chunks.c.paper_id, t.chunks.c.vector)
_VECTORS = sa.select(*_ROWS).where(t.HAS_VECTOR)


def read_vectors(conn: sa.Connection, paper_ids: Sequence[str] | None) -> VectorRows:
    """The chunk vectors of these papers, or of all when None."""
    if paper_ids is None:
        return _as_vector_rows(conn, _fetched(conn, _VECTORS), count_vectors(conn))
    batches = in_batches(paper_ids)
    of_papers = (_VECTORS.where(t.chunks.c.paper_id.in_(b)) for b in batches)
    rows = [row for query in of_papers for row in conn.execute(query)]
    return _as_vector_rows(conn, rows, len(rows))


def read_vector_batches(conn: sa.Connection) -> Iterator[VectorRows]:
    """All chunk vectors, some thousands at a time: a matrix of all may be large."""
    with conn.execution_options(stream_results=True).execute(_VECTORS) as result:
        for rows in result.partitions(_FETCH):
            yield _as_vector_rows(conn, rows, len(rows))


def read_chunk_vectors(conn: sa.Connection, chunk_ids: Sequence[str]) -> dict[str, np.ndarray]:
    """The vectors of chunks by their ids; unknown ids are left out."""
    return {
        chunk_id: np.frombuffer(vector, dtype="<f4")
        for batch in in_batches(chunk_ids)
        for chunk_id, _, vector in conn.execute(_VECTORS.where(t.chunks.c.id.in_(batch)))
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
    """At most `n` chunks by chance, whose vectors and texts were there at `up_to`, of vectors.

    Papers are drawn by their numbers, for putting all in a random order would read all.
    """
    last = conn.scalar(sa.select(sa.func.max(t.papers.c.seq))) or 0
    drawn = np.random.default_rng().choice(last, min(last, _DRAWN * n), replace=False) + 1
    came = sa.select(t.late_vectors.c.paper_id).where(t.late_vectors.c.revision > up_to)
    chosen = (
        _VECTORS.join(t.papers, t.papers.c.id == t.chunks.c.paper_id)
        .where(t.papers.c.seq.in_(drawn.tolist()), t.papers.c.revision <= up_to)
        .where(t.papers.c.id.not_in(came))
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


def count_vectors(conn: sa.Connection) -> int:
    """How many chunks have their vector; those of the few late papers are taken away from all."""
    awaited = sa.select(t.late_vectors.c.paper_id).where(t.late_vectors.c.revision.is_(None))
    late = sa.select(sa.func.count()).select_from(t.chunks).where(t.chunks.c.paper_id.in_(awaited))
    return _count(conn, t.chunks) - (conn.scalar(late) or 0)


def _count(conn: sa.Connection, table: sa.Table) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
