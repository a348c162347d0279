"""One paper in many spellings is one; papers that merely look alike stay apart."""

from __future__ import annotations

import dataclasses
import random
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.types import Paper, Source
from rag.cite.formats import export
from rag.ingest.identity import Known, clusters, same_paper, title_key
from rag.ingest.readers import read
from rag.models.embed import MiniLM

SAMPLE = Path(__file__).parents[2] / "rag" / "sample" / "papers.jsonl"
LOOMS = Paper(id="", title="On Looms and Cards", authors=("Ada Byron", "Karl Marx"), date="1843")


@pytest.fixture(scope="module")
def sample() -> list[Paper]:
    found = read(SAMPLE.read_bytes(), origin="sample")
    return [paper for paper in found if isinstance(paper, Paper)]


def variants(paper: Paper) -> Iterator[Paper]:
    """The same record as other exports print it."""
    accents = paper.title.replace("o", "ö", 1)
    bare = "".join(c for c in unicodedata.normalize("NFD", accents) if c.isascii())
    last = [name.split()[-1] for name in paper.authors]
    initials = tuple(f"{name[0]}. {name.split()[-1]}" for name in paper.authors)
    changes: list[dict[str, object]] = [
        {"title": paper.title.upper()},
        {"title": paper.title.lower()},
        {"title": accents},
        {"title": bare},
        {"title": paper.title.replace("-", "–")},
        {"title": paper.title.replace("-", " ").replace(":", " -- ")},
        {"title": f"\\textbf{{{paper.title}}}"},
        {"authors": ()},
        {"authors": initials},
        {"authors": tuple(f"{f}, {n[0]}." for f, n in zip(last, paper.authors, strict=True))},
        {"authors": paper.authors[:1], "more_authors": True},
        {"date": None, "abstract": ""},
        {"venue": "arXiv", "doi": "10.48550/arXiv.2401.1"},
    ]
    for change in changes:
        yield dataclasses.replace(paper, **change)  # type: ignore[arg-type]


def test_all_spellings_of_the_sample_are_its_72_papers(sample: list[Paper]) -> None:
    records = [*sample, *(v for paper in sample for v in variants(paper))]
    random.Random(7).shuffle(records)
    assert len(list(clusters(records))) == len(sample) == 72


def look_alikes(papers: list[Paper]) -> Iterator[tuple[Paper, Paper]]:
    """Pairs of different papers that share nearly everything."""
    for paper in papers:

        def but(paper: Paper = paper, **fields: object) -> Paper:
            return dataclasses.replace(paper, **fields)  # type: ignore[arg-type]

        yield but(title=f"{paper.title} Part I"), but(title=f"{paper.title} Part II")
        yield but(title=f"{paper.title}, v1"), but(title=f"{paper.title}, v2")
        yield but(title=f"{paper.title} 2.0"), but(title=f"{paper.title} 2.1")
        yield paper, but(authors=("Zoe Another", *paper.authors[1:]))
        family = paper.authors[0].split()[-1]
        yield paper, but(authors=(f"Zed {family}", "Quite Another"))
        yield (
            but(venue="ICML Workshop on Looms", date="2020"),
            but(venue="Journal of Looms", date="2021"),
        )
        yield but(doi="10.1000/a1"), but(doi="10.1000/a2")
        yield but(arxiv_id="2401.00001v1"), but(arxiv_id="2401.00002")


def test_look_alikes_stay_apart(sample: list[Paper]) -> None:
    pairs = list(look_alikes(sample))
    assert len(pairs) >= 500
    wrong = [pair for pair in pairs if len(list(clusters(pair))) == 1]
    assert not wrong


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"title": "Bands of $\\alpha$"}, {"title": "Bands of $\\beta$"}),
        ({"title": "Parallel C++ Looms"}, {"title": "Parallel C Looms"}),
        ({"title": "Looms 1.5"}, {"title": "Looms 2.5"}),
        ({"title": "Editorial", "authors": ()}, {"title": "Editorial"}),
        ({"authors": ("Ada Byron",)}, {"authors": ("Zoe Byron",)}),
        ({"venue": "Proc. of Looms", "date": "1843"}, {"venue": "Engines", "date": "1845"}),
    ],
)
def test_what_tells_papers_apart(one: dict[str, object], other: dict[str, object]) -> None:
    pair = [dataclasses.replace(LOOMS, **fields) for fields in (one, other)]  # type: ignore[arg-type]
    assert len(list(clusters(pair))) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"title": "on looms & cards".replace("&", "and")},
        {"authors": ("A. Byron",)},
        {"authors": ("Byron, Augusta", "Karl Marx")},
        {"doi": "10.1000/x", "venue": "Engines", "date": "1845"},
        {"authors": ()},
    ],
)
def test_what_does_not(other: dict[str, object]) -> None:
    assert same_paper(LOOMS, dataclasses.replace(LOOMS, **other))  # type: ignore[arg-type]
    assert title_key(LOOMS) == title_key(dataclasses.replace(LOOMS, title=LOOMS.title))


