"""What the tests of the library share: one that is open, empty and made for `made_papers`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made_papers import IDENTITY

from rag.index.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with Store.open(folder, identity=IDENTITY) as opened:
        yield opened


@pytest.fixture
def without_chroma(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaving a writer does not import Chroma, for tests that are about something else."""
    monkeypatch.setattr("rag.index.dense.DenseSearch.sync", lambda self: None)
