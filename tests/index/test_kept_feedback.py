"""Feedback on answers: one judgement for each person and answer, that outlives the answer."""

from __future__ import annotations

import dataclasses

import pytest
from made_papers import paper, put
from test_kept_answers import answer

from rag.base.errors import LibraryError
from rag.base.types import Answer, QueryPlan
from rag.index.feedback import KeptFeedback
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")
SILENCE = Answer("What is dark?", "abstained", "extractive", "not_in_library")


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        put(writer, 1, 2, 3)
    return store


def keep(store: Store, given: Answer) -> str:
    return str(store.keep_answer(given, most=50).id)


def test_a_good_answer_counts_for_the_papers_that_it_cites(filled: Store) -> None:
    alone = dataclasses.replace(answer(1, 2).provenance, history=())
    kept = keep(filled, dataclasses.replace(answer(1, 2), provenance=alone))
    given = KeptFeedback(filled).give(kept, good=True)
    assert given.right == (paper(1).title, paper(2).title)
    assert (given.question, given.answerable, given.is_testable) == ("What falls?", True, True)
    assert KeptFeedback(filled).of(kept) == given


@pytest.mark.parametrize(
    ("answered", "good", "right", "answerable", "expected"),
    [
        pytest.param(answer(1), False, ("p3",), None, (("3",), True, True), id="the right paper"),
        pytest.param(answer(1), False, (), None, ((), True, False), id="bad without a reason"),
        pytest.param(answer(1), False, (), False, ((), False, True), id="nothing has it"),
        pytest.param(SILENCE, True, (), None, ((), False, True), id="rightly silent"),
        pytest.param(SILENCE, False, (), None, ((), True, False), id="wrongly silent"),
        pytest.param(SILENCE, False, ("p2",), None, (("2",), True, True), id="silent on a paper"),
    ],
)
def test_what_is_said_of_an_answer_says_what_would_be_right(
    filled: Store,
    answered: Answer,
    good: bool,
    right: tuple[str, ...],
    answerable: bool | None,
    expected: tuple[tuple[str, ...], bool, bool],
) -> None:
    given = KeptFeedback(filled).give(
        keep(filled, answered), good=good, right=right, answerable=answerable
    )
    titles = tuple(paper(int(number)).title for number in expected[0])
    assert (given.right, given.answerable, given.is_testable) == (titles, *expected[1:])


def test_a_question_of_a_chat_is_kept_as_it_can_be_asked_alone(filled: Store) -> None:
    plan = QueryPlan("And its limits?", "What are the limits of Study 1?")
    given = dataclasses.replace(answer(1, question="And its limits?"), plan=plan)
    assert KeptFeedback(filled).give(keep(filled, given), good=True).question == plan.query


def test_a_second_judgement_replaces_the_first_and_people_are_apart(filled: Store) -> None:
    kept, feedback = keep(filled, answer(1)), KeptFeedback(filled)
    feedback.give(kept, good=True)
    feedback.give(kept, good=True, owner="ada")
    feedback.give(kept, good=False)
    assert [(given.owner, given.good) for given in feedback.all()] == [("ada", True), ("", False)]
    feedback.withdraw(kept)
    assert feedback.of(kept) is None
    assert feedback.of(kept, "ada")


def test_feedback_outlives_its_answer(filled: Store) -> None:
    kept, feedback = keep(filled, answer(1)), KeptFeedback(filled)
    given = feedback.give(kept, good=True)
    filled.keep_answer(answer(2), most=1)
    assert filled.answer(kept) is None
    assert feedback.all() == (given,)


@pytest.mark.parametrize("unknown", ["99", "x"])
def test_what_is_not_there_cannot_be_judged(filled: Store, unknown: str) -> None:
    with pytest.raises(LibraryError, match="no answer"):
        KeptFeedback(filled).give(unknown, good=True)
    with pytest.raises(LibraryError, match="no paper"):
        KeptFeedback(filled).give(keep(filled, answer(1)), good=False, right=(unknown,))
