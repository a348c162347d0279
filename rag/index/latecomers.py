"""Vectors of papers as a store gives them, also of those that await theirs, and how they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from rag.base.types import Paper
from rag.index.catalog import Catalog
from rag.index.embedded import EmbeddedChunk
from rag.index.generations import EMBEDDING_LOCK
from rag.index.onthespot import Embed, OnTheSpot
from rag.index.records import SentenceVectors


class Latecomers:
    """What of a `Store` is about papers whose vectors come after their texts."""

    _catalog: Catalog
    _on_the_spot: OnTheSpot

    def sentence_vectors(self, paper_ids: Iterable[str]) -> dict[str, SentenceVectors]:
        """Spans and (n, dim) float32 vectors of the sentences of each paper, in text order.

        Papers whose vectors are awaited are embedded on the spot, by their opening.
        """
        ids = list(paper_ids)
        late = self.awaited(ids)
        made = self._on_the_spot.sentences(self._catalog.get(late).values()) if late else {}
        return self._catalog.sentence_vectors(ids) | made

    def best_sentences(self, paper_ids: Iterable[str], vector: np.ndarray) -> dict[str, float]:
        """Cosine of a (dim,) vector and the best sentence of each paper that has any."""
        return self._catalog.best_sentences(paper_ids, vector)

    def awaited(self, among: Sequence[str] | None = None) -> list[str]:
        """Ids of the papers whose vectors are yet to come; until then words find them.

        All in the order of adding, or those `among` some ids.
        """
        return self._catalog.awaited(among)

    def awaited_count(self, allowed: frozenset[str] | None = None) -> int:
        """How many papers await their vectors, of those in `allowed` or of all."""
        if allowed is None or not self._catalog.awaited_count():
            return self._catalog.awaited_count()
        return len(allowed.intersection(self._catalog.awaited()))

    def embeds_with(self, embed: Embed) -> None:
        """From now on papers that await their vectors are embedded by this where it matters."""
        self._on_the_spot = OnTheSpot(embed)

    def near_awaited(
        self, paper_ids: Sequence[str], vector: np.ndarray
    ) -> dict[str, tuple[str, float, float]]:
        """The best chunk, its cosine and the best sentence's, of papers that await their vectors.

        Embedded on the spot, by their opening; others of the ids are left out.
        """
        late = self.awaited(paper_ids)
        return self._on_the_spot.near(self._catalog.get(late).values(), vector) if late else {}

    def put_vectors(self, embedded: Sequence[tuple[Paper, Sequence[EmbeddedChunk]]]) -> None:
        """Bring the vectors of papers that await them; durable on return, and needs no `writer`.

        Papers that were changed or removed since they were read are left alone.

        Raises:
            LibraryError: a vector does not fit, or the library cannot be written to.
        """
        self._catalog.put_vectors(embedded)

    @contextmanager
    def embedding(self) -> Iterator[bool]:
        """Whether nobody else brings vectors to whichever paper awaits them, in the block."""
        held = self._catalog.take(EMBEDDING_LOCK)
        try:
            yield held is not None
        finally:
            if held is not None:
                held.release()
