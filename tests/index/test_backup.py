"""A library as one file: whole, checked to the last byte, and never put over something else."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_papers import IDENTITY, paper, put, query_words
from test_kept_answers import answer

from rag.base.errors import LibraryBusyError, LibraryError, NotALibraryError
from rag.base.types import Progress
from rag.index import restore as restoring
from rag.index.backup import back_up
from rag.index.chats import KeptChats
from rag.index.lock import take
from rag.index.restore import restore
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")
ORIGINAL = b"the bytes that were added"


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        put(writer, 1, 2, 3)
        digest = writer.keep_original(ORIGINAL)
        writer.log(action="add", origin="made.jsonl", sha256=digest, outcome="3 added")
    KeptChats(store).append(KeptChats(store).create("Tides").id, answer(1, 2))
    return store


@pytest.fixture
def backup(filled: Store, tmp_path: Path) -> Path:
    path = tmp_path / "safe" / "library.zip"
    back_up(filled, path)
    return path


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "other machine" / "library"


def test_a_library_comes_back_as_it_was(filled: Store, backup: Path, elsewhere: Path) -> None:
    report = restore(backup, elsewhere)
    assert (report.papers, report.chats, report.answers, report.originals) == (3, 1, 1, 1)
    with Store.open(elsewhere, identity=IDENTITY) as store:
        assert list(store.papers()) == list(filled.papers())
        assert store.ledger() == filled.ledger()
        assert KeptChats(store).list("tides") == KeptChats(filled).list("tides")
        assert store.keyword_search(query_words(2), 3) == filled.keyword_search(query_words(2), 3)
        assert all(finding.ok for finding in store.check())
        with store.writer() as writer:
            put(writer, 4)
    digest = hashlib.sha256(ORIGINAL).hexdigest()
    assert (elsewhere / "originals" / digest).read_bytes() == ORIGINAL
    assert elsewhere.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in elsewhere.parent.iterdir()} == {"library"}


def test_nobody_else_may_read_a_backup_and_nothing_is_left_beside_it(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_progress_goes_up_to_the_whole(filled: Store, tmp_path: Path, elsewhere: Path) -> None:
    for stage, work in (
        ("backing up", lambda watch: back_up(filled, tmp_path / "b.zip", progress=watch)),
        ("restoring", lambda watch: restore(tmp_path / "b.zip", elsewhere, progress=watch)),
    ):
        seen: list[Progress] = []
        work(seen.append)
        assert {one.stage for one in seen} == {stage}
        done = [one.done for one in seen]
        assert done == sorted(done)
        assert done[-1] == seen[-1].total > 0


def test_a_backup_replaces_an_older_one_but_nothing_else(
    filled: Store, backup: Path, folder: Path
) -> None:
    with filled.writer() as writer:
        put(writer, 4)
    assert back_up(filled, backup).papers == 4
    other = backup.with_name("thesis.zip")
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("thesis.tex", "years of work")
    before = other.read_bytes()
    for path in (other, folder / "backup.zip"):
        with pytest.raises(LibraryError, match="Choose"):
            back_up(filled, path)
    assert other.read_bytes() == before
    assert not (folder / "backup.zip").exists()


def test_originals_that_are_lost_are_named(filled: Store, folder: Path, tmp_path: Path) -> None:
    digest = hashlib.sha256(ORIGINAL).hexdigest()
    (folder / "originals" / digest).unlink()
    report = back_up(filled, tmp_path / "b.zip")
    assert (report.originals, report.missing) == (0, (digest,))


_ADD = """
from pathlib import Path
from made_papers import IDENTITY, put
from rag.index.store import Store
from rag.index.dense import DenseSearch
DenseSearch.sync = lambda self: None
with Store.open(Path(sys.argv[1]), identity=IDENTITY) as store, store.writer() as writer:
    for number in range(100, 10_000):
        put(writer, number)
        print(number, flush=True)
