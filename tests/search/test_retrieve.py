"""Retrieval: what each of the two searches brings can be measured alone."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.search.retrieve import Weights, fuse


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        (Weights(), {"a": 0.5, "b": 0.5, "c": 0.25}),
        (Weights(1.0, 0.0), {"a": 1.0, "b": 0.0, "c": 0.0}),
        (Weights(0.0, 1.0), {"a": 0.0, "b": 1.0, "c": 0.5}),
    ],
    ids=["both", "dense", "keyword"],
)
def test_scores_are_scaled_within_the_query_and_weighed(
    weights: Weights, expected: dict[str, float]
) -> None:
    dense, keyword = {"a": 0.9, "b": 0.1}, {"a": 2.0, "b": 6.0, "c": 4.0}
    assert fuse(dense, keyword, weights) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("weights", "silent"),
    [(Weights(1.0, 0.0), "keyword"), (Weights(0.0, 1.0), "dense")],
    ids=["dense", "keyword"],
)
def test_a_side_without_weight_is_not_searched(
    weights: Weights, silent: str, history: Assistant
) -> None:
    library = history.settings.library
    with Assistant.open(library, history.settings, weights=weights) as assistant:
        hits = assistant.search("cards for a machine", k=20)
    assert hits
    assert {getattr(hit, silent) for hit in hits} == {0.0}
