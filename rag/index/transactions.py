"""Transactions on one library: a thread reads or writes in its own, or in one it keeps open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from rag.index.database import BUSY_MS, Database, entry, set_entry


class _Held(threading.local):
    """The transactions that a thread reads and writes in."""

    conn: sa.Connection | None = None
    writing: sa.Connection | None = None


class Transactions:
    """Ways to read and to write. Safe to use from several threads and processes."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folder = folder
        self._held = _Held()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the library: the thread's `snapshot`, if any."""
        if self._held.conn is not None:
            yield self._held.conn
            return
        with self._database.errors(), self._database.reading() as conn:
            yield conn

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All records that this thread reads in the block are of one state, in one transaction.

        Not to be held across a `yield` to others: a state that is read cannot be cleaned up.
        """
        with self.reading() as conn:
            outer, self._held.conn = self._held.conn, conn
            try:
                yield
            finally:
                self._held.conn = outer

    @property
    def is_in_snapshot(self) -> bool:
        """Whether this thread reads one state of the library, be there newer ones."""
        return self._held.conn is not None

    @property
    def is_in_writing(self) -> bool:
        """Whether this thread is in a block of `together`."""
        return self._held.writing is not None

    @contextmanager
    def writing(self, *, wait_ms: int = BUSY_MS) -> Iterator[sa.Connection]:
        """A transaction that is durable when its block has ended; others are waited for so long."""
        if self._held.writing is not None:
            yield self._held.writing
            return
        with self._database.errors(), self._database.writing(wait_ms) as conn:
            yield conn

    @contextmanager
    def answering(self, *, wait_ms: int) -> Iterator[sa.Connection]:
        """A transaction for chats and answers alone, for which papers are not waited for."""
        if self._held.writing is not None:
            self._database.with_answers(self._held.writing)
            yield self._held.writing
            return
        with self._database.errors(), self._database.answering(wait_ms) as conn:
            yield conn

    @contextmanager
    def writing_all(self) -> Iterator[sa.Connection]:
        """A transaction that changes papers, and chats and answers with them."""
        with self.writing() as conn:
            self._database.with_answers(conn)
            yield conn

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that this thread writes in the block is one transaction: it is there, or it is not.

        The block must not fail half-way and go on: what was written in it is lost then.
        """
        with self.writing() as conn:
            outer, self._held.writing = self._held.writing, conn
            try:
                yield
            finally:
                self._held.writing = outer


def next_revision(conn: sa.Connection, *, with_text: bool, by: int = 1) -> int:
    """Count changes of the library; with text, such that the search indexes must follow."""
    revision = int(entry(conn, "revision") or 0) + by
    set_entry(conn, "revision", str(revision))
    if with_text:
        set_entry(conn, "text_revision", str(revision))
    return revision
