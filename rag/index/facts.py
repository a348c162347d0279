"""What a paper adds to the names of its library, as rows of `names.db`.

Every row but those of a paper itself counts the papers that it was taken from, so that a paper can
be taken in or forgotten without looking at the others.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rag.base.types import Paper

_PAPERS_AT_ONCE = 2000  # whose counts are gathered before they are written
_AUTHORS = 100_000  # more than a paper has: places of people run by paper, then by author

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE papers (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, title TEXT NOT NULL, opening TEXT NOT NULL,
    counted BLOB NOT NULL
);
CREATE INDEX papers_opening ON papers (opening);
CREATE TABLE words (word TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE stems (word TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE categories (word TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE orgs (
    folded TEXT NOT NULL, printed TEXT NOT NULL, place INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (folded, printed)
) WITHOUT ROWID;
CREATE TABLE people (
    printed TEXT PRIMARY KEY, folded TEXT NOT NULL, family TEXT NOT NULL, last TEXT NOT NULL,
    given TEXT NOT NULL, place INTEGER NOT NULL, n INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX people_folded ON people (folded);
CREATE INDEX people_family ON people (family);
CREATE INDEX people_last ON people (last);
CREATE INDEX people_given ON people (given);
CREATE TABLE claims (
    name TEXT NOT NULL, seq INTEGER NOT NULL, paper_id TEXT NOT NULL, printed TEXT NOT NULL,
    weight REAL NOT NULL, PRIMARY KEY (name, seq)
) WITHOUT ROWID;
CREATE INDEX claims_paper ON claims (paper_id);
"""
_COUNTED = ("words", "stems", "categories")
_KEYS = dict.fromkeys(_COUNTED, "word") | {"people": "printed", "orgs": "printed"}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """An author: the name as printed, and its folded parts; `given` is the first given name."""

    printed: str
    folded: str
    family: str
    last: str
    given: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A name that means a paper, as printed there, and how surely it does (0..1)."""

    printed: str
    weight: float


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What one paper adds to the names of its library.

    `title` is folded; `words` are lower-case tokens and `stems` stemmed words, each once; `orgs`
    are names as printed by their folded form, `claims` by the key under which names are compared.
    """

    title: str = ""
    category: str = ""
    words: tuple[str, ...] = ()
    stems: tuple[str, ...] = ()
    people: tuple[KnownPerson, ...] = ()
    orgs: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)


Miner = Callable[[Paper], PaperFacts]


# --- writing ---------------------------------------------------------------------------------


def take(
    conn: sqlite3.Connection, papers: Iterable[Paper], miner: Miner, places: Mapping[str, int]
) -> None:
    """Write what the papers add; those that were known keep their `places` in the order."""
    (last,) = conn.execute("SELECT coalesce(max(seq), 0) FROM papers").fetchone()
    batch = _Batch()
    for number, paper in enumerate(papers, max(last, *places.values(), 0) + 1):
        batch.add(places.get(paper.id, number), paper.id, miner(paper))
        if len(batch.papers) == _PAPERS_AT_ONCE:
            batch.write(conn)
            batch = _Batch()
    batch.write(conn)


def forget(conn: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Take away what these papers added; gives their places in the order, where they were known."""
    places: dict[str, int] = {}
    for paper_id in ids:
        row = conn.execute("SELECT seq, counted FROM papers WHERE id = ?", [paper_id]).fetchone()
        if row is None:
            continue
        places[paper_id], counted = row[0], json.loads(zlib.decompress(row[1]))
        counted |= {table: counted[table].split(" ") for table in ("words", "stems")}
        for table, key in _KEYS.items():
            values = [(value,) for value in counted[table]]
            conn.executemany(f"UPDATE {table} SET n = n - 1 WHERE {key} = ?", values)  # noqa: S608
            conn.executemany(f"DELETE FROM {table} WHERE {key} = ? AND n < 1", values)  # noqa: S608
        conn.execute("DELETE FROM claims WHERE paper_id = ?", [paper_id])
        conn.execute("DELETE FROM papers WHERE id = ?", [paper_id])
    return places


class _Batch:
    """The facts of some papers, gathered into the rows that they make."""

    def __init__(self) -> None:
        self.papers: list[tuple[object, ...]] = []
        self._counts: dict[str, Counter[str]] = {table: Counter() for table in _COUNTED}
        self._people: dict[str, list[Any]] = {}
        self._orgs: dict[tuple[str, str], list[Any]] = {}
        self._claims: list[tuple[object, ...]] = []

    def add(self, seq: int, paper_id: str, facts: PaperFacts) -> None:
        """Take in a paper."""
        categories = [facts.category] if facts.category else []
        counts = zip(_COUNTED, (facts.words, facts.stems, categories), strict=True)
        for table, values in counts:
            self._counts[table].update(values)
        counted = {
            "words": " ".join(facts.words),  # in one piece: a list takes five times as long
            "stems": " ".join(facts.stems),
            "categories": categories,
            "people": list(dict.fromkeys(person.printed for person in facts.people)),
            "orgs": list(facts.orgs.values()),
        }
        for position, person in enumerate(dict.fromkeys(facts.people)):
            parts = (person.printed, person.folded, person.family, person.last, person.given)
            _count_row(self._people, person.printed, [*parts, seq * _AUTHORS + position])
        for folded, printed in facts.orgs.items():
            _count_row(self._orgs, (folded, printed), [folded, printed, seq])
        self._claims += [
            (name, seq, paper_id, claim.printed, claim.weight)
            for name, claim in facts.claims.items()
        ]
        opening = " ".join(facts.title.split()[:2])
        packed = zlib.compress(json.dumps(counted).encode(), 1)
        self.papers.append((paper_id, seq, facts.title, opening, packed))

    def write(self, conn: sqlite3.Connection) -> None:
        """Write the rows, added to what is there."""
        for table, counts in self._counts.items():
            conn.executemany(_counting(table, "?, ?", "word"), sorted(counts.items()))
        people = _counting("people", "?, ?, ?, ?, ?, ?, ?", "printed")
        conn.executemany(people, self._people.values())
        conn.executemany(_counting("orgs", "?, ?, ?, ?", "folded, printed"), self._orgs.values())
        conn.executemany("INSERT INTO claims VALUES (?, ?, ?, ?, ?)", self._claims)
        conn.executemany("INSERT INTO papers VALUES (?, ?, ?, ?, ?)", self.papers)


def _counting(table: str, values: str, key: str) -> str:
    more = f"ON CONFLICT ({key}) DO UPDATE SET n = n + excluded.n"
    return f"INSERT INTO {table} VALUES ({values}) {more}"  # noqa: S608 - our own names


def _count_row(rows: dict[Any, list[Any]], key: object, row: list[Any]) -> None:
    """One more paper for a row, which ends with their number."""
    held = rows.setdefault(key, [*row, 0])
    held[-1] += 1
