"""What was read off a question so far: conditions, how to say them, and the words left over."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field

from rag.base.types import Filters, Sort, Together

# "papers not from 2022", "all except those written by Zhao": the condition that follows is turned.
_NEGATED = re.compile(
    r"(?:\b(?:not|never|except(?:\s+for)?|excluding|exclude|other\s+than|besides|apart\s+from|"
    r"minus|without)|n['’]t)\s+"
    r"(?:(?:those|ones|the|any|papers?|works?|that|which|were|are|was|is|been|be|have|come|coming|"
    r"write|written|wrote|authored|published|released|dated|by|from|in|of|at|since|during)\s+){0,5}$",
    re.IGNORECASE,
)

_REACH = 80  # characters before a condition in which a negation of it stands


@dataclass(slots=True)
class Understood:
    """Conditions of a question; `rest` is the question with the used words blanked out."""

    rest: str
    filters: Filters = field(default_factory=Filters)
    without: Filters = field(default_factory=Filters)
    words: list[str] = field(default_factory=list)
    dates: tuple[str, str] = ("", "")
    sort: Sort | None = None
    limit: int | None = None
    together: Together = "any"

    def take(self, span: tuple[int, int], said: str, **filters: object) -> None:
        """Note a condition, how to say it, and blank its words; after "not" it is turned."""
        negation = self._negation(span[0])
        if negation:
            said = f"not {said}"
            self.without = dataclasses.replace(self.without, **filters)  # type: ignore[arg-type]
            self.blank(negation.span())
        else:
            self.filters = dataclasses.replace(self.filters, **filters)  # type: ignore[arg-type]
        if said not in self.words:
            self.words.append(said)
        self.blank(span)

    def is_negated(self, start: int) -> bool:
        """True when "not", "except" or the like stands before a place."""
        return self._negation(start) is not None

    def _negation(self, start: int) -> re.Match[str] | None:
        return _NEGATED.search(self.rest, max(0, start - _REACH), start)

    def blank(self, span: tuple[int, int]) -> None:
        """Take words out of the rest, keeping all other offsets."""
        start, end = span
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]
