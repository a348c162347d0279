"""Papers whose vectors come later: found by words at once, by meaning from then on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from made_papers import IDENTITY, chunks, embedded, paper, put, put_late, query_words, unit_vector

from rag.base.errors import LibraryBusyError, LibraryError
from rag.base.types import Paper
from rag.index import mapped
from rag.index import schema as t
from rag.index.backup import back_up
from rag.index.embedded import EmbeddedChunk
from rag.index.partial import PartialStore
from rag.index.restore import restore
from rag.index.store import Store

either = pytest.mark.usefixtures("either_database", "without_chroma")


def nearest(store: Store, number: int, edition: int = 0) -> str:
    """The chunk that is found by the vector of a paper's first one."""
    found = store.dense_search(chunks(paper(number, edition))[0].vector, 1)
    return found[0][0] if found else ""


def rows(store: Store, table: sa.Table) -> list[tuple[object, ...]]:
    with store._catalog.reading() as conn:
        return sorted((tuple(row) for row in conn.execute(sa.select(table))), key=repr)


def bad(store: Store) -> list[str]:
    return [f"{finding.check}: {finding.detail}" for finding in store.check() if not finding.ok]


@either
def test_words_find_late_papers_at_once_and_meaning_finds_them_when_their_vectors_came(
    store: Store,
) -> None:
    with store.writer() as writer:
        put(writer, 1)
        put_late(writer, 2, 3)
    assert store.awaited() == ["p2", "p3"]
    assert [store.keyword_search(query_words(n), 1)[0][0] for n in (1, 2, 3)] == ["p1", "p2", "p3"]
    assert [nearest(store, n)[:3] for n in (1, 2)] == ["p1:", "p1:"]
    assert set(store.sentence_vectors(["p1", "p2"])) == {"p1"}
    assert store.paper_vectors()[0] == ["p1"]
    assert bad(store) == []
    store.put_vectors(embedded(3, 2))
    assert store.awaited() == []
    assert [nearest(store, n) for n in (1, 2, 3)] == ["p1:0", "p2:0", "p3:0"]
    assert set(store.sentence_vectors(["p1", "p2", "p3"])) == {"p1", "p2", "p3"}
    assert bad(store) == []


@either
def test_a_library_is_the_same_whether_vectors_came_with_the_papers_or_later(
    tmp_path: Path,
) -> None:
    with (
        Store.open(tmp_path / "at-once", identity=IDENTITY) as one,
        Store.open(tmp_path / "later", identity=IDENTITY) as other,
    ):
        with one.writer() as writer:
            put(writer, *range(1, 9))
        with other.writer() as writer:
            put_late(writer, *range(1, 9))
        other.put_vectors(embedded(*range(5, 9)))
        other.put_vectors(embedded(*range(1, 5)))
        for table in (t.papers, t.chunks, t.sentences, t.paper_authors, t.sources):
            assert rows(one, table) == rows(other, table), table.name
        vector = unit_vector("whatever")
        assert one.dense_search(vector, 9) == other.dense_search(vector, 9)


@either
def test_vectors_alone_are_no_change_to_what_follows_texts(store: Store) -> None:
    with store.writer() as writer:
        put_late(writer, 1, 2)
    before = store._catalog.text_revision(), store.revision
    store.put_vectors(embedded(1, 2))
    assert store._catalog.text_revision() == before[0]
    assert store.revision > before[1]  # answers made without them are not given again


@either
def test_vectors_of_a_paper_that_was_changed_or_removed_meanwhile_are_not_taken(
    store: Store,
) -> None:
    with store.writer() as writer:
        put_late(writer, 1, 2, 3)
    made = embedded(1, 2, 3)
    with store.writer() as writer:
        put_late(writer, 1, edition=1)
        writer.remove("p2")
    revision = store.revision
    store.put_vectors(made[:2])
    assert store.revision == revision
    assert store.awaited() == ["p1", "p3"]
    store.put_vectors(made)
    assert store.awaited() == ["p1"]
    assert bad(store) == []


@either
def test_vectors_that_came_already_are_left_alone(store: Store) -> None:
    with store.writer() as writer:
        put_late(writer, 1)
    store.put_vectors(embedded(1))
    revision = store.revision
    store.put_vectors(embedded(1))
    assert store.revision == revision


