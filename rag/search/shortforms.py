"""What a topic is also called: "RL" is "reinforcement learning" where the papers found say so.

A list of papers on a topic would be incomplete without those that write it the other way. The
forms are taken from what the papers define themselves, "Reinforcement Learning (RL)", never from a
list, so that "CAT" is what it is in this library.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rag.base.text import abbreviations, words
from rag.base.types import Paper, QueryPlan

_MOST = 0.5  # of the papers that define a short form, the share that must mean the same by it


@dataclass(frozen=True, slots=True)
class ShortForms:
    """The short forms that belong to a topic, with the long form of each."""

    long_of: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.long_of)

    def spelled(self, plan: QueryPlan) -> QueryPlan:
        """The plan with long forms in the place of short ones."""
        return dataclasses.replace(
            plan, topic=self._replaced(plan.topic), query=self._replaced(plan.query)
        )

    def added(self, text: str) -> str:
        """A text with the long forms of the short ones in it behind it."""
        found = [long for short, long in self.long_of.items() if _token(short).search(text)]
        return " ".join([text, *found])

    def _replaced(self, text: str) -> str:
        for short, long in self.long_of.items():
            text = _token(short).sub(lambda _, long=long: long, text)  # type: ignore[misc]
        return text


def short_forms(topic: str, papers: Iterable[Paper]) -> ShortForms:
    """The short forms that papers define and of which a topic has one or the other form."""
    said = f" {' '.join(words(topic))} "
    return ShortForms(
        {
            short: long
            for short, long in _defined(papers).items()
            if _token(short).search(topic) or f" {' '.join(words(long))} " in said
        }
    )


def _defined(papers: Iterable[Paper]) -> dict[str, str]:
    """Short forms of several words, with what most of the papers that define them mean."""
    meant: dict[str, Counter[str]] = {}
    printed: dict[str, str] = {}
    for paper in papers:
        for short, long in abbreviations(paper.abstract).items():
            key = " ".join(words(long))
            meant.setdefault(short, Counter())[key] += 1
            printed.setdefault(key, long)
    usual = {short: counts.most_common(1)[0] for short, counts in meant.items()}
    return {
        short: printed[key]
        for short, (key, count) in usual.items()
        if " " in key and count > _MOST * meant[short].total()
    }


def _token(short: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(short)}s?(?![\w-])")
