"""Removed papers: they come back as they were for a while, and after that no byte is left."""

from __future__ import annotations

import base64
import dataclasses
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from made_papers import IDENTITY, chunks, own_word, paper, put, query_words
from test_kept_answers import answer

from rag.base.errors import LibraryError
from rag.base.types import Paper
from rag.index.chats import KeptChats
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        put(writer, 1, 2, 3)
        writer.add_source("p2", paper(9).sources[0])
    return store


def remove(store: Store, *ids: str, undoable: bool = True) -> None:
    with store.writer() as writer:
        for paper_id in ids:
            assert writer.remove(paper_id, undoable=undoable)


def restore(store: Store, *ids: str) -> list[Paper]:
    with store.writer() as writer:
        return [writer.restore(paper_id) for paper_id in ids]


def everything(store: Store) -> object:
    papers = list(store.papers())
    ids = [found.id for found in papers]
    vectors = store.sentence_vectors(ids)
    return (
        papers,
        {i: store.chunks([f"{i}:0", f"{i}:1"]) for i in ids},
        {i: (spans, matrix.tolist()) for i, (spans, matrix) in vectors.items()},
        [
            store.dense_search(item.vector, 1)
            for one in papers
            for item in chunks(paper(int(one.id[1:])))
        ],
        [store.keyword_search(query_words(n), 3) for n in (1, 2, 3)],
    )


def test_a_paper_that_was_added_again_is_not_offered_to_be_brought_back(filled: Store) -> None:
    remove(filled, "p1", "p2")
    with filled.writer() as writer:
        put(writer, 1)
    assert [gone.paper_id for gone in filled.removed()] == ["p2"]


def test_a_paper_comes_back_as_it_was_in_its_place(filled: Store) -> None:
    before = everything(filled)
    remove(filled, "p2")
    assert filled.get(["p2"]) == {}
    assert [hit for hit, _ in filled.keyword_search([own_word(2)], 3)] == []
    assert [(gone.paper_id, gone.name) for gone in filled.removed()] == [("p2", paper(2).title)]
    assert restore(filled, "p2") == [filled.get(["p2"])["p2"]]
    assert everything(filled) == before
    assert filled.removed() == []
    assert all(finding.ok for finding in filled.check())


def test_it_comes_back_in_another_process_and_to_open_searches(filled: Store, folder: Path) -> None:
    remove(filled, "p2")
    assert filled.keyword_search([own_word(2)], 3) == []
    with Store.open(folder, identity=IDENTITY) as other:
        restore(other, "p2")
    assert filled.keyword_search([own_word(2)], 3)[0][0] == "p2"
    item = chunks(paper(2))[0]
    assert filled.dense_search(item.vector, 1)[0][0] == item.chunk.id


@pytest.mark.parametrize("order", [("p1", "p2"), ("p2", "p1")], ids=" ".join)
def test_words_of_papers_come_back_into_answers_in_any_order(
    filled: Store, order: tuple[str, str]
) -> None:
    kept = filled.keep_answer(answer(1, 2), most=5)
    before = filled.answer(str(kept.id))
    assert before
    chats = KeptChats(filled)
    chats.append(chats.create("Tides").id, kept)
    remove(filled, "p1", "p2")
    restore(filled, order[0])
    first, second = (own_word(int(one[1:])) for one in order)
    half = repr(filled.answer(str(kept.id)))
    assert first in half
    assert second not in half
    assert chats.list(first)
    assert not chats.list(second)
    restore(filled, order[1])
    after = filled.answer(str(kept.id))
    assert after
    assert dataclasses.replace(after, provenance=before.provenance) == before
    assert after.provenance.checks[0] == before.provenance.checks[0]
    assert chats.list(second)


def test_a_paper_deleted_for_good_does_not_come_back_with_another(filled: Store) -> None:
    kept = filled.keep_answer(answer(1, 2), most=5)
    remove(filled, "p1")
    remove(filled, "p2", undoable=False)
    restore(filled, "p1")
    assert own_word(2) not in repr(filled.answer(str(kept.id)))
    assert own_word(1) in repr(filled.answer(str(kept.id)))


def test_a_paper_that_was_added_again_is_left_as_it_is(filled: Store) -> None:
    remove(filled, "p2")
    with filled.writer() as writer:
        put(writer, 2, edition=1)
    with pytest.raises(LibraryError, match="in the library again"):
        restore(filled, "p2")
    assert filled.get(["p2"])["p2"].title == paper(2, 1).title


