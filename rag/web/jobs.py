"""Long work beside the page: adding papers.

It runs in a thread of its own, so that the page stays usable and a stop is heard at once even while
a file is slow. The thread never touches the page; screens look at what is here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.base.errors import NO_MEMORY, RagError, is_out_of_memory
from rag.base.types import AddReport, Failure, Progress

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library import Stop, Watch

logger = logging.getLogger(__name__)

UNEXPECTED = "This failed for a reason askpapers did not foresee; its log names it."
Adding = Callable[["Watch", "Stop"], AddReport]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to add: its name for the screen, and the call that adds it."""

    name: str
    add: Adding


@dataclass
class Job:
    """Adds items one after another; `report` grows as they are done."""

    items: Sequence[Item]
    report: AddReport = field(default_factory=AddReport)
    progress: Progress | None = None
    current: int = 0
    finished: bool = False
    _stop: threading.Event = field(default_factory=threading.Event)
    _stage_started: float = field(default_factory=time.monotonic)

    def start(self) -> Job:
        """Begin, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="add", daemon=True).start()
        return self

    def cancel(self) -> None:
        """Stop soon; what was added stays."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """True once it was told to stop."""
        return self._stop.is_set()

    def remaining_s(self) -> float | None:
        """Seconds that this stage still takes at its rate so far; None before that can be told."""
        rate = self.rate()
        if not self.progress or not self.progress.total or not rate:
            return None
        return (self.progress.total - self.progress.done) / rate

    def rate(self) -> float | None:
        """Records a second in this stage; None in its first moments."""
        spent = time.monotonic() - self._stage_started
        if not self.progress or self.progress.done < 2 or spent < 0.5:
            return None
        return self.progress.done / spent

    def _run(self) -> None:
        try:
            for place, item in enumerate(self.items):
                if self.cancelled:
                    break
                self.current = place
                self._add(item)
        finally:
            self.finished = True

    def _add(self, item: Item) -> None:
        try:
            self.report = total(self.report, item.add(self._watch, self._stop.is_set))
        except RagError as error:
            self._fail(item, str(error))
        except Exception as error:
            logger.exception("adding %s", item.name)
            self._fail(item, unforeseen(error))

    def _fail(self, item: Item, reason: str) -> None:
        self.report = total(self.report, AddReport(failed=(Failure(item.name, "", reason),)))

    def _watch(self, progress: Progress) -> None:
        if self.progress is None or progress.stage != self.progress.stage:
            self._stage_started = time.monotonic()
        self.progress = progress


def unforeseen(error: Exception) -> str:
    """What is told of an error that no code expects."""
    return NO_MEMORY if is_out_of_memory(error) else UNEXPECTED


def total(one: AddReport, other: AddReport) -> AddReport:
    """Two reports as one."""
    return AddReport(
        added=one.added + other.added,
        updated=one.updated + other.updated,
        unchanged=one.unchanged + other.unchanged,
        merged=one.merged + other.merged,
        failed=one.failed + other.failed,
        embedded=one.embedded + other.embedded,
        awaiting=other.awaiting or one.awaiting,
    )


def adding(assistant: Assistant, paths: Sequence[str]) -> list[Item]:
    """Files and folders on this machine, as items."""
    return [Item(path, _path_adder(assistant, path)) for path in paths]


def adding_bytes(assistant: Assistant, files: Sequence[tuple[bytes, str]]) -> list[Item]:
    """Uploaded or pasted texts, as items."""
    return [Item(name, _bytes_adder(assistant, data, name)) for data, name in files]


def adding_sample(assistant: Assistant) -> list[Item]:
    """The sample library, as an item."""
    return [
        Item(
            "the sample library",
            lambda watch, stop: assistant.add_sample(progress=watch, cancelled=stop),
        )
    ]


def _bytes_adder(assistant: Assistant, data: bytes, name: str) -> Adding:
    return lambda watch, stop: assistant.add_bytes(data, name, progress=watch, cancelled=stop)


def _path_adder(assistant: Assistant, path: str) -> Adding:
    return lambda watch, stop: assistant.add(path, progress=watch, cancelled=stop)
