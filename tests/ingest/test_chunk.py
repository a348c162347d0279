"""Passages: verbatim, whole sentences where they fit, small enough for the embedding model."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.base.text import clean_text, sentence_spans
from rag.base.types import Chunk, Paper
from rag.ingest.chunk import chunks_of, text_to_embed
from rag.models.embed import MiniLM

MAX_TOKENS = 256
LONG = " ".join(f"Sentence {i} says that e.g. 5.4x of $O(n \\log n)$ is kept." for i in range(120))


def chunk(abstract: str, embedder: MiniLM, title: str = "A title") -> list[Chunk]:
    paper = Paper("p", title, abstract=clean_text(abstract))
    return chunks_of(paper, count_tokens=embedder.count_tokens, max_tokens=MAX_TOKENS)


def assert_covers(text: str, chunks: list[Chunk]) -> None:
    """Chunks are cut out of the text in order and leave nothing but space between them."""
    assert all(text[c.start : c.end] == c.text for c in chunks)
    borders = [0, *itertools.chain.from_iterable((c.start, c.end) for c in chunks), len(text)]
    assert borders == sorted(borders)
    gaps = zip(borders[::2], borders[1::2], strict=True)
    assert not "".join(text[a:b] for a, b in gaps).strip()


def test_an_ordinary_abstract_is_one_chunk(embedder: MiniLM) -> None:
    text = "We weave cards. It takes two days."
    assert chunk(text, embedder) == [Chunk("p:0", "p", 0, 0, len(text), text)]


def test_a_paper_without_text_has_one_empty_chunk_to_be_found_by_its_title(
    embedder: MiniLM,
) -> None:
    (empty,) = chunk("", embedder)
    assert (empty.start, empty.end, empty.text) == (0, 0, "")
    assert text_to_embed(Paper("p", "Conic Sections"), empty) == "Conic Sections. "


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        "\n\n".join([LONG[:900], LONG[900:1800], LONG[1800:]]),
        "word " * 2000,
        "x" * 20_000,
        "中文句子。" * 700,
        "." * 2000,
        "Same. " * 600,
        "(" + "a " * 1500 + ")",
        "$" + "x " * 900 + "$ end. " + LONG,
        "\n".join(f"- item {i}" for i in range(600)),
    ],
    ids=[
        "sentences", "paragraphs", "no stops", "one word", "Chinese", "only stops", "repeated",
        "bracket", "formula", "lines",
    ],
)  # fmt: skip
def test_a_long_text_is_covered_by_chunks_that_the_model_reads_whole(
    text: str, embedder: MiniLM
) -> None:
    chunks = chunk(text, embedder)
    assert_covers(clean_text(text), chunks)
    paper = Paper("p", "A title")
    assert all(embedder.count_tokens(text_to_embed(paper, c)) <= MAX_TOKENS for c in chunks)
    assert [(c.id, c.ordinal) for c in chunks] == [(f"p:{i}", i) for i in range(len(chunks))]


def test_chunks_are_cut_between_sentences_and_filled(embedder: MiniLM) -> None:
    chunks = chunk(LONG, embedder)
    starts = {start for start, _ in sentence_spans(LONG)}
    assert {c.start for c in chunks} <= starts
    assert all(embedder.count_tokens(c.text) > MAX_TOKENS // 2 for c in chunks[:-1])


def test_a_very_long_title_leaves_room_for_the_passage(embedder: MiniLM) -> None:
    chunks = chunk(LONG, embedder, title="word " * 400)
    assert_covers(LONG, chunks)
    assert all(len(c.text) > 60 for c in chunks)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["word", "e.g.", "5.4x", "End.", "(a", "b)", "$x", "ü", "\n\n", "?"]))
)
def test_any_text_is_covered(embedder: MiniLM, parts: list[str]) -> None:
    text = clean_text(" ".join(parts * 40))
    assert_covers(text, chunk(text, embedder))
