"""Files behind paths and folders: sorted, safe, never silent."""

from __future__ import annotations

import os
import socket
from datetime import date, datetime
from pathlib import Path

import pytest

from rag.base.errors import SourceError
from rag.base.types import Failure
from rag.ingest import fetch


def test_a_folder_gives_its_files_sorted_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y.txt", ".git/config", ".hidden", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    expected = [tmp_path / name for name in ("README.md", "a/y.txt", "a/z.txt", "b.txt")]
    assert list(fetch.files(tmp_path)) == expected
    assert list(fetch.files(str(tmp_path / "b.txt"))) == [tmp_path / "b.txt"]
    assert list(fetch.files(tmp_path / ".hidden")) == [tmp_path / ".hidden"]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_folder_with_nothing_to_read_says_so(tmp_path: Path, hidden: bool) -> None:
    if hidden:
        (tmp_path / ".hidden").write_text("x")
    (tmp_path / "empty").mkdir()
    expected = Failure(str(tmp_path), "folder", "holds no files that could be read")
    assert list(fetch.files(tmp_path)) == [expected]


@pytest.mark.parametrize(
    ("source", "where", "reason"),
    [
        ("missing.txt", "file", "does not exist"),
        ("file.txt/below", "file", "does not exist"),
        ("nul\0byte", "file", "is not a path of this system"),
        ("n" * 300, "file", "cannot be read: file name too long"),
        ("pipe", "file", "is not a regular file"),
        ("lost", "file", "does not exist"),
        (
            "https://example.org/page",
            "address",
            "is looked up elsewhere; here, name a file or a folder",
        ),
    ],
    ids=lambda value: value[:12],
)
def test_what_cannot_be_handed_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, where: str, reason: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file.txt").write_text("x")
    os.mkfifo("pipe")
    Path("lost").symlink_to("nowhere")
    assert list(fetch.files(source)) == [Failure(source, where, reason)]


def test_links_stay_inside_the_folder(tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside.txt"
    (folder / "below").mkdir(parents=True)
    outside.write_text("secret")
    (folder / "below" / "paper.txt").write_text("x")
    (folder / "dangling").symlink_to(folder / "nowhere")
    (folder / "inside.txt").symlink_to(folder / "below" / "paper.txt")
    (folder / "leaves.txt").symlink_to(outside)
    (folder / "leaves_too").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    out = "is a link out of the folder; add the file it points to"
    nowhere = "is a link to a file that does not exist"
    assert list(fetch.files(folder)) == [
        folder / "below" / "paper.txt",
        Failure(str(folder / "dangling"), "file", nowhere),
        folder / "inside.txt",
        Failure(str(folder / "leaves.txt"), "file", out),
        Failure(str(folder / "leaves_too"), "file", out),
        Failure(str(folder / "self"), "file", nowhere),
    ]


def test_a_link_that_the_user_names_is_followed(tmp_path: Path) -> None:
    (tmp_path / "paper.txt").write_text("x")
    (tmp_path / "link.txt").symlink_to(tmp_path / "paper.txt")
    assert list(fetch.files(tmp_path / "link.txt")) == [tmp_path / "link.txt"]


def test_odd_things_in_a_folder_are_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as endpoint:
        endpoint.bind(str(tmp_path / "socket"))
        found = list(fetch.files(tmp_path))
    assert found == [
        Failure(str(tmp_path / name), "file", "is not a regular file")
        for name in ("pipe", "socket")
    ]


@pytest.mark.skipif(getattr(os, "geteuid", int)() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o000)
    (tmp_path / "secret.txt").touch(mode=0o000)
    reason = "cannot be read: permission denied"
    closed, secret = fetch.files(tmp_path)
    assert closed == Failure(str(tmp_path / "closed"), "folder", reason)
    assert isinstance(secret, Path)
    with pytest.raises(SourceError, match=reason):
        fetch.load(secret)


def test_bytes_are_loaded_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "paper.txt"
    path.write_bytes(b"\r\n\x1a" * 4)
    assert fetch.load(path, max_bytes=12) == b"\r\n\x1a" * 4
    with pytest.raises(SourceError, match="is larger than 11 bytes; split it"):
        fetch.load(path, max_bytes=11)


def test_only_files_are_loaded(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, reason in (("pipe", "not a regular file"), ("none", "not exist"), (".", "cannot be")):
        with pytest.raises(SourceError, match=reason):
            fetch.load(tmp_path / name)


def test_the_day_of_the_last_change_is_told(tmp_path: Path) -> None:
    path = tmp_path / "paper.txt"
    path.write_text("x")
    noon = datetime(2024, 2, 29, 12).timestamp()
    os.utime(path, (noon, noon))
    assert fetch.modified_date(path) == date(2024, 2, 29)
    with pytest.raises(SourceError, match="does not exist"):
        fetch.modified_date(tmp_path / "none")
