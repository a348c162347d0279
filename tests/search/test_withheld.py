"""Papers that are left out of a question are as good as never added."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.text import stem
from rag.base.types import Filters, Paper
from rag.search.mining import facts_of, mine
from rag.search.names import Names

LOOM = "How many cards does LOOM need for a table of Bernoulli numbers?"


def test_names_without_papers_are_those_of_a_library_that_never_had_them(
    names: Names, papers: list[Paper]
) -> None:
    cut = names.without(papers[:2])
    never = mine(papers[2:], names.is_word)
    assert cut.paper_count == never.paper_count == len(papers) - 2
    for facts in map(facts_of, papers):
        assert [cut.idf(one) for one in facts.stems] == [never.idf(one) for one in facts.stems]
        opening = facts.title.split()[:2]
        assert cut.opened_by(opening) == never.opened_by(opening)
        for key in facts.claims:
            assert cut.handle(key) == never.handle(key)
    assert [cut.title(paper.id) for paper in papers[:2]] == ["", ""]
    assert cut.correct("crads") == never.correct("crads")


def test_the_names_of_the_whole_library_stay_as_they_were(
    names: Names, papers: list[Paper]
) -> None:
    before = names.idf(stem("cards")), names.handle("loom")
    names.without(papers)
    assert (names.idf(stem("cards")), names.handle("loom")) == before


def test_a_question_is_answered_with_its_paper_and_not_without_it(
    history: Assistant, by_title: dict[str, str]
) -> None:
    loom = by_title["LOOM"]
    found = history.ask(LOOM)
    assert found.status == "answered"
    assert {citation.paper.id for citation in found.citations} == {loom}
    left = history.ask(LOOM, without=Filters(ids=(loom,)))
    assert left.status == "abstained"
    assert loom not in {paper.id for paper in left.nearest}
    assert history.ask(LOOM).status == "answered"


@pytest.mark.parametrize(
    "question",
    ["What is LOOM?", "Who wrote LOOM?", "Papers by Ada Lovelace", "Compare LOOM and PISCES."],
)
def test_no_road_leads_to_a_paper_that_is_left_out(
    question: str, history: Assistant, by_title: dict[str, str]
) -> None:
    loom = by_title["LOOM"]
    assert loom in {c.paper.id for c in history.ask(question).citations}
    left = history.ask(question, without=Filters(ids=(loom,)))
    assert loom not in {c.paper.id for c in left.citations} | {p.id for p in left.nearest}


def test_with_everything_left_out_nothing_is_answered(
    history: Assistant, papers: list[Paper]
) -> None:
    answer = history.ask(LOOM, without=Filters(ids=tuple(p.id for p in papers)))
    assert (answer.status, answer.reason) == ("abstained", "library_empty")


def test_the_sentences_of_one_paper_are_ranked_for_a_question(
    history: Assistant, by_title: dict[str, str]
) -> None:
    found = history.evidence(LOOM, by_title["LOOM"], k=2)
    assert len(found) == 2
    assert "23 cards instead of 410" in found[0].text
    assert all(e.paper.id == by_title["LOOM"] for e in found)
    assert history.evidence(LOOM, "no such paper") == []


def test_two_sides_are_not_made_of_what_is_left(
    history: Assistant, by_title: dict[str, str]
) -> None:
    gone = Filters(ids=(by_title["LOOM"], by_title["PISCES"]))
    assert history.ask("Compare LOOM and PISCES.", without=gone).status == "abstained"
