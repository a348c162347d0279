"""Models of LlamaIndex by name: real ones of its core, and made ones that fail."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, MockLLM

from rag.base.errors import ModelError
from rag.base.provenance import Usage
from rag.models.call import Limits
from rag.models.llm import Writer
from rag.models.plugged import PluggedModel
from rag.models.prompts import Message

MESSAGES = [Message("system", "Rules."), Message("user", "Question?")]
MOCK = "llama_index.core.llms:MockLLM"
QUICK = Limits(first_token_s=0.5, stall_s=0.5)
CANARY = "sk-CANARY-11c0de"


class Trying(MockLLM):
    """Streams `words`, then does what `ends` says."""

    words: str = "Two words"
    ends: str = "well"
    seconds: float = 0.0

    def __init__(self, **given: Any) -> None:
        super().__init__()
        for name, value in given.items():
            setattr(self, name, value)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        return self._pieces()

    def _pieces(self) -> Iterator[CompletionResponse]:
        if self.ends == "late":
            time.sleep(self.seconds)
        for word in self.words.split(" "):
            yield CompletionResponse(text="", delta=f"{word} ")
        if self.ends == "stalls":
            time.sleep(self.seconds)
        if self.ends in ERRORS:
            raise ERRORS[self.ends]
        raw = {"done_reason": "length" if self.ends == "cut" else "stop"}
        counts = {"prompt_tokens": 5, "completion_tokens": 2}
        yield CompletionResponse(text="", delta="", raw=raw, additional_kwargs=counts)


class Refusing(MockLLM):
    """Takes no argument, and repeats what it got."""

    def __init__(self, **given: Any) -> None:
        raise ValueError(f"unknown: {given}")


class _StatusError(Exception):
    status_code = 401


ERRORS = {
    "refused": _StatusError(f"key {CANARY} is wrong"),
    "gone": ConnectionError(f"cannot connect with {CANARY}"),
    "odd": KeyError(CANARY),
    "long": RuntimeError("prompt exceeds the context window"),
}


def trying(**arguments: Any) -> PluggedModel:
    return PluggedModel(f"{__name__}:Trying", arguments, 2.0, limits=QUICK)


def failure(model: PluggedModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        list(model.stream(MESSAGES))
    return caught.value


def test_a_model_of_llama_index_is_asked_with_our_roles() -> None:
    model = PluggedModel(MOCK, {}, 5.0)
    said = "".join(model.stream(MESSAGES))
    assert said.startswith("system: Rules.\nuser: Question?")
    assert model.identity == MOCK


def test_arguments_reach_the_class() -> None:
    assert "".join(PluggedModel(MOCK, {"max_tokens": 3}, 5.0).stream(MESSAGES)) == "text text text"
    assert PluggedModel(MOCK, {"model": "tiny"}, 5.0).identity == f"tiny by {MOCK}"


def test_tokens_are_counted_where_the_class_tells_them() -> None:
    writer = Writer(trying())
    assert "".join(writer(MESSAGES)).split() == ["Two", "words"]
    assert writer.usage is not None
    assert (writer.usage.tokens_in, writer.usage.tokens_out) == (5, 2)
    silent = Writer(PluggedModel(MOCK, {}, 5.0))
    list(silent(MESSAGES))
    assert silent.usage is not None
    assert silent.usage == Usage(seconds=silent.usage.seconds)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "no_such_package.models:Some",
        "os:getcwd",
        "llama_index.core.llms:Nothing",
        "os",
        ":",
        "x:",
    ],
)
def test_a_name_that_is_no_model_is_told(name: str) -> None:
    error = failure(PluggedModel(name, {}, 2.0))
    assert error.kind == "unknown_model"
    assert "ASKPAPERS_LLM" in str(error)


def test_arguments_that_do_not_fit_are_told_without_their_values() -> None:
    error = failure(PluggedModel(f"{__name__}:Refusing", {"api_key": CANARY}, 2.0))
    assert "ASKPAPERS_LLM_ARGUMENTS (ValueError)" in str(error)
    assert CANARY not in str(error)
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("arguments", "kind", "most_s"),
    [
        ({"ends": "refused"}, "rejected_key", 0.5),
        ({"ends": "gone"}, "unreachable", 0.5),
        ({"ends": "odd"}, "busy", 0.5),
        ({"ends": "long"}, "too_long", 0.5),
        ({"ends": "cut"}, "incomplete", 0.5),
        ({"words": ""}, None, 0.5),
        ({"ends": "late", "seconds": 2.0}, "timeout", 0.5),
        ({"ends": "stalls", "seconds": 2.0}, "timeout", 0.5),
    ],
)
def test_every_failure_is_one_sentence_in_time(
    arguments: dict[str, Any], kind: str | None, most_s: float
) -> None:
    model = trying(**arguments)
    model.load()
    if kind is None:
        assert "".join(model.stream(MESSAGES)).strip() == ""
        return
    started = time.monotonic()
    error = failure(model)
    assert time.monotonic() - started < most_s + 1.0
    assert error.kind == kind
    assert CANARY not in str(error)
    assert error.__context__ is None


def test_a_stop_is_heard_while_the_class_is_silent() -> None:
    stopped = threading.Event()
    model = PluggedModel(f"{__name__}:Trying", {"ends": "late", "seconds": 3.0}, 10.0)
    model.load()
    threading.Timer(0.2, stopped.set).start()
    started = time.monotonic()
    with pytest.raises(ModelError) as caught:
        list(model.stream(MESSAGES, cancelled=stopped.is_set))
    assert time.monotonic() - started < 1.2
    assert caught.value.kind == "stopped"


def test_what_gives_nothing_is_no_answer() -> None:
    error = failure(PluggedModel(f"{__name__}:Nothing", {}, 2.0))
    assert error.kind == "malformed"


class Nothing(MockLLM):
    """Ends without a word."""

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        return iter(())
