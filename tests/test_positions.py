"""Which papers are for a claim and which against it, by their own words."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.search.claims import claim_of


@pytest.mark.parametrize(
    ("question", "claim"),
    [
        ("Which papers support or contradict that bees dance?", "bees dance."),
        ("Do my papers agree that clean hands help?", "clean hands help."),
        ("Which papers refute the claim that radon is harmless?", "radon is harmless."),
        ("Is there evidence that looms make errors?", "looms make errors."),
        ("Which papers support structured pruning?", None),
        ("Which papers agree?", None),
        ("What do bees dance on?", None),
    ],
)  # fmt: skip
def test_the_claim_is_read_out_of_the_question(question: str, claim: str | None) -> None:
    assert claim_of(question) == claim


def test_a_paper_that_says_so_supports_the_claim_with_its_words_and_date(
    history: Assistant,
) -> None:
    answer = history.ask(
        "Which papers support or contradict that mortality fell from 12.2% to 2.4%?"
    )
    assert answer.status == "answered"
    assert answer.sentences[0].text.endswith("1 supports what is claimed.")
    assert "(12 September 2016) supports it: “Mortality fell" in answer.sentences[1].text
    assert answer.citations[0].quote in answer.sentences[1].text


def test_another_figure_contradicts_the_claim(history: Assistant) -> None:
    answer = history.ask("Do my papers agree that mortality fell from 12.2% to 7.4%?")
    assert "contradicts it" in answer.text
    assert "supports it" not in answer.text


def test_where_no_paper_takes_a_side_none_is_cited(history: Assistant) -> None:
    answer = history.ask("Do my papers agree that bread is good for cats?")
    assert (answer.status, answer.reason, answer.citations) == ("abstained", "not_stated", ())
