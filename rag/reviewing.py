"""Papers set right by hand: who said what, which may be one, and what a person makes of it.

The part of `Assistant` in which records are told apart and put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rag.base.errors import LibraryError
from rag.base.said import Decision, Doubt, FieldValue
from rag.base.types import Paper, Source
from rag.index.store import Store
from rag.ingest import doubts, review
from rag.ingest.identity import PLACES, Known, places_of
from rag.models.embedder import Embedder


class Reviewing:
    """Shows what sources said of the papers of one library, and obeys who looks at it."""

    _store: Store

    @property
    def _embedder(self) -> Embedder:
        raise LibraryError("There is no model to read papers with.")  # pragma: no cover

    def told(self, paper_id: str) -> list[FieldValue]:
        """Every value of every field of a paper with the sources that said it."""
        paper = self._store.get([paper_id]).get(paper_id)
        return review.values(self._store, paper) if paper else []

    def told_sources(self, paper_id: str) -> list[Source]:
        """The sources that told of a paper, by which it can be split."""
        paper = self._store.get([paper_id]).get(paper_id)
        return [one.source for one in review.told(self._store, paper)] if paper else []

    def doubts(self, most: int = 200) -> list[Doubt]:
        """Pairs of papers that may be one, at most so many; those decided on are left out."""
        decided = review.pairs_decided(self._store.said.decisions)
        return doubts.doubts(self._store.records(), decided, most)

    def doubts_of(self, paper: Paper, among: Sequence[Paper]) -> list[Doubt]:
        """Those pairs that one paper is in; `among` are the papers of the library."""
        decided = review.pairs_decided(self._store.said.decisions)
        return doubts.doubts_of(paper, among, decided)

    def last_decision(self) -> Decision | None:
        """What `undo_decision` would take back."""
        return next(reversed(self._store.said.decisions), None)

    def join(self, paper_id: str, other_id: str) -> Paper:
        """Make one paper of two: the first, with what the sources of the other said.

        Raises:
            LibraryError: one of them is not in the library.
            LibraryBusyError: another process is writing to it.
        """
        with self._reviewer("joining papers") as reviewer:
            return reviewer.join(paper_id, other_id)

    def split(self, paper_id: str, sources: Sequence[Source]) -> tuple[Paper, Paper]:
        """Make two papers of one: what these sources said becomes a paper of its own.

        Raises:
            LibraryError: the paper is not there, or no source or none but these told of it.
            LibraryBusyError: another process is writing to the library.
        """
        with self._reviewer("splitting a paper") as reviewer:
            return reviewer.split(paper_id, sources)

    def keep_apart(self, paper_id: str, other_id: str) -> None:
        """Say that two papers are two; they are no longer among the `doubts`.

        Raises:
            LibraryError: one of them is not in the library.
        """
        with self._reviewer("keeping papers apart") as reviewer:
            reviewer.keep_apart(paper_id, other_id)

    def undo_decision(self) -> Decision:
        """Take the last `join`, `split` or `keep_apart` back.

        Raises:
            LibraryError: nothing was decided, or a paper of it is gone for good.
        """
        with self._reviewer("undoing a decision") as reviewer:
            return reviewer.undo()

    @contextmanager
    def _reviewer(self, doing: str) -> Iterator[review.Reviewer]:
        with (
            self._store.writer(doing=doing) as writer,
            writer.together(),  # what is decided on is not changed by others meanwhile
            self._store.places(places_of, PLACES) as places,
        ):
            yield review.Reviewer(self._store, writer, self._embedder, Known(places.at))
