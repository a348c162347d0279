"""Compact vectors find what comparing with every vector finds, and are mended by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_papers import DIM, IDENTITY, chunks, paper, put, unit_vector

from rag.index import compact, mapped
from rag.index.catalog import Catalog
from rag.index.changes import VectorRows
from rag.index.compact import CompactVectors
from rag.index.generations import COMPACT_LOCK
from rag.index.lock import take
from rag.index.mapped import MappedVectors
from rag.index.states import CacheState
from rag.index.store import Store, Writer
from rag.index.vectors import ExactVectors

pytestmark = pytest.mark.usefixtures("without_chroma")


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> VectorRows:
    """Chunks of 1,500 papers about twenty things, of which a search compares few by bytes."""
    monkeypatch.setattr(compact, "_LEAST", 300)
    return _rows(range(1500))


def _rows(numbers: range, dim: int = DIM) -> VectorRows:
    named = [(f"p{n}:{c}", f"p{n}") for n in numbers for c in (0, 1)]
    about = np.stack([unit_vector(f"thing {i % 20}")[:dim] for i in range(len(named))])
    own = np.stack([unit_vector(chunk_id)[:dim] for chunk_id, _ in named])
    matrix = about + own
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return VectorRows(tuple(c for c, _ in named), tuple(p for _, p in named), matrix)


def _both(rows: VectorRows) -> tuple[MappedVectors, ExactVectors]:
    vectors = dict(zip(rows.ids, rows.matrix, strict=True))
    dim = rows.matrix.shape[1]
    base = CompactVectors.of([rows], len(rows.ids), dim)
    return MappedVectors(base, lambda ids: {i: vectors[i] for i in ids}, dim), ExactVectors(rows)


def _questions(dim: int = DIM) -> list[np.ndarray]:
    asked = [unit_vector(f"thing {i}")[:dim] + unit_vector(f"q{i}")[:dim] for i in range(20)]
    return [(q / np.linalg.norm(q)).astype(np.float32) for q in asked]


@pytest.mark.parametrize("dim", [DIM, 100, 256])
def test_the_nearest_chunks_are_found_with_their_cosines(many: VectorRows, dim: int) -> None:
    found_by, exact = _both(_rows(range(1500), dim))
    assert found_by.count() == 3000
    shared = 0
    for query in _questions(dim):
        found, expected = found_by.search(query, 10), dict(exact.search(query, 10))
        assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
        shared += len(expected.keys() & dict(found))
        for chunk_id in expected.keys() & dict(found):
            assert dict(found)[chunk_id] == pytest.approx(expected[chunk_id], abs=1e-6)
    assert shared >= 0.98 * 200


def test_filters_and_changes_leave_what_comparing_all_leaves(many: VectorRows) -> None:
    both = _both(many)
    changed = VectorRows(("p7:0", "p9999:0"), ("p7", "p9999"), np.stack(_questions()[:2]))
    allowed = {None, frozenset(f"p{n}" for n in range(0, 1500, 2)), frozenset({"p7", "p8", "x"})}
    for index in both:
        index.replace({"p7", "p5", "unknown"}, changed)
    found_by, exact = both
    assert found_by.count() == exact.count()
    for papers in allowed:
        for query in _questions()[:5]:
            found = found_by.search(query, 5, papers)
            assert [c for c, _ in found] == [c for c, _ in exact.search(query, 5, papers)]
    assert found_by.search(_questions()[0], 1) == [("p7:0", pytest.approx(1.0, abs=1e-5))]
    assert found_by.search(_questions()[0], 9, frozenset()) == []


# --- in a library -----------------------------------------------------------------------------


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A library of 80 chunks that is large enough for compact vectors."""
    monkeypatch.setattr(mapped, "_FROM", 50)
    with store.writer() as writer:
        _put(writer, *range(40))
    _bring_up(store)
    return store


def _put(writer: Writer, *numbers: int) -> None:
    made = [paper(number) for number in numbers]
    writer.put_all((one, chunks(one), f"key {one.id[1:]}") for one in made)


def _bring_up(store: Store) -> None:
    """What leaving the writer does, without Chroma."""
    mapped.bring_up(store._catalog)


def _state(store: Store) -> CacheState:
    return store._catalog.cache("compact")


def _finds(store: Store, *numbers: int, edition: int = 0) -> bool:
    items = [item for n in numbers for item in chunks(paper(n, edition))]
    return all(
        store.dense_search(item.vector, 1) == [(item.chunk.id, pytest.approx(1.0, abs=1e-5))]
        for item in items
    )


def _ids(store: Store) -> set[str]:
    return {chunk_id for chunk_id, _ in store.dense_search(unit_vector("any"), 500)}


