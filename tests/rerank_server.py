"""A rerank server on loopback that does what a test tells it: scores honestly, or fails in one way.

    with RerankServer("results", rate=lambda text: text.count("bee")) as server:
        EndpointReranker(server.url).scores("bees", ["a bee", "iron"])

`requests` holds what came in: path, headers (names in small letters) and JSON body.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from loopback import MOST_S, LoopbackServer, ScriptedHandler

Rate = Callable[[str], float]
Request = tuple[str, dict[str, str], dict[str, Any]]
Found = list[dict[str, Any]]

_CHANGES: dict[str, Callable[[Found], Found]] = {
    "too few": lambda found: found[1:],
    "too many": lambda found: [*found, {**found[0], "index": len(found)}],
    "twice the same": lambda found: [*found[1:], found[1]],
    "out of range": lambda found: [*found[1:], {**found[0], "index": len(found) + 3}],
    "below zero": lambda found: [*found[1:], {**found[0], "index": -1}],
    "NaN": lambda found: [{**found[0], "relevance_score": float("nan")}, *found[1:]],
    "infinite": lambda found: [{**found[0], "relevance_score": float("inf")}, *found[1:]],
    "beyond floats": lambda found: [{**found[0], "relevance_score": 10**400}, *found[1:]],
    "too far apart": lambda found: [
        {**item, "relevance_score": 1.7e308 * (-1) ** i} for i, item in enumerate(found)
    ],
    "words": lambda found: [{**found[0], "relevance_score": "high"}, *found[1:]],
    "no scores": lambda found: [{"index": item["index"]} for item in found],
    "not objects": lambda found: [5 for _ in found],
}
_STATUS = {"400": 400, "401": 401, "404": 404, "429": 429, "500": 500}
_BODIES = {"null": "null", "{}": "{}", "a number": "5", "cut": '{"results": [', "deep": "[" * 10**5}
FAULTS = [*_CHANGES, *_STATUS, *_BODIES, "html", "307", "reset", "hang", "drip"]
LATE = ["hang", "drip"]  # for MOST_S, if nobody ends it
WELL = ["results", "bare list"]


class RerankServer(LoopbackServer):
    """The server, as a context manager; listens on a free port of 127.0.0.1.

    "bare list" speaks the protocol of Text Embeddings Inference and refuses the other.
    """

    def __init__(self, mode: str = "results", *, rate: Rate = len) -> None:
        if mode not in [*FAULTS, *WELL]:
            raise ValueError(f"no such mode: {mode}")
        self.mode, self.rate = mode, rate
        self.requests: list[Request] = []
        super().__init__(_Handler)


class _Handler(ScriptedHandler):
    script: RerankServer

    def do_POST(self) -> None:  # noqa: N802  # the name is of http.server
        """Score the texts, or fail."""
        body = self.json_body()
        self.script.requests.append((self.path, self.small_headers(), body))
        mode = self.script.mode
        if mode in LATE:
            self._linger(drips=mode == "drip")
        elif mode in _STATUS:
            self._send(_STATUS[mode], json.dumps({"error": self.headers.get("Authorization")}))
        elif mode == "307":
            self._send(307, "{}", Location=f"http://localhost:{self.server.server_port}/elsewhere")
        elif mode == "html":
            self._send(200, "<html><p>Welcome</p></html>", "text/html")
        elif mode != "reset":
            self._send(*self._scored(body))

    def _scored(self, body: dict[str, Any]) -> tuple[int, str]:
        mode = self.script.mode
        if mode in _BODIES:
            return 200, _BODIES[mode]
        field = "texts" if mode == "bare list" else "documents"
        if field not in body:
            return 422, json.dumps({"error": f"missing field `{field}`"})
        scores = [(self.script.rate(text), i) for i, text in enumerate(body[field])]
        best_first = sorted(scores, reverse=True)
        if mode == "bare list":
            return 200, json.dumps([{"index": i, "score": score} for score, i in best_first])
        found: Found = [{"index": i, "relevance_score": score} for score, i in best_first]
        return 200, json.dumps({"results": _CHANGES.get(mode, list)(found)})

    def _linger(self, *, drips: bool) -> None:
        """Say nothing, or a blank now and then, for longer than anybody waits."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if drips:
            self.end_headers()
        end = time.monotonic() + MOST_S
        try:
            while time.monotonic() < end and not self.script.closing.wait(0.05):
                if drips:
                    self.wfile.write(b" ")
        except OSError:  # the client has gone
            pass

    def _send(self, status: int, text: str, kind: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())
