"""Names kept beside the library: they follow it paper by paper and can be lost without harm."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from made_papers import IDENTITY, chunks, own_word, paper, put

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


MANY = range(1, 101)  # more than a question waits for


@contextmanager
def _while_many_are_taken_in(store: Store) -> Iterator[tuple[Lexicon, threading.Event]]:
    """Names of a library to which another one has added `MANY`, and what lets them be taken in."""
    may_go_on = threading.Event()

    def miner(one: Paper) -> PaperFacts:
        assert one.id == "p0" or may_go_on.wait(60)
        return facts_of(one)

    with store.writer() as writer:
        put(writer, 0)
    lexicon = store.lexicon(miner, VERSION)
    with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
        made = [paper(number) for number in MANY]
        writer.put_all([(one, chunks(one), f"key {one.id}") for one in made])
    try:
        store.lexicon(miner, VERSION, soon=True)
        yield lexicon, may_go_on
    finally:
        may_go_on.set()
        lexicon.close()


def test_a_question_does_not_wait_until_many_names_are_taken_in(store: Store) -> None:
    with _while_many_are_taken_in(store) as (lexicon, may_go_on):
        assert lexicon.person("author number0") == "Author Number0"
        assert lexicon.person("author number7") is None
        may_go_on.set()
        lexicon.close()
        assert store.lexicon(facts_of, VERSION, soon=True) is lexicon
        assert lexicon.person("author number7") == "Author Number7"
        assert lexicon.paper_count == 1 + len(MANY)


def test_what_was_removed_is_gone_even_while_many_are_taken_in(store: Store) -> None:
    with _while_many_are_taken_in(store) as (lexicon, may_go_on):
        may_go_on.set()
        with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
            writer.remove("p0")
            made = [paper(number, edition=1) for number in MANY]
            writer.put_all([(one, chunks(one), f"key {one.id}") for one in made])
        store.lexicon(facts_of, VERSION, soon=True)
        assert lexicon.person("author number0") is None
        assert lexicon.stem_count(own_word(7, 1)) == 1


def test_whoever_needs_all_names_waits_for_those_that_are_taken_in_beside(store: Store) -> None:
    with _while_many_are_taken_in(store) as (lexicon, may_go_on):
        threading.Timer(0.2, may_go_on.set).start()
        store.lexicon(facts_of, VERSION)
        assert lexicon.paper_count == 1 + len(MANY)


def test_a_question_does_not_wait_for_another_process_that_writes_many_names(store: Store) -> None:
    with _while_many_are_taken_in(store) as (lexicon, may_go_on):
        may_go_on.set()
        lexicon.close()
        with Store.open(store.folder, identity=IDENTITY) as other, other.writer() as writer:
            made = [paper(number) for number in range(200, 300)]
            writer.put_all([(one, chunks(one), f"key {one.id}") for one in made])
        writing = sqlite3.connect(store.folder / FILE, isolation_level=None)
        writing.execute("BEGIN IMMEDIATE")
        started_s = time.monotonic()
        store.lexicon(facts_of, VERSION, soon=True)
        assert time.monotonic() - started_s < 10  # and not as long as SQLite waits
        assert lexicon.person("author number7") == "Author Number7"
        assert lexicon.person("author number222") is None
        writing.execute("ROLLBACK")
        writing.close()
        lexicon.close()
        assert store.lexicon(facts_of, VERSION).person("author number222") == "Author Number222"


def test_a_file_that_was_deleted_meanwhile_is_made_again(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    lexicon = _names(store)
    for path in store.folder.glob(f"{FILE}*"):
        path.unlink()
    with store.writer() as writer:
        put(writer, 2)
    assert _names(store) is lexicon
    assert lexicon.paper_count == 2
    with Store.open(store.folder, identity=IDENTITY) as other:
        assert _names(other).paper_count == 2
