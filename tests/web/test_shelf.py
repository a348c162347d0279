"""The library in memory: found by words, narrowed by facets, counted, sorted."""

from __future__ import annotations

import pytest

from rag.base.types import Paper, Source
from rag.web.shelf import Choice, Shelf

PAPERS = [
    Paper(
        "a", "Über Owls", ("Ada Brook", "Lin Osei"), "2024-05", "LG", orgs=("Kew",), has_code=True,
        score=3.5, sources=(Source("bibtex", "a.bib", "1"),),
    ),
    Paper("b", "Moles", ("Lin Osei",), "2025", "CL", sources=(Source("jsonl", "b", "1"),)),
    Paper("c", "ants", (), None, "LG", score=9.0),
]  # fmt: skip


def ids(choice: Choice) -> str:
    """Ids of what is found, in order."""
    shelf = Shelf(PAPERS)
    return "".join(shelf.papers[place].id for place in shelf.find(choice))


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("newest", "bac"),
        ("oldest", "abc"),
        ("title", "cba"),
        ("author", "abc"),
        ("score", "cab"),
        ("added", "cba"),
    ],
)
def test_papers_stand_in_the_order_that_is_wished_for(order: str, expected: str) -> None:
    assert ids(Choice(order=order)) == expected


@pytest.mark.parametrize(
    ("words", "expected"), [("uber OWLS", "a"), ("osei", "ba"), ("osei owl", "a"), ("zebra", "")]
)
def test_all_words_must_be_in_title_people_or_places(words: str, expected: str) -> None:
    assert ids(Choice(words=words)) == expected


def test_values_of_one_facet_widen_and_facets_narrow() -> None:
    assert ids(Choice(values={"category": ("LG", "CL")})) == "bac"
    assert ids(Choice(values={"category": ("LG",), "author": ("Lin Osei",)})) == "a"
    assert ids(Choice(values={"code": ("without code",)})) == "bc"
    assert ids(Choice(values={"year": ("1999",)})) == ""


def test_a_count_says_what_its_value_would_leave() -> None:
    shelf = Shelf(PAPERS)
    choice = Choice(values={"author": ("Lin Osei",), "category": ("LG",)})
    assert shelf.counts("category", choice) == {"LG": 1, "CL": 1}
    assert shelf.counts("author", choice) == {"Lin Osei": 1, "Ada Brook": 1}
    assert shelf.counts("year", choice) == {"2024": 1}
    for value, count in shelf.counts("category", Choice()).items():
        assert len(ids(Choice(values={"category": (value,)}))) == count


def test_a_chosen_value_that_leaves_nothing_can_still_be_seen_and_taken_back() -> None:
    choice = Choice(words="moles", values={"category": ("LG",)})
    assert Shelf(PAPERS).counts("category", choice) == {"LG": 0, "CL": 1}


def test_an_empty_shelf_has_nothing() -> None:
    assert Shelf([]).find(Choice(words="owls")) == []
    assert Shelf([]).counts("year", Choice()) == {}
