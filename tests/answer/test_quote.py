"""Answers without a model: verbatim sentences with lead-ins from the records."""

from __future__ import annotations

import pytest

from rag.answer import quote
from rag.answer.draft import Draft
from rag.base.types import Filters, Paper, QueryPlan


def texts(draft: Draft) -> list[str]:
    return [sentence.text for sentence in draft.sentences]


def assert_sound(draft: Draft) -> None:
    """Every sentence cites, every number leads to a citation, every quote is the paper's words."""
    numbers = {citation.number for citation in draft.citations}
    assert all(s.citations and set(s.citations) <= numbers for s in draft.sentences)
    assert all(c.quote == c.paper.abstract[c.start : c.end] for c in draft.citations)


def test_a_fact_is_quoted_with_a_lead_in_of_name_people_and_year(loom: Paper, said) -> None:
    draft = quote.quote_facts([said(loom, 1)])
    assert_sound(draft)
    assert texts(draft) == [
        "LOOM (Lovelace and Babbage, 2019): “We introduce LOOM, a notation for cards, so that a "
        "table needs 23 cards instead of 410.”"
    ]


def test_sentences_close_behind_the_best_stand_in_the_order_of_the_paper(loom: Paper, said) -> None:
    draft = quote.quote_facts([said(loom, 2, 1.0), said(loom, 1, 0.9), said(loom, 3, 0.5)])
    assert_sound(draft)
    assert [c.quote[:8] for c in draft.citations] == ["We intro", "In a tri"]
    assert texts(draft)[0].startswith("LOOM (")
    assert texts(draft)[1].startswith("“In a trial")


@pytest.mark.parametrize(("score", "heard"), [(0.9, True), (0.8, False)])
def test_another_paper_is_heard_only_when_it_is_as_good(
    score: float, heard: bool, loom: Paper, radon: Paper, said
) -> None:
    draft = quote.quote_facts([said(loom, 1, 1.0), said(radon, 1, score)])
    assert ({c.paper.id for c in draft.citations} == {"loom", "radon"}) is heard


def test_a_second_paper_of_the_same_name_is_heard_like_the_first(
    loom: Paper, radon: Paper, said
) -> None:
    evidence = [said(loom, 1, 1.0), said(radon, 1, 0.8)]
    assert len(quote.quote_facts(evidence, ("loom", "radon")).citations) == 2


def test_a_paper_without_evidence_says_what_it_is_about(loom: Paper, radon: Paper, said) -> None:
    draft = quote.quote_papers([radon, loom], [said(radon, 2)])
    assert_sound(draft)
    assert [c.paper.id for c in draft.citations] == ["radon", "loom"]
    assert "We introduce LOOM" in texts(draft)[1]


@pytest.mark.parametrize(("least", "many"), [(False, "2 papers"), (True, "at least 2 papers")])
def test_papers_on_a_topic_are_counted_and_shown(
    least: bool, many: str, loom: Paper, radon: Paper, said
) -> None:
    plan = QueryPlan("q", "q", intent="count", topic="bees")
    draft = quote.count_papers(plan, [said(radon, 2), said(loom, 1)], least=least)
    assert_sound(draft)
    assert draft.sentences[0].text == f"Your library has {many} on “bees”."
    assert draft.sentences[0].citations == (1, 2)
    assert [c.paper.id for c in draft.citations] == ["radon", "loom"]


def test_a_paper_without_text_is_named_and_cited(bare: Paper) -> None:
    draft = quote.quote_papers([bare], [])
    assert_sound(draft)
    assert texts(draft) == ["Conic Sections has no text in your library."]


def test_no_more_sentences_of_a_paper_are_quoted_than_asked(loom: Paper, said) -> None:
    evidence = [said(loom, 3), said(loom, 1), said(loom, 2)]
    assert len(quote.quote_papers([loom], evidence, per_paper=2).citations) == 2


def test_an_overview_says_what_a_paper_does_and_then_a_figure(loom: Paper, said) -> None:
    draft = quote.quote_overview([loom], [said(loom, 3), said(loom, 2)])
    assert_sound(draft)
    assert [c.quote[:12] for c in draft.citations] == ["We introduce", "In a trial w"]


def test_an_overview_of_a_single_sentence_does_not_repeat_it(radon: Paper, said) -> None:
    draft = quote.quote_overview([radon], [said(radon, 0)])
    assert len(draft.sentences) == 1


def test_facts_of_records_stand_before_the_words_of_the_paper(loom: Paper, said) -> None:
    plan = QueryPlan("q", "q", asks=("authors",))
    draft = quote.quote_records(plan, [loom], [said(loom, 2)])
    assert_sound(draft)
    assert texts(draft)[0].endswith("was written by Ada Lovelace and Charles Babbage.")
    assert texts(draft)[1].startswith("“In a trial")
    assert len(draft.citations) == 1


def test_a_list_says_how_many_under_which_conditions_and_then_each(
    loom: Paper, radon: Paper, bare: Paper
) -> None:
    plan = QueryPlan("q", "q", intent="list", understood=("by Curie", "in category PL"))
    draft = quote.list_records(plan, [loom, radon, bare])
    assert_sound(draft)
    assert texts(draft)[0] == "Your library has 3 papers by Curie in category PL."
    assert draft.sentences[0].citations == (1, 2, 3)
    assert [text.split(" (")[0] for text in texts(draft)[1:]] == [
        p.title for p in (loom, radon, bare)
    ]


@pytest.mark.parametrize(
    ("plan", "shown"),
    [
        (QueryPlan("q", "q", intent="list", sort="score"), True),
        (QueryPlan("q", "q", intent="list", filters=Filters(score_from=80)), True),
        (QueryPlan("q", "q", intent="list"), False),
    ],
    ids=["sorted", "filtered", "plain"],
)
def test_scores_are_shown_where_the_list_is_about_scores(
    plan: QueryPlan, shown: bool, loom: Paper
) -> None:
    assert ("score 81.5" in texts(quote.list_records(plan, [loom]))[1]) is shown


@pytest.mark.parametrize(
    ("understood", "phrase"),
    [
        ((), ""),
        (("by Zhao", "from 2025"), " by Zhao from 2025"),
        (("newest first", "“radon” for “raddon”"), ""),
        (("in category LG", "with code"), " in category LG with code"),
        (("not in category LG",), " not in category LG"),
    ],
)
def test_conditions_are_said_as_one_phrase(understood: tuple[str, ...], phrase: str) -> None:
    assert quote.conditions(QueryPlan("q", "q", understood=understood)) == phrase
