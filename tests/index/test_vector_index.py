"""The contract of `VectorIndex`, for all implementations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chroma_server import ChromaServer
from made_papers import DIM, unit_vector

from rag.index.changes import VectorRows
from rag.index.native import CacheError
from rag.index.vectors import (
    ChromaVectors,
    ExactVectors,
    ServerVectors,
    VectorIndex,
    finds_itself,
    fingerprint,
    looks_sound,
    probe,
)


def _rows(*numbers: int, edition: int = 0) -> VectorRows:
    """Two chunks of each paper."""
    named = [(f"p{n}:{c}", f"p{n}", f"{n} {c} {edition}") for n in numbers for c in (0, 1)]
    vectors = [unit_vector(text) for _, _, text in named]
    matrix = np.stack(vectors) if vectors else np.empty((0, DIM), dtype=np.float32)
    return VectorRows(tuple(n[0] for n in named), tuple(n[1] for n in named), matrix)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture(params=["exact", "chroma", "server"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    if request.param == "exact":
        yield ExactVectors(_rows())
    elif request.param == "server":
        server = request.getfixturevalue("server")
        served = ServerVectors(server.url, "contract", create=True)
        yield served
        served.close()
    else:
        chroma = ChromaVectors(tmp_path / "chroma", create=True)
        yield chroma
        chroma.close()


def test_a_new_index_finds_nothing(index: VectorIndex) -> None:
    assert index.count() == 0
    assert index.search(unit_vector("any"), 5) == []


def test_stored_vectors_are_found_by_themselves_with_cosine_one(index: VectorIndex) -> None:
    rows = _rows(*range(50))
    index.replace((), rows)
    assert index.count() == 100
    for chunk_id, vector in zip(rows.ids, rows.matrix, strict=True):
        [(found, cosine)] = index.search(vector, 1)
        assert found == chunk_id
        assert cosine == pytest.approx(1.0, abs=1e-5)


def test_scores_are_cosines_and_come_best_first(index: VectorIndex) -> None:
    rows = _rows(*range(30))
    index.replace((), rows)
    query = unit_vector("some question")
    found = index.search(query, 60)
    expected = {
        chunk_id: float(v @ query) for chunk_id, v in zip(rows.ids, rows.matrix, strict=True)
    }
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
    assert len(found) == 60
    for chunk_id, score in found:
        assert score == pytest.approx(expected[chunk_id], abs=1e-5)


def test_asking_for_more_than_there_is_gives_all(index: VectorIndex) -> None:
    index.replace((), _rows(1, 2))
    assert len(index.search(unit_vector("any"), 100)) == 4
    assert index.search(unit_vector("any"), 0) == []


def test_replacing_a_paper_leaves_no_old_chunk(index: VectorIndex) -> None:
    index.replace((), _rows(1, 2, 3))
    changed = _rows(2, edition=1)
    shorter = VectorRows(changed.ids[:1], changed.paper_ids[:1], changed.matrix[:1])
    index.replace({"p2"}, shorter)
    assert index.count() == 5
    everything = dict(index.search(unit_vector("any"), 100))
    assert set(everything) == {"p1:0", "p1:1", "p2:0", "p3:0", "p3:1"}
    [(found, cosine)] = index.search(unit_vector("2 0 1"), 1)
    assert (found, round(cosine, 3)) == ("p2:0", 1.0)


def test_forgetting_papers_and_unknown_ones(index: VectorIndex) -> None:
    index.replace((), _rows(1, 2, 3))
    index.replace({"p1", "p3", "unknown"}, _rows())
    assert {chunk_id for chunk_id, _ in index.search(unit_vector("any"), 9)} == {"p2:0", "p2:1"}
    index.replace({"p2"}, _rows())
    assert index.count() == 0
    assert index.search(unit_vector("any"), 9) == []


def test_more_rows_than_one_call_takes(index: VectorIndex) -> None:
    index.replace((), _rows(*range(1100)))
    index.replace({f"p{n}" for n in range(900)}, _rows(*range(2000, 2100)))
    assert index.count() == 2 * (1100 - 900 + 100)
    assert finds_itself(index, _rows(*range(1000, 1010)).matrix)


def test_a_filter_is_exact_over_the_allowed_papers() -> None:
    index = ExactVectors(_rows(*range(100)))
    query = unit_vector("some question")
    everything = index.search(query, 200)
    for size in (1, 10, 60, 99):
        allowed = frozenset(f"p{n}" for n in range(size)) | {"unknown"}
        expected = [(c, s) for c, s in everything if c.split(":")[0] in allowed][:20]
        found = index.search(query, 20, allowed)
        assert [c for c, _ in found] == [c for c, _ in expected]
        assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-6)
    assert index.search(query, 5, frozenset()) == []


def test_equal_scores_are_ordered_by_id() -> None:
    one = unit_vector("twin")
    rows = VectorRows(("b:0", "a:0", "c:0"), ("b", "a", "c"), np.stack([one, one, one]))
    assert [c for c, _ in ExactVectors(rows).search(one, 3)] == ["a:0", "b:0", "c:0"]


def test_chroma_says_no_word_about_a_folder_without_its_collection(tmp_path: Path) -> None:
    with pytest.raises(CacheError):
        ChromaVectors(tmp_path / "empty")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A closed folder of Chroma whose graph is on the disk."""
    folder = tmp_path / "sound"
    index = ChromaVectors(folder, create=True)
    index.replace((), _rows(*range(600)))
    index.close()
    return folder


def test_a_sound_folder_passes_the_probe(sound: Path) -> None:
    assert looks_sound(sound)
    assert probe(sound, 1200, _rows(*range(0, 600, 7)).matrix)
    assert not probe(sound, 1201, _rows(1).matrix)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        pytest.param("header.bin", lambda data: data[:20], id="header cut"),
        pytest.param("data_level0.bin", lambda data: data[: len(data) // 2], id="vectors halved"),
    ],
)
def test_a_damaged_folder_fails_the_probe_or_answers_rightly(sound: Path, name: str, spoil) -> None:
    """Opening such a folder ends some processes with a signal; this one goes on."""
    before = fingerprint(sound)
    (path,) = sound.glob(f"*/{name}")
    path.write_bytes(spoil(path.read_bytes()))
    assert fingerprint(sound) != before
    if probe(sound, 1200, _rows(*range(600)).matrix):
        index = ChromaVectors(sound)
        assert finds_itself(index, _rows(*range(600)).matrix)
        index.close()


def test_links_of_absurd_size_are_not_opened(sound: Path) -> None:
    (links,) = sound.glob("*/link_lists.bin")
    with links.open("r+b") as file:
        file.truncate(11 * links.with_name("data_level0.bin").stat().st_size)
    assert not looks_sound(sound)
