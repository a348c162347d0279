"""Numbers with what they count, and whether a text allows another's: value, unit, bound, order."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from rag.base.text import STOP_WORDS, numbers, stem

# "one" is left out: it seldom counts ("one of the", "one may").
_COUNT_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_TO_NINE = "|".join(_COUNT_WORDS.split()[:8])
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_FIGURE_WORDS = {
    **{word: str(n) for n, word in enumerate(_COUNT_WORDS.split(), start=2)},
    **{word: f"{n}0" for n, word in enumerate(_TENS.split(), start=2)},
    "zero": "0",
    "dozen": "12",
}
_TENS_AND = re.compile(
    rf"\b({_TENS.replace(' ', '|')})[\s-](one|{_TO_NINE})\b",
    re.IGNORECASE,
)  # "forty-one"
_FIGURE_WORD = re.compile(rf"\b(?:{'|'.join(_FIGURE_WORDS)})\b", re.IGNORECASE)
_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_LETTERS = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion", "t": "trillion"}
_SCALED = re.compile(
    rf"(\d[\d,]*(?:\.\d+)?)(?:[\s-]*({'|'.join(_SCALES)})s?\b|({'|'.join(_LETTERS)})\b)",
    re.IGNORECASE,
)
_SHARES = {"half a": "0.5", "half an": "0.5", "a quarter of a": "0.25", "a quarter": "0.25"}
_SHARE_OF = re.compile(
    rf"\b(half an?|a quarter(?: of a)?)\s+({'|'.join(_SCALES)})\b", re.IGNORECASE
)  # "half a million"
_ONE_OF = re.compile(rf"\b(?:one|an?)\s+({'|'.join(_SCALES)})\b", re.IGNORECASE)
_HALF_A_DOZEN = re.compile(r"\bhalf a dozen\b", re.IGNORECASE)
_PARTS = {"thirds": 3, "quarters": 4, "fifths": 5, "tenths": 10}
_FRACTION = re.compile(
    rf"\b({_TO_NINE})[\s-]+({'|'.join(_PARTS)})\b", re.IGNORECASE
)  # "three quarters"
_OUT_OF_TEN = re.compile(
    rf"\b(one|{_TO_NINE})\s+in\s+(?:every\s+)?"
    rf"({'|'.join(_COUNT_WORDS.split()[:9])})\b",
    re.IGNORECASE,
)  # "four in five"
_AND_PART = re.compile(r"\b(\d+)[\s-]+and[\s-]+an?[\s-]+(half|quarter)\b", re.IGNORECASE)
_PART_OF_ONE = {"half": ".5", "quarter": ".25"}
_MAGNITUDES = re.compile(r"(?<![\d.–-])(\d)\s+orders\s+of\s+magnitude\b", re.IGNORECASE)
_LOOSE = re.compile(rf"\b(?:half|twice|{'|'.join(_SCALES)})(?=s?\b)", re.IGNORECASE)

_CLEAN = re.compile(r"\{,\}|(?<=\d),(?=\d{3}(?!\d))|(?<=\d),\s(?=000(?!\d))")
_MARKUP = re.compile(r"[${}]|\\(?:,|;|!|%|(?:text|mathrm|mathbf|rm)\b)|~(?=\d)")
_FACTOR = re.compile(
    r"\b(?:twice|(?:two|2)[- ]?fold|doubl(?:es|ed|ing|e (?:the|that|of|as)))\b"
    r"|\b(?:thrice|tripl(?:es|ed|ing|e (?:the|that|of|as)))\b"
    r"|\b(?:an|one) order of magnitude\b|\bhal(?:f|ve|ves|ved|ving)\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<number>\d+(?:\.\d+)?|\.\d+)"
    r"(?:(?:st|nd|rd|th)\b)?(?P<unit>\s*(?:%|\\?times\b|×|x\b(?!\s*\d)|°\s?[CF]|[-\s]?fold\b)"
    r"|[\s-]*(?:percent(?:age)?(?:\s+points?)?|per\s+cent|times)\b"
    r"|[\s-]?[A-Za-zµμ]+(?!\w))?"
)
_PERCENT = re.compile(r"%|per\s?cent|percentage", re.IGNORECASE)
_TIMES = re.compile(r"times|×|^x$|fold", re.IGNORECASE)
_UNITS = (
    "s sec secs second seconds", "min mins minute minutes", "h hr hrs hour hours", "day days",
    "week weeks", "month months", "year years yr yrs", "ms millisecond milliseconds",
    "gb gigabyte gigabytes gib", "mb megabyte megabytes mib", "kb kilobyte kilobytes kib",
    "tb terabyte terabytes tib", "bit bits", "byte bytes", "km kilometre kilometer",
    "kg kilogram kilograms", "usd dollar dollars", "euro euros", "mm", "cm", "mg", "hz", "khz",
    "mhz", "ghz", "db", "kw", "mw", "kev", "mev", "gev", "tev",
    "fs fsec femtosecond femtoseconds", "ps psec picosecond picoseconds",
    "ns nsec nanosecond nanoseconds", "µs μs usec microsecond microseconds",
    "nm nanometre nanometres nanometer nanometers", "pt picotesla", "nt nanotesla",
    "µm μm um micrometre micrometres micrometer micrometers micron microns",
)  # fmt: skip
_ONE_UNIT = {stem(word): names.split()[0] for names in _UNITS for word in names.split()}
_UNIT_WORDS = {word for names in _UNITS for word in names.split()}
_HALF_A_UNIT = re.compile(
    rf"\bhalf\s+an?\s+(?=(?:{'|'.join(sorted(_UNIT_WORDS))})\b)", re.IGNORECASE
)  # "half a nanotesla"
_MEASURES = frozenset([*_ONE_UNIT.values(), *"m g w ev k".split()])
_AT_MOST = re.compile(
    r"(?:\bup to|\bat most|\bas (?:many|much|high|few|little|low) as|\bno (?:more|greater|higher) "
    r"than|\bless than|\bfewer than|\bunder|\bbelow|\bwithin|\bmaximum of|\bno longer than|<|≤"
    r"|\\leq?)\s*(?:a\s|an\s|about\s)?$",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"(?:\bat least|\bover|\bmore than|\babove|\bexceed(?:s|ing)?|\bno (?:less|fewer) than"
    r"|\bgreater than|\bhigher than|\bbeyond|\bminimum of|>|≥|\\geq?)\s*(?:a\s|an\s|about\s)?$",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\babout|\baround|\broughly|\bapproximately|\bnearly|\balmost|\bsome|\bclose to|\bca\.?"
    r"|~|≈|\\sim|\\approx)\s*(?:a\s|an\s)?$",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    r"\bfrom\b[^.;]{0,40}?(\d+(?:\.\d+)?)[^.;]{0,30}?\bto\b[^.;]{0,25}?(\d+(?:\.\d+)?)",
    re.IGNORECASE,
)
_ROUNDED = Decimal("0.04")  # share by which "about 90" may miss
_FACTOR_OF = re.compile(r"\b(?:by\s+)?(?:a\s+)?factors?\s+of\s*(?:about\s*)?$", re.IGNORECASE)
_NO_UNIT = STOP_WORDS | set("without while when where than per via within among across".split())
_BEFORE = 28  # characters in which the bound of a number stands


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number: its value, what it counts ("%", "x", a unit, a word, or ""), and its bound."""

    value: Decimal
    unit: str
    bound: str  # "", "<", ">" or "~"

    @property
    def is_measured(self) -> bool:
        """True where the unit is a measure, not a thing that is counted."""
        return self.unit in {"%", "x"} or self.unit in _MEASURES