def test_words_in_answers_outlive_a_second_removal(filled: Store) -> None:
    kept = filled.keep_answer(answer(1, 2), most=5)
    remove(filled, "p2")
    with filled.writer() as writer:
        put(writer, 2)
    remove(filled, "p2")
    restore(filled, "p2")
    assert own_word(2) in repr(filled.answer(str(kept.id)).sentences)  # type: ignore[union-attr]


def test_a_citekey_that_has_been_taken_is_told_apart(filled: Store) -> None:
    remove(filled, "p2")
    with filled.writer() as writer:
        made = paper(4)
        taken = Paper(**{f: getattr(made, f) for f in made.__slots__} | {"citekey": "study2"})
        writer.put(taken, chunks(made), identity_key="key 4")
    assert restore(filled, "p2")[0].citekey == "study2-2"


@pytest.mark.parametrize("unknown", ["p1", "p99", ""])
def test_what_was_not_removed_cannot_come_back(filled: Store, unknown: str) -> None:
    with pytest.raises(LibraryError, match="can be brought back"):
        restore(filled, unknown)


def _secrets(folder: Path, word: str) -> list[str]:
    """Files in which a word stands, plain or packed."""
    found = []
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        packed = [_unpacked(data[m.start() :]) for m in re.finditer(b"x\x9c", data)]
        if any(word.encode() in text for text in (data, *packed)):
            found.append(path.name)
    return found


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return b""


_FINALLY: dict[str, Callable[[Store], object]] = {
    "at once": lambda store: remove(store, "p2", undoable=False),
    "after it was removed": lambda store: (remove(store, "p2"), remove_again(store)),
    "when its time has come": lambda store: (remove(store, "p2"), purge(store)),
}


def remove_again(store: Store) -> None:
    remove(store, "p2", undoable=False)


def purge(store: Store) -> None:
    with store.writer() as writer:
        assert writer.purge(days=0) == 1


@pytest.mark.parametrize("finally_", _FINALLY.values(), ids=_FINALLY)
def test_no_byte_of_a_paper_deleted_for_good_is_left(
    filled: Store, folder: Path, finally_: Callable[[Store], object]
) -> None:
    filled.keep_answer(answer(1, 2), most=5)
    (folder / "library.db.format-2").write_bytes(own_word(2).encode())
    assert _secrets(folder, own_word(2))
    finally_(filled)
    assert filled.removed() == []
    with pytest.raises(LibraryError, match="can be brought back"):
        restore(filled, "p2")
    filled.close()
    assert _secrets(folder, own_word(2)) == []
    assert _secrets(folder, base64.b64encode(chunks(paper(2))[0].vector.tobytes()).decode()) == []


def test_a_removed_paper_stands_in_no_plain_text_meanwhile(filled: Store, folder: Path) -> None:
    remove(filled, "p2")
    filled.close()
    plain = [
        p.name for p in folder.rglob("*") if p.is_file() and own_word(2).encode() in p.read_bytes()
    ]
    assert plain == []


def test_the_next_writer_deletes_what_is_older_than_a_month(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    chats = KeptChats(filled)
    chat = chats.create("old")
    shown = chats.append(chat.id, answer(1))
    with monkeypatch.context() as then:
        then.setattr("rag.index.tombstones._now", lambda: "2020-01-01T00:00:00.000+00:00")
        then.setattr("rag.index.chats._now", lambda: "2020-01-01T00:00:00.000+00:00")
        with filled.writer() as writer:
            writer.remove("p2", undoable=True)
        chats.delete(chat.id)
    remove(filled, "p3")
    assert [gone.paper_id for gone in filled.removed()] == ["p3"]
    with pytest.raises(LibraryError, match="no deleted chat"):
        chats.undelete(chat.id)
    assert filled.answer(str(shown.id)) is None


def test_an_answer_that_another_chat_shows_stays(filled: Store) -> None:
    chats = KeptChats(filled)
    one, two = chats.create("one"), chats.create("two")
    shown = chats.append(one.id, answer(1))
    chats.append(two.id, shown)
    chats.delete(one.id)
    with filled.writer() as writer:
        assert writer.purge(days=0) == 1
    assert chats.get(two.id).answers == (shown,)  # type: ignore[union-attr]
