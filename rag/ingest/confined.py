"""Run a function of ours on bytes that nobody vouches for, in a process that can be lost.

The child has little memory, little time, no settings and no keys. Whatever it does, crash, hang or
swell, is one `SourceError` here. Parsers of hostile formats are called in no other way.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

from rag.base.errors import SourceError

MEMORY_BYTES = 1_000_000_000
CPU_S = 25
WALL_S = 30.0
MAX_REPLY = 64_000_000  # bytes
_START = "from rag.ingest.confined import child; child()"
_REFUSED = 3  # exit status: the child says on stderr why it will not do it


class Task(NamedTuple):
    """What to call: `function` of `module`, which takes bytes and the arguments, gives bytes."""

    module: str
    function: str
    arguments: tuple[str, ...] = ()


def run(task: Task, data: bytes, *, wall_s: float = WALL_S) -> bytes:
    """The bytes that the function made of the data.

    Raises:
        SourceError: it was refused, took too long or too much memory, or broke.
    """
    from rag.base.settings import environment_of_a_child  # here: the child needs no settings

    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and a constant program
            [sys.executable, "-c", _START, task.module, task.function, *task.arguments],
            input=data,
            env=environment_of_a_child(),
            capture_output=True,
            timeout=wall_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(f"took longer than {wall_s:.0f} seconds to read") from error
    except OSError as error:
        raise SourceError("no process could be started to read it") from error
    if done.returncode == 0 and len(done.stdout) <= MAX_REPLY:
        return done.stdout
    raise SourceError(_reason(done.returncode, done.stderr))


def _reason(status: int, stderr: bytes) -> str:
    said = stderr.decode("utf-8", "replace").strip()
    if status == _REFUSED and said:
        return said.splitlines()[-1][:300]
    if status == 0:
        return "says more than a paper can"
    if status in (-_signal("SIGXCPU"), -_signal("SIGKILL")):
        return f"took more than {CPU_S} seconds of work to read"
    # A library without memory does not always say so before it ends.
    if "MemoryError" in said or "bad_alloc" in said or "out of memory" in said.lower():
        return f"needs more than {MEMORY_BYTES // 1_000_000:,} MB of memory to read"
    return "is damaged, or made so that no program can read it"


def _signal(name: str) -> int:
    import signal

    return int(getattr(signal, name, 0))


def child() -> None:
    """The other side: limits first, then the function over stdin, its bytes to stdout."""
    _limit()
    from importlib import import_module

    module, function, *arguments = sys.argv[1:]
    data = sys.stdin.buffer.read()
    try:
        made = getattr(import_module(module), function)(data, *arguments)
    except SourceError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(_REFUSED)
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
    os._exit(0)  # without the clean-up of a library that may be in any state


def _limit() -> None:
    """Cap memory and time of this process, and let it write no files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: the time limit of the parent is all there is
        return
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (limit, limit))