def figures(text: str) -> set[str]:
    """The figures of a text in one spelling: "2.5M", "2.5 million", "2,500,000" are the same."""
    text = _in_digits(text)
    found = {format(Decimal(number).normalize(), "f") for number in numbers(text)}
    return found | {match.group().lower() for match in _LOOSE.finditer(text)}


def _in_digits(text: str) -> str:
    text = _SHARE_OF.sub(lambda match: f"{_SHARES[match[1].lower()]} {match[2]}", text)
    text = _ONE_OF.sub(r"1 \1", text)
    text = _FRACTION.sub(_in_percent, _HALF_A_DOZEN.sub("6", text))
    text = _OUT_OF_TEN.sub(_in_percent, _HALF_A_UNIT.sub("0.5 ", text))
    text = _TENS_AND.sub(_added_up, text)
    text = _FIGURE_WORD.sub(lambda match: _FIGURE_WORDS[match.group().lower()], text)
    text = _AND_PART.sub(lambda match: match[1] + _PART_OF_ONE[match[2].lower()], text)
    text = _MAGNITUDES.sub(lambda match: f"about 1{'0' * int(match[1])} times", text)
    return _SCALED.sub(_written_out, text)


def _added_up(match: re.Match[str]) -> str:
    tens, ones = (word.lower() for word in match.groups())
    return str(int(_FIGURE_WORDS[tens]) + int(_FIGURE_WORDS.get(ones, 1)))


