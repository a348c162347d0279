"""Opening `library.db`: what is a library, what is not, and how SQLite is set up.

A folder is never taken for an empty library because something is missing from it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rag.base.errors import LibraryBusyError, LibraryError, NotALibraryError
from rag.index import schema as t
from rag.index.lock import HOLDER, WRITE_LOCK, write_lock

DATABASE = "library.db"
_NEW = "library.db.new"
_MAGIC = b"SQLite format 3\0"
_ENTRIES = sa.select(t.manifest.c.key, t.manifest.c.value)
BUSY_MS = 30_000  # how long other processes are waited for
_CREATE_WAIT_S = 10.0
# Left by file browsers, by a killed creation, or by one that another process is at.
_IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini", WRITE_LOCK, HOLDER}
_UNFINISHED = {_NEW, f"{_NEW}-wal", f"{_NEW}-shm", f"{_NEW}-journal"}
RESTORING = ".restoring-"  # in the name of a folder beside the library, while one is restored
_BEFORE = f"{DATABASE}.format-"  # and a version: the database as it was before an upgrade


def open_database(folder: Path, identity: Mapping[str, str]) -> sa.Engine:
    """Open the library of a folder, made when the folder is missing or empty.

    Raises:
        NotALibraryError: the folder holds something else, damaged data, data of a newer version,
            or vectors of another identity.
        LibraryError: the folder cannot be read or written.
    """
    _require_not_halfway(folder)
    _make_folder(folder)
    if not (folder / DATABASE).exists():
        _require_empty(folder)
        with write_lock(folder, doing="making the library", wait_s=_CREATE_WAIT_S):
            if not (folder / DATABASE).exists():
                _create(folder, identity)
    _require_sqlite(folder)
    engine = _engine(folder / DATABASE)
    try:
        _require_this_version(engine, folder, identity)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def database_errors(folder: Path) -> Iterator[None]:
    """Translate what SQLAlchemy raises into sentences about this library.

    Raises:
        LibraryBusyError: another process kept the database locked.
        LibraryError: the database cannot be read or written.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        cause = str(error.orig)
        if "locked" in cause:
            raise LibraryBusyError(
                f"The library {folder} stayed locked by another process. Try again in a moment."
            ) from error
        raise LibraryError(
            f"The library {folder} cannot be used ({cause}). Check that the disk is not full and "
            "the folder is writable, then run `askpapers doctor`."
        ) from error
    except UnicodeEncodeError as error:
        raise LibraryError(
            f"A text that is not valid Unicode cannot be stored ({error.reason})."
        ) from error


