"""Claims that pair the things of a sentence otherwise."""

from __future__ import annotations

import pytest

from rag.answer.claim import ClaimJudge
from rag.answer.judgement import Passage
from rag.answer.pairing import pairs_otherwise
from rag.base.types import Evidence, Paper

SAID = "Small kilns crack early, while large furnaces leak heat at night."
OTHERWISE = [
    ("Large furnaces crack early, whereas small kilns leak heat.", SAID),
    ("Small kilns leak heat, but large furnaces crack.", SAID),
    ("While large furnaces crack early, small kilns leak heat at night.", SAID),
    ("Raw brass is turned into polished steel.", "Polished brass is turned into raw steel."),
]
AS_THERE = [
    ("Small kilns crack, whereas large furnaces leak.", SAID),
    ("Large furnaces leak heat, but small kilns crack early.", SAID),
    ("Kilns crack early, while nobody knows about lamps.", SAID),
    ("Kilns are cheap.", SAID),
    (
        "The kiln cracks at night while heating small furnaces.",
        "Heating small furnaces cracks the kiln while cooling at night.",
    ),
    ("", ""),
    ("Small kilns crack, whereas large furnaces leak.", "Kilns and furnaces exist."),
]


@pytest.mark.parametrize(("claim", "said"), OTHERWISE)
def test_things_in_other_pairs_are_noticed(claim: str, said: str) -> None:
    assert pairs_otherwise(claim, said)


@pytest.mark.parametrize(("claim", "said"), AS_THERE)
def test_things_in_the_same_pairs_pass(claim: str, said: str) -> None:
    assert not pairs_otherwise(claim, said)


def test_what_is_said_of_both_parts_pairs_nothing() -> None:
    said = "Small kilns crack early, while small furnaces leak early."
    assert not pairs_otherwise("Small kilns crack early.", said)


def test_a_claim_that_pairs_otherwise_is_not_believed() -> None:
    paper = Paper("p1", "Kilns and furnaces", abstract=SAID)
    passage = Passage((Evidence(paper, 0, len(SAID), SAID, 1.0),))
    judge = ClaimJudge()
    assert judge.judge(OTHERWISE[0][0], [passage])[0].support in ("contradicted", "unsupported")
    assert judge.judge(OTHERWISE[0][0], [passage])[0].objection == "the sides are exchanged"
    assert judge.judge(AS_THERE[0][0], [passage])[0].objection == ""
