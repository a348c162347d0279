"""Places of papers follow the library paper by paper, and can be lost without harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from made_papers import put

from rag.base.types import Paper
from rag.index.places import FILE
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


def _places_of(paper: Paper) -> Iterator[str]:
    yield f"id:{paper.id}"
    yield f"year:{paper.year}"
    yield f"text:{paper.abstract}"


def _found(store: Store, *places: str) -> list[list[str]]:
    with store.places(_places_of, "1") as kept:
        return [kept.ids(place) for place in places]


def test_places_follow_what_is_added_changed_and_removed(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(4))
    before = [paper.abstract for paper in store.papers()]
    texts = [f"text:{text}" for text in before]
    assert _found(store, *texts) == [["p0"], ["p1"], ["p2"], ["p3"]]
    with store.writer() as writer:
        put(writer, 1, edition=1)
        writer.remove("p2")
        put(writer, 4)
    assert _found(store, *texts) == [["p0"], [], [], ["p3"]]
    assert _found(store, "id:p1", "id:p2", "id:p4", "id:p9") == [["p1"], [], ["p4"], []]


def test_only_what_has_changed_is_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writer() as writer:
        put(writer, *range(5))
    _found(store)
    read: list[str] = []
    taken = store._catalog.get
    monkeypatch.setattr(store._catalog, "get", lambda ids: taken(read.append(i) or i for i in ids))
    with store.writer() as writer:
        put(writer, 5)
    assert _found(store, "id:p5") == [["p5"]]
    assert read == ["p5"]


@pytest.mark.parametrize(
    "left", [b"", b"SQLite format 3\0" + b"nonsense" * 500], ids=["gone", "bad"]
)
def test_lost_or_damaged_places_are_read_anew(store: Store, left: bytes) -> None:
    with store.writer() as writer:
        put(writer, *range(3))
    _found(store)
    (store.folder / FILE).write_bytes(left)
    assert _found(store, "id:p1") == [["p1"]]


def test_places_of_another_version_are_read_anew(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    _found(store)
    with store.places(lambda paper: [f"new:{paper.id}"], "2") as kept:
        assert kept.ids("new:p1") == ["p1"]
        assert kept.ids("id:p1") == []


def test_no_words_of_a_paper_lie_in_the_file(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
        abstract = store.get(["p1"])["p1"].abstract
    _found(store)
    kept = b"".join(path.read_bytes() for path in store.folder.glob(f"{FILE}*"))
    assert b"p1" in kept
    assert abstract.split()[-1].encode() not in kept
