"""Retrieval: what each of the two searches brings can be measured alone."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.types import Filters, Paper
from rag.search.rank import Weights


@pytest.mark.parametrize(
    ("weights", "silent"),
    [(Weights(dense=1), "keyword"), (Weights(keyword=1), "dense")],
    ids=["dense", "keyword"],
)
def test_a_side_without_weight_is_not_searched(
    weights: Weights, silent: str, history: Assistant
) -> None:
    library = history.settings.library
    with Assistant.open(library, history.settings, weights=weights) as assistant:
        hits = assistant.search("cards for a machine", k=20)
    assert hits
    assert {getattr(hit, silent) for hit in hits} == {0.0}


@pytest.mark.parametrize(
    "filters",
    [
        Filters(has_code=True),
        Filters(year_from=2020),
        Filters(authors=("Herschel", "Curie")),
        Filters(categories=("LG",), year_to=2020),
    ],
    ids=["code", "years", "authors", "category and years"],
)
def test_every_hit_meets_the_filters_and_none_that_does_is_missing(
    filters: Filters, history: Assistant
) -> None:
    hits = history.search("a measurement with figures", k=50, filters=filters)
    assert {hit.paper.id for hit in hits} == {paper.id for paper in history.papers(filters)}


def test_hits_are_ordered_unique_and_no_more_than_asked(history: Assistant) -> None:
    hits = history.search("machines that check errors", k=5)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.paper.id for hit in hits}) == len(hits) == 5
    assert hits == history.search("machines that check errors", k=5)


def test_a_hit_carries_the_passage_that_was_alike(history: Assistant) -> None:
    (hit,) = history.search("waggle dance", k=1)
    assert hit.paper.title.startswith("Dancing in the Dark")
    assert hit.chunk is not None
    assert hit.chunk.text == hit.paper.abstract[hit.chunk.start : hit.chunk.end]
    assert 0 < hit.dense <= 1
    assert hit.keyword == 1.0


def test_a_named_paper_is_lifted_but_never_past_the_filters(
    history: Assistant, papers: list[Paper]
) -> None:
    loom = next(p for p in papers if p.title.startswith("LOOM"))
    retriever = history._parts.retriever
    plain = {hit.paper.id: hit.score for hit in retriever.search("radon", k=50)}
    lifted = {hit.paper.id: hit.score for hit in retriever.search("radon", k=50, named=(loom.id,))}
    assert lifted[loom.id] == pytest.approx(plain[loom.id] + 0.5)
    assert {key: lifted[key] for key in plain if key != loom.id} == {
        key: score for key, score in plain.items() if key != loom.id
    }
    without = retriever.search("radon", k=50, named=(loom.id,), filters=Filters(year_from=2020))
    assert loom.id not in {hit.paper.id for hit in without}


@pytest.mark.parametrize("query", ["", "  ", "\n"])
def test_an_empty_query_finds_nothing(query: str, history: Assistant) -> None:
    assert history.search(query) == []


def test_filters_that_no_paper_meets_find_nothing(history: Assistant) -> None:
    assert history.search("radon", filters=Filters(year_from=2030)) == []
