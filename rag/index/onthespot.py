"""Vectors of retrieved papers that have none yet, made when they are asked for and kept a while.

So that a paper that was only found by its words is ranked and quoted as it will be later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from rag.base.text import sentence_spans
from rag.base.types import Paper
from rag.index.embedded import EmbeddedChunk
from rag.index.records import SentenceVectors

Embed = Callable[[Sequence[Paper]], Sequence[Sequence[EmbeddedChunk]]]

_KEPT = 256  # papers, some 20 KB each
_MOST = 10  # papers that are embedded for the sentences of a question, 0.14 s of CPU each
_Words = tuple[str, str]


class OnTheSpot:
    """Embeds papers by what it is given; without that, it knows no vectors. For all threads."""

    def __init__(self, embed: Embed | None = None) -> None:
        self._embed = embed
        self._lock = threading.Lock()
        self._kept: dict[_Words, Sequence[EmbeddedChunk]] = {}  # the one asked for last comes last

    def sentences(self, papers: Iterable[Paper]) -> dict[str, SentenceVectors]:
        """Spans and vectors of the sentences of each paper that has any.

        Where papers are many, those of the last are 0, of no meaning: they stand by their words.
        """
        papers = list(papers)
        made = self._made(papers, most=_MOST)
        found = {
            paper_id: sentences
            for paper_id, chunks in made.items()
            if (sentences := _sentences(chunks))
        }
        dim = next((vectors.shape[1] for _, vectors in found.values()), 0)
        for paper in (one for one in papers if dim and one.id not in made):
            spans = tuple(sentence_spans(paper.abstract))
            if spans:
                found[paper.id] = (spans, np.zeros((len(spans), dim), np.float32))
        return found

    def near(
        self, papers: Iterable[Paper], vector: np.ndarray
    ) -> dict[str, tuple[str, float, float]]:
        """The best chunk of each paper, its cosine, and that of the best sentence, -1 without."""
        return {
            paper_id: (*_best(chunks, vector), _best_sentence(chunks, vector))
            for paper_id, chunks in self._made(papers).items()
            if chunks
        }

    def _made(
        self, papers: Iterable[Paper], *, most: int | None = None
    ) -> dict[str, Sequence[EmbeddedChunk]]:
        """The chunks of papers by their ids; `most` at most are embedded, the first of them."""
        if self._embed is None:
            return {}
        by_words = {(paper.id, f"{paper.title}\0{paper.text}"): paper for paper in papers}
        with self._lock:  # another question may be about the same papers
            unknown = [words for words in by_words if words not in self._kept][:most]
            made = self._embed([by_words[words] for words in unknown]) if unknown else []
            found = self._kept | dict(zip(unknown, made, strict=True))
            asked = {words: found.pop(words) for words in by_words if words in found}
            self._kept = dict([*found.items(), *asked.items()][-_KEPT:])
        return {paper_id: chunks for (paper_id, _), chunks in asked.items()}


def _sentences(chunks: Sequence[EmbeddedChunk]) -> SentenceVectors | None:
    spans = tuple(span for chunk in chunks for span in chunk.sentence_spans)
    if not spans:
        return None
    return spans, np.concatenate([c.sentence_vectors for c in chunks if c.sentence_spans])


def _best(chunks: Sequence[EmbeddedChunk], vector: np.ndarray) -> tuple[str, float]:
    cosines = [float(one.vector @ vector) / float(np.linalg.norm(one.vector)) for one in chunks]
    at = int(np.argmax(cosines))
    return chunks[at].chunk.id, cosines[at]


def _best_sentence(chunks: Sequence[EmbeddedChunk], vector: np.ndarray) -> float:
    cosines = [float((c.sentence_vectors @ vector).max()) for c in chunks if c.sentence_spans]
    return max(cosines, default=-1.0)
