"""What a question wants a sentence to give, and whether a sentence gives it."""

from __future__ import annotations

import pytest

from rag.search.telling import has_means, wants_means
from rag.search.wants import wants_figure, wants_of


def worth(question: str, sentence: str) -> float:
    return sum(want.bonus for want in wants_of(question) if want.is_given_by(sentence))


@pytest.mark.parametrize(
    ("question", "gives", "other"),
    [
        ("What loom efficiency was reached?", "a loom efficiency of 78%", "at 12 mills"),
        ("How fast does the shuttle fly?", "It flies at 12 m/s.", "It is 12 cm long."),
        ("Over how many years were they kept?", "kept for 25 years", "kept in 25 mills"),
        ("How hot is the dye?", "dyed at 80 °C", "dyed in 80 mills"),
    ],
)
def test_the_figure_that_is_asked_for_is_worth_more_than_another(
    question: str, gives: str, other: str
) -> None:
    assert worth(question, gives) > worth(question, other) > worth(question, "no figure") == 0


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("What storage capacity does it have?", True),
        ("How well does it weave?", True),
        ("Under which licence is it?", False),
        ("Who weaves it?", False),
    ],
)
def test_a_quantity_wants_a_figure_and_a_licence_does_not(question: str, wants: bool) -> None:
    assert wants_figure(question) is wants


@pytest.mark.parametrize(
    ("question", "wants"),
    [
        ("How are knots detected?", True),
        ("How does LOOM speed up weaving?", True),
        ("How does LOOM compare with PEAS?", False),
        ("How does wool affect the price?", False),
        ("How many knots are there?", False),
    ],
)
def test_how_asks_for_means_unless_for_a_relation(question: str, wants: bool) -> None:
    assert wants_means(question) is wants


@pytest.mark.parametrize(
    ("sentence", "gives"),
    [
        ("Knots are detected using mirrors.", True),
        ("It saves cards by skipping empty rows.", True),
        ("We apply a comb to the threads.", True),
        ("Results show that using combs helps.", False),
        ("We propose a new approach to knots.", False),
    ],
)
def test_means_are_what_it_is_done_by_not_what_came_of_it(sentence: str, gives: bool) -> None:
    assert has_means(sentence) is gives


def test_a_definition_is_worth_most_where_the_term_is_asked_for() -> None:
    assert worth("What is a loom?", "A loom is a frame for threads.") > 0
    assert worth("What is a loom?", "We study looms in mills.") == 0
    assert worth("Who invented the loom?", "A loom is a frame for threads.") == 0