@pytest.fixture
def read_whole(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each time that all vectors were read."""
    seen: list[int] = []
    real = Catalog.with_all_vectors

    def note(self: Catalog, make):
        seen.append(1)
        return real(self, make)

    monkeypatch.setattr(Catalog, "with_all_vectors", note)
    return seen


def test_a_library_is_opened_without_reading_its_vectors(
    filled: Store, folder: Path, read_whole: list[int]
) -> None:
    with Store.open(folder, identity=IDENTITY) as other:
        assert _finds(other, *range(40))
        assert isinstance(other._dense._exact_now(), MappedVectors)
    assert read_whole == []
    assert (_state(filled).generation, _state(filled).rows) == (1, 80)


def test_a_small_library_has_none(store: Store, folder: Path) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    _bring_up(store)
    assert _finds(store, 1, 2)
    assert _state(store) == CacheState()
    assert not list(folder.glob("index-*/compact"))


def test_an_old_library_gets_them_by_its_first_search(filled: Store, folder: Path) -> None:
    filled._catalog.set_cache("compact", CacheState())
    with Store.open(folder, identity=IDENTITY) as old:
        assert _finds(old, *range(40))
        assert _state(old).rows == 80


def _delete(path: Path) -> None:
    path.unlink()


def _halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-5] ^= 0x40
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        pytest.param("papers", _delete, id="ids deleted"),
        pytest.param("signs", _halve, id="signs halved"),
        pytest.param("signs", _flip, id="a sign flipped"),
        pytest.param("bytes", _flip, id="a number flipped"),
        pytest.param("owners", _flip, id="an owner flipped"),
    ],
)
def test_a_damaged_file_is_named_by_the_doctor_and_mended_by_a_search(
    filled: Store, folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(folder / "index-1" / "compact" / f"{name}.npy")
    with Store.open(folder, identity=IDENTITY) as other:
        (finding,) = [f for f in other.check() if f.check == "compact vectors"]
        assert not finding.ok
        assert finding.cure
        assert _finds(other, *range(40))
        assert _state(other).generation == 2
        assert [f.ok for f in other.check() if f.check == "compact vectors"] == [True]
    assert not (folder / "index-1" / "compact").exists()


def test_files_of_a_later_state_than_the_library_are_made_anew(filled: Store, folder: Path) -> None:
    """As after the records on a server were set back to an older state."""
    filled._catalog.set_cache("compact", replace(_state(filled), revision=1000))
    with Store.open(folder, identity=IDENTITY) as other:
        assert _finds(other, *range(40))
        assert _state(other).revision == other.revision


def test_files_that_do_not_have_all_chunks_are_made_anew(filled: Store, folder: Path) -> None:
    with filled.writer() as writer:
        put(writer, 40)
    filled._catalog.set_cache("compact", replace(_state(filled), revision=filled.revision))
    with Store.open(folder, identity=IDENTITY) as other, other.writer() as writer:
        put(writer, 41)
        assert _finds(other, *range(42))
        assert (_state(other).generation, _state(other).rows) == (2, 84)


def test_few_changes_are_followed_and_many_written(filled: Store, read_whole: list[int]) -> None:
    with filled.writer() as writer:
        put(writer, 40, 41)
        put(writer, 3, edition=1)
    _bring_up(filled)
    assert _finds(filled, 4, 40, 41)
    assert _finds(filled, 3, edition=1)
    assert len(_ids(filled)) == 84
    assert _state(filled).generation == 1
    assert read_whole == []
    with filled.writer() as writer:
        _put(writer, *range(42, 60))
    _bring_up(filled)
    assert (_state(filled).generation, _state(filled).rows) == (2, 120)
    assert _finds(filled, *range(4, 60))


def test_nothing_of_a_removed_paper_stays(filled: Store, folder: Path) -> None:
    with filled.writer() as writer:
        writer.remove("p4")
    assert not _ids(filled) & {"p4:0", "p4:1"}
    _bring_up(filled)
    assert _state(filled).generation == 2
    kept = np.load(folder / "index-2" / "compact" / "papers.npy")
    assert b"p4" not in kept.tolist()


def test_a_library_that_has_become_small_is_read_again(filled: Store, folder: Path) -> None:
    with filled.writer() as writer:
        for number in range(30):
            writer.remove(f"p{number}")
    _bring_up(filled)
    assert _state(filled) == CacheState()
    assert not list(folder.glob("index-*/compact"))
    assert _finds(filled, 35)
    assert len(_ids(filled)) == 20


def test_another_store_s_additions_and_files_are_followed(filled: Store, folder: Path) -> None:
    assert _finds(filled, 1)
    with Store.open(folder, identity=IDENTITY) as other:
        with other.writer() as writer:
            _put(writer, *range(40, 60))
        assert _finds(filled, 45)
        _bring_up(other)
        with other.writer() as writer:
            put(writer, 60)
    assert _finds(filled, 1, 45, 60)
    assert filled._dense._held is not None
    assert filled._dense._held.generation == 2


def test_while_another_one_writes_them_they_live_in_memory(filled: Store, folder: Path) -> None:
    filled._catalog.set_cache("compact", CacheState())
    lock = take(folder / COMPACT_LOCK)
    assert lock is not None
    with Store.open(folder, identity=IDENTITY) as other:
        assert _finds(other, *range(40))
    assert _state(filled) == CacheState()
    lock.release()


def test_a_full_disk_leaves_them_in_memory(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled._catalog.set_cache("compact", CacheState())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with Store.open(folder, identity=IDENTITY) as other:
        assert _finds(other, *range(40))
        assert _state(other) == CacheState()


def test_a_snapshot_that_is_older_than_the_files_finds_only_what_it_has(
    filled: Store, folder: Path
) -> None:
    with Store.open(folder, identity=IDENTITY) as reader, reader.snapshot():
        assert reader.paper_count() == 40
        with filled.writer() as writer:
            _put(writer, *range(40, 60))
        _bring_up(filled)
        assert len(_ids(reader)) == 80


def test_repair_writes_them_anew(filled: Store, folder: Path) -> None:
    filled.repair()
    assert _state(filled).generation == 2
    assert (folder / "index-2" / "compact").is_dir()
    assert _finds(filled, *range(40))
