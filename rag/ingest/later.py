"""Vectors that follow: papers are found by their words at once, and by meaning as these come.

Some papers at a time are read, embedded and brought in a short transaction. Nothing is held
meanwhile, so that others write; whoever is stopped loses the papers at hand, and the next one goes
on with all that are still awaited.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rag.base.types import Paper, Progress
from rag.index.store import Store
from rag.ingest.embedding import embedded_chunks
from rag.models.embedder import Embedder

PATIENCE_S = 1.0  # for the vectors of what is left to add
_TIMES = 4  # as long as writing takes: else little is gained, for what follows is read again
_AT_ONCE = 32  # papers, so that a stop is never far
_CHARS_AT_ONCE = 100_000  # of their texts, which are several seconds of embedding


@dataclass(slots=True)
class Pace:
    """Whether papers are embedded as they are added, or written first: by how long each takes."""

    vectors_follow: bool = False
    _batches: int = 0
    _embedding_s: float = 0.0  # of the last papers

    @contextmanager
    def embedding(self) -> Iterator[None]:
        """Time the vectors of the last papers, or of some more of them."""
        started_s = time.monotonic()
        yield
        self._embedding_s += time.monotonic() - started_s

    def note(self, papers: int, taken_s: float, *, left: int) -> None:
        """What the last papers took in all; vectors follow if those of the `left` hold them up.

        The first few are not judged by unless they took long: the model was loaded for them.
        """
        embedding_s, self._embedding_s = self._embedding_s, 0.0
        writing_s = taken_s - embedding_s
        if self.vectors_follow or not papers:
            return
        self._batches += 1
        is_telling = self._batches > 1 or embedding_s > PATIENCE_S
        is_slow = embedding_s > _TIMES * writing_s
        holds_up = is_slow and embedding_s / papers * left > PATIENCE_S
        self.vectors_follow = is_telling and holds_up


def embed_awaited(
    store: Store,
    embedder: Embedder,
    *,
    of: Sequence[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Bring the vectors that papers await: those `of` some in their order, or of all.

    All are left alone while another process is at them.
    """
    if not store.awaited_count():
        return
    with store.embedding() as is_alone:
        # From the other end, for somebody may be at his own from theirs.
        late = store.awaited()[::-1] if of is None and is_alone else store.awaited(of or [])
        for done, left in _brought(store, embedder, deque(late)):
            if progress is not None:
                progress(Progress(done, done + left, "embedding"))
            if cancelled is not None and cancelled():
                return


def _brought(store: Store, embedder: Embedder, queue: deque[str]) -> Iterator[tuple[int, int]]:
    """How many papers of the queue are done and how many are left, at first and after each few."""
    done = 0
    while queue:
        yield done, len(queue)
        ids = [queue.popleft() for _ in range(min(_AT_ONCE, len(queue)))]
        for papers in _alike_long(store.get(store.awaited(ids)).values()):
            chunks = embedded_chunks(papers, embedder)
            store.put_vectors(list(zip(papers, chunks, strict=True)))
        done += len(ids)
    if done:
        yield done, 0


def _alike_long(papers: Collection[Paper]) -> Iterator[list[Paper]]:
    """The papers in order, cut where their texts become long together."""
    lengths = itertools.accumulate(len(paper.text) for paper in papers)
    numbered = zip(papers, lengths, strict=True)
    for _, some in itertools.groupby(numbered, key=lambda pair: pair[1] // _CHARS_AT_ONCE):
        yield [paper for paper, _ in some]
