"""Clauses are cut out verbatim, and never away from what denies or restricts them."""

from __future__ import annotations

import pytest

from rag.search.clauses import essence

FILLER = "while the weavers of the valley went on with their work through all of the long winter"


def cut(text: str, *words: str) -> str:
    keys = [(text.index(word), text.index(word) + len(word)) for word in words]
    return text[slice(*essence(text, keys))]


def test_a_short_sentence_stays_whole() -> None:
    assert cut("Looms, which sing, weave.", "weave") == "Looms, which sing, weave."


def test_clauses_without_key_words_are_left_out_on_both_sides() -> None:
    text = f"In the first year the mill was built; the new loom halves the errors, {FILLER}."
    assert cut(text, "halves") == "the new loom halves the errors"


@pytest.mark.parametrize(
    "text",
    [
        f"The new loom halves the errors, but only when it rains, {FILLER}.",
        f"It is unclear whether the wool was dry; the new loom halves the errors {FILLER}.",
        f"The new loom halves the errors, whereas it does not help with silk at all, {FILLER}.",
    ],
)
def test_what_denies_doubts_or_restricts_stays(text: str) -> None:
    assert cut(text, "halves") == text


def test_no_list_is_cut_in_two() -> None:
    text = f"The loom halves the errors of cutting, folding, weaving and dyeing in mills {FILLER}."
    assert "weaving and dyeing" in cut(text, "halves")


def test_formulas_and_brackets_hold_no_border() -> None:
    text = f"The loom (old; worn, which it is) has errors $f(x; y)$ that fall by half {FILLER}."
    assert (
        cut(text, "fall")
        == f"The loom (old; worn, which it is) has errors $f(x; y)$ that fall by half {FILLER}."
    )
