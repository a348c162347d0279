"""The papers of a Zotero data folder: `zotero.sqlite` and the PDFs in `storage/`.

The database is copied before it is opened, so that Zotero may run and nothing of its own is written
or locked. What can be read of it is read in one query a table.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from rag.base.errors import SourceError
from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import Entry, arxiv_in, papers_of

DATABASE = "zotero.sqlite"
_MOST_S = 30.0
MAX_BYTES = 4 * 1024**3
_NO_PAPERS = ("attachment", "note", "annotation")
_VENUES = (
    "publicationTitle", "proceedingsTitle", "conferenceName", "bookTitle", "repository",
    "university", "publisher",
)  # fmt: skip
_FIRST_ROLES = ("author", "editor")


def folder_of(source: str | Path) -> Path | None:
    """The data folder of a Zotero that a path names, itself or by its database."""
    try:
        path = Path(source).expanduser()
        folder = path.parent if path.name == DATABASE else path
        return folder if (folder / DATABASE).is_file() else None
    except (OSError, ValueError, RuntimeError):
        return None


def papers(folder: Path) -> Iterator[Paper | Failure | Path]:
    """The papers of a data folder, each with the PDFs that lie in its storage as `file` sources.

    At the end, the PDFs that belong to no entry.
    """
    origin = str(folder / DATABASE)
    try:
        items, loose = _items(folder)
    except (SourceError, OSError, sqlite3.Error) as error:
        why = str(error) if isinstance(error, SourceError) else "cannot be read as a Zotero library"
        yield Failure(origin, "file", why)
        return
    if not items and not loose:
        yield Failure(origin, "file", "holds no papers")
    for item in items.values():
        place = Source("zotero", origin, f"item {item.key}")
        for found in papers_of(_entry(item), place):
            if isinstance(found, Paper):
                files = tuple(Source("file", name, place.where) for name in item.files)
                yield replace(found, sources=(*found.sources, *files))
            else:
                yield found
    yield from (folder / name for name in loose)


@dataclass(slots=True)
class _Item:
    key: str
    kind: str
    values: dict[str, str] = field(default_factory=dict)
    people: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    files: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def _items(folder: Path) -> tuple[dict[int, _Item], list[str]]:
    """The entries by their numbers, and the PDFs that belong to none."""
    ends = time.monotonic() + _MOST_S
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / DATABASE
        _copied(folder / DATABASE, copy)
        with closing(sqlite3.connect(copy)) as conn:
            conn.execute("PRAGMA trusted_schema = OFF")
            # A file that is made to be slow is left; the handler is asked every million steps.
            conn.set_progress_handler(lambda: time.monotonic() > ends, 1_000_000)
            items = {
                number: _Item(key, kind)
                for number, key, kind in conn.execute(_ITEMS)
                if kind not in _NO_PAPERS
            }
            _fill(conn, items)
            return items, list(_attach(conn, items, folder))


def _fill(conn: sqlite3.Connection, items: dict[int, _Item]) -> None:
    """Set what the tables say of each entry."""
    for number, name, value in conn.execute(_VALUES):
        if number in items:
            items[number].values[name] = str(value)
    for number, role, family, given in conn.execute(_PEOPLE):
        if number in items:
            items[number].people[role].append(f"{family}, {given}" if given else family)
    for number, tag in conn.execute(_TAGS):
        if number in items:
            items[number].tags.append(tag)


def _attach(conn: sqlite3.Connection, items: dict[int, _Item], folder: Path) -> Iterator[str]:
    """Name each entry's PDFs in it; gives those that belong to none."""
    for parent, key, path in conn.execute(_FILES):
        name = _stored(folder, key, path)
        if name and parent in items:
            items[parent].files.append(name)
        elif name and parent is None:
            yield name


def _copied(database: Path, copy: Path) -> None:
    """Copy a database with the log of what was written last; Zotero may be at work on both."""
    if database.is_symlink() or database.stat().st_size > MAX_BYTES:
        raise SourceError("is a link, or larger than any Zotero library")
    shutil.copyfile(database, copy)
    for ending in ("-wal", "-journal"):
        beside = database.with_name(database.name + ending)
        if beside.is_file() and not beside.is_symlink():
            shutil.copyfile(beside, copy.with_name(copy.name + ending))


def _stored(folder: Path, key: str, path: str) -> str | None:
    """The PDF of an attachment within the data folder; linked files of elsewhere are left out."""
    name = path.removeprefix("storage:")
    if name == path or not name.lower().endswith(".pdf") or "/" in name or "\\" in name:
        return None
    place = folder / "storage" / key / name
    if place.is_symlink() or not place.is_file():
        return None
    return f"storage/{key}/{name}"


def _entry(item: _Item) -> Entry:
    values = item.values
    people = next((item.people[role] for role in _FIRST_ROLES if item.people.get(role)), [])
    people = people or [name for names in item.people.values() for name in names]
    address, extra = values.get("url", ""), values.get("extra", "")
    marks = [tag for tag in item.tags if tag.lower() in ("retracted", "withdrawn")]
    return Entry(
        title=values.get("title") or values.get("caseName", ""),
        authors=people,
        date=values.get("date", "")[:10].replace("-00", ""),
        abstract=values.get("abstractNote", ""),
        venue=next((values[name] for name in _VENUES if values.get(name)), ""),
        doi=values.get("DOI", "") or _doi_of(extra),
        arxiv_id=arxiv_in(address) or arxiv_in(f"{values.get('archiveID', '')} {extra}"),
        url=address,
        status=next(iter(marks), ""),
    )


def _doi_of(extra: str) -> str:
    found = next((line for line in extra.splitlines() if line.lower().startswith("doi:")), "")
    return found[4:].strip()


_ITEMS = (
    "SELECT items.itemID, items.key, itemTypes.typeName FROM items JOIN itemTypes "
    "USING (itemTypeID) WHERE items.itemID NOT IN (SELECT itemID FROM deletedItems) "
    "ORDER BY items.itemID"
)
_VALUES = (
    "SELECT itemData.itemID, fields.fieldName, itemDataValues.value FROM itemData "
    "JOIN fields USING (fieldID) JOIN itemDataValues USING (valueID)"
)
_PEOPLE = (
    "SELECT itemCreators.itemID, creatorTypes.creatorType, creators.lastName, creators.firstName "
    "FROM itemCreators JOIN creators USING (creatorID) JOIN creatorTypes USING (creatorTypeID) "
    "ORDER BY itemCreators.itemID, itemCreators.orderIndex"
)
_TAGS = "SELECT itemTags.itemID, tags.name FROM itemTags JOIN tags USING (tagID)"
_FILES = (
    "SELECT itemAttachments.parentItemID, items.key, itemAttachments.path FROM itemAttachments "
    "JOIN items USING (itemID) WHERE itemAttachments.path IS NOT NULL "
    "AND items.itemID NOT IN (SELECT itemID FROM deletedItems) ORDER BY items.itemID"
)
