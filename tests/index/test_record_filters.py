from __future__ import annotations

from dataclasses import replace

import pytest
from made_papers import chunks, paper, put

from rag.base.types import Filters
from rag.index.store import Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")

PAPERS = [
    replace(paper(1), authors=("Rosie Zhao", "Jörg Müller"), date="2023", category="LG", score=7.0),
    replace(
        paper(2),
        authors=("Nikhil Vyas", "Rosie Zhao"),
        date="2024-06",
        category="cs.CL",
        score=None,
        orgs=("Microsoft-Research", "École Polytechnique"),
        has_code=True,
    ),
    replace(
        paper(3), authors=("Bo Zhao",), date="2024-12-31", category="lg", score=9.0, orgs=("Meta",)
    ),
    replace(paper(4), authors=(), date=None, category=None, score=None, orgs=(), has_code=True),
]


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writer() as writer:
        for one in PAPERS:
            writer.put(one, chunks(one), identity_key=one.id)
    return store


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(authors=("Zhao",)), ["p1", "p2", "p3"]),
        (Filters(authors=("rosie ZHAO",)), ["p1", "p2"]),
        (Filters(authors=("R. Zhao",)), ["p1", "p2"]),
        (Filters(authors=("Zhao, B.", "Vyas")), ["p2", "p3"]),
        (Filters(authors=("Muller",)), ["p1"]),
        (Filters(authors=("Nobody",)), []),
        (Filters(authors=("%",)), []),
        (Filters(first_author="Zhao"), ["p1", "p3"]),
        (Filters(first_author="Rosie Zhao"), ["p1"]),
        (Filters(first_author="Müller"), []),
        (Filters(categories=("LG",)), ["p1", "p3"]),
        (Filters(categories=("lg", "CS.cl")), ["p1", "p2", "p3"]),
        (Filters(orgs=("microsoft research",)), ["p2"]),
        (Filters(orgs=("ECOLE polytechnique", "meta")), ["p2", "p3"]),
        (Filters(orgs=("micro",)), []),
        (Filters(year_from=2024), ["p2", "p3"]),
        (Filters(year_to=2023), ["p1"]),
        (Filters(year_from=2023, year_to=2023), ["p1"]),
        (Filters(year_from=2025, year_to=2023), []),
        (Filters(has_code=True), ["p2", "p4"]),
        (Filters(has_code=False), ["p1", "p3"]),
        (Filters(score_from=8.0), ["p3"]),
        (Filters(score_from=0.0), ["p1", "p3"]),
        (Filters(ids=("p4", "p1", "unknown")), ["p1", "p4"]),
        (Filters(authors=("Zhao",), year_from=2024, categories=("LG",)), ["p3"]),
        (Filters(authors=("Zhao",), ids=("p4",)), []),
    ],
    ids=str,
)
def test_filters_allow_just_these_papers(
    filled: Store, filters: Filters, expected: list[str]
) -> None:
    assert filled.allowed(filters) == set(expected)
    assert [one.id for one in filled.papers(filters)] == expected


def test_empty_filters_restrict_nothing(filled: Store) -> None:
    assert filled.allowed(Filters()) is None
    assert len(list(filled.papers(Filters()))) == len(PAPERS)


def test_hundreds_of_names_and_ids_are_one_filter(filled: Store) -> None:
    names = tuple(f"Person Nr{i}" for i in range(1500))
    assert filled.allowed(Filters(authors=(*names, "Vyas"))) == {"p2"}
    assert filled.allowed(Filters(orgs=(*names, "Meta"))) == {"p3"}
    assert filled.allowed(Filters(ids=(*names, "p1"))) == {"p1"}


def test_names_that_are_only_punctuation_allow_nothing(filled: Store) -> None:
    assert filled.allowed(Filters(authors=("--", ""))) == frozenset()


def test_filters_follow_what_is_added_changed_and_removed(store: Store) -> None:
    with store.writer() as writer:
        put(writer, *range(40))
    before = store.allowed(Filters(categories=("LG",)))
    assert before == {f"p{n}" for n in range(1, 40, 2)}
    with store.writer() as writer:
        writer.put(replace(paper(1), category="new"), chunks(paper(1)), identity_key="key 1")
        writer.remove("p3", undoable=True)
        put(writer, 41)
    assert store.allowed(Filters(categories=("LG",))) == (before - {"p1", "p3"}) | {"p41"}
    assert store.allowed(Filters(categories=("NEW",))) == {"p1"}
    with store.writer() as writer:
        writer.restore("p3")
    assert store.allowed(Filters(categories=("LG",))) == (before - {"p1"}) | {"p41"}
    assert store.allowed(Filters(year_from=2018, year_to=2018)) == {"p3", "p13", "p23", "p33"}
