"""Two runs on the same questions are compared by drawing questions anew."""

from __future__ import annotations

import pytest

from rag.base.errors import SourceError
from rag.evals.compare import Difference, compare
from rag.evals.records import Outcome, Record, Run


def run(hits: list[bool], confidences: list[float] | None = None, first: int = 0) -> Run:
    """One question a hit; odd questions are unanswerable."""
    found = tuple(
        Record(
            f"q{first + i}",
            "?",
            answerable=i % 2 == 0,
            relevant={"a": 1},
            ranking=(("a" if hit else "b", 1.0),),
            outcome=Outcome("answered", "extractive", confidence=(confidences or hits)[i]),
        )
        for i, hit in enumerate(hits)
    )
    return Run("set", found, 2)


def by_name(*runs: Run, resamples: int = 1000) -> dict[str, Difference]:
    return {d.name: d for d in compare(*runs, resamples=resamples)}


def test_a_run_does_not_differ_from_itself() -> None:
    same = run([True, False] * 20)
    for difference in by_name(same, same).values():
        assert (difference.difference, difference.low, difference.high) == (0, 0, 0)
        assert difference.p == 1


def test_a_clear_gain_is_significant_and_bounded() -> None:
    found = by_name(run([True] * 100), run([True] * 50 + [False] * 50))["MRR@10"]
    assert (found.this, found.other, found.difference, found.count) == (1, 0.5, 0.5, 100)
    # The gain of a question is 0 or 1, so the interval is that of a share of 50 in 100.
    assert found.low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02)
    assert found.high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)
    assert found.p == pytest.approx(2 / 1001)


def test_a_gain_and_a_loss_alike_are_chance() -> None:
    found = by_name(run([True] * 6 + [False] * 6), run([False] * 6 + [True] * 6))["MRR@10"]
    assert found.low < 0 < found.high
    assert found.p > 0.5


def test_confidences_are_compared_over_the_same_draws() -> None:
    honest = [0.9 if i % 2 == 0 else 0.1 for i in range(60)]
    found = by_name(run([True] * 60, honest), run([True] * 60, honest[::-1]), resamples=200)
    auroc = found["AUROC, unanswerable"]
    assert (auroc.this, auroc.other, auroc.low, auroc.high) == (1, 0, 1, 1)
    assert auroc.p < 0.02


def test_the_draws_are_the_same_every_time() -> None:
    one = [i % 3 == 0 for i in range(30)]
    other = [i % 4 == 0 for i in range(30)]
    assert by_name(run(one), run(other)) == by_name(run(one), run(other))


def test_only_questions_of_both_runs_count() -> None:
    found = by_name(run([True] * 10), run([True] * 10, first=6))
    assert found["MRR@10"].count == 4


def test_runs_on_other_questions_cannot_be_compared() -> None:
    with pytest.raises(SourceError, match="no question in common"):
        compare(run([True]), run([True], first=1))
