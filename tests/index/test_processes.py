"""A library in several processes and threads at once."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from made_papers import IDENTITY, chunks, own_word, paper, put

from rag.base.errors import LibraryBusyError, LibraryError
from rag.base.types import Filters
from rag.index.lock import take, write_lock
from rag.index.store import Store

_TESTS = Path(__file__).parents[1]
_WRITE = """
import sys; sys.path.insert(0, sys.argv[2])
from pathlib import Path
from made_papers import IDENTITY, put
from rag.index.dense import DenseSearch
from rag.index.store import Store
DenseSearch.sync = lambda self: None
with Store.open(Path(sys.argv[1]), identity=IDENTITY) as store, store.writer() as writer:
    print("writing", flush=True)
    for line in sys.stdin:
        put(writer, int(line))
        print("put", flush=True)
"""


class _OtherWriter:
    """Another process that holds the writer and puts the papers it is told."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(folder), str(_TESTS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        assert self.process.stdout.readline() == "writing\n"

    def put(self, number: int) -> None:
        self.process.stdin.write(f"{number}\n")
        assert self.process.stdout.readline() == "put\n"

    def leave(self) -> None:
        self.process.stdin.close()
        assert self.process.wait(30) == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def other(folder: Path, store: Store) -> Iterator[_OtherWriter]:
    writer = _OtherWriter(folder)
    yield writer
    writer.kill()


def _dense(store: Store, number: int) -> str:
    return store.dense_search(chunks(paper(number))[0].vector, 1)[0][0]


def test_a_reader_sees_each_paper_of_another_process_s_writer(
    store: Store, other: _OtherWriter
) -> None:
    for number in (1, 2, 3):
        other.put(number)
        assert store.paper_count() == number
        assert store.get([f"p{number}"])[f"p{number}"] == paper(number)
        assert _dense(store, number) == f"p{number}:0"
        assert store.allowed(Filters(authors=(f"Number{number}",))) == {f"p{number}"}
    other.leave()
    assert [p for p, _ in store.keyword_search([own_word(2)], 5)] == ["p2"]


def test_a_second_writer_is_told_who_writes(
    store: Store, other: _OtherWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.store._LOCK_WAIT_S", 0.1)
    with (
        pytest.raises(LibraryBusyError, match=rf"pid {other.process.pid} · adding papers · since"),
        store.writer(),
    ):
        pytest.fail("two writers at once")
    other.leave()
    with store.writer() as writer:
        put(writer, 7)
    assert store.paper_count() == 1


@pytest.mark.usefixtures("without_chroma")
def test_a_second_writer_waits_for_one_that_is_soon_done(store: Store, other: _OtherWriter) -> None:
    leaving = threading.Timer(0.5, other.leave)
    leaving.start()
    with store.writer() as writer:
        assert other.process.stdin.closed
        put(writer, 7)
    leaving.join()
    assert store.paper_count() == 1


@pytest.mark.usefixtures("without_chroma")
def test_the_lock_of_a_killed_writer_is_free(store: Store, other: _OtherWriter) -> None:
    other.put(1)
    other.kill()
    with store.writer() as writer:
        put(writer, 2)
    assert [one.id for one in store.papers()] == ["p1", "p2"]
    assert [p for p, _ in store.keyword_search([own_word(1)], 5)] == ["p1"]


@pytest.mark.usefixtures("without_chroma")
def test_a_nested_writer_of_the_same_thread_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.store._LOCK_WAIT_S", 0.0)
    with store.writer() as writer:
        with pytest.raises(LibraryBusyError), store.writer():
            pytest.fail("two writers at once")
        put(writer, 1)
    assert store.paper_count() == 1


def test_the_holder_is_named_while_the_lock_is_held_only(folder: Path) -> None:
    folder.mkdir()
    with write_lock(folder, doing="testing", wait_s=0):
        assert "testing" in (folder / "write.lock.txt").read_text()
    assert not (folder / "write.lock.txt").exists()


def test_a_lock_that_is_held_is_not_given_twice_and_waited_for_no_longer_than_told(
    tmp_path: Path,
) -> None:
    held = take(tmp_path / "lock")
    assert held is not None
    started = time.monotonic()
    assert take(tmp_path / "lock") is None  # at once
    assert take(tmp_path / "lock", wait_s=0.2) is None
    assert 0.2 <= time.monotonic() - started < 10
    held.release()
    held.release()
    again = take(tmp_path / "lock")
    assert again is not None
    again.release()


def test_a_lock_is_let_go_of_by_whichever_thread_closes_the_library(tmp_path: Path) -> None:
    held = take(tmp_path / "lock")
    assert held is not None
    closing = threading.Thread(target=held.release)
    closing.start()
    closing.join()
    again = take(tmp_path / "lock")
    assert again is not None
    again.release()


def test_a_holder_that_did_not_say_who_it_is_is_told_as_unknown(tmp_path: Path) -> None:
    held = take(tmp_path / "write.lock")
    assert held is not None
    for _ in range(2):  # no note, an empty note
        with (
            pytest.raises(LibraryBusyError, match="by an unknown process"),
            write_lock(tmp_path, doing="testing", wait_s=0),
        ):
            pytest.fail("two at once")
        (tmp_path / "write.lock.txt").write_text("", "utf-8")
    held.release()


@pytest.mark.parametrize("name", ["write.lock", "write.lock.txt"])
def test_a_folder_in_which_no_lock_can_be_made_is_told_with_what_to_do(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    with (
        pytest.raises(LibraryError, match=r"cannot be written to \(.+\)\. "),
        write_lock(tmp_path, doing="testing", wait_s=0),
    ):
        pytest.fail("written to")
    (tmp_path / name).rmdir()
    with write_lock(tmp_path, doing="testing", wait_s=0):
        pass  # what failed let go of the lock


def test_two_processes_may_make_the_same_new_library_at_once(folder: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITE, str(folder), str(_TESTS)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    with Store.open(folder, identity=IDENTITY) as store:
        assert store.paper_count() == 0


def test_threads_search_rightly_while_another_adds(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(30))
    store.warm()
    done = threading.Event()
    looked = []

    def look(number: int) -> None:
        while True:
            finished = done.is_set()
            assert _dense(store, number) == f"p{number}:0"
            found = store.keyword_search([own_word(number)], 3)
            assert [paper_id for paper_id, _ in found] == [f"p{number}"]
            assert store.get([f"p{number}"])[f"p{number}"].id == f"p{number}"
            allowed = store.allowed(Filters(has_code=True))
            assert allowed is not None
            assert all(
                c.split(":")[0] in allowed for c, _ in store.dense_search(_VECTOR, 5, allowed)
            )
            looked.append(number)
            if finished:
                return

    with ThreadPoolExecutor(6) as pool:
        looks = [pool.submit(look, number) for number in range(6)]
        started = time.monotonic()
        for number in range(100, 130, 5):
            with store.writer() as writer:
                put(writer, *range(number, number + 5))
                writer.remove(f"p{number}")
        done.set()
        for one in looks:
            one.result()
    assert len(looked) >= 12
    assert time.monotonic() - started < 120
    assert store.paper_count() == 54
    assert all(finding.ok for finding in store.check())


_VECTOR = chunks(paper(1))[1].vector
