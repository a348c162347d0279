"""Text: cleaning, folding, words for search, numbers and sentence borders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.base.text import (
    clean_line,
    clean_text,
    content_words,
    fold,
    numbers,
    pieces,
    sentence_spans,
    sentences,
    stems,
    words,
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends"),
        pytest.param("a\x00b\x1b[31mc\x7f", "ab[31mc", id="controls"),
        pytest.param("a\u202eb\u2066c\u2069", "abc", id="reordering"),
        pytest.param("\ufeffa\U000e0041b", "ab", id="byte order mark and tags"),
        pytest.param("cafe\u0301", "caf\u00e9", id="composed"),
        pytest.param("a\udc80b", "ab", id="lone surrogate"),
        pytest.param("می‌خواهم", "می‌خواهم", id="Persian joiner stays"),
        pytest.param("  a \n", "a", id="surrounding space"),
    ],
)
def test_stored_text_has_no_hidden_characters(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text())
def test_cleaning_twice_changes_nothing_more(raw: str) -> None:
    assert clean_text(clean_text(raw)) == clean_text(raw)
    assert clean_line(clean_line(raw)) == clean_line(raw)


def test_a_clean_line_is_one_line() -> None:
    assert clean_line(" a\n\n b\tc ") == "a b c"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "muller"),
        ("Łukasz Kaiser", "łukasz  KAISER"),
        ("Pre–training", "pre-training"),
        ("ﬁne-tuning", "Fine tuning"),
        ("O(\\log n)?", "o n"),
        ("Attention Is All You Need!", "attention is all you need"),
    ],
)
def test_spellings_that_mean_the_same_fold_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_names_do_not_fold_together() -> None:
    assert fold("GaLore") != fold("ReLoRA")


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        pytest.param("pretraining", "pre-training", id="hyphen"),
        pytest.param("optimizer", "optimizers", id="plural"),
        pytest.param("normalisation", "normalization", id="British ending"),
        pytest.param("behaviour", "behavior", id="British our"),
        pytest.param("5.4x", "$5.4\\times$", id="factor"),
        pytest.param("400000", "400,000", id="thousands"),
        pytest.param("model's", "models", id="possessive"),
        pytest.param("BERT는 무엇인가", "기반: BERT-large", id="Hangul"),
        pytest.param("ＢＥＲＴとは", "使用bert模型", id="full width"),
    ],
)
def test_spellings_meet_in_search(asked: str, written: str) -> None:
    assert set(words(asked)) & set(words(written))


@pytest.mark.parametrize(("one", "other"), [("noise", "noize"), ("hour", "hor"), ("40", "400")])
def test_unlike_words_do_not_meet_in_search(one: str, other: str) -> None:
    assert not set(words(one)) & set(words(other))


@given(st.text(st.one_of(st.characters(), st.sampled_from("aB1,.-'’ _\n\\$´é")), max_size=40))
def test_no_word_depends_on_what_stands_beyond_a_space(text: str) -> None:
    # With a letter that is not of ASCII somewhere, a text is cut in another way.
    assert words(f"{text} é") == [*words(text), *words("é")]
    assert stems(text) == set(words(text))
    assert stems(text, set(pieces(text))) == stems(text)


def test_content_words_leave_out_what_every_text_has() -> None:
    assert content_words("What is the loss of the model?") == ["loss", "model"]


def test_numbers_are_read_without_thousands_separators() -> None:
    assert numbers("400,000 tokens, 1,2 and 3.5x; 2{,}048") == ["400000", "1", "2", "3.5", "2048"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("One. Two! Three?", ["One.", "Two!", "Three?"], id="marks"),
        pytest.param(
            "See Smith et al. for it. Next.", ["See Smith et al. for it.", "Next."], id="al"
        ),
        pytest.param("By Smith et al. The rest.", ["By Smith et al.", "The rest."], id="al at end"),
        pytest.param(
            "E.g. The cat, i.e. a pet.", ["E.g. The cat, i.e. a pet."], id="e.g. and i.e."
        ),
        pytest.param("By J. Smith and A. B. Cole.", ["By J. Smith and A. B. Cole."], id="initials"),
        pytest.param(
            "It is 3.5 B. The rest.", ["It is 3.5 B.", "The rest."], id="decimal and unit"
        ),
        pytest.param("A $x. Y$ holds. B.", ["A $x. Y$ holds.", "B."], id="formula"),
        pytest.param("A (see B. Then C) ends. D.", ["A (see B. Then C) ends.", "D."], id="bracket"),
        pytest.param('He said "yes." Then no.', ['He said "yes."', "Then no."], id="quotation"),
        pytest.param("We use mT5. mT5 wins.", ["We use mT5.", "mT5 wins."], id="inner capital"),
        pytest.param("First part\n\nSecond part", ["First part", "Second part"], id="paragraphs"),
        pytest.param("ends without a mark", ["ends without a mark"], id="no mark"),
        pytest.param(" \n ", [], id="blank"),
        pytest.param("", [], id="empty"),
    ],
)
def test_sentences_are_cut_where_a_reader_would_cut(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_an_unclosed_bracket_does_not_swallow_the_text() -> None:
    assert len(sentences("A (unclosed start. " + "A sentence here. " * 40)) > 30


@given(st.text(alphabet="aAb .!?()$\n\"'1,", max_size=200))
def test_spans_are_in_order_apart_and_miss_no_letter(text: str) -> None:
    spans = sentence_spans(text)
    covered = set()
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end].strip() == text[start:end]
        covered.update(range(start, end))
        last = end
    assert all(i in covered for i, char in enumerate(text) if char.isalnum())


def test_a_megabyte_is_cut_in_seconds() -> None:
    import time

    started = time.process_time()
    assert len(sentence_spans("A short sentence (with words). " * 33_000)) == 33_000
    assert time.process_time() - started < 10
