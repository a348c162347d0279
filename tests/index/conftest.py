"""What the tests of the library share: one that is open, empty and made for `made_papers`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from made_papers import IDENTITY
from postgres_server import PostgresServer

from rag.index.catalog import Catalog
from rag.index.opening import open_catalog
from rag.index.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.open(folder, identity=IDENTITY) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either_database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a test twice: the records of its libraries are in their folders, and on a server."""
    if request.param == "sqlite":
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    places: dict[Path, str] = {}

    def opened(folder: Path, identity: Mapping[str, str], _: str | None) -> Catalog:
        if folder not in places:
            places[folder] = server.database()
        return open_catalog(folder, identity, places[folder])

    monkeypatch.setattr("rag.index.store.open_catalog", opened)


@pytest.fixture
def without_chroma(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving a writer does not import Chroma, for tests that are about something else."""
    monkeypatch.setattr("rag.index.dense.DenseSearch.sync", lambda self: None)
