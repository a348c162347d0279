"""What several passages say of a claim together."""

from __future__ import annotations

import pytest

from rag.answer.judgement import FIGURE, NO_FIGURE, Judgement, Passage, carrying, denying
from rag.base.types import Evidence, Paper, Support

LOOM = Paper("loom", "LOOM", abstract="It needs 5 cards. It needs no silk. Bees like 9 of them.")
BEES = Paper("bees", "Bees", abstract="They need 7 cards.")


def judged(
    support: Support,
    *numbers: int,
    paper: Paper = LOOM,
    score: float = 0.6,
    against: float = 0.9,
    objection: str = "",
    shared: float = 0.5,
    is_denied: bool = False,
) -> Judgement:
    """A judgement of a passage of these sentences of a paper."""
    evidence = tuple(Evidence(paper, n, n + 1, f"sentence {n}", 1.0) for n in numbers)
    return Judgement(Passage(evidence), support, score, against, objection, shared, is_denied)


def test_a_sentence_that_carries_a_claim_is_not_undone_by_a_figure_of_another() -> None:
    carries = judged("supported", 1)
    assert carrying([carries, judged("contradicted", 2, 3, objection=FIGURE)]) == [carries]


def test_two_sentences_together_are_undone_by_a_figure_that_differs() -> None:
    assert carrying([judged("supported", 1, 2), judged("contradicted", 3, objection=FIGURE)]) == []


@pytest.mark.parametrize(
    ("paper", "shared", "score", "stays"),
    [
        (LOOM, 0.5, 0.6, False),
        (LOOM, 0.4, 0.6, True),  # it has fewer of the claim's words
        (LOOM, 0.5, 0.9, True),  # what carries it is clear
        (BEES, 0.5, 0.6, True),  # another paper may deny it
    ],
)
def test_a_sentence_that_a_reader_sees_deny_undoes_what_has_no_more_of_the_words(
    paper: Paper, shared: float, score: float, *, stays: bool
) -> None:
    denial = judged("unsupported", 2, paper=paper, shared=shared, is_denied=True)
    assert bool(carrying([judged("supported", 1, score=score), denial])) is stays


def test_a_figure_differs_only_where_no_words_of_the_paper_have_it() -> None:
    differs = judged("contradicted", 1, objection=FIGURE)
    has_it = judged("unsupported", 2)
    lacks_it = judged("unsupported", 2, objection=NO_FIGURE)
    elsewhere = judged("unsupported", 1, paper=BEES)
    assert denying([differs, lacks_it, elsewhere]) == [differs]
    assert denying([differs, has_it]) == []
