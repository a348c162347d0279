"""Papers of a BibTeX file, entry by entry, however its neighbours are broken.

The text is cut before every line that opens a block, so that one unclosed brace costs one entry
and a file of any size needs the memory of one block. `bibtexparser` takes a block apart; strings,
cross-references and LaTeX letters are resolved here.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.base.accents import without_tex
from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import ARXIV, Entry, papers_of

if TYPE_CHECKING:
    from bibtexparser.model import Block

MAX_BLOCK = 4_000_000  # characters
_MAX_VALUE = 2_000_000  # characters of a value once its strings are put in
_MAX_STRING = 20_000  # characters of a string: each may be made of two others
_MAX_PARENTS = 50_000  # proceedings that other entries may refer to
_OPENS = re.compile(r"\s*@\s*[A-Za-z]+\s*[{(]")
_SURELY_OPENS = re.compile(
    r"\s*@\s*(?:(?:string|comment|preamble)\s*[{(]|[A-Za-z]+\s*[{(]\s*[^\s,{}()\"=]*\s*(?:,|$))",
    re.IGNORECASE,
)
_PIECE = re.compile(r"\s*(?:\{(?P<braced>.*)\}|\"(?P<quoted>.*)\"|(?P<name>[^\s{}\"#,]+))\s*", re.S)
_MONTHS = dict.fromkeys("jan feb mar apr may jun jul aug sep oct nov dec".split(), "")
_VENUES = (
    "journal journaltitle booktitle maintitle howpublished school institution publisher".split()
)
_STATUS = re.compile(r"\W*(?:retracted|withdrawn)\b", re.IGNORECASE)
_PREPRINT = re.compile(r"(?:arxiv|corr|biorxiv|medrxiv)\b", re.IGNORECASE)
_AUTHORS_END = re.compile(r"\s+and\s+", re.IGNORECASE)

Fields = Mapping[str, str]


@dataclass(slots=True)
class _Bibliography:
    origin: str
    strings: dict[str, str] = field(default_factory=lambda: {m: m for m in _MONTHS})
    parents: dict[str, Fields] = field(default_factory=dict)


class _ValueError(Exception):
    """A value of an entry cannot be made out; the message says why."""


def begins_entry(line: str) -> bool:
    """Whether a line surely belongs to BibTeX: "@article{key,", "@string{"."""
    return bool(_SURELY_OPENS.match(line))


def papers(lines: Iterable[str], *, origin: str) -> Iterator[Paper | Failure]:
    """The papers of a BibTeX text, in order; an entry that cannot be read is a `Failure`.

    `lines` is gone through twice: proceedings stand after the papers that refer to them.
    """
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # failures are told by us
    known = _Bibliography(origin)
    if any("crossref" in line.lower() for line in lines):
        for number, text in _pieces(lines):
            _remember(_blocks(text), known, number)
        known.strings = _Bibliography(origin).strings
    for number, text in _pieces(lines):
        if len(text) > MAX_BLOCK:
            reason = f"is longer than {MAX_BLOCK:,} characters"
            yield Failure(origin, f"line {number}", reason)
            continue
        for block in _blocks(text):
            yield from _read(block, known, number)


def _pieces(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """(line number, text) of every block; text before the first one belongs to none."""
    held: list[str] = []
    size, start = 0, 1
    for number, line in enumerate(lines, start=1):
        if _OPENS.match(line):
            if held:
                yield start, "\n".join(held)
            held, size, start = [], 0, number
        elif not held:
            continue
        size += len(line)
        if size <= MAX_BLOCK or not held or len(held[-1]) <= MAX_BLOCK:
            held.append(line)  # of what is too long, enough is kept to tell that it is
    if held:
        yield start, "\n".join(held)


def _blocks(text: str) -> list[Block]:
    from bibtexparser.entrypoint import parse_string

    if len(text) > MAX_BLOCK:
        return []
    return list(parse_string(text, parse_stack=[]).blocks)


def _remember(blocks: list[Block], known: _Bibliography, number: int) -> None:
    """Keep what other entries may inherit."""
    from bibtexparser.model import Entry as Block_

    for block in blocks:
        if not isinstance(block, Block_):
            list(_read(block, known, number))
        elif block.entry_type.lower() in _COLLECTIONS and len(known.parents) < _MAX_PARENTS:
            known.parents[block.key.lower()] = _values(block, known)


_COLLECTIONS = {"proceedings", "collection", "book", "mvbook", "mvproceedings", "mvcollection"}


def _read(block: Block, known: _Bibliography, number: int) -> Iterator[Paper | Failure]:
    from bibtexparser import model

    where = f"line {number + (block.start_line or 0)}"
    if isinstance(block, model.DuplicateFieldKeyBlock) and block.ignore_error_block:
        block = block.ignore_error_block
    if isinstance(block, model.Entry):
        yield from _entry(block, known, where)
    elif isinstance(block, model.String):
        try:
            _require_defined("title", str(block.value), known)
            known.strings[block.key.lower()] = _value(str(block.value), known, _MAX_STRING)
        except _ValueError as error:
            yield Failure(known.origin, where, f"@string {block.key[:60]}: {error}")
    elif isinstance(block, model.ParsingFailedBlock):
        yield Failure(
            known.origin, where, _reason(str(getattr(block.error, "abort_reason", block.error)))
        )


def _reason(error: str) -> str:
    if "end of file" in error or "Unexpected block start" in error:
        return "is cut off: a brace or quotation mark is not closed"
    said = " ".join(error.split()).rstrip(".")
    return f"is not valid BibTeX: {said[:1].lower()}{said[1:160]}"


def _entry(block: object, known: _Bibliography, where: str) -> Iterator[Paper | Failure]:
    key = str(getattr(block, "key", "")).strip()
    where = f"{where}, {key[:80]}" if key else where
    try:
        fields = dict(_values(block, known))
    except _ValueError as error:
        yield Failure(known.origin, where, str(error))
        return
    kind = str(getattr(block, "entry_type", "")).lower()
    parent = known.parents.get(fields.get("crossref", "").strip().lower(), {})
    inherited = {name: parent[name] for name in ("year", "date", "publisher") if name in parent}
    if "title" in parent:
        inherited["booktitle"] = parent.get("booktitle") or parent["title"]
    fields = {**inherited, **{name: value for name, value in fields.items() if value.strip()}}
    if kind in _COLLECTIONS and not fields.get("author") and key.lower() in known.parents:
        return  # the proceedings of papers in this file: read with them
    yield from papers_of(_loose(fields), Source("bibtex", known.origin, where))


def _values(block: object, known: _Bibliography) -> Fields:
    """Field name → value with strings put in; of a repeated field, the first that is filled."""
    values: dict[str, str] = {}
    for item in getattr(block, "fields", ()):
        name = item.key.strip().lower()
        try:
            value = _value(str(item.value), known)
            _require_defined(name, str(item.value), known)
        except _ValueError as error:
            if name not in _NEEDED:
                continue
            raise _ValueError(f"its {name} {error}") from error
        values[name] = values.get(name) or value
    return values


def _require_defined(name: str, raw: str, known: _Bibliography) -> None:
    """No title, author or string is made of a string that the file does not define."""
    if name not in ("title", "author"):
        return
    for piece in _concatenated(raw):
        word = piece.strip().lower()
        if re.fullmatch(r"[a-z][^\s{}\"]*", word) and word not in known.strings:
            raise _ValueError(f"is the string {word[:60]}, which is not defined")


_NEEDED = {"title", "author", "year", "date", "abstract"}


def _value(raw: str, known: _Bibliography, max_chars: int = _MAX_VALUE) -> str:
    """A value without its outer braces or quotes; pieces joined by # are put together."""
    pieces = [_piece(piece, known) for piece in _concatenated(raw)]
    if sum(map(len, pieces)) > max_chars:
        raise _ValueError(f"is longer than {max_chars:,} characters")
    return "".join(pieces)


