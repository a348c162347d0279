"""What was read off a question so far: conditions, how to say them, and the words left over."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field

from rag.base.types import Filters, Phrase, Sort, Tally, Together

# "papers not from 2022", "all except those written by Zhao": the condition that follows is turned.
_NEGATED = re.compile(
    r"(?:\b(?:not|never|neither|nor|but\s+no|except(?:\s+for)?|excluding|excludes?|excepting|barring|"
    r"other\s+than|rather\s+than|aside\s+from|besides|apart\s+from|leav(?:e|ing)\s+out|skip(?:ping)?|"
    r"ignor(?:e|ing)|minus|without)|n['’]t|\bdidnt|\barent)\s+"
    r"(?:(?:those|ones|the|any|all|anything|everything|stuff|papers?|works?|articles?|that|which|were|are|"
    r"was|is|been|be|have|had|has|come|coming|appear\w*|write|written|wrote|authored|published|released|"
    r"dated|by|from|in|of|at|on|since|during|with|involving|include|including|an?y?|author)\s+){0,5}$",
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
    years: tuple[int, ...] = ()  # only these, where they are no run
    without_years: tuple[int, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    without_phrases: tuple[Phrase, ...] = ()
    sort: Sort | None = None
    limit: int | None = None
    tally: Tally | None = None
    together: Together = "any"

    def take(self, span: tuple[int, int], said: str, **filters: object) -> None:
        """Note a condition, how to say it, and blank its words; after "not" it is turned."""
        self.note(said, negated=self.use(span), **filters)

    def use(self, span: tuple[int, int]) -> bool:
        """Blank words with the negation before them; True when there was one."""
        negation = self._negation(span[0])
        if negation:
            self.blank(negation.span())
        self.blank(span)
        return negation is not None

    def note(self, said: str, *, negated: bool = False, **filters: object) -> None:
        """Note a condition on the papers that are wanted, or on those that are not."""
        if negated:
            said = f"not {said}"
            self.without = dataclasses.replace(self.without, **filters)  # type: ignore[arg-type]
        else:
            both = {name: self._both(name, value) for name, value in filters.items()}
            self.filters = dataclasses.replace(self.filters, **both)  # type: ignore[arg-type]
        if said not in self.words:
            self.words.append(said)

    def _both(self, name: str, value: object) -> object:
        """The stricter of two bounds on years: "from 2023 before 2020" is no year at all."""
        known = getattr(self.filters, name)
        if known is None or name not in ("year_from", "year_to"):
            return value
        return max(known, value) if name == "year_from" else min(known, value)

    @property
    def has_years(self) -> bool:
        """True when some years are asked for or left out."""
        filters = (self.filters, self.without)
        bounds = [b for f in filters for b in (f.year_from, f.year_to)]
        return any(b is not None for b in bounds) or bool(self.without_years)

    def is_negated(self, start: int) -> bool:
        """True when "not", "except" or the like stands before a place."""
        return self._negation(start) is not None

    def _negation(self, start: int) -> re.Match[str] | None:
        return _NEGATED.search(self.rest, max(0, start - _REACH), start)

    def blank(self, span: tuple[int, int]) -> None:
        """Take words out of the rest, keeping all other offsets."""
        start, end = span
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]
