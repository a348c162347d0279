"""Numbers as papers write them, and the quantities that they give: names, units, values.

A quantity is asked for by its name ("at what temperature") or by how a thing is said to be ("how
hot"); a value of it stands in one of its units. What is counted has a plain number beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.base.text import abbreviations, words
from rag.search.kin import with_kin

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WHOLE = rf"(?:(?:{_TENS})(?:[-‐‑–](?:{_ONES}))?|{_TEENS}|{_ONES})"
_MANY = r"(?:dozens?|hundreds?|thousands?|millions?|billions?|trillions?)"
# "12", "1,200", "20k", "30-40", "ninety-six"; not "3rd", "v2", "5.5Gb", "GPT-4".
_COUNT = re.compile(
    rf"(?:\d[\d,.]*(?:-\d[\d,.]*)?(?:[kmbt]|%)?|{_WHOLE}|{_MANY}|zero|several|both|single|few|"
    r"pair|couple|half)[.,]*",
    re.IGNORECASE,
)
# Not a year, and no part of a name.
_DIGITS = re.compile(r"(?<![\w.])(?<!\w-)(?!(?:19|20)\d\d(?![\d.%])|\d-?[Dd]\b)\d")
_IN_WORDS = re.compile(  # in small letters: ignoring case takes thrice the time
    rf"\b(?:(?!one\b){_WHOLE}(?:-?fold)?|{_MANY}(?:-?fold)?|hal(?:f|v(?:e[sd]?|ing))|third|quarter|"
    r"twice|doubl(?:e[sd]?|ing)|tripl(?:e[sd]?|ing)|percent|orders?\s+of\s+magnitude)\b"
)
_BEFORE, _AFTER = 5, 4  # words around the thing counted within which its number stands
_TOKEN = re.compile(r"[\w.,%‐‑-]+")
_MODEL_SIZE = re.compile(r"\d[\d.]*[MBT]")  # "a 7B model" has so many parameters

_GAP = r"(?:\\(?:rm|mathrm|mu)\b|[\\~$,;{}\s-])*"  # between a number and its unit, in LaTeX too
_NUMBER = rf"(?:\d|\b(?:{_WHOLE}|{_MANY}|half|several|few)\b)"
_LENGTHS = (  # "850M" is no length
    r"(?-i:[nckmµ]?m)|microns?|\w*met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|[km]?pc|au|"
    r"light[\s-]years?"
)
_TIMES = (
    r"[nmµ]?s|\w*sec\w*|mins?|minutes?|hours?|days?|nights?|weeks?|months?|years?|[kmg]?yrs?|decades?|"
    r"centur\w+|cycles?|generations?"
)
_STEPS = r"steps?|iterations?|epochs?|frames?|words?|tokens?|characters?|pages?|pairs?"
_SHARES = r"%|percent\w*|half|third|quarter|times|\w*fold|out\s+of|per|x|×"
_SHARES_IN_WORDS = (
    r"\b(?:half|twice|halv(?:e[sd]?|ing)|(?:doubl|tripl)(?:e[sd]?|ing)|real[\s-]time)\b"
)
_MONEY = r"dollars?|cents?|euros?|pounds?|yen|yuan|rupees?|francs?|rubles?|usd|eur|gbp|chf|jpy|rmb"
_LICENCE = re.compile(
    r"(?:[Ll]icen[sc]|\b[AL]?GPL|\bunder\s+(?:an?\s+|the\s+)?(?:MIT|Apache|BSD)\b|"
    r"\bCreative\s+Commons|\bCC[\s-](?:BY|0)|\b[Pp]ublic\s+[Dd]omain)"
)
# Its names; how a thing is said to be; units behind a number; values that are written otherwise.
_ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("temperature", "hot|cold|warm|cool", r"kelvin|celsius|°\s*[cfk]?|degrees?|(?-i:[mµ]?K)|"
     "[km]?ev", ""),
    ("frequency", "fast|slow|quickly", r"[kmgt]?hz|hertz|rpm|fps|per", ""),
    ("wavelength", "", r"[nmc]m|[µu]m|microns?|angstroms?", ""),
    ("energy", "", r"[kmgt]?ev|joules?|ergs?|[kmg]?j|calories|[kmgt]?wh", ""),
    ("voltage", "", r"[km]?v|volts?", ""),
    ("pressure", "", r"[kmg]?pa|m?bars?|atm|psi|torr", ""),
    ("mass|weight", "heavy|massive", r"[kmµ]?g|\w*grams?|tons?|tonnes?|pounds?|[kM]?da|[kmgt]?ev|"
     r"m_|(?:solar|earth|stellar)\s+masses|times", ""),
    ("diameter|radius|length|width|height|depth|thickness|distance|altitude", "long|tall|thick",
     _LENGTHS, ""),
    ("depth", "deep", rf"{_LENGTHS}|layers?|levels?|blocks?|storeys?", ""),
    ("velocity|speed", "fast|slow|quickly", r"[kcm]?m\s?/\s?s|km|kph|mph|knots?|[kcm]?m\s+s", ""),
    ("angle|tilt|inclination", "", r"degrees?|°|radians?|rad|deg", ""),
    ("duration|lifetime|latency|delay|period", "long|soon|fast|slow|quickly", _TIMES, ""),
    ("time", "", f"{_TIMES}|{_STEPS}", ""),
    ("length|convergence", "long|soon|fast|slow|quickly", _STEPS, ""),
    ("age", "old|young", r"years?|months?|[kmg]yrs?|days?|aged|old", r"\baged?\s+\d"),
    ("rate|ratio|proportion|percentage|fraction", "fast|slow|quickly", _SHARES,
     _SHARES_IN_WORDS),
    ("bandwidth|throughput", "", r"[kmgt]?bps|[kmgt]?bits?\w*|[kmgt]b|[kmgt]?hz", ""),
    ("concentration|density|dose|dosage", "", r"[mµ]?m|[mµ]?g|pp[mb]|%|per", ""),
    ("resolution", "", rf"pixels?|px|dpi|arcsec\w*|degrees?|bits?|hz|{_LENGTHS}", ""),
    ("price|fee|salary|budget|prize|money", "cost|charge|paid", _MONEY,
     r"[€£¥]\s?\d|(?:\\|US\s?)\$\s?\d|\$\d[\d,.]*(?![\d,.]|\s?[\\$^_])|\b(?:dollars|euros)\b"),
    ("accuracy|precision|recall|sensitivity|specificity", "", _SHARES, r"\b0?\.\d"),
    ("perplexity|population", "", "", ""),
    ("size", "", "", r"\d"),
    ("coefficient|exponent|uncertainty|amplitude|intensity|efficiency|yield|viscosity|"
     "permittivity|conductivity|capacity|entropy|overhead|magnitude|redshift|luminosity|"
     "significance|threshold|cutoff|eccentricity", "", "", ""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured: its names, the words for how much of it there is, and its values."""

    names: re.Pattern[str]
    said_to_be: re.Pattern[str]  # "heavy", "massive"
    value: re.Pattern[str] | None  # a number in its units; None where it has too many, or none

    def is_valued(self, text: str) -> bool:
        """True where a text has a value in the quantity's units."""
        return bool(self.value and self.value.search(text))

    def is_named(self, text: str) -> bool:
        """True where a text has a name of the quantity."""
        return bool(re.search(rf"\b(?:{self.names.pattern})s?\b", text, re.IGNORECASE))


