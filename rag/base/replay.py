"""An answer asked again: what is the same, what is gone and what is new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rag.base.types import Answer, Citation, Sentence

_Item = TypeVar("_Item", Sentence, Citation)


@dataclass(frozen=True, slots=True)
class Changes(Generic[_Item]):
    """Sentences or citations of two answers; `same` are those of the later one."""

    same: tuple[_Item, ...] = ()
    gone: tuple[_Item, ...] = ()
    new: tuple[_Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """A kept answer, the answer that the library gives today, and how they differ."""

    before: Answer
    now: Answer
    sentences: Changes[Sentence]
    citations: Changes[Citation]

    @property
    def is_same(self) -> bool:
        """True when nothing is gone or new, and the outcome is the same."""
        changes = (self.sentences, self.citations)
        return self._outcome(self.before) == self._outcome(self.now) and not any(
            change.gone or change.new for change in changes
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "is_same": self.is_same,
            "sentences": _lists(self.sentences, _plain_sentence),
            "citations": _lists(self.citations, Citation.to_dict),
            "before": self.before.to_dict(),
            "now": self.now.to_dict(),
        }

    @staticmethod
    def _outcome(answer: Answer) -> tuple[str, str | None]:
        return answer.status, answer.reason


def _plain_sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "citations": list(sentence.citations),
        "support": sentence.support,
    }


def _lists(changes: Changes[Any], plain: Any) -> dict[str, list[Any]]:
    return {
        "same": [plain(item) for item in changes.same],
        "gone": [plain(item) for item in changes.gone],
        "new": [plain(item) for item in changes.new],
    }
