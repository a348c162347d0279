"""Asking while papers still await their vectors: as good as ever where it matters, and told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Answer, Assistant, Filters, Settings
from rag.cli import main

ANSWERED = [
    "By how much does SOAP reduce the number of iterations compared to AdamW?",
    "What is SOAP?",
    "Which papers are about optimizers?",
]
COVERAGE = (
    "So far, search by meaning covers 0 of the 72 papers searched; the others are found by their "
    "words."
)

ONE = b'{"title": "On weaving cards", "abstract": "Two days."}'


@pytest.fixture
def without_vectors(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """What is added awaits its vectors, as when whoever adds is killed before they follow."""
    with monkeypatch.context() as patch:
        patch.setattr("rag.ingest.pipeline.with_vectors", lambda _, chunks, __: chunks)
        patch.setattr("rag.ingest.pipeline.embed_awaited", lambda *_, **__: None)
        yield patch


@pytest.fixture
def waiting(tmp_path: Path, without_vectors: pytest.MonkeyPatch) -> Iterator[Assistant]:
    """The sample library, none of whose papers has vectors yet."""
    folder = tmp_path / "waiting"
    with Assistant.open(settings=Settings(_env_file=None, library=folder)) as opened:
        opened.add_sample()
        without_vectors.undo()
        yield opened


def said(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


@pytest.mark.parametrize("question", ANSWERED)
def test_a_question_is_answered_by_the_same_words_and_told_what_search_misses(
    question: str, waiting: Assistant, sample: Assistant
) -> None:
    answer, later = waiting.ask(question), sample.ask(question)
    assert answer.status == "answered"
    assert said(answer)[0] in said(later)
    assert answer.notice is not None
    assert answer.notice.endswith(COVERAGE)
    assert not answer.calibrated
    assert later.calibrated
    assert later.notice is None or "search by meaning" not in later.notice


def test_what_no_paper_answers_is_still_not_answered(waiting: Assistant) -> None:
    answer = waiting.ask("How many parameters does GPT-5 have?")
    assert answer.status == "abstained"
    assert answer.notice is not None
    assert answer.notice.endswith(COVERAGE)


def test_a_comparison_quotes_the_papers_it_names(waiting: Assistant, sample: Assistant) -> None:
    named = [paper.id for paper in sample.papers()][:2]
    answer, later = (one.compare("what data they use", papers=named) for one in (waiting, sample))
    assert answer.table is not None
    assert later.table is not None
    assert [p.id for p in answer.table.papers] == [p.id for p in later.table.papers]
    assert said(answer) == said(later)


def test_what_records_answer_is_complete_and_says_nothing_of_vectors(
    waiting: Assistant, sample: Assistant
) -> None:
    answer, later = (one.ask("List all papers from 2024") for one in (waiting, sample))
    assert (said(answer), answer.notice) == (said(later), later.notice)
    assert answer.calibrated


def test_a_check_of_a_draft_finds_the_words(waiting: Assistant, sample: Assistant) -> None:
    draft = "SOAP reduces the number of iterations by over 40% compared to AdamW."
    (checked,), (later,) = waiting.check(draft), sample.check(draft)
    assert checked.verdict == later.verdict == "supported"


def test_a_few_that_are_missed_are_not_told_of(
    waiting: Assistant, without_vectors: pytest.MonkeyPatch
) -> None:
    waiting.repair()
    without_vectors.setattr("rag.ingest.pipeline.with_vectors", lambda _, chunks, __: chunks)
    without_vectors.setattr("rag.ingest.pipeline.embed_awaited", lambda *_, **__: None)
    waiting.add_bytes(ONE, "one.jsonl")
    assert waiting._store.awaited_count() == 1
    answer = waiting.ask(ANSWERED[0])
    assert answer.calibrated
    assert answer.notice is None
    assert waiting.search("weaving cards", k=1)[0].paper.title == "On weaving cards"


def test_filters_decide_of_which_papers_it_is_told(waiting: Assistant, sample: Assistant) -> None:
    filters = Filters(year_from=2025)
    allowed = waiting._store.allowed(filters) or frozenset()
    assert waiting._store.awaited_count(allowed) == len(list(sample.papers(filters))) < 72


def test_a_program_that_lives_long_makes_what_is_missing(
    waiting: Assistant, sample: Assistant
) -> None:
    waiting.warm()
    deadline = time.monotonic() + 120
    while waiting._store.awaited_count() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert waiting._store.awaited_count() == 0
    answer, later = (one.ask(ANSWERED[0]) for one in (waiting, sample))
    assert (said(answer), answer.notice, answer.confidence) == (
        said(later),
        later.notice,
        later.confidence,
    )
    assert not [f for f in waiting.doctor() if not f.ok]


def test_one_more_paper_has_its_vectors_at_once_and_waits_for_no_others(waiting: Assistant) -> None:
    report = waiting.add_bytes(ONE, "one.jsonl")
    assert (report.added, report.embedded, report.awaiting) == (1, 0, 72)
    assert waiting._following._thread is None


def test_a_program_that_lives_long_goes_on_with_what_others_left(waiting: Assistant) -> None:
    with Assistant.open(settings=waiting.settings) as living:
        living._following._is_wanted = True  # as after `warm` over a library that awaited nothing
        assert living.add_bytes(ONE, "one.jsonl").awaiting == 72
        assert living._following._thread is not None
        living._following._thread.join()
        assert living._store.awaited_count() == 0


def test_closing_stops_what_is_made_beside(waiting: Assistant) -> None:
    waiting.warm()
    waiting.close()
    with Assistant.open(settings=waiting.settings) as again:
        assert len(again.search("optimizer", k=3)) == 3
        assert [f.check for f in again.doctor() if not f.ok] == []


def test_the_doctor_tells_and_repairs(
    waiting: Assistant, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(waiting.folder)
    waiting.close()
    assert main(["doctor", "--library", folder]) == 0
    assert "72 papers have no vectors yet and are found by words" in capsys.readouterr().out
    assert main(["doctor", "--repair", "--library", folder, "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {f["detail"] for f in findings if f["check"] == "meaning search"} == {
        "covers all papers"
    }
