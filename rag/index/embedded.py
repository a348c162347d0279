"""A chunk with its vectors, as a writer is given it, and what must be true of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.base.errors import LibraryError
from rag.base.types import Chunk, Paper


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with its vector and those of its sentences.

    `vector` is (dim,) float32; `sentence_spans` are offsets into the paper's text;
    `sentence_vectors` is (number of spans, dim) float32. Where vectors come later, there are no
    spans and `vector` is empty.
    """

    chunk: Chunk
    vector: np.ndarray
    sentence_spans: tuple[tuple[int, int], ...]
    sentence_vectors: np.ndarray

    @classmethod
    def awaiting(cls, chunk: Chunk) -> EmbeddedChunk:
        """A chunk whose vectors come later."""
        return cls(chunk, _NO_VECTOR, (), _NO_VECTOR)

    @property
    def is_awaited(self) -> bool:
        """Whether its vectors come later."""
        return not len(self.vector)


_NO_VECTOR = np.empty(0, np.float32)


def check_chunks(paper: Paper, chunks: Sequence[EmbeddedChunk], dim: int) -> None:
    """Refuse chunks that could not be found again or would be cited wrongly.

    Raises:
        LibraryError: a vector has another size or cannot be compared, or a chunk is not the words
            of its paper at its offsets; or some of the chunks have vectors and some have none.
    """
    text = paper.text
    if len({item.is_awaited for item in chunks}) > 1:
        raise LibraryError(f"Some chunks of the paper {paper.id} have vectors and some have none.")
    for item in chunks:
        chunk = item.chunk
        if chunk.paper_id != paper.id or chunk.id != f"{paper.id}:{chunk.ordinal}":
            raise LibraryError(f"The chunk {chunk.id} does not belong to the paper {paper.id}.")
        if chunk.text != text[chunk.start : chunk.end]:
            raise LibraryError(f"The chunk {chunk.id} is not the text of its paper at its offsets.")
        if not item.is_awaited:
            _check_vectors(item, dim)


def _check_vectors(item: EmbeddedChunk, dim: int) -> None:
    chunk = item.chunk
    sentences = np.asarray(item.sentence_vectors)
    spans = len(item.sentence_spans)
    fits = np.shape(item.vector) == (dim,) and (spans == 0 or sentences.shape == (spans, dim))
    if not fits:
        raise LibraryError(f"The vectors of the chunk {chunk.id} do not have {dim} dimensions.")
    if not np.isfinite(item.vector).all() or not np.any(item.vector):
        raise LibraryError(f"The vector of the chunk {chunk.id} is zero or not a number.")
    if spans and not np.isfinite(sentences).all():
        raise LibraryError(f"A sentence vector of the chunk {chunk.id} is not a number.")
