"""What lives long is not looked through for cycles again and again while much is made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def settled() -> Iterator[None]:
    """In the block Python leaves alone what was there before: modules are a million objects.

    Cycles among these that fall away meanwhile are found afterwards. Where such objects are left
    alone already, as in the chat, they stay so. Blocks in other threads may end first: that costs
    time and nothing else.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
