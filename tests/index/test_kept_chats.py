"""Chats of a library: they come back whole, keep their answers, and are their owner's alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from made_papers import IDENTITY, own_word, paper, put
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
    return store


@pytest.fixture
def chats(filled: Store) -> KeptChats:
    return KeptChats(filled)


def test_a_chat_comes_back_as_it_was(chats: KeptChats, filled: Store, folder: Path) -> None:
    chat = chats.create()
    kept = [chats.append(chat.id, answer(n, question=f"What is {n}?")) for n in (1, 2)]
    filled.close()
    with Store.open(folder, identity=IDENTITY) as again:
        found = KeptChats(again).get(chat.id)
        assert found
        assert found.answers == tuple(kept)
        assert (found.title, found.turns) == ("What is 1?", 2)
        assert [paper.id for paper in found.cited] == ["p1", "p2"]
        assert found.history == [(a.question, a) for a in kept]


def test_a_chat_keeps_its_answers_however_many_come_after(chats: KeptChats, filled: Store) -> None:
    chat = chats.create()
    first = filled.keep_answer(answer(1, question="First?"), most=2)
    assert chats.append(chat.id, first) == first
    for i in range(5):
        filled.keep_answer(answer(2, question=f"{i}?"), most=2)
    assert chats.get(chat.id).answers == (first,)  # type: ignore[union-attr]
    assert [kept.question for kept in filled.answers(9)] == ["4?", "3?", "First?"]


def test_an_answer_that_is_no_longer_kept_is_kept_again(chats: KeptChats, filled: Store) -> None:
    gone = filled.keep_answer(answer(1, question="First?"), most=1)
    filled.keep_answer(answer(2), most=1)
    chat = chats.create()
    kept = chats.append(chat.id, gone)
    assert kept.id != gone.id
    assert chats.get(chat.id).answers == (kept,)  # type: ignore[union-attr]


def test_an_answer_appended_twice_stands_there_once(chats: KeptChats) -> None:
    chat = chats.create()
    kept = chats.append(chat.id, answer(1))
    assert chats.append(chat.id, kept) == kept
    assert chats.get(chat.id).turns == 1  # type: ignore[union-attr]


def test_an_answer_takes_the_place_of_another(chats: KeptChats) -> None:
    chat = chats.create()
    ids = [str(chats.append(chat.id, answer(1, question=q)).id) for q in "abc"]
    new = chats.replace(chat.id, ids[1], answer(2, question="b!"))
    found = chats.get(chat.id)
    assert found
    assert [a.question for a in found.answers] == ["a", "b!", "c"]
    with pytest.raises(LibraryError, match="no answer"):
        chats.replace(chat.id, ids[1], new)


def test_the_last_used_comes_first_whatever_the_clock_says(
    chats: KeptChats, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = chats.create("one")
    monkeypatch.setattr("rag.index.chats._now", lambda: "1970-01-01T00:00:00.000+00:00")
    second = chats.create("two")
    assert [chat.id for chat in chats.list()] == [second.id, first.id]
    chats.append(first.id, answer(1))
    assert [chat.id for chat in chats.list()] == [first.id, second.id]
    assert [chat.id for chat in chats.list(most=1)] == [first.id]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ωmega über", "Tides"]),
        ("tide", ["Tides"]),
        ("UBER", ["Ωmega über"]),
        ("falls gradient", ["Tides"]),
        ("falls über", []),
        ("100%_", []),
        ("?!", []),
    ],
)
def test_chats_are_found_by_all_their_words(chats: KeptChats, query: str, found: list[str]) -> None:
    chats.append(chats.create("Tides").id, answer(1, question="What falls?"))
    chats.append(chats.create("Ωmega über").id, answer(2, question="What rises?"))
    assert [chat.title for chat in chats.list(query)] == found


def test_titles_are_short_lines(chats: KeptChats) -> None:
    chat = chats.create()
    chats.append(chat.id, answer(1, question="How\n" + "very " * 40 + "long?"))
    (found,) = chats.list()
    assert found.title.startswith("How very very")
    assert len(found.title) <= 81
    assert chats.rename(chat.id, " \x00New\ntitle ").title == "New title"


def test_a_deleted_chat_is_gone_and_comes_back(chats: KeptChats) -> None:
    chat = chats.create("Tides")
    kept = chats.append(chat.id, answer(1))
    assert chats.delete(chat.id).id == chat.id
    assert chats.get(chat.id) is None
    assert chats.list() == ()
    for change in (
        lambda: chats.delete(chat.id),
        lambda: chats.append(chat.id, kept),
        lambda: chats.rename(chat.id, "x"),
    ):
        with pytest.raises(LibraryError, match="no chat"):
            change()
    assert chats.undelete(chat.id).title == "Tides"
    assert chats.get(chat.id).answers == (kept,)  # type: ignore[union-attr]
    with pytest.raises(LibraryError, match="no deleted chat"):
        chats.undelete(chat.id)


def test_people_do_not_see_each_others_chats(chats: KeptChats) -> None:
    of_ada = chats.create("Ada's", owner="ada")
    chats.append(of_ada.id, answer(1), owner="ada")
    assert chats.list() == ()
    assert chats.list("falls", owner="bob") == ()
    for owner in ("", "bob"):
        assert chats.get(of_ada.id, owner) is None
        with pytest.raises(LibraryError, match="no chat"):
            chats.delete(of_ada.id, owner)
    assert [chat.id for chat in chats.list(owner="ada")] == [of_ada.id]


def test_two_who_write_into_one_chat_lose_nothing(
    chats: KeptChats, filled: Store, folder: Path
) -> None:
    chat = chats.create()
    with Store.open(folder, identity=IDENTITY) as other:
        for i in range(4):
            (chats if i % 2 else KeptChats(other)).append(chat.id, answer(1, question=f"{i}?"))
    assert [a.question for a in chats.get(chat.id).answers] == ["0?", "1?", "2?", "3?"]  # type: ignore[union-attr]


def test_a_removed_paper_leaves_its_title_in_chats_and_none_of_its_words(
    chats: KeptChats, filled: Store, folder: Path
) -> None:
    chat = chats.create("Tides")
    chats.append(chat.id, answer(1, 2))
    assert chats.list(own_word(1))
    with filled.writer() as writer:
        writer.remove("p1")
    assert not chats.list(own_word(1))
    assert chats.list(own_word(2))
    found = chats.get(chat.id)
    assert found
    assert found.answers[0].sentences[0].text == ""
    assert found.cited[0] == Paper("p1", paper(1).title)
    filled.close()
    secret = own_word(1).encode()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if secret in path.read_bytes()] == []


def test_the_same_question_elsewhere_is_another_answer(chats: KeptChats) -> None:
    stranger = dataclasses.replace(answer(1, question="Mine?"), id="1")
    chats.append(chats.create().id, answer(2, question="Yours?"))
    chat = chats.create()
    assert chats.append(chat.id, stranger).id != "1"
