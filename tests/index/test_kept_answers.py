"""Answers kept in a library: they come back, lose the words of removed papers, and never block."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_papers import IDENTITY, own_word, paper, put, query_words

from rag.base.errors import LibraryBusyError, LibraryError
from rag.base.provenance import Check, Provenance, Usage
from rag.base.types import (
    Answer,
    Cell,
    Citation,
    Comparison,
    Evidence,
    Filters,
    Paper,
    QueryPlan,
    Sentence,
)
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("without_chroma")
NOBODY = 65534


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        put(writer, 1, 2, 3)
    return store


def quoted(of: Paper) -> tuple[int, int, str]:
    """The first sentence of a made paper, which holds its own word."""
    end = of.abstract.index(".") + 1
    return 0, end, of.abstract[:end]


def answer(*numbers: int, question: str = "What falls?") -> Answer:
    papers = [paper(n) for n in numbers]
    places = [(of, *quoted(of)) for of in papers]
    return Answer(
        question,
        "answered",
        "generated",
        sentences=tuple(
            Sentence(f"So {text}", (i,), "supported") for i, (_, _, _, text) in enumerate(places, 1)
        ),
        citations=tuple(
            Citation(i, of, text, start, end) for i, (of, start, end, text) in enumerate(places, 1)
        ),
        table=Comparison(tuple(papers), ("aspect",), tuple((Cell(text),) for *_, text in places)),
        confidence=0.5,
        timings_ms={"total": 1.5},
        plan=QueryPlan(question, question, filters=Filters(year_from=2001), named=("p1",)),
        evidence=tuple(Evidence(of, start, end, text, 0.7) for of, start, end, text in places),
        usage=Usage(10, 20, 0.5, 0.001),
        provenance=Provenance(
            revision=3,
            model="m at host",
            prompt="answer@12345678",
            checks=(
                Check(f"So {places[0][3]}", (papers[0].id,), "supported", kept=True),
                Check(f"Not {places[0][3]}", (), "unsupported", kept=False),
            ),
            history=("1",),
        ),
    )


def test_an_answer_comes_back_as_it_was_kept(filled: Store) -> None:
    given = answer(1, 2)
    kept = filled.keep_answer(given, most=10)
    assert kept.id
    assert kept.provenance.at
    assert dataclasses.replace(kept, id=None, provenance=given.provenance) == given
    assert filled.answer(kept.id) == kept


@pytest.mark.parametrize("unknown", ["", "99", "x", "-1", "1 ", "१", "9" * 40])
def test_an_id_that_is_none_finds_nothing(filled: Store, unknown: str) -> None:
    filled.keep_answer(answer(1), most=10)
    assert filled.answer(unknown) is None


def test_the_last_are_kept_newest_first_and_no_id_comes_twice(filled: Store) -> None:
    ids = [filled.keep_answer(answer(1, question=f"{i}?"), most=2).id for i in range(4)]
    assert len(set(ids)) == 4
    assert [kept.question for kept in filled.answers(5)] == ["3?", "2?"]
    assert [kept.id for kept in filled.answers(1)] == ids[-1:]
    assert filled.answer(str(ids[0])) is None


def test_keeping_an_answer_is_no_change_of_the_papers(filled: Store) -> None:
    before = filled.revision
    filled.keep_answer(answer(1), most=2)
    assert filled.revision == before


def test_a_paper_whose_text_has_changed_is_left_without_text(filled: Store) -> None:
    kept = filled.keep_answer(answer(1, 2), most=2)
    with filled.writer() as writer:
        put(writer, 1, edition=1)
    first, second = filled.answers(1)[0].citations
    assert first.quote == kept.citations[0].quote
    assert first.paper.abstract == ""
    assert second.paper == paper(2)


def test_a_removed_paper_leaves_its_title_and_none_of_its_words(
    filled: Store, folder: Path
) -> None:
    filled.keep_answer(answer(1, 2), most=5)
    filled.keep_answer(answer(2), most=5)
    with filled.writer() as writer:
        writer.remove("p1")
    second, first = filled.answers(5)
    assert second == dataclasses.replace(second, citations=answer(2).citations)
    assert [s.text for s in first.sentences] == ["", f"So {quoted(paper(2))[2]}"]
    assert first.citations[0].paper == Paper("p1", paper(1).title)
    assert [c.text for c in first.provenance.checks] == ["", ""]
    filled.close()
    secret = own_word(1).encode()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if secret in path.read_bytes()] == []


def test_text_that_is_not_unicode_is_refused_with_a_sentence(filled: Store) -> None:
    with pytest.raises(LibraryError, match="Unicode"):
        filled.keep_answer(answer(1, question="\ud800"), most=2)
    assert filled.answers(5) == []


def test_an_answer_is_kept_while_papers_are_added(filled: Store) -> None:
    with filled.writer() as writer:
        put(writer, 4)
        assert filled.keep_answer(answer(1), most=2).id


def test_a_database_that_stays_locked_is_waited_for_a_second(filled: Store, folder: Path) -> None:
    other = sqlite3.connect(folder / "library.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with pytest.raises(LibraryBusyError):
        filled.keep_answer(answer(1), most=2)
    assert 0.5 < time.monotonic() - started < 5
    other.execute("ROLLBACK")
    other.close()
    assert filled.keep_answer(answer(1), most=2).id


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Nobody may write to the folder, as far as this block goes."""
    paths = [folder, *folder.rglob("*")]
    modes = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path, mode in zip(paths, modes, strict=True):
            if path.exists():
                path.chmod(mode)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="needs rights as POSIX has them")
@pytest.mark.parametrize("is_open_elsewhere", [False, True])
@pytest.mark.parametrize("name", ["library", "my %20 p@pers?x=1#a:é"])
def test_a_library_that_cannot_be_written_to_is_read(name: str, is_open_elsewhere: bool) -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are closed to others
        Path(place).chmod(0o755)
        folder = Path(place) / name
        with Store.open(folder, identity=IDENTITY) as store, store.writer() as writer:
            put(writer, 1)
            store.keep_answer(answer(1), most=2)
        other = Store.open(folder, identity=IDENTITY)
        if is_open_elsewhere:
            assert other.paper_count() == 1
        else:
            other.close()
        with without_rights(folder), Store.open(folder, identity=IDENTITY) as store:
            assert store.get(["p1"])["p1"] == paper(1)
            assert store.keyword_search(query_words(1), 1)[0][0] == "p1"
            assert len(store.answers(2)) == 1
            with pytest.raises(LibraryError, match="readonly"):
                store.keep_answer(answer(1), most=2)
        other.close()
