from __future__ import annotations

import hashlib
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_papers import chunks, own_word, paper, put

from rag.base.errors import LibraryError
from rag.base.types import Filters, Paper, Source
from rag.index.store import EmbeddedChunk, Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


def test_a_new_library_is_empty_and_private(store: Store, folder: Path) -> None:
    assert store.paper_count() == 0
    assert list(store.papers()) == []
    assert store.revision == 0
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert store.keyword_search(["gradient"], 5) == []
    assert store.dense_search(np.ones(384), 5) == []


def test_a_paper_comes_back_as_it_was_put(store: Store) -> None:
    made = replace(
        paper(7),
        venue="ICLR",
        doi="10.1/x",
        arxiv_id="2401.00001",
        url="https://example.org/7",
        more_authors=True,
        date_inferred=True,
        orgs=("Meta", "Harvard"),
    )
    with store.writer() as writer:
        writer.put(made, chunks(made), identity_key="doi:10.1/x")
    assert store.get(["p7"]) == {"p7": made}
    assert store.find("doi:10.1/x") == made
    assert store.find("doi:other") is None


def test_ids_are_answered_in_the_order_asked_and_unknown_ones_left_out(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2, 3)
    assert list(store.get(["p3", "nothing", "p1", "p3"])) == ["p3", "p1"]
    assert list(store.chunks(["p2:1", "p9:0", "p1:0"])) == ["p2:1", "p1:0"]
    assert store.get([]) == {}


def test_papers_come_in_the_order_of_first_adding(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 5, 1, 9)
        put(writer, 5, edition=1)
        put(writer, 3)
    assert [one.id for one in store.papers()] == ["p5", "p1", "p9", "p3"]


def test_putting_a_known_paper_replaces_text_and_unites_sources(store: Store) -> None:
    second = replace(
        paper(1, edition=1), sources=(Source("bibtex", "a.bib", "zhao"),), orgs=("Meta",)
    )
    with store.writer() as writer:
        put(writer, 1)
        writer.put(second, chunks(second)[:1], identity_key="key 1 changed")
    found = store.get(["p1"])["p1"]
    assert found == replace(second, sources=(*paper(1).sources, *second.sources))
    assert store.paper_count() == 1
    assert list(store.chunks(["p1:0", "p1:1"])) == ["p1:0"]
    assert store.find("key 1") is None
    assert store.find("key 1 changed") is not None


def test_a_source_is_added_once(store: Store) -> None:
    extra = Source("bibtex", "a.bib", "zhao")
    with store.writer() as writer:
        put(writer, 1)
        before = store.revision
        writer.add_source("p1", extra)
        assert store.revision == before + 1
        writer.add_source("p1", extra)
        assert store.revision == before + 1
        with pytest.raises(LibraryError, match="p2"):
            writer.add_source("p2", extra)
    assert store.get(["p1"])["p1"].sources == (*paper(1).sources, extra)


def test_chunks_carry_the_words_at_their_offsets(store: Store) -> None:
    made = paper(4)
    with store.writer() as writer:
        put(writer, 4)
    assert list(store.chunks(["p4:0", "p4:1"]).values()) == [c.chunk for c in chunks(made)]


def test_sentence_vectors_come_back_in_text_order_within_rounding(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    found = store.sentence_vectors(["p2", "p1", "unknown"])
    assert list(found) == ["p2", "p1"]
    spans, vectors = found["p1"]
    made = chunks(paper(1))
    assert spans == tuple(span for one in made for span in one.sentence_spans)
    assert vectors.dtype == np.float32
    expected = np.concatenate([one.sentence_vectors for one in made])
    assert np.abs(vectors - expected).max() <= 0.5 / 127 + 1e-6


def test_a_sentence_of_two_overlapping_chunks_is_one_sentence(store: Store) -> None:
    made = paper(1)
    first, second = chunks(made)
    spans = (*first.sentence_spans, *second.sentence_spans)
    vectors = np.concatenate([first.sentence_vectors, second.sentence_vectors])
    whole = replace(
        second,
        chunk=replace(
            second.chunk, start=spans[0][0], text=made.abstract[spans[0][0] : second.chunk.end]
        ),
        sentence_spans=spans,
        sentence_vectors=vectors,
    )
    with store.writer() as writer:
        writer.put(made, [first, whole], identity_key="1")
    assert store.sentence_vectors(["p1"])["p1"][0] == spans


def _with_vector(item: EmbeddedChunk, vector: np.ndarray) -> EmbeddedChunk:
    return replace(item, vector=vector)


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda c: _with_vector(c, c.vector[:100]), id="short vector"),
        pytest.param(lambda c: _with_vector(c, c.vector * np.nan), id="not a number"),
        pytest.param(lambda c: _with_vector(c, c.vector * 0), id="zero vector"),
        pytest.param(lambda c: replace(c, sentence_vectors=c.sentence_vectors[:0]), id="sentences"),
        pytest.param(lambda c: replace(c, chunk=replace(c.chunk, text="other")), id="text"),
        pytest.param(lambda c: replace(c, chunk=replace(c.chunk, paper_id="p2")), id="paper"),
        pytest.param(lambda c: replace(c, chunk=replace(c.chunk, id="p1:9")), id="id"),
    ],
)
def test_chunks_that_do_not_fit_are_refused_and_nothing_changes(store: Store, spoil) -> None:
    with store.writer() as writer:
        put(writer, 1)
        revision = store.revision
        changed = paper(1, edition=1)
        items = chunks(changed)
        with pytest.raises(LibraryError):
            writer.put(changed, [items[0], spoil(items[1])], identity_key="key 1")
    assert store.revision == revision
    assert store.get(["p1"])["p1"] == paper(1)


