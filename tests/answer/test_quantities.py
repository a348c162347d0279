"""Numbers with what they count, and whether evidence allows a claim's."""

from __future__ import annotations

import pytest

from rag.answer.quantities import check_figures, quantities


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
        ("Accuracy reached about 66%.", 0, 0),
        ("Accuracy reached 66%.", 1, 0),
    ],
)
def test_values_bounds_and_order_must_agree(claim: str, missing: int, conflicts: int) -> None:
    found = check_figures(claim, EVIDENCE)
    assert (found.missing, found.conflicts) == (missing, conflicts)


def test_what_is_known_otherwise_needs_no_evidence() -> None:
    assert check_figures("In 2019, errors fell by 62%.", "Errors fell by 62%.", "2019").missing == 0
