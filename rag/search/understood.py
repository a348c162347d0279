"""What was read off a question so far: conditions, how to say them, and the words left over."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
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

_GAP = "\0"  # stands for a letter that is cut out; no question has it
_GAPS = re.compile(rf"(?:\bby\s+)?{_GAP}+(?:\s*(?:,|and|or|\s)+{_GAP}+)*", re.IGNORECASE)
_REACH = 80  # characters before a condition in which a negation of it stands


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: how it is said, what it sets, and where the words stand that state it."""

    said: str
    filters: Mapping[str, object]
    without: Mapping[str, object]
    others: Mapping[str, object]
    spans: tuple[Span, ...] = ()


@dataclass(slots=True)
class Understood:
    """Conditions of a question; `rest` is the question with the used words blanked out."""

    rest: str
    filters: Filters = field(default_factory=Filters)
    without: Filters = field(default_factory=Filters)
    dates: tuple[str, str] = ("", "")
    years: tuple[int, ...] = ()  # only these, where they are no run
    without_years: tuple[int, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    without_phrases: tuple[Phrase, ...] = ()
    sort: Sort | None = None
    limit: int | None = None
    tally: Tally | None = None
    together: Together = "any"
    conditions: list[Condition] = field(default_factory=list)
    _blanked: list[Span] = field(default_factory=list)  # since the last condition

    @property
    def words(self) -> list[str]:
        """The conditions as they are said, each once."""
        return list(dict.fromkeys(condition.said for condition in self.conditions))

    def take(self, span: Span, said: str, **filters: object) -> None:
        """Note a condition, how to say it, and blank its words; after "not" it is turned."""
        self.note(said, negated=self.use(span), **filters)

    def use(self, span: Span) -> bool:
        """Blank words with the negation before them; True when there was one."""
        negation = self._negation(span[0])
        if negation:
            self.blank(negation.span())
        self.blank(span)
        return negation is not None

    def note(self, said: str, *, negated: bool = False, **filters: object) -> None:
        """Note a condition on the papers that are wanted, or on those that are not."""
        if negated:
            self.hold(f"not {said}", without=filters)
        else:
            self.hold(said, filters)

    def hold(
        self,
        said: str,
        filters: Mapping[str, object] | None = None,
        without: Mapping[str, object] | None = None,
        **others: object,
    ) -> None:
        """Note a condition by all that it sets; the words blanked since the last one state it.

        `others` are fields of this class. What several conditions may set is gathered.
        """
        spans = tuple(self._blanked)
        self._blanked.clear()
        self._apply(Condition(said, filters or {}, without or {}, others, spans))

    def but(self, ignored: Collection[str]) -> Understood:
        """What is understood without some conditions, whose words stay used all the same."""
        kept = Understood(self.rest, limit=self.limit, tally=self.tally)
        for condition in self.conditions:
            if condition.said not in ignored:
                kept._apply(condition)
        return kept

    def cut(self, question: str, ignored: Collection[str]) -> str:
        """The question without the words that state some of its conditions."""
        for condition in self.conditions:
            if condition.said in ignored:
                for start, end in condition.spans:
                    question = question[:start] + _GAP * (end - start) + question[end:]
        return " ".join(_GAPS.sub(" ", question).split())

    def _apply(self, condition: Condition) -> None:
        both = {name: self._both(name, value) for name, value in condition.filters.items()}
        self.filters = dataclasses.replace(self.filters, **both)  # type: ignore[arg-type]
        unwanted = dict(condition.without)
        if "ids" in unwanted:
            unwanted["ids"] = (*self.without.ids, *condition.without["ids"])  # type: ignore[misc]
        self.without = dataclasses.replace(self.without, **unwanted)  # type: ignore[arg-type]
        for name, value in condition.others.items():
            is_list = name in ("phrases", "without_phrases", "without_years")
            setattr(self, name, getattr(self, name) + value if is_list else value)
        self.conditions.append(condition)

    def _both(self, name: str, value: object) -> object:
        """The stricter of two bounds: "from 2023 before 2020" is no year at all."""
        known = getattr(self.filters, name)
        if known is None or name not in ("year_from", "year_to", "score_from"):
            return value
        return min(known, value) if name == "year_to" else max(known, value)

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

    def blank(self, span: Span) -> None:
        """Take words out of the rest, keeping all other offsets."""
        start, end = span
        self._blanked.append(span)
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]


def either(said: str) -> str:
    """A condition on authors without whether all are meant, which the library may decide."""
    return said.replace(" and ", " or ") if said.startswith(("by ", "not by ")) else said
