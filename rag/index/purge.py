"""Deleting for good: removed papers and deleted chats after a while, and copies that hold them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from rag.index import records, tombstones
from rag.index import schema as t
from rag.index.folder import copies_before

UNDO_DAYS = 30.0


def purge(conn: sa.Connection, *, days: float) -> int:
    """Delete tombstones and deleted chats that are so old; how many there were."""
    until = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    return _purge_papers(conn, until) + _purge_chats(conn, until)


def _purge_papers(conn: sa.Connection, until: str) -> int:
    old = t.tombstones.c.at <= until
    ids = list(conn.scalars(sa.select(t.tombstones.c.paper_id).where(old)))
    conn.execute(sa.delete(t.tombstones).where(old))
    here = records.known_ids(conn, ids)
    if gone := [paper_id for paper_id in ids if paper_id not in here]:  # none was added again
        tombstones.tell_erased(conn, gone)
    return len(ids)


def _purge_chats(conn: sa.Connection, until: str) -> int:
    """Delete chats with the answers that no other chat shows."""
    old = sa.select(t.chats.c.seq).where(t.chats.c.deleted <= until)
    theirs = sa.select(t.turns.c.answer).where(t.turns.c.chat.in_(old))
    shown = list(conn.scalars(theirs))
    gone = conn.execute(sa.delete(t.chats).where(t.chats.c.deleted <= until)).rowcount
    still = sa.exists().where(t.turns.c.answer == t.answers.c.seq)
    for seq in shown:
        conn.execute(sa.delete(t.answers).where(t.answers.c.seq == seq, ~still))
    return gone


def remove_copies(library: Path) -> None:
    """Delete the databases of before an upgrade: what was deleted for good stands in them."""
    for path in copies_before(library):
        path.unlink(missing_ok=True)
