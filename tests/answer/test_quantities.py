"""Numbers with what they count, and whether evidence allows a claim's."""

from __future__ import annotations

import pytest

from rag.answer.quantities import check_figures, figures, is_of_kind, quantities


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("errors fell by over 40%", [("40", "%", ">")]),
        ("from $<7$% to $\\approx 90$%", [("7", "%", "<"), ("90", "%", "~")]),
        ("5.4x fewer, 5.4 times, $5.4\\times$", [("5.4", "x", "")] * 3),
        ("up to a factor of 14 without loss", [("14", "x", "<")]),
        ("reduced 14 without loss", [("14", "", "")]),
        ("GPT-4, ImageNet-100, LLaDA-8B, top-5", []),
        ("on 16 H100s", [("16", "", "")]),
        ("at least 3 days", [("3", "day", ">")]),
        ("half of them", [("50", "%", "~")]),
        ("400,000 or 0.4 million", [("400000", "", ""), ("400000", "", "")]),
        ("twice as much, and doubled", [("2", "x", "~")] * 2),
        ("tripled, or thrice", [("3", "x", "~")] * 2),
        ("double the errors, not by double exchange", [("2", "x", "~")]),
        ("forty-one of twenty two", [("41", "", ""), ("22", "", "")]),
        ("an order of magnitude", [("10", "x", "~")]),
        ("three orders of magnitude", [("1000", "x", "~")]),
        ("2-3 orders of magnitude", [("2", "", ""), ("3", "order", "")]),
        ("two and a half times, 3-and-a-quarter", [("2.5", "x", ""), ("3.25", "", "")]),
        ("half a picotesla", [("0.5", "pt", "")]),
        ("four in five, one in four", [("80", "%", "~"), ("25", "%", "~")]),
        ("five in two", [("5", "", ""), ("2", "", "")]),
        ("5 fsec or 5 femtoseconds, 5 ps", [("5", "fs", ""), ("5", "fs", ""), ("5", "ps", "")]),
        ("5 percent, 5 per cent, 5 percentage points", [("5", "%", "")] * 3),
        ("the 3rd of 12", [("3", "", ""), ("12", "", "")]),
        (
            "1.2k, 3bn and 7 trillion",
            [(n, "", "") for n in ("1200", f"3{'0' * 9}", f"7{'0' * 12}")],
        ),
        ("50, 000 of 10, 200", [("50000", "", ""), ("10", "", ""), ("200", "", "")]),
        ("a dozen, twenty, thirty", [("12", "", ""), ("20", "", ""), ("30", "", "")]),
        ("in between, as was said at the beginning, less than 7", [("7", "", "<")]),
    ],
)
def test_a_quantity_is_its_value_what_it_counts_and_its_bound(
    text: str, found: list[tuple[str, str, str]]
) -> None:
    assert [(f"{q.value:f}", q.unit, q.bound) for q in quantities(text)] == found


EVIDENCE = "On 16 cards accuracy rose from 58% to 67%, at least 12 points, in up to 3 days."


@pytest.mark.parametrize(
    ("claim", "missing", "conflicts"),
    [
        ("Accuracy rose from 58% to 67% on 16 cards.", 0, 0),
        ("Accuracy rose from 58% to 87%.", 1, 0),
        ("Accuracy fell from 67% to 58%.", 0, 1),
        ("It gained at most 12 points.", 0, 1),
        ("It took 16% of the cards.", 0, 1),
        ("It took at least 3 days.", 0, 1),
        ("It took three days on GPT-9.", 0, 0),
        ("It took 5 days.", 1, 0),
        ("It took 3 hours.", 0, 1),
        ("It took 3 minutes.", 0, 1),
        ("Accuracy reached about 66%.", 0, 0),
        ("Accuracy reached 66%.", 1, 0),
    ],
)
def test_values_bounds_and_order_must_agree(claim: str, missing: int, conflicts: int) -> None:
    found = check_figures(claim, EVIDENCE)
    assert (found.missing, found.conflicts) == (missing, conflicts)


