"""The one client of model servers: any endpoint that speaks OpenAI's chat completions.

It sends to the host that the user named and to no other, ends within its limits, and turns every
way in which a server can fail into one `ModelError` whose sentence can be shown. What a server says
about a failure is read to tell failures apart and never repeated: it may hold the key.
"""

from __future__ import annotations

import importlib
import ipaddress
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.base.errors import ModelError
from rag.models import faults
from rag.models.call import Call, ExpiredError, Limits, Phase, retry_after_s
from rag.models.faults import Cause, Fault
from rag.models.prompts import Message

if TYPE_CHECKING:
    import openai

logger = logging.getLogger(__name__)

_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "no-key"  # local servers want none, the client insists on one
_RETRIES = 2
_LIST_TIMEOUT_S = 10.0
_MOST_CHARS = 100_000  # an answer is a few hundred words; more is a server out of control
_HTTP_PACKAGES = {"httpx", "httpx2", "httpcore", "httpcore2"}  # one pair or the other, by version
_EXPIRED: dict[Phase, Cause] = {
    "connecting": "unreachable",
    "waiting": "silent",
    "streaming": "stalled",
    "finishing": "slow",
}


class ChatModel:
    """A model behind an address. Safe to share between threads; each call has its own connection.

    `base_url` None means OpenAI's own address; `api_key` None suits local servers.
    """

    def __init__(
        self,
        base_url: str | None,
        api_key: str | None,
        model: str,
        timeout_s: float,
        *,
        limits: Limits | None = None,
    ) -> None:
        self.model = model
        self._base_url = (base_url or "").strip() or _OPENAI
        self._key = SecretStr((api_key or "").strip())
        self._timeout_s = timeout_s
        self._limits = limits or Limits()

    @property
    def host(self) -> str:
        """Host and port of the endpoint, without anything secret that its address may hold."""
        try:
            parts = urlsplit(self._base_url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return ""
        name = parts.hostname or ""
        return (f"[{name}]" if ":" in name else name) + port

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the model's answer piece by piece; closing the generator ends the connection.

        Raises:
            ModelError: the answer failed or is not whole, also after pieces of it were yielded.
        """
        return self._call(
            lambda call: self._answer(call, messages), timeout_s=self._timeout_s, what="answer"
        )

    def models(self) -> list[str]:
        """Names of the models that the endpoint offers, sorted; takes ten seconds at most.

        Raises:
            ModelError: it cannot be reached, or keeps no such list.
        """
        timeout_s = min(_LIST_TIMEOUT_S, self._timeout_s)
        return sorted(self._call(self._offered, timeout_s=timeout_s, what="model list"))

    def _call(
        self, work: Callable[[Call], Iterator[str]], *, timeout_s: float, what: str
    ) -> Iterator[str]:
        self._check_settings()
        # Seconds on a busy machine, so it is done before the clock runs.
        importlib.import_module("openai.resources.chat.completions")
        call = Call(timeout_s, self._limits)
        started = time.monotonic()
        error = yield from call.run(lambda: work(call))
        seconds = time.monotonic() - started
        if error is None:
            logger.info("%s from %s in %.2f s", what, self.host, seconds)
            return
        cause = self._cause(error, call)
        logger.warning("no %s from %s in %.2f s: %s", what, self.host, seconds, cause)
        raise faults.model_error(
            cause, host=self.host, model=self.model, timeout_s=timeout_s, wait_s=_wait_s(error)
        )

    def _answer(self, call: Call, messages: Sequence[Message]) -> Iterator[str]:
        reply = _Reply()
        sent: Any = [{"role": m.role, "content": m.content} for m in messages]
        with (
            self._client(call, retries=_RETRIES) as client,
            client.chat.completions.create(model=self.model, messages=sent, stream=True) as chunks,
        ):
            reply.is_event_stream = "event-stream" in chunks.response.headers.get(
                "content-type", ""
            )
            for chunk in chunks:
                call.alive()
                if piece := reply.take(chunk):
                    yield piece
                if reply.finish:
                    break
        reply.check()

    def _offered(self, call: Call) -> Iterator[str]:
        with self._client(call, retries=0) as client:
            listed = getattr(client.models.list(), "data", None)
        if not isinstance(listed, list):
            raise Fault("malformed")
        for item in listed:
            name = getattr(item, "id", None)
            if not isinstance(name, str):
                raise Fault("malformed")
            yield name

    def _client(self, call: Call, *, retries: int) -> openai.OpenAI:
        import openai

        http = openai.DefaultHttpxClient(
            follow_redirects=False,  # a redirect would hand the papers to a host nobody named
            trust_env=not self._is_local,  # a proxy cannot reach this machine's own servers
            event_hooks=call.hooks,
        )
        # The clock of the call ends it; here only what a lost thread may last.
        timeout = openai.Timeout(self._timeout_s, connect=self._limits.connect_s)
        client = openai.OpenAI(
            api_key=self._key.get_secret_value() or _NO_KEY,
            base_url=self._base_url,
            timeout=timeout,
            max_retries=retries,
            http_client=http,
        )
        if self._base_url != _OPENAI:  # read from the environment, and meant for OpenAI alone
            client.organization = client.project = None
        return client

    def _cause(self, error: Exception, call: Call) -> Cause:
        import openai

        if isinstance(error, Fault):
            return error.cause
        if isinstance(error, ExpiredError):
            return _EXPIRED[error.phase]
        if isinstance(error, openai.APIStatusError):
            cause = faults.of_status(error.status_code, _said(error))
            no_key = cause == "key_rejected" and not self._key.get_secret_value()
            return "key_missing" if no_key else cause
        package = type(error).__module__.partition(".")[0]
        if isinstance(error, openai.APIConnectionError | OSError) or package in _HTTP_PACKAGES:
            return "broken_off" if call.phase == "streaming" else "unreachable"
        if isinstance(error, openai.APIError):  # an error in place of the next piece
            return faults.of_words(_said(error)) or "broken_off"
        return "malformed"

    @property
    def _is_local(self) -> bool:
        name = urlsplit(self._base_url).hostname or ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")

    def _check_settings(self) -> None:
        if not self.host or urlsplit(self._base_url).scheme not in {"http", "https"}:
            raise ModelError(
                "OPENAI_BASE_URL is not a web address: write it like http://127.0.0.1:11434/v1.",
                "unreachable",
            )
        key = self._key.get_secret_value()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ModelError(
                "OPENAI_API_KEY holds characters that no key has: copy the key again.",
                "rejected_key",
            )


class _Reply:
    """What has come of one streamed answer; trusts nothing about the shape of a chunk."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self.is_event_stream = False
        self._events = 0
        self._choices = 0
        self._chars = 0
        self._refused = False

    def take(self, chunk: object) -> str:
        """The text of a chunk, "" where it has none."""
        self._events += 1
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list) or not choices:
            return ""
        self._choices += 1
        delta = getattr(choices[0], "delta", None)
        finish = getattr(choices[0], "finish_reason", None)
        self.finish = finish if isinstance(finish, str) and finish else None
        self._refused = self._refused or bool(getattr(delta, "refusal", None))
        text = getattr(delta, "content", None)
        if not isinstance(text, str):
            return ""
        self._chars += len(text)
        if self._chars > _MOST_CHARS:
            raise Fault("malformed")
        return text

    def check(self) -> None:
        """Refuse an answer that is not whole.

        Raises:
            Fault: it was cut, declined or is none.
        """
        if self._refused or self.finish == "content_filter":
            raise Fault("filtered")
        if self.finish == "length":
            raise Fault("cut_at_length")
        if self.finish is None:
            nothing_yet = self.is_event_stream and not self._events
            raise Fault("broken_off" if self._choices or nothing_yet else "malformed")
        if not self._chars:
            raise Fault("empty")


def _said(error: openai.APIError) -> str:
    """All that a server said of its failure; for telling failures apart, never for showing."""
    return f"{error.code} {error.type} {error.message} {error.body}"


def _wait_s(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    return retry_after_s(headers) if headers is not None else None