def test_an_identifier_finds_a_paper_under_another_title() -> None:
    known = Known()
    known.remember(dataclasses.replace(LOOMS, id="x", arxiv_id="2401.00001v1"))
    retitled = dataclasses.replace(LOOMS, title="Cards for Looms", arxiv_id="2401.00001v3")
    assert known.candidates(retitled) == ["x"]


def test_what_was_foreseen_is_looked_up_once_and_with_others() -> None:
    asked: list[set[str]] = []

    def stored(places: Iterable[str]) -> dict[str, list[str]]:
        asked.append(set(places))
        return {place: ["x"] if place.startswith("title:") else [] for place in asked[-1]}

    known = Known(stored)
    other = dataclasses.replace(LOOMS, title="Cards for Looms", doi="10.1000/x")
    known.foresee([LOOMS, other])
    for record in (LOOMS, other):
        assert known.candidates(record) == ["x"]
        assert known.identity(record)
    assert len(asked) == 1
    assert not known.has_citekey("nobody")  # which nobody foresaw
    assert len(asked) == 2


def test_papers_that_look_alike_are_stored_and_found_again(
    tmp_path: Path, embedder: MiniLM
) -> None:
    file = tmp_path / "alike.bib"
    file.write_text(
        "@article{a, title={On Looms}, author={Byron, Ada}, doi={10.1000/a}, year={1843}}\n"
        "@article{b, title={On Looms}, author={Byron, Ada}, doi={10.1000/b}, year={1844}}\n"
        "@article{c, title={On Looms}, author={Byron, Ada}}\n",
        "utf-8",
    )
    settings = Settings(_env_file=None, library=tmp_path / "library")
    with Assistant.open(settings=settings) as assistant:
        first = assistant.add(file)
        again = assistant.add(file)
        papers = list(assistant.papers())
        assert (first.added, first.merged, first.failed) == (2, 1, ())
        assert (again.added, again.updated, again.unchanged) == (0, 0, 3)
        assert [paper.doi for paper in papers] == ["10.1000/a", "10.1000/b"]
        assert [paper.citekey for paper in papers] == ["byron1843looms", "byron1844looms"]


def test_every_export_of_the_sample_adds_no_paper_to_it(
    tmp_path: Path, sample: list[Paper], embedder: MiniLM
) -> None:
    some = sample[:12]
    library = tmp_path / "library"
    with Assistant.open(settings=Settings(_env_file=None, library=library)) as assistant:
        assistant.add_bytes(export(some, "bibtex").encode(), "first.bib")
        for form in ("bibtex", "ris", "csl-json", "csv"):
            report = assistant.add_bytes(export(some, form).encode(), f"again.{form}")
            assert (report.added, report.failed) == (0, ())
        assert assistant.paper_count() == 12


def test_the_publishers_values_replace_those_of_a_preprint() -> None:
    from rag.ingest.merge import merge

    preprint = dataclasses.replace(
        LOOMS, venue="arXiv preprint", doi="10.48550/arXiv.1", sources=(Source("a", "b", "c"),)
    )
    merged = merge(preprint, dataclasses.replace(LOOMS, venue="Engines", doi="10.1000/x"))
    assert (merged.venue, merged.doi) == ("Engines", "10.1000/x")
    back = merge(merged, dataclasses.replace(preprint, sources=()))
    assert (back.venue, back.doi) == ("Engines", "10.1000/x")
