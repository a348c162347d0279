"""Removed papers: every row that hung on one is kept apart, compressed, until it is purged.

Nothing searches a tombstone, and no index knows of it. Which tables hang on a paper is read from
the schema, so that none is forgotten when one is added.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.base.errors import LibraryError
from rag.base.removed import Removed
from rag.base.types import Paper
from rag.index import forgetting, records
from rag.index import schema as t
from rag.index.transactions import next_revision

_Rows = dict[str, list[dict[str, Any]]]


def bury(conn: sa.Connection, paper: Paper, revision: int, *, undoable: bool) -> None:
    """Delete a paper and its words in kept answers; a tombstone keeps both when `undoable`."""
    fuller = _answers_under(conn, paper.id)  # a paper can be removed, added again and removed
    delete(conn, paper.id)
    rows = _rows_of(conn, paper.id) if undoable else {}
    conn.execute(sa.delete(t.papers).where(t.papers.c.id == paper.id))
    conn.execute(sa.insert(t.removals).values(revision=revision, paper_id=paper.id))
    before = forgetting.forget(conn, paper)
    if undoable:
        before |= {seq: record for seq, record in fuller.items() if seq in before}
        packed = _packed({"tables": rows, "answers": before})
        row = {"paper_id": paper.id, "at": _now(), "name": paper.name, "rows": packed}
        conn.execute(sa.insert(t.tombstones).values(row))


def dig_up(conn: sa.Connection, paper_id: str, revision: int) -> Paper:
    """Bring a paper back at this revision, with its place in the order of adding.

    Raises:
        LibraryError: there is no tombstone of it, or the paper was added again.
    """
    query = sa.select(t.tombstones.c.rows).where(t.tombstones.c.paper_id == paper_id)
    packed = conn.scalar(query)
    if packed is None:
        raise LibraryError(f"No removed paper {paper_id} can be brought back.")
    before = _answers_under(conn, paper_id)
    tables = _unpacked(packed)["tables"]
    _insert(conn, tables, revision)
    delete(conn, paper_id)
    since = t.removals.c.revision > tables["papers"][0]["added"]
    # Nothing is to leave the indexes: they take it for a paper that was changed.
    conn.execute(sa.delete(t.removals).where(t.removals.c.paper_id == paper_id, since))
    forgetting.recall(conn, paper_id, before)
    return records.read_papers(conn, [paper_id])[paper_id]


def listed(conn: sa.Connection) -> list[Removed]:
    """The papers that can be brought back, the last removed first; none that was added again."""
    columns = (t.tombstones.c.paper_id, t.tombstones.c.name, t.tombstones.c.at)
    is_here = sa.exists().where(t.papers.c.id == t.tombstones.c.paper_id)
    query = sa.select(*columns).where(~is_here).order_by(t.tombstones.c.seq.desc())
    return [Removed(*row) for row in conn.execute(query)]


def delete(conn: sa.Connection, paper_id: str) -> bool:
    """Delete the tombstone of a paper; False if there is none."""
    gone = sa.delete(t.tombstones).where(t.tombstones.c.paper_id == paper_id)
    return conn.execute(gone).rowcount > 0


def tell_erased(conn: sa.Connection, paper_ids: Sequence[str]) -> None:
    """Have the indexes look once more at papers that are gone, and so is what could be undone."""
    revision = next_revision(conn, with_text=True)
    rows = [{"revision": revision, "paper_id": paper_id} for paper_id in paper_ids]
    conn.execute(sa.insert(t.removals), rows)


def unreadable(conn: sa.Connection) -> list[str]:
    """Ids of the removed papers that could not be brought back, because of damage."""
    bad = []
    for paper_id, packed in conn.execute(sa.select(t.tombstones.c.paper_id, t.tombstones.c.rows)):
        try:
            _unpacked(packed)
        except LibraryError:
            bad.append(paper_id)
    return bad


def _answers_under(conn: sa.Connection, paper_id: str) -> dict[int, str]:
    """Kept answers as they were before a paper was removed; none without a sound tombstone."""
    query = sa.select(t.tombstones.c.rows).where(t.tombstones.c.paper_id == paper_id)
    try:
        kept = {} if (packed := conn.scalar(query)) is None else _unpacked(packed)["answers"]
    except LibraryError:
        kept = {}
    return {int(seq): record for seq, record in kept.items()}


def _rows_of(conn: sa.Connection, paper_id: str) -> _Rows:
    """All rows that a deletion of the paper deletes, by table, parents first."""
    own = sa.select(t.papers).where(t.papers.c.id == paper_id)
    found: _Rows = {"papers": [dict(row) for row in conn.execute(own).mappings()]}
    for table, column, parent in _hanging():
        keys = [row[parent.name] for row in found.get(parent.table.name, [])]
        for batch in records.in_batches(keys):
            rows = conn.execute(sa.select(table).where(column.in_(batch))).mappings()
            found.setdefault(table.name, []).extend(dict(row) for row in rows)
    return found


def _hanging() -> Iterator[tuple[sa.Table, sa.Column[Any], sa.Column[Any]]]:
    """Tables whose rows go with a paper, with the column that refers and the one it refers to."""
    reached = {t.papers.name}
    for table in t.METADATA.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table.name in reached and key.ondelete == "CASCADE":
                reached.add(table.name)
                yield table, key.parent, key.column


def _insert(conn: sa.Connection, tables: _Rows, revision: int) -> None:
    (paper,) = tables["papers"]
    paper |= {"revision": revision, "citekey": _free(conn, paper["citekey"])}
    try:
        for name, rows in tables.items():
            table = t.METADATA.tables[name]
            # The number of a source may have been given to another one since.
            is_ours = name == t.papers.name
            columns = {c.name for c in table.columns if is_ours or c.name != "seq"}
            for row in rows:
                known = {key: value for key, value in row.items() if key in columns}
                conn.execute(sa.insert(table).values(known))
    except sa.exc.IntegrityError as error:
        raise LibraryError(
            f"The paper {paper['id']} ({paper['title']}) is in the library again; "
            "there is nothing to bring back."
        ) from error


def _free(conn: sa.Connection, citekey: str | None) -> str | None:
    """The citekey, or one like it where another paper has got it since."""
    names = (citekey, *(f"{citekey}-{n}" for n in range(2, 1000)))
    taken = sa.select(t.papers.c.citekey).where(t.papers.c.citekey.in_(names))
    used = set(conn.scalars(taken)) if citekey else set()
    return next(name for name in names if name not in used)


# --- bytes -----------------------------------------------------------------------------------


def _packed(value: object) -> bytes:
    def plain(data: object) -> dict[str, str]:
        if not isinstance(data, bytes):
            raise TypeError(type(data).__name__)
        return {"base64": base64.b64encode(data).decode("ascii")}

    return zlib.compress(json.dumps(value, default=plain).encode())


def _unpacked(packed: bytes) -> dict[str, Any]:
    def raw(value: dict[str, Any]) -> Any:
        return base64.b64decode(value["base64"]) if value.keys() == {"base64"} else value

    try:
        kept: dict[str, Any] = json.loads(zlib.decompress(packed), object_hook=raw)
    except (zlib.error, ValueError) as error:
        raise LibraryError("A removed paper cannot be read and not be brought back.") from error
    return kept


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