"""


def test_a_backup_while_another_process_adds_is_one_moment_of_the_library(
    filled: Store, folder: Path, tmp_path: Path
) -> None:
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n{_ADD}"
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as adding:
        assert adding.stdout
        for i in range(3):
            acked = int([adding.stdout.readline() for _ in range(4)][-1])
            back_up(filled, tmp_path / f"{i}.zip")
            restore(tmp_path / f"{i}.zip", tmp_path / f"{i}")
            with Store.open(tmp_path / f"{i}", identity=IDENTITY) as store:
                numbers = [int(found.id[1:]) for found in store.papers()]
                assert numbers == [1, 2, 3, *range(100, numbers[-1] + 1)]
                assert numbers[-1] >= acked
                assert all(found == paper(int(found.id[1:])) for found in store.papers())
        assert adding.poll() is None
        adding.kill()


# --- restoring over something ----------------------------------------------------------------


def test_a_folder_that_holds_something_is_left_alone(backup: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "one.jpg").write_bytes(b"jpg")
    for replace in (False, True):
        with pytest.raises(NotALibraryError, match="something else"):
            restore(backup, photos, replace=replace)
    assert [path.name for path in photos.iterdir()] == ["one.jpg"]


def test_a_library_is_replaced_only_when_told_and_kept_aside(backup: Path, elsewhere: Path) -> None:
    with Store.open(elsewhere, identity=IDENTITY) as store, store.writer() as writer:
        put(writer, 9)
    with pytest.raises(NotALibraryError, match="has a library already"):
        restore(backup, elsewhere)
    aside = restore(backup, elsewhere, replace=True).replaced
    assert aside
    for place, expected in ((elsewhere, ["p1", "p2", "p3"]), (Path(aside), ["p9"])):
        with Store.open(place, identity=IDENTITY) as store:
            assert [found.id for found in store.papers()] == expected


@pytest.mark.parametrize("lock", ["write.lock", "vectors.lock"])
def test_a_library_in_use_is_not_replaced(
    backup: Path, elsewhere: Path, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_LOCK_WAIT_S", 0.1)
    with Store.open(elsewhere, identity=IDENTITY) as store, store.writer() as writer:
        put(writer, 9)
    held = take(elsewhere / lock)
    assert held
    with pytest.raises(LibraryBusyError):
        restore(backup, elsewhere, replace=True)
    held.release()
    with Store.open(elsewhere, identity=IDENTITY) as store:
        assert store.paper_count() == 1


def test_a_restore_that_was_killed_is_not_taken_for_an_empty_library(
    backup: Path, elsewhere: Path
) -> None:
    left = elsewhere.with_name("library.restoring-abc")
    left.mkdir(parents=True)
    with pytest.raises(NotALibraryError, match="Run `askpapers restore` again"):
        Store.open(elsewhere, identity=IDENTITY)
    restore(backup, elsewhere)
    assert not left.exists()
    with Store.open(elsewhere, identity=IDENTITY) as store:
        assert store.paper_count() == 3


# --- backups that are not what they should be ------------------------------------------------


def _rewritten(backup: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> None:
    """The backup with other parts or another manifest."""
    with zipfile.ZipFile(backup) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(parts, manifest)
    with zipfile.ZipFile(backup, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest))


def _as_named(manifest: dict[str, Any], name: str, data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    manifest["files"][name] = {"size": len(data), "sha256": digest}


def _stray(name: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
        parts[name] = b"evil"
        _as_named(manifest, name, b"evil")

    return change


def _database(sql: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(parts: dict[str, bytes], manifest: dict[str, Any]) -> None:
        with sqlite3.connect(":memory:") as conn:
            conn.deserialize(parts["library.db"])
            conn.executescript(sql)
            parts["library.db"] = conn.serialize()
        conn.close()
        _as_named(manifest, "library.db", parts["library.db"])

    return change


_CHANGES: dict[str, Callable[[dict[str, bytes], dict[str, Any]], None]] = {
    "a path that climbs": _stray("../escaped"),
    "a path that climbs from originals": _stray("originals/../../escaped"),
    "an absolute path": _stray("/escaped"),
    "a backslash": _stray("..\\escaped"),
    "a file of its own": _stray("run.sh"),
    "an original of another name": _stray("originals/" + "0" * 64),
    "a part that no one names": lambda parts, _: parts.update({"originals/" + "1" * 64: b"x"}),
    "a part that is missing": lambda parts, _: [parts.pop(n) for n in list(parts) if "orig" in n],
    "no database": lambda parts, m: (parts.pop("library.db"), m["files"].pop("library.db")),
    "a flipped bit": lambda parts, _: parts.update(
        {"library.db": bytes([parts["library.db"][0] ^ 1]) + parts["library.db"][1:]}
    ),
    "more bytes than named": lambda parts, _: parts.update(
        {"library.db": parts["library.db"] + b"\0" * 5_000_000}
    ),
    "fewer bytes than named": lambda parts, _: parts.update(
        {"library.db": parts["library.db"][:-1]}
    ),
    "a negative size": lambda _, m: m["files"]["library.db"].update(size=-1),
    "a size in words": lambda _, m: m["files"]["library.db"].update(size="all of it"),
    "no list of files": lambda _, m: m.pop("files"),
    "a trigger": _database("CREATE TRIGGER t AFTER INSERT ON papers BEGIN DELETE FROM papers; END"),
    "another database": _database("UPDATE manifest SET value = 'x' WHERE key = 'format'"),
    "no manifest in the database": _database("DROP TABLE manifest"),
    "a newer format": lambda _, m: m.update(version=99),
    "a newer schema": lambda _, m: m.update(schema=99),
    "a newer schema within": _database(
        "UPDATE manifest SET value = '99' WHERE key = 'schema_version'"
    ),
    "another program's": lambda _, m: m.update(format="photos"),
    "no dictionary": lambda _, m: m.clear(),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_a_backup_that_is_not_as_it_was_written_is_refused(
    backup: Path, elsewhere: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]
) -> None:
    _rewritten(backup, change)
    before = sorted(backup.parents[1].rglob("*"))
    with pytest.raises(LibraryError) as refused:
        restore(backup, elsewhere)
    assert backup.name in str(refused.value)
    assert not elsewhere.exists()
    left = {path for path in backup.parents[1].rglob("*") if path not in before}
    assert left <= {elsewhere.parent}
    assert not Path("/escaped").exists()


@pytest.mark.parametrize("keep", [0, 1, 100, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_is_refused(backup: Path, elsewhere: Path, keep: float) -> None:
    data = backup.read_bytes()
    backup.write_bytes(data[: int(keep * len(data)) if keep < 1 else int(keep)])
    with pytest.raises(LibraryError, match="damaged"):
        restore(backup, elsewhere)
    assert not elsewhere.exists()


def test_a_backup_that_is_not_there_is_said_so(tmp_path: Path, elsewhere: Path) -> None:
    with pytest.raises(LibraryError, match="no file"):
        restore(tmp_path / "nothing.zip", elsewhere)


def test_a_disk_without_space_is_said_before_anything_is_written(
    backup: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil._ntuple_diskusage(10, 9, 1)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(LibraryError, match="not enough space"):
        restore(backup, elsewhere)
    assert not elsewhere.exists()
