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


@pytest.fixture
def large(filled: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store that takes its few papers for many, so that it does not build the index anew."""
    monkeypatch.setattr("rag.index.lexical._FORGOTTEN", 0.5)
    return filled


def _remove(store: Store, *numbers: int, undoable: bool = True) -> None:
    with store.writer() as writer:
        for number in numbers:
            assert writer.remove(f"p{number}", undoable=undoable)


def _is_in_files(store: Store, number: int) -> bool:
    return any(f"p{number}" in papers for papers in store._keyword.opened_anew().files())


def test_of_many_papers_one_is_hidden_and_comes_back(large: Store) -> None:
    _remove(large, 4)
    assert _found(large, 4) == []
    assert [_found(large, number) for number in (3, 5)] == [["p3"], ["p5"]]
    with large.writer() as writer:
        writer.restore("p4")
    assert _found(large, 4) == ["p4"]
    assert (_state(large).generation, _state(large).rows) == (1, 10)
    assert not large._catalog.removed_since(0)[1]


def _purge(store: Store) -> None:
    with store.writer() as writer:
        writer.purge(days=0)


ENDINGS = pytest.mark.parametrize(
    "ending", [_purge, lambda store: _remove(store, 4, undoable=False)], ids=["purged", "by hand"]
)


@ENDINGS
def test_of_many_papers_one_deleted_for_good_leaves_the_files(
    large: Store, ending: Callable[[Store], None]
) -> None:
    _remove(large, 4)
    assert _is_in_files(large, 4)
    ending(large)
    assert not _is_in_files(large, 4)
    assert [_found(large, n) for n in range(10)] == [[f"p{n}"] if n != 4 else [] for n in range(10)]
    assert (_state(large).generation, _state(large).rows) == (1, 9)
    assert all(finding.ok for finding in large.check())


@ENDINGS
def test_what_was_deleted_when_the_process_was_killed_leaves_the_files_with_the_next_search(
    large: Store, folder: Path, monkeypatch: pytest.MonkeyPatch, ending: Callable[[Store], None]
) -> None:
    _remove(large, 4)
    with monkeypatch.context() as dying:
        dying.setattr(KeywordSearch, "sync", lambda self: None)
        with Store.open(folder, identity=IDENTITY) as other:
            ending(other)
    assert _found(large, 4) == []
    assert _found(large, 5) == ["p5"]
    assert not _is_in_files(large, 4)


def test_a_purge_leaves_a_paper_that_was_added_again(large: Store) -> None:
    _remove(large, 4)
    with large.writer() as writer:
        put(writer, 4)
    _purge(large)
    assert _found(large, 4) == ["p4"]
    assert _state(large).rows == 10


def test_an_index_that_has_forgotten_many_is_built_anew(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.lexical._FORGOTTEN", 0.15)
    _remove(filled, 0)
    assert _state(filled).generation == 1
    _remove(filled, 1)
    assert _state(filled).generation == 2
    assert not any(_is_in_files(filled, number) for number in (0, 1))
    assert [_found(filled, number) for number in (1, 4)] == [[], ["p4"]]
