"""A library in a folder is brought into PostgreSQL, whole or not at all; the folder stays as it is.

Rows go table by table in small transactions, each of which notes how far it has come. Whoever is
stopped runs the same again and goes on there. Until the last one, nobody else can open it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa

from rag.base.backups import MoveReport
from rag.base.errors import LibraryError, NotALibraryError
from rag.base.types import Progress
from rag.index import originals
from rag.index import schema as t
from rag.index.catalog import Catalog
from rag.index.database import MOVING, entry, set_entry
from rag.index.folder import DATABASE
from rag.index.lock import write_lock
from rag.index.postgres import PostgreSQL, open_postgres
from rag.index.sqlite import open_sqlite
from rag.index.stored import Stored
from rag.index.transactions import Transactions

Watch = Callable[[Progress], None]

_LOCK_WAIT_S = 5.0
_AT_ONCE = 500  # rows of one transaction
_TABLES = [table for table in t.METADATA.sorted_tables if table is not t.manifest]
_ENTRIES = (
    "dim",
    "revision",
    "text_revision",
    "vector_revision",
)  # of the manifest, that are the library's own


def move(
    folder: Path, url: str, identity: Mapping[str, str], *, progress: Watch | None = None
) -> MoveReport:
    """Copy the library of a folder into an empty database; run again, it goes on where it ended.

    Raises:
        NotALibraryError: the folder has no library, or the database holds one already.
        LibraryBusyError: somebody writes to the library.
        LibraryError: the database does not answer, or does not have all that was in the folder.
    """
    folder = Path(folder).expanduser().absolute()
    if not (folder / DATABASE).is_file():
        raise NotALibraryError(f"{folder} has no library that could be moved.")
    source = Catalog(open_sqlite(folder, identity), folder)
    try:
        with write_lock(folder, doing="moving to PostgreSQL", wait_s=_LOCK_WAIT_S):
            target = open_postgres(url, identity, moving=True)
            try:
                with source.snapshot():
                    return _Move(source, target, progress).run()
            finally:
                target.close()
    finally:
        source.close()


class _Move:
    """The copying of one state of a library."""

    def __init__(self, source: Catalog, target: PostgreSQL, progress: Watch | None) -> None:
        self._source, self._target = source, Transactions(target, source.folder)
        self._progress = progress or (lambda _: None)
        with source.reading() as conn:
            self._counts = {table.name: _count(conn, table) for table in _TABLES}
            self._own = {key: entry(conn, key) or "0" for key in _ENTRIES}
            self._digests = set(conn.scalars(sa.select(t.ledger.c.sha256).distinct())) - {None}
        self._done = 0

    def run(self) -> MoveReport:
        self._begin()
        for table in _TABLES:
            self._copy(table)
        missing = self._copy_originals()
        self._end()
        kept = len(self._digests) - len(missing)
        return MoveReport(
            str(self._source.folder),
            papers=self._counts["papers"],
            chats=self._counts["chats"],
            answers=self._counts["answers"],
            judgements=self._counts["feedback"],
            removed=self._counts["tombstones"],
            originals=kept,
            missing=tuple(missing),
        )

    def _begin(self) -> None:
        """Mark the database as half a library; what is in it of another state goes."""
        state = json.dumps([str(self._source.folder), self._counts, self._own])
        with self._target.writing() as conn:
            if entry(conn, MOVING) == state:
                return
            is_new = entry(conn, MOVING) is None
            if is_new and any(_count(conn, table) for table in _TABLES):
                raise NotALibraryError(
                    "The database of DATABASE_URL has a library already. Name an empty one."
                )
            for table in reversed(_TABLES):
                conn.execute(sa.delete(table))
            conn.execute(sa.delete(t.manifest).where(t.manifest.c.key.startswith(f"{MOVING}.")))
            set_entry(conn, MOVING, state)

    def _copy(self, table: sa.Table) -> None:
        key = f"{MOVING}.{table.name}"
        row: sa.Label[int] = sa.literal_column(f"{table.name}.rowid").label("_row")
        while True:
            with self._target.writing() as conn, self._source.reading() as reading:
                last = int(entry(conn, key) or 0)
                query = sa.select(row, table).where(row > last).order_by(row).limit(_AT_ONCE)
                found = reading.execute(query).mappings().all()
                if not found:
                    return
                conn.execute(sa.insert(table), [_without_row(one) for one in found])
                set_entry(conn, key, str(found[-1]["_row"]))
            self._done += len(found)
            self._progress(Progress(self._done, sum(self._counts.values()), "moving"))

    def _copy_originals(self) -> list[str]:
        """The files that were added; gives those that the folder no longer has."""
        stored, missing = Stored(self._target), []
        for digest in stored.missing(self._digests):
            data = originals.read(self._source.folder, digest)
            if data is None:
                missing.append(digest)
            elif stored.keep(data) != digest:
                raise LibraryError(f"The file {digest} of the library is not as it was added.")
        return missing

    def _end(self) -> None:
        """Take the mark away, when all is there and new numbers come after the old ones."""
        with self._target.writing() as conn:
            for table in _TABLES:
                if (there := _count(conn, table)) != self._counts[table.name]:
                    raise LibraryError(
                        f"The database has {there} rows of {table.name} and not "
                        f"{self._counts[table.name]}. Empty it, then run the same command again."
                    )
            self._go_on_counting(conn)
            for key, value in self._own.items():
                set_entry(conn, key, value)
            conn.execute(sa.delete(t.manifest).where(t.manifest.c.key.startswith(MOVING)))

    def _go_on_counting(self, conn: sa.Connection) -> None:
        """No number is given twice, not that of a removed row either."""
        with self._source.reading() as reading:
            rows = reading.execute(sa.text("SELECT name, seq FROM sqlite_sequence"))
            given: dict[str, int] = {name: seq for name, seq in rows}  # noqa: C416  rows are no pairs
            for table in (one for one in _TABLES if "seq" in one.c):
                highest = reading.scalar(sa.select(sa.func.max(table.c.seq))) or 0
                last = max(highest, given.get(table.name, 0))
                counter = sa.func.pg_get_serial_sequence(table.name, "seq")
                if last:
                    conn.execute(sa.select(sa.func.setval(counter, last)))


def _without_row(found: sa.RowMapping) -> dict[str, object]:
    return {name: value for name, value in found.items() if name != "_row"}


def _count(conn: sa.Connection, table: sa.Table) -> int:
    return conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
