"""The one client of model servers, and the model behind OpenAI's chat completions.

It sends to the host that the user named and to no other, ends within its limits, and turns every
way in which a server can fail into one `ModelError` whose sentence can be shown. What a server says
about a failure is read to tell failures apart and never repeated: it may hold the key.
"""

from __future__ import annotations

import importlib
import ipaddress
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.base.errors import ModelError
from rag.base.provenance import Usage
from rag.models import faults
from rag.models.call import (
    Call,
    Deadline,
    Limits,
    Stop,
    retry_after_s,
)
from rag.models.faults import Cause, Fault
from rag.models.llm import Tell
from rag.models.prompts import Message
from rag.models.reply import Reply

if TYPE_CHECKING:
    import openai

logger = logging.getLogger(__name__)

_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "no-key"  # local servers want none, the client insists on one
_RETRIES = 2
_LIST_TIMEOUT_S = 10.0
_ONE_TOKEN = [Message("user", "Reply with the word yes.")]
_OPTIONAL = {400, 422}  # what a server says to a request with an option that it does not know
_HTTP_PACKAGES = {"httpx", "httpx2", "httpcore", "httpcore2"}  # one pair or the other, by version


class Endpoint:
    """A web address and the key for it: how it is spoken to, and what its failures mean.

    `connect_s` and `timeout_s` are what a lost thread may last; the clock of a call ends it sooner.
    """

    def __init__(
        self, address: str, key: str | None, *, connect_s: float, timeout_s: float
    ) -> None:
        self.address = address.strip()
        self._key = SecretStr((key or "").strip())
        self._connect_s = connect_s
        self._timeout_s = timeout_s

    @property
    def host(self) -> str:
        """Host and port, without anything secret that the address may hold."""
        try:
            parts = urlsplit(self.address)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return ""
        name = parts.hostname or ""
        return (f"[{name}]" if ":" in name else name) + port

    @property
    def is_exposed(self) -> bool:
        """True when what is sent can be read on its way: no encryption, and another machine."""
        return urlsplit(self.address).scheme == "http" and not self._is_local

    def make_ready(self, address_variable: str, key_variable: str) -> None:
        """Check the settings and load the client: seconds on a busy machine, before a clock runs.

        Raises:
            ModelError: a setting cannot be used; the message names the variable.
        """
        if not self.host or urlsplit(self.address).scheme not in {"http", "https"}:
            raise ModelError(
                f"{address_variable} is not a web address: "
                "write it like http://127.0.0.1:11434/v1.",
                "unreachable",
            )
        key = self._key.get_secret_value()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ModelError(
                f"{key_variable} holds characters that no key has: copy the key again.",
                "rejected_key",
            )
        importlib.import_module("openai")

    def post(self, call: Call, path: str, body: Mapping[str, Any]) -> object:
        """What the server answers to a JSON object; raises as its client does, for `cause`."""
        with self.client(call, retries=0) as client:
            return client.post(path, body=body, cast_to=object)

    def client(self, call: Call, *, retries: int) -> openai.OpenAI:
        """The client for one call, to be closed after it."""
        import openai

        http = openai.DefaultHttpxClient(
            follow_redirects=False,  # a redirect would hand the papers to a host nobody named
            trust_env=not self._is_local,  # a proxy cannot reach this machine's own servers
            event_hooks=call.hooks,
        )
        client = openai.OpenAI(
            api_key=self._key.get_secret_value() or _NO_KEY,
            base_url=self.address,
            timeout=openai.Timeout(self._timeout_s, connect=self._connect_s),
            max_retries=retries,
            http_client=http,
            # A server may close after an error without a word; a retry must not meet that.
            default_headers={"Connection": "close"},
        )
        if self.address != _OPENAI:  # read from the environment, and meant for OpenAI alone
            client.organization = client.project = None
        return client

    def cause(self, error: Exception, call: Call) -> Cause:
        """The cause behind what a call failed with."""
        import openai

        if cause := faults.of_call(error):
            return cause
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
        name = urlsplit(self.address).hostname or ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")


