"""Records on a PostgreSQL server: whose they are, who shares them, and what a dead server does."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from made_papers import (
    IDENTITY,
    chunks,
    embedded,
    own_word,
    paper,
    put,
    put_late,
    query_words,
)
from postgres_server import PostgresServer
from test_kept_answers import answer

from rag.base.errors import DatabaseServerError, LibraryBusyError, LibraryError, NotALibraryError
from rag.index.backup import back_up
from rag.index.chats import KeptChats
from rag.index.keyword import KeywordIndex
from rag.index.restore import restore
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def one(url: str, tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "one", identity=IDENTITY, database_url=url) as opened:
        yield opened


@pytest.fixture
def other(url: str, tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "other", identity=IDENTITY, database_url=url) as opened:
        yield opened


def test_whoever_has_another_folder_sees_the_same_library(one: Store, other: Store) -> None:
    assert other.keyword_search(query_words(1), 5) == []
    with one.writer() as writer:
        put(writer, 1, 2, 3)
    assert other.paper_count() == 3
    assert other.keyword_search(query_words(1), 1)[0][0] == "p1"
    assert other.dense_search(chunks(paper(2))[0].vector, 1)[0][0] == "p2:0"
    with other.writer() as writer:
        put(writer, 3, edition=1)
        writer.remove("p1")
    assert [found.id for found in one.papers()] == ["p2", "p3"]
    assert one.keyword_search(query_words(3, 1), 1)[0][0] == "p3"
    assert own_word(3, 1) in one.get(["p3"])["p3"].abstract
    assert all(finding.ok for store in (one, other) for finding in store.check())


def test_many_papers_that_others_added_are_taken_in_while_one_asks_on(
    one: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with one.writer() as writer:
        put(writer, 1)
    assert other.keyword_search(query_words(1), 1)[0][0] == "p1"
    many = [paper(number) for number in range(2, 102)]
    with one.writer() as writer:
        writer.put_all([(made, chunks(made), f"key {made.id}") for made in many])
    may_go_on, real = threading.Event(), KeywordIndex.replace

    def slow(self: KeywordIndex, *changes: Any) -> None:
        assert may_go_on.wait(60)
        real(self, *changes)

    monkeypatch.setattr(KeywordIndex, "replace", slow)
    assert other.keyword_search(query_words(1), 1)[0][0] == "p1"
    assert other.keyword_search([own_word(77)], 1) == []
    may_go_on.set()
    deadline_s = time.monotonic() + 60
    while not other.keyword_search([own_word(77)], 1) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert other.keyword_search([own_word(77)], 1)[0][0] == "p77"


def test_chats_and_answers_are_shared_too(one: Store, other: Store) -> None:
    with one.writer() as writer:
        put(writer, 1)
    chat = KeptChats(one).create("Soap", owner="ada")
    kept = KeptChats(one).append(chat.id, answer(1), owner="ada")
    assert [found.title for found in KeptChats(other).list("soap", owner="ada")] == ["Soap"]
    assert other.answer(kept.id or "") == kept
    assert KeptChats(other).get(chat.id, owner="bo") is None


def test_originals_are_where_everybody_has_them(one: Store, other: Store, url: str) -> None:
    with one.writer() as writer:
        digest = writer.keep_original(b"a file")
        assert writer.keep_original(b"a file") == digest
        writer.log(action="read", origin="a.pdf", sha256=digest, outcome="read")
    assert other.original(digest) == b"a file"
    assert other.original("0" * 64) is None
    assert all(finding.ok for finding in other.check())
    with psycopg.connect(url) as conn:
        conn.execute("UPDATE originals SET data = 'another'")
    assert [finding.check for finding in other.check() if not finding.ok] == ["original bytes"]
    with psycopg.connect(url) as conn:
        conn.execute("DELETE FROM originals")
    assert [finding.check for finding in other.check() if not finding.ok] == ["originals"]


def test_two_who_write_at_once_wait_for_each_other_and_lose_nothing(
    one: Store, other: Store
) -> None:
    def fill(store: Store, numbers: range) -> None:
        with store.writer() as writer:
            for number in numbers:
                put(writer, number)
                store.keep_answer(answer(number), most=100)

    threads = [
        threading.Thread(target=fill, args=(store, range(first, first + 20)))
        for store, first in ((one, 0), (other, 20))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found.id for found in one.papers()) == sorted(f"p{n}" for n in range(40))
    assert one.revision == other.revision == 40
    assert len(other.answers(99)) == 40
    assert {hit for hit, _ in other.keyword_search(["gradient"], 99)} == {
        f"p{n}" for n in range(40)
    }


def test_whoever_cannot_write_in_time_is_told_that_another_does(one: Store, other: Store) -> None:
    waiting = one._catalog.answering(wait_ms=100)
    with waiting, pytest.raises(LibraryBusyError, match="another process"):
        other.keep_answer(answer(1), most=5)


def test_an_answer_is_kept_while_somebody_adds_but_not_while_a_paper_is_removed(
    one: Store, other: Store
) -> None:
    with one.writer() as writer:
        put(writer, 1)
    chat = KeptChats(other).create("Soap")
    with one._catalog.writing():
        kept = KeptChats(other).append(chat.id, answer(1))
    assert other.answer(kept.id or "") == kept
    with one._catalog.writing_all(), pytest.raises(LibraryBusyError):
        other.keep_answer(answer(2), most=5)


def test_a_dead_server_is_named_and_work_goes_on_when_it_is_back(
    one: Store, postgres: PostgresServer
) -> None:
    with one.writer() as writer:
        put(writer, 1)
        postgres.kill()
        try:
            with pytest.raises(DatabaseServerError, match="database server") as caught:
                put(writer, 2)
            with pytest.raises(DatabaseServerError):
                one.get(["p1"])
        finally:
            postgres.start()
        put(writer, 3)
    assert "Start the server" in str(caught.value)
    assert [found.id for found in one.papers()] == ["p1", "p3"]
    assert one.keyword_search(query_words(3), 1)[0][0] == "p3"
    assert all(finding.ok for finding in one.check())


def test_a_server_that_dies_within_a_transaction_keeps_all_of_it_or_nothing(
    one: Store, postgres: PostgresServer
) -> None:
    with one.writer() as writer:
        with pytest.raises(DatabaseServerError), writer.together():  # noqa: PT012
            put(writer, 1, 2)
            postgres.kill()
            postgres.start()
            put(writer, 3)
        assert list(one.papers()) == []
        put(writer, 2)
    assert [found.id for found in one.papers()] == ["p2"]


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://ada:secret@127.0.0.1:9/papers?connect_timeout=2"
    with pytest.raises(DatabaseServerError, match=r"127\.0\.0\.1:9/papers") as caught:
        Store.open(tmp_path / "library", identity=IDENTITY, database_url=url)
    assert "secret" not in str(caught.value)


def test_a_database_with_something_else_in_it_is_left_alone(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE customers (name text)")
    with pytest.raises(NotALibraryError, match="something else"):
        Store.open(tmp_path / "library", identity=IDENTITY, database_url=url)
    with psycopg.connect(url) as conn:
        found = conn.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
            "AND relkind = 'r'"
        ).fetchall()
    assert found == [("customers",)]
    assert not (tmp_path / "library").exists()


def test_another_model_or_a_newer_version_is_refused(one: Store, url: str, tmp_path: Path) -> None:
    with pytest.raises(NotALibraryError, match="another model"):
        Store.open(tmp_path / "new", identity={**IDENTITY, "embedder": "x"}, database_url=url)
    with psycopg.connect(url) as conn:
        conn.execute("UPDATE manifest SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(NotALibraryError, match="newer version"):
        Store.open(tmp_path / "new", identity=IDENTITY, database_url=url)


def test_a_library_of_the_version_before_is_upgraded(one: Store, url: str, tmp_path: Path) -> None:
    with one.writer() as writer:
        put(writer, 1)
    one.close()
    with psycopg.connect(url) as conn:
        conn.execute("DROP TABLE late_vectors")
        conn.execute("UPDATE manifest SET value = '5' WHERE key = 'schema_version'")
    with Store.open(tmp_path / "new", identity=IDENTITY, database_url=url) as new:
        with new.writer() as writer:
            put_late(writer, 2)
        assert new.awaited() == ["p2"]
        new.put_vectors(embedded(2))
        assert new.dense_search(chunks(paper(2))[0].vector, 1)[0][0] == "p2:0"
        assert [finding for finding in new.check() if not finding.ok] == []


def test_a_folder_has_the_indexes_of_one_library(
    one: Store, postgres: PostgresServer, tmp_path: Path
) -> None:
    one.close()
    with pytest.raises(NotALibraryError, match="another library"):
        Store.open(tmp_path / "one", identity=IDENTITY, database_url=postgres.database())
    with pytest.raises(NotALibraryError, match="Set DATABASE_URL"):
        Store.open(tmp_path / "one", identity=IDENTITY)
    Store.open(tmp_path / "local", identity=IDENTITY).close()
    with pytest.raises(NotALibraryError, match="a library of its own"):
        Store.open(tmp_path / "local", identity=IDENTITY, database_url=postgres.database())


def test_folders_can_be_deleted_and_are_filled_again(one: Store, url: str, tmp_path: Path) -> None:
    with one.writer() as writer:
        put(writer, 1, 2)
    with Store.open(tmp_path / "new", identity=IDENTITY, database_url=url) as new:
        assert new.keyword_search(query_words(2), 1)[0][0] == "p2"
        assert not (tmp_path / "new" / "library.db").exists()


def test_a_backup_is_left_to_the_server_s_own_program(one: Store, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="pg_dump"):
        back_up(one, tmp_path / "library.askpapers")
    assert list(tmp_path.glob("library.askpapers*")) == []
    with Store.open(tmp_path / "local", identity=IDENTITY) as local:
        back_up(local, tmp_path / "local.askpapers")
    with pytest.raises(NotALibraryError, match="pg_restore"):
        restore(tmp_path / "local.askpapers", tmp_path / "one", replace=True)


def test_a_text_that_the_server_does_not_take_is_named(one: Store) -> None:
    with pytest.raises(LibraryError, match="does not take"):
        one.keep_answer(answer(1, question="What is \0?"), most=5)
    assert one.keep_answer(answer(1), most=5).id


def test_a_lock_goes_with_who_held_it(one: Store, other: Store) -> None:
    held = one._catalog.take("vectors.lock")
    assert held
    assert other._catalog.take("vectors.lock") is None
    held.release()
    held.release()
    again = other._catalog.take("vectors.lock")
    assert again
    again.release()