@pytest.mark.parametrize(
    ("claim", "evidence", "outcome"),  # missing, conflicts, loosened, met
    [
        ("It fell by 62%.", "It fell by 62%.", (0, 0, 0, 1)),
        ("It fell by 62.", "It fell by 62%.", (0, 0, 1, 0)),
        ("It fell by 62%.", "It fell by 62 points.", (0, 1, 0, 0)),
        ("It fell by 62%.", "It fell by over 62%.", (0, 0, 1, 0)),
        ("It fell by at most 62%.", "It fell by over 62%.", (0, 1, 0, 0)),
        ("It fell by about 60%.", "It fell by 62%.", (0, 0, 1, 0)),
        ("It fell by about 59%.", "It fell by 62%.", (1, 0, 0, 0)),
        ("It fell by about 4.", "It was 0.", (1, 0, 0, 0)),
        ("It takes 3 models.", "It takes 3 papers.", (0, 0, 0, 1)),
        ("The two models agree.", "The model agrees with the other.", (0, 0, 0, 0)),
        ("The two models agree.", "Three models agree.", (1, 0, 0, 0)),
        ("The three models agree.", "The models agree.", (1, 0, 0, 0)),
        ("It takes 20%.", "It takes 20 models, which is 20%.", (0, 0, 0, 1)),
        ("It takes 50%.", "It takes one half.", (0, 0, 1, 0)),
        ("It takes 50 models.", "It takes one half.", (0, 1, 0, 0)),
        ("It takes 40%.", "It takes one half.", (1, 0, 0, 0)),
        ("Of 50% and 7 models", "half and 7 models", (0, 0, 1, 1)),
        ("It fell from 9 to 7.", "It rose from 7 to 9.", (0, 1, 0, 2)),
        ("It fell from 9 to 7.", "It rose from 7 to 9, then fell from 9 to 7.", (0, 0, 0, 2)),
        ("It stays from 7 to 7.", "It stays from 7 to 7.", (0, 0, 0, 2)),
        ("It uses 5 GB in 5 days and 6%.", "It uses 5 GB in 5 days and 6%.", (0, 0, 0, 3)),
    ],
)
def test_each_figure_of_a_claim_is_missing_denied_loosened_or_met(
    claim: str, evidence: str, outcome: tuple[int, int, int, int]
) -> None:
    found = check_figures(claim, evidence)
    assert (found.missing, found.conflicts, found.loosened, found.met) == outcome


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2.5M rows, 2.5 million, 2,500,000", {"2500000"}),
        ("half a million, twice", {"500000", "twice"}),
        ("a dozen of 12.0", {"12"}),
        ("half a dozen, 10, 20", {"6", "10", "20"}),
        ("three quarters, two-thirds, the third", {"75", "66.7"}),
        ("thousands of 1.50", {"thousand", "1.5"}),
    ],
)
def test_figures_of_a_text_have_one_spelling(text: str, found: set[str]) -> None:
    assert figures(text) == found


def test_what_is_known_otherwise_needs_no_evidence() -> None:
    assert check_figures("In 2019, errors fell by 62%.", "Errors fell by 62%.", "2019").missing == 0


@pytest.mark.parametrize(
    ("claim", "title", "question", "missing"),
    [
        ("Errors fell by 40%.", "A Catalogue in 40 Days", "", 1),
        ("Errors fell by 40%.", "The 40 of Us", "Was it 40?", 1),
        ("Errors fell in 40 days.", "A Catalogue in 40 Days", "", 0),
        ("Errors fell by 70%.", "", "Did errors fall by 70%?", 1),
        ("It had 30 operators.", "", "Did 30 operators take part?", 1),
        ("In 2019, errors fell.", "", "What of 2019?", 0),
        ("In the 2019 trial, errors fell.", "Errors 2019", "", 0),
    ],
)
def test_a_title_or_a_question_lends_no_figure_to_something_else(
    claim: str, title: str, question: str, missing: int
) -> None:
    assert check_figures(claim, "Errors fell by 62%.", title, question).missing == missing


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("Errors fell by 9 points, from 67% to 58%.", 0),
        ("Errors fell by 8 points, from 67% to 58%.", 1),
        ("Errors fell by 9 points.", 1),
        ("More than 500,000 errors fell, from 67% to 58%.", 0),
        ("A thousand looms err.", 0),
    ],
)
def test_what_follows_from_figures_that_are_there_is_there(claim: str, missing: int) -> None:
    told = "Of over half a million, errors of 1,000 looms fell from 67% to 58%."
    assert check_figures(claim, told).missing == missing


@pytest.mark.parametrize(("told", "missing"), [("74.6%", 0), ("75 %", 0), ("67%", 1), ("0.5", 1)])
def test_three_quarters_stand_for_a_share_near_them(told: str, missing: int) -> None:
    found = check_figures("Three quarters of the looms err.", f"Of the looms {told} err.")
    assert found.missing + found.conflicts >= missing
    assert missing or not (found.missing or found.conflicts)


def test_a_figure_is_mistaken_only_for_one_of_its_kind() -> None:
    assert is_of_kind("It solves 94% of them.", "It solves 80% of them in 25 years.")
    assert not is_of_kind("It solves 94% of them.", "They are of 25 years.")
    assert is_of_kind("They are of 15 years.", "They are of 25 years.")
