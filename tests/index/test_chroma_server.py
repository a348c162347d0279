"""Vectors on a Chroma server: many processes use them, and a dead server loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chroma_server import ChromaServer
from made_papers import IDENTITY, chunks, embedded, paper, put, put_late, unit_vector

from rag.base.errors import VectorServerError
from rag.index.store import Store
from rag.index.vectors import ServerVectors


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path / "server") as started:
        yield started


@pytest.fixture
def served(folder: Path, server: ChromaServer) -> Iterator[Store]:
    with Store.open(folder, identity=IDENTITY, chroma_url=server.url) as opened:
        yield opened


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry for each search that the server answered."""
    seen: list[int] = []
    real = ServerVectors.search

    def note(self: ServerVectors, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        found = real(self, vector, k)
        seen.append(len(found))
        return found

    monkeypatch.setattr(ServerVectors, "search", note)
    return seen


def _finds_all(store: Store, *numbers: int, edition: int = 0) -> bool:
    items = [item for n in numbers for item in chunks(paper(n, edition))]
    return all(
        store.dense_search(item.vector, 1) == [(item.chunk.id, pytest.approx(1.0, abs=1e-5))]
        for item in items
    )


def test_the_server_gets_late_vectors_when_they_came(served: Store, asked: list[int]) -> None:
    with served.writer() as writer:
        put(writer, *range(5))
        put_late(writer, *range(5, 20))
    assert _finds_all(served, 3)
    served.put_vectors(embedded(*range(5, 20)))
    before = len(asked)
    assert _finds_all(served, 3, 17)
    assert len(asked) == before  # exactly, until the server has them
    served.sync_vectors()
    assert _finds_all(served, 3, 17)
    assert len(asked) == before + 4
    assert all(finding.ok for finding in served.check())


def test_the_server_answers_what_was_added_changed_and_removed(
    served: Store, folder: Path, asked: list[int]
) -> None:
    with served.writer() as writer:
        put(writer, *range(20))
    assert _finds_all(served, 3, 17)
    with served.writer() as writer:
        put(writer, 3, edition=1)
        put(writer, 30)
        writer.remove("p4")
    assert _finds_all(served, 3, edition=1)
    assert _finds_all(served, 30)
    found = {chunk_id for chunk_id, _ in served.dense_search(unit_vector("q"), 99)}
    assert len(found) == 40
    assert not found & {"p4:0", "p4:1"}
    assert len(asked) == 9
    assert not (folder / "index-1" / "chroma").exists()


def test_it_gives_the_hits_of_exact_search_and_filters_are_exact(
    served: Store, folder: Path, asked: list[int]
) -> None:
    with served.writer() as writer:
        put(writer, *range(20))
    vector = unit_vector("a question")
    with Store.open(folder, identity=IDENTITY) as plain:
        exact = plain.dense_search(vector, 10)
    found = served.dense_search(vector, 10)
    assert [c for c, _ in found] == [c for c, _ in exact]
    assert asked == [10]
    allowed = frozenset({"p5"})
    assert {c for c, _ in served.dense_search(vector, 9, allowed)} == {"p5:0", "p5:1"}
    assert asked == [10]


def test_another_process_searches_what_one_has_brought(
    served: Store, folder: Path, server: ChromaServer, asked: list[int]
) -> None:
    with served.writer() as writer:
        put(writer, 1, 2)
    with Store.open(folder, identity=IDENTITY, chroma_url=server.url) as other:
        assert _finds_all(other, 2)
        with other.writer() as writer:
            put(writer, 5)
    assert _finds_all(served, 5)
    assert asked == [1, 1, 1, 1]


def test_a_killed_server_is_named_and_what_was_added_meanwhile_follows(
    served: Store, server: ChromaServer, asked: list[int]
) -> None:
    with served.writer() as writer:
        put(writer, *range(10))
    server.kill()
    with pytest.raises(VectorServerError, match=server.url), served.writer() as writer:
        put(writer, 50)
    assert _finds_all(served, 3, 50)  # exactly
    assert any(not f.ok and "Chroma server" in f.detail for f in served.check())
    asked.clear()
    server.start()
    served.warm()
    assert _finds_all(served, 3, 50)
    assert len(asked) == 4
    assert all(f.ok for f in served.check())


@pytest.mark.parametrize("call", [1, 2], ids=["forgetting", "taking in"])
def test_a_server_killed_half_way_through_taking_in_is_followed_cleanly(
    served: Store, server: ChromaServer, call: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.writer() as writer:
        put(writer, *range(10))
    served.warm()
    collection = type(served._dense._served._opened._collection)  # type: ignore[union-attr]
    name = "delete" if call == 1 else "upsert"
    real = getattr(collection, name)

    def deadly(*given: object, **named: object) -> object:
        server.kill()
        return real(*given, **named)

    with monkeypatch.context() as during:
        during.setattr(collection, name, deadly)
        with pytest.raises(VectorServerError), served.writer() as writer:
            put(writer, 3, 50, edition=1)
    server.start()
    with served.writer():
        pass
    assert served._catalog.cache("server").rows == 22
    assert _finds_all(served, 3, 50, edition=1)
    assert _finds_all(served, 7)


def test_a_server_without_the_collection_is_filled_anew(
    served: Store, folder: Path, tmp_path: Path, asked: list[int]
) -> None:
    with served.writer() as writer:
        put(writer, *range(5))
    with (
        ChromaServer(tmp_path / "empty") as empty,
        Store.open(folder, identity=IDENTITY, chroma_url=empty.url) as moved,
    ):
        assert _finds_all(moved, 2)
        assert asked == []
        moved.warm()
        assert _finds_all(moved, 2)
        assert asked == [1, 1]
        assert moved.repair()
        assert _finds_all(moved, 4)
