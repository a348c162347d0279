"""JSONL records: which fields are read, and how wrong ones are named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.base.types import Failure, Paper, Source
from rag.ingest import jsonl


def only(line: str) -> Paper | Failure:
    (found,) = jsonl.papers([line], origin="papers.jsonl")
    return found


def paper(**fields: Any) -> Paper:
    found = only(json.dumps(fields))
    assert isinstance(found, Paper), found
    return found


def test_every_field_is_read() -> None:
    found = paper(
        id="p1",
        title=" On\n Looms ",
        authors=["Ada  Lovelace", "", "Charles Babbage"],
        more_authors=True,
        date="2024-05-28",
        year=1999,
        date_inferred=True,
        abstract="Looms weave.\r\n\r\nThey\u202e do. ",
        category="LG",
        venue="Taylor's Memoirs",
        orgs=["uw"],
        has_code=True,
        score=97.5,
        doi="10.1000/1",
        arxiv_id="2405.00001",
        url="https://example.org/1",
        extra={"ignored": True},
    )
    assert found == Paper(
        id="",
        title="On Looms",
        authors=("Ada Lovelace", "Charles Babbage"),
        more_authors=True,
        date="2024-05-28",
        date_inferred=True,
        abstract="Looms weave.\n\nThey do.",
        category="LG",
        venue="Taylor's Memoirs",
        orgs=("uw",),
        has_code=True,
        score=97.5,
        doi="10.1000/1",
        arxiv_id="2405.00001",
        url="https://example.org/1",
        sources=(Source("jsonl", "papers.jsonl", "id p1"),),
    )


def test_null_is_the_same_as_missing() -> None:
    keys = "id authors year date category venue orgs has_code score doi arxiv_id url more_authors"
    assert paper(title="Looms", **dict.fromkeys(keys.split())) == paper(title="Looms")


def test_a_title_may_be_missing_where_there_is_an_abstract() -> None:
    assert paper(title="", abstract="Looms weave.").name == "Untitled: Looms weave."
    assert only('{"title": " ", "abstract": "\\u0000"}') == Failure(
        "papers.jsonl", "line 1", "has neither a title nor an abstract"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"year": 1843}, "1843"),
        ({"year": "1843"}, "1843"),
        ({"year": ""}, None),
        ({"date": "1843"}, "1843"),
        ({"date": "1843-10"}, "1843-10"),
        ({"date": "2024-02-29T12:00:00Z"}, "2024-02-29"),
    ],
)
def test_dates_are_as_long_as_known(fields: dict[str, Any], expected: str | None) -> None:
    assert paper(title="Looms", **fields).date == expected


@pytest.mark.parametrize(
    ("record", "where"),
    [({"id": 7}, "id 7"), ({"id": ""}, "line 1"), ({}, "line 1"), ({"id": "a" * 999}, "id a")],
)
def test_sources_name_the_id_or_the_line(record: dict[str, Any], where: str) -> None:
    found = paper(title="Looms", **record).sources[0].where
    assert found.startswith(where)
    assert len(found) < 210


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"title": "Looms"', "is not valid JSON: expecting ',' delimiter"),
        ('["Looms"]', "is not a JSON object"),
        ("Looms", "is not valid JSON: expecting value"),
        ("{" * 100_000, "is not valid JSON"),
        ('{"a":' * 100_000, "is not valid JSON"),
        ('{"score": NaN}', "is not valid JSON: NaN is not a number"),
        ('{"title": 5}', "“title” must be a text, but it is a number"),
        ('{"title": ["a"]}', "“title” must be a text, but it is a list"),
        ('{"abstract": {}}', "“abstract” must be a text, but it is an object"),
        ('{"title": "a", "authors": "Ada"}', "“authors” must be a list of texts, but it is a text"),
        (
            '{"title": "a", "authors": ["Ada", null]}',
            "“authors” must be a list of texts, but one of them is null",
        ),
        ('{"title": "a", "has_code": 1}', "“has_code” must be true or false, but it is a number"),
        ('{"title": "a", "score": "9"}', "“score” must be a number, but it is a text"),
        ('{"title": "a", "score": true}', "“score” must be a number, but it is true or false"),
        ('{"title": "a", "score": 1e999}', "“score” is too large"),
        (f'{{"title": "a", "score": {10**400}}}', "“score” is too large"),
        ('{"title": "a", "year": 18.5}', "“year” must be a whole number, but it is a number"),
        ('{"title": "a", "year": 12}', "“year” is 12, which is not a year"),
        ('{"title": "a", "date": "May 1"}', "“date” is “May 1”; write it as"),
        ('{"title": "a", "date": "2023-02-29"}', "“date” is “2023-02-29”, a day that"),
        ('{"title": "a", "id": true}', "“id” must be a text or a number"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_wrong_is_named(line: str, reason: str) -> None:
    found = only(line)
    assert isinstance(found, Failure)
    assert (found.source, found.where) == ("papers.jsonl", "line 1")
    assert found.reason.startswith(reason)
    assert len(found.reason) < 150


def test_one_broken_line_loses_nothing_else() -> None:
    lines = ['{"title": "a"}', "", "{broken", " ", '{"title": "b"}']
    found = list(jsonl.papers(lines, origin="x"))
    assert [getattr(item, "title", None) or getattr(item, "where", None) for item in found] == [
        "a",
        "line 3",
        "b",
    ]


def test_a_line_over_the_limit_is_left_out() -> None:
    found = only('{"title": "' + "a" * jsonl.MAX_LINE + '"}')
    assert found == Failure("papers.jsonl", "line 1", "is longer than 10,000,000 characters")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
_KEYS = st.sampled_from(
    ["id", "title", "authors", "year", "date", "abstract", "orgs", "has_code", "score", "url"]
)


@given(st.dictionaries(_KEYS, _VALUES, max_size=6))
@settings(deadline=None, max_examples=200)
def test_no_object_raises(record: dict[str, Any]) -> None:
    assert isinstance(only(json.dumps(record)), Paper | Failure)
