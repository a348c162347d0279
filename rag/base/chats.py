"""Chats and feedback as values: what was asked one after the other, and what was thought of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.base.plain import plain_fields
from rag.base.types import Answer, Paper


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation. `answers` are there when one chat was asked for, not in a list of chats.

    `created` and `updated` are ISO 8601 in UTC; `owner` is "" where one person uses the library.
    """

    id: str
    title: str
    created: str
    updated: str
    owner: str = ""
    turns: int = 0
    answers: tuple[Answer, ...] = ()

    @property
    def history(self) -> list[tuple[str, Answer]]:
        """The chat as `ask` wants it, so that it goes on where it ended."""
        return [(answer.question, answer) for answer in self.answers]

    @property
    def cited(self) -> tuple[Paper, ...]:
        """Every paper that an answer cites, once, in the order of the first citation."""
        papers = (citation.paper for answer in self.answers for citation in answer.citations)
        return tuple({paper.id: paper for paper in reversed(list(papers))}.values())[::-1]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**plain_fields(self), "answers": [answer.to_dict() for answer in self.answers]}


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody thought of an answer, so kept that it can become a test question.

    `question` is the question with its history resolved. `right` are titles of the papers that
    answer it, as far as that was said: those cited by a good answer, or those that were named for
    a bad one. `answerable` is False where the library was said to hold no answer.
    """

    answer_id: str
    at: str
    question: str
    good: bool
    right: tuple[str, ...] = ()
    answerable: bool = True
    owner: str = ""

    @property
    def is_testable(self) -> bool:
        """True when it says what a right answer would be."""
        return bool(self.right) or not self.answerable

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)
