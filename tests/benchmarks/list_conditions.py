"""Conditions on records in words, each with the test on a record that it means."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.base.types import Paper

Condition = tuple[str, Callable[["Paper"], bool]]  # in words after "papers", and as a test


def folded(text: str) -> str:
    """Letters of a name in lower case and without accents."""
    plain = text.translate(str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss"}))
    plain = plain.translate(str.maketrans({"æ": "ae", "đ": "d", "ı": "i", "œ": "oe", "Æ": "AE"}))
    bare = (c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return re.sub(r"[^\w-]+", " ", "".join(bare)).casefold().strip()


def is_same(asked: str, printed: str) -> bool:
    """True when both names have one family name and given names that agree as far as they go."""
    a, b = folded(asked).split(), folded(printed).split()
    if not b or a == b or len(a) == 1:
        return a[-1:] == b[-1:]
    pairs = list(zip(a[:-1], b[:-1], strict=False))
    agree = all(x == y or (1 in (len(x), len(y)) and x[0] == y[0]) for x, y in pairs)
    return a[-1] == b[-1] and bool(pairs) and agree


class Conditions:
    """Makes conditions that some papers meet; the same seed makes the same ones."""

    def __init__(self, papers: Sequence[Paper], seed: int) -> None:
        self.papers = papers
        self.chance = random.Random(seed)
        self.years = sorted({p.year for p in papers if p.year})

    def _condition(self, kind: str) -> Condition:
        paper = self.chance.choice(self.papers)
        made = getattr(self, f"_{kind}")(paper)
        return made if made is not None else self._condition(kind)

    def _year(self, paper: Paper) -> Condition | None:
        year = paper.year
        said = self.chance.choice(["in {}", "from {}", "dated {}", "from the year {}", "of {}"])
        return (said.format(year), lambda p: p.year == year) if year else None

    def _years(self, paper: Paper) -> Condition | None:
        first, last = sorted(self.chance.sample(self.years, 2))
        ways: dict[str, tuple[float, float]] = {
            f"from {first} to {last}": (first, last),
            f"between {first} and {last}": (first, last),
            f"from {first}-{last}": (first, last),
            f"from {first} through {last}": (first, last),
            f"since {first}": (first, 9999),
            f"from {first} on": (first, 9999),
            f"from {first} onwards": (first, 9999),
            f"from {first} or later": (first, 9999),
            f"after {first}": (first + 1, 9999),
            f"later than {first}": (first + 1, 9999),
            f"not older than {first}": (first, 9999),
            f"before {last}": (0, last - 1),
            f"prior to {last}": (0, last - 1),
            f"older than {last}": (0, last - 1),
            f"until {last}": (0, last),
            f"up to {last}": (0, last),
            f"no later than {last}": (0, last),
            f"from {last} or earlier": (0, last),
            f"from {last} and before": (0, last),
            f"after {first} and before {last}": (first + 1, last - 1),
            f"after {first} but no later than {last}": (first + 1, last),
            f"in {first} or {last}": (first, last),
        }
        said, (low, high) = self.chance.choice(list(ways.items()))
        if said.startswith("in "):
            return said, lambda p: p.year in (first, last)
        return said, lambda p: p.year is not None and low <= p.year <= high

    def _month(self, paper: Paper) -> Condition | None:
        if not paper.date or len(paper.date) < 7:
            return None
        month = paper.date[:7]
        names = "January February March April May June July August September October November"
        name = [*names.split(), "December"][int(month[5:]) - 1]
        said = self.chance.choice(["from {} {}", "of {} {}", "dated {} {}", "from {}, {}"])
        return said.format(name, month[:4]), lambda p: (p.date or "").startswith(month)

    def _category(self, paper: Paper) -> Condition | None:
        code = paper.category
        said = self.chance.choice(
            ["in category {}", "in {}", "from category {}", "in the {} category"]
        )
        return (said.format(code), lambda p: p.category == code) if code else None

    def _org(self, paper: Paper) -> Condition | None:
        if not paper.orgs:
            return None
        org = self.chance.choice(paper.orgs)
        shown = self.chance.choice([org, org.title(), org.upper()])
        said = self.chance.choice(
            ["from {}", "affiliated with {}", "by people at {}", "by authors from {}", "out of {}"]
        )
        return said.format(shown), lambda p: org in p.orgs

    def _code(self, paper: Paper) -> Condition:
        has = ["with code", "that release code", "with code available", "that come with code"]
        no = ["without code", "that have no code", "that do not release code", "with no code"]
        wanted = self.chance.random() < 0.6
        return self.chance.choice(has if wanted else no), lambda p: p.has_code is wanted

    def _score(self, paper: Paper) -> Condition | None:
        bound = paper.score
        if bound is None:
            return None
        if self.chance.random() < 0.5:
            said = self.chance.choice(["with a score of at least {}", "scored {} or more"])
            return said.format(bound), lambda p: p.score is not None and p.score >= bound
        said = self.chance.choice(["with a score below {}", "scored under {}"])
        return said.format(bound), lambda p: p.score is not None and p.score < bound
