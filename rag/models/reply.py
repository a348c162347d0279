"""One streamed reply as it comes in: its text, its end and its count of tokens.

Nothing is trusted about the shape of what a server sends; a reply that is not whole is a `Fault`.
"""

from __future__ import annotations

from rag.base.provenance import Usage
from rag.models.faults import Fault

_MOST_CHARS = 100_000  # an answer is a few hundred words; more is a server out of control
_MOST_TOKENS = 10**9


class Reply:
    """What has come of one answer."""

    def __init__(self) -> None:
        self.finish: str | None = None
        self.is_event_stream = False
        self.usage: Usage | None = None
        self._events = 0
        self._choices = 0
        self._chars = 0
        self._refused = False

    def take(self, chunk: object) -> str:
        """The text of a chunk, "" where it has none.

        Raises:
            Fault: the server sends without end.
        """
        self._events += 1
        self._count(getattr(chunk, "usage", None))
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
        self.check_begun()
        if self.finish == "length":
            raise Fault("cut_at_length")
        if not self._chars:
            raise Fault("empty")

    def check_begun(self) -> None:
        """Refuse what is no answer of a model; one that is cut at its length is one.

        Raises:
            Fault: it broke off, was declined or is none.
        """
        if self._refused or self.finish == "content_filter":
            raise Fault("filtered")
        if self.finish is None:
            nothing_yet = self.is_event_stream and not self._events
            raise Fault("broken_off" if self._choices or nothing_yet else "malformed")

    def _count(self, usage: object) -> None:
        counts = (getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
        self.usage = counted(*counts) or self.usage


def counted(tokens_in: object, tokens_out: object) -> Usage | None:
    """Counts as somebody else gives them; None where neither is a number of tokens."""
    found = Usage(_tokens(tokens_in), _tokens(tokens_out))
    return None if found == Usage() else found


def _tokens(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool)
    return value if is_count and 0 <= value < _MOST_TOKENS else None  # type: ignore[operator,return-value]  # an int, as was just looked