def _in_percent(match: re.Match[str]) -> str:
    """Three quarters, or four in five, as about 75 or 80 percent: for 74.6 they may stand too."""
    count, part = (word.lower() for word in match.groups())
    own, whole = int(_FIGURE_WORDS.get(count, 1)), _PARTS.get(part) or int(_FIGURE_WORDS[part])
    return f"about {100 * own / whole:.3g} percent" if own < whole else match.group()


def _written_out(match: re.Match[str]) -> str:
    number, word, letter = match.groups()
    power = _SCALES[(word or _LETTERS[letter.lower()]).lower()]
    return format(Decimal(number.replace(",", "")).scaleb(power), "f")


@functools.lru_cache(maxsize=20_000)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in order; digits inside of names ("GPT-4") are none."""
    plain = _plain(text)
    return (*_counted(plain), *_factors(plain))


def _plain(text: str) -> str:
    return _in_digits(_CLEAN.sub("", _MARKUP.sub(" ", text.replace(r"\%", "%"))))


def _counted(plain: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(plain):
        try:
            value = Decimal(match.group("number")).normalize()
        except InvalidOperation:  # pragma: no cover  the pattern admits numbers only
            continue
        before = plain[max(0, match.start() - _BEFORE) : match.start()]
        is_factor = _FACTOR_OF.search(before)
        unit = "x" if is_factor else _unit(match.group("unit") or "")
        yield Quantity(value, unit, _bound(before[: is_factor.start()] if is_factor else before))


def _factors(plain: str) -> Iterator[Quantity]:
    for match in _FACTOR.finditer(plain):
        word = match.group().lower()
        value, unit = ("2", "x") if word[:2] in ("tw", "do", "2-", "2 ", "2f") else ("3", "x")
        if "order" in word:
            value = "10"
        elif word.startswith("hal"):
            value, unit = "50", "%"
        yield Quantity(Decimal(value).normalize(), unit, "~")


def _unit(raw: str) -> str:
    raw = raw.strip(" -\t\n\\").casefold()
    if _PERCENT.search(raw):
        return "%"
    if _TIMES.search(raw):
        return "x"
    return "" if raw in _NO_UNIT else _ONE_UNIT.get(stem(raw), stem(raw))


def _bound(before: str) -> str:
    for mark, pattern in (("<", _AT_MOST), (">", _AT_LEAST), ("~", _ABOUT)):
        if pattern.search(before):
            return mark
    return ""


@dataclass(frozen=True, slots=True)
class FigureCheck:
    """How the quantities of a claim stand to those of its evidence."""

    missing: int = 0  # values that nothing of the evidence has
    conflicts: int = 0  # the value is there with another unit, bound or order
    loosened: int = 0  # a bound or an "about" was lost or added
    met: int = 0


def check_figures(claim: str, evidence: str, known: str = "", asked_for: str = "") -> FigureCheck:
    """Compare a claim's quantities with the evidence.

    Those that are `known` of the paper, as its title and year, need no evidence. Of a question only
    bare numbers count, such as a year: it must not put a figure of its own into an answer.
    """
    there = quantities(evidence)
    elsewhere = [*quantities(known), *(q for q in quantities(asked_for) if not q.unit)]
    missing = conflicts = loosened = met = 0
    for asked in quantities(claim):
        same = [q for q in there if _same_value(asked, q)]
        if not same and _is_difference(asked, claim, there):
            continue
        if not same:
            is_known = any(_counts_the_same(asked, q) for q in elsewhere)
            missing += not (is_known or _is_a_pair(asked, there))
            continue
        judged = [_agreement(asked, q) for q in same]
        best = max(judged)
        met += best == 2
        loosened += best == 1
        conflicts += best == 0
    conflicts += _is_reversed(claim, evidence)
    return FigureCheck(missing, conflicts, loosened, met)


def is_of_kind(claim: str, evidence: str) -> bool:
    """Whether evidence has a quantity that one of the claim's could be mistaken for.

    A percentage is no wrong number of years.
    """
    there = quantities(evidence)
    return any(
        q.unit == asked.unit or not (q.is_measured or asked.is_measured)
        for asked in quantities(claim)
        for q in there
    )


def _is_difference(asked: Quantity, claim: str, there: Sequence[Quantity]) -> bool:
    """True for the "9 points" of a claim that goes on "from 58% to 67%", as the evidence does."""
    values = {q.value for q in there}
    is_points = asked.unit in ("%", "point")
    return is_points and any(
        abs(a - b) == asked.value and {a, b} <= values for a, b in _pairs(claim)
    )


def _is_a_pair(asked: Quantity, there: Sequence[Quantity]) -> bool:
    """Whether a "two" only says that two things are spoken of, which texts seldom count."""
    return (
        asked.value == 2
        and not asked.is_measured
        and not asked.bound
        and all(q.is_measured or (q.unit and q.unit != asked.unit) for q in there)
    )


def _same_value(asked: Quantity, there: Quantity) -> bool:
    if asked.value == there.value:
        return True
    if "~" not in asked.bound or not there.value:
        return False
    return abs(asked.value - there.value) <= abs(there.value) * _ROUNDED


def _counts_the_same(asked: Quantity, known: Quantity) -> bool:
    """True for one value of one thing; what is no measure may stand without its thing."""
    if asked.value != known.value:
        return False
    is_loose = not (asked.is_measured or known.is_measured) and "" in (asked.unit, known.unit)
    return asked.unit == known.unit or is_loose


def _agreement(asked: Quantity, there: Quantity) -> int:
    """2 where both say the same, 1 where a bound differs a little, 0 where one denies the other."""
    if (asked.is_measured or there.is_measured) and asked.unit != there.unit:
        # "360m and 660m size": the first of two numbers may stand without what it counts.
        return 1 if "" in (asked.unit, there.unit) or not _both_measures(asked, there) else 0
    if {asked.bound, there.bound} == {"<", ">"}:
        return 0
    return 2 if asked.bound == there.bound else 1


def _both_measures(asked: Quantity, there: Quantity) -> bool:
    """True where no slip of the tongue explains two units: "20 %", "20 models"; days, hours."""
    units = {asked.unit, there.unit}
    return bool({"%", "x"} & units) or units <= set(_ONE_UNIT.values())


def _is_reversed(claim: str, evidence: str) -> bool:
    """True where the claim goes from B to A and the evidence from A to B."""
    pairs = _pairs(evidence)
    return any(a != b and (b, a) in pairs and (a, b) not in pairs for a, b in _pairs(claim))


def _pairs(text: str) -> Sequence[tuple[Decimal, Decimal]]:
    return [
        (Decimal(m.group(1)).normalize(), Decimal(m.group(2)).normalize())
        for m in _FROM_TO.finditer(_plain(text))
    ]
