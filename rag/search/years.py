"""Years in a question: one year, ranges, "since", "before", decades, "the last two years"."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date

from rag.search.people import PAPERS
from rag.search.understood import Understood

Years = tuple[int | None, int | None]

_YEAR = r"((?:19|20)\d\d)"
_READERS: tuple[tuple[str, Callable[[list[int]], Years]], ...] = (
    (
        rf"\b(?:between|from)\s+{_YEAR}\s*(?:and|to|until|till|through|-|–)\s*{_YEAR}\b|"
        rf"\b{_YEAR}\s*(?:[-–]|to|until|through)\s*{_YEAR}\b",
        lambda years: (min(years), max(years)),
    ),
    (
        rf"\b(?:in|from)?\s*{_YEAR}\s+or\s+(?:earlier|older|before)\b|"
        rf"\b(?:in\s+or\s+before|no(?:t)?\s+(?:later|newer)\s+than|not\s+after)\s+{_YEAR}\b",
        lambda years: (None, years[0]),
    ),
    (
        rf"\b(?:since|from|as\s+of|starting(?:\s+(?:in|from))?|beginning(?:\s+(?:in|from))?)\s+{_YEAR}"
        rf"\s+on(?:wards?)?\b|\b(?:since|as\s+of|starting(?:\s+(?:in|from))?)\s+{_YEAR}\b|"
        rf"\b(?:in\s+or\s+after|no(?:t)?\s+(?:earlier|older)\s+than|not\s+before)\s+{_YEAR}\b|"
        rf"\b(?:in|from)?\s*{_YEAR}\s+or\s+(?:later|newer|after)\b",
        lambda years: (years[0], None),
    ),
    (rf"\b(?:after|later\s+than|newer\s+than)\s+{_YEAR}\b", lambda years: (years[0] + 1, None)),
    (
        rf"\b(?:before|earlier\s+than|older\s+than|prior\s+to)\s+{_YEAR}\b",
        lambda years: (None, years[0] - 1),
    ),
    (rf"\b(?:until|till|up\s+to)\s+{_YEAR}\b", lambda years: (None, years[0])),
    (r"\b(?:from|in|of|during)?\s*the\s+((?:19|20)\d0)s\b", lambda years: (years[0], years[0] + 9)),
    (
        rf"\b(?:in|from|of|during|dated|published|year|come\s+from)\s+{_YEAR}\b(?!\s*[-–]\d)|"
        rf"^\W*{_YEAR}\W*$|\b{_YEAR}(?:['’]s)?\s+{PAPERS}\b|\b{PAPERS}\s+{_YEAR}\b|\bet\s+al\.?,?\s*\(?{_YEAR}\b\)?",
        lambda years: (years[0], years[0]),
    ),
)
_EITHER = re.compile(
    rf"\b(?:in|from|of)\s+{_YEAR}\s+(?:or|and)\s+(?:in\s+|from\s+)?{_YEAR}\b", re.IGNORECASE
)
_AFTER_A_NAME = re.compile(rf"\s{{4,}}\(?{_YEAR}\b\)?")  # "Zhao 2025": the name is blanked by now
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
_LAST_YEARS = re.compile(
    rf"\b(?:from\s+|in\s+|of\s+|during\s+)?the\s+(?:last|past)\s+(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+years\b",
    re.IGNORECASE,
)
_ONE_YEAR = re.compile(r"\b(?:from\s+|in\s+|of\s+)?(this|last)\s+year\b", re.IGNORECASE)


def read_years(understood: Understood, today: date) -> None:
    """Take the years that a question states; relative ones are counted from `today`."""
    either = _EITHER.search(understood.rest)
    if either:
        _take_either(understood, either)
        return
    for pattern, bounds in _READERS:
        match = re.search(pattern, understood.rest, re.IGNORECASE)
        if match:
            _take(understood, match.span(), *bounds([int(y) for y in match.groups() if y]))
    if not _has_years(understood):
        _read_relative(understood, today)


def _read_relative(understood: Understood, today: date) -> None:
    after_name = _AFTER_A_NAME.search(understood.rest) if understood.filters.authors else None
    several, one = _LAST_YEARS.search(understood.rest), _ONE_YEAR.search(understood.rest)
    if after_name:
        year = int(after_name.group(1))
        _take(understood, after_name.span(), year, year)
    elif several:
        count = _NUMBERS.get(several.group(1).casefold()) or int(several.group(1))
        _take(understood, several.span(), today.year - count + 1, today.year)
    elif one:
        year = today.year - (one.group(1).casefold() == "last")
        _take(understood, one.span(), year, year)


def _take_either(understood: Understood, match: re.Match[str]) -> None:
    """Read "2019 or 2022": the years between are left out."""
    first, last = sorted(int(year) for year in match.groups())
    understood.take(match.span(), f"from {first} or {last}", year_from=first, year_to=last)
    if last - first > 1:
        understood.without = dataclasses.replace(
            understood.without, year_from=first + 1, year_to=last - 1
        )


def _has_years(understood: Understood) -> bool:
    filters = (understood.filters, understood.without)
    return any(f.year_from is not None or f.year_to is not None for f in filters)


def _take(
    understood: Understood, span: tuple[int, int], first: int | None, last: int | None
) -> None:
    """Take one condition; "since 2019" and "before 2022" may stand side by side."""
    if first == last:
        said = f"from {first}"
    elif first and last:
        said = f"{first} to {last}"
    else:
        said = f"since {first}" if first else f"until {last}"
    bounds = {"year_from": first, "year_to": last}
    understood.take(span, said, **{key: year for key, year in bounds.items() if year})
