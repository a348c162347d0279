"""Dense search over a library: exactly or by Chroma, whichever is right and ready.

Exact search answers whenever there is a doubt. How Chroma is kept is told in `owned`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import numpy as np

from rag.base.errors import LibraryError, VectorServerError
from rag.index.catalog import Catalog
from rag.index.changes import VectorRows
from rag.index.mapped import Held, MappedVectors, bring_up, rebuild, refreshed
from rag.index.native import CacheError
from rag.index.owned import OwnedChroma
from rag.index.served import ServedChroma
from rag.index.states import CacheName
from rag.index.vectors import ExactVectors

logger = logging.getLogger(__name__)

_CHROMA_WAIT_S = 0.05  # a search does not wait for a write: exact search is there
_LEFT_BEHIND = 0.01  # of all chunks, so few changes are not worth opening Chroma for


class DenseSearch:
    """Nearest chunks of one library, for all threads of one process."""

    def __init__(self, catalog: Catalog, server_url: str | None = None) -> None:
        self._catalog = catalog
        self._served = ServedChroma(catalog, server_url) if server_url else None
        self._exact_lock = threading.Lock()
        self._held: Held | None = None
        self._dim = 0
        self._chroma_lock = threading.Lock()
        self._chroma: OwnedChroma | None = None

    def search(
        self, vector: np.ndarray, k: int, allowed: frozenset[str] | None
    ) -> list[tuple[str, float]]:
        """The `k` nearest chunks of the papers in `allowed` (None: of all), best first.

        Raises:
            ValueError: the vector is zero, not a number, or has another dimension.
        """
        query = self._unit(vector)
        found = None
        if allowed is None:
            served = self._served
            found = served.search(query, k) if served else self._search_chroma(query, k)
        return self._exact_now().search(query, k, allowed) if found is None else found

    def warm(self) -> None:
        """Load the vectors, open Chroma, bring it up to date and keep it open until `close`.

        Chroma stays closed when another process has it open or when it fails; searches are exact
        then. Worth calling again when the library has changed. With a server, only that is
        brought up to date.
        """
        if self._served is not None:
            self._sync_served(self._served)
            return
        self._exact_now()
        with self._chroma_lock:
            self._bring_up()

    def sync(self) -> None:
        """Bring Chroma up to the library, unless another process has it open.

        Opening it costs as much in a large library as adding a thousand papers. So a few changes
        wait for others or for whoever has Chroma open next; nothing deleted for good stays.

        Raises:
            VectorServerError: Chroma is on a server, and that does not answer.
        """
        self._write_compact(bring_up)
        if self._served is not None:
            self._served.sync(self._load)
            return
        with self._chroma_lock:
            if self._chroma is None and (self._is_current() or self._is_near()):
                return
            was_open = self._chroma is not None
            self._bring_up()
            if not was_open:
                self._let_go()

    def rebuild(self) -> bool:
        """Build Chroma anew from the catalog; False when another process has it open.

        Raises:
            VectorServerError: Chroma is on a server, and that does not answer.
        """
        self._write_compact(rebuild)
        if self._served is not None:
            self._served.rebuild(self._load)
            return True
        with self._chroma_lock:
            was_open = self._chroma is not None
            owned = self._chroma or OwnedChroma.take(self._catalog)
            if owned is None:
                return False
            self._chroma = owned
            try:
                owned.rebuild(self._load)
            finally:
                if not was_open or owned.revision < 0:
                    self._let_go()
            return True

    def is_sound(self, n: int) -> bool | None:
        """True when Chroma finds `n` chunks by chance; None when another process has it open."""
        if self._served is not None:
            return self._served.is_sound(n)
        with self._chroma_lock:
            if self._chroma is not None:
                return self._chroma.is_sound(n)
            owned = OwnedChroma.take(self._catalog)
            if owned is None:
                return None
            try:
                return owned.is_sound(n)
            finally:
                owned.close()

    def close(self) -> None:
        """Let go of Chroma and of the memory."""
        if self._served is not None:
            self._served.close()
        with self._chroma_lock:
            self._let_go()
        with self._exact_lock:
            self._held = None

    @property
    def cache(self) -> CacheName:
        """Under which name the manifest tells the state of Chroma."""
        return "vectors" if self._served is None else "server"

    # --- Chroma -----------------------------------------------------------------------------

    def _sync_served(self, served: ServedChroma) -> None:
        try:
            served.sync(self._load)
        except VectorServerError as error:
            logger.warning("exact search answers: %s", error)

    def _search_chroma(self, query: np.ndarray, k: int) -> list[tuple[str, float]] | None:
        """Chroma's answer, or None when it has none for this state of the library."""
        owned = self._chroma
        if owned is None or owned.revision != self._catalog.vector_revision():
            return None
        if not self._chroma_lock.acquire(timeout=_CHROMA_WAIT_S):
            return None
        try:
            return owned.search(query, k)
        except CacheError as error:
            logger.warning("exact search answers: %s", error)
            self._let_go()
            return None
        finally:
            self._chroma_lock.release()

    def _bring_up(self) -> None:
        """Open Chroma and bring it up to date; on failure it is let go, exact search remains."""
        try:
            self._chroma = self._chroma or OwnedChroma.take(self._catalog)
            if self._chroma is None:
                logger.info("another process has Chroma open; searches are exact here")
            else:
                self._chroma.bring_up(self._load)
        except (LibraryError, OSError) as error:
            logger.warning("vector index not brought up, searches are exact: %s", error)
            self._let_go()

    def _is_current(self) -> bool:
        state, revision = self._catalog.cache("vectors"), self._catalog.vector_revision()
        never_needed = state.generation == 0 and revision == 0
        return never_needed or (not state.dirty and state.revision == revision)

    def _is_near(self) -> bool:
        """Whether Chroma lacks a few changes only, and holds nothing that was deleted for good."""
        state, revision = self._catalog.cache("vectors"), self._catalog.vector_revision()
        if state.dirty or not 0 < revision - state.revision <= _LEFT_BEHIND * state.rows:
            return False
        return not self._catalog.removed_since(state.revision)[1]

    def _let_go(self) -> None:
        owned, self._chroma = self._chroma, None
        if owned is not None:
            owned.close()

    # --- exact ------------------------------------------------------------------------------

    def _write_compact(self, write: Callable[[Catalog], None]) -> None:
        try:
            write(self._catalog)
        except (LibraryError, OSError) as error:
            logger.warning("compact vectors were not written: %s", error)

    def _load(self) -> tuple[int, VectorRows]:
        """All vectors as they are, for an index that is built; (revision, rows)."""
        with self._exact_lock:
            held = self._refreshed()
        if isinstance(held.vectors, ExactVectors):
            return held.revision, held.vectors.rows
        changes, rows = self._catalog.vector_changes(0)
        return changes.revision, rows

    def _exact_now(self) -> ExactVectors | MappedVectors:
        with self._exact_lock:
            return self._refreshed().vectors

    def _refreshed(self) -> Held:
        """The vectors of the library's present revision; called with the lock held."""
        self._held = held = refreshed(self._catalog, self._held)
        return held

    def _unit(self, vector: np.ndarray) -> np.ndarray:
        query = np.asarray(vector, dtype=np.float32)
        length = float(np.linalg.norm(query))
        if query.ndim != 1 or not np.isfinite(length) or length == 0.0:
            raise ValueError("the vector of a search must be one row of numbers that are not all 0")
        self._dim = self._dim or self._catalog.dim()  # it never changes once it is known
        if self._dim and len(query) != self._dim:
            raise ValueError(f"a search by {len(query)} dimensions; the library has {self._dim}")
        return query / length
