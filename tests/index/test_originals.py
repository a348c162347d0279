"""Files as they were added: kept once, whole, for their owner alone, and found by their sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rag.base.errors import LibraryError
from rag.index import originals

DATA = b"bytes that were added"
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where the bytes lie in a library that has kept them."""
    assert originals.keep(tmp_path, DATA) == DIGEST
    return tmp_path / "originals" / DIGEST


def test_bytes_are_kept_whole_under_their_sha256_for_their_owner_alone(kept: Path) -> None:
    assert kept.read_bytes() == DATA
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in kept.parent.iterdir()] == [DIGEST]


def test_bytes_that_are_there_are_not_written_again(kept: Path) -> None:
    before = kept.stat().st_ino
    originals.keep(kept.parents[1], DATA)
    assert kept.stat().st_ino == before


def test_bytes_of_which_a_part_was_lost_are_written_again(kept: Path) -> None:
    kept.write_bytes(DATA[:5])
    originals.keep(kept.parents[1], DATA)
    assert kept.read_bytes() == DATA


def test_bytes_are_read_by_their_sha256_only(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("not an original", "utf-8")
    outside = "./" * 27 + "../secrets"
    assert len(outside) == len(DIGEST)
    assert originals.read(tmp_path, DIGEST) == DATA
    for other in ("", "0" * 64, DIGEST[:-1], "../secrets", outside):
        assert originals.read(tmp_path, other) is None


def test_what_a_killed_process_left_is_deleted_and_nothing_else(kept: Path) -> None:
    kept.with_name("0.part").write_bytes(b"half")
    originals.clean_up(kept.parents[1])
    assert [path.name for path in kept.parent.iterdir()] == [DIGEST]


def test_what_is_not_there_is_named(kept: Path) -> None:
    assert originals.missing(kept.parents[1], {DIGEST}) == []
    assert originals.missing(kept.parents[1], {"b", DIGEST, "a"}) == ["a", "b"]


def test_a_folder_that_cannot_be_made_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "originals").write_bytes(b"a file where the folder should be")
    with pytest.raises(LibraryError, match=r"could not be kept in .*originals \(.+\)\. Free some"):
        originals.keep(tmp_path, DATA)
