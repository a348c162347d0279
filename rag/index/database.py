"""Where the records of a library are: what its transactions ask of a database, of either kind.

`sqlite` keeps them in the library's folder, `postgres` on a server that many machines share.
Nothing else knows which of them it has before it.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import sqlalchemy as sa

from rag.base.errors import NotALibraryError
from rag.index import schema as t
from rag.index.lock import HeldLock

MOVING = "moving"  # the entry of a manifest whose library is not all there yet
BUSY_MS = 30_000  # how long other writers are waited for
_ENTRIES = sa.select(t.manifest.c.key, t.manifest.c.value)


class Watch(ABC):
    """Tells cheaply whether anything has changed. For one thread at a time."""

    @abstractmethod
    def version(self) -> object:
        """Another value whenever another connection, in whichever process, has committed."""

    @abstractmethod
    def close(self) -> None:
        """Let go of its connection."""


class Database(ABC):
    """The records of one library. Safe to use from several threads and processes.

    `name` is what messages call it, `identity` tells it from all others.
    """

    name: str
    identity: str

    @abstractmethod
    def reading(self) -> AbstractContextManager[sa.Connection]:
        """A transaction that sees one state, whatever is committed beside it."""

    @abstractmethod
    def writing(self, wait_ms: int) -> AbstractContextManager[sa.Connection]:
        """A transaction beside which nobody else writes, durable when its block has ended.

        So whoever writes sees all that was written, and changes are counted as they happen.
        """

    @abstractmethod
    def answering(self, wait_ms: int) -> AbstractContextManager[sa.Connection]:
        """A transaction beside which nobody else changes chats and answers; durable at its end.

        Those hang on no paper, so that nobody who reads waits until somebody has added, where a
        database can keep the two apart.
        """

    @abstractmethod
    def with_answers(self, conn: sa.Connection) -> None:
        """Let nobody else change chats and answers until this transaction of `writing` ends."""

    @abstractmethod
    def errors(self) -> AbstractContextManager[None]:
        """Translate what SQLAlchemy raises in the block into sentences about this library.

        Raises:
            LibraryBusyError: somebody else wrote for longer than was waited.
            DatabaseServerError: a server has the records, and that does not answer.
            LibraryError: the records cannot be read or written.
        """

    @abstractmethod
    def watch(self) -> Watch:
        """Something that tells whether anybody has committed."""

    @abstractmethod
    def take(self, name: str) -> HeldLock | None:
        """A lock of this name among all who have the library open; None when one of them has it."""

    @abstractmethod
    def problems(self, conn: sa.Connection) -> list[str]:
        """What is wrong with tables and their references, at most a few sentences."""

    @abstractmethod
    def copy_into(self, path: Path) -> None:
        """Write the database as it is at this moment, others may write on, to a new file; durable.

        Raises:
            LibraryError: it cannot be read, or the copy cannot be written.
        """

    @abstractmethod
    def forget_removed(self) -> bool:
        """Overwrite what was deleted where it still stands; False when it must be tried again."""

    @abstractmethod
    def close(self) -> None:
        """Close all connections."""


class ManifestNow:
    """The manifest as it is now, read again only after somebody has committed something.

    Safe to use from several threads.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._watch: Watch | None = None
        self._version: object = None
        self._entries: Mapping[str, str] = {}

    def entries(self) -> Mapping[str, str]:
        """All entries by their keys."""
        with self._lock:
            if self._watch is None:
                self._watch = self._database.watch()
            version = self._watch.version()
            if version != self._version:
                with self._database.reading() as conn:
                    self._entries = {row.key: row.value for row in conn.execute(_ENTRIES)}
                self._version = version
            return self._entries

    def close(self) -> None:
        """Let go of the connection that watches."""
        with self._lock:
            watch, self._watch, self._version = self._watch, None, None
            if watch is not None:
                watch.close()


def entry(conn: sa.Connection, key: str) -> str | None:
    """A value of the manifest."""
    return conn.scalar(sa.select(t.manifest.c.value).where(t.manifest.c.key == key))


def set_entry(conn: sa.Connection, key: str, value: str) -> None:
    """Set a value of the manifest."""
    changed = conn.execute(sa.update(t.manifest).where(t.manifest.c.key == key).values(value=value))
    if changed.rowcount == 0:
        conn.execute(sa.insert(t.manifest).values(key=key, value=value))


def manifest_of(conn: sa.Connection) -> dict[str, str]:
    """All entries of the manifest; none where there is no such table."""
    if not sa.inspect(conn).has_table(t.manifest.name):
        return {}
    return {row.key: row.value for row in conn.execute(_ENTRIES)}


def version_of(found: Mapping[str, str], where: str) -> int:
    """The version of a library by its manifest, if this program can read or upgrade it.

    Raises:
        NotALibraryError: it was made by a newer version.
    """
    version = int(found["schema_version"])
    if version > t.SCHEMA_VERSION:
        raise NotALibraryError(
            f"The library {where} was made by a newer version of askpapers "
            f"(format {version}, this one reads {t.SCHEMA_VERSION}). Upgrade askpapers."
        )
    return version


def require_identity(found: Mapping[str, str], given: Mapping[str, str], where: str) -> None:
    """Refuse a library whose vectors were made by another model or splitter.

    Raises:
        NotALibraryError: says what differs.
    """
    prefix = "identity."
    made = {k.removeprefix(prefix): v for k, v in found.items() if k.startswith(prefix)}
    differing = [
        f"{key} is {made.get(key, 'not recorded')} there and {given.get(key, 'not given')} here"
        for key in sorted(made.keys() | given.keys())
        if made.get(key) != given.get(key)
    ]
    if differing:
        raise NotALibraryError(
            f"The library {where} was made with another model or text splitter: "
            f"{'; '.join(differing)}. Use the version and model it was made with "
            "(ASKPAPERS_EMBEDDER), or add your papers again to an empty folder."
        )
