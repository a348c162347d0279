"""A real `chroma run` on a free port of 127.0.0.1, that can be killed and started again.

with ChromaServer(folder) as server:
    Store.open(library, identity=IDENTITY, chroma_url=server.url)
"""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Self

_STARTS_IN_S = 180.0  # it takes 2 s of CPU, which on a busy machine may be long in coming
_TRIES = 3  # for its first start: another program may have taken the port meanwhile


class ChromaServer:
    """Keeps its data in `folder`; on the same port whenever it is started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log = folder.with_name(f"{folder.name}.log")
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as it is set."""
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        for _ in range(_TRIES - 1):
            try:
                self.start()
            except ChildProcessError:
                self._port = _free_port()
            else:
                return self
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it answers; what it says is kept beside its folder.

        Raises:
            ChildProcessError: it ended.
            TimeoutError: it does not answer.
        """
        program = Path(sys.executable).with_name("chroma")
        where = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [program, "run", *where],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "ANONYMIZED_TELEMETRY": "False"},
            )
        until = time.monotonic() + _STARTS_IN_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise ChildProcessError(f"the Chroma server ended: {self._said()}")
            if self._answers():
                return
            time.sleep(0.05)
        self.kill()
        raise TimeoutError(f"the Chroma server did not start: {self._said()}")

    def _answers(self) -> bool:
        """Whether a Chroma is at the port, and not another program."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5) as answer:
                return b"heartbeat" in answer.read()
        except (OSError, http.client.HTTPException):
            return False

    def _said(self) -> str:
        return self._log.read_text("utf-8", "replace")[-1000:]

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
