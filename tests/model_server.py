"""A model server on loopback that does what a test tells it: answers honestly, or fails in one way.

    with ModelServer(reply="SOAP needs fewer steps [E1].") as server:
        ChatModel(server.url, None, "m", 5)

    ModelServer("429 short", "honest")      one mode a request, the last one stays

`reply` may be a function of the request's JSON body, so that an answer can use the prompt.
`requests` holds what came in; `hung_up` is set when a client closes a reply that is under way.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from loopback import MOST_S, LoopbackServer, ScriptedHandler

MODEL = "scripted"
PIECE_CHARS = 7
TOKENS_A_SECOND = 20  # of a model that writes as fast as one does
DRIP_S = 0.05
TOKENS_IN, TOKENS_OUT = 420, 17  # as an honest reply counts them
SMALL = 2600  # characters

_CHUNK = "chat.completion.chunk"
Body = dict[str, Any]
Reply = str | Callable[[Body], str]


@dataclass(frozen=True)
class Request:
    """One request as it came; names of headers in small letters."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body


@dataclass
class _State:
    modes: list[str]
    reply: Reply
    requests: list[Request] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_mode(self) -> str:
        with self.lock:
            return self.modes.pop(0) if len(self.modes) > 1 else self.modes[0]


class ModelServer(LoopbackServer):
    """The server, as a context manager; listens on a free port of 127.0.0.1."""

    def __init__(self, *modes: str, reply: Reply = "An answer [E1].") -> None:
        unknown = set(modes) - set(MODES)
        if unknown:
            raise ValueError(f"no such mode: {unknown}")
        self.state = _State(list(modes) or ["honest"], reply)
        super().__init__(_Handler)

    @property
    def requests(self) -> list[Request]:
        """What came in, in order."""
        return self.state.requests

    @property
    def hung_up(self) -> threading.Event:
        """Set when a client closed its connection before the reply was whole."""
        return self.state.hung_up


