"""Keyword search over a library: keeps the index on disk in step with the catalog.

The index under `index-N/keyword` is whole as of its last commit, whoever is killed; the manifest
says which revision that is at least, and taking in the same changes twice does no harm. A reader
that finds it behind brings it up itself under the write lock. While somebody else holds that lock,
the reader answers as of the holder's last commit.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rag.base.errors import LibraryError
from rag.index.beside import Beside
from rag.index.catalog import Catalog
from rag.index.changes import Changes
from rag.index.generations import cache_folder, delete_folder, new_folder
from rag.index.keyword import KeywordIndex, fingerprint
from rag.index.lock import write_lock
from rag.index.native import CacheError
from rag.index.states import CacheState

logger = logging.getLogger(__name__)

_FORGOTTEN = 0.01  # of its texts, so many are forgotten at most

Found = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class _Opened:
    """An index and the state it had when it was opened; generation 0 lives in memory."""

    index: KeywordIndex
    state: CacheState


class KeywordSearch:
    """BM25 over one library, for all threads of one process."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._opened: _Opened | None = None  # replaced as a whole: searches need no lock
        self._changing = threading.Lock()
        self._beside = Beside()

    def search(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None
    ) -> list[tuple[str, float]]:
        """The `k` best papers: (paper id, BM25 above 0), best first."""
        return self._asked(lambda index: index.search(query_words, k, allowed))

    def coverage(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None
    ) -> list[tuple[str, float]]:
        """The `k` papers that have most of the words: (paper id, share of idf above 0)."""
        return self._asked(lambda index: index.coverage(query_words, k, allowed))

    def _asked(self, search: Callable[[KeywordIndex], Found]) -> Found:
        opened = self._current()
        try:
            return search(opened.index)
        except CacheError as error:
            logger.warning("the keyword index is built in memory: %s", error)
            with self._changing:
                opened = self._from_memory()
            return search(opened.index)

    def sync(self) -> None:
        """Bring the index on disk up to the catalog; the caller holds the write lock.

        Raises:
            CacheError, OSError: it cannot be written; searches go on without it.
        """
        with self._changing:
            self._sync()

    def finish(self) -> None:
        """Let another process write to the index; after the last `sync` under one lock."""
        with self._changing:
            if self._opened is not None:
                self._opened.index.close_writer()

    def rebuild(self) -> None:
        """Build the index anew; the caller holds the write lock."""
        with self._changing:
            self._rebuild().index.close_writer()

    def opened_anew(self) -> KeywordIndex:
        """The index as it lies on the disk, whatever is in memory. Raises `CacheError`."""
        generation = self._catalog.cache("keyword").generation
        return KeywordIndex.open(cache_folder(self._catalog.folder, "keyword", generation))

    def close(self) -> None:
        """Let go of files and memory."""
        self._beside.wait()
        with self._changing:
            opened, self._opened = self._opened, None
            if opened is not None:
                opened.index.close_writer()

    # --- reading ----------------------------------------------------------------------------

    def _current(self) -> _Opened:
        """The best index there is now, brought up to date where that is possible."""
        opened = self._opened
        revision = self._catalog.text_revision()
        if opened is not None and opened.state.revision == revision:
            return opened
        if opened is None:
            with self._changing:
                return self._brought_up()
        # Whoever has an index to answer with does not wait for much work on it.
        self._beside.do(self._bring_up, changes=revision - opened.state.revision)
        return self._opened or opened

    def _bring_up(self) -> None:
        if not self._changing.acquire(blocking=False):  # another thread is at it
            return
        try:
            self._brought_up()
        except LibraryError as error:  # which the question meets too
            logger.info("the keyword index is not brought up: %s", error)
        finally:
            self._changing.release()

    def _brought_up(self) -> _Opened:
        opened = self._from_disk()
        if opened is not None and opened.state.revision == self._catalog.text_revision():
            return opened
        doing = "bringing the keyword index up to date"
        try:
            with write_lock(self._catalog.folder, doing=doing, wait_s=0.0):
                synced = self._sync()
                synced.index.close_writer()
                return synced
        except (LibraryError, OSError) as error:
            logger.info("the keyword index is not brought up here: %s", error)
        return opened or self._from_memory()

    def _from_disk(self) -> _Opened | None:
        """The index that the manifest names, opened or reloaded; None when it is unusable."""
        state = self._catalog.cache("keyword")
        opened = self._opened
        if state.generation == 0 or state.fingerprint != fingerprint():
            return None
        if opened is not None and opened.state == state:
            return opened
        try:
            if opened is not None and opened.state.generation == state.generation:
                index = opened.index
                index.reload()
            else:
                folder = cache_folder(self._catalog.folder, "keyword", state.generation)
                index = KeywordIndex.open(folder)
            if state.revision == self._catalog.text_revision():
                _require_count(index, state.rows)
        except CacheError as error:
            logger.warning("%s", error)
            return None
        self._opened = _Opened(index, state)
        return self._opened

    def _from_memory(self) -> _Opened:
        """An index of the whole catalog in memory, for where none on disk can be used."""
        opened = self._opened
        if opened is not None and opened.state.generation != 0:
            opened = None
        changes, texts = self._catalog.text_changes(opened.state.revision if opened else 0)
        index = KeywordIndex.create() if opened is None or changes.complete else opened.index
        index.replace(changes.stale, texts)
        self._opened = _Opened(index, CacheState(0, changes.revision, changes.texts))
        return self._opened

    # --- writing, under the write lock ------------------------------------------------------

    def _sync(self) -> _Opened:
        try:
            opened = self._from_disk()
            followed = None if opened is None else self._follow(opened)
        except CacheError as error:
            logger.warning("the keyword index is rebuilt: %s", error)
            followed = None
        return followed or self._rebuild()

    def _follow(self, opened: _Opened) -> _Opened | None:
        """The index with what changed since; None where it must be built anew."""
        with self._catalog.snapshot():
            changes, texts = self._catalog.text_changes(opened.state.revision)
            if changes.revision == opened.state.revision:
                return opened
            beside = _beside(opened.index, changes)
            if changes.complete or beside is None:
                return None
            texts += self._catalog.texts(beside)
        # New papers are forgotten too: a process that was killed between its commit and the
        # manifest has taken them in already.
        opened.index.replace(changes.stale.union(changes.current, beside), texts)
        _require_count(opened.index, changes.texts)
        state = replace(opened.state, revision=changes.revision, rows=changes.texts)
        return self._record(opened.index, state)

    def _rebuild(self) -> _Opened:
        old = self._catalog.cache("keyword")
        if self._opened is not None:
            self._opened.index.close_writer()
        folder = new_folder(self._catalog.folder, "keyword", old.generation + 1)
        changes, texts = self._catalog.text_changes(0)
        index = KeywordIndex.create(folder)
        index.replace((), texts)
        state = CacheState(
            old.generation + 1, changes.revision, changes.texts, fingerprint=fingerprint()
        )
        opened = self._record(index, state)
        delete_folder(self._catalog.folder, "keyword", old.generation)
        return opened

    def _record(self, index: KeywordIndex, state: CacheState) -> _Opened:
        self._catalog.set_cache("keyword", state)
        self._opened = _Opened(index, state)
        return self._opened


def _beside(index: KeywordIndex, changes: Changes) -> frozenset[str] | None:
    """The other papers that are taken in anew so that no erased one is left in a file.

    A removed paper that can come back is forgotten only, and stays in its file. None: so many are
    forgotten that the index is built anew; what is forgotten still counts in how rare a word is.
    """
    if not changes.removed:
        return frozenset()
    index.close_writer()
    index.reload()
    files = index.files()
    forgotten = sum(map(len, files)) - index.count()
    if forgotten + len(changes.removed) > _FORGOTTEN * changes.texts:
        return None
    touched = [papers for papers in files if not changes.erased.isdisjoint(papers)]
    return frozenset[str]().union(*touched) - changes.stale.union(changes.current)


def _require_count(index: KeywordIndex, texts: int) -> None:
    if index.count() != texts:
        raise CacheError(f"the keyword index holds {index.count()} texts and not {texts}")
