"""Papers cut into chunks and embedded, as a writer takes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from rag.base.text import sentence_spans
from rag.base.types import Chunk, Paper
from rag.index.store import EmbeddedChunk
from rag.ingest.chunk import chunks_of, text_to_embed
from rag.ingest.identity import Known
from rag.models.embedder import Embedder

Vector = npt.NDArray[np.float32]


def embedded_papers(
    papers: list[Paper], embedder: Embedder, known: Known
) -> Iterator[tuple[Paper, list[EmbeddedChunk], str]]:
    """Papers as a writer takes them: with their chunks, their vectors and their identity keys."""
    embedded = embedded_chunks(papers, embedder)
    keys = [known.identity(paper, paper.id) for paper in papers]
    yield from zip(papers, embedded, keys, strict=True)


def embedded_chunks(
    papers: Sequence[Paper], embedder: Embedder, *, most: int | None = None
) -> list[list[EmbeddedChunk]]:
    """The chunks of each paper, or the first `most` of them, with their vectors."""
    awaiting = [chunks[:most] for chunks in awaiting_chunks(papers, embedder)]
    return with_vectors(papers, awaiting, embedder)


def awaiting_chunks(papers: Iterable[Paper], embedder: Embedder) -> list[list[EmbeddedChunk]]:
    """The chunks of each paper, without their vectors."""
    most, count = embedder.identity.max_tokens, embedder.count_tokens
    chunked = (chunks_of(paper, count_tokens=count, max_tokens=most) for paper in papers)
    return [[*map(EmbeddedChunk.awaiting, chunks)] for chunks in chunked]


def with_vectors(
    papers: Sequence[Paper], awaiting: Sequence[Sequence[EmbeddedChunk]], embedder: Embedder
) -> list[list[EmbeddedChunk]]:
    """The chunks of each paper with the vectors that they await, in one pass over the model.

    Sentences are embedded on their own: pooling them out of the chunk's token vectors costs
    nothing more but finds the right sentence far less often (measured on SciFact rationales,
    hit@1 0.32 against 0.50).
    """
    if not papers:
        return []
    texts: list[str] = []
    layout: list[list[tuple[Chunk, tuple[tuple[int, int], ...]]]] = []
    for paper, chunks in zip(papers, awaiting, strict=True):
        rows = []
        whole = paper.text
        for chunk in (one.chunk for one in chunks):
            spans = tuple((chunk.start + a, chunk.start + b) for a, b in sentence_spans(chunk.text))
            texts.append(text_to_embed(paper, chunk))
            texts.extend(whole[a:b] for a, b in spans)
            rows.append((chunk, spans))
        layout.append(rows)
    vectors = iter(embedder.embed(texts))
    return [[_with_vectors(chunk, spans, vectors) for chunk, spans in rows] for rows in layout]


def _with_vectors(
    chunk: Chunk, spans: tuple[tuple[int, int], ...], vectors: Iterator[Vector]
) -> EmbeddedChunk:
    own = next(vectors)
    rows = [next(vectors) for _ in spans]
    return EmbeddedChunk(
        chunk, own, spans, np.stack(rows) if rows else np.zeros((0, own.shape[0]), np.float32)
    )
