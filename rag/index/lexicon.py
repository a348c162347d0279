"""The names and words of a library, looked up one by one in a file of their own: `names.db`.

What is in it was taken from the records by a miner, paper by paper, and follows the library.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.base.types import Paper
from rag.index.facts import TABLES, Claim, Miner, PaperFacts, forget, take
from rag.index.follower import Follower

FILE = "names.db"
_FORM = "2"  # raise when tables change
_REMEMBERED = 20_000  # answers
_HIGHEST = "\U0010ffff"


class Lexicon(Follower):
    """The names of one library."""

    WHAT, TABLES, PAPERS = "names", TABLES, "papers"

    def __init__(self, path: Path | None, miner: Miner, version: str) -> None:
        """Names kept at `path`, or in memory; `version` tells this miner from others."""
        super().__init__(path, f"{_FORM} {version}")
        self._miner = miner
        self._known: dict[tuple[str, tuple[object, ...]], list[Any]] = {}

    def facts(self, papers: Iterable[Paper]) -> list[PaperFacts]:
        """What each of these papers adds."""
        return [self._miner(paper) for paper in papers]

    def _take(
        self, conn: sqlite3.Connection, papers: Iterable[Paper], numbers: Mapping[str, int]
    ) -> None:
        take(conn, papers, self._miner, numbers)

    def _forget(self, conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
        return forget(conn, ids)

    def _forget_answers(self) -> None:
        self._known.clear()

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
        """`most` papers that claim a name, the surest first, then the oldest: (paper id, claim)."""
        query = (
            "SELECT paper_id, printed, weight FROM claims WHERE name = ? "
            "ORDER BY weight DESC, seq LIMIT ?"
        )
        return [(row[0], Claim(row[1], row[2])) for row in self._all(query, key, most)]

    def begins_claim(self, word: str) -> bool:
        """Whether a name of several words that papers claim begins with this one."""
        query = "SELECT 1 FROM claims WHERE name > ? AND name < ? LIMIT 1"
        return self._one(query, *_behind(word)) is not None

    def claimed(self) -> list[str]:
        """All names that any paper claims."""
        return self._column("SELECT DISTINCT name FROM claims")

    def person(self, folded: str) -> str | None:
        """The author of a folded full name, as first printed."""
        query = "SELECT printed FROM people WHERE folded = ? ORDER BY place LIMIT 1"
        return next(iter(self._column(query, folded)), None)

    def begins_person(self, word: str) -> bool:
        """Whether the folded full name of an author begins with this word and goes on."""
        query = "SELECT 1 FROM people WHERE folded > ? AND folded < ? LIMIT 1"
        return self._one(query, *_behind(word)) is not None

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
        return self._column(query, word, *_behind(word))

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


def _behind(word: str) -> tuple[str, str]:
    """Between which two stands all that begins with a word and has others behind it."""
    return f"{word} ", f"{word} {_HIGHEST}"


def _shelf(word: str, edits: int) -> tuple[str, str, int, int]:
    """The first letter, what comes after all its words, and the lengths within so many edits."""
    return word[:1], word[:1] + _HIGHEST, len(word) - edits, len(word) + edits
