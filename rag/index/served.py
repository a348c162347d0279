"""Vectors of one library on a Chroma server, for libraries that one machine's memory is small for.

The collection is a cache like the folder of `owned`, but any number of processes may search it at
once, and taking in the same changes twice does no harm: whoever was stopped half-way, or lost the
server, is followed by one who takes in all changes since the last that was settled.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from rag.base.errors import VectorServerError
from rag.index.catalog import Catalog
from rag.index.changes import VectorRows
from rag.index.generations import OWNER_LOCK
from rag.index.lock import HeldLock
from rag.index.native import CacheError
from rag.index.states import CacheState
from rag.index.vectors import ServerVectors, finds_itself

logger = logging.getLogger(__name__)

_SAMPLE_SHARE = 0.99
_WAIT_S = 10.0  # for another process that brings vectors to the server
_POLL_S = 0.1
_TIMES = 2  # whoever could not wait any longer is taken along by who is at it


class ServedChroma:
    """A library's collection on the server at `url`; safe to use from several threads.

    The manifest says up to which revision of the library it is right.
    """

    def __init__(self, catalog: Catalog, url: str) -> None:
        self._catalog = catalog
        self._url = url
        self._opened: ServerVectors | None = None

    def search(self, vector: np.ndarray, k: int) -> list[tuple[str, float]] | None:
        """The `k` nearest chunks; None when the server has no answer for the present library."""
        state = self._catalog.cache("server")
        if state.dirty or state.revision != self._catalog.vector_revision():
            return None
        try:
            return self._collection(state).search(vector, k)
        except CacheError as error:
            self._opened = None
            logger.warning("exact search answers: %s", error)
            return None

    def sync(self, load: Callable[[], tuple[int, VectorRows]]) -> None:
        """Bring the server up to the library, by what changed or else by all that `load` gives.

        Another process that is at it is left alone: it takes in what was added meanwhile.

        Raises:
            VectorServerError: the server does not answer. Nothing is lost; the next `sync` goes on.
        """
        for _ in range(_TIMES):
            if not self._sync_alone(load):
                return
            if self._catalog.cache("server").revision == self._catalog.vector_revision():
                return

    def _sync_alone(self, load: Callable[[], tuple[int, VectorRows]]) -> bool:
        """False when another process is at it."""
        lock = self._taken()
        if lock is None:
            return False
        try:
            state = self._catalog.cache("server")
            if not self._followed(state):
                self._rebuild(state, load)
        except CacheError as error:
            self._opened = None
            raise VectorServerError(
                f"The Chroma server at {self._url} does not answer or did not take the vectors in. "
                "Nothing is lost: all papers are in the library. Start the server, then run the "
                "same command again or `askpapers doctor --repair`."
            ) from error
        finally:
            lock.release()
        return True

    def _taken(self) -> HeldLock | None:
        """The right to change the collection, when others have let go of it after a while."""
        until_s = time.monotonic() + _WAIT_S
        while (lock := self._catalog.take(OWNER_LOCK)) is None:
            if time.monotonic() > until_s:
                logger.info("another process brings vectors to the server")
                return None
            time.sleep(_POLL_S)
        return lock

    def rebuild(self, load: Callable[[], tuple[int, VectorRows]]) -> None:
        """Fill a new collection, whatever is in the old one. Raises as `sync` does."""
        self._catalog.set_cache("server", replace(self._catalog.cache("server"), fingerprint=""))
        self.sync(load)

    def is_sound(self, n: int) -> bool:
        """True when the server finds `n` chunks by chance."""
        state = self._catalog.cache("server")
        sample = self._catalog.sample_vectors(n, up_to=state.revision)
        try:
            collection = self._collection(state)
            return collection.count() == state.rows and finds_itself(
                collection, sample.matrix, share=_SAMPLE_SHARE
            )
        except CacheError as error:
            logger.warning("vectors on the server: %s", error)
            return False

    def close(self) -> None:
        """Let go of the connection."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    @property
    def _name(self) -> str:
        """Of the collection; one of another server or library is not taken for it."""
        place = f"{self._url} {self._catalog.identity}"
        return f"askpapers-{hashlib.sha256(place.encode()).hexdigest()[:32]}"

    def _collection(self, state: CacheState) -> ServerVectors:
        if state.fingerprint != self._name:
            raise CacheError("the vectors are not on this server")
        if self._opened is None:
            self._opened = ServerVectors(self._url, self._name)
        return self._opened

    def _followed(self, state: CacheState) -> bool:
        """Whether what changed could be taken in; if not, everything must be."""
        try:
            return state.fingerprint == self._name and self._follow(state)
        except CacheError as error:
            logger.warning("vectors on the server are taken in anew: %s", error)
            self._opened = None
            return False

    def _follow(self, state: CacheState) -> bool:
        """Take in what changed since the state; False when that is everything."""
        changes, rows = self._catalog.vector_changes(state.revision)
        if changes.revision == state.revision and not state.dirty:
            return True
        if changes.complete:
            return False
        collection = self._collection(state)
        self._catalog.set_cache("server", replace(state, dirty=True))
        # New papers are forgotten too: somebody may have been stopped after taking them in.
        collection.replace(changes.stale.union(changes.current), rows)
        if collection.count() != changes.chunks:
            logger.warning("the vectors on the server are not those of the library")
            return False
        reached = replace(state, revision=changes.revision, rows=changes.chunks, dirty=False)
        self._catalog.set_cache("server", reached)
        return True

    def _rebuild(self, old: CacheState, load: Callable[[], tuple[int, VectorRows]]) -> None:
        self.close()
        collection = ServerVectors(self._url, self._name, create=True)
        state = CacheState(old.generation + 1, dirty=True, fingerprint=self._name)
        self._catalog.set_cache("server", state)
        revision, rows = load()
        collection.replace((), rows)
        if (count := collection.count()) != len(rows.ids):
            raise CacheError(f"it holds {count} chunks and not {len(rows.ids)}")
        self._opened = collection
        settled = replace(state, revision=revision, rows=len(rows.ids), dirty=False)
        self._catalog.set_cache("server", settled)
