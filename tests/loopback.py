"""What the scripted servers of the tests share: a thread on a free port of 127.0.0.1."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

MOST_S = 20.0  # a mode that hangs gives up by then, so that no test leaves a thread behind


class LoopbackServer:
    """A server as a context manager; its handlers know it as `script`.

    `closing` is set when it ends, for handlers that linger.
    """

    def __init__(self, handler: type[ScriptedHandler]) -> None:
        self.closing = threading.Event()
        own = type("Handler", (handler,), {"script": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), own)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """The base address, as it is set for a model."""
        return f"http://{self.host}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)


class ScriptedHandler(BaseHTTPRequestHandler):
    """Reads requests for a scripted server, and says nothing on stderr."""

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def json_body(self) -> dict[str, Any]:
        """The JSON object that came with the request."""
        body: dict[str, Any] = json.loads(
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
        )
        return body

    def small_headers(self) -> dict[str, str]:
        """The headers, their names in small letters."""
        return {name.lower(): value for name, value in self.headers.items()}
