"""`library.db`: how it is opened, made, upgraded and copied, and how SQLite is set up."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rag.base.errors import LibraryBusyError, LibraryError, NotALibraryError
from rag.index import schema as t
from rag.index.database import (
    BUSY_MS,
    Database,
    Watch,
    manifest_of,
    require_identity,
    set_entry,
    version_of,
)
from rag.index.folder import (
    CACHES,
    DATABASE,
    NEW,
    UNFINISHED,
    copy_before,
    fsync_folder,
    make_folder,
    require_empty,
)
from rag.index.lock import HeldLock, take, write_lock

_MAGIC = b"SQLite format 3\0"
_CREATE_WAIT_S = 10.0
_CACHES_FORMAT = "askpapers-caches"


def open_sqlite(folder: Path, identity: Mapping[str, str]) -> SQLite:
    """Open the library of a folder, made when the folder is missing or empty.

    Raises:
        NotALibraryError: the folder holds something else, damaged data, data of a newer version,
            or vectors of another identity.
        LibraryError: the folder cannot be read or written.
    """
    make_folder(folder)
    if not (folder / DATABASE).exists():
        require_empty(folder)
        with write_lock(folder, doing="making the library", wait_s=_CREATE_WAIT_S):
            if not (folder / DATABASE).exists():
                _create(folder, identity)
    _require_sqlite(folder)
    database = SQLite(folder / DATABASE)
    try:
        _require_this_version(database, folder, identity)
    except BaseException:
        database.close()
        raise
    return database


class SQLite(Database):
    """A database in one file, for all processes of one machine."""

    def __init__(self, path: Path) -> None:
        self.name = self.identity = str(path.parent)
        self._folder = path.parent
        self._engine = _engine(path)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state, whatever is committed beside it."""
        with self._engine.begin() as conn:
            yield conn

    @contextmanager
    def writing(self, wait_ms: int) -> Iterator[sa.Connection]:
        """A transaction beside which nobody else writes, durable when its block has ended."""
        engine = self._engine.execution_options(writes=True, wait_ms=wait_ms)
        with engine.begin() as conn:
            yield conn

    def answering(self, wait_ms: int) -> AbstractContextManager[sa.Connection]:
        """The same: a file has one writer, whatever is written."""
        return self.writing(wait_ms)

    def with_answers(self, conn: sa.Connection) -> None:
        """Nobody else writes anything."""

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate what SQLAlchemy raises in the block into sentences about this library."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            cause = str(error.orig)
            if "locked" in cause:
                raise LibraryBusyError(
                    f"The library {self.name} stayed locked by another process. "
                    "Try again in a moment."
                ) from error
            raise LibraryError(
                f"The library {self.name} cannot be used ({cause}). Check that the disk is not "
                "full and the folder is writable, then run `askpapers doctor`."
            ) from error
        except UnicodeEncodeError as error:
            raise LibraryError(
                f"A text that is not valid Unicode cannot be stored ({error.reason})."
            ) from error

    def watch(self) -> Watch:
        """Something that tells whether anybody has committed."""
        return _DataVersion(self._engine.raw_connection())

    def take(self, name: str) -> HeldLock | None:
        """A lock of this name among all who have the library open; None when one of them has it."""
        return take(self._folder / name)

    def problems(self, conn: sa.Connection) -> list[str]:
        """What is wrong with tables and their references, at most a few sentences."""
        found = [said for said in conn.scalars(sa.text("PRAGMA quick_check(5)")) if said != "ok"]
        orphans = len(conn.execute(sa.text("PRAGMA foreign_key_check")).all())
        return [*found, f"{orphans} rows belong to nothing"] if orphans else found

    def copy_into(self, path: Path) -> None:
        """Write the database as it is at this moment, others may write on, to a new file."""
        with self.errors(), self._engine.connect() as conn:  # past SQLAlchemy's transaction
            cursor = conn.connection.cursor()
            try:
                cursor.execute("VACUUM INTO ?", (str(path),))
            except sqlite3.Error as error:
                path.unlink(missing_ok=True)
                raise LibraryError(
                    f"The library {self.name} cannot be copied to {path.parent} ({error}). "
                    "Check that there is space and that the folder is writable."
                ) from error
            finally:
                cursor.close()
        path.chmod(0o600)
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def forget_removed(self) -> bool:
        """Bring SQLite's log of recent changes into the database and cut it to nothing.

        False when somebody still reads an older state, so that it must be tried again.
        """
        try:
            with self._engine.connect() as conn:  # past SQLAlchemy, which would begin a transaction
                cursor = conn.connection.cursor()
                (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                cursor.close()
        except sqlite3.OperationalError:
            return False
        return not busy

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


class _DataVersion(Watch):
    """What SQLite counts of other connections' commits."""

    def __init__(self, connection: sa.PoolProxiedConnection) -> None:
        self._connection = connection

    def version(self) -> int:
        """Another number whenever another connection, in whichever process, has committed."""
        cursor = self._connection.cursor()
        cursor.execute("PRAGMA data_version")
        (version,) = cursor.fetchone() or (-1,)
        cursor.close()
        return int(version)

    def close(self) -> None:
        """Let go of its connection."""
        self._connection.close()


# --- what the indexes say of themselves, beside records on a server ----------------------------


def open_caches(folder: Path, library: str) -> SQLite:
    """Open what the indexes in a folder say of themselves; they belong to this library alone.

    Raises:
        NotALibraryError: the folder has a library of its own, indexes of another one, or
            something else.
        LibraryError: the folder cannot be read or written.
    """
    make_folder(folder)
    if (folder / DATABASE).exists():
        raise NotALibraryError(
            f"{folder} has a library of its own, and DATABASE_URL names another one. Choose an "
            "empty folder for its indexes (ASKPAPERS_LIBRARY), or unset DATABASE_URL."
        )
    if not (folder / CACHES).exists():
        require_empty(folder)
        folder.chmod(0o700)
    database = SQLite(folder / CACHES)
    try:
        with database.errors():
            _require_ours(database, folder, library)
    except BaseException:
        database.close()
        raise
    return database


def _require_ours(database: SQLite, folder: Path, library: str) -> None:
    with database.reading() as conn:
        found = manifest_of(conn)
    if not found:
        with database.writing(BUSY_MS) as conn:
            t.manifest.create(conn, checkfirst=True)
            set_entry(conn, "format", _CACHES_FORMAT)
            set_entry(conn, "library", library)
    elif found.get("library") != library:
        raise NotALibraryError(
            f"{folder} has the indexes of another library than the one that DATABASE_URL names. "
            "Choose an empty folder (ASKPAPERS_LIBRARY)."
        )


# --- what is a library -----------------------------------------------------------------------


def _create(folder: Path, identity: Mapping[str, str]) -> None:
    """Make the database under another name, so that one named `library.db` is always whole."""
    folder.chmod(0o700)
    for name in UNFINISHED:
        (folder / name).unlink(missing_ok=True)
    database = SQLite(folder / NEW)
    try:
        with database.errors(), database.writing(BUSY_MS) as conn:
            t.create(conn, identity)
    finally:
        database.close()  # closing the last connection brings the WAL into the file
    (folder / NEW).replace(folder / DATABASE)
    fsync_folder(folder)


def _require_sqlite(folder: Path) -> None:
    try:
        with (folder / DATABASE).open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise LibraryError(f"{folder / DATABASE} cannot be read ({error.strerror}).") from error
    if head != _MAGIC:
        raise _damaged(folder, "it is empty" if not head else "it is not a database")


def _require_this_version(database: SQLite, folder: Path, identity: Mapping[str, str]) -> None:
    try:
        with database.reading() as conn:
            found = manifest_of(conn)
    except sa.exc.DBAPIError as error:
        if "locked" in str(error.orig) or "unable to open" in str(error.orig):
            with database.errors():
                raise
        raise _damaged(folder, str(error.orig)) from error
    if found.get("format") != "askpapers":
        raise NotALibraryError(
            f"{folder / DATABASE} was not made by askpapers: choose an empty folder."
        )
    version = version_of(found, str(folder))
    require_identity(found, identity, str(folder))
    if version < t.SCHEMA_VERSION:
        with write_lock(folder, doing="upgrading the library", wait_s=_CREATE_WAIT_S):
            _upgrade(database, folder, version)


def _upgrade(database: SQLite, folder: Path, version: int) -> None:
    """Take a library to this version, after a copy of it was put beside it."""
    before = copy_before(folder, version)
    draft = before.with_name(f"{before.name}.new")
    draft.unlink(missing_ok=True)
    database.copy_into(draft)
    draft.replace(before)
    fsync_folder(folder)
    with database.errors(), database.writing(BUSY_MS) as conn:
        t.migrate(conn)


def _damaged(folder: Path, why: str) -> NotALibraryError:
    return NotALibraryError(
        f"{folder / DATABASE} is damaged ({why}). Restore it from a backup, or choose an empty "
        "folder and add your papers again; files you added are kept in originals/."
    )


# --- connections -----------------------------------------------------------------------------


def _engine(path: Path) -> sa.Engine:
    can_write = _can_write(path)
    url = sa.URL.create("sqlite", database=str(path))
    if not can_write:
        # Beside a log of changes somebody is at work; without one, SQLite could not make its own.
        in_use = path.with_name(f"{path.name}-wal").exists()
        state = {"mode": "ro"} if in_use else {"immutable": "1"}
        url = sa.URL.create("sqlite", database=path.as_uri(), query={**state, "uri": "true"})
    engine = sa.create_engine(
        url, connect_args={"check_same_thread": False}, pool_size=4, max_overflow=-1
    )
    sa.event.listen(engine, "connect", _prepare_to_write if can_write else _prepare)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _can_write(path: Path) -> bool:
    """Whether the database can be written to, or made where there is none."""
    as_us = os.access in os.supports_effective_ids
    places = [path.parent, *([path] if path.exists() else [])]
    return all(os.access(place, os.W_OK, effective_ids=as_us) for place in places)


def _prepare(connection: Any, _record: object) -> None:
    """Settings of every connection."""
    connection.isolation_level = None  # we say BEGIN ourselves: the driver would say it too late
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("PRAGMA trusted_schema = OFF")  # a library may come from somebody else


def _prepare_to_write(connection: Any, record: object) -> None:
    _prepare(connection, record)
    for pragma in (
        "journal_mode = WAL",  # readers do not wait for the writer
        "synchronous = FULL",  # what was committed survives a power cut
        "foreign_keys = ON",
        "secure_delete = ON",  # what was removed is overwritten
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(conn: sa.Connection) -> None:
    options = conn.get_execution_options()
    wait_ms = options.get("wait_ms", BUSY_MS)
    if conn.info.get("wait_ms", BUSY_MS) != wait_ms:  # the connection was used for another wait
        conn.exec_driver_sql(f"PRAGMA busy_timeout = {wait_ms}")
        conn.info["wait_ms"] = wait_ms
    # A writer takes its place at once: a reader that turned writer could fail half-way.
    conn.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
