"""What can write answers: the seam to models of any kind, and one of them at work on one answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.base.provenance import Usage
from rag.models.call import Deadline, Stop
from rag.models.prompts import Message

Tell = Callable[[Usage], None]


class Model(Protocol):
    """A model that writes. May be shared between threads."""

    timeout_s: float

    @property
    def identity(self) -> str:
        """Its name and where it runs, without anything secret."""

    def stream(
        self,
        messages: Sequence[Message],
        *,
        deadline: Deadline | None = None,
        cancelled: Stop | None = None,
        tell: Tell | None = None,
    ) -> Iterator[str]:
        """Yield the answer piece by piece; `tell` hears what it took when it has ended.

        Raises:
            ModelError: the answer failed or is not whole, also after pieces of it were yielded.
        """


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, in a currency of the user's choice."""

    tokens_in: float
    tokens_out: float

    def cost(self, usage: Usage) -> float | None:
        """What this much costs; None where the tokens are not known."""
        if usage.tokens_in is None or usage.tokens_out is None:
            return None
        total = usage.tokens_in * self.tokens_in + usage.tokens_out * self.tokens_out
        return round(total / 1_000_000, 8)


class Writer:
    """A model at work on one answer: its calls share one deadline and one stop, and are counted."""

    def __init__(
        self, model: Model, *, cancelled: Stop | None = None, prices: Prices | None = None
    ) -> None:
        self.usage: Usage | None = None  # None while nothing was asked
        self.identity = model.identity
        self._model = model
        self._deadline = Deadline(model.timeout_s)
        self._cancelled = cancelled
        self._prices = prices

    def __call__(self, messages: Sequence[Message]) -> Iterator[str]:
        """Yield the model's answer to these messages piece by piece.

        Raises:
            ModelError: the answer failed or is not whole.
        """
        return self._model.stream(
            messages, deadline=self._deadline, cancelled=self._cancelled, tell=self._add
        )

    def _add(self, usage: Usage) -> None:
        cost = self._prices.cost(usage) if self._prices else None
        priced = dataclasses.replace(usage, cost=cost)
        self.usage = self.usage.plus(priced) if self.usage else priced
