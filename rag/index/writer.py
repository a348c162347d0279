"""The right to change a library: what is put is durable on return, and searched soon after."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rag.base.errors import LibraryError
from rag.base.said import Said
from rag.base.types import Paper, Source
from rag.index.catalog import Catalog
from rag.index.database import entry
from rag.index.embedded import EmbeddedChunk
from rag.index.lexical import KeywordSearch
from rag.index.purge import UNDO_DAYS, remove_copies
from rag.index.records import Entry
from rag.index.said import SaidRecords

logger = logging.getLogger(__name__)

NOTHING_SAID: Mapping[str, Sequence[Said]] = {}
_SYNC_EVERY_S = 2.0
# Times as long as the last one took, so that a slow machine is not kept busy by it.
_SYNC_SHARE = 20


class Writer:
    """Changes to a library, each of them durable on return. Made by `Store.writer`."""

    def __init__(self, catalog: Catalog, keyword: KeywordSearch) -> None:
        self._catalog = catalog
        self._keyword = keyword
        self._sync_at_s = time.monotonic() + _SYNC_EVERY_S
        self._has_deleted = False

    @property
    def said(self) -> SaidRecords:
        """What sources said and what was decided, to be changed."""
        return SaidRecords(self._catalog)

    def put(self, paper: Paper, chunks: Sequence[EmbeddedChunk], *, identity_key: str) -> None:
        """Store a paper with its chunks and vectors, in one transaction.

        A paper of a known id is replaced; its sources are united and its place in the order of
        adding stays.

        Raises:
            LibraryError: a vector or chunk does not fit, another paper has this identity or
                citekey, or the disk is full.
        """
        self.put_all([(paper, chunks, identity_key)])

    def put_all(
        self, papers: Iterable[Entry], said: Mapping[str, Sequence[Said]] = NOTHING_SAID
    ) -> None:
        """Store papers, each with its chunks and identity key, as `put` does: all or none of them.

        With them, what sources `said` of papers by their ids. One transaction for sixteen papers
        takes a fraction of the time of sixteen. No paper stands among them twice.
        """
        with self.together():
            self._catalog.put(list(papers))
            self.said.keep(said)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is written in the block is one transaction, beside which nobody else writes."""
        is_part = self._catalog.is_in_writing
        with self._catalog.together():
            yield
        # So that other processes find papers by words while a long addition goes on.
        if not is_part and time.monotonic() > self._sync_at_s:
            self._sync_keyword()

    def revision(self) -> int:
        """The library's revision, with what the transaction of the block has changed so far."""
        with self._catalog.writing() as conn:
            return int(entry(conn, "revision") or 0)

    def add_source(self, paper_id: str, source: Source) -> None:
        """Add a source to a known paper; one that it has already changes nothing.

        Raises:
            LibraryError: the paper is not known.
        """
        self.add_sources([(paper_id, source)])

    def add_sources(self, sources: Sequence[tuple[str, Source]]) -> None:
        """Add sources to papers by their ids, as `add_source` does: all or none of them."""
        self._catalog.add_sources(sources)

    def remove(self, paper_id: str, *, undoable: bool = False) -> bool:
        """Delete a paper with everything that hangs on it; the ledger keeps its title.

        When `undoable`, `restore` brings it back until it is purged. False when it is not known.
        """
        is_known = self._catalog.remove(paper_id, undoable=undoable)
        self._has_deleted |= is_known and not undoable
        return is_known

    def restore(self, paper_id: str) -> Paper:
        """Bring a removed paper back as it was.

        Raises:
            LibraryError: no such paper can be brought back, or it was added again.
        """
        return self._catalog.restore(paper_id)

    def purge(self, *, days: float = UNDO_DAYS) -> int:
        """Delete for good what was deleted so many days ago: how many papers and chats."""
        gone = self._catalog.purge(days=days)
        self._has_deleted |= gone > 0
        return gone

    def keep_original(self, data: bytes) -> str:
        """Store added bytes under their sha256, which is returned."""
        return self._catalog.originals.keep(data)

    def log(self, *, action: str, origin: str, sha256: str | None, outcome: str) -> None:
        """Add a line to the ledger."""
        self._catalog.log(action=action, origin=origin, sha256=sha256, outcome=outcome)

    def finish(self) -> None:
        """Bring the keyword index up to date and let others write to it."""
        self._sync_keyword(last=True)
        self._catalog.forget_removed()
        if self._has_deleted:
            remove_copies(self._catalog.folder)

    def _sync_keyword(self, *, last: bool = False) -> None:
        started_s = time.monotonic()
        try:
            self._keyword.sync()
            if last:
                self._keyword.finish()
        except (LibraryError, OSError) as error:
            logger.warning("keyword index not brought up: %s", error)
        now_s = time.monotonic()
        self._sync_at_s = now_s + max(_SYNC_EVERY_S, _SYNC_SHARE * (now_s - started_s))
