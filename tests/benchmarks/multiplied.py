"""A library of more papers than there are records: one of real records, multiplied.

Each round takes every paper again under another id, title and text. One word of three is put in
the place of another of its length, so that sentences and offsets stay; words in capitals and
invented ones get other letters. Vectors of passages are turned a little (cosine 0.9), those of
sentences stay, and so do authors and years. The rows are written as they are stored, for adding
250,000 papers takes an hour; all indexes are built from them by the program's own code.
"""

from __future__ import annotations

import hashlib
import random
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag.base.types import Paper
from rag.index.records import content_hash
from rag.ingest.merge import identity_key

_AT_ONCE = 2000  # papers read and written together
_SAMPLE = 5000  # abstracts that words are taken from
_TURN = 0.5  # length of what is added to a vector of length 1
_WORD = re.compile(r"[A-Za-z]{4,}")
_NUMBER = re.compile(r"\d+$")  # at the end of a title: which record of all it is

Row = dict[str, object]


def multiply(source: Path, folder: Path, count: int) -> None:
    """Make a library of `count` papers in a new folder out of a smaller one, without indexes."""
    folder.mkdir(mode=0o700, parents=True)
    database = folder / "library.db"
    _copy(source / "library.db", database)
    with closing(sqlite3.connect(database, isolation_level=None)) as conn:
        conn.row_factory = sqlite3.Row
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000"):
            conn.execute(f"PRAGMA {pragma}")
        conn.execute("BEGIN")
        conn.execute("DELETE FROM manifest WHERE key LIKE 'cache.%'")
        (known,) = conn.execute("SELECT count(*) FROM papers").fetchone()
        others = _Others.of(conn)
        for turn, start in enumerate(range(known, count, known), 1):
            _round(conn, others, turn, min(known, count - start))
        conn.execute("COMMIT")
    shutil.copytree(source / "originals", folder / "originals", dirs_exist_ok=True)


def _copy(source: Path, target: Path) -> None:
    """As it is at this moment, whatever stands in its log of changes."""
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as conn:
        conn.execute("VACUUM INTO ?", [str(target)])


def _round(conn: sqlite3.Connection, others: _Others, turn: int, papers: int) -> None:
    entries = dict(conn.execute("SELECT key, value FROM manifest").fetchall())
    revision = int(entries["revision"])
    (last,) = conn.execute("SELECT max(seq) FROM papers").fetchone()
    rng = np.random.default_rng(turn)
    first = conn.execute("SELECT * FROM papers ORDER BY seq LIMIT ?", [papers]).fetchall()
    for at in range(0, papers, _AT_ONCE):
        some = first[at : at + _AT_ONCE]
        authors = _hanging(conn, "paper_authors", some)
        rows = [
            _altered(dict(row), authors[row["id"]], others, turn, last + at + i + 1)
            for i, row in enumerate(some)
        ]
        for i, row in enumerate(rows):
            row["added"] = row["revision"] = revision + at + i + 1
        _insert(conn, "papers", rows)
        _hang(conn, some, turn, rng)
    reached = [(str(revision + papers), key) for key in ("revision", "text_revision")]
    conn.executemany("UPDATE manifest SET value = ? WHERE key = ?", reached)


def _hang(
    conn: sqlite3.Connection, papers: list[sqlite3.Row], turn: int, rng: np.random.Generator
) -> None:
    """Write all that hangs on papers once more, for their new ids."""
    for table in ("paper_authors", "paper_orgs", "sources"):
        rows = [row for own in _hanging(conn, table, papers).values() for row in own]
        moved = [{**row, "paper_id": _new_id(row["paper_id"], turn)} for row in rows]
        _insert(conn, table, [{k: v for k, v in row.items() if k != "seq"} for row in moved])
    chunks = [row for own in _hanging(conn, "chunks", papers).values() for row in own]
    ids = {str(row["id"]): f"{_new_id(row['paper_id'], turn)}:{row['ordinal']}" for row in chunks}
    turned = _turned(chunks, rng)
    new = [
        {**row, "id": ids[str(row["id"])], "paper_id": _new_id(row["paper_id"], turn), "vector": v}
        for row, v in zip(chunks, turned, strict=True)
    ]
    _insert(conn, "chunks", new)
    conn.executemany(
        "INSERT INTO sentences SELECT ?, spans, vectors FROM sentences WHERE chunk_id = ?",
        [(new_id, old) for old, new_id in ids.items()],
    )


def _hanging(
    conn: sqlite3.Connection, table: str, papers: list[sqlite3.Row]
) -> defaultdict[str, list[Row]]:
    """The rows of a table that hang on papers, by their ids."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    query = f"SELECT * FROM {table} WHERE paper_id = ? ORDER BY rowid"
    for paper in papers:
        found[paper["id"]] += map(dict, conn.execute(query, [paper["id"]]))
    return found


def _altered(row: Row, authors: list[Row], others: _Others, turn: int, number: int) -> Row:
    chance = random.Random(number)
    title = others.words(str(row["title"]), turn, chance)
    abstract = others.words(str(row["abstract"]), turn, chance)
    title = _NUMBER.sub("", title) + str(number - 1)
    printed = [str(a["name"]) for a in sorted(authors, key=lambda a: int(str(a["position"])))]
    paper = Paper(id="", title=title, authors=tuple(printed), abstract=abstract)
    return {
        **row,
        "seq": number,
        "id": _new_id(row["id"], turn),
        "identity_key": identity_key(paper),
        "citekey": f"{row['citekey']}v{turn}" if row["citekey"] else None,
        "title": title,
        "abstract": abstract,
        "content_hash": content_hash(title, abstract),
    }


def _new_id(paper_id: object, turn: int) -> str:
    return hashlib.sha256(f"{paper_id} {turn}".encode()).hexdigest()[:12]


def _turned(chunks: list[Row], rng: np.random.Generator) -> Iterator[bytes]:
    vectors = np.array([np.frombuffer(row["vector"], "<f4") for row in chunks])  # type: ignore[call-overload]
    more = rng.standard_normal(vectors.shape)
    vectors = vectors + _TURN * more / np.linalg.norm(more, axis=1, keepdims=True)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vector.tobytes() for vector in vectors.astype("<f4"))


def _insert(conn: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        names, places = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        statement = f"INSERT INTO {table} ({names}) VALUES ({places})"
        conn.executemany(statement, [tuple(row.values()) for row in rows])


@dataclass(frozen=True, slots=True)
class _Others:
    """Words of a library by their length, each as often as it is said."""

    by_length: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, conn: sqlite3.Connection) -> _Others:
        """The words of the first abstracts."""
        others = cls()
        for (text,) in conn.execute("SELECT abstract FROM papers LIMIT ?", [_SAMPLE]).fetchall():
            for word in filter(str.islower, _WORD.findall(text)):
                others.by_length[len(word)].append(word)
        return others

    def words(self, text: str, turn: int, chance: random.Random) -> str:
        """A text with other words, each as long as the one in whose place it stands."""

        def other(found: re.Match[str]) -> str:
            word = found.group()
            if not (word.islower() or word.istitle()):
                return "".join(_shifted(letter, turn) for letter in word)
            known = self.by_length.get(len(word))
            if not known or chance.random() > 1 / 3:
                return word
            new = known[int(chance.random() * len(known))]
            return new.title() if word.istitle() else new

        return _WORD.sub(other, text)


def _shifted(letter: str, by: int) -> str:
    first = ord("a" if letter.islower() else "A")
    return chr(first + (ord(letter) - first + by) % 26)
