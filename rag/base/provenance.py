"""How an answer came to be: what it took, what was checked, and out of which state of the library.

Everything here is frozen and plain, so that it can be stored and shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True)
class Usage:
    """What the model took for one answer; None where the endpoint or the settings do not say.

    Tokens are as the endpoint counts them, over all calls of the answer; `seconds` is from the
    first request to the last piece; `cost` is in the currency in which prices were set.
    """

    tokens_in: int | None = None
    tokens_out: int | None = None
    seconds: float = 0.0
    cost: float | None = None

    def plus(self, other: Usage) -> Usage:
        """Both together; what one of them does not say is taken from the other."""
        return Usage(
            _sum(self.tokens_in, other.tokens_in),
            _sum(self.tokens_out, other.tokens_out),
            round(self.seconds + other.seconds, 3),
            _sum(self.cost, other.cost),
        )


@dataclass(frozen=True, slots=True)
class Check:
    """A sentence as a model wrote it, the ids of the papers it rests on, and what was found."""

    text: str
    papers: tuple[str, ...]
    support: str
    kept: bool


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a stored answer needs to be understood later, beside its plan and its evidence.

    `at` is ISO 8601 in UTC; `revision` is the library's; `prompt` is "answer@" and eight hex digits
    of the file's sha256, None when no model was asked; `history` are ids of the answers before.
    """

    at: str | None = None
    revision: int | None = None
    model: str | None = None
    prompt: str | None = None
    checks: tuple[Check, ...] = ()
    history: tuple[str, ...] = ()


def _sum(one: _Number | None, other: _Number | None) -> _Number | None:
    return other if one is None else one if other is None else one + other
