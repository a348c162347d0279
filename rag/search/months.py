"""Months and days in a question: "from February 2026", "since March 2025", "2025-10-09"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from rag.search.understood import Understood

_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), start=1)}
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:(?:{_DAY}\s+(?:of\s+)?)?(?:{_MONTH})\b\.?(?:\s+{_DAY}\b,?|,)?\s+(?:of\s+)?(?:19|20)\d\d|"
    r"(?:19|20)\d\d-\d\d(?:-\d\d)?)\b"
)
_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+({_DATE})\s*(?:and|to|until|till|through|-|–)\s*({_DATE})",
    re.IGNORECASE,
)
_MONTHS_OF_A_YEAR = re.compile(
    rf"\b(?:between|from)\s+({_MONTH})\s*(?:and|to|until|through|-|–)\s*({_MONTH})\s+((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ONE = re.compile(
    rf"\b(?:(?P<cue>since|starting(?:\s+in)?|as\s+of|after|before|prior\s+to|until|up\s+to)\s+|"
    rf"(?:in|from|of|on|during|dated|published(?:\s+(?:in|on))?)\s+)?(?P<date>{_DATE})"
    r"(?P<on>\s+on(?:wards?)?\b)?",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"\b(?:from\s+|in\s+|of\s+)?(?:(this|last)\s+month|the\s+(?:last|past)\s+(\d{1,2})\s+months)\b",
    re.IGNORECASE,
)


def read_months(understood: Understood, today: date) -> None:
    """Take the dates that a question states more finely than by year."""
    span = _months_of_a_year(understood.rest)
    pair = _BETWEEN.search(understood.rest)
    one, relative = _ONE.search(understood.rest), _RELATIVE.search(understood.rest)
    if span:
        _take(understood, *span)
    elif pair:
        _take(understood, pair.span(), _iso(pair.group(1)), _iso(pair.group(2)))
    elif one:
        cue = (one["cue"] or ("since" if one["on"] else "")).lower()
        _take(understood, one.span(), *_bounds(cue, _iso(one["date"])))
    elif relative:
        back = int(relative[2]) - 1 if relative[2] else int(relative[1].lower() == "last")
        first = _month(today.year, today.month - back)
        last = first if relative[1] else _month(today.year, today.month)
        _take(understood, relative.span(), first, last)


def _months_of_a_year(text: str) -> tuple[tuple[int, int], str, str] | None:
    match = _MONTHS_OF_A_YEAR.search(text)
    if match is None:
        return None
    first, last = (_iso(f"{month} {match[3]}") for month in (match[1], match[2]))
    return match.span(), first, last


def _iso(said: str) -> str:
    """A date as said, in ISO and as far as it is said: "9 Oct 2025" gives "2025-10-09"."""
    if re.fullmatch(r"[\d-]+", said):
        return said
    year = re.findall(r"(?:19|20)\d\d", said)[-1]
    month = _MONTHS[re.findall(_MONTH, said, re.IGNORECASE)[0][:3].lower()]
    day = re.search(r"\b(\d{1,2})(?:st|nd|rd|th)?\b", said.replace(year, " "))
    return f"{year}-{month:02}" + (f"-{int(day[1]):02}" if day else "")


def _bounds(cue: str, iso: str) -> tuple[str, str]:
    if cue.startswith(("since", "starting", "as")):
        return iso, ""
    if cue == "after":
        return _shifted(iso, 1), ""
    if cue.startswith(("before", "prior")):
        return "", _shifted(iso, -1)
    return ("", iso) if cue else (iso, iso)


def _shifted(iso: str, by: int) -> str:
    """The day or month after or before."""
    year, month, *day = map(int, iso.split("-"))
    if not day:
        return _month(year, month + by)
    try:
        return (date(year, month, day[0]) + timedelta(days=by)).isoformat()
    except ValueError:  # 31 February
        return iso


def _month(year: int, month: int) -> str:
    return f"{year + (month - 1) // 12}-{(month - 1) % 12 + 1:02}"


def _take(understood: Understood, span: tuple[int, int], first: str, last: str) -> None:
    if understood.is_negated(span[0]):
        return
    if first == last:
        said = f"from {first}"
    elif first and last:
        said = f"{first} to {last}"
    else:
        said = f"since {first}" if first else f"until {last}"
    years = {"year_from": first[:4], "year_to": last[:4]}
    understood.blank(span)
    bounds = {key: int(year) for key, year in years.items() if year}
    understood.hold(said, bounds, dates=(first, last))


def is_within(known: str | None, bounds: tuple[str, str]) -> bool:
    """Whether a date, as far as it is known, certainly lies within bounds, ends included."""
    if known is None:
        return False
    first, last = bounds
    after = _cut(known, first) >= _cut(first, known)
    before = not last or _cut(known, last) <= _cut(last, known)
    sure = all(len(known) >= len(b) or known[:4] != b[:4] for b in bounds if b)
    return after and before and sure


def _cut(one: str, other: str) -> str:
    """One date as far as the other is known."""
    return one[: len(other)] if other else one
