"""The parts of a ranking: scaling, weights, and what each part alone finds."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.search.rank import PARTS, Candidates, Weights, fitted_weights, scaled


def test_parts_are_scaled_within_the_query_and_weighed() -> None:
    found = Candidates(
        dense={"a": 0.9, "b": 0.1},
        sentence={"a": 0.2},
        keyword={"a": 2.0, "b": 6.0, "c": 4.0},
        coverage={},
    )
    both = found.scores(Weights(dense=1, keyword=1))
    assert both == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.25})
    assert found.scores(Weights(dense=1)) == pytest.approx({"a": 1.0, "b": 0.0, "c": 0.0})
    assert found.scores(Weights(sentence=2)) == pytest.approx({"a": 1.0, "b": 0.0, "c": 0.0})


def test_equal_values_all_count_whole() -> None:
    assert scaled({"a": 0.3, "b": 0.3}) == {"a": 1.0, "b": 1.0}
    assert scaled({}) == {}


def test_the_shipped_weights_use_every_part() -> None:
    weights = fitted_weights()
    assert all(getattr(weights, part) > 0 for part in PARTS)
    assert weights.without("dense").dense == 0
    assert weights.without("dense").keyword == weights.keyword


@pytest.mark.parametrize("part", PARTS)
def test_each_part_alone_finds_the_paper(part: str, history: Assistant) -> None:
    weights = Weights(**{part: 1.0})
    if part == "sentence":  # ranks what other searches found
        weights = Weights(dense=0.001, sentence=1.0)
    with Assistant.open(history.settings.library, history.settings, weights=weights) as assistant:
        (hit,) = assistant.search("bees dance to tell where food is", k=1)
    assert hit.paper.title.startswith("Dancing in the Dark")


def test_a_word_counts_once_for_coverage_and_rare_words_more(history: Assistant) -> None:
    store = history._store
    ((best, share), *_) = store.coverage_search(["danc", "bee", "zzzz"], 5)
    assert store.get([best])[best].title.startswith("Dancing")
    assert 0 < share <= 1
    assert store.coverage_search(["zzzz"], 5) == []
    assert store.coverage_search(["bee"], 5, frozenset()) == []
