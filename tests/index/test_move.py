"""A library of a folder in PostgreSQL: all of it, once, however often it was stopped on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from made_papers import IDENTITY, embedded, paper, put, put_late, query_words
from postgres_server import PostgresServer
from test_kept_answers import answer

from rag.base.errors import NotALibraryError
from rag.base.types import Progress
from rag.index import schema as t
from rag.index.chats import KeptChats
from rag.index.feedback import KeptFeedback
from rag.index.move import move
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")
TABLES = [table for table in t.METADATA.sorted_tables if table is not t.manifest]


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library with something in every table that a person fills."""
    with Store.open(tmp_path / "folder", identity=IDENTITY) as store:
        with store.writer() as writer:
            digest = writer.keep_original(b"a file")
            writer.log(action="read", origin="a.pdf", sha256=digest, outcome="read")
            put(writer, *range(1, 30))
            put_late(writer, 30, 31)
        store.put_vectors(embedded(31))
        chat = KeptChats(store).create("Soap", owner="ada")
        kept = KeptChats(store).append(chat.id, answer(1), owner="ada")
        KeptFeedback(store).give(kept.id or "", good=True, owner="ada")
        with store.writer() as writer:
            writer.remove("p3", undoable=True)
            writer.remove("p29")
    return tmp_path / "folder"


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store._catalog.reading() as conn:
        found = {table.name: conn.execute(sa.select(table)).all() for table in TABLES}
    return {name: sorted(map(tuple, some), key=repr) for name, some in found.items()}


def stop_after(n: int) -> Callable[[Progress], None]:
    """Raises at the n-th report of progress, as when somebody presses a key to stop."""
    left = iter(range(n))

    def told(_: Progress) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return told


def opened(folder: Path, url: str | None = None) -> Store:
    return Store.open(folder, identity=IDENTITY, database_url=url)


def test_everything_is_there_and_found_and_numbers_go_on(
    folder: Path, url: str, tmp_path: Path
) -> None:
    report = move(folder, url, IDENTITY)
    assert (report.papers, report.chats, report.answers, report.judgements) == (29, 1, 1, 1)
    assert (report.removed, report.originals, report.missing) == (1, 1, ())
    with opened(tmp_path / "indexes", url) as shared, opened(folder) as local:
        assert rows(shared) == rows(local)
        assert list(shared.papers()) == list(local.papers())
        assert shared.awaited() == ["p30"]
        assert shared.revision == local.revision
        assert shared.original(local.ledger()[0].sha256 or "") == b"a file"
        assert shared.keyword_search(query_words(5), 1)[0][0] == "p5"
        with shared.writer() as writer:
            assert writer.restore("p3").id == "p3"
            put(writer, 40)
        assert [found.id for found in shared.papers()][-1] == paper(40).id
        chat = KeptChats(shared).create("Another", owner="ada")
        assert int(KeptChats(shared).append(chat.id, answer(2), owner="ada").id or 0) > 1
        assert all(finding.ok for finding in shared.check())


@pytest.mark.parametrize("reports", [0, 2, 5])
def test_whoever_was_stopped_goes_on_and_nobody_uses_half_a_library(
    folder: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reports: int
) -> None:
    monkeypatch.setattr("rag.index.move._AT_ONCE", 10)
    with pytest.raises(KeyboardInterrupt):
        move(folder, url, IDENTITY, progress=stop_after(reports))
    with pytest.raises(NotALibraryError, match="askpapers move"):
        opened(tmp_path / "indexes", url)
    move(folder, url, IDENTITY)
    with opened(tmp_path / "indexes", url) as shared, opened(folder) as local:
        assert rows(shared) == rows(local)


def test_a_library_that_changed_meanwhile_is_moved_as_it_is_now(
    folder: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.move._AT_ONCE", 10)
    with pytest.raises(KeyboardInterrupt):
        move(folder, url, IDENTITY, progress=stop_after(4))
    with opened(folder) as local, local.writer() as writer:
        writer.remove("p7")
        put(writer, 50)
    move(folder, url, IDENTITY)
    with opened(tmp_path / "indexes", url) as shared, opened(folder) as local:
        assert rows(shared) == rows(local)


def test_a_database_that_has_a_library_keeps_it(folder: Path, url: str, tmp_path: Path) -> None:
    with opened(tmp_path / "indexes", url) as shared, shared.writer() as writer:
        put(writer, 1)
    with pytest.raises(NotALibraryError, match="a library already"):
        move(folder, url, IDENTITY)
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT count(*) FROM papers").fetchone() == (1,)


def test_a_folder_without_a_library_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotALibraryError, match="no library"):
        move(tmp_path / "nothing", url, IDENTITY)
