from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from made_papers import IDENTITY, chunks, own_word, paper, put

from rag.base.types import Finding
from rag.index.store import Store


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        digest = writer.keep_original(b"a file")
        writer.log(action="read", origin="a.bib", sha256=digest, outcome="20 records")
        put(writer, *range(20))
    return store


def _bad(store: Store) -> dict[str, Finding]:
    return {finding.check: finding for finding in store.check() if not finding.ok}


def _sql(folder: Path, statement: str) -> None:
    conn = sqlite3.connect(folder / "library.db")
    conn.executescript(statement)
    conn.close()


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_a_sound_library_has_nothing_to_say(filled: Store, warm: bool) -> None:
    if warm:
        filled.warm()
    findings = filled.check()
    assert [finding.check for finding in findings] == [
        "database", "texts", "chunks", "vectors", "meaning search", "vector index",
        "compact vectors", "keyword index", "old indexes", "originals", "answers", "papers",
        "duplicates", "vector values", "chats", "removed papers", "original bytes",
        "copies before upgrades", "writer",
    ]  # fmt: skip
    assert all(finding.ok and finding.cure is None for finding in findings)


def test_an_empty_library_is_sound(store: Store) -> None:
    assert _bad(store) == {}


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE papers SET abstract = 'Something else.' WHERE id = 'p3'", "texts"),
        ("UPDATE papers SET title = 'Something else' WHERE id = 'p3'", "texts"),
        (
            "DELETE FROM sentences WHERE chunk_id IN ('p3:0', 'p3:1');"
            "DELETE FROM chunks WHERE paper_id = 'p3'",
            "chunks",
        ),
        ("UPDATE chunks SET end_offset = 99999 WHERE id = 'p3:1'", "chunks"),
        ("UPDATE chunks SET vector = x'00000000' WHERE id = 'p3:1'", "vectors"),
        ("INSERT INTO answers VALUES (3, '', '', '{cut')", "answers"),
        ("UPDATE chunks SET paper_id = 'nobody' WHERE id = 'p3:1'", "database"),
    ],
)
def test_what_is_wrong_in_the_database_is_named(
    filled: Store, folder: Path, statement: str, check: str
) -> None:
    _sql(folder, statement)
    finding = _bad(filled)[check]
    assert finding.cure
    assert {"database": "", "answers": "3"}.get(check, "p3") in finding.detail


def test_a_page_of_the_database_that_was_overwritten_is_noticed(
    filled: Store, folder: Path
) -> None:
    filled.close()
    path = folder / "library.db"
    data = bytearray(path.read_bytes())
    page = data.index(b"We study the gradient") // 4096 * 4096
    data[page : page + 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    with Store.open(folder, identity=IDENTITY) as opened:
        assert "database" in _bad(opened)


def test_a_lost_original_is_named(filled: Store, folder: Path) -> None:
    (kept,) = (folder / "originals").iterdir()
    kept.unlink()
    assert kept.name in _bad(filled)["originals"].detail


def test_an_unfinished_vector_index_is_told_and_mended(filled: Store, folder: Path) -> None:
    catalog = filled._catalog
    catalog.set_cache("vectors", replace(catalog.cache("vectors"), dirty=True))
    assert _bad(filled)["vector index"].cure
    assert all(finding.ok for finding in filled.repair())
    assert not (folder / "index-1").exists()
    assert (folder / "index-2" / "chroma").is_dir()
    assert (folder / "index-2" / "keyword").is_dir()


def test_lost_index_files_are_told_and_mended(filled: Store, folder: Path) -> None:
    shutil.rmtree(folder / "index-1")
    assert {"vector index", "keyword index"} <= set(_bad(filled))
    assert all(finding.ok for finding in filled.repair())
    assert filled.dense_search(chunks(paper(3))[0].vector, 1)[0][0] == "p3:0"
    assert filled.keyword_search([own_word(3)], 1)[0][0] == "p3"


def test_old_folders_are_told_and_deleted_by_the_next_writer(filled: Store, folder: Path) -> None:
    for name in ("index-7/chroma", "index-8/keyword"):
        (folder / name).mkdir(parents=True)
    told = {finding.check: finding.detail for finding in filled.check()}
    assert told["old indexes"] == "old folders: index-7, index-8"
    with filled.writer():
        pass
    assert sorted(path.name for path in folder.glob("index-*")) == ["index-1"]


def test_repair_keeps_every_paper_and_answer(filled: Store) -> None:
    before = (list(filled.papers()), filled.dense_search(chunks(paper(3))[0].vector, 9))
    filled.warm()
    filled.repair()
    exact = dict(before[1])
    assert list(filled.papers()) == before[0]
    for chunk_id, cosine in filled.dense_search(chunks(paper(3))[0].vector, 9):
        assert cosine == pytest.approx(exact[chunk_id], abs=1e-5)


def test_a_chroma_that_another_store_has_open_is_not_looked_at(filled: Store, folder: Path) -> None:
    filled.warm()
    with Store.open(folder, identity=IDENTITY) as other:
        told = {finding.check: finding for finding in other.check()}
    assert told["vector index"].ok
    assert "another process" in told["vector index"].detail
