"""What the doctor looks at beside indexes: nothing twice, nothing orphaned, nothing silently empty.

Each check is one promise of the library, said in one line.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from rag.base.errors import LibraryError
from rag.base.types import Finding
from rag.index import schema as t
from rag.index import tombstones
from rag.index.catalog import Catalog
from rag.index.folder import copies_before
from rag.index.lock import WRITE_LOCK, take

_SAMPLE = 200
_RESTORE = "Restore the library from a backup."


def promises(catalog: Catalog) -> list[Finding]:
    """One finding for each promise that the database and the files must keep."""
    with catalog.reading() as conn:
        found = [_papers(conn), _twice(conn), _lengths(conn), _chats(conn), _removed(conn)]
    return [*found, _originals_as_added(catalog), _copies(catalog.folder), _writer(catalog.folder)]


def _papers(conn: sa.Connection) -> Finding:
    """Empty is never guessed: a library that once had papers says where they went."""
    n = conn.scalar(sa.select(sa.func.count()).select_from(t.papers)) or 0
    revision = conn.scalar(sa.select(t.manifest.c.value).where(t.manifest.c.key == "text_revision"))
    removed = conn.scalar(sa.select(sa.func.count()).select_from(t.removals)) or 0
    if n == 0 and int(revision or 0) > 0 and removed == 0:
        detail = "there were papers and there are none, and nobody removed them"
        return Finding("papers", ok=False, detail=detail, cure=_RESTORE)
    return Finding("papers", ok=True, detail=f"{n}, as the record of changes says")


def _twice(conn: sa.Connection) -> Finding:
    """No paper stands there twice."""
    same = []
    for column in (t.papers.c.doi, t.papers.c.arxiv_id):
        query = sa.select(column).where(column.is_not(None), column != "").group_by(column)
        same += list(conn.scalars(query.having(sa.func.count() > 1)))
    if same:
        detail = f"{len(same)} identifiers belong to several papers: {', '.join(same[:5])}"
        cure = "Remove one of them: `askpapers cite` finds both by the identifier."
        return Finding("duplicates", ok=False, detail=detail, cure=cure)
    return Finding("duplicates", ok=True, detail="no identifier belongs to two papers")


def _lengths(conn: sa.Connection) -> Finding:
    """Vectors are numbers and of length 1, as far as a sample tells."""
    query = sa.select(t.chunks.c.id, t.chunks.c.vector).where(t.HAS_VECTOR)
    query = query.order_by(sa.func.random()).limit(_SAMPLE)
    bad = [
        chunk_id
        for chunk_id, raw in conn.execute(query)
        if len(raw) % 4 or not abs(float(np.linalg.norm(np.frombuffer(raw, "<f4"))) - 1.0) < 1e-2
    ]
    if bad:
        detail = f"{len(bad)} of a sample are damaged: {', '.join(bad[:5])}"
        return Finding("vector values", ok=False, detail=detail, cure=_RESTORE)
    return Finding("vector values", ok=True, detail="those of a sample have length 1")


def _chats(conn: sa.Connection) -> Finding:
    """Chats have all their answers, and feedback can be read."""
    turns = sa.select(t.turns.c.answer).outerjoin(t.answers, t.answers.c.seq == t.turns.c.answer)
    lost = conn.execute(turns.where(t.answers.c.seq.is_(None))).all()
    unreadable = [
        answer
        for answer, record in conn.execute(sa.select(t.feedback.c.answer, t.feedback.c.record))
        if not is_json(record)
    ]
    if lost or unreadable:
        detail = f"{len(lost)} answers of chats and {len(unreadable)} judgements are damaged"
        return Finding("chats", ok=False, detail=detail, cure=_RESTORE)
    deleted = t.chats.c.deleted.is_not(None)
    n = conn.scalar(sa.select(sa.func.count()).select_from(t.chats).where(~deleted))
    gone = conn.scalar(sa.select(sa.func.count()).select_from(t.chats).where(deleted))
    return Finding("chats", ok=True, detail=f"{n}, and {gone} that can be brought back")


def is_json(record: str) -> bool:
    """Whether a record can be read."""
    try:
        return isinstance(json.loads(record), dict)
    except ValueError:
        return False


def _removed(conn: sa.Connection) -> Finding:
    """What was removed a short while ago can be brought back."""
    bad = tombstones.unreadable(conn)
    if bad:
        detail = f"{len(bad)} cannot be brought back: {', '.join(bad[:5])}"
        cure = "Delete them for good with `askpapers remove --now ID`."
        return Finding("removed papers", ok=False, detail=detail, cure=cure)
    n = len(tombstones.listed(conn))
    return Finding("removed papers", ok=True, detail=f"{n} can be brought back")


def _originals_as_added(catalog: Catalog) -> Finding:
    """Files are kept under the sha256 of their bytes, and still have it."""
    changed = catalog.originals.changed()
    if changed:
        detail = f"{len(changed)} files are not as they were added: {', '.join(changed[:5])}"
        cure = "Add those files again; the papers made of them are not touched."
        return Finding("original bytes", ok=False, detail=detail, cure=cure)
    return Finding("original bytes", ok=True, detail="as they were added")


def _copies(folder: Path) -> Finding:
    """Before an upgrade the database was copied."""
    names = [path.name for path in copies_before(folder)]
    detail = f"kept: {', '.join(names)}" if names else "none was needed"
    return Finding("copies before upgrades", ok=True, detail=detail)


def _writer(folder: Path) -> Finding:
    """One process writes at a time."""
    try:
        held = take(folder / WRITE_LOCK)
    except LibraryError:
        return Finding("writer", ok=True, detail="the folder can only be read")
    if held is None:
        return Finding("writer", ok=True, detail="another process writes just now")
    held.release()
    return Finding("writer", ok=True, detail="nobody writes just now")
