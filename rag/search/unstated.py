"""What a question wants to be told that a paper plainly does not say: a count, a quantity, a name.

"How many images …" is answered by a number of images, "How far …" by some figure, "Which learning
rate …" by words for a rate or by its units, "… on M51" by a paper that says M51. Where a paper has
none of these it does not answer, however near its subject is. Asked of their own abstracts (the
written claims and questions of the tests), 4 of 1,535 questions that the abstract answers were
taken for unstated by the first three, and 416 of 1,335 that it does not answer; by the fourth 1
and 33 more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.base.text import STOP_WORDS, abbreviations, fold, sentence_spans, words
from rag.base.types import Paper
from rag.search.kin import with_kin

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
    r"(?P<what>how\s+(?:much|large|long|fast|far|heavy|old|high|big|often|quickly|soon|deep|wide|tall|"
    r"close|small|low|expensive|slow|hot|cold|dense|massive|bright|thick))\b",
    re.IGNORECASE,
)
_IN_UNITS = re.compile(
    r"\b(?:what|which)\b.*\bin\s+(?P<what>seconds|minutes|hours|days|weeks|months|percent|microns|"
    r"(?:kilo)?met(?:er|re)s|kelvin|celsius|degrees|volts|joules|kilograms|grams|tons|hertz)\b",
    re.IGNORECASE,
)
# Those who are counted have too many names: "people" may be patients, readers or users.
_ANYONE = re.compile(
    r"(?:people|persons?|individuals|humans|times|things|ones|ways)", re.IGNORECASE
)
_TO_TEN = "two|three|four|five|six|seven|eight|nine|ten"
_LARGER = (
    r"eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    rf"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:[-‐-–](?:one|{_TO_TEN}))?"
)
_NUMBER = re.compile(
    rf".*\d.*|one|{_TO_TEN}|{_LARGER}|dozens?|hundreds?|thousands?|millions?|billions?|several|both|"
    r"single|few|pair",
    re.IGNORECASE,
)
# Not a year, and no part of a name.
_FIGURE = re.compile(
    rf"(?<![\w.-])(?!(?:19|20)\d\d(?![\d.%])|\d-?D\b)\d|\b(?:{_TO_TEN}|{_LARGER}|"
    r"hal(?:f|v\w+)|third|quarter|twice|doubl(?:e[sd]?|ing)|tripl(?:e[sd]?|ing)|percent|dozens?|hundreds?|"
    r"thousands?|millions?|billions?|\w*fold|orders?\s+of\s+magnitude)\b",
    re.IGNORECASE,
)
_BEFORE, _AFTER = 5, 4  # words around the thing counted within which its number stands
_WORD = re.compile(r"[\w.,%-]+")
_TERM = re.compile(r"[\w-]+")

_LENGTHS = r"[nckmµ]?m|microns?|met(?:er|re)s?|kilomet\w+|miles?|feet|inch(?:es)?|[km]?pc|au"
_UNITS: tuple[tuple[str, str], ...] = (
    ("temperature", r"kelvin|celsius|°\s*[cfk]?|degrees?|k|[km]?ev"),
    ("frequency", r"[kmgt]?hz|hertz|rpm"),
    ("wavelength", r"[nmc]m|[µu]m|microns?|angstroms?"),
    ("energy", r"[kmgt]?ev|joules?|ergs?|[kmg]?j|calories|[kmgt]?wh"),
    ("voltage", r"[km]?v|volts?"),
    ("pressure", r"[kmg]?pa|m?bars?|atm|psi|torr"),
    ("mass|weight", r"[kmµ]?g|kilograms?|grams?|tons?|tonnes?|m_|(?:solar|earth)\s+masses"),
    ("diameter|radius|length|width|height|depth|thickness|distance|altitude", _LENGTHS),
    ("velocity|speed", r"k?m/s|km|kph|mph|knots?"),
    ("angle|tilt|inclination", r"degrees?|°|radians?|rad|deg"),
    ("duration|lifetime|latency|period", r"[nmµ]?s|\w*sec\w*|minutes?|hours?|days?|weeks?|months?|"
     r"years?|[kmg]?yrs?|decades?|cycles?"),
    ("age", r"years?|months?|[kmg]yrs?|days?|aged|old"),
    ("rate|ratio|proportion|percentage|fraction", r"%|percent\w*|half|third|quarter|times|\w*fold|"
     r"out\s+of|per"),
    ("bandwidth|throughput", r"[kmgt]?bps|[kmgt]?bits?\w*|[kmgt]b|[kmgt]?hz"),
    ("concentration|density|dose|dosage", r"[mµ]?m|[mµ]?g|pp[mb]|%|per"),
    ("resolution", rf"pixels?|px|dpi|arcsec\w*|degrees?|bits?|hz|{_LENGTHS}"),
    ("coefficient|exponent|uncertainty|amplitude|intensity|efficiency|yield|viscosity|"
     "permittivity|conductivity|capacity|entropy|overhead|magnitude|redshift|luminosity|"
     "significance|threshold|cutoff|eccentricity|licen[sc]e", ""),
)  # fmt: skip
_GAP = r"(?:\\?[~$,;{}]|\\(?:rm|mathrm)\b|\s)*"  # between a number and its unit, in LaTeX too
_QUANTITIES = tuple(
    (
        re.compile(names, re.IGNORECASE),
        re.compile(rf"\d{_GAP}(?:{units})(?![a-z])", re.IGNORECASE) if units else None,
    )
    for names, units in _UNITS
)
# "CO2" may be told as carbon dioxide.
_FORMULA = re.compile(r"(?:(?:H|C|N|O|S|P|F|Cl|Na|K|Ca|Mg|Fe|Si|Al|Ti|He|Li)\d{0,2})+[+-]?")


def unstated(query: str, paper: Paper, missing: Iterable[str] = ()) -> tuple[str, ...]:
    """What a paper does not do of what the question wants: "say how many images"; mostly nothing.

    `missing` are the names in the question that the paper does not have.
    """
    text = f"{paper.title}. {paper.text}"
    if counted := _COUNTED.search(query):
        terms = _terms(counted["what"])
        is_told = any(_ANYONE.fullmatch(term) or _is_counted(term, text) for term in terms)
        if terms and not is_told:
            return (f"say how many {counted['what']}",)
    elif (measured := _MEASURED.search(query)) and (quantity := _quantity(measured["what"])):
        terms = [*_terms(measured["kind"])[-1:], measured["what"]]
        if not _is_told(terms, quantity[0], text):
            return (f"state the {' '.join(terms)}",)
    elif (far := _HOW_FAR.search(query)) and not _FIGURE.search(text):
        return (f"say in figures {far['what'].lower()}",)
    elif (units := _IN_UNITS.search(query)) and not _has_unit(units["what"], text):
        return (f"give a figure in {units['what'].lower()}",)
    return tuple(f"mention {name}" for name in missing if _is_numbered(name))


def _quantity(what: str) -> tuple[re.Pattern[str] | None] | None:
    """The units of a quantity by its name, if it has any; None where it is no quantity."""
    return next(((units,) for names, units in _QUANTITIES if names.fullmatch(what)), None)


def _is_told(terms: list[str], units: re.Pattern[str] | None, text: str) -> bool:
    """True where a text has a value in the quantity's units, or a sentence that speaks of it.

    Of "learning rate" a sentence speaks that has both words: a mass loss rate is none.
    """
    said = frozenset(words(text))
    if not with_kin(words(terms[-1]), said):
        return bool(units and units.search(text))
    asked = {stemmed for term in terms for stemmed in words(term)}
    sentences = (text[start:end] for start, end in sentence_spans(text))
    return any(asked <= with_kin(asked, frozenset(words(one))) for one in sentences)


def _has_unit(unit: str, text: str) -> bool:
    """True where a number stands before a unit, or before another of the same quantity."""
    of_it = [number for _, number in _QUANTITIES if number and number.search(f"1 {unit}")]
    return any(number.search(text) for number in of_it)


def _is_counted(term: str, text: str) -> bool:
    """True where a number stands beside a term, in any form of it, its short one too."""
    asked = set(words(term))
    asked.update(*(words(f"{short} {short}s") for short in _short_forms(asked, text)))
    tokens = _WORD.findall(text)
    for i, token in enumerate(tokens):
        near = tokens[max(0, i - _BEFORE) : i + _AFTER]
        if with_kin(asked, frozenset(words(token))) and any(map(_NUMBER.fullmatch, near)):
            return True
    return False


def _short_forms(asked: set[str], text: str) -> list[str]:
    """What a text calls a thing for short: "GRB", if it says "gamma-ray bursts (GRBs)"."""
    return [short for short, long in abbreviations(text).items() if asked & set(words(long)[-1:])]


def _terms(phrase: str) -> list[str]:
    return [word for word in _TERM.findall(phrase) if fold(word) not in STOP_WORDS]


def _is_numbered(name: str) -> bool:
    """True for names that nothing else can stand for: "M51", "GPT-4", not "RL", "3D", "CO2"."""
    return name[0].isalpha() and any(c.isdigit() for c in name) and not _FORMULA.fullmatch(name)
