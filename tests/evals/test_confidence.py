"""Figures about confidences, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.evals.confidence import (
    Bin,
    Bools,
    Floats,
    auroc,
    bins,
    brier,
    debiased_error,
    expected_error,
    risk_coverage,
    risk_coverage_area,
)


def given(*pairs: tuple[float, int]) -> tuple[Floats, Bools]:
    return np.array([c for c, _ in pairs], float), np.array([o for _, o in pairs], bool)


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([(0.9, 1), (0.8, 1), (0.2, 0)], 1.0),
        ([(0.1, 1), (0.8, 0)], 0.0),
        ([(0.5, 1), (0.5, 0), (0.5, 0)], 0.5),
        # Pairs of a true and a false one: 0.7 beats both; 0.4 ties with one and loses to none.
        ([(0.7, 1), (0.4, 1), (0.4, 0), (0.1, 0)], 3.5 / 4),
    ],
    ids=["parted", "reversed", "tied", "mixed"],
)
def test_auroc_counts_pairs_in_right_order_and_ties_half(
    pairs: list[tuple[float, int]], expected: float
) -> None:
    assert auroc(*given(*pairs)) == pytest.approx(expected)


@pytest.mark.parametrize("pairs", [[], [(0.5, 1)], [(0.5, 0), (0.2, 0)]])
def test_auroc_of_one_kind_is_not_a_number(pairs: list[tuple[float, int]]) -> None:
    assert math.isnan(auroc(*given(*pairs)))


def test_risk_is_the_share_of_wrong_ones_among_the_surest() -> None:
    coverage, risk = risk_coverage(*given((0.2, 0), (0.9, 1), (0.6, 0), (0.7, 1)))
    assert coverage == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert risk == pytest.approx([0, 0, 1 / 3, 2 / 4])
    area = risk_coverage_area(*given((0.2, 0), (0.9, 1), (0.6, 0), (0.7, 1)))
    assert area == pytest.approx((1 / 3 + 1 / 2) / 4)


def test_risk_within_ties_does_not_depend_on_the_order_of_questions() -> None:
    _, one = risk_coverage(*given((0.5, 1), (0.5, 0)))
    _, other = risk_coverage(*given((0.5, 0), (0.5, 1)))
    assert one == pytest.approx([0.5, 0.5])
    assert other == pytest.approx(one)


def test_bins_hold_as_many_each_and_never_part_equal_confidences() -> None:
    assert bins(*given((0.1, 0), (0.2, 1), (0.3, 1), (0.4, 1)), count=2) == (
        Bin(2, pytest.approx(0.15), 0.5),
        Bin(2, pytest.approx(0.35), 1.0),
    )
    tied = given((0.1, 0), (0.5, 1), (0.5, 0), (0.5, 1))
    assert [found.count for found in bins(*tied, count=2)] == [4]
    assert [found.count for found in bins(*tied, count=4)] == [1, 3]
    assert bins(*given(), count=3) == ()


def test_calibration_errors_of_two_bins_by_hand() -> None:
    found = (Bin(2, 0.25, 0.5), Bin(3, 0.9, 1 / 3))
    assert expected_error(found) == pytest.approx((2 * 0.25 + 3 * (0.9 - 1 / 3)) / 5)
    first = 0.25**2 - 0.5 * 0.5 / 1  # the variance of a share of 2 is taken off
    second = (0.9 - 1 / 3) ** 2 - (1 / 3 * 2 / 3) / 2
    assert debiased_error(found) == pytest.approx(math.sqrt((2 * first + 3 * second) / 5))


def test_the_debiased_error_of_an_honest_confidence_is_small_where_the_plain_one_is_not() -> None:
    random = np.random.default_rng(7)
    sure = random.random(300)
    so = random.random(300) < sure
    found = bins(sure, so, count=100)
    assert expected_error(found) > 0.15
    assert debiased_error(found) < 0.1


def test_the_debiased_error_sees_a_confidence_that_is_off() -> None:
    random = np.random.default_rng(7)
    so = random.random(4000) < 0.6
    assert debiased_error(bins(np.full(4000, 0.8), so)) == pytest.approx(0.2, abs=0.02)


def test_brier_is_the_mean_squared_distance() -> None:
    assert brier(*given((0.8, 1), (0.3, 0))) == pytest.approx((0.04 + 0.09) / 2)


@pytest.mark.parametrize("figure", [risk_coverage_area, brier])
def test_without_judgements_there_is_no_figure(figure: object) -> None:
    assert math.isnan(figure(*given()))  # type: ignore[operator]
    assert math.isnan(expected_error(()))
    assert math.isnan(debiased_error(()))
