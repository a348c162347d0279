"""The questions over the seed listings, on the library that the seed listings make."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from benchmarks.seed_questions import Question, load, problems

from rag.assistant import Assistant
from rag.base.types import Answer, Citation, Paper, Sentence

RIGHT = 0.75  # share of questions, and of those that can be answered


@pytest.fixture(scope="module")
def library(
    seeds: Path, tmp_path_factory: pytest.TempPathFactory, without_settings: None
) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("seeds") / "library") as assistant:
        report = assistant.add(seeds, as_of=date(2026, 6, 15))
        assert (report.added, report.merged, report.failed) == (72, 1, ())
        yield assistant


@pytest.mark.seeds
def test_most_questions_are_answered_rightly_and_none_is_made_up(
    library: Assistant, shared: Path
) -> None:
    questions = load(shared / "eval" / "seed_questions.jsonl")
    found = {q: problems(q, library.ask(q.text)) for q in questions}
    wrong = {q.text: found[q] for q in questions if found[q]}
    right = Counter(q.answerable for q in questions if not found[q])
    asked = Counter(q.answerable for q in questions)
    assert right[True] >= RIGHT * asked[True], wrong
    assert right[False] == asked[False], wrong
    unsound = [p for found in wrong.values() for p in found if "verbatim" in p]
    assert not unsound


@pytest.mark.seeds
def test_follow_up_questions_are_about_the_papers_of_the_answer_before(
    library: Assistant, shared: Path
) -> None:
    lines = (shared / "eval" / "seed_conversations.jsonl").read_text("utf-8").splitlines()
    wrong = {}
    turns = 0
    for conversation in map(json.loads, lines):
        history: list[tuple[str, Answer]] = []
        for turn in conversation["turns"]:
            question = Question("", "turn", turn["question"], tuple(turn["gold"]))
            answer = library.ask(question.text, history)
            history.append((question.text, answer))
            turns += 1
            if found := problems(question, answer):
                wrong[question.text] = found
    assert len(wrong) <= (1 - RIGHT) * turns, wrong


# --- the judging itself --------------------------------------------------------------------------

SOAP = Paper("s", "SOAP: Improving Shampoo", abstract="SOAP is 40% faster. It has a parameter.")
LLC = Paper("l", "LLC: Binary Codes", abstract="LLC needs 10 bits.")


def answered(*papers: Paper, text: str = "It says so.") -> Answer:
    citations = tuple(
        Citation(i, p, p.abstract.split(". ")[0], 0, len(p.abstract.split(". ")[0]))
        for i, p in enumerate(papers, start=1)
    )
    sentence = Sentence(text, tuple(c.number for c in citations), "supported")
    return Answer("q", "answered", "extractive", sentences=(sentence,), citations=citations)


ABSTAINED = Answer("q", "abstained", "extractive", reason="not_stated")


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        (Question("", "fact", "q", ("SOAP",), (("40%",),)), answered(SOAP), []),
        (Question("", "fact", "q", ("SOAP",), (("41%", "40%"),)), answered(SOAP, LLC), []),
        (Question("", "fact", "q", ("soap",), (("IT SAYS",),)), answered(SOAP), []),
        (Question("", "fact", "q", ("SOAP", "LLC")), answered(SOAP), ["not cited: LLC"]),
        (Question("", "fact", "q", ("OAP",)), answered(SOAP), ["not cited: OAP"]),
        (Question("", "fact", "q", ("SOAP",), (("35%",),)), answered(SOAP), ["not said: 35%"]),
        (Question("", "meta", "q", ("SOAP",)), answered(SOAP), []),
        (
            Question("", "meta", "q", ("SOAP",)),
            answered(SOAP, LLC),
            ["cited too much: LLC: Binary Codes"],
        ),
        (Question("", "fact", "q", ("SOAP",)), ABSTAINED, ["abstained: not_stated"]),
        (Question("", "un", "q", answerable=False), ABSTAINED, []),
        (
            Question("", "un", "q", answerable=False),
            answered(SOAP),
            ["answered, but the papers do not say"],
        ),
        (Question("", "fact", "q"), answered(), ["not cited: It says so."]),
    ],
)
def test_an_answer_is_judged_by_papers_facts_and_abstention(
    question: Question, answer: Answer, found: list[str]
) -> None:
    assert problems(question, answer) == found


def test_a_quote_that_is_not_verbatim_is_found() -> None:
    good = answered(SOAP)
    bad = Citation(1, SOAP, "SOAP is 50% faster", 0, 18)
    answer = Answer("q", "answered", "extractive", sentences=good.sentences, citations=(bad,))
    assert problems(Question("", "fact", "q", ("SOAP",)), answer) == ["citation 1 is not verbatim"]
