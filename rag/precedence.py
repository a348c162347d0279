"""Who goes first when many ask at once: finding evidence, before reading it and writing from it.

A question's evidence takes a few hundredths of a second, all that follows many times as long. So
evidence is found in the order of asking, a few questions at a time, and what follows waits while
there are questions without any.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from rag.base.types import Event

_ABREAST = 2  # questions; more would take turns within one interpreter, and all be late
_STILL_S = 2.0  # that anybody waits while no other question gets its evidence
_MOST_S = 15.0  # that anybody waits for others each time, however well those get on


class Precedence:
    """Lets questions through to their evidence. For all threads of one process."""

    def __init__(
        self, *, abreast: int = _ABREAST, still_s: float = _STILL_S, most_s: float = _MOST_S
    ) -> None:
        """So many questions at a time; others are waited for while they get on, see above."""
        self._abreast, self._still_s, self._most_s = abreast, still_s, most_s
        self._changed = threading.Condition()
        self._without_evidence: list[object] = []  # in the order of asking
        self._found_at = 0.0  # when a question last got its evidence

    @property
    def is_awaited(self) -> bool:
        """Whether a question still waits for its evidence."""
        return bool(self._without_evidence)

    def first(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events of one question: the first, its evidence, as soon as may be."""
        found = self._found(events)
        if found is not None:
            yield found
            self._wait_until(lambda: not self._without_evidence)
            yield from events

    def _found(self, events: Iterator[Event]) -> Event | None:
        turn = object()
        with self._changed:
            self._without_evidence.append(turn)
        try:
            self._wait_until(lambda: turn in self._without_evidence[: self._abreast])
            return next(events, None)
        finally:
            with self._changed:
                self._without_evidence.remove(turn)
                self._found_at = time.monotonic()
                self._changed.notify_all()

    def _wait_until(self, may_go: Callable[[], bool]) -> None:
        """Wait for others; no longer where they are stuck. A slow machine is no reason to crowd."""
        began = time.monotonic()
        with self._changed:
            while not may_go():
                still = max(began, self._found_at) + self._still_s
                left = min(still, began + self._most_s) - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
