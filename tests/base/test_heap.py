"""What was there before is left alone while much is made, and looked through again afterwards."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from rag.base.heap import settled


class _Knot:
    """Refers to itself: only a search for cycles finds that nobody else does."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def nothing_left_alone() -> Iterator[None]:
    was_frozen = gc.get_freeze_count() > 0
    gc.unfreeze()
    yield
    if was_frozen:
        gc.freeze()


def test_what_was_there_before_is_left_alone_and_then_found() -> None:
    old = weakref.ref(_Knot())
    with settled():
        new = weakref.ref(_Knot())
        gc.collect()
        assert new() is None
        assert old() is not None
    gc.collect()
    assert old() is None


def test_it_ends_where_the_block_fails() -> None:
    with pytest.raises(KeyError), settled():
        raise KeyError
    assert gc.get_freeze_count() == 0


def test_what_others_leave_alone_stays_so() -> None:
    gc.freeze()
    with settled():
        pass
    assert gc.get_freeze_count() > 0
    gc.unfreeze()


def test_what_is_new_is_looked_through_seldom_until_the_last_block_ends() -> None:
    before = gc.get_threshold()
    with settled():
        with settled():
            pass
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == before
