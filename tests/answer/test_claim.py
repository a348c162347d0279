"""A claim against words of a paper: what forbids it, what carries it, what made false slips by."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from mutations import falsified, reworded
from numpy.typing import NDArray

from rag.answer.claim import ClaimJudge, shipped_scale, standing
from rag.answer.coverage import credited, missing_names, missing_titles
from rag.answer.judgement import DENIAL, FIGURE, Passage
from rag.answer.passages import passages_of
from rag.base.text import sentence_spans
from rag.base.types import Evidence, Paper
from rag.models.embed import MiniLM

SAMPLE = Path(__file__).parents[2] / "rag" / "sample" / "papers.jsonl"
ABSTRACT = (
    "We introduce LOOM, a notation for cards. LOOM outperforms PISCES on seven tables and needs 23 "
    "cards instead of 410. It cannot express cycles. Weights stay stable under noise."
)
PAPER = Paper("loom", "LOOM: Weaving Programs", ("Ada Lovelace",), date="2019", abstract=ABSTRACT)


def passage(nth: int) -> Passage:
    start, end = sentence_spans(ABSTRACT)[nth]
    return Passage((Evidence(PAPER, start, end, ABSTRACT[start:end], 1.0),))


@pytest.fixture(scope="module", params=["words", "meaning"])
def judge(request: pytest.FixtureRequest, embedder: MiniLM) -> ClaimJudge:
    return ClaimJudge(embedder if request.param == "meaning" else None)


@pytest.mark.parametrize(
    ("nth", "claim"),
    [
        (1, "LOOM outperforms PISCES on seven tables."),
        (1, "LOOM needs 23 cards, not 410."),
        (2, "LOOM cannot express cycles."),
        (3, "With LOOM, weights stay stable under noise."),
    ],
)
def test_what_the_words_say_is_supported(judge: ClaimJudge, nth: int, claim: str) -> None:
    (found,) = judge.judge(claim, [passage(nth)])
    assert (found.support, found.objection) == ("supported", "")


@pytest.mark.parametrize(
    ("nth", "claim", "objection"),
    [
        (1, "LOOM needs 32 cards instead of 410.", "a figure differs"),
        (1, "PISCES outperforms LOOM on seven tables.", "the sides are exchanged"),
        (2, "LOOM can express cycles.", "one denies what the other says"),
        (3, "Weights stay unstable under noise.", "one denies what the other says"),
        (1, "CHORUS-2 outperforms PISCES on seven tables.", "CHORUS-2 is not named there"),
        (1, "It says “LOOM outperforms PISCES on eight tables”.", "a figure differs"),
        (2, "It says “it can never express any cycles”.", "not the exact words"),
    ],
)
def test_what_forbids_a_claim_is_told(
    judge: ClaimJudge, nth: int, claim: str, objection: str
) -> None:
    (found,) = judge.judge(claim, [passage(nth)])
    assert found.objection == objection
    assert found.support in ("contradicted", "unsupported")


@pytest.mark.parametrize(
    "claim", ["Bananas are yellow and sweet.", "LOOM was sold to three banks in Paris."]
)
def test_what_is_not_stated_is_unsupported(judge: ClaimJudge, claim: str) -> None:
    assert all(j.support != "supported" for j in judge.judge(claim, [passage(0), passage(1)]))


class Certain:
    """A reader that is sure of one thing."""

    def __init__(self, *says: float) -> None:
        self.says = says

    def judge(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        return np.array([self.says] * len(pairs), dtype=np.float32)


def test_a_reader_counts_in_the_score_and_overrules_no_hard_check(embedder: MiniLM) -> None:
    sure, sceptical = (
        ClaimJudge(embedder, Certain(0.98, 0.01, 0.01)),
        ClaimJudge(embedder, Certain(0.01, 0.01, 0.98)),
    )
    claim = "LOOM beats PISCES on seven tables."
    assert sure.judge(claim, [passage(1)])[0].score > sceptical.judge(claim, [passage(1)])[0].score
    wrong = sure.judge("LOOM needs 32 cards instead of 410.", [passage(1)])[0]
    assert wrong.support == "contradicted"


@pytest.mark.parametrize(
    ("denied_words", "says", "left"),
    [
        (0.5, 2.0, ""),  # other words, and the reader sees support in them
        (0.9, 2.0, DENIAL),  # nearly copied: the "not" decides
        (0.5, 0.5, DENIAL),  # the reader is not sure
    ],
)
def test_a_denial_in_other_words_stands_unless_a_reader_is_sure(
    denied_words: float, says: float, left: str
) -> None:
    found = {"said": denied_words, "read_says": says, "read_denies": 0.0}
    assert standing(DENIAL, found) == left
    assert standing(FIGURE, found) == FIGURE


def test_a_denial_of_something_else_is_no_denial_of_the_claim() -> None:
    found = {"said": 0.9, "read_says": -1.0, "read_denies": -1.0}
    assert standing(DENIAL, found) == "something else is denied there"


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        (
            "Conic Sections for Astrolabe Makers counts peas.",
            ["Conic Sections for Astrolabe Makers"],
        ),
        ("In Gardens, peas are counted.", []),
        ("The Garden of Peas counts them.", []),
    ],
)
def test_a_title_that_is_nowhere_is_missed(claim: str, missing: list[str]) -> None:
    assert missing_titles(claim, "Peas are counted in a garden.") == missing


@pytest.mark.parametrize("variant", ["words", "meaning", "read"])
def test_each_variant_has_a_fitted_scale(variant: str) -> None:
    scale = shipped_scale(variant)
    shares = [share for _, share in scale.points]
    assert shares == sorted(shares)
    assert 0 < scale.partial < scale.supported < 1
    shared = ("said", "meant", "in_paper")  # they stand for each other in part
    assert sum(scale.says.get(name, 0.0) for name in shared) > 0


def test_names_are_met_as_initials_plurals_and_parts() -> None:
    text = "Masked diffusion models (MDMs) and the Fenna-Matthews-Olson complex, by MIDI."
    assert missing_names("The MDM, the FMO, a Matthews one and MIDI-like ones.", text) == []
    assert missing_names("Q-Probe beats GPT-4 and ReLoRA.", text) == ["Q-Probe", "GPT-4", "ReLoRA"]
    assert missing_names("The SNR is high.", "The signal-to-noise ratio is high.") == []
    assert missing_names("Q-probing wins.", "Every Q wins.", odd_only=True) == ["Q-probing"]


@pytest.mark.parametrize(
    ("claim", "names"),
    [
        ("Červený et al. weigh looms.", ("Červený",)),
        ("Lovelace and her colleagues weigh looms.", ("Lovelace",)),
        ("Looms are weighed (Lovelace et al., 1843).", ()),
        ("Looms and cards are weighed.", ()),
    ],
)
def test_who_is_said_to_have_done_it_begins_a_claim(claim: str, names: tuple[str, ...]) -> None:
    assert credited(claim) == names


@pytest.mark.parametrize(("name", "is_author"), [("Cerveny", True), ("Hopper", False)])
def test_a_claim_that_credits_strangers_is_not_carried(
    judge: ClaimJudge, name: str, *, is_author: bool
) -> None:
    text = "The loom needs fewer cards than the press."
    paper = Paper("p", "Looms", ("Jan Červený",), abstract=text)
    passage = Passage((Evidence(paper, 0, len(text), text, 1.0),))
    found = judge.judge(f"{name} et al. show that the loom needs fewer cards.", [passage])[0]
    assert (found.objection == "") is is_author


def test_two_sentences_of_a_paper_may_carry_a_claim_together(judge: ClaimJudge) -> None:
    claim = "LOOM needs 23 cards and cannot express cycles."
    passages = passages_of(claim, PAPER, sentence_spans(ABSTRACT), [0.8] * 4)
    assert {len(p.evidence) for p in passages} == {1, 2}
    for p in passages:
        assert all(ABSTRACT[e.start : e.end] == e.text for e in p.evidence)
    found = judge.best(claim, passages)
    assert found
    assert found.support == "supported"
    assert len(found.passage.evidence) == 2


def test_two_hundred_false_sentences_are_caught_and_true_ones_pass(embedder: MiniLM) -> None:
    judge, rng = ClaimJudge(embedder), random.Random(11)
    caught: Counter[bool] = Counter()
    passed: Counter[bool] = Counter()
    for line in SAMPLE.read_text("utf-8").splitlines():
        row = json.loads(line)
        paper = Paper(row["title"], row["title"], abstract=row["abstract"])
        for start, end in sentence_spans(paper.abstract)[1:4]:
            sentence = paper.abstract[start:end]
            here = [Passage((Evidence(paper, start, end, sentence, 1.0),))]
            passed[judge.judge(reworded(sentence, rng), here)[0].support == "supported"] += 1
            for _, claim in falsified(sentence, rng):
                caught[judge.judge(claim, here)[0].support not in ("supported", "partial")] += 1
    assert sum(caught.values()) >= 200
    assert caught[True] / sum(caught.values()) >= 0.95
    assert passed[True] / sum(passed.values()) >= 0.98
