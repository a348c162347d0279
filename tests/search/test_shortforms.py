"""What a topic is also called, as the papers found define it."""

from __future__ import annotations

import pytest

from rag.base.types import Paper, QueryPlan
from rag.search.shortforms import short_forms


def paper(abstract: str) -> Paper:
    return Paper("id", "Looms", abstract=abstract)


DEFINES = [
    paper("We study reinforcement learning (RL) for looms."),
    paper("Reinforcement Learning (RL) is slow."),
    paper("Concatenation of threads (CAT) is fast."),
]


@pytest.mark.parametrize("topic", ["RL", "deep RL on looms", "reinforcement learning of weavers"])
def test_a_topic_has_the_other_form_that_papers_define(topic: str) -> None:
    assert dict(short_forms(topic, DEFINES).long_of) == {"RL": "reinforcement learning"}


@pytest.mark.parametrize("topic", ["learning", "the rl", "RLHF", "cats", "RL-free weaving"])
def test_what_is_part_of_another_word_or_one_word_of_several_is_no_form(topic: str) -> None:
    assert not short_forms(topic, DEFINES)


def test_a_short_form_that_papers_use_for_different_things_stays_as_it_is() -> None:
    papers = [paper("A magnetic loom (ML) weaves."), paper("Machine learning (ML) learns.")]
    assert not short_forms("ML", papers)


def test_a_plan_is_spelled_out_and_a_text_says_both() -> None:
    forms = short_forms("RL", DEFINES)
    plan = forms.spelled(QueryPlan("Papers on RL?", "Papers on RL?", topic="RL"))
    assert (plan.topic, plan.query) == (
        "reinforcement learning",
        "Papers on reinforcement learning?",
    )
    assert plan.question == "Papers on RL?"
    assert forms.added("We use RL.") == "We use RL. reinforcement learning"
    assert forms.added("We use RLHF.") == "We use RLHF."
