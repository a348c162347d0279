"""Work beside the page: adding, with progress and a stop."""

from __future__ import annotations

import threading
import time

import pytest

from rag.base.errors import NO_MEMORY, LibraryBusyError
from rag.base.types import AddReport, Failure, Progress
from rag.web.jobs import UNEXPECTED, Item, Job


def wait_for(job: Job) -> Job:
    """The job, finished."""
    deadline = time.monotonic() + 10
    while not job.finished:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return job


def test_items_are_added_in_turn_into_one_report() -> None:
    bad = Failure("b.txt", "line 3", "is no record")
    items = [
        Item("a", lambda watch, stop: AddReport(added=2, merged=1)),
        Item("b", lambda watch, stop: AddReport(added=1, unchanged=4, failed=(bad,))),
    ]
    job = wait_for(Job(items).start())
    assert job.report == AddReport(added=3, merged=1, unchanged=4, failed=(bad,))


def test_an_item_that_fails_is_named_and_the_next_is_added() -> None:
    def busy(*_: object) -> AddReport:
        raise LibraryBusyError("Another process adds to this library; wait for it.")

    def broken(*_: object) -> AddReport:
        raise ZeroDivisionError

    def starved(*_: object) -> AddReport:
        raise MemoryError

    items = [
        Item("a", busy), Item("b", broken), Item("c", starved),
        Item("d", lambda w, s: AddReport(added=1)),
    ]  # fmt: skip
    job = wait_for(Job(items).start())
    assert job.report.added == 1
    assert [(f.source, f.reason) for f in job.report.failed] == [
        ("a", "Another process adds to this library; wait for it."),
        ("b", UNEXPECTED),
        ("c", NO_MEMORY),
    ]


def test_a_stop_is_passed_on_and_leaves_out_the_other_items() -> None:
    started = threading.Event()

    def slow(_: object, stop: object) -> AddReport:
        started.set()
        assert callable(stop)
        while not stop():
            time.sleep(0.01)
        return AddReport(added=5)

    job = Job([Item("a", slow), Item("b", lambda w, s: AddReport(added=100))]).start()
    started.wait(5)
    job.cancel()
    assert wait_for(job).report == AddReport(added=5)
    assert job.cancelled


def test_the_rate_and_the_remaining_time_are_of_the_present_stage() -> None:
    job = Job([])
    assert job.remaining_s() is None
    job._watch(Progress(50, 100, "reading"))
    job._watch(Progress(10, 100, "embedding"))
    assert job.rate() is None  # too early to tell
    job._stage_started -= 5
    assert job.rate() == pytest.approx(2, rel=0.05)
    assert job.remaining_s() == pytest.approx(45, rel=0.05)


def test_an_unknown_total_has_no_remaining_time() -> None:
    job = Job([])
    job._watch(Progress(50, 0, "reading"))
    job._stage_started -= 5
    assert job.remaining_s() is None
