"""Which papers a comparison is between."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_papers import paper

from rag.assistant import Assistant
from rag.base.types import Answer, Citation, Paper
from rag.search.mining import mine
from rag.search.names import Names
from rag.search.plan import make_plan
from rag.search.retrieve import Retriever
from rag.search.sides import MOST_PAPERS, Sides, _is_titled, _is_within, resolve_sides


@pytest.fixture(scope="module")
def retriever(history: Assistant) -> Retriever:
    return history._parts.retriever


def sides_of(
    question: str, retriever: Retriever, names: Names, *history: tuple[str, Answer]
) -> Sides:
    return resolve_sides(make_plan(question, history, names), retriever, names)


def first_words(sides: Sides) -> list[str]:
    return [paper.title.split()[0].strip(":") for paper in sides.papers]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Compare LOOM and PISCES.", ["LOOM", "PISCES"]),
        ("Compare PISCES with LOOM.", ["PISCES", "LOOM"]),
        ("LOOM vs FLOWTALK", ["LOOM", "Compilers"]),
        ("Compare LOOM, PISCES and SEEDER.", ["LOOM", "PISCES", "SEEDER"]),
        ("How do PEAS-7 and the Paper Machine differ?", ["PEAS-7", "Endgames"]),
        ("Compare the star catalogue with the postal codes", ["PISCES", "Redundant"]),
        ("Compare hand washing in wards and radon in cellars", ["Does", "Trace"]),
        ("How does the dance of bees differ from handwashing in wards?", ["Dancing", "Does"]),
        ("Compare errors of compilers and of punched cards", ["Compilers", "LOOM"]),
    ],
)
def test_the_two_sides_are_found_by_name_or_by_description_in_order(
    question: str, found: list[str], retriever: Retriever, names: Names
) -> None:
    sides = sides_of(question, retriever, names)
    assert first_words(sides) == found
    assert sides.confidence > 0.5


@pytest.mark.parametrize(
    "question",
    [
        "Compare transformers and mamba.",
        "Compare the weather in Rome and Oslo.",
        "LOOM versus",
        "Compare PISCES and Bernoulli.",  # LOOM's abstract says the name, and is not about it
        "How do operators and wards differ in their errors?",  # the same of a mere word
        "How do cards and operators differ in LOOM?",  # both are looked for in one paper
        "Compare LOOM and WEAVER.",  # a name that no paper introduces
    ],
)
def test_sides_that_the_library_lacks_are_not_found(
    question: str, retriever: Retriever, names: Names
) -> None:
    assert sides_of(question, retriever, names).confidence < 0.45


def test_papers_of_the_last_answer_can_be_compared(
    retriever: Retriever, names: Names, papers: list[Paper]
) -> None:
    cited = tuple(Citation(i, p, "", 0, 0) for i, p in enumerate(papers[:3], start=1))
    before = Answer("q", "answered", "lookup", citations=cited)
    sides = sides_of("Compare them by accuracy", retriever, names, ("q", before))
    assert {p.id for p in sides.papers} == {p.id for p in papers[:3]}
    assert sides.confidence == 1.0


def test_no_more_papers_are_compared_than_can_be_read(
    retriever: Retriever, names: Names, papers: list[Paper]
) -> None:
    cited = tuple(Citation(i, p, "", 0, 0) for i, p in enumerate(papers, start=1))
    before = Answer("q", "answered", "lookup", citations=cited)
    sides = sides_of("Compare these papers", retriever, names, ("q", before))
    assert len(sides.papers) == MOST_PAPERS


@pytest.mark.parametrize(
    ("side", "title", "is_it"),
    [
        ("weavers", "How Weavers Count", True),
        ("Weavers", "How Weavers Count", True),
        ("WeaveNet", "Counting Threads by a WeaveNet Approach", False),
        ("weavenet", "Counting Threads by a WeaveNet Approach", False),
        ("RWS", "LoomRWS: An RWS package for looms", False),
        ("looms", "Counting Threads", False),
    ],
)
def test_a_word_of_a_title_tells_a_side_unless_it_is_a_name(
    side: str, title: str, is_it: bool
) -> None:
    assert _is_titled(replace(paper(1), title=title), side) is is_it


def test_what_one_paper_says_of_both_sides_is_no_comparison_of_two_papers() -> None:
    both = replace(paper(1), title="Masked looms", abstract="Masked looms beat woven engines.")
    other = replace(paper(2), title="A good weaver", abstract="We weave on woven engines daily.")
    names = mine([both, other])
    assert _is_within("woven engines", other, both, names)
    assert not _is_within("masked looms", both, other, names)
    assert not _is_within("woven engines", replace(other, title="Woven engines"), both, names)