def _piece(raw: str, known: _Bibliography) -> str:
    found = _PIECE.fullmatch(raw)
    if found is None:
        if not raw.strip():
            return ""
        raise _ValueError("is not one value; a comma or quotation mark is missing before or in it")
    if found["name"] is not None:
        return known.strings.get(found["name"].lower(), found["name"])
    inner = found["braced"] if found["braced"] is not None else found["quoted"]
    if _closes_early(inner or ""):
        raise _ValueError("is not one value; a comma is missing before or in it")
    return inner or ""


def _closes_early(inner: str) -> bool:
    """Whether the first brace was closed inside: "x} year = {2020"."""
    depth = 0
    for match in re.finditer(r"(?<!\\)[{}]", inner):
        depth += 1 if match.group() == "{" else -1
        if depth < 0:
            return True
    return False


def _concatenated(raw: str) -> Iterator[str]:
    """The pieces between #, which inside braces and quotes is a sign like others."""
    if "#" not in raw:
        yield raw
        return
    depth, quoted, start = 0, False, 0
    for match in re.finditer(r"(?<!\\)[{}\"#]", raw):
        sign = match.group()
        if sign == '"' and depth == 0:
            quoted = not quoted
        elif sign in "{}":
            depth += 1 if sign == "{" else -1
        elif sign == "#" and depth == 0 and not quoted:
            yield raw[start : match.start()]
            start = match.end()
    yield raw[start:]


