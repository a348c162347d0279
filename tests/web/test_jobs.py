"""Work beside the page: adding with progress and a stop, answers carried out of their thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from rag.base.errors import LibraryBusyError, ModelError
from rag.base.types import AddReport, Event, Failure, Progress, Token
from rag.web.jobs import UNEXPECTED, Item, Job, Pump


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

    items = [Item("a", busy), Item("b", broken), Item("c", lambda w, s: AddReport(added=1))]
    job = wait_for(Job(items).start())
    assert job.report.added == 1
    assert [(f.source, f.reason) for f in job.report.failed] == [
        ("a", "Another process adds to this library; wait for it."),
        ("b", UNEXPECTED),
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


def test_events_come_out_in_order_and_waiting_is_noticed() -> None:
    def events() -> Iterator[Event]:
        yield Token("a")
        time.sleep(0.5)
        yield Token("b")

    seen = list(Pump(events()))
    assert [e.text for e in seen if isinstance(e, Token)] == ["a", "b"]
    assert None in seen


def test_an_error_comes_out_where_the_events_are_read() -> None:
    def events() -> Iterator[Event]:
        yield Token("a")
        raise ModelError("The model is down.")

    with pytest.raises(ModelError, match="down"):
        list(Pump(events()))


def test_closing_ends_the_thread_and_the_generator_at_the_next_event() -> None:
    closed = threading.Event()

    def events() -> Iterator[Event]:
        try:
            while True:
                yield Token("a")
                time.sleep(0.01)
        finally:
            closed.set()

    pump = Pump(events())
    assert next(iter(pump)) == Token("a")
    pump.close()
    assert closed.wait(5)


def test_closing_is_told_to_whoever_makes_the_events_and_is_silent() -> None:
    stopped, heard = threading.Event(), threading.Event()

    def events() -> Iterator[Event]:
        stopped.wait(5)
        heard.set()
        yield Token("late")

    pump = Pump(events(), stopped)
    pump.close()
    assert heard.wait(1)
