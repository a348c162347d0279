"""Which aspects a question asks for."""

from __future__ import annotations

import pytest

from rag.base.types import Paper
from rag.search.aspects import (
    asked_aspects,
    aspect_of,
    chosen,
    named_aspects,
    without_aspects,
)
from rag.search.names import Names


@pytest.fixture(scope="module")
def pair(papers: list[Paper]) -> list[Paper]:
    return [p for p in papers if p.title.startswith(("LOOM", "PISCES"))]


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("Compare LOOM and PISCES on data, baselines and limitations.", "data baselines limits"),
        ("How do the limitations of LOOM and PISCES differ?", "limits"),
        ("What datasets do LOOM and PISCES use?", "data"),
        ("LOOM vs PISCES: method, code, date", "method code date"),
        ("Compare LOOM with PISCES in terms of training cost and results", "compute result"),
        ("Set side by side the sizes and data of LOOM and PISCES", "scale data"),
    ],
)
def test_known_aspects_are_read_in_their_order(
    question: str, kinds: str, names: Names, pair: list[Paper]
) -> None:
    assert [a.kind for a in asked_aspects(question, pair, names)] == kinds.split()


def test_a_question_that_leaves_it_open_asks_for_none(names: Names, pair: list[Paper]) -> None:
    assert asked_aspects("Compare LOOM and PISCES.", pair, names) == ()


def test_words_of_a_title_are_no_aspect(names: Names) -> None:
    methods = [Paper("a", "Methods of Dyeing"), Paper("b", "The Data of Weavers")]
    question = "Compare the methods of dyeing with the data of weavers."
    assert asked_aspects(question, methods, names) == ()


def test_other_aspects_keep_the_words_of_the_question(names: Names, pair: list[Paper]) -> None:
    asked = asked_aspects(
        "Compare LOOM and PISCES: how many cards does each need, and against what baseline?",
        pair,
        names,
    )
    assert [(a.name, a.kind) for a in asked] == [("cards need", None), ("baselines", "baselines")]


def test_what_is_done_with_something_stands_before_the_chosen_ones(
    names: Names, pair: list[Paper]
) -> None:
    asked = asked_aspects("How do LOOM and PISCES use punched cards?", pair, names)
    assert [asked[0].name, *asked[1:]] == ["use punched cards", *chosen()]


def test_named_aspects_keep_their_names_and_come_once() -> None:
    named = named_aspects(["Datasets", "wool quality", "data", " ", "who wrote"])
    assert [(a.name, a.kind) for a in named] == [
        ("Datasets", "data"),
        ("wool quality", None),
        ("who wrote", "authors"),
    ]


def test_solving_belongs_to_the_problem() -> None:
    assert without_aspects("What problem does LOOM solve?").split() == ["What", "does", "LOOM", "?"]
    assert aspect_of("Which problem does LOOM address?") == "problem"