# --- from fields to an entry ---------------------------------------------------------------------


def _loose(fields: Fields) -> Entry:
    title = fields.get("title", "")
    if fields.get("subtitle") and title:
        title = f"{title}: {fields['subtitle']}"
    venue = next((fields[name] for name in _VENUES if fields.get(name)), "")
    return Entry(
        title=without_tex(title),
        authors=_authors(fields.get("author") or fields.get("editor", "")),
        date=_date(fields),
        abstract=without_tex(fields.get("abstract", "")),
        venue=without_tex(venue),
        doi=without_tex(fields.get("doi", "")),
        arxiv_id=_arxiv(fields),
        url=without_tex(fields.get("url", "")) or _address(fields.get("howpublished", "")),
        category=fields.get("primaryclass", ""),
        files=list(_files(fields.get("file", ""))),
        status=_status(fields),
    )


def _status(fields: Fields) -> str:
    """The status of an entry, its state of publication, or a note that begins with it."""
    said = (fields.get(name, "") for name in ("status", "pubstate", "note", "keywords"))
    return next((text for text in said if _STATUS.match(text)), "")


def _authors(printed: str) -> list[str]:
    """Names between "and"; a name in braces of its own may hold an "and"."""
    names, depth, start = [], 0, 0
    for match in re.finditer(r"(?<!\\)[{}]|\s+and(?=\s)", printed, re.IGNORECASE):
        sign = match.group()
        if sign in "{}":
            depth += 1 if sign == "{" else -1
        elif depth <= 0:
            names.append(printed[start : match.start()])
            start = match.end()
    names.append(printed[start:])
    return [_from_parts(without_tex(name)) for name in names if name.strip()]


def _from_parts(name: str) -> str:
    """A name that BibLaTeX prints in parts, "family=Maaten, given=L., prefix=van der", as usual."""
    if "family=" not in name:
        return name
    said = dict(part.strip().partition("=")[::2] for part in name.split(","))
    family = f"{said.get('prefix', '')} {said.get('family', '')}".strip()
    return ", ".join(p for p in (family, said.get("suffix", ""), said.get("given", "")) if p)


def _date(fields: Fields) -> str:
    if fields.get("date"):
        return fields["date"]
    early = fields.get("early access date") or fields.get("early-access-date")
    if early and not fields.get("year"):  # Web of Science, of what has no volume yet
        return without_tex(early)
    day, month, year = (without_tex(fields.get(n, "")).strip() for n in ("day", "month", "year"))
    return f"{year}-{month}-{day}".rstrip("-") if month.isdecimal() else f"{day} {month} {year}"


def _arxiv(fields: Fields) -> str:
    kind = f"{fields.get('archiveprefix', '')} {fields.get('eprinttype', '')}".lower()
    eprint = fields.get("eprint", "")
    preprint = fields.get("journal", "") or fields.get("howpublished", "") or fields.get("note", "")
    said = eprint if "arxiv" in kind or "arxiv" in eprint.lower() else ""
    if not said and _PREPRINT.search(preprint) and "arxiv" in preprint.lower():
        said = preprint
    found = ARXIV.search(without_tex(said))
    return found.group(1) if found else ""


def _address(text: str) -> str:
    found = re.search(r"https?://[^\s{}]+", text)
    return found.group() if found else ""


def _files(printed: str) -> Iterator[str]:
    """Paths of "Full Text:files/1/a.pdf:application/pdf;…" but for those of other machines."""
    for part in re.split(r"(?<!\\);", printed.replace("$\\backslash$", "\\")):
        pieces = [piece.replace("\\:", ":") for piece in re.split(r"(?<!\\):", part)]
        path = pieces[1] if len(pieces) > 2 else pieces[0]
        path = path.replace("\\_", "_").strip()
        if path and not path.startswith(("/", "\\")) and not re.match(r"[A-Za-z]:", path):
            yield path
