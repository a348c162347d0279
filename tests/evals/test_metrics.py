"""Figures of records, against values worked out by hand."""

from __future__ import annotations

import builtins
import math
from typing import Any

import pytest

from rag.base.errors import RagError
from rag.evals.metrics import (
    arrays,
    is_right,
    is_same,
    judged,
    ranking,
    sentence_f1,
    share,
    shares,
)
from rag.evals.records import Outcome, Quote, Rationale, Record


def outcome(status: str = "answered", confidence: float | None = 0.8, lead: str = "a") -> Outcome:
    return Outcome(status, "extractive", confidence=confidence, lead=lead)  # type: ignore[arg-type]


def record(name: str, **fields: Any) -> Record:
    return Record(name, "?", **fields)


def figure(records: list[Record], name: str) -> float:
    return share(shares(records)[name].values())


def test_rankings_are_measured_as_published_ones_are() -> None:
    found = ranking(
        [
            record("q1", relevant={"a": 2, "b": 1}, ranking=(("x", 0.9), ("a", 0.8), ("b", 0.8))),
            record("q2", relevant={"c": 1}, ranking=(("x", 0.9),)),
        ]
    )
    gain = 2 / math.log2(3) + 1 / math.log2(4)
    best = 2 / math.log2(2) + 1 / math.log2(3)
    assert found["nDCG@10"]["q1"] == (pytest.approx(gain / best), 1)
    assert found["Recall@10"]["q1"] == (1, 1)
    assert found["MRR@10"]["q1"] == (0.5, 1)
    assert {name: parts["q2"] for name, parts in found.items()} == dict.fromkeys(found, (0, 1))


def test_tied_papers_stand_as_they_were_shown() -> None:
    tied = (("z", 0.5), ("a", 0.5), ("m", 0.5))
    for place, (paper, _) in enumerate(tied, start=1):
        found = ranking([record("q", relevant={paper: 1}, ranking=tied)])
        assert found["MRR@10"]["q"] == (pytest.approx(1 / place), 1)


def test_places_beyond_the_tenth_count_for_recall_at_100_only() -> None:
    many = tuple((f"p{i}", 1.0) for i in range(20))
    found = ranking([record("q", relevant={"p12": 1}, ranking=many)])
    assert {name: parts["q"][0] for name, parts in found.items()} == {
        "nDCG@10": 0, "Recall@10": 0, "Recall@100": 1, "MRR@10": 0,
    }  # fmt: skip


def test_a_question_without_relevant_papers_has_no_ranking() -> None:
    assert ranking([record("q", ranking=(("a", 1.0),))]) == {}


def test_without_the_package_a_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "ir_measures":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(RagError, match=r"askpapers\[eval\]"):
        ranking([record("q", relevant={"a": 1})])


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((0, 10), (0, 10), True),
        ((0, 10), (5, 30), True),
        ((0, 10), (6, 30), False),
        ((0, 10), (10, 20), False),
        ((4, 6), (0, 100), True),
    ],
)
def test_spans_are_one_sentence_when_half_of_the_shorter_is_shared(
    a: tuple[int, int], b: tuple[int, int], expected: bool
) -> None:
    assert is_same(a, b) is expected
    assert is_same(b, a) is expected


def test_evidence_hits_count_pairs_of_question_and_paper() -> None:
    first = Rationale("a", gold=((0, 10),), ranked=((20, 30), (0, 10), (40, 50)))
    second = Rationale("b", gold=((40, 50), (60, 70)), ranked=((61, 70), (40, 50)))
    unfound = Rationale("c", gold=(), ranked=((0, 10),), not_in_text=1)
    late = Rationale("a", gold=((0, 5),), ranked=((20, 30), (30, 40), (40, 50), (0, 5)))
    records = [record("q1", rationales=(first, second, unfound)), record("q2", rationales=(late,))]
    assert figure(records, "evidence hit@1") == pytest.approx(1 / 3)
    assert figure(records, "evidence hit@3") == pytest.approx(2 / 3)
    assert "sentence F1" not in shares(records)  # nothing was answered


def test_f1_weighs_what_was_quoted_against_what_is_gold() -> None:
    gold = [Rationale("a", ((0, 10), (20, 30)), ()), Rationale("b", ((0, 10),), ())]
    quotes = [Quote("a", 0, 10), Quote("b", 50, 60)]
    assert sentence_f1(quotes, gold) == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))
    assert sentence_f1([Quote("b", 20, 30)], gold) == 0
    assert sentence_f1([Quote("a", 0, 0)], gold) == 0
    assert sentence_f1([], gold) == 0


def test_abstentions_are_counted_where_they_are_right_and_where_not() -> None:
    records = [
        record("q1", relevant={"a": 1}, outcome=outcome(), withheld=outcome("abstained")),
        record("q2", relevant={"b": 1}, outcome=outcome("abstained"), withheld=outcome()),
        record("q3", answerable=False, outcome=outcome("abstained")),
    ]
    assert figure(records, "abstained, answerable") == 0.5
    assert figure(records, "abstained, unanswerable") == 1
    assert figure(records, "abstained, papers withheld") == 0.5
    assert figure(records, "leads with a relevant paper") == 0.5


def test_question_files_are_counted_by_kind_and_in_all() -> None:
    records = [
        record("q1", kind="fact", correct=True),
        record("q2", kind="fact", correct=False),
        record("q3", kind="meta", correct=True),
        record("q4"),
    ]
    found = {name: share(parts.values()) for name, parts in shares(records).items()}
    assert found == {
        "correct, fact": 0.5, "correct, meta": 1, "correct, all": pytest.approx(2 / 3),
    }  # fmt: skip


def test_an_answer_is_right_when_it_leads_with_a_relevant_paper() -> None:
    assert is_right(record("q", relevant={"a": 1}, outcome=outcome()))
    assert is_right(record("q", relevant={"a": 1}, outcome=outcome("abstained")))
    assert not is_right(record("q", relevant={"b": 1}, outcome=outcome()))
    assert not is_right(record("q", relevant={"a": 1}, answerable=False, outcome=outcome()))
    assert not is_right(record("q", relevant={"a": 1}, outcome=outcome(), correct=False))


def test_confidences_are_held_against_three_things() -> None:
    records = [
        record("q1", relevant={"a": 1}, outcome=outcome(confidence=0.9),
               withheld=outcome("abstained", confidence=None)),
        record("q2", answerable=False, outcome=outcome(confidence=0.3)),
        record("q3", relevant={"a": 1}),
    ]  # fmt: skip
    assert judged(records, "unanswerable") == {"q1": [(0.9, True)], "q2": [(0.3, False)]}
    assert judged(records, "withheld") == {"q1": [(0.9, True), (0.0, False)]}
    assert judged(records, "right") == {"q1": [(0.9, True), (0.0, False)], "q2": [(0.3, False)]}
    sure, so = arrays(judged(records, "right").values())
    assert (sure.tolist(), so.tolist()) == ([0.9, 0.0, 0.3], [True, False, False])