def _quantity(names: str, said_to_be: str, units: str, otherwise: str) -> Quantity:
    value = rf"{_NUMBER}{_GAP}(?:{units})(?![a-z])" if units else ""
    values = "|".join(filter(None, (value, otherwise)))
    return Quantity(
        re.compile(names, re.IGNORECASE),
        re.compile(said_to_be, re.IGNORECASE),
        re.compile(values, re.IGNORECASE) if values else None,
    )


_QUANTITIES = tuple(_quantity(*row) for row in _ROWS)


def quantities_called(name: str) -> tuple[Quantity, ...]:
    """The quantities of a name, "mass"; none where it is not one."""
    return tuple(q for q in _QUANTITIES if q.names.fullmatch(name))


def quantities_of(adjective: str) -> tuple[Quantity, ...]:
    """The quantities of which a thing may have much that is so: of "long", length and duration.

    None for words that are said of anything: "large", "high".
    """
    return tuple(q for q in _QUANTITIES if q.said_to_be.fullmatch(adjective))


def quantities_in(unit: str) -> tuple[Quantity, ...]:
    """The quantities that are told in a unit."""
    return tuple(q for q in _QUANTITIES if q.is_valued(f"1 {unit}") and not q.is_valued("1"))


def names_licence(text: str) -> bool:
    """True for a text that speaks of a licence, or calls one by its name: "GPL 3.0"."""
    return bool(_LICENCE.search(text))


def has_figure(text: str) -> bool:
    """True for a text with a number, in digits or as a word, that is no year and in no name."""
    return bool(_DIGITS.search(text) or _IN_WORDS.search(text.lower()))


def is_counted(term: str, text: str) -> bool:
    """True where a plain number stands beside a term, in any form of it, its short one too."""
    asked = set(words(term))
    asked.update(*(words(f"{short} {short}s") for short in _short_forms(asked, text)))
    tokens = _TOKEN.findall(text)
    for i, token in enumerate(tokens):
        near = [*tokens[max(0, i - _BEFORE) : i + _AFTER], token.partition("-")[0]]  # "12-layer"
        if with_kin(asked, frozenset(words(token))) and any(map(_COUNT.fullmatch, near)):
            return True
    return "paramet" in asked and any(map(_MODEL_SIZE.fullmatch, tokens))


def _short_forms(asked: set[str], text: str) -> list[str]:
    """What a text calls a thing for short: "GRB", if it says "gamma-ray bursts (GRBs)"."""
    return [short for short, long in abbreviations(text).items() if asked & set(words(long)[-1:])]
