"""Chroma as a cache of one library: who may open it, when it can be trusted, how it is rebuilt.

Embedded Chroma does not survive every `kill -9` (opening what is left can end the process), and
two processes on one folder lose vectors or search stale ones. Therefore: one process at a time,
held by a lock; a mark in the manifest before anything can be written, taken away when all is on
the disk; what is marked, damaged or odd is built anew in the folder of the next generation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from rag.index.catalog import Catalog
from rag.index.changes import VectorRows
from rag.index.generations import OWNER_LOCK, cache_folder, delete_folder, new_folder
from rag.index.lock import HeldLock, take
from rag.index.native import CacheError
from rag.index.states import CacheState
from rag.index.unused import clear_unused
from rag.index.vectors import (
    ChromaVectors,
    finds_itself,
    fingerprint,
    looks_sound,
    make_durable,
    probe,
)

logger = logging.getLogger(__name__)

_SAMPLE = 20
_SAMPLE_SHARE = 0.9  # of twenty; a graph may miss one, a damaged one misses many


class OwnedChroma:
    """The right to open a library's Chroma, and Chroma when it is open.

    For one thread at a time.
    """

    def __init__(self, catalog: Catalog, lock: HeldLock) -> None:
        self._catalog = catalog
        self._lock = lock
        self._index: ChromaVectors | None = None
        self._revision = -1

    @classmethod
    def take(cls, catalog: Catalog) -> OwnedChroma | None:
        """Become the owner, or None when another process or another part of this one is."""
        lock = take(catalog.folder / OWNER_LOCK)
        return None if lock is None else cls(catalog, lock)

    @property
    def revision(self) -> int:
        """The vector revision for which `search` is right; -1 when it cannot be asked."""
        return self._revision

    def search(self, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """The `k` nearest chunks. Raises `CacheError` when Chroma fails or is not open."""
        if self._index is None:
            raise CacheError("Chroma is not open")
        return self._index.search(vector, k)

    def bring_up(self, load: Callable[[], tuple[int, VectorRows]]) -> None:
        """Open Chroma and take in what changed, or build it anew from `load` (revision, rows).

        Raises:
            CacheError, OSError: it could not be built; it stays marked.
        """
        self._revision = -1
        try:
            state = self._open(self._catalog.cache("vectors"))
            followed = state is not None and self._follow(state)
        except CacheError as error:
            logger.warning("vector index is rebuilt: %s", error)
            followed = False
        if not followed:
            self._rebuild(load)

    def rebuild(self, load: Callable[[], tuple[int, VectorRows]]) -> None:
        """Build Chroma anew, whatever its state."""
        self._revision = -1
        self._rebuild(load)

    def is_sound(self, n: int) -> bool:
        """True when Chroma, as it lies on the disk, finds `n` chunks by chance."""
        state = self._catalog.cache("vectors")
        try:
            return self._open(state) is not None and self._finds(n, up_to=state.revision)
        except CacheError as error:
            logger.warning("vector index: %s", error)
            return False

    def close(self) -> None:
        """Close Chroma and let others have it."""
        self._shut()
        self._lock.release()

    def _open(self, state: CacheState) -> CacheState | None:
        """The state that can be followed, with Chroma open; None when it must be built anew."""
        if self._index is not None:
            return state
        folder = cache_folder(self._catalog.folder, "vectors", state.generation)
        if state.generation == 0 or state.dirty or not looks_sound(folder):
            return None
        self._mark(state)
        if fingerprint(folder) != state.fingerprint:  # somebody touched it: it may be deadly
            sample = self._catalog.sample_vectors(_SAMPLE, up_to=state.revision)
            if not probe(folder, state.rows, sample.matrix):
                return None
        self._index = ChromaVectors(folder)
        if not self._finds(_SAMPLE, up_to=state.revision, share=_SAMPLE_SHARE):
            raise CacheError("Chroma does not find chunks by their own vectors")
        return self._settle(state, folder)

    def _finds(self, n: int, *, up_to: int, share: float = 0.99) -> bool:
        sample = self._catalog.sample_vectors(n, up_to=up_to)
        return self._index is not None and finds_itself(self._index, sample.matrix, share=share)

    def _follow(self, state: CacheState) -> bool:
        """Take in what changed since the state; False when that is everything."""
        changes, rows = self._catalog.vector_changes(state.revision)
        if changes.revision != state.revision:
            if changes.complete or self._index is None:
                return False
            self._mark(state)
            self._index.replace(changes.stale, rows)
            folder = cache_folder(self._catalog.folder, "vectors", state.generation)
            reached = replace(state, revision=changes.revision, rows=changes.chunks)
            self._settle(reached, folder)
        self._revision = changes.revision
        return True

    def _rebuild(self, load: Callable[[], tuple[int, VectorRows]]) -> None:
        self._shut()
        old = self._catalog.cache("vectors")
        generation = old.generation + 1
        folder = new_folder(self._catalog.folder, "vectors", generation)
        revision, rows = load()
        self._index = ChromaVectors(folder, create=True)
        self._index.replace((), rows)
        self._settle(CacheState(generation, revision, len(rows.ids)), folder)
        self._revision = revision
        delete_folder(self._catalog.folder, "vectors", old.generation)

    def _mark(self, state: CacheState) -> None:
        self._catalog.set_cache("vectors", replace(state, dirty=True))

    def _settle(self, state: CacheState, folder: Path) -> CacheState:
        """Record that all of `state` is on the disk, after a count."""
        count = state.rows if self._index is None else self._index.count()
        clear_unused(folder)  # a count can be what makes Chroma write the file
        if count != state.rows:
            raise CacheError(f"Chroma holds {count} chunks and not {state.rows}")
        make_durable(folder)
        settled = replace(state, dirty=False, fingerprint=fingerprint(folder))
        return self._catalog.set_cache("vectors", settled)

    def _shut(self) -> None:
        index, self._index, self._revision = self._index, None, -1
        if index is not None:
            try:
                index.close()
            except CacheError as error:
                logger.warning("%s", error)
