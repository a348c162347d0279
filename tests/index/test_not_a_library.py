from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from made_papers import IDENTITY, put

from rag.base.errors import LibraryError, NotALibraryError
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")


@pytest.fixture
def filled(folder: Path) -> Path:
    """A closed library of three papers."""
    with Store.open(folder, identity=IDENTITY) as store, store.writer() as writer:
        writer.keep_original(b"data")
        put(writer, 1, 2, 3)
    return folder


def _open(folder: Path) -> None:
    Store.open(folder, identity=IDENTITY).close()


def _set(folder: Path, key: str, value: str) -> None:
    with sqlite3.connect(folder / "library.db") as conn:
        conn.execute("UPDATE manifest SET value = ? WHERE key = ?", (value, key))
    conn.close()


def test_a_missing_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    _open(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b" / "library.db").is_file()


def test_an_empty_folder_becomes_a_private_library(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir(mode=0o755)
    (folder / ".DS_Store").touch()
    _open(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("name", ["thesis.tex", "chroma.sqlite3", ".git"])
def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / name).touch()
    with pytest.raises(NotALibraryError, match="choose an empty folder"):
        _open(tmp_path / "other")
    assert os.listdir(tmp_path / "other") == [name]  # noqa: PTH208 - hidden names too


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "papers.bib").touch()
    with pytest.raises(NotALibraryError, match="is a file"):
        _open(tmp_path / "papers.bib")


def test_a_library_without_its_database_is_never_an_empty_one(filled: Path) -> None:
    (filled / "library.db").unlink()
    with pytest.raises(NotALibraryError, match="backup"):
        _open(filled)
    assert not (filled / "library.db").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: data[:50], id="first bytes only"),
        pytest.param(lambda data: data[: len(data) // 2], id="half"),
        pytest.param(lambda data: b"x" * 100 + data[100:], id="other first bytes"),
        pytest.param(lambda data: data[:100] + os.urandom(4000) + data[4100:], id="first page"),
        pytest.param(lambda data: b"PK\x03\x04" + bytes(5000), id="another format"),
    ],
)
def test_a_damaged_database_is_refused_and_left_alone(filled: Path, spoil) -> None:
    path = filled / "library.db"
    path.write_bytes(spoil(path.read_bytes()))
    before = path.read_bytes()
    with pytest.raises(NotALibraryError, match="damaged"):
        _open(filled)
    assert path.read_bytes() == before


def test_an_empty_database_file_alone_is_not_taken_for_a_new_library(folder: Path) -> None:
    folder.mkdir()
    (folder / "library.db").touch()
    with pytest.raises(NotALibraryError, match="damaged"):
        _open(folder)


def test_somebody_elses_database_is_refused(folder: Path) -> None:
    folder.mkdir()
    with sqlite3.connect(folder / "library.db") as conn:
        conn.execute("CREATE TABLE books (title TEXT)")
    conn.close()
    with pytest.raises(NotALibraryError, match="not made by askpapers"):
        _open(folder)


def test_a_newer_version_is_refused_with_what_to_do(filled: Path) -> None:
    _set(filled, "schema_version", "999")
    with pytest.raises(NotALibraryError, match=r"newer version.*Upgrade"):
        _open(filled)


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        ({**IDENTITY, "embedder": "other"}, "embedder is made there and other here"),
        ({**IDENTITY, "dim": "256"}, "dim is 384 there and 256 here"),
        ({"embedder": "made", "dim": "384"}, "chunker is 1 there and not given here"),
        ({**IDENTITY, "prefix": "q:"}, "prefix is not recorded there and q: here"),
    ],
)
def test_another_identity_is_refused_and_named(
    filled: Path, identity: dict[str, str], said: str
) -> None:
    with pytest.raises(NotALibraryError, match=said):
        Store.open(filled, identity=identity)
    with Store.open(filled, identity=IDENTITY) as store:
        assert store.paper_count() == 3


def test_what_a_killed_creation_left_is_taken_up(folder: Path) -> None:
    folder.mkdir()
    for name in ("library.db.new", "library.db.new-wal", "write.lock", "write.lock.txt"):
        (folder / name).write_bytes(b"half")
    _open(folder)
    assert not (folder / "library.db.new").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_said_so(folder: Path) -> None:
    folder.mkdir(mode=0o500)
    with pytest.raises(LibraryError, match="writ"):
        _open(folder)
