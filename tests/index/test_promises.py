"""The doctor's line for each promise of a library: well when it is kept, bad when it is broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from made_papers import IDENTITY, paper, put
from test_kept_answers import answer

from rag.base.types import Finding
from rag.index.chats import KeptChats
from rag.index.feedback import KeptFeedback
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")


@pytest.fixture
def filled(folder: Path) -> Path:
    with Store.open(folder, identity=IDENTITY) as store:
        with store.writer() as writer:
            put(writer, 1, 2, 3)
            digest = writer.keep_original(b"added bytes")
            writer.log(action="add", origin="made", sha256=digest, outcome="3 added")
            writer.remove("p3", undoable=True)
        kept = KeptChats(store).append(KeptChats(store).create().id, answer(1))
        KeptFeedback(store).give(str(kept.id), good=True)
    return folder


def check(folder: Path) -> dict[str, Finding]:
    with Store.open(folder, identity=IDENTITY) as store:
        return {finding.check: finding for finding in store.check()}


def test_a_sound_library_keeps_every_promise(filled: Path) -> None:
    assert [finding for finding in check(filled).values() if not finding.ok] == []


def _sql(*statements: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with sqlite3.connect(folder / "library.db") as conn:
            for statement in statements:
                conn.execute(statement)
        conn.close()

    return change


def _changed_original(folder: Path) -> None:
    (path,) = (folder / "originals").iterdir()
    path.write_bytes(b"other bytes")


_BROKEN: dict[str, tuple[str, Callable[[Path], None]]] = {
    "all papers are gone": ("papers", _sql("DELETE FROM papers", "DELETE FROM removals")),
    "a paper stands there twice": ("duplicates", _sql("UPDATE papers SET doi = '10.1/x'")),
    "a vector is no vector": ("vector values", _sql("UPDATE chunks SET vector = zeroblob(1536)")),
    "an answer of a chat is gone": ("chats", _sql("DELETE FROM answers")),
    "feedback is damaged": ("chats", _sql("UPDATE feedback SET record = '{'")),
    "a tombstone is damaged": ("removed papers", _sql("UPDATE tombstones SET rows = x'00'")),
    "an original has changed": ("original bytes", _changed_original),
    "a text has changed": ("texts", _sql("UPDATE papers SET abstract = abstract || ' Not.'")),
}


@pytest.mark.parametrize(("name", "change"), _BROKEN.values(), ids=_BROKEN)
def test_a_broken_promise_is_told_with_what_to_do(
    filled: Path, name: str, change: Callable[[Path], None]
) -> None:
    change(filled)
    found = check(filled)
    finding = found.get(name, found["database"])
    assert not finding.ok
    assert finding.cure


def test_an_empty_library_is_well(folder: Path) -> None:
    Store.open(folder, identity=IDENTITY).close()
    assert all(finding.ok for finding in check(folder).values())
    with Store.open(folder, identity=IDENTITY) as store, store.writer() as writer:
        put(writer, 1)
        writer.remove(paper(1).id)
    assert check(folder)["papers"].ok
