"""Who goes first when many ask at once: finding evidence, before reading it and writing from it.

A question's evidence takes a few hundredths of a second, all that follows many times as long. So
evidence is found in the order of asking, a few questions at a time, and what follows waits while
there are questions without any.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rag.base.types import Event

_ABREAST = 2  # questions; more would take turns within one interpreter, and all be late
_MOST_S = 2.0  # that anybody waits for others


class Precedence:
    """Lets questions through to their evidence. For all threads of one process."""

    def __init__(self, *, abreast: int = _ABREAST, most_s: float = _MOST_S) -> None:
        """So many questions at a time; nobody waits longer than `most_s` seconds."""
        self._most_s = most_s
        self._room = threading.Semaphore(abreast)
        self._counting = threading.Lock()
        self._without_evidence = 0
        self._all_found = threading.Event()
        self._all_found.set()

    def first(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events of one question: the first, its evidence, as soon as may be."""
        with self._finding():
            found = next(events, None)
        if found is not None:
            yield found
            self._all_found.wait(self._most_s)
            yield from events

    @contextmanager
    def _finding(self) -> Iterator[None]:
        self._count(1)
        has_room = self._room.acquire(timeout=self._most_s)
        try:
            yield
        finally:
            if has_room:
                self._room.release()
            self._count(-1)

    def _count(self, by: int) -> None:
        with self._counting:
            self._without_evidence += by
            if self._without_evidence:
                self._all_found.clear()
            else:
                self._all_found.set()
