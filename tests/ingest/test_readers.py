"""Encodings and formats are told apart by content."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from rag.base.types import Failure, Paper
from rag.ingest import readers
from rag.ingest.readers import read

PAGE = "97.6LGMay 28, 2024Code\nSur les métiers à tisserÉmilie du Châtelet\nÀ Lyon, ça tisse.\n"
LINE = '{"id": "1", "title": "Sur les métiers", "authors": ["Émilie du Châtelet"]}'


def read_all(data: bytes, origin: str = "file") -> list[Paper | Failure]:
    return list(read(data, origin=origin))


def reason(data: bytes, origin: str = "file") -> str:
    (failure,) = read_all(data, origin)
    assert isinstance(failure, Failure)
    assert (failure.source, failure.where) == (origin, "file")
    return failure.reason


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
@pytest.mark.parametrize("text", [PAGE, LINE], ids=["listing", "jsonl"])
def test_encodings_are_told_by_content(text: str, encoding: str) -> None:
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    (paper,) = read_all(marks.get(encoding, b"") + text.encode(encoding))
    assert isinstance(paper, Paper)
    assert paper.title.startswith("Sur les métiers")
    assert paper.authors == ("Émilie du Châtelet",)


def test_a_damaged_letter_does_not_spoil_the_others() -> None:
    (paper,) = read_all(PAGE.encode().replace("ç".encode(), b"\xc3"))
    assert isinstance(paper, Paper)
    assert paper.authors == ("Émilie du Châtelet",)
    assert paper.abstract == "À Lyon, \ufffda tisse."


def test_bytes_that_no_windows_page_has_are_read_as_latin_1() -> None:
    (paper,) = read_all(b'{"title": "Looms \x81\xe9"}')
    assert isinstance(paper, Paper)
    assert paper.title == "Looms é"


@pytest.mark.parametrize(
    ("text", "origin", "kind"),
    [
        (PAGE, "papers.jsonl", "listing"),
        (LINE, "page.txt", "jsonl"),
        ("\n\n" + LINE, "pasted text", "jsonl"),
        ("{broken\n" + LINE, "page.txt", "jsonl"),
        ("Papers\nSorted by score\n\n" + PAGE, "page.txt", "listing"),
    ],
    ids=["named otherwise", "named otherwise too", "blank lines", "broken first", "with a heading"],
)
def test_formats_are_told_by_content_before_name(text: str, origin: str, kind: str) -> None:
    found = [item for item in read_all(text.encode(), origin) if isinstance(item, Paper)]
    assert [(paper.sources[0].kind, paper.sources[0].origin) for paper in found] == [(kind, origin)]


def test_a_name_decides_where_the_content_does_not() -> None:
    failures = read_all(b"{broken\nbroken", "papers.JSONL.gz")
    assert [item.where for item in failures if isinstance(item, Failure)] == ["line 1", "line 2"]


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b"", mtime=0)]
)
def test_empty_files_are_named(data: bytes) -> None:
    assert reason(data) == "is empty"


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 looks like text",
        b"\x7fELF" + bytes(range(256)),
        bytes(1000) + b"text",
        PAGE.encode("utf-32"),
        gzip.compress(gzip.compress(PAGE.encode())),
    ],
    ids=["zip", "program", "zeros", "UTF-32", "packed twice"],
)
def test_binary_files_are_refused(data: bytes) -> None:
    assert reason(data) == f"is neither a PDF nor a text; known are {readers.KNOWN}"


@pytest.mark.parametrize("start", [b"\x89PNG", b"\xff\xd8\xff\xe0", b"II*\0", b"RIFF....WEBP"])
def test_a_picture_is_refused_with_what_to_add_instead(start: bytes) -> None:
    said = reason(start + b" looks like text")
    assert said.startswith("is a picture")
    assert "add the PDF" in said


def test_other_texts_are_refused_with_the_formats_that_are_known() -> None:
    assert reason(b"# Notes\nLooms weave flowers.\n", "README.md") == (
        f"holds no papers in a format that I know; known are {readers.KNOWN}"
    )
    assert reason(b"[]") == "is JSON without any items"


@pytest.mark.parametrize("text", [PAGE, LINE], ids=["listing", "jsonl"])
def test_compressed_files_are_read(text: str) -> None:
    assert read_all(gzip.compress(text.encode())) == read_all(text.encode())


def test_damaged_compressed_files_are_named() -> None:
    packed = bytearray(gzip.compress(LINE.encode() * 9))
    assert reason(bytes(packed[:-9])) == "is a damaged .gz file; make or fetch it again"
    packed[20] ^= 0xFF
    assert reason(bytes(packed)) == "is a damaged .gz file; make or fetch it again"


def test_compressed_files_may_not_unpack_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert readers.MAX_EXPANDED == 1_000_000_000
    monkeypatch.setattr(readers, "MAX_EXPANDED", 3_000_000)
    assert "holds no papers" in reason(gzip.compress(b"a " * 1_500_000))
    expected = "unpacks to more than 3,000,000 bytes; split it into smaller files"
    assert reason(gzip.compress(b"a " * 1_500_000 + b"a")) == expected


def test_one_endless_line_is_read_in_pieces() -> None:
    started = time.process_time()
    assert reason(b"a " * 100_000_000).startswith("holds no papers")
    assert time.process_time() - started < 5


def test_an_endless_line_between_records_loses_only_its_record() -> None:
    long = b'{"title": "' + b"a" * 11_000_000 + b'"}\n'
    first, lost, last = read_all(LINE.encode() + b"\n" + long + LINE.encode())
    assert isinstance(first, Paper)
    assert lost == Failure("file", "line 2", "is longer than 10,000,000 characters")
    assert isinstance(last, Paper)


@pytest.mark.seeds
@pytest.mark.parametrize(
    ("name", "count"), [("scifact", 5183), ("pubmedqa", 1000), ("scitldr", 3229)]
)
def test_evaluation_sets_are_read_whole(shared: Path, name: str, count: int) -> None:
    data = (shared / "eval" / name / "corpus.jsonl.gz").read_bytes()
    found = read_all(data, name)
    assert len([item for item in found if isinstance(item, Paper)]) == len(found) == count


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_known_by_its_empty_halves(encoding: str) -> None:
    (paper,) = read_all(LINE.encode(encoding))
    assert isinstance(paper, Paper)
    assert paper.title == "Sur les métiers"
