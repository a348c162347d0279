"""The library as a landscape: near papers are near, and the plane is the same every time."""

from __future__ import annotations

import itertools

import numpy as np

from rag import Assistant, Settings
from rag.base.types import Paper
from rag.search.landscape import _widest


def test_records_are_the_papers_without_their_abstracts(history: Assistant) -> None:
    whole = list(history.papers())
    for record, paper in zip(history.records(), whole, strict=True):
        assert record.name == paper.name
        assert (record.authors, record.orgs, record.sources) == (
            paper.authors,
            paper.orgs,
            paper.sources,
        )
        assert (record.year, record.citekey) == (paper.year, paper.citekey)
        assert len(record.abstract) <= 200


def test_a_paper_without_a_title_is_called_by_its_opening(tmp_path_factory, embedder) -> None:
    folder = tmp_path_factory.mktemp("untitled")
    text = b'{"title": "", "abstract": "Owls turn their heads by 270 degrees and look back."}'
    with Assistant.open(folder / "library", Settings(_env_file=None)) as assistant:
        assistant.add_bytes(text, "owls.jsonl")
        (paper,) = assistant.papers()
        assert [record.name for record in assistant.records()] == [paper.name]


def test_similar_papers_are_nearer_than_the_others_and_not_the_paper_itself(
    history: Assistant,
) -> None:
    paper: Paper = next(history.papers())
    near = history.similar(paper.id, k=3)
    assert len(near) == 3
    assert paper.id not in {p.id for p in near}
    ids, vectors = history._store.paper_vectors()
    cosines = dict(zip(ids, vectors @ vectors[ids.index(paper.id)], strict=True))
    ranked = sorted(cosines, key=lambda paper_id: -cosines[paper_id])
    assert near[0].id in ranked[1:4]


def test_nothing_is_similar_to_an_unknown_paper(history: Assistant) -> None:
    assert history.similar("nobody", k=3) == []


def test_the_plane_places_every_paper_within_its_borders_and_neighbours_near(
    history: Assistant,
) -> None:
    places = history.plane()
    assert places == history.plane()
    assert set(places) == {p.id for p in history.papers() if p.abstract}
    assert all(-1 <= value <= 1 for place in places.values() for value in place)
    ids, vectors = history._store.paper_vectors()
    pairs = list(itertools.combinations(range(len(ids)), 2))
    flat = [float(np.hypot(*np.subtract(places[ids[a]], places[ids[b]]))) for a, b in pairs]
    true = [1 - float(vectors[a] @ vectors[b]) for a, b in pairs]
    assert np.corrcoef(flat, true)[0, 1] > 0.3


def test_the_plane_lies_in_the_directions_of_the_greatest_spread() -> None:
    rows = np.random.default_rng(3).normal(size=(500, 40)) * np.linspace(1, 3, 40)
    spread = rows.T @ rows
    _, directions = np.linalg.eigh(spread)
    found = _widest(spread)
    assert np.allclose(np.abs(found.T @ directions[:, -2:][:, ::-1]), np.eye(2), atol=0.05)


def test_papers_that_are_all_alike_spread_nowhere() -> None:
    assert not np.isnan(_widest(np.zeros((3, 3)))).any()
