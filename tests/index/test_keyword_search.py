"""How the keyword index on disk keeps step with the catalog, and who brings it up."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from made_papers import IDENTITY, own_word, put, query_words

from rag.index.lexical import KeywordSearch
from rag.index.lock import write_lock
from rag.index.states import CacheState
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


@pytest.fixture
def filled(folder: Path, store: Store) -> Store:
    """A store whose keyword index another store has written."""
    with Store.open(folder, identity=IDENTITY) as other, other.writer() as writer:
        put(writer, *range(10))
    return store


@pytest.fixture
def busy(folder: Path) -> Iterator[None]:
    """Somebody else holds the write lock."""
    folder.mkdir(exist_ok=True)
    with write_lock(folder, doing="testing", wait_s=0):
        yield


def _state(store: Store) -> CacheState:
    return store._catalog.cache("keyword")


def _put_and_die(folder: Path, monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Put papers without bringing the keyword index up, as a killed process does."""
    with monkeypatch.context() as dying:
        dying.setattr(KeywordSearch, "sync", lambda self: None)
        with Store.open(folder, identity=IDENTITY) as other, other.writer() as writer:
            put(writer, *numbers)


def _found(store: Store, number: int, edition: int = 0) -> list[str]:
    words = [own_word(number, edition)]
    return [paper_id for paper_id, _ in store.keyword_search(words, 5)]


def test_leaving_the_writer_brings_the_index_up(filled: Store, folder: Path) -> None:
    state = _state(filled)
    assert (state.generation, state.rows, state.revision) == (1, 10, filled.revision)
    assert (folder / "index-1" / "keyword" / "meta.json").is_file()
    assert filled.keyword_search(query_words(4), 3)[0][0] == "p4"
    assert _found(filled, 4) == ["p4"]


def test_filters_narrow_keyword_search(filled: Store) -> None:
    found = filled.keyword_search(["gradient"], 9, frozenset({"p1", "p2"}))
    assert {paper_id for paper_id, _ in found} == {"p1", "p2"}


def test_what_a_killed_writer_left_behind_is_found_at_once_and_written(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _found(filled, 4) == ["p4"]
    _put_and_die(folder, monkeypatch, 50, 51)
    assert _found(filled, 51) == ["p51"]
    assert _found(filled, 4) == ["p4"]
    assert (_state(filled).generation, _state(filled).rows) == (1, 12)


def test_replaced_text_is_found_by_its_new_words_only(filled: Store, folder: Path) -> None:
    assert _found(filled, 4) == ["p4"]
    with Store.open(folder, identity=IDENTITY) as other, other.writer() as writer:
        put(writer, 4, edition=1)
    assert _found(filled, 4) == []
    assert _found(filled, 4, edition=1) == ["p4"]
    assert _state(filled).rows == 10


def test_removing_a_paper_takes_its_words_out_of_the_files(filled: Store, folder: Path) -> None:
    assert _found(filled, 4) == ["p4"]
    with filled.writer() as writer:
        writer.remove("p4")
    assert _found(filled, 4) == []
    assert _found(filled, 5) == ["p5"]
    secret = own_word(4).encode()
    files = [path for path in folder.glob("index-*/keyword/*") if path.is_file()]
    assert files
    assert not [path for path in files if secret in path.read_bytes()]


def test_an_index_that_is_behind_still_answers_while_somebody_writes(
    filled: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _found(filled, 4) == ["p4"]
    _put_and_die(folder, monkeypatch, 50)
    with write_lock(folder, doing="testing", wait_s=0):
        assert _found(filled, 4) == ["p4"]
        assert _found(filled, 50) == []
    assert _found(filled, 50) == ["p50"]


def _delete(folder: Path) -> None:
    shutil.rmtree(folder)


def _cut_meta(folder: Path) -> None:
    path = folder / "meta.json"
    path.write_bytes(path.read_bytes()[:20])


def _lose_a_segment(folder: Path) -> None:
    for path in folder.glob("*.term"):
        path.unlink()


def _garble_a_segment(folder: Path) -> None:
    for path in folder.glob("*.idx"):
        path.write_bytes(b"\xff" * path.stat().st_size)


DAMAGES = pytest.mark.parametrize(
    "damage",
    [_delete, _cut_meta, _lose_a_segment, _garble_a_segment],
    ids=lambda damage: damage.__name__.strip("_"),
)


@DAMAGES
def test_a_damaged_index_is_built_anew(
    filled: Store, folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder / "index-1" / "keyword")
    for number in range(10):
        assert _found(filled, number) == [f"p{number}"]


@DAMAGES
def test_a_damaged_index_is_replaced_in_memory_while_somebody_writes(
    filled: Store, folder: Path, damage: Callable[[Path], None], busy: None
) -> None:
    damage(folder / "index-1" / "keyword")
    for number in range(10):
        assert _found(filled, number) == [f"p{number}"]


def test_an_index_in_memory_follows_changes_until_one_on_disk_is_there(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_and_die(folder, monkeypatch, 1)
    with write_lock(folder, doing="testing", wait_s=0):
        assert _found(store, 1) == ["p1"]
        store._catalog.remove("p1")
        assert _found(store, 1) == []
        assert _state(store).generation == 0
    _put_and_die(folder, monkeypatch, 2)
    assert _found(store, 2) == ["p2"]
    assert _state(store).generation == 1


def test_an_index_of_other_words_is_built_anew(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.lexical.fingerprint", lambda: "words of another version")
    assert _found(filled, 4) == ["p4"]
    assert _state(filled).generation == 2


def test_a_long_addition_shows_its_papers_before_it_ends(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.writer._SYNC_EVERY_S", 0.0)
    monkeypatch.setattr("rag.index.writer._SYNC_SHARE", 0)
    with Store.open(folder, identity=IDENTITY) as other, other.writer() as writer:
        put(writer, 1, 2)
        assert _found(store, 2) == ["p2"]
        put(writer, 3)
        assert _found(store, 3) == ["p3"]


def test_many_small_additions_stay_one_searchable_index(store: Store) -> None:
    for number in range(25):
        with store.writer() as writer:
            put(writer, number)
    assert len(store.keyword_search(["gradient"], 99)) == 25
    assert _state(store).generation == 1
