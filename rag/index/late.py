"""Papers whose vectors come after their texts: who they are, and how the vectors are brought.

Such a paper is found by its words at once. Its chunks have an empty vector and no sentences until
then, and no index of vectors knows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from rag.base.types import Paper
from rag.index import records
from rag.index import schema as t
from rag.index.embedded import EmbeddedChunk
from rag.index.records import Entry, in_batches

Embedded = tuple[Paper, Sequence[EmbeddedChunk]]


def note(conn: sa.Connection, entries: Iterable[Entry]) -> None:
    """Note which of the papers just written await their vectors; the others no longer do."""
    entries = list(entries)
    for batch in in_batches(paper.id for paper, _, _ in entries):
        conn.execute(sa.delete(t.late_vectors).where(t.late_vectors.c.paper_id.in_(batch)))
    late = [paper.id for paper, chunks, _ in entries if any(one.is_awaited for one in chunks)]
    if late:
        conn.execute(sa.insert(t.late_vectors), [{"paper_id": paper_id} for paper_id in late])


def count(conn: sa.Connection) -> int:
    """How many papers await their vectors."""
    late = t.late_vectors.c.revision.is_(None)
    return conn.scalar(sa.select(sa.func.count()).select_from(t.late_vectors).where(late)) or 0


def awaited(conn: sa.Connection, among: Sequence[str] | None = None) -> list[str]:
    """Ids of the papers whose vectors are yet to come, in the order of adding.

    Of some ids, `among`, those that are, in their order.
    """
    query = sa.select(t.late_vectors.c.paper_id).where(t.late_vectors.c.revision.is_(None))
    if among is not None:
        ids = t.late_vectors.c.paper_id
        batches = (query.where(ids.in_(batch)) for batch in in_batches(among))
        late = {paper_id for one in batches for paper_id in conn.scalars(one)}
        return [paper_id for paper_id in among if paper_id in late]
    joined = query.join(t.papers, t.papers.c.id == t.late_vectors.c.paper_id)
    return list(conn.scalars(joined.order_by(t.papers.c.seq)))


def still_awaited(conn: sa.Connection, embedded: Iterable[Embedded]) -> list[Embedded]:
    """Those of the papers that still await just these vectors: nobody has brought or changed any.

    Whoever embeds holds no lock meanwhile.
    """
    columns = (t.papers.c.id, t.papers.c.content_hash)
    late = sa.select(*columns).join(t.late_vectors, t.late_vectors.c.paper_id == t.papers.c.id)
    late = late.where(t.late_vectors.c.revision.is_(None))
    by_id = {paper.id: (paper, chunks) for paper, chunks in embedded}
    return [
        by_id[paper_id]
        for batch in in_batches(by_id)
        for paper_id, digest in conn.execute(late.where(t.papers.c.id.in_(batch)))
        if digest == records.content_hash(by_id[paper_id][0].title, by_id[paper_id][0].text)
    ]


def fill(conn: sa.Connection, embedded: Sequence[Embedded], *, revision: int) -> None:
    """Write the vectors of papers that await them; they get the revisions from `revision` on."""
    ids = [paper.id for paper, _ in embedded]
    for batch in in_batches(ids):
        conn.execute(sa.delete(t.chunks).where(t.chunks.c.paper_id.in_(batch)))
    records.write_chunks(conn, [(paper, chunks, "") for paper, chunks in embedded])
    came = sa.update(t.late_vectors).where(t.late_vectors.c.paper_id == sa.bindparam("late"))
    rows = [{"late": paper_id, "came": revision + i} for i, paper_id in enumerate(ids)]
    conn.execute(came.values(revision=sa.bindparam("came")), rows)