class ManifestNow:
    """The manifest as it is now, read again only after somebody has committed something.

    Safe to use from several threads.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._watch: sa.PoolProxiedConnection | None = None
        self._version = -1
        self._entries: Mapping[str, str] = {}

    def entries(self) -> Mapping[str, str]:
        """All entries by their keys."""
        with self._lock:
            version = self._data_version()
            if version != self._version:
                with self._engine.begin() as conn:
                    self._entries = {row.key: row.value for row in conn.execute(_ENTRIES)}
                self._version = version
            return self._entries

    def close(self) -> None:
        """Let go of the connection that watches."""
        with self._lock:
            watch, self._watch, self._version = self._watch, None, -1
            if watch is not None:
                watch.close()

    def _data_version(self) -> int:
        """Another number whenever another connection, in whichever process, has committed."""
        if self._watch is None:
            self._watch = self._engine.raw_connection()
        cursor = self._watch.cursor()
        cursor.execute("PRAGMA data_version")
        (version,) = cursor.fetchone() or (-1,)
        cursor.close()
        return int(version)


def checkpoint(engine: sa.Engine) -> bool:
    """Bring SQLite's log of recent changes into the database and cut it to nothing.

    False when somebody still reads an older state, so that it must be tried again.
    """
    try:
        with engine.connect() as conn:  # past SQLAlchemy, which would begin a transaction
            cursor = conn.connection.cursor()
            (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            cursor.close()
    except sqlite3.OperationalError:
        return False
    return not busy


def copies_before(folder: Path) -> list[Path]:
    """Copies of the database that were made before upgrades."""
    return sorted(folder.glob(f"{_BEFORE}*"))


def copy_into(engine: sa.Engine, folder: Path, path: Path) -> None:
    """Write the database as it is at this moment, others may write on, to a new file; durable.

    Raises:
        LibraryError: it cannot be read, or the copy cannot be written.
    """
    with database_errors(folder), engine.connect() as conn:  # past SQLAlchemy's transaction
        cursor = conn.connection.cursor()
        try:
            cursor.execute("VACUUM INTO ?", (str(path),))
        except sqlite3.Error as error:
            path.unlink(missing_ok=True)
            raise LibraryError(
                f"The library {folder} cannot be copied to {path.parent} ({error}). "
                "Check that there is space and that the folder is writable."
            ) from error
        finally:
            cursor.close()
    path.chmod(0o600)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def entry(conn: sa.Connection, key: str) -> str | None:
    """A value of the manifest."""
    return conn.scalar(sa.select(t.manifest.c.value).where(t.manifest.c.key == key))


def set_entry(conn: sa.Connection, key: str, value: str) -> None:
    """Set a value of the manifest."""
    changed = conn.execute(sa.update(t.manifest).where(t.manifest.c.key == key).values(value=value))
    if changed.rowcount == 0:
        conn.execute(sa.insert(t.manifest).values(key=key, value=value))


def is_empty_folder(folder: Path) -> bool:
    """True when a folder is missing, or has nothing in it that anybody put there."""
    if not folder.exists():
        return True
    return folder.is_dir() and not _names_in(folder)


def fsync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system offers that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- what is a library -----------------------------------------------------------------------


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotALibraryError(
            f"{folder} is a file. A library is a folder: choose an empty or a new one."
        ) from error
    except OSError as error:
        raise LibraryError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another one."
        ) from error


def _names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - _IGNORED - _UNFINISHED


def _require_not_halfway(folder: Path) -> None:
    """A library that is being put in place is not taken for a missing one."""
    if folder.exists() or not folder.parent.is_dir():
        return
    if any(path.name.startswith(f"{folder.name}{RESTORING}") for path in folder.parent.iterdir()):
        raise NotALibraryError(
            f"A backup was being restored to {folder} and that did not end. "
            "Run `askpapers restore` again."
        )


def _require_empty(folder: Path) -> None:
    names = _names_in(folder)
    parts = ("index-", "names.db", "cards.db", "places.db", _BEFORE)
    if "originals" in names or any(name.startswith(parts) for name in names):
        raise NotALibraryError(
            f"{folder} is a library without its {DATABASE}. Restore that file from a backup, or "
            "choose an empty folder and add your papers again."
        )
    if names:
        raise NotALibraryError(f"{folder} is not an askpapers library: choose an empty folder.")


def _create(folder: Path, identity: Mapping[str, str]) -> None:
    """Make the database under another name, so that one named `library.db` is always whole."""
    folder.chmod(0o700)
    for name in _UNFINISHED:
        (folder / name).unlink(missing_ok=True)
    engine = _engine(folder / _NEW)
    try:
        with database_errors(folder), engine.execution_options(writes=True).begin() as conn:
            t.create(conn, identity)
    finally:
        engine.dispose()  # closing the last connection brings the WAL into the file
    (folder / _NEW).replace(folder / DATABASE)
    fsync_folder(folder)


def _require_sqlite(folder: Path) -> None:
    try:
        with (folder / DATABASE).open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise LibraryError(f"{folder / DATABASE} cannot be read ({error.strerror}).") from error
    if head != _MAGIC:
        raise _damaged(folder, "it is empty" if not head else "it is not a database")


def _require_this_version(engine: sa.Engine, folder: Path, identity: Mapping[str, str]) -> None:
    try:
        with engine.begin() as conn:
            found = _manifest(conn)
    except sa.exc.DBAPIError as error:
        if "locked" in str(error.orig) or "unable to open" in str(error.orig):
            with database_errors(folder):
                raise
        raise _damaged(folder, str(error.orig)) from error
    if found.get("format") != "askpapers":
        raise NotALibraryError(
            f"{folder / DATABASE} was not made by askpapers: choose an empty folder."
        )
    version = int(found["schema_version"])
    if version > t.SCHEMA_VERSION:
        raise NotALibraryError(
            f"The library {folder} was made by a newer version of askpapers "
            f"(format {version}, this one reads {t.SCHEMA_VERSION}). Upgrade askpapers."
        )
    _require_identity(folder, found, identity)
    if version < t.SCHEMA_VERSION:
        with write_lock(folder, doing="upgrading the library", wait_s=_CREATE_WAIT_S):
            _upgrade(engine, folder, version)


def _upgrade(engine: sa.Engine, folder: Path, version: int) -> None:
    """Take a library to this version, after a copy of it was put beside it."""
    before = folder / f"{_BEFORE}{version}"
    draft = before.with_name(f"{before.name}.new")
    draft.unlink(missing_ok=True)
    copy_into(engine, folder, draft)
    draft.replace(before)
    fsync_folder(folder)
    with database_errors(folder), engine.execution_options(writes=True).begin() as conn:
        t.migrate(conn)


def _manifest(conn: sa.Connection) -> dict[str, str]:
    if not sa.inspect(conn).has_table(t.manifest.name):
        return {}
    return {row.key: row.value for row in conn.execute(sa.select(t.manifest))}


def _require_identity(folder: Path, found: Mapping[str, str], given: Mapping[str, str]) -> None:
    prefix = "identity."
    made = {k.removeprefix(prefix): v for k, v in found.items() if k.startswith(prefix)}
    differing = [
        f"{key} is {made.get(key, 'not recorded')} there and {given.get(key, 'not given')} here"
        for key in sorted(made.keys() | given.keys())
        if made.get(key) != given.get(key)
    ]
    if differing:
        raise NotALibraryError(
            f"The library {folder} was made with another model or text splitter: "
            f"{'; '.join(differing)}. Use the version and model it was made with "
            "(ASKPAPERS_EMBEDDER), or add your papers again to an empty folder."
        )


def _damaged(folder: Path, why: str) -> NotALibraryError:
    return NotALibraryError(
        f"{folder / DATABASE} is damaged ({why}). Restore it from a backup, or choose an empty "
        "folder and add your papers again; files you added are kept in originals/."
    )


# --- SQLite ----------------------------------------------------------------------------------


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