class _Handler(ScriptedHandler):
    protocol_version = "HTTP/1.1"
    script: ModelServer

    @property
    def state(self) -> _State:
        return self.script.state

    def do_GET(self) -> None:  # noqa: N802  # the name is of http.server
        """The list of models."""
        self._record({})
        mode = self.state.next_mode()
        if mode in _LISTS:
            self.send_json(200, _LISTS[mode])
        else:
            self._play(mode)

    def do_POST(self) -> None:  # noqa: N802  # the name is of http.server
        """A chat completion."""
        body = self.json_body()
        self._record(body)
        self._play(self.state.next_mode())

    def _record(self, body: Body) -> None:
        headers = self.small_headers()
        request = Request(self.command, self.path, headers, body)
        with self.state.lock:
            self.state.requests.append(request)
        self.body = body

    def _play(self, mode: str) -> None:
        self.close_connection = True
        try:
            MODES[mode](self)
        except OSError:  # the client has gone, or the mode reset the connection
            self.state.hung_up.set()

    # --- what modes are made of ------------------------------------------------------------------

    def pieces(self) -> Iterator[str]:
        """The scripted reply in pieces."""
        reply = self.state.reply
        text = reply if isinstance(reply, str) else reply(self.body)
        for start in range(0, len(text), PIECE_CHARS):
            yield text[start : start + PIECE_CHARS]

    def start(self, content_type: str = "text/event-stream") -> None:
        """Send the head of a 200 reply that ends when the connection does."""
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Connection", "close")
        self.end_headers()

    def send_raw(self, data: str) -> None:
        """Send bytes, unless the client has hung up."""
        if self._is_gone():
            raise ConnectionAbortedError
        self.wfile.write(data.encode())
        self.wfile.flush()

    def event(self, value: object) -> None:
        """Send one server-sent event."""
        self.send_raw(f"data: {json.dumps(value)}\n\n")

    def delta(self, text: str | None, finish: str | None = None, **more: object) -> None:
        """Send one piece of a completion."""
        choice = {"index": 0, "delta": {"content": text, **more}, "finish_reason": finish}
        self.event({"id": "1", "object": _CHUNK, "choices": [choice]})

    def usage(self, usage: object) -> None:
        """Send a count of tokens, as comes after the end of a completion."""
        self.event({"id": "1", "object": _CHUNK, "choices": [], "usage": usage})

    def done(self) -> None:
        """Send the mark of the end."""
        self.send_raw("data: [DONE]\n\n")

    def send_json(self, status: int, value: object, **headers: str) -> None:
        """Send a whole reply."""
        self._send(status, json.dumps(value), "application/json", headers)

    def _send(self, status: int, text: str, kind: str, headers: dict[str, str]) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def page(self) -> None:
        """Send a web page."""
        self._send(200, "<html><body>\n<p>data: hello</p>\n</body></html>", "text/html", {})

    def refuse(self, status: int, message: str = "no", code: str = "", **headers: str) -> None:
        """Send an error that repeats the key, as careless servers do."""
        said = f"{message} (you sent {self.headers.get('Authorization')})"
        error = {"message": said, "code": code or None, "type": "error"}
        self.send_json(status, {"error": error}, **headers)

    def wait(self, seconds: float = MOST_S) -> None:
        """Do nothing until the client hangs up, the server closes or the time is over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.script.closing.is_set():
            if self._is_gone():
                raise ConnectionAbortedError
            time.sleep(0.01)

    def reset(self) -> None:
        """Cut the connection as a crash does, with RST."""
        linger = b"\1\0\0\0\0\0\0\0"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()
        raise ConnectionResetError

    def _is_gone(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        with contextlib.suppress(BlockingIOError):
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        return False


def _honest(h: _Handler) -> None:
    h.start()
    h.delta(None, role="assistant")
    for piece in h.pieces():
        h.delta(piece)
    h.delta(None, "stop")
    h.usage({"prompt_tokens": TOKENS_IN, "completion_tokens": TOKENS_OUT})
    h.done()


def _begun(h: _Handler) -> None:
    """The head and the first two pieces."""
    h.start()
    for piece in list(h.pieces())[:2]:
        h.delta(piece)


def _cut(h: _Handler) -> None:
    _begun(h)


def _cut_at_once(h: _Handler) -> None:
    h.start()


def _done_without_finish(h: _Handler) -> None:
    _begun(h)
    h.done()


def _reset(h: _Handler) -> None:
    _begun(h)
    time.sleep(0.1)  # what was sent arrives before the reset, which discards what is unread
    h.reset()


def _reset_at_once(h: _Handler) -> None:
    h.reset()


def _stall(h: _Handler) -> None:
    _begun(h)
    h.wait()


def _hang(h: _Handler) -> None:
    h.wait()


def _silent(h: _Handler) -> None:
    h.start()
    h.wait()


def _comments(h: _Handler) -> None:
    end = time.monotonic() + MOST_S
    while time.monotonic() < end and not h.script.closing.is_set():
        h.send_raw(": keep-alive\n\n")
        time.sleep(DRIP_S)


def _paced(h: _Handler) -> None:
    h.start()
    for piece in h.pieces():
        h.delta(piece)
        time.sleep(1 / TOKENS_A_SECOND)
    h.delta("", "stop")
    h.done()


def _drip(h: _Handler) -> None:
    h.start()
    _comments(h)


def _drip_after_text(h: _Handler) -> None:
    _begun(h)
    _comments(h)


def _babble(h: _Handler) -> None:
    h.start()
    end = time.monotonic() + MOST_S
    while time.monotonic() < end and not h.script.closing.is_set():
        h.delta("word ")
        time.sleep(DRIP_S)


def _flood(h: _Handler) -> None:
    h.start()
    for _ in range(200):
        h.delta("word " * 200)
    h.delta(None, "stop")


def _lingers_after_the_end(h: _Handler) -> None:
    _begun(h)
    h.delta(None, "stop")
    h.wait()


def _html(h: _Handler) -> None:
    h.page()


def _json_object(h: _Handler) -> None:
    h.send_json(200, {})


def _whole_completion(h: _Handler) -> None:
    message = {"role": "assistant", "content": "not streamed"}
    h.send_json(200, {"choices": [{"message": message, "finish_reason": "stop"}]})


def _events(*values: object) -> Callable[[_Handler], None]:
    def _send(h: _Handler) -> None:
        h.start()
        for value in values:
            h.event(value)
        h.done()

    return _send


def _broken_json(h: _Handler) -> None:
    h.start()
    h.delta("Begun ")
    h.send_raw('data: {"choices": [{"delta"\n\n')


def _bad_bytes(h: _Handler) -> None:
    h.start()
    h.wfile.write(b"data: \xff\xfe\xfd\n\n")


def _error_midway(h: _Handler) -> None:
    _begun(h)
    said = f"crashed with {h.headers.get('Authorization')}"
    h.event({"error": {"message": said, "type": "server_error"}})


def _overflow_midway(h: _Handler) -> None:
    h.start()
    h.event({"error": {"message": "the request exceeds the available context size"}})


def _ends_with(finish: str, text: str | None = "Some words.") -> Callable[[_Handler], None]:
    def _send(h: _Handler) -> None:
        h.start()
        h.delta(text)
        h.delta(None, finish)
        h.done()

    return _send


def _refusal(h: _Handler) -> None:
    h.start()
    h.delta(None, refusal="I cannot help with that.")
    h.delta(None, "stop")
    h.done()


def _counts(usage: object) -> Callable[[_Handler], None]:
    """A whole reply with this for its count of tokens."""

    def _send(h: _Handler) -> None:
        _begun(h)
        h.delta(None, "stop")
        h.usage(usage)
        h.done()

    return _send


def _fails_after_the_end(h: _Handler) -> None:
    _begun(h)
    h.delta(None, "stop")
    h.send_raw("data: {broken\n\n")


def _one_token(h: _Handler) -> None:
    """A completion as long as was asked for."""
    h.start()
    h.delta("Yes")
    h.delta(None, "length")
    h.done()


def _refuses(option: str) -> Callable[[_Handler], None]:
    """A server that does not know an option of the request, and answers without it."""

    def _send(h: _Handler) -> None:
        if option in h.body:
            h.refuse(400, f"Unsupported value: '{option}' is not supported with this model.")
            time.sleep(DRIP_S)  # and then it closes: a request that came meanwhile is lost
        else:
            _honest(h)

    return _send


def _small_context(h: _Handler) -> None:
    """A model that reads `SMALL` characters and no more."""
    if sum(len(m["content"]) for m in h.body.get("messages", [])) > SMALL:
        h.refuse(400, "maximum context length is 2048 tokens", "context_length_exceeded")
    else:
        _honest(h)


def _status(status: int, message: str = "no", code: str = "", **headers: str) -> Any:
    def _send(h: _Handler) -> None:
        h.refuse(status, message, code, **headers)

    return _send


def _moved(h: _Handler) -> None:
    """Point to the same server under another name; a client that follows is seen in `requests`."""
    h.send_json(307, {}, Location=f"http://localhost:{h.server.server_port}/elsewhere")


MODES: dict[str, Callable[[_Handler], None]] = {
    "paced": _paced,
    "honest": _honest,
    "cut": _cut,
    "cut at once": _cut_at_once,
    "done without finish": _done_without_finish,
    "reset": _reset,
    "reset at once": _reset_at_once,
    "stall": _stall,
    "hang": _hang,
    "silent": _silent,
    "drip": _drip,
    "drip after text": _drip_after_text,
    "babble": _babble,
    "flood": _flood,
    "lingers": _lingers_after_the_end,
    "html": _html,
    "{}": _json_object,
    "not streamed": _whole_completion,
    "{} as event": _events({}),
    "choices []": _events({"object": _CHUNK, "choices": []}),
    "choices null": _events({"object": _CHUNK, "choices": None}),
    "choices of words": _events({"object": _CHUNK, "choices": ["x", 5]}),
    "a number": _events(5),
    "delta null": _events(
        {"object": _CHUNK, "choices": [{"delta": None, "finish_reason": "stop"}]}
    ),
    "content a list": _events(
        {"object": _CHUNK, "choices": [{"delta": {"content": [1]}, "finish_reason": 3}]}
    ),
    "broken json": _broken_json,
    "bad bytes": _bad_bytes,
    "error midway": _error_midway,
    "overflow midway": _overflow_midway,
    "length": _ends_with("length"),
    "content_filter": _ends_with("content_filter"),
    "empty": _ends_with("stop", ""),
    "refusal": _refusal,
    "counts words": _counts({"prompt_tokens": "many", "completion_tokens": [1]}),
    "counts below zero": _counts({"prompt_tokens": -5, "completion_tokens": True}),
    "counts null": _counts(None),
    "fails after the end": _fails_after_the_end,
    "one token": _one_token,
    "no temperature": _refuses("temperature"),
    "no usage": _refuses("stream_options"),
    "no max_tokens": _refuses("max_tokens"),
    "small context": _small_context,
    "307": _moved,
    "400": _status(400, "unsupported value"),
    "400 overflow": _status(400, "maximum context length is 2048", "context_length_exceeded"),
    "400 filter": _status(400, "triggered our content management policy", "content_filter"),
    "401": _status(401, "Incorrect API key provided"),
    "402": _status(402),
    "403": _status(403),
    "404": _status(404, "model not found"),
    "413": _status(413),
    "429": _status(429),
    "429 short": _status(429, Retry_After="1"),
    "429 long": _status(429, Retry_After="3600"),
    "429 half": _status(429, Retry_After="0.5"),
    "429 quota": _status(429, "Exceeded your current quota", "quota", Retry_After="0.1"),
    "500": _status(500),
    "503": _status(503, Retry_After="0.1"),
}
_LISTS: dict[str, object] = {
    "honest": {"object": "list", "data": [{"id": "zeta"}, {"id": MODEL}]},
    "{} as event": {"object": "list", "data": [{"name": "no id"}]},
    "choices null": {"object": "list", "data": None},
}