def test_vectors_are_kept_at_length_one(store: Store) -> None:
    made = paper(1)
    items = [replace(one, vector=one.vector * 5) for one in chunks(made)]
    with store.writer() as writer:
        writer.put(made, items, identity_key="1")
    assert store.dense_search(items[0].vector, 1) == [("p1:0", pytest.approx(1.0, abs=1e-5))]


@pytest.mark.parametrize(
    ("other", "key"),
    [
        pytest.param(paper(2), "key 1", id="identity"),
        pytest.param(replace(paper(2), citekey="study1"), "key 2", id="citekey"),
    ],
)
def test_another_paper_of_the_same_identity_or_citekey_is_refused(
    store: Store, other: Paper, key: str
) -> None:
    with store.writer() as writer:
        put(writer, 1)
        with pytest.raises(LibraryError, match="collides"):
            writer.put(other, chunks(other), identity_key=key)
    assert [one.id for one in store.papers()] == ["p1"]


def test_papers_without_citekey_do_not_collide(store: Store) -> None:
    with store.writer() as writer:
        for number in (1, 2):
            made = replace(paper(number), citekey="")
            writer.put(made, chunks(made), identity_key=made.id)
    assert [one.citekey for one in store.papers()] == ["", ""]


def test_text_that_is_not_unicode_is_refused_with_a_sentence(store: Store) -> None:
    made = replace(paper(1), title="half a pair \ud800")
    with store.writer() as writer, pytest.raises(LibraryError, match="Unicode"):
        writer.put(made, chunks(made), identity_key="1")
    assert store.paper_count() == 0


def test_a_paper_without_text_is_kept(store: Store) -> None:
    bare = Paper(id="bare", title="Only a title")
    with store.writer() as writer:
        writer.put(bare, [], identity_key="bare")
    assert store.get(["bare"]) == {"bare": bare}
    assert store.keyword_search(["titl"], 3)[0][0] == "bare"
    assert store.sentence_vectors(["bare"]) == {}


def test_removing_deletes_everything_but_a_line_with_the_title(store: Store, folder: Path) -> None:
    with store.writer() as writer:
        put(writer, 1, 2, 3)
    with store.writer() as writer:
        assert writer.remove("p2")
        assert not writer.remove("p2")
    assert [one.id for one in store.papers()] == ["p1", "p3"]
    assert store.chunks(["p2:0"]) == {}
    assert store.sentence_vectors(["p2"]) == {}
    assert store.allowed(Filters(authors=("Number2",))) == frozenset()
    last = store.ledger()[-1]
    assert (last.action, last.origin) == ("remove", "p2")
    assert "Study 2, edition 0" in last.outcome
    store.close()
    secret = own_word(2).encode()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if secret in path.read_bytes()] == []


def test_a_removed_paper_can_be_added_again(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
        writer.remove("p1")
        put(writer, 1)
    assert [one.id for one in store.papers()] == ["p2", "p1"]
    assert store.dense_search(chunks(paper(1))[0].vector, 1)[0][0] == "p1:0"


def test_the_revision_grows_with_every_change_and_is_seen_by_others(
    store: Store, folder: Path
) -> None:
    from made_papers import IDENTITY

    seen = [store.revision]
    with Store.open(folder, identity=IDENTITY) as other, store.writer() as writer:
        for change in (lambda: put(writer, 1), lambda: put(writer, 1), lambda: writer.remove("p1")):
            change()
            seen.append(other.revision)
    assert seen == [0, 1, 2, 3]


def test_original_bytes_are_found_under_their_hash(store: Store) -> None:
    data = b"@article{x,\n}" * 1000
    with store.writer() as writer:
        digests = {writer.keep_original(data), writer.keep_original(data)}
        writer.log(action="read", origin="x.bib", sha256=next(iter(digests)), outcome="1 record")
    assert digests == {hashlib.sha256(data).hexdigest()}
    assert store.original(digests.pop()) == data
    assert store.original("0" * 64) is None
    assert store.ledger()[-1].outcome == "1 record"


def test_an_error_inside_the_writer_keeps_what_was_put_before(store: Store) -> None:
    def add_and_fail() -> None:
        with store.writer() as writer:
            put(writer, 1, 2)
            raise KeyError("somebody's mistake")

    with pytest.raises(KeyError):
        add_and_fail()
    assert store.paper_count() == 2
    assert store.keyword_search(["gradient"], 5) != []
    with store.writer() as writer:
        put(writer, 3)
    assert store.paper_count() == 3
