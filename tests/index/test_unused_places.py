"""No memory of the process stays in the places that Chroma keeps for chunks to come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_papers import DIM, IDENTITY, chunks, paper, put, unit_vector

from rag.index import owned, unused, vectors
from rag.index.changes import VectorRows
from rag.index.native import CacheError
from rag.index.store import Store

CANARY = b"sk-CANARY-"


def vectors_of(folder: Path) -> Path:
    return next(folder.rglob(unused.VECTORS))


@pytest.fixture
def written_with_canaries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every time that Chroma is settled, its unused places hold a key; how many bytes they have."""
    sizes: list[int] = []

    def soil(folder: Path) -> None:
        for path in folder.rglob(unused.VECTORS):
            sizes.append(path.stat().st_size)
            path.write_bytes((CANARY * sizes[-1])[: sizes[-1]])  # Chroma has none of it in use yet
        for path in folder.rglob(unused.LENGTHS):
            path.write_bytes((CANARY * 99)[: path.stat().st_size])
        unused.clear_unused(folder)

    monkeypatch.setattr(owned, "clear_unused", soil)
    return sizes


def test_what_the_memory_held_is_in_no_file_and_all_is_found(
    folder: Path, written_with_canaries: list[int]
) -> None:
    for number in range(3):  # made, opened again, opened again
        with Store.open(folder, identity=IDENTITY) as store:
            with store.writer() as writer:
                put(writer, number)
            store.warm()
            for known in range(number + 1):
                item = chunks(paper(known))[0]
                assert store.dense_search(item.vector, 1)[0][0] == item.chunk.id
        assert written_with_canaries[-1] >= 4 * DIM
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert [path.name for path in files if CANARY in path.read_bytes()] == []
    assert not any(vectors_of(folder).read_bytes())


def test_places_in_use_are_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "_GRAPH", {**vectors._GRAPH, "sync_threshold": 12})
    index = vectors.ChromaVectors(folder, create=True)
    names = tuple(f"c{n}" for n in range(40))
    matrix = np.stack([unit_vector(name) for name in names])
    index.replace((), VectorRows(names, names, matrix))
    index.close()
    file = vectors_of(folder)
    _, _, _, in_use, place_bytes, *_ = unused._HEADER.unpack_from(
        file.with_name("header.bin").read_bytes()
    )
    before = file.read_bytes()[: in_use * place_bytes]  # the memory behind them may be anything
    assert any(before)
    lengths = file.with_name(unused.LENGTHS)
    known = lengths.read_bytes()[: 4 * in_use]
    unused.clear_unused(folder)
    assert file.read_bytes()[: len(before)] == before
    assert not any(file.read_bytes()[len(before) :])
    assert lengths.read_bytes() == known + bytes(lengths.stat().st_size - len(known))
    assert vectors.probe(folder, 40, matrix)


@pytest.mark.parametrize("header", [b"", b"\x02" + bytes(99), b"\x01" + bytes(99)])
def test_another_form_is_not_guessed_at(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "graph").mkdir()
    (tmp_path / "graph" / "header.bin").write_bytes(header)
    (tmp_path / "graph" / unused.VECTORS).write_bytes(b"abc")
    with pytest.raises(CacheError):
        unused.clear_unused(tmp_path)
    assert vectors_of(tmp_path).read_bytes() == b"abc"


def written(folder: Path, in_use: int, places: int = 6, place_bytes: int = 8) -> Path:
    """Files as Chroma lays them out, with no place empty."""
    (folder / "graph").mkdir()
    header = unused._HEADER.pack(1, 0, places, in_use, place_bytes, 0, 0)
    (folder / "graph" / "header.bin").write_bytes(header + bytes(40))
    vectors_file = folder / "graph" / unused.VECTORS
    vectors_file.write_bytes(CANARY[:8] * places)
    vectors_file.with_name(unused.LENGTHS).write_bytes(CANARY[:4] * places)
    return vectors_file


@pytest.mark.parametrize("in_use", [0, 1, 4, 6])
def test_places_behind_the_last_in_use_are_zeros_and_no_other(tmp_path: Path, in_use: int) -> None:
    file = written(tmp_path, in_use)
    unused.clear_unused(tmp_path)
    assert file.read_bytes() == CANARY[:8] * in_use + bytes(8 * (6 - in_use))
    lengths = file.with_name(unused.LENGTHS).read_bytes()
    assert lengths == CANARY[:4] * in_use + bytes(4 * (6 - in_use))


@pytest.mark.parametrize(("in_use", "place_bytes"), [(7, 8), (1, 0), (1, 5)])
def test_sizes_that_do_not_fit_together_are_left_alone(
    tmp_path: Path, in_use: int, place_bytes: int
) -> None:
    file = written(tmp_path, in_use, place_bytes=place_bytes)
    with pytest.raises(CacheError, match="not known"):
        unused.clear_unused(tmp_path)
    assert file.read_bytes() == CANARY[:8] * 6
