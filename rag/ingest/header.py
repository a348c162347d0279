"""The line that opens a record of a listing, such as `97.6LGMay 28, 2024Code`, and its date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

MAX_LINE = 80  # characters; a header has some 25
_BROKEN_LINE = 40
_OLDEST_YEAR = 1900
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: n for n, name in enumerate(_NAMES.split(), start=1)}

_MONTH = (
    r"(?P<month>(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?))\.?"
)
_DATE = _MONTH + r"\s{1,3}(?P<day>\d{1,2})(?:,?\s{1,3}(?P<year>\d{4}))?"
_CODE_OF_ARXIV = r"[a-z][a-z-]{1,12}\.[A-Za-z][A-Za-z-]{1,12}|[a-z]{2,7}-[a-z]{2,7}"
_LINE = re.compile(
    r"(?P<score>\d{1,3}(?:[.,]\d{1,3})?)?(?P<gap1>\s*)"
    rf"(?:(?P<category>[A-Z]{{2,5}}?|{_CODE_OF_ARXIV})(?P<gap2>\s*))?"
    rf"{_DATE}\s*(?P<badges>(?:[A-Z][a-z]{{1,11}}\s?){{0,3}})"
)
# Two files pasted together glue an abstract to the next header. A score must have its decimal
# here, or the last digits of an abstract would be taken for one.
_END = re.compile(
    rf"(?P<score>100(?:\.0+)?|\d{{1,2}}\.\d{{1,3}})?(?P<category>[A-Z]{{2}}){_DATE}"
    r"(?P<badges>(?:Code)?)$"
)
_CLOSING = tuple(".!?)]}\"'”’:;$…")
_BROKEN = re.compile(
    rf"\d{{0,3}}[.,]?\d{{0,3}}\s?(?:[A-Z]{{2,5}}\S|{_MONTH}\s)|.*\b(?:19|20)\d\d\b"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A header line taken apart. `is_glued`: printed as the site does, without gaps."""

    score: float | None
    category: str | None
    printed_date: str
    month: int
    day: int
    year: int | None
    has_code: bool
    is_glued: bool


def match(line: str) -> Header | None:
    """The header that a whole line is; None if it is something else."""
    found = _LINE.fullmatch(line.strip()) if len(line) <= MAX_LINE else None
    if not found:
        return None
    is_glued = bool(found["category"]) and not (found["gap1"] or found["gap2"])
    return _header(found, is_glued=is_glued)


def match_end(line: str) -> tuple[str, Header] | None:
    """The text before a header at the end of a line, and the header; None if there is none."""
    start = max(0, len(line) - MAX_LINE)
    found = _END.search(line, start)
    if not found:
        return None
    before = line[: found.start()]
    ends_in_space = before != before.rstrip()
    if not before.strip() or (ends_in_space and not before.rstrip().endswith(_CLOSING)):
        return None
    return before.rstrip(), _header(found, is_glued=True)


def looks_broken(line: str) -> bool:
    """Whether a line may have been a header: short, and opening with a category or a date."""
    if len(line) > _BROKEN_LINE or line.endswith((".", "!", "?")):
        return False
    return bool(_BROKEN.match(line))


def iso_date(header: Header, *, taken: date, newest_year: int | None) -> str | None:
    """The ISO date of a header; None if there is no such day or it lies in the future.

    A listing prints years only for past years. A day without one is the latest such day not after
    `taken`, the day the listing was taken, and later than `newest_year`, the newest year that it
    prints.
    """
    if header.year is not None:
        is_possible = _OLDEST_YEAR <= header.year <= max(taken, date.today()).year + 1
        return _iso(header.year, header) if is_possible else None
    year: int | None = next(
        (y for y in range(taken.year, taken.year - 9, -1) if _not_after(y, header, taken)), None
    )
    if newest_year is not None and (year is None or year <= newest_year):
        after = range(newest_year + 1, newest_year + 10)
        year = next((y for y in after if _iso(y, header)), None)
    return _iso(year, header) if year is not None else None


def _not_after(year: int, header: Header, taken: date) -> bool:
    found = _iso(year, header)
    return found is not None and found <= taken.isoformat()


def _iso(year: int, header: Header) -> str | None:
    try:
        return date(year, header.month, header.day).isoformat()
    except ValueError:
        return None


def _header(found: re.Match[str], *, is_glued: bool) -> Header:
    printed = found.string[found.start("month") : found.end("year" if found["year"] else "day")]
    return Header(
        score=float(found["score"].replace(",", ".")) if found["score"] else None,
        category=found["category"],
        printed_date=printed,
        month=_MONTHS[found["month"][:3].lower()],
        day=int(found["day"]),
        year=int(found["year"]) if found["year"] else None,
        has_code="Code" in found["badges"],
        is_glued=is_glued,
    )
