"""A file beside the library that follows it paper by paper: what `names.db` and `cards.db` share.

A cache: what is in it was taken from the records and is taken again when the file is missing,
damaged or of another form. So opening a large library costs nothing, and adding one paper costs one
paper. Where no file can be kept, it lives in memory.

What is new is written over a connection of its own, so that whoever asks meanwhile is answered as
of the state before.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from rag.base.errors import LibraryError
from rag.base.types import Paper
from rag.index.beside import Beside
from rag.index.catalog import Catalog
from rag.index.readonce import ReadOnce

logger = logging.getLogger(__name__)

BUSY_S = 30.0  # how long another process is waited for


class Follower(ABC):
    """What is kept of one library in such a file, for all threads of one process.

    It answers for the state of the library at the last `follow`. Each paper has one row in the
    table `PAPERS`, with a number that it keeps when its record changes.
    """

    WHAT: ClassVar[str]  # what is kept, for the log
    TABLES: ClassVar[str]  # the statements that make them; `meta` (key, value) is among them
    PAPERS: ClassVar[str]

    def __init__(self, path: Path | None, form: str) -> None:
        """The file at `path`, or memory; `form` tells what is taken, and how it is kept."""
        self._path = path
        self._form = form
        self._lock = threading.RLock()
        self._conn: sqlite3.Connection | None = None
        self._followed = -1  # the revision that this object answers for
        self._taking = threading.RLock()  # held by who writes; taken before `_lock`, never after
        self._beside = Beside()
        self._is_stuck = False  # what was taken in beside could not be written

    @abstractmethod
    def _take(
        self, conn: sqlite3.Connection, papers: Iterable[Paper], numbers: Mapping[str, int]
    ) -> None:
        """Write what is kept of papers; those that were known keep their `numbers`."""

    @abstractmethod
    def _forget(self, conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
        """Take papers out; gives the numbers of those that were known."""

    @abstractmethod
    def _forget_answers(self) -> None:
        """Drop what is remembered of the file."""

    def close(self) -> None:
        """Let go of the file, when what is taken in beside is there."""
        self._beside.wait()
        self._let_go()

    def follow(self, catalog: Catalog | ReadOnce) -> None:
        """Take in what has changed since the last time, in whichever process."""
        try:
            self._follow(catalog)
        except sqlite3.Error as error:
            logger.warning("%s are kept in memory: %s", self.WHAT, error)
            with self._taking:
                self._let_go()
                self._path = None
                self._follow(catalog)

    def follow_soon(self, catalog: Catalog) -> None:
        """The same for a question, which does not wait until many new papers are taken in.

        They are taken in beside, and missed until then. Whatever was removed is gone on return.
        """
        if catalog.text_revision() == self._followed:
            return
        try:
            if self._follow_beside(catalog):
                self._look()
                return
        except sqlite3.Error as error:
            logger.info("%s are waited for: %s", self.WHAT, error)
        self.follow(catalog)

    def rebuild(self, catalog: Catalog) -> None:
        """Take in the whole library anew."""
        with self._taking:
            self._let_go()
            self._delete()
            self.follow(catalog)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Take in papers that are in no library."""
        with self._lock, writing(self._opened()):
            self._forget_answers()
            self._take(self._opened(), papers, {})

    def _follow(self, catalog: Catalog | ReadOnce) -> None:
        revision = catalog.text_revision()
        if revision == self._followed:
            return
        if self._held() != revision:
            with self._taking:
                self._take_in(catalog)
        self._look()

    def _take_in(self, catalog: Catalog | ReadOnce) -> None:
        """Write what has changed; the caller has `_taking`."""
        if self._path is None:
            with self._lock:
                self._taken_in(catalog, self._opened())
            return
        conn = self._connected()
        try:
            reached = self._taken_in(catalog, conn)
        finally:
            conn.close()
        if self._held() < reached:  # the file that is open was deleted by somebody
            self._let_go()

    def _follow_beside(self, catalog: Catalog) -> bool:
        """Have what has changed taken in; False where that must be waited for."""
        held, revision = self._held(), catalog.text_revision()
        if self._path is None or self._is_stuck or not held or catalog.removed_since(held)[0]:
            return False
        if held != revision:
            self._beside.do(lambda: self._work(catalog), changes=revision - held)
        return not self._is_stuck

    def _work(self, catalog: Catalog) -> None:
        try:
            with self._taking:
                if self._held() != catalog.text_revision():
                    self._take_in(catalog)
        except sqlite3.Error as error:
            logger.warning("%s cannot be taken in beside: %s", self.WHAT, error)
            self._is_stuck = True
        except LibraryError as error:  # which the question meets too
            logger.info("%s are not taken in: %s", self.WHAT, error)

    def _taken_in(self, catalog: Catalog | ReadOnce, conn: sqlite3.Connection) -> int:
        """Take in what has changed; the revision that is reached."""
        with writing(conn):
            changes, papers = catalog.paper_changes(int(_entry(conn, "revision") or 0))
            if not changes.complete:
                numbers = self._forget(conn, changes.stale.union(changes.current))
                self._take(conn, papers, numbers)
            (held,) = conn.execute(f"SELECT count(*) FROM {self.PAPERS}").fetchone()  # noqa: S608
            if changes.complete or held != changes.papers:
                self._make_tables(conn)
                changes, papers = catalog.paper_changes(0)
                self._take(conn, papers, {})
            _set_entry(conn, "revision", changes.revision)
        if changes.removed:  # their words must not stay in the log of changes
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return changes.revision

    def _held(self) -> int:
        """The revision of what is kept."""
        with self._lock:
            return int(_entry(self._opened(), "revision") or 0)

    def _look(self) -> None:
        """Answer for what is kept now."""
        with self._lock:
            held = self._held()
            if held != self._followed:
                self._forget_answers()
                self._followed = held

    def _let_go(self) -> None:
        with self._lock:
            conn, self._conn, self._followed = self._conn, None, -1
            self._forget_answers()
            if conn is not None:
                conn.close()

    # --- the file ----------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        if self._conn is None:
            try:
                self._conn = self._connected()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                logger.warning("%s are taken anew: %s", self.WHAT, error)
                self._delete()
                self._conn = self._connected()
        return self._conn

    def _connected(self) -> sqlite3.Connection:
        """The tables, emptied where they were made in another form."""
        where = ":memory:" if self._path is None else self._path
        conn = sqlite3.connect(where, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
                conn.execute(f"PRAGMA {pragma}")
            known = conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
            if not known or _entry(conn, "form") != self._form:
                with writing(conn):
                    self._make_tables(conn)
        except BaseException:
            conn.close()
            raise
        return conn

    def _make_tables(self, conn: sqlite3.Connection) -> None:
        """Empty tables, whatever was there before."""
        known = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in known:
            conn.execute(f'DROP TABLE "{name}"')
        for statement in filter(str.strip, self.TABLES.split(";")):
            conn.execute(statement)
        _set_entry(conn, "form", self._form)

    def _delete(self) -> None:
        if self._path is not None:
            delete_database(self._path)


@contextmanager
def writing(conn: sqlite3.Connection) -> Iterator[None]:
    """A transaction that takes its place at once, and is undone where its block fails."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        conn.execute("ROLLBACK")
        raise
    conn.execute("COMMIT")


def delete_database(path: Path) -> None:
    """Delete a file of SQLite with its log, as far as they are there."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _entry(conn: sqlite3.Connection, key: str) -> Any:
    found = conn.execute("SELECT value FROM meta WHERE key = ?", [key]).fetchone()
    return found[0] if found else None


def _set_entry(conn: sqlite3.Connection, key: str, value: object) -> None:
    conn.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, str(value)])
