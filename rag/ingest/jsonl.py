"""Papers of a JSONL file: one object a line.

Read are `id title authors year date abstract category venue orgs has_code score doi arxiv_id url
more_authors date_inferred status retracted`; other keys are ignored, and null is the same as a
missing key.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NoReturn

from rag.base.text import clean_line, clean_text
from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import status_in, without_status

MAX_LINE = 10_000_000  # characters; the reader hands over no more of a line than this and one more
_MAX_ID = 200
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:[T ].*)?", re.DOTALL)


class _FieldError(Exception):
    """A field of a record has a wrong type or value; the message names it."""


def papers(lines: Iterable[str], *, origin: str) -> Iterator[Paper | Failure]:
    """The papers of a JSONL text, in order; a line that cannot be read is a `Failure`."""
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            reason = f"is longer than {MAX_LINE:,} characters"
            yield Failure(origin, f"line {number}", reason)
        elif line.strip():
            try:
                yield record(_object(line), origin, number)
            except _FieldError as error:
                yield Failure(origin, f"line {number}", str(error))


def record(values: dict[str, Any], origin: str, number: int) -> Paper | Failure:
    """The paper of one object, the `number`th of its file, or why there is none."""
    try:
        return _paper(values, origin, number)
    except _FieldError as error:
        return Failure(origin, f"line {number}", str(error))


def is_object(line: str) -> bool:
    """Whether a line is one JSON object."""
    try:
        return len(line) <= MAX_LINE and isinstance(_object(line), dict)
    except _FieldError:
        return False


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line.strip().lstrip("\ufeff"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        detail = f": {error.msg.lower()}" if isinstance(error, json.JSONDecodeError) else ""
        raise _FieldError(f"is not valid JSON{detail}") from error
    if not isinstance(found, dict):
        raise _FieldError("is not a JSON object")
    return found


def _no_number(name: str) -> NoReturn:
    raise _FieldError(f"is not valid JSON: {name} is not a number")


def _paper(record: dict[str, Any], origin: str, number: int) -> Paper:
    title, status = without_status(clean_line(_text(record, "title")))
    abstract = clean_text(_text(record, "abstract"))
    if not title and not abstract:
        raise _FieldError("has neither a title nor an abstract")
    return Paper(
        id="",
        title=title,
        abstract=abstract,
        authors=_names(record, "authors"),
        orgs=_names(record, "orgs"),
        date=_day(record),
        score=_score(record),
        sources=(Source("jsonl", origin, _where(record, number)),),
        category=_line(record, "category"),
        venue=_line(record, "venue"),
        doi=_line(record, "doi"),
        arxiv_id=_line(record, "arxiv_id"),
        url=_line(record, "url"),
        has_code=_flag(record, "has_code"),
        more_authors=_flag(record, "more_authors"),
        date_inferred=_flag(record, "date_inferred"),
        status=_status(record) or status,
    )


def _status(record: dict[str, Any]) -> str | None:
    is_retracted = _flag(record, "retracted") or _flag(record, "is_retracted")
    return "retracted" if is_retracted else status_in(_text(record, "status"))


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(key, "a text", value)
    return value


def _line(record: dict[str, Any], key: str) -> str | None:
    return clean_line(_text(record, key)) or None


def _names(record: dict[str, Any], key: str) -> tuple[str, ...]:
    value = record.get(key)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise _wrong(key, "a list of texts", value)
    odd = next((item for item in value if not isinstance(item, str)), None)
    if odd is not None or None in value:
        raise _wrong(key, "a list of texts", odd, "one of them ")
    return tuple(name for name in map(clean_line, value) if name)


def _flag(record: dict[str, Any], key: str) -> bool:
    value = record.get(key)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise _wrong(key, "true or false", value)
    return value


def _score(record: dict[str, Any]) -> float | None:
    value = record.get("score")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong("score", "a number", value)
    try:
        score = float(value)
    except OverflowError:
        score = math.inf
    if not math.isfinite(score):
        raise _FieldError("“score” is too large")
    return score


def _day(record: dict[str, Any]) -> str | None:
    """The ISO date of a record, as much of it as is known; `date` goes before `year`."""
    printed = _text(record, "date").strip()
    if printed:
        return _checked_date(printed)
    year = record.get("year")
    if year is None or year == "":
        return None
    if isinstance(year, str) and year.strip().isdecimal():
        year = int(year.strip()[:5])
    if isinstance(year, bool) or not isinstance(year, int):
        raise _wrong("year", "a whole number", year)
    if not 1000 <= year <= 9999:
        raise _FieldError(f"“year” is {year}, which is not a year")
    return str(year)


def _checked_date(printed: str) -> str:
    found = _DATE.fullmatch(printed)
    if not found:
        raise _FieldError(f"“date” is “{printed[:40]}”; write it as 2024, 2024-05 or 2024-05-28")
    year, month, day = (int(part) if part else 1 for part in found.groups())
    try:
        date(year, month, day)
    except ValueError as error:
        raise _FieldError(f"“date” is “{printed[:40]}”, a day that does not exist") from error
    return "-".join(part for part in found.groups() if part)


def _where(record: dict[str, Any], number: int) -> str:
    value = record.get("id")
    if isinstance(value, str | int) and not isinstance(value, bool):
        known = clean_line(str(value))[:_MAX_ID]
        if known:
            return f"id {known}"
    elif value is not None:
        raise _wrong("id", "a text or a number", value)
    return f"line {number}"


_TYPES = {bool: "true or false", str: "a text", list: "a list", dict: "an object"}


def _wrong(key: str, expected: str, value: object, what: str = "it ") -> _FieldError:
    found = "null" if value is None else _TYPES.get(type(value), "a number")
    return _FieldError(f"“{key}” must be {expected}, but {what}is {found}")
