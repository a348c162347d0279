"""Answers kept in a library: they come back, lose the words of removed papers, and never block."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path

import pytest
from made_papers import IDENTITY, own_word, paper, put

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

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")


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
    with Store.open(folder, identity=IDENTITY) as other, other._catalog.writing_all():
        started = time.monotonic()
        with pytest.raises(LibraryBusyError):
            filled.keep_answer(answer(1), most=2)
        assert 0.5 < time.monotonic() - started < 5
    assert filled.keep_answer(answer(1), most=2).id
