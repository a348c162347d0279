from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from made_papers import IDENTITY, paper, put

from rag.base.errors import LibraryError, NotALibraryError
from rag.index import schema
from rag.index.store import Store

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
    monkeypatch.setattr(schema, "SCHEMA_VERSION", 3)
    monkeypatch.setattr(
        schema,
        "MIGRATIONS",
        {1: lambda conn: (_add_notes(conn), steps.append(1)), 2: lambda _: steps.append(2)},
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
        newer.setattr(schema, "SCHEMA_VERSION", 2)
        newer.setattr(schema, "MIGRATIONS", {1: fail})
        with pytest.raises(LibraryError, match="nowhere"):
            Store.open(filled, identity=IDENTITY)
        newer.setattr(schema, "MIGRATIONS", {1: _add_notes})  # as if for the first time
        Store.open(filled, identity=IDENTITY).close()
    with pytest.raises(NotALibraryError, match="newer version"):
        Store.open(filled, identity=IDENTITY)
