"""Conditions that a filter alone cannot say, told by the ids of the papers that meet them."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.types import Filters
from rag.search.names import Names
from rag.search.narrow import narrowed, relaxed
from rag.search.plan import make_plan


@pytest.mark.parametrize(
    ("question", "titles", "said"),
    [
        ("papers by Caroline Herschel and William Herschel", {"PISCES"}, " and "),
        ("papers by Marie Curie and Irène Joliot-Curie", {"Trace"}, " and "),
        ("papers by Ada Lovelace and Grace Hopper", {"LOOM", "Compilers"}, " or "),
        ("papers by Ada Lovelace or Grace Hopper", {"LOOM", "Compilers"}, " or "),
        ("papers that Ada Lovelace and Grace Hopper wrote together", set(), " and "),
        ("papers by Ada Lovelace since 2020", set(), ""),
        ("papers not from before 2024 since 2023", {"Endgames", "An"}, ""),
        ("papers since 2023 not by Alan Turing", {"Compilers", "An"}, ""),
        ("papers since 2023 not by Turing or Hopper", {"An"}, ""),
        ("papers with a score below 75", {"PEAS-7", "SEEDER"}, ""),
        ("papers with code and without code", set(), ""),
        ("papers from March 2024", {"An"}, ""),
        ("papers since December 2023 and with code", set(), ""),
        ("papers from May 2022", {"Trace"}, ""),
        ("papers from 2015 or 2017", {"Dancing", "Redundant"}, ""),
    ],
)
def test_a_plan_allows_exactly_the_papers_that_are_meant(
    question: str, titles: set[str], said: str, history: Assistant, names: Names
) -> None:
    plan = narrowed(make_plan(question, (), names), history._store)
    found = {p.title.split()[0].strip(":") for p in history.papers(plan.filters)}
    assert found == titles
    assert said in " ".join(plan.understood)


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("papers by Ada Lovelace from 2011", Filters(authors=("Ada Lovelace",))),
        ("papers by Ada Lovelace from March 2011", Filters(authors=("Ada Lovelace",))),
        (
            "LG papers by Hopper from 2023",
            Filters(authors=("Grace Hopper",), year_from=2023, year_to=2023),
        ),
        ("papers from 2011", Filters()),
        ("papers by Isaac Newton", Filters()),
    ],
)
def test_where_nothing_matches_as_few_conditions_as_possible_are_given_up(
    question: str, kept: Filters, history: Assistant, names: Names
) -> None:
    plan = narrowed(make_plan(question, (), names), history._store)
    assert not history._store.allowed(plan.filters)
    assert relaxed(plan, history._store) == kept


def test_a_plan_without_such_conditions_stays_as_it_is(history: Assistant, names: Names) -> None:
    plan = make_plan("papers by Ada Lovelace", (), names)
    assert narrowed(plan, history._store) is plan
