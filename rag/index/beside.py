"""Work that a question does not wait for when there is much of it, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

_FEW = 64  # changes that are waited for: a millisecond of CPU each
_PATIENCE_S = 0.25  # for which is waited where there are more


class Beside:
    """Work of one kind, done by at most one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], None], *, changes: int) -> None:
        """Begin the work, unless it is being done; on return it may still be, if it is much.

        Whoever begins it waits for it: until it is done when there are few changes.
        """
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = thread = threading.Thread(target=work, daemon=True)
            thread.start()
        thread.join(None if changes <= _FEW else _PATIENCE_S)

    def wait(self) -> None:
        """Wait until nothing is being done."""
        thread = self._thread
        if thread is not None:
            thread.join()
