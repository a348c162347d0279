"""Confidence: what speaks for an answer, and the scale that it is read on."""

from __future__ import annotations

import dataclasses

import pytest

from rag.assistant import Assistant
from rag.base.fitted import read_off
from rag.ingest.pipeline import library_identity
from rag.models.embed import IDENTITY
from rag.search.confidence import Scale, Signals, shipped_scale
from rag.search.rank import Candidates

GOOD = Signals(
    passage=0.7, sentence=0.7, in_paper=0.9, in_sentence=0.9, together=0.9,
    dense_lead=0.2, sentence_lead=0.2, coverage_lead=0.3, keyword_lead=0.4,
)  # fmt: skip


@pytest.mark.parametrize("named", [False, True])
def test_a_strange_name_and_a_missing_figure_lower_confidence(named: bool) -> None:
    scale = shipped_scale()
    good = dataclasses.replace(GOOD, named=named)
    figures = scale.logit(dataclasses.replace(good, figures_missing=True))
    strange = scale.logit(dataclasses.replace(good, strange=("GPT-5",)))
    assert max(strange, figures) < scale.logit(good)


@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("name", ["in_paper", "sentence_lead", "coverage_lead", "together"])
def test_more_of_what_speaks_for_it_never_lowers_confidence(name: str, states: bool) -> None:
    scale, good = shipped_scale(), dataclasses.replace(GOOD, states=states)
    less = dataclasses.replace(good, **{name: 0.0})
    assert scale.confidence(less) <= scale.confidence(good)


def test_statements_have_a_scale_of_their_own_unless_they_name_their_paper() -> None:
    scale, states = shipped_scale(), dataclasses.replace(GOOD, states=True)
    assert scale.confidence(states) != scale.confidence(GOOD)
    named = dataclasses.replace(states, named=True)
    assert scale.confidence(named) == scale.confidence(dataclasses.replace(GOOD, named=True))


def test_confidence_stays_within_bounds_and_nothing_found_is_no_answer() -> None:
    scale = shipped_scale()
    assert 0 <= scale.confidence(Signals()) < 0.2
    assert 0.7 < scale.confidence(GOOD) <= 1


def test_a_topic_is_met_by_likeness_or_words_but_not_past_a_strange_name() -> None:
    assert GOOD.on_topic
    assert not dataclasses.replace(GOOD, strange=("GPT-5",)).on_topic
    assert not Signals(passage=0.2, in_paper=0.2).on_topic


def test_values_between_points_are_read_off_straight() -> None:
    points = ((0.0, 0.2), (1.0, 0.6))
    assert read_off(points, -5) == 0.2
    assert read_off(points, 0.5) == pytest.approx(0.4)
    assert read_off(points, 5) == 0.6
    assert read_off((), 0) == 0.5


def test_a_lead_is_held_against_the_next_five() -> None:
    def dense(values: dict[str, float]) -> float:
        return Candidates(values, {}, {}, {}).leads("a")["a"]["dense"]

    alone, among_equals = dense({"a": 0.8}), dense(dict.fromkeys("abcdef", 0.8))
    apart = dense({"a": 0.8, **dict.fromkeys("bcdef", 0.3)})
    assert among_equals == pytest.approx(0.0)
    assert apart == pytest.approx(0.5)
    assert 0 < alone < apart


def test_the_shipped_scale_is_for_the_shipped_model() -> None:
    assert shipped_scale().identity
    assert shipped_scale().fits(library_identity(IDENTITY))
    assert not shipped_scale().fits({**library_identity(IDENTITY), "embedder": "another"})
    assert Scale().fits({})


def test_an_answer_says_whether_its_confidence_is_calibrated(history: Assistant) -> None:
    answer = history.ask("How many cards does LOOM need?")
    assert answer.calibrated is True
    assert answer.to_dict()["calibrated"] is True
