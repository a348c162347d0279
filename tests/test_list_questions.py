"""Lists, counts and extremes over records are exact, however the question is put."""

from __future__ import annotations

import pytest
from benchmarks.list_making import Maker
from benchmarks.list_questions import problems

from rag.assistant import Assistant

EACH = 3  # questions of a kind


@pytest.mark.parametrize("seed", [11, 12])
def test_generated_questions_for_lists_are_answered_exactly(seed: int, sample: Assistant) -> None:
    questions = list(Maker(list(sample.papers()), seed).questions(EACH))
    found = {q.text: problems(q, sample.ask(q.text)) for q in questions}
    wrong = {text: what for text, what in found.items() if what}
    assert len(questions) > 70
    assert not wrong


@pytest.mark.parametrize(
    ("question", "first_line"),
    [
        ("Which author has the most papers?", "Rachit Bansal: 13 papers"),
        ("who is the most prolific author", "Rachit Bansal: 13 papers"),
        ("How many papers per year?", "The papers have 7 years."),
        ("papers from 2023 before 2020", ""),
    ],
)
def test_counts_over_records_are_told(question: str, first_line: str, sample: Assistant) -> None:
    answer = sample.ask(question)
    if not first_line:
        assert answer.notice == (
            "No year is 2023 or later and 2019 or earlier at once. "
            "Take one of these conditions away."
        )
        return
    assert answer.sentences[0].text == first_line
