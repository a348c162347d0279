"""Evidence is found before anything else is done, in the order of asking; nobody waits for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from rag.base.types import Event, EvidenceFound, Token
from rag.precedence import Precedence

FOUND = EvidenceFound((), ())
WAIT_S = 10.0


def asked(precedence: Precedence, events: Iterator[Event]) -> threading.Thread:
    """A thread that takes all events."""
    thread = threading.Thread(target=lambda: list(precedence.first(events)), daemon=True)
    thread.start()
    return thread


def finding(
    done: list[str], name: str, begun: threading.Event, go: threading.Event
) -> Iterator[Event]:
    begun.set()
    assert go.wait(WAIT_S)
    done.append(f"{name} found")
    yield FOUND
    done.append(f"{name} written")
    yield Token(name)


def test_what_follows_waits_while_others_have_no_evidence() -> None:
    precedence, done = Precedence(still_s=WAIT_S), list[str]()
    begun, go, at_once = threading.Event(), threading.Event(), threading.Event()
    at_once.set()
    slow = asked(precedence, finding(done, "slow", begun, go))
    assert begun.wait(WAIT_S)
    quick = asked(precedence, finding(done, "quick", threading.Event(), at_once))
    quick.join(0.3)
    assert done == ["quick found"]
    go.set()
    for thread in (slow, quick):
        thread.join(WAIT_S)
    assert set(done[:2]) == {"quick found", "slow found"}
    assert set(done[2:]) == {"quick written", "slow written"}


def test_so_many_are_served_at_a_time() -> None:
    precedence, done = Precedence(abreast=1, still_s=WAIT_S), list[str]()
    begun, later = threading.Event(), threading.Event()
    go = threading.Event()
    first = asked(precedence, finding(done, "first", begun, go))
    assert begun.wait(WAIT_S)
    second = asked(precedence, finding(done, "second", later, go))
    assert not later.wait(0.2)
    go.set()
    for thread in (first, second):
        thread.join(WAIT_S)
    assert [line for line in done if line.endswith("found")] == ["first found", "second found"]


def test_nobody_waits_longer_than_is_allowed() -> None:
    precedence, done = Precedence(abreast=1, still_s=0.1), list[str]()
    begun, never = threading.Event(), threading.Event()
    at_once = threading.Event()
    at_once.set()
    stuck = asked(precedence, finding(done, "stuck", begun, never))
    assert begun.wait(WAIT_S)
    start = time.monotonic()
    asked(precedence, finding(done, "quick", threading.Event(), at_once)).join(WAIT_S)
    assert done == ["quick found", "quick written"]
    assert time.monotonic() - start < WAIT_S / 2
    never.set()
    stuck.join(WAIT_S)


def test_who_gets_on_slowly_is_waited_for() -> None:
    precedence, done = Precedence(abreast=1, still_s=1.0), list[str]()
    doors = [threading.Event() for _ in range(4)]
    threads = []
    for number, door in enumerate(doors):
        begun = threading.Event()
        threads.append(asked(precedence, finding(done, str(number), begun, door)))
        assert number or begun.wait(WAIT_S)
        time.sleep(0.02)  # they ask one after another
    for door in doors:
        time.sleep(0.4)
        door.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert done[:4] == [f"{number} found" for number in range(4)]


def test_who_gets_on_is_not_waited_for_without_end() -> None:
    precedence, done = Precedence(abreast=1, still_s=WAIT_S, most_s=0.1), list[str]()
    begun, never, at_once = threading.Event(), threading.Event(), threading.Event()
    at_once.set()
    stuck = asked(precedence, finding(done, "stuck", begun, never))
    assert begun.wait(WAIT_S)
    asked(precedence, finding(done, "quick", threading.Event(), at_once)).join(WAIT_S / 2)
    assert done == ["quick found", "quick written"]
    never.set()
    stuck.join(WAIT_S)


def test_a_question_that_fails_or_is_left_holds_up_nobody() -> None:
    def failing() -> Iterator[Event]:
        raise ValueError("no evidence")
        yield FOUND

    precedence = Precedence(abreast=1, still_s=WAIT_S)
    with pytest.raises(ValueError, match="no evidence"):
        list(precedence.first(failing()))
    left = precedence.first(iter([FOUND, Token("a")]))
    next(left)
    start = time.monotonic()
    assert list(precedence.first(iter([FOUND, Token("b")]))) == [FOUND, Token("b")]
    assert list(precedence.first(iter([]))) == []
    assert time.monotonic() - start < WAIT_S / 2


def test_evidence_is_awaited_until_the_last_question_has_it() -> None:
    precedence, begun, go = Precedence(), threading.Event(), threading.Event()
    assert not precedence.is_awaited
    thread = asked(precedence, finding([], "slow", begun, go))
    assert begun.wait(WAIT_S)
    assert precedence.is_awaited
    go.set()
    thread.join(WAIT_S)
    assert not precedence.is_awaited
