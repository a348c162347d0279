"""Which index answers a dense search, and what becomes of Chroma when something happens to it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_papers import DIM, IDENTITY, chunks, paper, put, unit_vector

from rag.index import dense
from rag.index.native import CacheError
from rag.index.states import CacheState
from rag.index.store import Store
from rag.index.vectors import ChromaVectors


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Folders of Chroma in the order in which they were opened or made."""
    seen: list[Path] = []
    real = ChromaVectors.__init__

    def note(self: ChromaVectors, folder: Path, *, create: bool = False) -> None:
        seen.append(folder)
        real(self, folder, create=create)

    monkeypatch.setattr(ChromaVectors, "__init__", note)
    return seen


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each search that Chroma answered."""
    seen: list[int] = []
    real = ChromaVectors.search

    def note(self: ChromaVectors, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        found = real(self, vector, k)
        seen.append(len(found))
        return found

    monkeypatch.setattr(ChromaVectors, "search", note)
    return seen


def _state(store: Store) -> CacheState:
    return store._catalog.cache("vectors")


def _set_state(store: Store, **fields: object) -> None:
    store._catalog.set_cache("vectors", replace(_state(store), **fields))  # type: ignore[arg-type]


def _finds_all(store: Store, *numbers: int, edition: int = 0) -> bool:
    items = [item for n in numbers for item in chunks(paper(n, edition))]
    return all(
        store.dense_search(item.vector, 1) == [(item.chunk.id, pytest.approx(1.0, abs=1e-5))]
        for item in items
    )


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        put(writer, *range(20))
    return store


def test_leaving_the_writer_brings_chroma_up_and_closes_it(
    filled: Store, folder: Path, asked: list[int]
) -> None:
    state = _state(filled)
    assert (state.generation, state.rows, state.dirty) == (1, 40, False)
    assert state.revision == filled.revision
    assert (folder / "index-1" / "chroma" / "chroma.sqlite3").is_file()
    assert _finds_all(filled, 3, 17)
    assert asked == []


def test_chroma_answers_once_it_is_warm_and_exact_search_under_filters(
    filled: Store, asked: list[int]
) -> None:
    filled.warm()
    asked.clear()
    assert _finds_all(filled, 3)
    assert asked == [1, 1]
    allowed = frozenset({"p5"})
    vector = chunks(paper(3))[0].vector
    assert {c for c, _ in filled.dense_search(vector, 9, allowed)} == {"p5:0", "p5:1"}
    assert asked == [1, 1]


def test_both_give_the_same_hits(filled: Store) -> None:
    vector = unit_vector("a question")
    exact = filled.dense_search(vector, 10)
    filled.warm()
    warm = filled.dense_search(vector, 10)
    assert [c for c, _ in warm] == [c for c, _ in exact]
    assert [s for _, s in warm] == pytest.approx([s for _, s in exact], abs=1e-5)


def test_a_warm_chroma_follows_this_process_s_own_changes(filled: Store, asked: list[int]) -> None:
    filled.warm()
    with filled.writer() as writer:
        put(writer, 100)
        put(writer, 3, edition=1)
        writer.remove("p4")
        asked.clear()
        assert _finds_all(filled, 100)  # exactly: Chroma does not know it yet
        assert asked == []
    assert _finds_all(filled, 100, 5)
    assert _finds_all(filled, 3, edition=1)
    assert len(asked) == 6
    found = {chunk_id for chunk_id, _ in filled.dense_search(unit_vector("q"), 99)}
    assert len(found) == 40
    assert not found & {"p4:0", "p4:1"}


def test_another_store_that_has_chroma_open_is_left_alone(
    filled: Store, folder: Path, opened: list[Path], asked: list[int]
) -> None:
    filled.warm()
    with Store.open(folder, identity=IDENTITY) as other:
        with other.writer() as writer:
            put(writer, 100)
        other.warm()
        opened.clear()
        asked.clear()
        assert _finds_all(other, 100, 3)
        assert (opened, asked) == ([], [])
    assert _finds_all(filled, 100, 3)
    assert asked == []  # the library moved on, so the owner answers exactly
    filled.warm()
    asked.clear()
    assert _finds_all(filled, 100, 3)
    assert asked == [1] * 4
    assert _state(filled).generation == 1


def test_a_dirty_chroma_is_never_opened_but_built_anew(
    filled: Store, folder: Path, opened: list[Path], asked: list[int]
) -> None:
    _set_state(filled, dirty=True)
    filled.warm()
    assert opened == [folder / "index-2" / "chroma"]
    assert not (folder / "index-1" / "chroma").exists()
    asked.clear()
    assert _finds_all(filled, *range(20))
    assert len(asked) == 40
    assert not _state(filled).dirty


def test_the_next_writer_builds_a_dirty_chroma_anew(filled: Store, opened: list[Path]) -> None:
    _set_state(filled, dirty=True)
    with filled.writer() as writer:
        put(writer, 50)
    assert [path.parent.name for path in opened] == ["index-2"]
    assert (_state(filled).rows, _state(filled).dirty) == (42, False)


def _delete_graph(folder: Path) -> None:
    for path in folder.glob("*/*"):
        path.unlink()


def _truncate_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"")


def _garble_database(folder: Path) -> None:
    path = folder / "chroma.sqlite3"
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xa5" * (len(data) - 8192))


def _delete_folder(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [_delete_graph, _truncate_database, _garble_database, _delete_folder],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_damage_is_noticed_and_mended_without_a_wrong_answer(
    filled: Store, folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder / "index-1" / "chroma")
    assert _finds_all(filled, *range(20))
    filled.warm()
    assert _finds_all(filled, *range(20))
    assert (_state(filled).rows, _state(filled).dirty) == (40, False)


def test_a_chroma_of_another_count_is_built_anew(filled: Store, opened: list[Path]) -> None:
    _set_state(filled, rows=41)
    filled.warm()
    assert [path.parent.name for path in opened] == ["index-1", "index-2"]
    assert filled.dense_search(unit_vector("q"), 99).__len__() == 40


def test_a_chroma_that_fails_while_searching_is_replaced_by_exact_search(
    filled: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filled.warm()

    class PanicException(BaseException):  # as pyo3 raises it: no Exception
        pass

    def panic(**_: object) -> None:
        raise PanicException("index out of range")

    monkeypatch.setattr(filled._dense._chroma._index._collection, "query", panic)
    with caplog.at_level(logging.WARNING):
        assert _finds_all(filled, 1, 2)
    assert "PanicException" in caplog.text


def test_a_chroma_that_cannot_write_never_fails_an_addition(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise CacheError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(ChromaVectors, "replace", full)
        with filled.writer() as writer:
            put(writer, 50)
    assert _state(filled).dirty
    assert _finds_all(filled, 50, 1)
    with filled.writer() as writer:
        put(writer, 51)
    assert (_state(filled).rows, _state(filled).dirty) == (44, False)


def test_a_writer_that_changed_nothing_leaves_chroma_closed(
    filled: Store, opened: list[Path]
) -> None:
    with filled.writer() as writer:
        writer.log(action="read", origin="x.bib", sha256=None, outcome="nothing new")
    assert opened == []


def test_few_additions_to_a_large_library_do_not_open_chroma_but_a_removal_does(
    filled: Store, opened: list[Path], asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "_LEFT_BEHIND", 0.05)  # two of forty chunks
    with filled.writer() as writer:
        put(writer, 20, 21)
    assert opened == []
    assert _finds_all(filled, 3, 20, 21)
    with filled.writer() as writer:
        put(writer, 22)
    assert len(opened) == 1
    assert _state(filled).revision == filled.revision
    with filled.writer() as writer:
        writer.remove("p4")
    assert len(opened) == 2
    with filled.writer() as writer:
        put(writer, 23)
    assert len(opened) == 2
    filled.warm()
    asked.clear()
    assert _finds_all(filled, 3, 22, 23)
    assert len(asked) == 6


def test_an_emptied_library_finds_nothing(filled: Store) -> None:
    with filled.writer() as writer:
        for number in range(20):
            writer.remove(f"p{number}")
    filled.warm()
    assert filled.dense_search(unit_vector("q"), 5) == []
    assert _state(filled).rows == 0


@pytest.mark.parametrize(
    "vector",
    [np.zeros(DIM), np.full(DIM, np.nan), np.ones(DIM - 1), np.ones((1, DIM))],
    ids=["zero", "not a number", "short", "a table"],
)
def test_a_vector_that_cannot_be_compared_is_refused(filled: Store, vector: np.ndarray) -> None:
    with pytest.raises(ValueError, match="search"):
        filled.dense_search(vector, 3)


def test_the_manifest_says_what_was_left_on_the_disk(filled: Store, folder: Path) -> None:
    named = json.loads(_state(filled).fingerprint)
    on_disk = {
        str(p.relative_to(folder / "index-1" / "chroma")) for p in folder.glob("index-1/chroma/*/*")
    }
    assert set(named) == on_disk
