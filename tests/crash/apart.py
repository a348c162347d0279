"""Work in a process of its own, which may die of it.

No test forks itself: once playwright, onnxruntime or Chroma have started threads, the child of
such a fork can wait for ever on a lock that a thread held. Here a server process without threads
is forked instead, with the heavy modules loaded, and nothing is waited for without a bound.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

Say = Callable[[str], None]
LOADED = ("rag.assistant", "rag.index.backup", "rag.index.restore", "rag.index.chats", "chromadb")
BOUND_S = 120.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """What the work said, line by line, and how its process ended: 0, 1, or minus a signal."""

    said: list[str]
    code: int


def apart(work: Callable[[Say], None], *, kill_after_s: float | None = None) -> Outcome:
    """Do work that can be pickled elsewhere, and kill it with SIGKILL after so many seconds.

    An error of the work is its last line. Work that takes longer than `BOUND_S` is a failure.
    """
    hearing, telling = multiprocessing.Pipe(duplex=False)
    child = started(_work, work, telling)
    telling.close()
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        child.kill()
    try:
        said = _hear(hearing)
        child.join(BOUND_S)
        assert child.exitcode is not None, f"closed its pipe and lives on after {said}"
        return Outcome(said, child.exitcode)
    finally:
        hearing.close()
        child.kill()


def started(work: Callable[..., object], *arguments: object) -> BaseProcess:
    """A process that does work which can be pickled; the server starts with the first of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    child = context.Process(target=work, args=arguments, daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))  # the project's modules, not installed ones
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        child.start()
    return child


def _hear(pipe: Connection) -> list[str]:
    """All that is said until the other end is closed, by the work or by its death."""
    said: list[str] = []
    deadline = time.monotonic() + BOUND_S
    while pipe.poll(deadline - time.monotonic()):
        try:
            said.append(pipe.recv_bytes().decode())
        except EOFError:
            return said
    raise AssertionError(f"nothing more was said for {BOUND_S:.0f} s after {said}")


def _work(work: Callable[[Say], None], pipe: Connection) -> None:
    def say(line: str) -> None:
        pipe.send_bytes(line.encode())  # one write of a few bytes: whole, or not there

    code = 1
    try:
        work(say)
        code = 0
    except BaseException as error:  # noqa: BLE001  the parent is told, whatever it is
        say(f"{type(error).__name__}: {error}")
    finally:
        sys.stdout.flush()
        os._exit(code)
