"""Vectors that papers still await, brought beside the questions by a program that lives long."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from rag.base.errors import RagError
from rag.base.types import Progress
from rag.index.store import Store
from rag.ingest.later import embed_awaited
from rag.models.embedder import Embedder

logger = logging.getLogger(__name__)

_GIVES_WAY_S = 5.0  # to questions, before some more papers are embedded all the same
_LOOKS_S = 0.05


class Following:
    """A thread that embeds until nothing is awaited or it is stopped.

    It holds nothing that others wait for. While another process is at it, it has nothing to do.
    """

    def __init__(
        self, store: Store, embedder: Callable[[], Embedder], is_sought: Callable[[], bool]
    ) -> None:
        """The `embedder` is asked for when it is needed; `is_sought` says if a question waits."""
        self._store, self._embedder, self._is_sought = store, embedder, is_sought
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_wanted = False

    def go_on(self) -> None:
        """Begin anew, if it was ever begun: others may await vectors now."""
        if self._is_wanted:
            self.start()

    def start(self) -> None:
        """Begin, unless it is at it or nothing is awaited."""
        self._is_wanted = True
        is_busy = self._thread is not None and self._thread.is_alive()
        if is_busy or self._stopped.is_set() or not self._store.awaited_count():
            return
        self._thread = threading.Thread(target=self._run, name="vectors", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the papers at hand, and wait for that; it cannot be started again."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            embed_awaited(
                self._store,
                self._embedder(),
                progress=self._give_way,
                cancelled=self._stopped.is_set,
            )
            if not self._stopped.is_set():
                self._store.sync_vectors()
        except RagError as error:
            logger.warning("papers still await their vectors: %s", error)

    def _give_way(self, _: Progress) -> None:
        until_s = time.monotonic() + _GIVES_WAY_S
        while self._is_sought() and time.monotonic() < until_s and not self._stopped.is_set():
            time.sleep(_LOOKS_S)