class ChatModel:
    """A model behind an address. Safe to share between threads; each call has its own connection.

    `base_url` None means OpenAI's own address; `api_key` None suits local servers.
    `temperature` None leaves it to the server, as happens where the server takes none.
    """

    def __init__(
        self,
        base_url: str | None,
        api_key: str | None,
        model: str,
        timeout_s: float,
        *,
        limits: Limits | None = None,
        temperature: float | None = 0.0,
    ) -> None:
        self.model = model
        self.timeout_s = timeout_s
        self._limits = limits or Limits()
        self._endpoint = Endpoint(
            (base_url or "").strip() or _OPENAI,
            api_key,
            connect_s=self._limits.connect_s,
            timeout_s=timeout_s,
        )
        # Wishes, each of which some server refuses; those are left out from then on.
        self._options: dict[str, Any] = {"stream_options": {"include_usage": True}}
        if temperature is not None:
            self._options["temperature"] = temperature

    @property
    def host(self) -> str:
        """Host and port of the endpoint, without anything secret that its address may hold."""
        return self._endpoint.host

    @property
    def identity(self) -> str:
        """The name of the model and the host it runs on."""
        return f"{self.model} at {self.host}"

    @property
    def is_exposed(self) -> bool:
        """True when what is sent can be read on its way: no encryption, and another machine."""
        return self._endpoint.is_exposed

    def stream(
        self,
        messages: Sequence[Message],
        *,
        deadline: Deadline | None = None,
        cancelled: Stop | None = None,
        tell: Tell | None = None,
    ) -> Iterator[str]:
        """Yield the model's answer piece by piece; closing the generator ends the connection.

        So does `cancelled`, asked ten times a second, also while the server is silent. `tell`
        hears what the call took, whether it succeeds or fails.

        Raises:
            ModelError: the answer failed or is not whole, also after pieces of it were yielded.
        """
        self._make_ready()
        reply = Reply()
        call = Call(deadline or Deadline(self.timeout_s), self._limits, cancelled)
        started = time.monotonic()
        try:
            yield from self._call(call, lambda: self._answer(call, messages, reply), "answer")
        finally:
            if tell is not None:
                seconds = round(time.monotonic() - started, 3)
                tell((reply.usage or Usage()).plus(Usage(seconds=seconds)))

    def models(self) -> list[str]:
        """Names of the models that the endpoint offers, sorted; takes ten seconds at most.

        Raises:
            ModelError: it cannot be reached, or keeps no such list.
        """
        self._make_ready()
        call = Call(Deadline(min(_LIST_TIMEOUT_S, self.timeout_s)), self._limits)
        return sorted(self._call(call, lambda: self._offered(call), "model list"))

    def try_out(self) -> float:
        """Ask for one token and give the seconds until it came.

        Raises:
            ModelError: none came.
        """
        self._make_ready()
        call = Call(Deadline(self.timeout_s), self._limits)
        started = time.monotonic()
        for _ in self._call(call, lambda: self._one_token(call), "token"):
            pass
        return time.monotonic() - started

    def _make_ready(self) -> None:
        self._endpoint.make_ready("OPENAI_BASE_URL", "OPENAI_API_KEY")
        importlib.import_module("openai.resources.chat.completions")

    def _call(self, call: Call, work: Callable[[], Iterator[str]], what: str) -> Iterator[str]:
        started = time.monotonic()
        error = yield from call.run(work)
        seconds = time.monotonic() - started
        if error is None:
            logger.info("%s from %s in %.2f s", what, self.host, seconds)
            return
        cause = self._endpoint.cause(error, call)
        logger.warning("no %s from %s in %.2f s: %s", what, self.host, seconds, cause)
        raise faults.model_error(
            cause,
            host=self.host,
            model=self.model,
            timeout_s=call.timeout_s,
            wait_s=_wait_s(error),
        )

    def _answer(self, call: Call, messages: Sequence[Message], reply: Reply) -> Iterator[str]:
        with (
            self._endpoint.client(call, retries=_RETRIES) as client,
            self._create(client, messages, self._options) as chunks,
        ):
            reply.is_event_stream = _is_event_stream(chunks)
            for chunk in chunks:
                call.alive()
                if piece := reply.take(chunk):
                    yield piece
                if reply.finish:
                    break
            reply.check()
            call.whole()
            while reply.usage is None and (chunk := next(chunks, None)):
                reply.take(chunk)

    def _one_token(self, call: Call) -> Iterator[str]:
        reply = Reply()
        options = {**self._options, "max_tokens": 1}
        with (
            self._endpoint.client(call, retries=0) as client,
            self._create(client, _ONE_TOKEN, options) as chunks,
        ):
            reply.is_event_stream = _is_event_stream(chunks)
            for chunk in chunks:
                call.alive()
                if reply.take(chunk):
                    return
                if reply.finish:
                    break
            reply.check_begun()
        yield ""

    def _create(
        self, client: openai.OpenAI, messages: Sequence[Message], options: dict[str, Any]
    ) -> openai.Stream[Any]:
        """The reply, begun. An option that the server refuses by name is left out, for good."""
        import openai

        sent: Any = [{"role": m.role, "content": m.content} for m in messages]
        try:
            begun: openai.Stream[Any] = client.chat.completions.create(
                model=self.model, messages=sent, stream=True, **options
            )
        except openai.APIStatusError as error:
            said = _said(error) if error.status_code in _OPTIONAL else ""
            refused = {name for name in options if name in said}
            if not refused:
                raise
        else:
            return begun
        logger.info("%s takes no %s", self.host, ", ".join(sorted(refused)))
        self._options = {k: v for k, v in self._options.items() if k not in refused}
        return self._create(
            client, messages, {k: v for k, v in options.items() if k not in refused}
        )

    def _offered(self, call: Call) -> Iterator[str]:
        with self._endpoint.client(call, retries=0) as client:
            listed = getattr(client.models.list(), "data", None)
        if not isinstance(listed, list):
            raise Fault("malformed")
        for item in listed:
            name = getattr(item, "id", None)
            if not isinstance(name, str):
                raise Fault("malformed")
            yield name


def _is_event_stream(chunks: openai.Stream[Any]) -> bool:
    return "event-stream" in chunks.response.headers.get("content-type", "")


def _said(error: openai.APIError) -> str:
    """All that a server said of its failure; for telling failures apart, never for showing."""
    return f"{error.code} {error.type} {error.message} {error.body}"


def _wait_s(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    return retry_after_s(headers) if headers is not None else None
