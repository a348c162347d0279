"""The data folder of a Zotero: its papers and PDFs are read, and nothing of it is touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pdf_files import Page, made

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.types import Failure, Paper
from rag.ingest import zotero

TABLES = """
CREATE TABLE itemTypes (itemTypeID INTEGER PRIMARY KEY, typeName TEXT);
CREATE TABLE items (itemID INTEGER PRIMARY KEY, itemTypeID INT, key TEXT);
CREATE TABLE deletedItems (itemID INTEGER PRIMARY KEY);
CREATE TABLE fields (fieldID INTEGER PRIMARY KEY, fieldName TEXT);
CREATE TABLE itemDataValues (valueID INTEGER PRIMARY KEY, value);
CREATE TABLE itemData (itemID INT, fieldID INT, valueID INT);
CREATE TABLE creatorTypes (creatorTypeID INTEGER PRIMARY KEY, creatorType TEXT);
CREATE TABLE creators (creatorID INTEGER PRIMARY KEY, firstName TEXT, lastName TEXT);
CREATE TABLE itemCreators (itemID INT, creatorID INT, creatorTypeID INT, orderIndex INT);
CREATE TABLE tags (tagID INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE itemTags (itemID INT, tagID INT);
CREATE TABLE itemAttachments (itemID INTEGER PRIMARY KEY, parentItemID INT, path TEXT);
INSERT INTO itemTypes VALUES (1, 'journalArticle'), (2, 'attachment'), (3, 'note');
INSERT INTO items VALUES (1, 1, 'AAAA1111'), (2, 2, 'BBBB2222'), (3, 3, 'CCCC3333'),
 (4, 1, 'DDDD4444'), (5, 1, 'EEEE5555'), (6, 2, 'FFFF6666'), (7, 2, 'GGGG7777');
INSERT INTO deletedItems VALUES (4);
INSERT INTO fields VALUES (1, 'title'), (2, 'date'), (3, 'DOI'), (4, 'publicationTitle'),
 (5, 'abstractNote'), (6, 'extra');
INSERT INTO itemDataValues VALUES (1, 'A Loom of Cards'), (2, '1843-07-00 July 1843'),
 (3, '10.1234/loom'), (4, 'Journal of Weaving'), (5, 'Cards steer a loom.'), (6, 'Gone'),
 (7, 'Ovens'), (8, 'arXiv:2401.01234 [cs]');
INSERT INTO itemData VALUES (1, 1, 1), (1, 2, 2), (1, 3, 3), (1, 4, 4), (1, 5, 5), (4, 1, 6),
 (5, 1, 7), (5, 6, 8);
INSERT INTO creatorTypes VALUES (1, 'author'), (2, 'editor');
INSERT INTO creators VALUES (1, 'Ada', 'Byron'), (2, 'Karl', 'Frisch'), (3, '', 'The Weavers');
INSERT INTO itemCreators VALUES (1, 2, 1, 1), (1, 1, 1, 0), (5, 3, 1, 0), (1, 3, 2, 2);
INSERT INTO tags VALUES (1, 'Retracted');
INSERT INTO itemTags VALUES (5, 1);
INSERT INTO itemAttachments VALUES (2, 1, 'storage:loom.pdf'), (6, 5, '/etc/ovens.pdf'),
 (7, 5, 'storage:../../out.pdf');
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder while Zotero is at work on it: a log of changes, and a lock that is held."""
    folder = tmp_path / "Zotero"
    (folder / "storage" / "BBBB2222").mkdir(parents=True)
    page = Page()
    page.show("A Loom of Cards", 72, 90, 20)
    page.lines(
        ["The shuttle flies through the shed of the loom in the body of the text."] * 4, 72, 200
    )
    (folder / "storage" / "BBBB2222" / "loom.pdf").write_bytes(made([page]))
    with closing(sqlite3.connect(folder / zotero.DATABASE, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.executescript(TABLES)
        conn.execute("BEGIN EXCLUSIVE")
        yield folder
        conn.execute("ROLLBACK")


def _bytes(folder: Path) -> dict[str, bytes]:
    return {
        p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file() and "shm" not in p.name
    }


def test_papers_are_read_while_zotero_runs_and_nothing_is_changed(folder: Path) -> None:
    before = _bytes(folder)
    found = [one for one in zotero.papers(folder) if isinstance(one, Paper)]
    assert _bytes(folder) == before
    assert [(p.title, p.authors) for p in found] == [
        ("A Loom of Cards", ("Ada Byron", "Karl Frisch")),
        ("Ovens", ("The Weavers",)),
    ]
    loom, ovens = found
    assert (loom.date, loom.doi, loom.venue) == ("1843-07", "10.1234/loom", "Journal of Weaving")
    assert [s.origin for s in loom.sources[1:]] == ["storage/BBBB2222/loom.pdf"]
    assert (ovens.arxiv_id, ovens.status, len(ovens.sources)) == ("2401.01234", "retracted", 1)


@pytest.mark.parametrize("named", ["", zotero.DATABASE])
def test_a_data_folder_is_added_with_the_text_of_its_pdfs(
    named: str, folder: Path, tmp_path: Path
) -> None:
    settings = Settings(embedder="fast", reads=False, _env_file=None)  # type: ignore[call-arg]
    with Assistant.open(tmp_path / "library", settings) as assistant:
        report = assistant.add(folder / named)
        assert (report.added, report.failed) == (2, ())
        (loom,) = (p for p in assistant.papers() if p.title == "A Loom of Cards")
        assert "shuttle flies" in loom.text
        assert assistant.add(folder / named).unchanged == 2


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_what_is_no_zotero_is_named(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / zotero.DATABASE).write_bytes(damage)
    (found,) = zotero.papers(tmp_path)
    assert isinstance(found, Failure)
    assert found.reason == "cannot be read as a Zotero library"


def test_a_database_that_is_made_to_be_slow_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zotero, "_MOST_S", 0.2)
    slow = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS itemID, 1 AS itemTypeID, 'k' AS key FROM n"
    )
    with closing(sqlite3.connect(tmp_path / zotero.DATABASE)) as conn:
        conn.executescript(
            TABLES.replace("INSERT INTO items ", "INSERT INTO other ").replace(
                "CREATE TABLE items ", "CREATE TABLE other "
            )
            + f"CREATE VIEW items AS {slow};"
        )
    (found,) = zotero.papers(tmp_path)
    assert isinstance(found, Failure)
