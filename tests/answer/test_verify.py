"""Sentences of a model against the words that they cite."""

from __future__ import annotations

import pytest

from rag.answer.verify import Checking, check_written, figures, split_marked
from rag.base.types import Evidence, Paper


@pytest.fixture
def keyed(loom: Paper, radon: Paper, said) -> dict[str, Evidence]:
    return {
        "E1": said(loom, 2),
        "E2": said(loom, 3),
        "E3": said(radon, 1),
        "E4": said(radon, 2),
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "Errors fell by 62% [E1].",
        "Errors fell by 62.0% in a trial with 12 operators [E1].",
        "In LOOM (2019) by Lovelace, errors fell by 62% [E1].",
        "The time to prepare a program fell from 9 days to 2 [E1].",
        "LOOM cannot express a cycle whose length is decided while the engine runs [E2].",
        "They measured 318 rooms in 2,500,000 hours [E3].",
        "Opening a window halved the concentration [E4].",
        "Painting the walls had no effect [E4].",
        "Errors fell by 62% [E1] and a window halved the concentration [E4].",
    ],
)
def test_a_sentence_that_says_what_the_cited_words_say_is_supported(
    sentence: str, keyed: dict[str, Evidence]
) -> None:
    (checked,) = check_written(sentence, keyed, "How far did errors fall?")
    assert checked.support == "supported"
    assert "[" not in checked.text


@pytest.mark.parametrize(
    ("sentence", "support"),
    [
        ("Errors fell by 63% [E1].", "contradicted"),
        ("The time fell from nine days to three [E1].", "contradicted"),
        ("Errors fell by 62% for twenty operators [E1].", "contradicted"),
        ("They measured rooms for 2.5 billion hours [E3].", "contradicted"),
        ("LOOM cannot express 3 cycles [E2].", "unsupported"),
        (
            "LOOM can express a cycle whose length is decided while the engine runs [E2].",
            "contradicted",
        ),
        ("Painting the walls had a measurable effect [E4].", "contradicted"),
        ("Opening a window never halved the concentration [E1].", "unsupported"),
        ("Bananas are yellow and sweet [E1].", "unsupported"),
        ("Errors fell by 62% [E9].", "unsupported"),
        ("Errors fell by 62%.", "unsupported"),
        ("Errors fell by 62% (E1).", "unsupported"),
        ("Errors fell by 62% [1].", "unsupported"),
    ],
)
def test_a_sentence_that_says_something_else_or_cites_nothing_is_not(
    sentence: str, support: str, keyed: dict[str, Evidence]
) -> None:
    (checked,) = check_written(sentence, keyed, "How far did errors fall?")
    assert checked.support == support


def test_a_sentence_under_a_wrong_key_goes_to_the_words_that_carry_it(
    keyed: dict[str, Evidence],
) -> None:
    (checked,) = check_written("Opening a window halved the concentration [E1].", keyed, "")
    assert (checked.support, checked.evidence) == ("supported", (keyed["E4"],))


def test_a_whole_quotation_is_quoted_and_an_inexact_one_is_struck(
    keyed: dict[str, Evidence],
) -> None:
    exact, inexact = check_written(
        "“We measured 318 rooms in 2.5 million hours.” [E3] “We measured 318 old rooms in 2.5 "
        "million hours.” [E3]",
        keyed,
        "",
    )
    assert exact.support == "quoted"
    assert (inexact.support, inexact.why) == ("unsupported", "not the exact words")


def test_sentences_settle_while_they_are_written(keyed: dict[str, Evidence]) -> None:
    text = "Errors fell by 62% [E1]. Errors fell by 63% [E1]. Opening a window halved it [E4]."
    checking = Checking(keyed, "")
    for end in range(len(text)):
        checking.settle(text[:end])
    assert checking.outcome(text) == check_written(text, keyed, "")


def test_a_sentence_half_of_the_paper_is_partly_supported(keyed: dict[str, Evidence]) -> None:
    text = "Among operators, errors fell and everybody in town rejoiced loudly [E1]."
    (checked,) = check_written(text, keyed, "")
    assert checked.support == "partial"


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("A fell [E1]. B rose [E2].", ["A fell [E1].", "B rose [E2]."]),
        ("A fell. [E1] B rose. [E2]", ["A fell [E1].", "B rose [E2]."]),
        ("A fell.[E1][E2] B rose.", ["A fell[E1][E2].", "B rose."]),
        ("A fell by 2.5 [E1, E3]. B rose.", ["A fell by 2.5 [E1, E3].", "B rose."]),
        ("", []),
    ],
    ids=["before stop", "after stop", "glued", "decimal", "empty"],
)
def test_a_mark_after_the_stop_belongs_to_the_sentence_before(text: str, pieces: list[str]) -> None:
    assert split_marked(text) == pieces


def test_only_evidence_of_this_turn_can_be_cited(keyed: dict[str, Evidence]) -> None:
    (checked,) = check_written("Errors fell by 62% [E1][E7][E1].", keyed, "")
    assert checked.evidence == (keyed["E1"],)


@pytest.mark.parametrize("text", ["[E1]", " [E1] . ", "…", ""])
def test_marks_without_words_are_no_sentence(text: str, keyed: dict[str, Evidence]) -> None:
    assert check_written(text, keyed, "") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2.50 and 2,500", {"2.5", "2500"}),
        ("twelve or thirty", {"12", "30"}),
        ("3 million, three million, 3M, 3,000,000", {"3000000"}),
        ("1.2b, 85M, 20k", {"1200000000", "85000000", "20000"}),
        ("100 MB in 6 ms", {"100", "6"}),
        ("millions of pages", {"million"}),
        ("one of them", set()),
        ("half a dozen", {"6"}),
    ],
)
def test_figures_have_one_spelling(text: str, found: set[str]) -> None:
    assert figures(text) == found
