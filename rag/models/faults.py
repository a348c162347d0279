"""Why a model server gave no whole answer: the causes, and the sentence that the user reads.

What a server says about its failure is looked at to find the cause and is never shown: servers are
known to repeat the key there.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from rag.base.errors import ModelError, ModelFault
from rag.models.call import CancelledError, ExpiredError, Phase

Cause = Literal[
    "key_missing",
    "key_rejected",
    "model_unknown",
    "busy",
    "quota",
    "failing",
    "unreachable",
    "silent",
    "stalled",
    "slow",
    "broken_off",
    "cut_at_length",
    "malformed",
    "empty",
    "moved",
    "filtered",
    "declined",
    "too_long",
    "stopped",
]

_SENTENCES: dict[Cause, tuple[ModelFault, str]] = {
    "key_missing": ("rejected_key", "asks for a key: set OPENAI_API_KEY."),
    "key_rejected": ("rejected_key", "does not accept the key: check OPENAI_API_KEY."),
    "model_unknown": (
        "unknown_model",
        'offers no model "{model}" at this address: check ASKPAPERS_MODEL and OPENAI_BASE_URL.',
    ),
    "busy": ("busy", "is busy{wait}: ask again later."),
    "quota": ("busy", "says that the quota of the key is used up: look at your account there."),
    "failing": ("busy", "failed with an error of its own: ask again later."),
    "unreachable": (
        "unreachable",
        "cannot be reached: check that it runs, your network and OPENAI_BASE_URL.",
    ),
    "silent": ("timeout", "took the question but sent nothing in time: ask again later."),
    "stalled": ("timeout", "stopped in the middle of its answer: ask again."),
    "slow": (
        "timeout",
        "did not finish within {seconds}: ask again, or raise ASKPAPERS_MODEL_TIMEOUT.",
    ),
    "broken_off": ("incomplete", "broke off before its answer was whole: ask again."),
    "cut_at_length": (
        "incomplete",
        "cut its answer at the length it allows: ask something narrower.",
    ),
    "malformed": (
        "malformed",
        "replied with something other than a model's answer: check OPENAI_BASE_URL, which often "
        "ends in /v1.",
    ),
    "empty": ("malformed", 'gave an empty answer with "{model}": ask again or try another model.'),
    "moved": (
        "malformed",
        "points to another address, which is not followed: set OPENAI_BASE_URL to the right one.",
    ),
    "filtered": ("refused", "declined to answer this: put the question in other words."),
    "declined": (
        "refused",
        'did not accept the request: check that "{model}" is a model for chat.',
    ),
    "too_long": (
        "too_long",
        'says that the request is longer than "{model}" can read: ask something narrower or take '
        "a model with a larger context.",
    ),
    "stopped": ("stopped", "was stopped before its answer was whole."),
}

_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|(maximum|exceed).{0,30}context|too many tokens"
    r"|(prompt|input|request).{0,20}too (long|large)"
)
_NO_QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|insufficient (credit|bal)")
_NO_MODEL = re.compile(r"model_not_found|model.{0,80}(not found|does not exist|unknown)")
_FILTERED = re.compile(r"content.?(filter|policy|management)")
_BUSY = re.compile(r"rate.?limit|overloaded|too many requests")


_EXPIRED: dict[Phase, Cause] = {
    "connecting": "unreachable",
    "waiting": "silent",
    "streaming": "stalled",
    "finishing": "slow",
}


class Fault(Exception):  # noqa: N818  a note within this folder; the user sees the ModelError
    """A reply cannot be used, for this cause."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause: Cause = cause


def of_call(error: Exception) -> Cause | None:
    """The cause behind an error that was raised here and not by the client of a server."""
    if isinstance(error, Fault):
        return error.cause
    if isinstance(error, ExpiredError):
        return _EXPIRED[error.phase]
    return "stopped" if isinstance(error, CancelledError) else None


def of_status(status: int, said: str) -> Cause:
    """The cause behind an HTTP status other than success, with what the server `said`."""
    if status < 400:
        return "moved"
    fixed: dict[int, Cause] = {
        401: "key_rejected",
        402: "quota",
        403: "key_rejected",
        404: "model_unknown",
        413: "too_long",
    }
    if status in fixed:
        return fixed[status]
    if status == 429:
        return "quota" if of_words(said) == "quota" else "busy"
    if status >= 500 or status in {408, 409}:
        return "failing"
    return of_words(said) or "declined"


def of_words(said: str) -> Cause | None:
    """The cause that a server's own words tell, if they are of a known kind."""
    said = said[:4000].casefold()
    kinds: list[tuple[Cause, re.Pattern[str]]] = [
        ("too_long", _TOO_LONG),
        ("filtered", _FILTERED),
        ("quota", _NO_QUOTA),
        ("model_unknown", _NO_MODEL),
        ("busy", _BUSY),
    ]
    return next((cause for cause, words in kinds if words.search(said)), None)


def kind_of(cause: Cause) -> ModelFault:
    """How a `ModelError` with this cause is told apart by code."""
    return _SENTENCES[cause][0]


def model_error(
    cause: Cause, *, host: str, model: str, timeout_s: float, wait_s: float | None
) -> ModelError:
    """The error to raise: one sentence that names the host and what to do."""
    kind, rest = _SENTENCES[cause]
    wait = f" and asks to wait {_duration(wait_s)}" if wait_s else ""
    told = rest.format(model=model, wait=wait, seconds=_duration(timeout_s))
    return ModelError(f"The model server {host} {told}", kind)


def _duration(seconds: float) -> str:
    if seconds <= 120:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} minutes"
