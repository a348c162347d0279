"""One call to a model server that ends in time: a thread does the talking, the caller the waiting.

Timeouts of a socket cannot bound a reply: each comment that a server sends to keep a connection
open resets them, and a name that is looked up, or a wait before a retry, has none. So the caller
waits on a queue by its own clock and, when it has waited enough or wants no more, shuts the socket.
Whether it wants more is also asked while nothing comes: a silent server must not outlive a stop.
"""

from __future__ import annotations

import contextlib
import email.utils
import math
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Phase = Literal["connecting", "waiting", "streaming", "finishing", "whole"]
Stop = Callable[[], bool]

_RETRIED = (408, 409, 429)
_BACKOFF_S = 2.0  # the most that the client waits of its own accord before it tries again
_LOOK_S = 0.1  # how often a caller who may stop is asked


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a server may take for each step of a reply; the total comes on top."""

    connect_s: float = 5.0
    first_token_s: float = 30.0
    stall_s: float = 30.0
    retry_wait_s: float = 20.0  # all waits together that the server may ask for
    usage_s: float = 0.4  # after the end of a reply, for the count of its tokens


class Deadline:
    """The end of an answer, however many calls it takes; its seconds run from the first call."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._end: float | None = None

    def end(self) -> float:
        """When it is, on the monotonic clock."""
        if self._end is None:
            self._end = time.monotonic() + self.timeout_s
        return self._end


class ExpiredError(Exception):
    """A limit passed. `phase` is the step that took too long; "finishing" means the total."""

    def __init__(self, phase: Phase) -> None:
        super().__init__(phase)
        self.phase = phase


class CancelledError(Exception):
    """Nobody waits for this call any more."""


def _never() -> bool:
    return False


class Call:
    """The clock and the socket of one call. Made for one `run`, not to be used again.

    `cancelled` is asked about ten times a second, in the thread of the caller.
    """

    def __init__(self, deadline: Deadline, limits: Limits, cancelled: Stop | None = None) -> None:
        self.phase: Phase = "connecting"
        self._deadline = deadline
        self._limits = limits
        self._stop = cancelled or _never
        self._look_s = _LOOK_S if cancelled else math.inf
        self._waited_s = 0.0
        self._due = self._end = math.inf
        self._cancelled = False
        self._network: Any = None
        # (True, piece), (False, the error or None at the end), None: look at the clock again
        self._queue: queue.SimpleQueue[tuple[bool, str | Exception | None] | None]
        self._queue = queue.SimpleQueue()

    @property
    def timeout_s(self) -> float:
        """Seconds that the answer may take in all."""
        return self._deadline.timeout_s

    def run(self, work: Callable[[], Iterator[str]]) -> Generator[str, None, Exception | None]:
        """Yield what `work` yields in a thread; return what it failed with, or None.

        The error is a value so that it can be told anew without dragging along the server's words.
        Closing the generator shuts the connection.
        """
        self._end = self._deadline.end()
        self._due = time.monotonic() + self._limits.connect_s
        threading.Thread(target=self._work, args=(work,), daemon=True, name="model-call").start()
        try:
            while True:
                is_piece, value = self._next()
                if not is_piece:
                    return value if isinstance(value, Exception) else None
                yield str(value)
        finally:
            self._cancelled = True
            self._shut()

    def alive(self) -> None:
        """The server said something that counts: a part of the reply, not a comment."""
        if self._cancelled:
            raise CancelledError
        if time.monotonic() > self._end:
            raise ExpiredError("finishing")
        self.phase = "streaming"
        self._expect(self._limits.stall_s)

    def asked(self) -> None:
        """The question has gone out: the first piece of the reply is due."""
        self.phase = "waiting"
        self._expect(self._limits.first_token_s)

    def whole(self) -> None:
        """The reply is whole: whatever happens from here on, it has succeeded."""
        self.phase = "whole"
        self._expect(self._limits.usage_s)

    @property
    def hooks(self) -> Mapping[str, list[Callable[[Any], None]]]:
        """Event hooks for the HTTP client that makes the call."""
        return {"request": [self._on_request], "response": [self._on_response]}

    # --- in the caller's thread ----------------------------------------------------------------

    def _next(self) -> tuple[bool, str | Exception | None]:
        while not self._stop():
            due = min(self._due, self._end)
            wait_s = min(due - time.monotonic(), self._look_s)
            try:
                if item := self._queue.get(timeout=max(0.0, wait_s)):
                    return item
            except queue.Empty:
                if time.monotonic() >= min(self._due, self._end):  # the thread may have moved it
                    return False, self._expired()
        return False, CancelledError()

    def _expired(self) -> Exception | None:
        if self.phase == "whole":
            return None
        return ExpiredError("finishing" if time.monotonic() >= self._end else self.phase)

    def _shut(self) -> None:
        """Wake a thread that is blocked in reading, and tell the server that we have gone."""
        network = self._network
        found = network.get_extra_info("socket") if network is not None else None
        if found is not None:
            with contextlib.suppress(OSError):  # closed already
                # Not SSLSocket's own shutdown, which would take its state from under the reader.
                socket.socket.shutdown(found, socket.SHUT_RDWR)

    # --- in the thread that talks ---------------------------------------------------------------

    def _work(self, work: Callable[[], Iterator[str]]) -> None:
        try:
            for piece in work():
                self._queue.put((True, piece))
        except Exception as error:  # noqa: BLE001  handed over to the caller, who tells them apart
            self._queue.put((False, None if self.phase == "whole" else error))
        else:
            self._queue.put((False, None))

    def _on_request(self, request: Any) -> None:
        if self._cancelled:
            raise CancelledError
        request.extensions["trace"] = self._on_event

    def _on_event(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._network = info["return_value"]
            if self._cancelled:
                self._shut()
        elif event.endswith(".send_request_headers.started"):
            self.asked()
        elif event.endswith(".failed") and self.phase == "waiting":
            self._expect_retry(_BACKOFF_S)

    def _on_response(self, response: Any) -> None:
        """Allow the client to obey `Retry-After` while the time for waiting lasts."""
        if response.status_code not in _RETRIED and response.status_code < 500:
            return
        asked = retry_after_s(response.headers)
        if asked is None:
            self._expect_retry(_BACKOFF_S)
            return
        self._waited_s += asked
        is_too_long = self._waited_s > self._limits.retry_wait_s
        if is_too_long or time.monotonic() + asked > self._end:
            response.headers["x-should-retry"] = "false"
        else:
            self._expect_retry(asked)

    def _expect_retry(self, after_s: float) -> None:
        self._expect(after_s + self._limits.connect_s)

    def _expect(self, within_s: float) -> None:
        """The next sign of life is due within these seconds."""
        due = time.monotonic() + within_s
        is_sooner, self._due = due < self._due, due
        if is_sooner:
            self._queue.put(None)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds that a `Retry-After` header asks for, as a number or a date; None without one."""
    value = headers.get("retry-after", "").strip()
    try:
        asked = float(value)
    except ValueError:
        try:
            asked = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(0.0, asked) if math.isfinite(asked) else None
