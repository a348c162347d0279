"""CSL-JSON of Zotero, Crossref and pandoc, whole and damaged."""

from __future__ import annotations

import json

import pytest
from reading import one, read_text

ITEM = {
    "id": "byron43",
    "type": "article-journal",
    "title": "On <i>Looms</i>",
    "author": [
        {"family": "Byron", "given": "Ada"},
        {"family": "Maaten", "given": "L.", "non-dropping-particle": "van der"},
        {"literal": "The Loom Group"},
    ],
    "issued": {"date-parts": [[1843, 9, 3]]},
    "container-title": "Engines",
    "DOI": "10.1000/abc",
}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([ITEM]),
        json.dumps([ITEM], indent=2),
        json.dumps(ITEM),
        json.dumps(ITEM, indent=1),
        json.dumps({"items": [ITEM]}),
        "\ufeff \n" + json.dumps([ITEM], indent="\t"),
    ],
    ids=["one line", "indented", "bare", "bare, indented", "wrapped", "marked"],
)
def test_an_item_becomes_a_paper(text: str) -> None:
    paper = one(text, "export.json")
    assert paper.title == "On Looms"
    assert paper.authors == ("Ada Byron", "L. van der Maaten", "The Loom Group")
    assert (paper.date, paper.venue, paper.doi) == ("1843-09-03", "Engines", "10.1000/abc")


@pytest.mark.parametrize(
    ("issued", "date"),
    [
        ({"date-parts": [["2020", "5"]]}, "2020-05"),
        ({"raw": "28 May 2020"}, "2020-05-28"),
        ({"literal": "2020"}, "2020"),
        ({"date-parts": [[None]]}, None),
        ({}, None),
    ],
)
def test_dates_come_in_many_forms(issued: object, date: str | None) -> None:
    assert one(json.dumps([{**ITEM, "issued": issued}])).date == date


def test_titles_in_lists_and_odd_values_do_no_harm() -> None:
    paper = one(json.dumps([{**ITEM, "title": ["Looms"], "author": [None, "Ada Byron"], "DOI": 5}]))
    assert (paper.title, paper.authors, paper.doi) == ("Looms", ("Ada Byron",), None)


def test_records_of_our_own_in_an_array_are_read() -> None:
    assert one('[{"title": "Looms", "authors": ["Ada Byron"], "year": 1843}]').year == 1843


def test_a_damaged_item_is_named_and_those_after_it_are_read() -> None:
    items = [json.dumps({**ITEM, "title": f"Loom {i}"}) for i in range(5)]
    items[2] = items[2].replace('"author":', '"author"')
    papers, failures = read_text("[" + ",\n".join(items) + "]")
    assert [paper.title for paper in papers] == ["Loom 0", "Loom 1", "Loom 3", "Loom 4"]
    assert [failure.where for failure in failures] == ["item 3"]


@pytest.mark.parametrize("cut", [1, 20, 150])
def test_a_file_that_is_cut_off_says_so(cut: int) -> None:
    text = json.dumps([{**ITEM, "title": f"Loom {i}"} for i in range(3)])
    papers, failures = read_text(text[:-cut])
    assert len(papers) == (3 if cut == 1 else 2)
    assert "cut off" in failures[0].reason


def test_items_are_read_across_blocks() -> None:
    items = [{**ITEM, "title": f"Loom {i}", "abstract": "weave " * 400} for i in range(500)]
    papers, failures = read_text(json.dumps(items))
    assert ([paper.title for paper in papers], failures) == ([f"Loom {i}" for i in range(500)], [])
