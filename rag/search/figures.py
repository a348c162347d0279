"""Which figure a question asks for, and whether a text gives it.

"How many images …" is answered by a number of images, "How heavy …" by a figure in the units of
weight, "Which learning rate …" by words for a rate or by its units.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.base.text import STOP_WORDS, fold, sentence_spans, words
from rag.search.kin import with_kin
from rag.search.measures import (
    Quantity,
    has_figure,
    is_counted,
    names_licence,
    quantities_called,
    quantities_in,
    quantities_of,
)
from rag.search.otherwise import Measure, measure_called

_VERB = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|"
    r"needs?|takes?|took|uses?|used|makes?|made|gives?|fits?|drives?|leads?|goes|went|go)"
)
_LINK = r"(?:of|in|from|per|on|at|with|for|to|than|that|into|by|each|it|they|the|an?|there)"
_COUNTED = re.compile(
    r"\b(?:how\s+many|what\s+number\s+of)\s+(?P<what>(?:[\w-]+\s+){0,4}?[\w-]+)"
    rf"(?=\s+(?:{_VERB}|{_LINK})\b|\W*$|\s*[?,;])",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:what|which)\s+(?:(?:is|was|are|were)\s+the\s+)?"
    r"(?P<kind>(?:(?!(?:the|an?|of|in|to|and|on)\b)[\w-]+\s+){0,3}?)(?P<what>[\w-]+)"
    rf"(?=\s+(?:{_VERB}|{_LINK})\b|\W*$)",
    re.IGNORECASE,
)
_HOW_FAR = re.compile(
    r"(?:^\W*|\b(?:and|or|but|by|at|for|until|since|from|to|about)\s+|[,;:]\s*)"
    r"(?P<what>how\s+(?P<so>much|large|long|fast|far|heavy|old|high|big|often|quickly|soon|deep|wide|"
    r"tall|close|small|low|expensive|slow|hot|cold|dense|massive|bright|thick))\b",
    re.IGNORECASE,
)
_HOW_LARGE = re.compile(
    r"\bhow\s+(?:large|big|great|high|small|low|much|strong|significant|substantial|wide)\s+"
    r"(?:of\s+)?(?:(?:is|was|are|were)\s+)?(?:(?:the|an?|its|their)\s+)?"
    rf"(?P<what>(?:(?!of\b)[\w-]+\s+){{0,2}}?[\w-]+)(?=\s+(?:{_VERB}|{_LINK})\b|\W*$)",
    re.IGNORECASE,
)
_COSTS = re.compile(
    r"\bhow\s+much\b(?:.*\b(?:costs?|charges?|pays?|paid)\b(?!\s+attention)|\s+(?:\w+\s+)?money\b)",
    re.IGNORECASE,
)
_WHAT_COST = re.compile(r"\bwhat\s+(?:do|does|did|would|will)\s.*\bcost\W*$", re.IGNORECASE)
_OF_COST = re.compile(r"\b(?:costs?|costly|cheap\w*|expens\w*|pric\w+|afford\w*)\b", re.IGNORECASE)
_TAKES = re.compile(
    r"\bhow\s+long\b.*\b(?:tak(?:es?|en|ing)|took|last(?:s|ed)?|run(?:s|ning)?|ran|train\w*|wait\w*|"
    r"live[sd]?|stay\w*|surviv\w*|remain\w*|follow\w*|need\w*)\b",
    re.IGNORECASE,
)
# "600 hours of speech" is how much there is of it, "5 days of training" how long it took.
_AMOUNT = re.compile(
    r"[\w.,]+[\s-](?:hours?|minutes?|days|weeks|months|years)[\s-]+of\s+"
    r"(?!(?:train|comput|process|work|us(?:e|ing)|treat|follow|observ|run|exposur|wait)\w*)",
    re.IGNORECASE,
)
_AT_A_PRICE = re.compile(  # that is not paid in money
    r"\bat\s+what\s+(?:price|cost)\W*$|\bprice\s+(?:in|of\s+anarchy)\b", re.IGNORECASE
)
_LICENCE = re.compile(r"\b(?:what|which)\s+(?:is\s+the\s+)?(?P<what>licen[sc]e)\b", re.IGNORECASE)
_IN_UNITS = re.compile(
    r"\b(?:what|which)\b.*\bin\s+(?P<what>seconds|minutes|hours|days|weeks|months|percent|microns|"
    r"(?:kilo)?met(?:er|re)s|kelvin|celsius|degrees|volts|joules|kilograms|grams|tons|hertz)\b",
    re.IGNORECASE,
)
# Those who are counted have too many names: "people" may be patients, readers or users.
_ANYONE = re.compile(
    r"(?:people|persons?|individuals|humans|times|things|ones|ways)", re.IGNORECASE
)
_TERM = re.compile(r"[\w-]+")


@dataclass(frozen=True, slots=True)
class FigureAsked:
    """A figure that a question asks for."""

    unsaid: str  # what a text does not do that does not give it: "say how many cards"
    is_told_in: Callable[[str], bool]
    is_number: bool = True  # a licence is told like one, by names of its own


@functools.lru_cache(maxsize=100)
def figure_asked(query: str) -> FigureAsked | None:
    """The count or quantity that a question asks for; None where it asks for neither."""
    if counted := _COUNTED.search(query):
        return _count(counted["what"])
    if licence := _LICENCE.search(query):
        return FigureAsked(f"state the {licence['what']}", names_licence, is_number=False)
    if units := _IN_UNITS.search(query):
        told = functools.partial(_is_valued, quantities_in(units["what"]))
        return FigureAsked(f"give a figure in {units['what'].lower()}", told)
    if (measured := _MEASURED.search(query)) and not _AT_A_PRICE.search(query):
        terms = [*_terms(measured["kind"])[-1:], measured["what"]]
        if quantities := quantities_called(measured["what"]):
            told = functools.partial(_is_told, terms, quantities)
            return FigureAsked(f"state the {' '.join(terms)}", told)
    return _how_far(query)


def _how_far(query: str) -> FigureAsked | None:
    """What "how large is the gain" or "how heavy is it" asks for."""
    large = _HOW_LARGE.search(query)
    if large and (measure := measure_called(large["what"].split()[-1])):
        told = functools.partial(_is_stated, measure)
        return FigureAsked(f"say in figures how large the {large['what']} is", told)
    if _WHAT_COST.search(query):
        return FigureAsked("say what it costs", _speaks_of_cost)
    far = _HOW_FAR.search(query)
    if far is None:
        return None
    unsaid = f"say in figures {far['what'].lower()}"
    if _TAKES.search(query):
        times = [q for q in quantities_of("long") if not q.is_valued("1 km")]
        return FigureAsked(unsaid, lambda text: _so_is("long", times)(_AMOUNT.sub("", text)))
    so = "cost" if _COSTS.search(query) else far["so"].lower()
    return FigureAsked(unsaid, _so_is(so, quantities_of(so)))


def _speaks_of_cost(text: str) -> bool:
    """A cost may be one of work, "a single lookup", that is told in no unit."""
    return bool(_OF_COST.search(text)) or _is_valued(quantities_of("cost"), text)


def _so_is(so: str, quantities: Sequence[Quantity]) -> Callable[[str], bool]:
    return functools.partial(_is_so, so, quantities)


def _count(what: str) -> FigureAsked | None:
    terms = _terms(what)

    def told(text: str) -> bool:
        return any(_ANYONE.fullmatch(term) or is_counted(term, text) for term in terms)

    return FigureAsked(f"say how many {what}", told) if terms else None


def _is_told(terms: Sequence[str], quantities: Sequence[Quantity], text: str) -> bool:
    """True where a text has a value in the quantity's units, or a sentence that speaks of it.

    Of "learning rate" a sentence speaks that has both words: a mass loss rate is none.
    """
    if not with_kin(words(terms[-1]), frozenset(words(text))):
        return _is_valued(quantities, text)
    asked = {stemmed for term in terms for stemmed in words(term)}
    return any(asked <= with_kin(asked, frozenset(words(one))) for one in _sentences(text))


def _is_so(so: str, quantities: Sequence[Quantity], text: str) -> bool:
    """True where a text says in figures how much so a thing is: in units, or beside the word.

    "Three times heavier" says how heavy it is, and so does "a mass of 3"; "a deep network" does not
    say how deep it is, whatever figure stands beside it.
    """
    if not quantities or _is_valued(quantities, text):
        return bool(quantities) or has_figure(text)
    likened = re.compile(
        rf"\b(?!{so}\b){so.rstrip('ye')}\w{{1,4}}\b|"
        rf"(?:\d[\w.,]*|times|twice|as)\s+(?:[\w-]+\s+){{0,2}}{so}\b",
        re.IGNORECASE,
    )
    spoken = (
        one
        for one in _sentences(text)
        if likened.search(one)
        or (so == "cost" and _OF_COST.search(one))
        or any(q.is_named(one) for q in quantities)
    )
    return any(map(has_figure, spoken))


def _is_stated(measure: Measure, text: str) -> bool:
    return any(map(measure.is_told_in, _sentences(text)))


def _is_valued(quantities: Sequence[Quantity], text: str) -> bool:
    return any(quantity.is_valued(text) for quantity in quantities)


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def _terms(phrase: str) -> list[str]:
    return [word for word in _TERM.findall(phrase) if fold(word) not in STOP_WORDS]
