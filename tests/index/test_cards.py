"""Cards kept beside the library: they follow it paper by paper and can be lost without harm."""

from __future__ import annotations

import sqlite3

import pytest
from made_papers import own_word, put

from rag.base.types import Paper
from rag.cite.carding import VERSION, card_of, carded
from rag.index.cards import FILE, Card, Cards
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")


def _cards(store: Store) -> Cards:
    return store.cards(card_of, VERSION)


def _told(cards: Cards, words: list[str]) -> dict[str, object]:
    """What the cards say of some words, by the papers' ids."""

    def ids(numbers: object) -> list[str]:
        return [card.paper_id for card in cards.cards(list(numbers)).values()]  # type: ignore[call-overload]

    return {
        word: (
            ids(cards.titled(word)),
            ids(cards.written_by(word)),
            cards.spread(word),
            sorted(cards.spelt_like(word, 2)),
            cards.beginning_with(word[:4], 50),
            ids(cards.with_key(word)),
            ids(cards.named(word)),
        )
        for word in words
    }


def test_cards_follow_what_is_added_changed_and_removed(store: Store) -> None:
    assert _cards(store).count == 0
    with store.writer() as writer:
        put(writer, *range(6))
    with store.writer() as writer:
        put(writer, 2, 4, edition=1)
        writer.remove("p0")
        writer.remove("p3")
        put(writer, 7)
    words = ["study", "author", "number5", "number3", "zhao", "p3", "p7", own_word(2, 1)]
    assert _told(_cards(store), words) == _told(carded(store.papers()), words)
    assert [c.paper_id for c in _cards(store).cards(range(20)).values()] == [
        "p1", "p2", "p4", "p5", "p7",
    ]  # fmt: skip


def test_a_writer_leaves_the_file_up_to_date(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    assert len(_cards(store).written_by("number1")) == 1
    with store.writer() as writer:
        put(writer, 2)
    other = Cards(store.folder / FILE, card_of, VERSION)
    assert len(other.written_by("number2")) == 1
    other.close()


@pytest.mark.parametrize("damage", ["gone", "no database", "another form"])
def test_lost_cards_are_made_anew(store: Store, damage: str) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    cards = _cards(store)
    cards.close()
    path = store.folder / FILE
    if damage == "another form":
        with sqlite3.connect(path) as conn:
            conn.execute("UPDATE meta SET value = 'x' WHERE key = 'form'")
        conn.close()
    else:
        path.write_bytes(b"x" * 4096) if damage == "no database" else path.unlink()
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
    again = Cards(path, card_of, VERSION)
    again.follow(store._catalog)
    assert again.count == 2
    again.close()


def test_words_of_a_removed_paper_are_gone_from_the_file(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    _cards(store)
    with store.writer() as writer:
        writer.remove("p2")
    _cards(store)
    kept = [store.folder / f"{FILE}{end}" for end in ("", "-wal")]
    held = b"".join(path.read_bytes() for path in kept if path.exists())
    assert b"number1" in held
    assert b"number2" not in held


def test_only_words_within_so_many_edits_are_offered() -> None:
    cards = Cards(None, lambda paper: Card(paper.id, title=paper.title), "1")
    cards.learn([Paper(id="a", title="gradient gradients graphs radiant zebra")])
    near = cards.spelt_like("graident", 2)
    assert "gradient" in near
    assert "gradients" in near
    assert "zebra" not in near
    assert cards.spelt_like("gradient", 0) == []