@either
def test_a_paper_put_again_awaits_its_vectors_or_no_longer_does(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
        put_late(writer, 2)
        put_late(writer, 1, edition=1)
        put(writer, 2, edition=1)
    assert store.awaited() == ["p1"]
    assert nearest(store, 2, edition=1) == "p2:0"
    assert bad(store) == []


@either
def test_a_late_paper_that_was_removed_comes_back_and_still_awaits_its_vectors(
    store: Store,
) -> None:
    with store.writer() as writer:
        put_late(writer, 1)
        writer.remove("p1", undoable=True)
    assert store.awaited() == []
    with store.writer() as writer:
        writer.restore("p1")
    assert store.awaited() == ["p1"]
    store.put_vectors(embedded(1))
    assert nearest(store, 1) == "p1:0"


@either
def test_some_chunks_with_vectors_and_some_without_are_refused(store: Store) -> None:
    made = paper(1)
    first, *others = chunks(made)
    mixed = [first, *(EmbeddedChunk.awaiting(one.chunk) for one in others)]
    with store.writer() as writer, pytest.raises(LibraryError, match="some have none"):
        writer.put(made, mixed, identity_key="key 1")
    assert store.paper_count() == 0


@either
def test_a_vector_that_is_missing_without_being_awaited_is_damage(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    with store._catalog.writing() as conn:
        conn.execute(sa.update(t.chunks).where(t.chunks.c.id == "p1:1").values(vector=b""))
    assert bad(store) == ["vectors: 1 chunks with a damaged vector: p1:1"]


@either
def test_the_awaited_are_counted_under_filters_and_without_what_is_withheld(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
        put_late(writer, 3, 4, 5)
    late = frozenset({"p4", "p1"})
    assert (store.awaited_count(), store.awaited_count(late)) == (3, 1)
    part = PartialStore(store, frozenset({"p3", "p1"}))
    assert (part.awaited_count(), part.awaited_count(late)) == (2, 1)


@either
def test_the_doctor_tells_how_many_papers_await_their_vectors_as_no_damage(store: Store) -> None:
    with store.writer() as writer:
        put_late(writer, 1, 2)
    (found,) = (finding for finding in store.check() if finding.check == "meaning search")
    assert found.ok
    assert found.detail.startswith("2 papers have no vectors yet and are found by words")
    assert "doctor --repair" in found.detail


@either
def test_only_one_at_a_time_embeds_what_others_left(store: Store, folder: Path) -> None:
    with (
        Store.open(folder, identity=IDENTITY) as other,
        store.embedding() as is_alone,
        other.embedding() as is_alone_too,
    ):
        assert (is_alone, is_alone_too) == (True, False)
    with store.embedding() as again:
        assert again


@pytest.mark.usefixtures("without_chroma")
def test_a_backup_keeps_what_is_awaited(store: Store, tmp_path: Path) -> None:
    with store.writer() as writer:
        put(writer, 1)
        put_late(writer, 2)
    back_up(store, tmp_path / "library.zip")
    restore(tmp_path / "library.zip", tmp_path / "restored")
    with Store.open(tmp_path / "restored", identity=IDENTITY) as restored:
        assert restored.awaited() == ["p2"]
        restored.put_vectors(embedded(2))
        assert [nearest(restored, n) for n in (1, 2)] == ["p1:0", "p2:0"]


@pytest.mark.usefixtures("without_chroma")
def test_a_library_is_not_moved_aside_while_vectors_are_brought_to_it(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    with store.writer() as writer:
        put_late(writer, 1)
    back_up(store, tmp_path / "library.zip")
    with store.embedding(), pytest.raises(LibraryBusyError, match="open in another program"):
        restore(tmp_path / "library.zip", folder, replace=True)


def test_chroma_takes_in_late_vectors_and_no_empty_ones(store: Store) -> None:
    store.warm()
    with store.writer(more_comes=True) as writer:
        put(writer, *range(1, 30))
        put_late(writer, *range(30, 60))
    store.sync_vectors()
    assert store._catalog.cache("vectors").rows == 2 * 29
    store.put_vectors(embedded(*range(30, 60)))
    assert nearest(store, 45) == "p45:0"  # exactly, until Chroma has them
    store.sync_vectors()
    assert store._catalog.cache("vectors").rows == 2 * 59
    assert nearest(store, 45) == "p45:0"
    assert bad(store) == []


@pytest.mark.usefixtures("without_chroma")
@pytest.mark.parametrize("already", [0, 20], ids=["first", "more"])
def test_compact_vectors_take_in_late_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch, already: int
) -> None:
    monkeypatch.setattr(mapped, "_FROM", 30)
    with store.writer() as writer:
        put(writer, *range(1, already + 1))
        put_late(writer, *range(already + 1, 41))
    assert nearest(store, 40) != "p40:0"
    store.put_vectors(embedded(*range(already + 1, 41)))
    assert [nearest(store, n) for n in (1, 21, 40)] == ["p1:0", "p21:0", "p40:0"]
    with Store.open(store.folder, identity=IDENTITY) as anew:
        assert [nearest(anew, n) for n in (1, 21, 40)] == ["p1:0", "p21:0", "p40:0"]
    assert bad(store) == []


def embedded_on_the_spot(store: Store) -> list[str]:
    """Ids of the papers that are from now on, as they come."""
    asked: list[str] = []

    def embed(papers: Sequence[Paper]) -> list[list[EmbeddedChunk]]:
        asked.extend(one.id for one in papers)
        return [chunks(one) for one in papers]

    store.embeds_with(embed)
    return asked


@either
def test_papers_that_await_their_vectors_are_embedded_on_the_spot_where_it_matters(
    store: Store,
) -> None:
    asked = embedded_on_the_spot(store)
    with store.writer() as writer:
        put(writer, 1)
        put_late(writer, 2, 3)
    first = chunks(paper(2))[0]
    near = store.near_awaited(["p1", "p2"], first.vector)
    assert {key: (chunk, round(cosine, 4)) for key, (chunk, cosine, _) in near.items()} == {
        "p2": ("p2:0", 1.0)
    }
    spans, vectors = store.sentence_vectors(["p1", "p2"])["p2"]
    store.put_vectors(embedded(2))
    later_spans, later = store.sentence_vectors(["p1", "p2"])["p2"]
    assert spans == later_spans
    assert np.allclose(vectors, later, atol=0.01)
    assert asked == ["p2"]  # kept from the first time, and not asked for once it is stored


@either
def test_of_many_papers_on_the_spot_the_first_are_embedded_and_the_others_have_their_words(
    store: Store,
) -> None:
    asked = embedded_on_the_spot(store)
    numbers = range(1, 16)
    with store.writer() as writer:
        put_late(writer, *numbers)
    found = store.sentence_vectors(f"p{n}" for n in numbers)
    assert asked == [f"p{n}" for n in numbers[:10]]
    assert [bool(found[f"p{n}"][1].any()) for n in numbers] == [True] * 10 + [False] * 5
    assert found["p15"][0] == store.sentence_vectors(["p15"])["p15"][0]
    assert asked[10:] == ["p15"]
