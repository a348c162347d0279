"""The names and words of a library, looked up one by one in a file of their own: `names.db`.

A cache: whatever is in it was taken from the records by a miner, paper by paper, and is taken again
when the file is missing, damaged or of another miner. It follows the library paper by paper, so
that opening a large library costs nothing and adding one paper costs one paper. Where no file can
be kept, it lives in memory.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rag.base.types import Paper
from rag.index.catalog import Catalog
from rag.index.facts import (
    Claim,
    Miner,
    PaperFacts,
    forget,
    make_tables,
    open_file,
    set_entry,
    take,
    writing,
)

logger = logging.getLogger(__name__)

FILE = "names.db"
_FORM = "1"  # raise when tables change
_REMEMBERED = 20_000  # answers
_HIGHEST = "\U0010ffff"


class Lexicon:
    """The names of one library, for all threads of one process.

    It answers for the state of the library at the last `follow`.
    """

    def __init__(self, path: Path | None, miner: Miner, version: str) -> None:
        """Names kept at `path`, or in memory; `version` tells this miner from others."""
        self._path = path
        self._miner = miner
        self._form = f"{_FORM} {version}"
        self._lock = threading.RLock()
        self._conn: sqlite3.Connection | None = None
        self._followed = -1  # the revision that this object has seen
        self._known: dict[tuple[str, tuple[object, ...]], list[Any]] = {}

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            conn, self._conn = self._conn, None
            self._known.clear()
            if conn is not None:
                conn.close()

    # --- following the library --------------------------------------------------------------

    def follow(self, catalog: Catalog) -> None:
        """Take in what has changed since the last time, in whichever process."""
        with self._lock:
            try:
                self._follow(catalog)
            except sqlite3.Error as error:
                logger.warning("names are kept in memory: %s", error)
                self.close()
                self._path, self._followed = None, -1
                self._follow(catalog)

    def rebuild(self, catalog: Catalog) -> None:
        """Take in the whole library anew."""
        with self._lock:
            self.close()
            _delete(self._path)
            self._followed = -1
            self.follow(catalog)

    def learn(self, papers: Iterable[Paper]) -> None:
        """Take in papers that are in no library."""
        with self._lock, writing(self._opened()):
            self._known.clear()
            take(self._opened(), papers, self._miner, {})

    def facts(self, papers: Iterable[Paper]) -> list[PaperFacts]:
        """What each of these papers adds."""
        return [self._miner(paper) for paper in papers]

    def _follow(self, catalog: Catalog) -> None:
        revision = catalog.text_revision()
        if revision == self._followed:
            return
        if self._revision() != revision:
            revision = self._taken_in(catalog, self._opened())
        self._known.clear()
        self._followed = revision

    def _taken_in(self, catalog: Catalog, conn: sqlite3.Connection) -> int:
        """Take in what has changed; the revision that is reached."""
        with writing(conn):
            changes, papers = catalog.paper_changes(self._revision())
            if not changes.complete:
                places = forget(conn, changes.stale.union(changes.current))
                take(conn, papers, self._miner, places)
            (held,) = conn.execute("SELECT count(*) FROM papers").fetchone()
            if changes.complete or held != changes.papers:
                make_tables(conn, self._form)
                changes, papers = catalog.paper_changes(0)
                take(conn, papers, self._miner, {})
            set_entry(conn, "revision", changes.revision)
        if changes.removed:  # their words must not stay in the log of changes
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return changes.revision

    def _revision(self) -> int:
        found = self._opened().execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(found[0]) if found else 0

    def _opened(self) -> sqlite3.Connection:
        if self._conn is None:
            try:
                self._conn = open_file(self._path, self._form)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError as error:
                logger.warning("names are read anew: %s", error)
                _delete(self._path)
                self._conn = open_file(self._path, self._form)
        return self._conn

    # --- looking up -------------------------------------------------------------------------

    @property
    def paper_count(self) -> int:
        """How many papers there are."""
        return int(self._one("SELECT count(*) FROM papers") or 0)

    def word_count(self, word: str) -> int:
        """How many papers have a lower-case word."""
        return int(self._one("SELECT n FROM words WHERE word = ?", word) or 0)

    def stem_count(self, stemmed: str) -> int:
        """How many papers have a word with this stem."""
        return int(self._one("SELECT n FROM stems WHERE word = ?", stemmed) or 0)

    def words_like(self, word: str, edits: int) -> list[str]:
        """Words that begin like one and are as long but for `edits` letters, commonest first."""
        query = (
            "SELECT word FROM words WHERE word >= ? AND word < ? AND length(word) BETWEEN ? AND ? "
            "ORDER BY n DESC, word"
        )
        return self._column(query, *_shelf(word, edits))

    def claims(self, key: str, most: int) -> list[tuple[str, Claim]]:
        """The first `most` papers that claim a name, oldest first: (paper id, claim)."""
        query = "SELECT paper_id, printed, weight FROM claims WHERE name = ? ORDER BY seq LIMIT ?"
        return [(row[0], Claim(row[1], row[2])) for row in self._all(query, key, most)]

    def claimed(self) -> list[str]:
        """All names that any paper claims."""
        return self._column("SELECT DISTINCT name FROM claims")

    def person(self, folded: str) -> str | None:
        """The author of a folded full name, as first printed."""
        query = "SELECT printed FROM people WHERE folded = ? ORDER BY place LIMIT 1"
        return next(iter(self._column(query, folded)), None)

    def full_names(self) -> list[str]:
        """The folded full names of all authors, oldest paper first."""
        return self._column("SELECT folded FROM people WHERE folded != '' ORDER BY place")

    def family(self, folded: str) -> list[str]:
        """The authors of a folded family name, with its particles or without, oldest first."""
        query = "SELECT printed FROM people WHERE family = ? OR last = ? ORDER BY place"
        return self._column(query, folded, folded)

    def families_like(self, family: str, edits: int) -> list[str]:
        """Folded family names that begin like one and are about as long, commonest first."""
        query = (
            "SELECT f FROM (SELECT family f, n FROM people WHERE family >= ? AND family < ? "
            "UNION ALL SELECT last, n FROM people WHERE last >= ? AND last < ? AND last != family) "
            "WHERE length(f) BETWEEN ? AND ? GROUP BY f ORDER BY sum(n) DESC, f"
        )
        first, beyond, least, most = _shelf(family, edits)
        return self._column(query, first, beyond, first, beyond, least, most)

    def given(self, folded: str) -> list[str]:
        """The authors with this first given name, oldest paper first."""
        return self._column("SELECT printed FROM people WHERE given = ? ORDER BY place", folded)

    def org(self, folded: str) -> str | None:
        """An organisation as first printed."""
        query = "SELECT printed FROM orgs WHERE folded = ? ORDER BY place LIMIT 1"
        return next(iter(self._column(query, folded)), None)

    def orgs_beginning(self, word: str) -> list[str]:
        """Organisations whose folded name has this first word, one spelling each."""
        query = (
            "SELECT printed, min(place) FROM orgs WHERE folded = ? OR (folded > ? AND folded < ?) "
            "GROUP BY folded"
        )
        return self._column(query, word, f"{word} ", f"{word} {_HIGHEST}")

    def categories(self) -> list[str]:
        """The categories of papers."""
        return self._column("SELECT word FROM categories")

    def title(self, paper_id: str) -> str:
        """The folded title of a paper; empty where there is no such paper."""
        return self._one("SELECT title FROM papers WHERE id = ?", paper_id) or ""

    def opened_by(self, words: Sequence[str]) -> dict[str, str]:
        """The papers whose folded title begins with these two words, with it, oldest first."""
        query = "SELECT id, title FROM papers WHERE opening = ? ORDER BY seq"
        return dict(self._all(query, " ".join(words)))

    def has_title(self, folded: str, *, inside: bool) -> bool:
        """Whether a title begins with these folded words, or also has them `inside`."""
        found = "instr(title, ?) > 0" if inside else "instr(title, ?) = 1"
        return self._one(f"SELECT 1 FROM papers WHERE {found} LIMIT 1", folded) is not None  # noqa: S608

    def _one(self, query: str, *values: object) -> Any:
        """The first column of the first row."""
        rows = self._all(query, *values)
        return rows[0][0] if rows else None

    def _column(self, query: str, *values: object) -> list[Any]:
        return [row[0] for row in self._all(query, *values)]

    def _all(self, query: str, *values: object) -> list[Any]:
        """The rows of a query; a question asks for the same few hundred again and again."""
        asked = (query, values)
        with self._lock:
            if asked not in self._known:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[asked] = self._opened().execute(query, values).fetchall()
            return self._known[asked]


def _shelf(word: str, edits: int) -> tuple[str, str, int, int]:
    """The first letter, what comes after all its words, and the lengths within so many edits."""
    return word[:1], word[:1] + _HIGHEST, len(word) - edits, len(word) + edits


def _delete(path: Path | None) -> None:
    if path is not None:
        for ending in ("", "-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
