"""Sentences that lean on the one before them."""

from __future__ import annotations

import pytest

from rag.base.text import sentence_spans
from rag.base.types import Evidence, Paper
from rag.search.standing import standing

TEXT = (
    "We present LOOM, a weaver of cards. It halves the cost. They also say so. "
    "This paper stands alone. However, this is not new. Looms are old."
)
PAPER = Paper("p", "Looms", abstract=TEXT)
SPANS = sentence_spans(TEXT)


def sentence(i: int, score: float = 1.0) -> Evidence:
    start, end = SPANS[i]
    return Evidence(PAPER, start, end, TEXT[start:end], score)


@pytest.mark.parametrize(
    ("asked", "first"),
    [(0, 0), (1, 0), (2, 0), (3, 3), (4, 3), (5, 5)],
    ids=["first", "it", "they after it", "this paper", "however this", "own subject"],
)
def test_a_leaning_sentence_is_shown_with_what_it_leans_on(asked: int, first: int) -> None:
    (shown,) = standing([sentence(asked)])
    assert shown.start == SPANS[first][0]
    assert shown.end == SPANS[asked][1]
    assert shown.text == TEXT[shown.start : shown.end]


def test_what_is_taken_in_is_not_shown_twice_and_the_order_stays() -> None:
    shown = standing([sentence(5, 0.9), sentence(1, 0.8), sentence(0, 0.7)])
    assert [e.score for e in shown] == [0.9, 0.8]
    assert shown[1].text.startswith("We present LOOM")


def test_nothing_stands_before_the_first_sentence() -> None:
    paper = Paper("q", "It", abstract="It begins so. And ends.")
    (shown,) = standing([Evidence(paper, 0, 13, "It begins so.", 1.0)])
    assert shown.text == "It begins so."
