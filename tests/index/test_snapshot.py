"""Readers see one state of the library for as long as they need it, at the price of one look."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa
from made_papers import IDENTITY, chunks, paper, put

from rag.base.errors import LibraryError
from rag.base.types import Filters
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


def test_in_a_snapshot_nothing_changes_whatever_others_write(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    with store.snapshot():
        before = [paper.title for paper in store.papers()]
        with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
            put(writer, 1, 3, edition=1)
            writer.remove("p2")
        assert [paper.title for paper in store.papers()] == before
        assert store.get(["p2", "p3"]).keys() == {"p2"}
    assert store.get(["p2", "p3"]).keys() == {"p3"}


def test_a_snapshot_inside_another_is_the_same_and_ends_with_the_outer_one(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    with store.snapshot():
        with store.snapshot():
            assert store.paper_count() == 1
        with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
            put(writer, 2)
        assert store.paper_count() == 1
    assert store.paper_count() == 2


def test_the_revision_is_that_of_now_even_when_another_process_wrote(store: Store) -> None:
    assert store.revision == 0
    with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
        put(writer, 1)
        assert store.revision == other.revision == 1
        put(writer, 2)
        assert store.revision == other.revision == 2


def test_what_is_searched_in_a_snapshot_is_read_in_one_transaction(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(4))
    begun: list[object] = []
    sa.event.listen(store._catalog._database._engine, "begin", begun.append)
    with store.snapshot():
        store.get(["p1", "p2"])
        store.chunks(["p1:0"])
        store.sentence_vectors(["p1", "p3"])
        assert store.revision == 4
    assert len(begun) <= 3  # of them for the manifest, after the writing: one, or two on a server


def test_papers_that_are_put_together_are_all_there_or_none(store: Store) -> None:
    one, other = paper(1), paper(2)
    with store.writer() as writer:
        writer.put_all([(one, chunks(one), "key 1"), (other, chunks(other), "key 2")])
        assert store.paper_count() == 2
        third, same = paper(3), dataclasses.replace(paper(4), citekey=one.citekey)
        with pytest.raises(LibraryError, match="collides"):
            writer.put_all([(third, chunks(third), "key 3"), (same, chunks(same), "key 4")])
    assert [found.id for found in store.papers()] == ["p1", "p2"]
    assert store.revision == 2


def test_papers_are_counted_as_of_the_snapshot_and_anew_after_it(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 0, 1)
    with store.snapshot():
        store.get(["p0"])
        with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
            put(writer, 2)
        assert store.paper_count() == 2
        assert store.allowed(Filters(year_from=1)) == {"p0", "p1"}
    assert store.paper_count() == 3
    assert store.allowed(Filters(year_from=1)) == {"p0", "p1", "p2"}
