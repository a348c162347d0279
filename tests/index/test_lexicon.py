"""Names kept beside the library: they follow it paper by paper and can be lost without harm."""

from __future__ import annotations

import sqlite3

import pytest
from made_papers import IDENTITY, own_word, paper, put

from rag.base.types import Paper
from rag.index.facts import PaperFacts
from rag.index.lexicon import FILE, Lexicon
from rag.index.store import Store
from rag.search.mining import VERSION, facts_of

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


def _names(store: Store) -> Lexicon:
    return store.lexicon(facts_of, VERSION)


def _all_of(lexicon: Lexicon, *numbers: int, edition: int = 0) -> dict[str, object]:
    """What is known of the things that made papers have."""
    known: dict[str, object] = {"papers": lexicon.paper_count, "to": lexicon.word_count("gradient")}
    for number in numbers:
        own = own_word(number, edition)
        known[own] = lexicon.stem_count(own), lexicon.words_like(own, 0)
        known[f"author {number}"] = lexicon.person(f"author number{number}")
        known[f"title {number}"] = lexicon.opened_by(["study", str(number)])
    known["family"] = lexicon.family("zhao"), lexicon.families_like("zhoa", 1)
    known["org"] = lexicon.org("microsoft research"), lexicon.orgs_beginning("microsoft")
    known["categories"] = sorted(lexicon.categories())
    return known


def _fresh(store: Store) -> Lexicon:
    fresh = Lexicon(None, facts_of, VERSION)
    fresh.learn(store.papers())
    return fresh


def test_names_follow_what_is_added_changed_and_removed(store: Store) -> None:
    lexicon = _names(store)
    assert lexicon.paper_count == 0
    with store.writer() as writer:
        put(writer, *range(6))
    assert lexicon.person("author number5") == "Author Number5"
    with store.writer() as writer:
        put(writer, 2, 4, edition=1)
        writer.remove("p0")
        writer.remove("p3")
        put(writer, 7)
    for edition in (0, 1):
        known = _all_of(lexicon, *range(8), edition=edition)
        assert known == _all_of(_fresh(store), *range(8), edition=edition)
    assert lexicon.person("author number3") is None


def test_only_what_has_changed_is_read_again(store: Store) -> None:
    read: list[str] = []

    def miner(one: Paper) -> PaperFacts:
        read.append(one.id)
        return facts_of(one)

    with store.writer() as writer:
        put(writer, *range(5))
    store.lexicon(miner, VERSION)
    assert read == ["p0", "p1", "p2", "p3", "p4"]
    store.lexicon(miner, VERSION)
    with store.writer() as writer:
        put(writer, 9)
    assert read[5:] == ["p9"]


def test_another_process_finds_names_ready_and_sees_what_this_one_adds(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(3))
    first = _names(store)

    def never(_: Paper) -> PaperFacts:
        raise AssertionError("read again")

    with Store.open(store.folder, identity=IDENTITY) as other:
        assert other.lexicon(never, VERSION).paper_count == 3
        with store.writer() as writer:
            put(writer, 3)
        assert first.paper_count == 4
        assert other.lexicon(never, VERSION).person("author number3") == "Author Number3"


def test_names_of_another_miner_are_read_anew(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    _names(store)
    with Store.open(store.folder, identity=IDENTITY) as other:
        lexicon = other.lexicon(lambda _: PaperFacts(words=("other",)), "another")
        assert lexicon.word_count("other") == 1
        assert lexicon.word_count("gradient") == 0


@pytest.mark.parametrize("damage", [b"", b"no database", None], ids=["empty", "other", "gone"])
def test_a_damaged_or_missing_file_is_made_again(store: Store, damage: bytes | None) -> None:
    with store.writer() as writer:
        put(writer, *range(4))
    _names(store).close()
    for path in store.folder.glob(f"{FILE}*"):
        path.unlink()
    if damage is not None:
        (store.folder / FILE).write_bytes(damage)
    with Store.open(store.folder, identity=IDENTITY) as other:
        assert _all_of(_names(other), *range(4)) == _all_of(_fresh(store), *range(4))


def test_where_no_file_can_be_kept_names_live_in_memory(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    (store.folder / FILE).mkdir()
    assert _names(store).person("author number1") == "Author Number1"
    with store.writer() as writer:
        put(writer, 2)
    assert _names(store).paper_count == 2


def test_the_words_of_a_removed_paper_are_in_no_file(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(30))
    _names(store)
    with store.writer() as writer:
        writer.remove("p7")
    kept = b"".join(path.read_bytes() for path in store.folder.glob(f"{FILE}*"))
    assert own_word(8).encode() in kept
    assert own_word(7).encode() not in kept


def test_names_that_do_not_fit_the_library_are_read_anew(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(3))
    _names(store).close()
    with sqlite3.connect(store.folder / FILE) as conn:
        conn.execute("DELETE FROM papers WHERE id = 'p1'")
    conn.close()
    with store.writer() as writer:
        put(writer, 3)
    assert _names(store).opened_by(["study", "1"]) == {"p1": "study 1 edition 0"}


def test_repair_reads_the_names_anew(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    lexicon = _names(store)
    with sqlite3.connect(store.folder / FILE) as conn:
        conn.execute("DELETE FROM people")
    conn.close()
    store.repair()
    assert lexicon.person("author number1") == "Author Number1"


def test_an_author_keeps_the_place_of_the_first_paper(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    lexicon = _names(store)
    with store.writer() as writer:
        put(writer, 1, edition=1)
    assert list(lexicon.opened_by(["study", "1"])) == ["p1"]
    assert lexicon.family("zhao") == [paper(1).authors[0]]
    assert lexicon.full_names() == ["rosie zhao", "author number1", "author number2"]
