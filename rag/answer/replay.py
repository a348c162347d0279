"""Two answers to one question, held against each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from rag.base.replay import Changes, Replay
from rag.base.types import Answer, Citation, Sentence

_Item = TypeVar("_Item", Sentence, Citation)


def difference(before: Answer, now: Answer) -> Replay:
    """What is gone and what is new; sentences are the same by their words, citations by theirs.

    Numbers do not count: they follow the order of the text. Where the words of a removed paper
    were taken out of the earlier answer, they are gone.
    """
    return Replay(
        before,
        now,
        _changes(before.sentences, now.sentences, lambda s: _folded(s.text)),
        _changes(before.citations, now.citations, lambda c: (c.paper.id, _folded(c.quote))),
    )


def _changes(
    before: Sequence[_Item], now: Sequence[_Item], key: Callable[[_Item], Hashable]
) -> Changes[_Item]:
    had, has = {key(item) for item in before}, {key(item) for item in now}
    return Changes(
        same=tuple(item for item in now if key(item) in had),
        gone=tuple(item for item in before if key(item) not in has),
        new=tuple(item for item in now if key(item) not in had),
    )


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
