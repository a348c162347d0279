"""Libraries of older versions: each opens as it was, and a step that fails changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from made_papers import IDENTITY, paper, put, query_words

from rag.base.errors import LibraryBusyError, LibraryError, NotALibraryError
from rag.index import schema
from rag.index.store import Store

DATA = Path(__file__).parents[1] / "data"
NOW = schema.SCHEMA_VERSION

pytestmark = pytest.mark.usefixtures("without_chroma")


@pytest.fixture
def filled(folder: Path) -> Path:
    """A closed library of two papers, of the present version."""
    with Store.open(folder, identity=IDENTITY) as store, store.writer() as writer:
        put(writer, 1, 2)
    return folder


def _add_notes(conn: sa.Connection) -> None:
    conn.execute(sa.text("CREATE TABLE notes (text TEXT)"))


def test_an_older_library_is_taken_to_this_version(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    monkeypatch.setattr(schema, "SCHEMA_VERSION", NOW + 2)
    monkeypatch.setattr(
        schema,
        "MIGRATIONS",
        {NOW: lambda conn: (_add_notes(conn), steps.append(1)), NOW + 1: lambda _: steps.append(2)},
    )
    for _ in range(2):
        with Store.open(filled, identity=IDENTITY) as store:
            assert store.get(["p1"])["p1"] == paper(1)
    assert steps == [1, 2]


def test_a_migration_that_fails_changes_nothing(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(conn: sa.Connection) -> None:
        _add_notes(conn)
        conn.execute(sa.text("ALTER TABLE nowhere ADD COLUMN x"))

    with monkeypatch.context() as newer:
        newer.setattr(schema, "SCHEMA_VERSION", NOW + 1)
        newer.setattr(schema, "MIGRATIONS", {NOW: fail})
        with pytest.raises(LibraryError, match="nowhere"):
            Store.open(filled, identity=IDENTITY)
        newer.setattr(schema, "MIGRATIONS", {NOW: _add_notes})  # as if for the first time
        Store.open(filled, identity=IDENTITY).close()
    with pytest.raises(NotALibraryError, match="newer version"):
        Store.open(filled, identity=IDENTITY)


def _made_of(folder: Path, dump: Path) -> None:
    """A library from what an older version left, as SQL."""
    folder.mkdir(mode=0o700, parents=True)
    with sqlite3.connect(folder / "library.db") as conn:
        conn.executescript(dump.read_text("utf-8"))
    conn.close()


def _tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns, indexes and references by table; numbers that only say an order are left out."""
    kinds = ("table_info", "index_list", "foreign_key_list", "index_info")
    with sqlite3.connect(folder / "library.db") as conn:
        names = [row[0] for row in conn.execute("SELECT name FROM sqlite_master")]
        found = {
            f"{name} {kind}": sorted(row[1:] for row in conn.execute(f"PRAGMA {kind}('{name}')"))
            for name in names
            for kind in kinds
        }
    conn.close()
    return found


def test_a_library_of_every_older_version_opens_and_is_like_a_new_one(
    folder: Path, tmp_path: Path
) -> None:
    dumps = sorted(DATA.glob("library-*.sql"))
    assert len(dumps) == NOW - 1
    new = tmp_path / "new"
    Store.open(new, identity=IDENTITY).close()
    for dump in dumps:
        old = folder / dump.stem
        _made_of(old, dump)
        with Store.open(old, identity=IDENTITY) as store:
            assert store.get(["p1"])["p1"] == paper(1)
            assert store.keyword_search(query_words(1), 3)[0][0] == "p1"
            assert all(finding.ok for finding in store.check())
            kept = [found.question for found in store.answers(5)]
            assert kept == ([] if dump.stem == "library-1" else ["What rises?", "What falls?"])
        assert _tables(old) == _tables(new)


def test_before_an_upgrade_a_copy_is_made_of_what_was_there(folder: Path, tmp_path: Path) -> None:
    for dump in sorted(DATA.glob("library-*.sql")):
        old = folder / dump.stem
        _made_of(old, dump)
        before = _tables(old)
        Store.open(old, identity=IDENTITY).close()
        (copy,) = old.glob("library.db.format-*")
        restored = tmp_path / dump.stem
        restored.mkdir()
        copy.replace(restored / "library.db")
        assert _tables(restored) == before
        with Store.open(restored, identity=IDENTITY) as store:
            assert store.get(["p1"])["p1"] == paper(1)


def test_an_upgrade_waits_for_whoever_writes(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.index.sqlite._CREATE_WAIT_S", 0.1)
    with Store.open(filled, identity=IDENTITY) as store, store.writer():
        monkeypatch.setattr(schema, "SCHEMA_VERSION", NOW + 1)
        monkeypatch.setattr(schema, "MIGRATIONS", {NOW: _add_notes})
        with pytest.raises(LibraryBusyError, match="being written to"):
            Store.open(filled, identity=IDENTITY)
    Store.open(filled, identity=IDENTITY).close()


def test_a_copy_alone_is_not_taken_for_an_empty_library(filled: Path) -> None:
    (filled / "library.db").rename(filled / f"library.db.format-{NOW}")
    for rest in (filled / "originals", *filled.glob("index-*")):
        shutil.rmtree(rest, ignore_errors=True)
    with pytest.raises(NotALibraryError, match=r"without its library\.db"):
        Store.open(filled, identity=IDENTITY)
