"""The records of a library on a PostgreSQL server, for many machines and people at once.

Whoever writes papers takes one lock for its transaction, as SQLite does. That makes revisions grow
in the order in which they are committed, on which every index relies that follows them. Chats and
answers have a lock of their own: whoever reads an answer does not wait for those who add.
"""

from __future__ import annotations

import logging
import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import sqlalchemy as sa

from rag.base.errors import DatabaseServerError, LibraryBusyError, LibraryError, NotALibraryError
from rag.index import schema as t
from rag.index.database import (
    BUSY_MS,
    MOVING,
    Database,
    Watch,
    manifest_of,
    require_identity,
    set_entry,
    version_of,
)
from rag.index.lock import HeldLock

LIBRARY = "library"  # the entry of the manifest that tells a library from all others
_LOCKS = 0x61736B70  # the space of our advisory locks in a database
_WRITING, _ANSWERING = 0, 1
_OLDEST = (13, 0)  # the first server that tells its snapshot
_CONNECTION = {
    "connect_timeout": "10",
    "tcp_user_timeout": "30000",
    "application_name": "askpapers",
}
_LOCK_TIMEOUT, _WRONG_TEXT = "55P03", "22021"
_GONE = ("08", "57P")  # how errors begin that say: no connection, or the server stops


def open_postgres(url: str, identity: Mapping[str, str], *, moving: bool = False) -> PostgreSQL:
    """Open the library in the database at a URL, made when that is empty.

    With `moving`, also one that has not been brought there in whole.

    Raises:
        NotALibraryError: the database holds something else, data of a newer version, or vectors
            of another identity.
        DatabaseServerError: the server does not answer.
        LibraryError: the database cannot be used.
    """
    database = PostgreSQL(url)
    try:
        with database.errors():
            _require_this_version(database, identity, moving=moving)
    except BaseException:
        database.close()
        raise
    return database


class PostgreSQL(Database):
    """One database of a server, for all processes of all machines that reach it."""

    def __init__(self, url: str) -> None:
        at = _address(url)
        shown = sa.URL.create("postgresql", host=at.host, port=at.port, database=at.database)
        self.name = shown.render_as_string()
        self.identity = self.name  # until it has been read
        # What goes wrong is raised, and told in a sentence: not logged with a trace besides.
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
        given = {key: value for key, value in _CONNECTION.items() if key not in at.query}
        self._engine = sa.create_engine(
            at, connect_args=given, pool_size=4, max_overflow=8, pool_pre_ping=True
        )
        options = self._engine.execution_options
        self._reading = options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._alone = options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state, whatever is committed beside it."""
        with self._reading.begin() as conn:
            yield conn

    @contextmanager
    def writing(self, wait_ms: int) -> Iterator[sa.Connection]:
        """A transaction beside which nobody else writes, durable when its block has ended."""
        with self._locked(_WRITING, wait_ms) as conn:
            yield conn

    @contextmanager
    def answering(self, wait_ms: int) -> Iterator[sa.Connection]:
        """A transaction beside which nobody else changes chats and answers."""
        with self._locked(_ANSWERING, wait_ms) as conn:
            yield conn

    def with_answers(self, conn: sa.Connection) -> None:
        """Let nobody else change chats and answers until this transaction of `writing` ends."""
        _lock(conn, _ANSWERING)  # always after the other lock: two never wait for each other

    @contextmanager
    def _locked(self, number: int, wait_ms: int) -> Iterator[sa.Connection]:
        wait = sa.func.set_config("lock_timeout", str(max(1, wait_ms)), True)
        with self._engine.begin() as conn:
            conn.execute(sa.select(wait))
            _lock(conn, number)
            yield conn

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate what SQLAlchemy raises in the block into sentences about this library."""
        try:
            yield
        except sa.exc.DBAPIError as error:
            raise self._translated(error) from error
        except sa.exc.TimeoutError as error:
            raise LibraryBusyError(
                f"The library {self.name} is asked by too many at once. Try again in a moment."
            ) from error
        except UnicodeEncodeError as error:
            raise LibraryError(
                f"A text that is not valid Unicode cannot be stored ({error.reason})."
            ) from error

    def _translated(self, error: sa.exc.DBAPIError) -> LibraryError:
        state = getattr(error.orig, "sqlstate", None) or ""
        cause = (str(error.orig).strip().splitlines() or ["no reason given"])[0]
        if state == _LOCK_TIMEOUT:
            return LibraryBusyError(
                f"The library {self.name} stayed locked by another process. Try again in a moment."
            )
        is_down = isinstance(error, sa.exc.OperationalError) and not state
        if error.connection_invalidated or is_down or state.startswith(_GONE):
            return DatabaseServerError(
                f"The database server of the library {self.name} does not answer ({cause}). "
                "What was written before is safe. Start the server, then run the same command "
                "again."
            )
        if state == _WRONG_TEXT or "NUL" in cause:
            return LibraryError(f"A text that PostgreSQL does not take cannot be stored ({cause}).")
        return LibraryError(f"The library {self.name} cannot be used ({cause}).")

    def watch(self) -> Watch:
        """Something that tells whether anybody has committed."""
        return _Snapshot(self._alone)

    def take(self, name: str) -> HeldLock | None:
        """A lock of this name among all who have the library open; None when one of them has it."""
        number = zlib.crc32(name.encode()) >> 1
        conn = self._alone.connect()
        if conn.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCKS, number))):
            return HeldLock(_OfConnection(conn, number))
        conn.close()
        return None

    def problems(self, conn: sa.Connection) -> list[str]:
        """Nothing: the server looks after its tables, and refuses rows that belong to nothing."""
        return []

    def copy_into(self, path: Path) -> None:
        """Refused: a server's own programs copy its databases, while others write on."""
        raise LibraryError(
            f"The library {self.name} is in PostgreSQL, which this command cannot copy to "
            f"{path.parent}. Use `pg_dump` for a backup and `pg_restore` to bring it back."
        )

    def forget_removed(self) -> bool:
        """True: what was deleted is the server's to overwrite (VACUUM)."""
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _lock(conn: sa.Connection, number: int) -> None:
    """Take a lock until the transaction ends.

    Each statement after this one sees what its holders have committed before.
    """
    conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCKS, number)))


