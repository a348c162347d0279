"""Papers, chunks and vectors made from a number: the same in every process, without a model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from rag.base.text import sentence_spans, words
from rag.base.types import Chunk, Paper, Source
from rag.index.store import EmbeddedChunk, Writer

DIM = 384
IDENTITY = {"embedder": "made", "dim": str(DIM), "chunker": "1"}


def unit_vector(name: str) -> np.ndarray:
    """The vector that belongs to a name: (384,) float32, length 1."""
    vector = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(DIM)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def own_word(number: int, edition: int = 0) -> str:
    """A word that stands in this edition of this paper only."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number}")
    return f"zx{letters}q{chr(ord('k') + edition % 10)}{edition // 10 or ''}"


def paper(number: int, edition: int = 0) -> Paper:
    """A paper with two chunks' worth of text, some of which is common to all."""
    return Paper(
        id=f"p{number}",
        title=f"Study {number}, edition {edition}",
        authors=("Rosie Zhao", f"Author Number{number}"),
        date=f"{2015 + number % 10}-05-01",
        category="LG" if number % 2 else "CL",
        orgs=("Microsoft Research",) if number % 3 == 0 else (),
        has_code=number % 4 == 0,
        score=float(number % 10),
        abstract=f"We study the gradient of {own_word(number, edition)} in networks. "
        f"It falls by {number}% under noise. The method is simple.",
        sources=(Source("jsonl", "made.jsonl", f"line {number}"),),
        citekey=f"study{number}",
    )


def chunks(made: Paper) -> list[EmbeddedChunk]:
    """The first two sentences, and the rest, with vectors that belong to their text."""
    spans = sentence_spans(made.abstract)
    return [_chunk(made, n, some) for n, some in enumerate((spans[:2], spans[2:]))]


def put(writer: Writer, *numbers: int, edition: int = 0) -> None:
    """Put papers of these numbers."""
    for number in numbers:
        made = paper(number, edition)
        writer.put(made, chunks(made), identity_key=f"key {number}")


def put_late(writer: Writer, *numbers: int, edition: int = 0) -> None:
    """Put papers of these numbers whose vectors come later, as `embedded`."""
    for number in numbers:
        made = paper(number, edition)
        late = [EmbeddedChunk.awaiting(item.chunk) for item in chunks(made)]
        writer.put(made, late, identity_key=f"key {number}")


def embedded(*numbers: int, edition: int = 0) -> list[tuple[Paper, list[EmbeddedChunk]]]:
    """Papers of these numbers with their chunks and vectors."""
    return [(made := paper(number, edition), chunks(made)) for number in numbers]


def query_words(number: int, edition: int = 0) -> list[str]:
    """Stemmed words by which this edition of this paper is found first."""
    return words(f"gradient {own_word(number, edition)}")


def _chunk(made: Paper, ordinal: int, spans: Sequence[tuple[int, int]]) -> EmbeddedChunk:
    start, end = spans[0][0], spans[-1][1]
    text = made.abstract[start:end]
    return EmbeddedChunk(
        Chunk(f"{made.id}:{ordinal}", made.id, ordinal, start, end, text),
        unit_vector(f"{made.id} {text}"),  # the number too: the last sentence is common to all
        tuple(spans),
        np.stack([unit_vector(made.abstract[a:b]) for a, b in spans]),
    )
