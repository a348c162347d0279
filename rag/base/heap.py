"""What lives long is seldom looked through for cycles while much is made."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_SELDOM = 10_000  # new objects, of which Python looks through them; 700 of its own accord


@dataclass(slots=True)
class _Blocks:
    """How many blocks there are in all threads, and how it was before the first of them."""

    count: int = 0
    thresholds: tuple[int, int, int] = (0, 0, 0)
    was_frozen: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


_BLOCKS = _Blocks()


@contextmanager
def settled() -> Iterator[None]:
    """In the block Python leaves alone what was there before: modules are a million objects.

    Cycles among these that fall away meanwhile are found afterwards. Where such objects are left
    alone already, as in the chat, they stay so. What is new is looked through less often.
    """
    with _BLOCKS.lock:
        _BLOCKS.count += 1
        if _BLOCKS.count == 1:
            _begin()
    try:
        yield
    finally:
        with _BLOCKS.lock:
            _BLOCKS.count -= 1
            if not _BLOCKS.count:
                _end()


def _begin() -> None:
    _BLOCKS.thresholds, _BLOCKS.was_frozen = gc.get_threshold(), gc.get_freeze_count() > 0
    if not _BLOCKS.was_frozen:
        gc.freeze()
    young, *older = _BLOCKS.thresholds
    gc.set_threshold(young and max(young, _SELDOM), *older)  # 0: never, as somebody wants it


def _end() -> None:
    gc.set_threshold(*_BLOCKS.thresholds)
    if not _BLOCKS.was_frozen:
        gc.unfreeze()
