"""Papers near those of before, and lists that would be of everything by mistake."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.errors import QuestionError
from rag.base.types import Answer, Citation, Paper
from rag.search.names import Names
from rag.search.plan import make_plan

SIMILAR = [
    "Which papers are similar?",
    "Which papers are similar to it?",
    "Find similar papers.",
    "papers similar to this paper",
    "More like this",
    "What other papers are related?",
]


@pytest.fixture(scope="module")
def loom(papers: list[Paper]) -> Paper:
    return next(p for p in papers if p.title.startswith("LOOM"))


@pytest.fixture(scope="module")
def before(loom: Paper) -> list[tuple[str, Answer]]:
    told = Answer("q", "answered", "extractive", citations=(Citation(1, loom, "", 0, 0),))
    return [("What is LOOM?", told)]


@pytest.mark.parametrize("question", SIMILAR)
def test_similar_papers_are_those_near_the_one_in_focus(
    question: str, before: list[tuple[str, Answer]], history: Assistant, loom: Paper
) -> None:
    answer = history.ask(question, before)
    assert answer.status == "answered"
    assert answer.understood == ("similar to LOOM",)
    found = [citation.paper.id for citation in answer.citations]
    assert 0 < len(found) <= 5
    assert loom.id not in found
    assert answer.confidence is None


def test_similar_papers_meet_the_other_conditions(
    before: list[tuple[str, Answer]], history: Assistant
) -> None:
    answer = history.ask("Which papers since 2023 are similar?", before)
    assert {c.paper.year for c in answer.citations} == {2023, 2024}


@pytest.mark.parametrize("question", SIMILAR)
def test_without_a_paper_in_focus_similar_is_refused(question: str, names: Names) -> None:
    with pytest.raises(QuestionError, match="Similar to what"):
        make_plan(question, (), names)


def test_the_paper_in_focus_can_be_taken_away(
    before: list[tuple[str, Answer]], names: Names
) -> None:
    with pytest.raises(QuestionError, match="Without “similar to LOOM”"):
        make_plan("Which papers are similar?", before, names, ["similar to LOOM"])


@pytest.mark.parametrize(
    "question",
    [
        "not " * 500,
        "which papers " + "not " * 300,
        "papers not",
        "Which papers are not?",
        '"' * 500,
    ],
)
def test_a_question_that_only_says_not_is_no_list_of_everything(
    question: str, names: Names
) -> None:
    with pytest.raises(QuestionError, match=r"Add a topic|Ask something"):
        make_plan(question, (), names)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Which papers use similar triangles?", "triangles"),
        ("Why not list all papers?", ""),
        ("Which papers are there?", ""),
    ],
)
def test_other_words_are_left_as_they_are(question: str, topic: str, names: Names) -> None:
    found = make_plan(question, (), names)
    assert (found.intent, found.topic, found.understood) == ("list", topic, ())
