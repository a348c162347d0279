"""From the bytes of a file to papers: find the encoding and the format, hand over to its reader.

Formats are told by content first, by name second. Texts are read line by line, and compressed ones
unpacked on the way, so that a file needs no more memory than its bytes and one line.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from rag.base.errors import SourceError
from rag.base.types import Failure, Paper
from rag.ingest import (
    bibtex,
    csl,
    entry,
    jsonl,
    listing,
    pdf,
    readinglist,
    table,
    tagged,
    xmlfile,
)

MAX_EXPANDED = 1_000_000_000  # bytes of a compressed file once unpacked
KNOWN = (
    "PDF, BibTeX, RIS, CSL-JSON, JSONL (one object a line), CSV and TSV with a heading, PubMed, "
    "Web of Science, EndNote, arXiv feeds, reading lists in Markdown or HTML, and listings (a page "
    "of a ranking site pasted as text)"
)
_SAMPLE = 65_536  # bytes
_BLOCK = 1 << 20  # bytes
_GZIP = b"\x1f\x8b"
_BINARY_STARTS = (b"PK\x03\x04", b"\x7fELF")
_PICTURE_STARTS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
_CONTROL = bytes({*range(9), *range(14, 27), *range(28, 32), 127})
_FEW_CONTROLS = 32  # strays that a text of any size may have
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_OLDEST_YEAR = 2000  # a file said to be older has lost its time stamp: the sites are younger
_JSONL_NAMES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_FIRST_LINES = 20
_FIRST_ENTRY_WITHIN = 2_000  # lines: comments before the first entry of a BibTeX file

_Found = Iterator[Paper | Failure]


def read(
    data: bytes, *, origin: str, as_of: date | None = None, modified: date | None = None
) -> Iterator[Paper | Failure]:
    """The papers of a file or of pasted text, in order; what cannot be read is a `Failure`.

    `origin` is the path, file name or other place of the bytes, kept as the papers' source. Years
    that a listing does not print are worked out from `as_of`, else from `modified`, the day the
    file was last changed, else from today. Papers have no id and no citation key yet.
    """
    if pdf.is_pdf(data):
        yield from pdf.papers(data, origin=origin)
        return
    try:
        text = _text_of(data)
        yield from _papers(text, origin, _day_taken(as_of, modified))
    except SourceError as error:
        yield Failure(origin, "file", str(error))


def _day_taken(as_of: date | None, modified: date | None) -> date:
    if as_of is not None:
        return as_of
    is_likely = modified is not None and modified.year >= _OLDEST_YEAR
    return modified if modified is not None and is_likely else date.today()


# --- bytes and lines ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that can be gone through again and again."""

    data: bytes
    encoding: str
    errors: str = "strict"
    max_chars: int = listing.MAX_LINE

    def __iter__(self) -> Iterator[str]:
        """Its lines without their ends; a longer one is cut after `max_chars` and one more."""
        with io.TextIOWrapper(_open(self.data), self.encoding, self.errors) as stream:
            while line := stream.readline(self.max_chars + 2):
                if not line.endswith("\n") and len(line) > self.max_chars + 1:
                    _skip_line(stream)
                yield line.removesuffix("\n")[: self.max_chars + 1]

    def blocks(self) -> Iterator[str]:
        """The text piece by piece, for formats that do not care for lines."""
        with io.TextIOWrapper(_open(self.data), self.encoding, self.errors) as stream:
            while block := stream.read(_BLOCK // 4):
                yield block

    def with_lines(self, max_chars: int) -> _Text:
        return _Text(self.data, self.encoding, self.errors, max_chars)


def _skip_line(stream: io.TextIOBase) -> None:
    while (rest := stream.readline(_BLOCK)) and not rest.endswith("\n"):
        pass


class _Unpacked(io.RawIOBase):
    """The contents of a gzip file, up to `MAX_EXPANDED` bytes."""

    def __init__(self, data: bytes) -> None:
        self._file = gzip.GzipFile(fileobj=io.BytesIO(data))
        self._left = MAX_EXPANDED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io calls it so
        try:
            block = self._file.read(min(len(buffer), self._left + 1))
        except (OSError, EOFError, zlib.error) as error:
            raise SourceError("is a damaged .gz file; make or fetch it again") from error
        self._left -= len(block)
        if self._left < 0:
            limit = f"{MAX_EXPANDED:,} bytes"
            raise SourceError(f"unpacks to more than {limit}; split it into smaller files")
        buffer[: len(block)] = block
        return len(block)


def _open(data: bytes) -> io.BufferedReader | io.BytesIO:
    if data.startswith(_GZIP):
        return io.BufferedReader(_Unpacked(data), _BLOCK)
    return io.BytesIO(data)


def _text_of(data: bytes) -> _Text:
    with _open(data) as stream:
        sample = stream.read(_SAMPLE)
    if not sample.strip(b"\0 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise SourceError("is empty")
    if sample.startswith(_UTF16_MARKS) and not sample.startswith(_UTF32_MARKS):
        return _Text(data, "utf-16", "replace")
    unmarked = _unmarked_utf16(sample)
    if unmarked:
        return _Text(data, unmarked, "replace")
    if sample.startswith(_PICTURE_STARTS):
        raise SourceError("is a picture, whose words are not read; add the PDF it is of, or a text")
    controls = len(sample) - len(sample.translate(None, _CONTROL))
    is_binary = controls > max(_FEW_CONTROLS, len(sample) // 20)  # packed bytes have one in ten
    if sample.startswith((*_BINARY_STARTS, _GZIP)) or is_binary:
        raise SourceError(f"is neither a PDF nor a text; known are {KNOWN}")
    return _Text(data, *_encoding(data))


def _unmarked_utf16(sample: bytes) -> str | None:
    """UTF-16 without its mark, told by the empty half of nearly every letter."""
    pairs = len(sample) // 2
    if pairs < 2 or not 0.4 < sample.count(0) / len(sample) < 0.55:
        return None
    empty_second = sample[1::2].count(0) / pairs
    return "utf-16-le" if empty_second > 0.8 else "utf-16-be" if empty_second < 0.2 else None


def _encoding(data: bytes) -> tuple[str, str]:
    """(encoding, error handling). A text that is mostly UTF-8 with some damage stays UTF-8."""
    if _decodes(data, "utf-8"):
        return "utf-8-sig", "strict"
    good = damaged = 0
    with _open(data) as stream:
        while block := stream.read(_BLOCK):
            text = block.decode("utf-8", "replace")
            replaced = text.count("\ufffd")
            damaged += replaced
            good += sum(not part.isascii() for part in text.split(" ")) - replaced
    if good > damaged:
        return "utf-8-sig", "replace"
    return ("cp1252" if _decodes(data, "cp1252") else "latin-1"), "strict"


def _decodes(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _open(data) as stream:
        try:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


# --- formats -----------------------------------------------------------------------------------


def _papers(text: _Text, origin: str, taken: date) -> Iterator[Paper | Failure]:
    """Hand over to the reader of the format: those with a sure sign first, guesses last."""
    lines = text.with_lines(jsonl.MAX_LINE)
    filled = list(islice((line for line in lines if line.strip()), _FIRST_LINES))
    if not filled:
        raise SourceError("is empty")
    found = _signed(text, filled, origin)
    if found is None and listing.has_records(text):
        found = listing.papers(text, origin=origin, taken=taken)
    yield from found or _guessed(text, filled, origin)


def _signed(text: _Text, filled: list[str], origin: str) -> _Found | None:
    """The papers of a format that shows in a text's first lines."""
    first = filled[0].lstrip("\ufeff \t")
    if first.startswith("<"):
        if readinglist.is_html(first):
            return readinglist.papers(text.blocks(), origin=origin, is_page=True)
        return xmlfile.papers(text.blocks(), origin=origin)
    if first.startswith("[") and not readinglist.is_markdown(filled):
        return csl.papers(text.blocks(), origin=origin)
    if jsonl.is_object(first) and not csl.holds_items(first):
        return jsonl.papers(text.with_lines(jsonl.MAX_LINE), origin=origin)
    return _tagged(text, filled, origin)


def _tagged(text: _Text, filled: list[str], origin: str) -> _Found | None:
    """The papers of a format whose lines or entries begin with a tag."""
    dialect = tagged.dialect_of(filled)
    if dialect:
        lines = text.with_lines(jsonl.MAX_LINE)
        return tagged.papers(lines, origin=origin, dialect=dialect)
    blocks = text.with_lines(bibtex.MAX_BLOCK)
    if any(map(bibtex.begins_entry, islice(blocks, _FIRST_ENTRY_WITHIN))):
        return bibtex.papers(blocks, origin=origin)
    return None


def _guessed(text: _Text, filled: list[str], origin: str) -> _Found:
    """The papers of a format without a sign of its own."""
    lines = text.with_lines(jsonl.MAX_LINE)
    named_jsonl = origin.lower().endswith(_JSONL_NAMES)
    if named_jsonl or any(jsonl.is_object(line) and not csl.holds_items(line) for line in filled):
        return jsonl.papers(lines, origin=origin)
    if filled[0].lstrip("\ufeff \t").startswith("{"):
        return csl.papers(text.blocks(), origin=origin)
    if all(map(entry.is_arxiv_id, filled)):
        return _identifiers(lines, origin)
    heading = next((line for line in filled if not line.lower().startswith("sep=")), "")
    delimiter = table.delimiter_of(heading)
    if delimiter or table.looks_like_table(heading, origin):
        return table.papers(lines, origin=origin, delimiter=delimiter)
    if readinglist.is_markdown(text):
        return readinglist.papers(text.blocks(), origin=origin, is_page=False)
    raise SourceError(f"holds no papers in a format that I know; known are {KNOWN}")


def _identifiers(lines: Iterable[str], origin: str) -> _Found:
    """Identifiers alone say nothing of a paper, and the network is not asked."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reason = (
                f"{line.strip()[:60]} is an identifier alone, and looking it up needs the network; "
                "export the papers as BibTeX or as an arXiv feed and add that"
            )
            yield Failure(origin, f"line {number}", reason)
