"""Years in a question: one year, several, ranges, "since", "before", decades, "the last two years".

Conditions that stand side by side must all hold ("since 2019 and before 2022"); years that are
listed are alternatives ("2019, 2021 or 2023").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from rag.search.people import PAPERS
from rag.search.understood import Understood

Years = tuple[int | None, int | None]

_PART = (
    r"(?:(?:the\s+)?(?:(?:very\s+)?(?:early|late|mid)|(?:beginning|start|end|middle)\s+of)[\s-]+)?"
)
_YEAR = rf"{_PART}(?:the\s+)?(?:years?\s+)?((?:19|20)\d\d)(?![\w.]*\d)"
_TO = r"\s*(?:and|to|until|till|through|thru|up\s+to|-|–|—)\s*"
_SINCE = r"(?:ever\s+)?since|as\s+of|starting(?:\s+(?:in|from))?|beginning(?:\s+(?:in|from|with))?"
_ON = r"(?:(?:and\s+)?on(?:wards?)?|(?:and\s+)?forward|and\s+(?:up|beyond))"
_EARLIER = r"(?:earlier|older|before|below|prior)\b(?!\s+(?:than\s+|to\s+|the\s+)?\d)"
_LATER = r"(?:later|newer|after|above|since|onwards?)\b(?!\s+(?:than\s+|the\s+)?\d)"
_NOT_LATER = r"(?:no|not)\s+(?:later|newer|younger)\s+than|not\s+after|at\s+(?:the\s+)?latest|by"
_NOT_OLDER = r"(?:no|not)\s+(?:earlier|older)\s+than|not\s+before|at\s+(?:the\s+)?earliest"
_IN = r"(?:in|from|of|during|dated|published|year|(?:come|are|is|were|was)(?:\s+from)?)"
_READERS: tuple[tuple[str, Callable[[list[int]], Years]], ...] = (
    (
        rf"\b(?:(?:in\s+)?between|from|in|during|within)\s+{_YEAR}{_TO}{_YEAR}\b|"
        rf"\b{_YEAR}\s*(?:[-–—]|\bto\b|\buntil\b|\bthrough\b)\s*{_YEAR}\b",
        lambda years: (min(years), max(years)),
    ),
    (
        rf"\b(?:{_SINCE}|from)\s+{_YEAR}\s+{_ON}\b|\b{_YEAR}\s+{_ON}\b|\b(?:{_SINCE})\s+{_YEAR}\b|"
        rf"\b(?:in\s+or\s+after|{_NOT_OLDER})\s+{_YEAR}\b|"
        rf"\b(?:{_IN}\s+)?{_YEAR}\s+(?:or|and|&)\s+{_LATER}|\b(?:{_IN}\s+)?{_YEAR}\+(?=\W|$)",
        lambda years: (years[0], None),
    ),
    (
        rf"(?<!no\s)(?<!not\s)\b(?:after|later\s+than|newer\s+than|more\s+recent\s+than|younger\s+than|past|post)[\s-]+{_YEAR}\b",
        lambda years: (years[0] + 1, None),
    ),
    (
        rf"\b(?:{_IN}\s+)?{_YEAR}\s+(?:or|and|&)\s+{_EARLIER}|"
        rf"\b(?:in\s+or\s+before|{_NOT_LATER}|(?:up\s+)?until|till|up\s+to(?:\s+and\s+including)?)\s+{_YEAR}\b",
        lambda years: (None, years[0]),
    ),
    (
        rf"(?<!no\s)(?<!not\s)\b(?:before|earlier\s+than|older\s+than|prior\s+to|pre|preceding)[\s-]+{_YEAR}\b",
        lambda years: (None, years[0] - 1),
    ),
    (r"\b(?:from|in|of|during)?\s*the\s+((?:19|20)\d0)['’]?s\b", lambda y: (y[0], y[0] + 9)),
    (
        rf"\b{_IN}\s+{_YEAR}\b(?!\s*[-–]\d)|"
        rf"^\W*(?:(?:and|(?:what|how)\s+about|only|just)\s+)*{_YEAR}\W*$|^\W*{_YEAR}\b(?=.*\b{PAPERS}\b)|\b{_YEAR}(?:['’]s)?\s+{PAPERS}\b|"
        rf"\b{PAPERS}[\s,:(]+{_YEAR}\b\)?|\bet\s+al\.?,?\s*\(?{_YEAR}\b\)?",
        lambda years: (years[0], years[0]),
    ),
)
_AND_YEAR = rf"\s*(?:,\s*(?:or|and)?|or|and|&|/)\s*(?:also\s+)?(?:in\s+|from\s+)?{_YEAR}\b"
_LISTED = re.compile(
    rf"\b(?:either\s+)?(?:{_IN}\s+)(?:either\s+)?{_YEAR}(?:{_AND_YEAR})+|"
    rf"\b{_YEAR}(?:{_AND_YEAR})+(?=\s+{PAPERS})",
    re.IGNORECASE,
)
_LOOSE = re.compile(rf"(?<=[a-z\s,])[\s,]\(?{_YEAR}\)?\W*$")
_AFTER_A_NAME = re.compile(rf"\s{{4,}}\(?{_YEAR}\b\)?")  # "Zhao 2025": the name is blanked by now
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "couple of": 2}
_LAST_YEARS = re.compile(
    r"\b(?:from\s+|in\s+|of\s+|during\s+|over\s+|within\s+)?(?:the\s+)?(?:last|past|previous)\s+"
    rf"(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+years\b",
    re.IGNORECASE,
)
_DECADE = re.compile(
    r"\b(?:from\s+|in\s+|of\s+|during\s+|over\s+)?the\s+(?:last|past)\s+decade\b", re.IGNORECASE
)
_ONE_YEAR = re.compile(
    r"\b(?:from\s+|in\s+|of\s+)?(this|(?:the\s+)?current|last|(?:the\s+)?previous)\s+year(?:['’]s)?\b",
    re.IGNORECASE,
)


def read_years(understood: Understood, today: date) -> None:
    """Take the years that a question states; relative ones are counted from `today`."""
    listed = _LISTED.search(understood.rest)
    if listed:
        _take_listed(understood, listed)
    for pattern, bounds in _READERS:
        for match in re.finditer(pattern, understood.rest, re.IGNORECASE):
            _take(understood, match.span(), *bounds([int(y) for y in match.groups() if y]))
    if not understood.has_years:
        _read_loose(understood)
    if not understood.has_years:
        _read_relative(understood, today)


def _read_loose(understood: Understood) -> None:
    """Read "Zhao 2025", and "diffusion papers with code, 2024"."""
    named = understood.filters.authors or understood.filters.first_author
    match = _AFTER_A_NAME.search(understood.rest) if named else None
    if match is None and re.search(rf"\b{PAPERS}\b", understood.rest, re.IGNORECASE):
        match = _LOOSE.search(understood.rest)
    if match:
        _take(understood, match.span(), int(match[1]), int(match[1]))


def _read_relative(understood: Understood, today: date) -> None:
    several, one = _LAST_YEARS.search(understood.rest), _ONE_YEAR.search(understood.rest)
    decade = _DECADE.search(understood.rest)
    if several:
        count = _NUMBERS.get(several.group(1).casefold()) or int(several.group(1))
        _take(understood, several.span(), today.year - count + 1, today.year)
    elif decade:
        _take(understood, decade.span(), today.year - 9, today.year)
    elif one:
        year = today.year - one.group(1).casefold().endswith(("last", "previous"))
        _take(understood, one.span(), year, year)


def _take_listed(understood: Understood, match: re.Match[str]) -> None:
    """Read "2019, 2021 or 2023": the years between are left out."""
    years = sorted({int(year) for year in re.findall(r"(?:19|20)\d\d", match.group())})
    said = "from " + " or ".join(map(str, years))
    bounds = {"year_from": years[0], "year_to": years[-1]}
    if years[-1] - years[0] == len(years) - 1:
        understood.take(match.span(), said, **bounds)
    elif understood.is_negated(match.start()):
        understood.use(match.span())
        understood.hold(f"not {said}", without_years=tuple(years))
    else:
        understood.blank(match.span())
        understood.hold(said, bounds, years=tuple(years))


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
    if understood.is_negated(span[0]) and understood.without.year_from and first == last and first:
        understood.use(span)
        understood.hold(f"not {said}", without_years=(first,))
        return
    understood.take(span, said, **{key: year for key, year in bounds.items() if year})
