"""A model of LlamaIndex in place of an endpoint, named by the user as `module:Class`.

It is bound by the same clock as every other model; a stop is heard at once, though a class that
waits inside of itself may keep its connection until it next gives something.
"""

from __future__ import annotations

import importlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.base.errors import ModelError, ModelFault
from rag.base.provenance import Usage
from rag.models import faults
from rag.models.call import Call, Deadline, Limits, Stop
from rag.models.faults import Fault
from rag.models.llm import Tell
from rag.models.prompts import Message
from rag.models.reply import counted

logger = logging.getLogger(__name__)

_CUT = {"length", "max_tokens"}


class PluggedModel:
    """A model by the name of its class and what that takes. Loaded at the first question."""

    def __init__(
        self,
        name: str,
        arguments: Mapping[str, Any],
        timeout_s: float,
        *,
        limits: Limits | None = None,
    ) -> None:
        self.timeout_s = timeout_s
        self._name = name
        self._arguments = dict(arguments)
        self._limits = limits or Limits()
        self._llm: Any = None
        self._loading = threading.Lock()

    @property
    def identity(self) -> str:
        """Its class, and the name of the model where the arguments say it."""
        model = self._arguments.get("model")
        return f"{model} by {self._name}" if isinstance(model, str) else self._name

    def stream(
        self,
        messages: Sequence[Message],
        *,
        deadline: Deadline | None = None,
        cancelled: Stop | None = None,
        tell: Tell | None = None,
    ) -> Iterator[str]:
        """Yield the answer piece by piece.

        Raises:
            ModelError: the class cannot be loaded, or the answer failed or is not whole.
        """
        llm = self._loaded()
        call = Call(deadline or Deadline(self.timeout_s), self._limits, cancelled)
        used: list[Usage] = []
        started = time.monotonic()
        try:
            error = yield from call.run(lambda: _pieces(call, llm, messages, used))
        finally:
            if tell is not None:
                seconds = round(time.monotonic() - started, 3)
                tell((used[-1] if used else Usage()).plus(Usage(seconds=seconds)))
        if error is not None:
            raise self._told(error)

    def load(self) -> None:
        """Import and make the model, so that a first question does not wait.

        Raises:
            ModelError: there is no such class, or it does not take its arguments.
        """
        self._loaded()

    def _loaded(self) -> Any:
        with self._loading:
            if self._llm is None:
                self._llm = self._made()
            return self._llm

    def _made(self) -> Any:
        from llama_index.core.llms import LLM

        module, _, name = self._name.partition(":")
        try:
            made = getattr(importlib.import_module(module), name)
        except (ImportError, AttributeError, ValueError):
            made = None
        if not (isinstance(made, type) and issubclass(made, LLM)):
            package = "-".join(module.replace("_", "-").split(".")[:3]) or "its package"
            raise _unusable(
                f"ASKPAPERS_LLM names no model of LlamaIndex: {self._name}. "
                f"Write it as module:Class and install {package}."
            )
        try:
            return made(**self._arguments)
        except Exception as error:  # noqa: BLE001  any class; its words may hold the key
            kind = type(error).__name__
        raise _unusable(
            f"{self._name} does not take ASKPAPERS_LLM_ARGUMENTS ({kind}): check their names."
        )

    def _told(self, error: Exception) -> ModelError:
        """The error in one sentence, without the words of others."""
        status = getattr(error, "status_code", None)
        cause = faults.of_call(error) or faults.of_words(str(error))
        if cause is None and isinstance(status, int):
            cause = faults.of_status(status, "")
        logger.warning("no answer from %s: %s", self._name, cause or type(error).__name__)
        if cause is not None:
            return faults.model_error(
                cause,
                host=self.identity,
                model=self.identity,
                timeout_s=self.timeout_s,
                wait_s=None,
            )
        kind: ModelFault = "unreachable" if isinstance(error, OSError) else "busy"
        said = type(error).__name__
        return ModelError(
            f"The model {self.identity} failed ({said}): check ASKPAPERS_LLM and its arguments.",
            kind,
        )


def _pieces(call: Call, llm: Any, messages: Sequence[Message], used: list[Usage]) -> Iterator[str]:
    from llama_index.core.llms import ChatMessage

    sent = [ChatMessage(role=message.role, content=message.content) for message in messages]
    call.asked()
    is_empty, part = True, None
    for part in _parts(llm, sent):
        call.alive()
        if piece := part.delta or "":
            is_empty = False
            yield piece
    if part is not None and (usage := _usage(part)):
        used.append(usage)
    if part is not None and _finish(part.raw) in _CUT:
        raise Fault("cut_at_length")
    if is_empty:
        raise Fault("empty")


def _parts(llm: Any, sent: list[Any]) -> Iterator[Any]:
    try:
        yield from llm.stream_chat(sent)
    except NotImplementedError:  # not every class streams
        whole = llm.chat(sent)
        whole.delta = whole.message.content
        yield whole


def _usage(part: Any) -> Usage | None:
    """The count of tokens, from the three places in which classes hand it on."""
    raw = part.raw
    places = [
        part.additional_kwargs,
        part.message.additional_kwargs,
        _field(raw, "usage"),
    ]
    for place in places:
        if usage := counted(_field(place, "prompt_tokens"), _field(place, "completion_tokens")):
            return usage
    return None


def _field(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _finish(raw: Any) -> str | None:
    """Why the model stopped, from the two shapes in which most classes hand it on."""
    choices = _field(raw, "choices") or [raw]
    finish = _field(raw, "done_reason") or _field(choices[0], "finish_reason")
    return finish if isinstance(finish, str) else None


def _unusable(sentence: str) -> ModelError:
    return ModelError(sentence, "unknown_model")
