"""What the library holds of many records at once, read in a few queries before each is decided on.

A query to a server takes as long as a hundred to a file, so papers are not read one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.base.said import Said
from rag.base.types import Paper
from rag.index.store import Store


class ReadAhead:
    """Papers of one store and what was said of them, as they were when they were read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._foreseen: tuple[str, ...] = ()
        self._papers: dict[str, Paper | None] = {}
        self._said: dict[str, list[Said]] = {}

    def read(self, ids: Iterable[str]) -> None:
        """Read papers that will be asked for; what was read before is forgotten."""
        self._foreseen = tuple(ids)
        self._fill(self._foreseen)

    def read_again(self, ids: Iterable[str]) -> None:
        """The same after others have written; what was foreseen is read anew with it."""
        self._fill((*ids, *self._foreseen))

    def papers(self, ids: Sequence[str]) -> dict[str, Paper]:
        """The papers of these ids; those that are not stored are left out."""
        if unread := [paper_id for paper_id in ids if paper_id not in self._papers]:
            found = self._store.get(unread)
            self._papers |= {paper_id: found.get(paper_id) for paper_id in unread}
        read = ((paper_id, self._papers[paper_id]) for paper_id in ids)
        return {paper_id: paper for paper_id, paper in read if paper is not None}

    def said_of(self, paper_id: str) -> list[Said]:
        """What sources said of a paper, the first first; nothing where there is only one."""
        if paper_id not in self._said:
            self._said[paper_id] = self._store.said.of(paper_id)
        return self._said[paper_id]

    def forget(self, ids: Iterable[str]) -> None:
        """Read these again when they are asked for: they were written to."""
        for paper_id in ids:
            self._papers.pop(paper_id, None)
            self._said.pop(paper_id, None)

    def _fill(self, ids: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(ids))
        found = self._store.get(wanted)
        self._papers = {paper_id: found.get(paper_id) for paper_id in wanted}
        self._said = self._store.said.of_each(found)
