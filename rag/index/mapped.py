"""Exact search over a large library: compact vectors on the disk, and what changed since.

The files under `index-N/compact` hold one state of the library. They are written once, by whoever
needs them first or leaves a library that has outgrown them, and are right as far as the manifest
says and their sums prove; what is wrong or missing is made anew of `library.db`. Where they cannot
be written, the same arrays live in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.base.errors import LibraryError
from rag.index.catalog import Catalog
from rag.index.changes import Changes, VectorRows
from rag.index.compact import CompactVectors
from rag.index.generations import COMPACT_LOCK, cache_folder, delete_folder, new_folder
from rag.index.lock import take
from rag.index.native import CacheError
from rag.index.states import CacheState
from rag.index.vectors import ExactVectors, make_durable

logger = logging.getLogger(__name__)

VectorsOf = Callable[[Sequence[str]], Mapping[str, np.ndarray]]
Made = tuple[CompactVectors, CacheState]

# Chunks from which on a library has them: below, all vectors are read in a fraction of a second.
_FROM = 10_000
_OUTGROWN = 0.1  # of its papers or chunks changed since: the files are written anew
_SPARE = 32  # more than are asked for; bytes put a chunk a few places off


class MappedVectors:
    """All chunks of a library; every search gives what comparing with each vector would.

    `replace` sets up a new state and then takes it, so that a search in another thread sees the
    old one or the new one.
    """

    def __init__(self, base: CompactVectors, vectors_of: VectorsOf, dim: int) -> None:
        """`vectors_of` reads the vectors of chunks; those of unknown ones are left out."""
        self._base = base
        self._vectors_of = vectors_of
        none = VectorRows((), (), np.empty((0, dim), np.float32))
        self._state: tuple[frozenset[str], ExactVectors] = (frozenset(), ExactVectors(none))

    def count(self) -> int:
        """How many chunks it holds."""
        gone, recent = self._state
        return self._base.count(gone) + recent.count()

    def search(
        self, vector: np.ndarray, k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` nearest chunks, of the papers in `allowed` only when that is given."""
        if k < 1:
            return []
        gone, recent = self._state
        query = np.asarray(vector, dtype=np.float32)
        near = self._base.search(query, k + _SPARE, allowed, gone)
        found = self._vectors_of([chunk_id for chunk_id, _ in near])
        known = VectorRows(tuple(found), tuple(found), _stacked(found, len(query)))
        pairs = [*ExactVectors(known).search(query, k), *recent.search(query, k, allowed)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]

    def replace(self, stale: Collection[str], rows: VectorRows) -> None:
        """Forget the chunks of the papers in `stale`, then take in `rows`."""
        gone, old = self._state
        recent = ExactVectors(old.rows)
        recent.replace(stale, rows)
        self._state = (gone.union(stale), recent)


@dataclass(frozen=True, slots=True)
class Held:
    """Exact search as of a vector revision; `generation` of the files it rests on, 0 for none."""

    vectors: ExactVectors | MappedVectors
    revision: int
    generation: int = 0


def refreshed(catalog: Catalog, held: Held | None) -> Held:
    """Exact search as of now: what was held, with what has changed, or all of it anew."""
    revision = catalog.vector_revision()
    if held is not None and held.revision == revision:
        return held
    if held is None or held.generation != catalog.cache("compact").generation:
        held = _loaded(catalog)
    if held.revision == revision:
        return held
    is_mapped = isinstance(held.vectors, MappedVectors)
    if is_mapped and held.revision > revision and catalog.is_in_snapshot:
        return held  # newer than what is read: chunks that are not there yet have no vectors
    changes, rows = catalog.vector_changes(held.revision)
    if not changes.complete:
        held.vectors.replace(changes.stale, rows)
        if held.vectors.count() == changes.chunks:
            return replace(held, revision=changes.revision)
        logger.warning("vectors are read anew: they are not those of the library")
    elif not is_mapped:
        return Held(ExactVectors(rows), changes.revision)
    return _built(catalog) if is_mapped else _read(catalog)


def bring_up(catalog: Catalog) -> None:
    """Write the files of a library that needs them, or has outgrown those it has.

    What was deleted for good stays in none. Where they cannot be written, the next one tries again.
    """
    state, revision = catalog.cache("compact"), catalog.vector_revision()
    is_near = 0 <= revision - state.revision <= _OUTGROWN * state.rows
    if state.generation and is_near and not catalog.removed_since(state.revision)[1]:
        return
    if catalog.vector_count() >= _FROM:
        _built(catalog)
    elif state.generation:
        catalog.set_cache("compact", CacheState())
        delete_folder(catalog.folder, "compact", state.generation)


def rebuild(catalog: Catalog) -> None:
    """Write the files anew, whatever their state."""
    if catalog.vector_count() >= _FROM:
        _built(catalog)


def is_sound(catalog: Catalog) -> bool:
    """Whether the files that the manifest names are those that were written."""
    try:
        _opened(catalog, catalog.cache("compact"))
    except CacheError as error:
        logger.warning("%s", error)
        return False
    return True


def _loaded(catalog: Catalog) -> Held:
    """Of the files where there are any; a small library is read."""
    state = catalog.cache("compact")
    if state.generation:
        try:
            return _opened(catalog, state)
        except CacheError as error:
            logger.warning("compact vectors are made anew: %s", error)
    return _built(catalog) if catalog.vector_count() >= _FROM else _read(catalog)


def _read(catalog: Catalog) -> Held:
    changes, rows = catalog.vector_changes(0)
    return Held(ExactVectors(rows), changes.revision)


def _opened(catalog: Catalog, state: CacheState) -> Held:
    if state.revision > catalog.vector_revision() and not catalog.is_in_snapshot:
        raise CacheError("they are of a later state than the library")
    folder = cache_folder(catalog.folder, "compact", state.generation)
    base = CompactVectors.open(folder, state.rows, catalog.dim(), state.fingerprint)
    return _held(catalog, base, state)


def _built(catalog: Catalog) -> Held:
    """Made of all vectors, and written to the folder of the next generation if that can be."""
    base, state = catalog.with_all_vectors(_made)
    try:
        lock = take(catalog.folder / COMPACT_LOCK)
        if lock is None:
            return _held(catalog, base, state)  # another one writes the same
        try:
            written = _written(catalog, base, state)
        finally:
            lock.release()
        return _opened(catalog, written)
    except (LibraryError, OSError) as error:
        logger.warning("compact vectors stay in memory: %s", error)
        return _held(catalog, base, state)


def _made(changes: Changes, batches: Iterator[VectorRows], dim: int) -> Made:
    base = CompactVectors.of(batches, changes.chunks, dim)
    return base, CacheState(0, changes.revision, changes.chunks)


def _written(catalog: Catalog, base: CompactVectors, state: CacheState) -> CacheState:
    old = catalog.cache("compact").generation
    folder = new_folder(catalog.folder, "compact", old + 1)
    fingerprint = base.save(folder)
    make_durable(folder)
    state = catalog.set_cache(
        "compact", replace(state, generation=old + 1, fingerprint=fingerprint)
    )
    delete_folder(catalog.folder, "compact", old)
    return state


def _held(catalog: Catalog, base: CompactVectors, state: CacheState) -> Held:
    vectors = MappedVectors(base, catalog.chunk_vectors, catalog.dim())
    return Held(vectors, state.revision, state.generation)


def _stacked(found: Mapping[str, np.ndarray], dim: int) -> np.ndarray:
    return np.stack(list(found.values())) if found else np.empty((0, dim), np.float32)
