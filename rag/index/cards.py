"""The card index of a library, by which papers are looked up for a citation: `cards.db`.

What a card says is taken from the record by a `Carder`, paper by paper, and follows the library, so
that a lookup in a library of any size reads only the cards it needs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.base.types import Paper
from rag.index.follower import Follower

FILE = "cards.db"
_FORM = "1"  # raise when tables change
_AT_ONCE = 2000  # papers whose rows are written together
_IDS_PER_QUERY = 400
_IN_TITLE, _IN_AUTHORS = 0, 1
_LETTERS = 31  # a letter is one of so many marks
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cards (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, authors TEXT NOT NULL,
    date TEXT NOT NULL, year INTEGER NOT NULL
);
CREATE INDEX cards_year ON cards (year);
CREATE TABLE places (
    word TEXT NOT NULL, field INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (word, field, seq)
) WITHOUT ROWID;
CREATE TABLE words (
    word TEXT PRIMARY KEY, n INTEGER NOT NULL, letters INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE keys (key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (key, seq)) WITHOUT ROWID;
CREATE INDEX keys_seq ON keys (seq);
CREATE TABLE names (
    name TEXT NOT NULL, seq INTEGER NOT NULL, weight REAL NOT NULL, PRIMARY KEY (name, seq)
) WITHOUT ROWID;
CREATE INDEX names_seq ON names (seq);
"""
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Card:
    """What a lookup needs of one paper. Title, authors, keys and names are folded.

    `keys` are what stands for this paper alone: DOI, arXiv number, address, citekey. `names` are
    names that mean it, each with how surely it does (0..1).
    """

    paper_id: str
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    keys: frozenset[str] = frozenset()
    names: Mapping[str, float] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The year of its date; 0 where there is none."""
        return int(self.date[:4] or 0)


Carder = Callable[[Paper], Card]


class Cards(Follower):
    """The cards of one library. Papers go by numbers that grow as they were added."""

    WHAT, TABLES, PAPERS = "cards", _TABLES, "cards"

    def __init__(self, path: Path | None, carder: Carder, version: str) -> None:
        """Cards kept at `path`, or in memory; `version` tells this carder from others."""
        super().__init__(path, f"{_FORM} {version}")
        self._carder = carder
        self._vocabulary: tuple[list[str], npt.NDArray[np.int64]] | None = None

    def _take(
        self, conn: sqlite3.Connection, papers: Iterable[Paper], numbers: Mapping[str, int]
    ) -> None:
        _take(conn, map(self._carder, papers), numbers)

    def _forget(self, conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
        return _forget(conn, ids)

    def _forget_answers(self) -> None:
        self._vocabulary = None

    # --- looking up --------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many papers there are."""
        return int(self._all("SELECT count(*) FROM cards")[0][0])

    @property
    def highest(self) -> int:
        """The highest number that a paper has; 0 without papers."""
        return int(self._all("SELECT coalesce(max(seq), 0) FROM cards")[0][0])

    def cards(self, numbers: Iterable[int]) -> dict[int, Card]:
        """The cards of these papers, without their keys and names."""
        query = "SELECT seq, id, title, authors, date FROM cards WHERE seq IN ({})"
        return {
            seq: Card(paper_id, title, tuple(authors.split("\n")) if authors else (), date)
            for seq, paper_id, title, authors, date in self._among(query, numbers)
        }

    def titled(self, word: str) -> Places:
        """Numbers of the papers with a word in the title."""
        return self._places(word, _IN_TITLE)

    def written_by(self, word: str) -> Places:
        """Numbers of the papers with a word in an author's name."""
        return self._places(word, _IN_AUTHORS)

    def spread(self, word: str) -> int:
        """In how many titles and author lists a word stands."""
        found = self._all("SELECT n FROM words WHERE word = ?", word)
        return int(found[0][0]) if found else 0

    def of_years(self, years: Iterable[int]) -> Places:
        """Numbers of the papers of these years."""
        query = "SELECT seq FROM cards WHERE year IN ({})"
        return np.array([row[0] for row in self._among(query, years)], np.int64)

    def with_key(self, key: str) -> list[int]:
        """Numbers of the papers for which an identifier stands."""
        return [row[0] for row in self._all("SELECT seq FROM keys WHERE key = ?", key)]

    def named(self, name: str) -> dict[int, float]:
        """The papers that a name means, each with how surely it does."""
        return dict(self._all("SELECT seq, weight FROM names WHERE name = ?", name))

    def beginning_with(self, beginning: str, most: int) -> list[str]:
        """Words with this beginning; none where there are more than `most`."""
        query = "SELECT word FROM words WHERE word >= ? AND word < ? LIMIT ?"
        found = self._all(query, beginning, beginning + "\U0010ffff", most + 1)
        return [row[0] for row in found] if len(found) <= most else []

    def spelt_like(self, word: str, edits: int) -> list[str]:
        """Words that may be so many edits away: their letters and lengths allow for it."""
        if not edits:
            return []
        with self._lock:
            if self._vocabulary is None:
                rows = self._all("SELECT word, letters FROM words")
                marks = np.array([row[1] for row in rows], np.int64)
                self._vocabulary = ([row[0] for row in rows], marks)
            words, marks = self._vocabulary
        other = marks ^ _marks(word)
        # One edit takes one letter away and brings another one.
        near = np.flatnonzero(_bits(other) <= 2 * edits)
        return [w for i in near if abs(len(w := words[i]) - len(word)) <= edits and w != word]

    def _places(self, word: str, in_field: int) -> Places:
        query = "SELECT seq FROM places WHERE word = ? AND field = ?"
        return np.array([row[0] for row in self._all(query, word, in_field)], np.int64)

    def _among(self, query: str, values: Iterable[int]) -> Iterator[Any]:
        """The rows of a query that takes a list, where "{}" stands."""
        left = iter(values)
        while batch := list(islice(left, _IDS_PER_QUERY)):
            yield from self._all(query.format(", ".join("?" * len(batch))), *batch)

    def _all(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._opened().execute(query, values).fetchall()


# --- rows ----------------------------------------------------------------------------------------


def _take(conn: sqlite3.Connection, cards: Iterable[Card], numbers: Mapping[str, int]) -> None:
    """Write cards; papers that were known keep their `numbers`."""
    (last,) = conn.execute("SELECT coalesce(max(seq), 0) FROM cards").fetchone()
    numbered = enumerate(cards, max(last, *numbers.values(), 0) + 1)
    while batch := list(islice(numbered, _AT_ONCE)):
        _write(conn, [(numbers.get(card.paper_id, number), card) for number, card in batch])


def _write(conn: sqlite3.Connection, numbered: Sequence[tuple[int, Card]]) -> None:
    held: dict[str, int] = {}
    places: list[tuple[str, int, int]] = []
    for number, card in numbered:
        for word, in_field in _words(card.title, card.authors):
            held[word] = held.get(word, 0) + 1
            places.append((word, in_field, number))
    conn.executemany(
        "INSERT INTO cards VALUES (?, ?, ?, ?, ?, ?)",
        [(n, c.paper_id, c.title, "\n".join(c.authors), c.date, c.year) for n, c in numbered],
    )
    conn.executemany("INSERT INTO places VALUES (?, ?, ?)", sorted(places))
    conn.executemany(
        "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT (word) DO UPDATE SET n = n + excluded.n",
        [(word, n, _marks(word)) for word, n in sorted(held.items())],
    )
    keys = sorted((key, n) for n, card in numbered for key in card.keys)
    conn.executemany("INSERT INTO keys VALUES (?, ?)", keys)
    names = sorted((name, n, weight) for n, c in numbered for name, weight in c.names.items())
    conn.executemany("INSERT INTO names VALUES (?, ?, ?)", names)


def _forget(conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Take papers' cards away; gives the numbers of those that were known."""
    numbers: dict[str, int] = {}
    for paper_id in ids:
        query = "SELECT seq, title, authors FROM cards WHERE id = ?"
        row = conn.execute(query, [paper_id]).fetchone()
        if row is None:
            continue
        number, title, authors = row
        numbers[paper_id] = number
        for word, in_field in _words(title, authors.split("\n")):
            where = [word, in_field, number]
            conn.execute("DELETE FROM places WHERE word = ? AND field = ? AND seq = ?", where)
            conn.execute("UPDATE words SET n = n - 1 WHERE word = ?", [word])
            conn.execute("DELETE FROM words WHERE word = ? AND n < 1", [word])
        for table in ("keys", "names", "cards"):
            conn.execute(f"DELETE FROM {table} WHERE seq = ?", [number])  # noqa: S608
    return numbers


def _words(title: str, authors: Iterable[str]) -> Iterator[tuple[str, int]]:
    """The words of a card, each once for the title and once for the authors."""
    yield from ((word, _IN_TITLE) for word in set(title.split()))
    yield from ((word, _IN_AUTHORS) for word in {w for name in authors for w in name.split()})


def _marks(word: str) -> int:
    """Which letters a word has, one bit a letter."""
    marks = 0
    for letter in word:
        marks |= 1 << (ord(letter) % _LETTERS)
    return marks


def _bits(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many bits of each value below 2**31 are set."""
    pairs = values - ((values >> 1) & 0x55555555)
    fours = (pairs & 0x33333333) + ((pairs >> 2) & 0x33333333)
    eights = (fours + (fours >> 4)) & 0x0F0F0F0F
    counts: npt.NDArray[np.int64] = ((eights * 0x01010101) >> 24) & 0xFF
    return counts
