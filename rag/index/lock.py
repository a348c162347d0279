"""The one-writer rule: an operating system lock beside the library, and who holds it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from rag.base.errors import LibraryBusyError, LibraryError

WRITE_LOCK = "write.lock"
HOLDER = "write.lock.txt"


@contextmanager
def write_lock(folder: Path, *, doing: str, wait_s: float) -> Iterator[None]:
    """Hold the library's write lock; the system frees it when the process dies.

    Raises:
        LibraryBusyError: another process, or another part of this one, holds it after `wait_s`.
        LibraryError: the folder cannot be written to.
    """
    held = take(folder / WRITE_LOCK, wait_s=wait_s)
    if held is None:
        raise LibraryBusyError(
            f"The library {folder} is being written to ({_holder(folder)}). "
            "Wait until that is done, then try again."
        )
    try:
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        _write_holder(folder, f"pid {os.getpid()} · {doing} · since {since}")
        yield
    finally:
        with suppress(OSError):  # a note that stays is harmless, a lock that stays is not
            (folder / HOLDER).unlink(missing_ok=True)
        held.release()


class HeldLock:
    """A lock that is held until `release`."""

    def __init__(self, lock: object) -> None:
        self._lock = lock

    def release(self) -> None:
        """Let go; harmless when called twice."""
        self._lock.release()  # type: ignore[attr-defined]  # a filelock.FileLock


def take(path: Path, *, wait_s: float = 0.0) -> HeldLock | None:
    """Take the lock on `path`, or None when somebody else has it after `wait_s` seconds.

    Raises:
        LibraryError: the lock file cannot be made.
    """
    import filelock

    # Not bound to a thread: a background thread may close what the first one opened.
    lock = filelock.FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=wait_s, poll_interval=0.05)
    except filelock.Timeout:
        return None
    except OSError as error:
        raise LibraryError(
            f"{path.parent} cannot be written to ({error.strerror}). "
            "Make the folder writable or choose another one."
        ) from error
    return HeldLock(lock)


def _holder(folder: Path) -> str:
    try:
        return (folder / HOLDER).read_text(encoding="utf-8").strip() or "by an unknown process"
    except OSError:
        return "by an unknown process"


def _write_holder(folder: Path, text: str) -> None:
    try:
        (folder / HOLDER).write_text(text, encoding="utf-8")
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be written to ({error.strerror}). "
            "Free some space or make the folder writable."
        ) from error