class _Snapshot(Watch):
    """Which transactions a new one would see, as the server names them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._conn: sa.Connection | None = None

    def version(self) -> object:
        """Another value whenever another connection, in whichever process, has committed."""
        try:
            return self._asked()
        except sa.exc.DBAPIError:  # perhaps the server was started again
            self.close()
            return self._asked()

    def _asked(self) -> object:
        if self._conn is None:
            self._conn = self._engine.connect()
        return self._conn.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()

    def close(self) -> None:
        """Let go of its connection."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()


class _OfConnection:
    """A lock that is held for as long as its connection; whoever dies lets go of it."""

    def __init__(self, conn: sa.Connection, number: int) -> None:
        self._conn = conn
        self._number = number

    def release(self) -> None:
        """Let go; what a dead server held is free."""
        if self._conn.closed:
            return
        with suppress(sa.exc.DBAPIError):
            self._conn.execute(sa.select(sa.func.pg_advisory_unlock(_LOCKS, self._number)))
        self._conn.close()


# --- what is a library -----------------------------------------------------------------------


def _address(url: str) -> sa.URL:
    """The address with the driver that is used, whichever of its usual forms it has."""
    if find_spec("psycopg") is None:
        raise LibraryError(
            "DATABASE_URL needs the PostgreSQL driver: pip install 'askpapers[postgres]'."
        )
    return sa.make_url(url).set(drivername="postgresql+psycopg")


def _require_this_version(
    database: PostgreSQL, identity: Mapping[str, str], *, moving: bool
) -> None:
    with database.reading() as conn:
        _require_server(conn)
        found = manifest_of(conn)
    if not found:
        with database.writing(BUSY_MS) as conn:
            found = manifest_of(conn) or _created(conn, database.name, identity)
    if found.get("format") != "askpapers":
        raise _not_ours(database.name)
    if MOVING in found and not moving:
        raise NotALibraryError(
            f"A library was being moved to {database.name} and that did not end. "
            "Run `askpapers move` again."
        )
    version = version_of(found, database.name)
    require_identity(found, identity, database.name)
    if version < t.SCHEMA_VERSION:
        with database.writing(BUSY_MS) as conn:
            t.migrate(conn)
    database.identity = found[LIBRARY]


def _require_server(conn: sa.Connection) -> None:
    if (conn.dialect.server_version_info or _OLDEST) < _OLDEST:
        raise LibraryError("DATABASE_URL names a PostgreSQL server that is older than version 13.")
    encoding = conn.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise LibraryError(
            f"The database of DATABASE_URL keeps texts as {encoding}. Make one that keeps UTF8."
        )


def _created(conn: sa.Connection, name: str, identity: Mapping[str, str]) -> dict[str, str]:
    """Make a new library; the manifest it has then."""
    if sa.inspect(conn).get_table_names():
        raise _not_ours(name)
    t.create(conn, identity)
    t.SERVER.create_all(conn)
    set_entry(conn, LIBRARY, secrets.token_hex(16))
    return manifest_of(conn)


def _not_ours(name: str) -> NotALibraryError:
    return NotALibraryError(
        f"The database {name} holds something else than a library. Name an empty one in "
        "DATABASE_URL, or unset it."
    )
