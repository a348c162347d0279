"""Where the papers of a library are found by what a record says of itself: `places.db`.

A place is an identifier, a title, a citekey: any text that the caller has papers stand at. Only
its hash is kept, so that no words of a paper lie here. A cache that follows the library paper by
paper, so that adding one paper to a large library costs one paper; where no file can be kept, it
lives in memory.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

from rag.base.types import Paper
from rag.index.catalog import Catalog
from rag.index.follower import BUSY_S, delete_database, writing
from rag.index.readonce import ReadOnce
from rag.index.records import in_batches

logger = logging.getLogger(__name__)

FILE = "places.db"
PlacesOf = Callable[[Paper], Iterable[str]]

_AT_ONCE = 2000  # papers whose rows are written together
_FORM = 1  # raise when the tables change
_TABLES = """
DROP TABLE IF EXISTS meta;
DROP TABLE IF EXISTS papers;
DROP TABLE IF EXISTS places;
CREATE TABLE meta (form TEXT NOT NULL, revision INTEGER NOT NULL);
CREATE TABLE papers (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE places (place INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (place, seq))
    WITHOUT ROWID;
CREATE INDEX places_seq ON places (seq);
"""


_AMONG = (
    "SELECT place, papers.id FROM places JOIN papers USING (seq) "
    "WHERE place IN ({}) ORDER BY places.seq"
)


class Places:
    """The places of one library's papers; for one thread at a time."""

    def __init__(self, folder: Path, places_of: PlacesOf, version: str) -> None:
        """Places kept in a library's folder; `version` tells this `places_of` from others."""
        self._places_of = places_of
        self._form = f"{_FORM} {version}"
        self._conn = self._opened(folder / FILE)

    def close(self) -> None:
        """Let go of the file."""
        self._conn.close()

    def ids(self, place: str) -> list[str]:
        """The papers that stand at a place, those first that were taken in first."""
        return self.at([place])[place]

    def at(self, places: Iterable[str]) -> dict[str, list[str]]:
        """The same of many places: one query for hundreds."""
        wanted = {place: _hashed(place) for place in places}
        found: dict[int, list[str]] = {hashed: [] for hashed in wanted.values()}
        for batch in in_batches(found):
            among = ", ".join("?" * len(batch))
            for hashed, paper_id in self._conn.execute(_AMONG.format(among), batch):
                found[hashed].append(paper_id)
        return {place: found[hashed] for place, hashed in wanted.items()}

    def follow(self, catalog: Catalog | ReadOnce) -> None:
        """Take in what has changed since the last time, in whichever process."""
        if self._revision() != catalog.text_revision():
            with writing(self._conn):
                self._take_in(catalog)

    def _take_in(self, catalog: Catalog | ReadOnce) -> None:
        changes, papers = catalog.paper_changes(self._revision())
        if not changes.complete:
            self._forget(changes.stale)
            self._take(papers)
        (held,) = self._conn.execute("SELECT count(*) FROM papers").fetchone()
        if changes.complete or held != changes.papers:
            self._make_tables()
            changes, papers = catalog.paper_changes(0)
            self._take(papers)
        self._conn.execute("UPDATE meta SET revision = ?", [changes.revision])

    def _take(self, papers: Iterable[Paper]) -> None:
        owned = "SELECT seq FROM papers WHERE id = ?"
        for batch in in_batches(papers, _AT_ONCE):
            ids = [(paper.id,) for paper in batch]
            rows = {
                (_hashed(place), paper.id) for paper in batch for place in self._places_of(paper)
            }
            self._conn.executemany("INSERT OR IGNORE INTO papers (id) VALUES (?)", ids)
            self._conn.executemany(f"DELETE FROM places WHERE seq = ({owned})", ids)  # noqa: S608
            self._conn.executemany(f"INSERT INTO places VALUES (?, ({owned}))", rows)  # noqa: S608

    def _forget(self, ids: Iterable[str]) -> None:
        for paper_id in ids:
            owned = "SELECT seq FROM papers WHERE id = ?"
            self._conn.execute(f"DELETE FROM places WHERE seq IN ({owned})", [paper_id])  # noqa: S608
            self._conn.execute("DELETE FROM papers WHERE id = ?", [paper_id])

    def _revision(self) -> int:
        (revision,) = self._conn.execute("SELECT revision FROM meta").fetchone()
        return int(revision)

    def _opened(self, path: Path) -> sqlite3.Connection:
        """The file, made anew where it is damaged; or a place in memory."""
        try:
            return self._connected(path)
        except sqlite3.OperationalError as error:
            logger.warning("places are kept in memory: %s", error)
        except sqlite3.DatabaseError as error:
            logger.warning("places are read anew: %s", error)
            delete_database(path)
            return self._connected(path)
        return self._connected(None)

    def _connected(self, path: Path | None) -> sqlite3.Connection:
        where = ":memory:" if path is None else path
        self._conn = sqlite3.connect(
            where, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in ("journal_mode = WAL", "synchronous = NORMAL"):
                self._conn.execute(f"PRAGMA {pragma}")
            if self._form_kept() != self._form:
                with writing(self._conn):
                    self._make_tables()
        except BaseException:
            self._conn.close()
            raise
        return self._conn

    def _form_kept(self) -> str | None:
        named = "SELECT 1 FROM sqlite_master WHERE name = 'meta'"
        if not self._conn.execute(named).fetchone():
            return None
        row = self._conn.execute("SELECT form FROM meta").fetchone()
        return row[0] if row else None

    def _make_tables(self) -> None:
        for statement in filter(str.strip, _TABLES.split(";")):
            self._conn.execute(statement)
        self._conn.execute("INSERT INTO meta VALUES (?, 0)", [self._form])


def _hashed(place: str) -> int:
    """Sixty-four bits of a place: among a thousand million of them, two are hardly ever alike."""
    digest = hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
