"""The vectors of a library as its records hold them, and the papers that still await theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import numpy as np
import sqlalchemy as sa

from rag.index import changes, late, overview, records
from rag.index.changes import Changes, VectorRows
from rag.index.database import entry, set_entry
from rag.index.embedded import EmbeddedChunk, check_chunks
from rag.index.late import Embedded
from rag.index.records import SentenceVectors, in_batches
from rag.index.states import States
from rag.index.transactions import next_revision

_Made = TypeVar("_Made")


class Vectored(States):
    """What of a library is vectors. Safe to use from several threads and processes."""

    _late: tuple[int, int] = (-1, 0)  # as of which revision, how many papers await vectors

    def dim(self) -> int:
        """Dimensions of the vectors; 0 before the first one."""
        return self._number("dim")

    def vector_revision(self) -> int:
        """Grows with every change that indexes of vectors must follow: of texts, or of vectors."""
        return changes.vector_revision(self._entries().get)

    # --- reading ----------------------------------------------------------------------------

    def paper_vectors(self, paper_id: str | None = None) -> overview.PaperVectors:
        """Ids and vectors of all papers that have any, or of one."""
        with self.reading() as conn:
            return overview.read_paper_vectors(conn, paper_id)

    def sentence_vectors(self, paper_ids: Iterable[str]) -> dict[str, SentenceVectors]:
        """Spans and (n, dim) float32 vectors of the sentences of each paper, in text order."""
        dim = self.dim()
        found: dict[str, SentenceVectors] = {}
        with self.reading() as conn:
            for batch in in_batches(paper_ids):
                found |= records.read_sentence_vectors(conn, batch, dim)
        return found

    def best_sentences(self, paper_ids: Iterable[str], vector: np.ndarray) -> dict[str, float]:
        """Cosine of a (dim,) vector and the best sentence of each paper that has any."""
        found: dict[str, float] = {}
        with self.reading() as conn:
            for batch in in_batches(paper_ids):
                found |= records.read_best_sentences(conn, batch, vector)
        return found

    def vector_changes(self, since: int) -> tuple[Changes, VectorRows]:
        """What changed after a vector revision, with the vectors to take in; 0 gives everything."""
        with self.reading() as conn:
            changed = changes.read_vector_changes(conn, since)
            wanted = None if changed.complete else changed.current
            return changed, changes.read_vectors(conn, wanted)

    def with_all_vectors(
        self, make: Callable[[Changes, Iterator[VectorRows], int], _Made]
    ) -> _Made:
        """What `make` makes of all vectors, in batches, and of their dimensions."""
        with self.reading() as conn:
            dim = int(entry(conn, "dim") or 0)
            changed = changes.read_vector_changes(conn, 0)
            return make(changed, changes.read_vector_batches(conn), dim)

    def chunk_vectors(self, chunk_ids: Sequence[str]) -> dict[str, np.ndarray]:
        """The vectors of chunks by their ids; unknown ids are left out."""
        with self.reading() as conn:
            return changes.read_chunk_vectors(conn, chunk_ids)

    def vector_count(self) -> int:
        """How many chunks have a vector."""
        with self.reading() as conn:
            return changes.count_vectors(conn)

    def sample_vectors(self, n: int, *, up_to: int) -> VectorRows:
        """At most `n` chunks by chance, of papers unchanged since vector revision `up_to`."""
        with self.reading() as conn:
            return changes.sample_vectors(conn, n, up_to=up_to)

    # --- vectors that come later ------------------------------------------------------------

    def awaited_count(self) -> int:
        """How many papers await their vectors; counted once after each change."""
        revision, count = self._late
        now = self._number("revision")
        if revision == now:
            return count
        with self.reading() as conn:
            count = late.count(conn)
        if not self.is_in_snapshot:  # which may be of an older state
            self._late = (now, count)
        return count

    def awaited(self, among: Sequence[str] | None = None) -> list[str]:
        """Ids of the papers whose vectors are yet to come, all in the order of adding or `among`.

        Those among some ids are given in their order.
        """
        if not self.awaited_count():
            return []
        with self.reading() as conn:
            return late.awaited(conn, among)

    def put_vectors(self, embedded: Sequence[Embedded]) -> None:
        """Bring the vectors of papers that await them in one transaction; durable on return.

        A paper that was removed or changed meanwhile, or has its vectors by now, is left alone.
        """
        with self.writing() as conn:
            wanted = late.still_awaited(conn, embedded)
            if not wanted:
                return
            chunks = [chunk for _, some in wanted for chunk in some]
            dim = dimensions(conn, chunks)
            for paper, some in wanted:
                check_chunks(paper, some, dim)
            revision = next_revision(conn, with_text=False, by=len(wanted))
            set_entry(conn, "vector_revision", str(revision))
            late.fill(conn, wanted, revision=revision - len(wanted) + 1)


def dimensions(conn: sa.Connection, chunks: Iterable[EmbeddedChunk]) -> int:
    """The dimensions that vectors must have, decided by the first one of a library."""
    dim = int(entry(conn, "dim") or 0)
    first = next((chunk for chunk in chunks if not chunk.is_awaited), None)
    if first is not None and not dim:
        dim = len(first.vector)
        set_entry(conn, "dim", str(dim))
    return dim
