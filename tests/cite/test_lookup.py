"""A few words find the paper they mean, however they are typed."""

from __future__ import annotations

import pytest

from rag.base.types import Paper, Source
from rag.cite.carding import carded
from rag.cite.lookup import Lookup

PAPERS = [
    Paper(
        id="soap",
        title="SHUTTLE: Weaving and Stabilizing Looms using Cards",
        authors=("Ada Byron", "Rosie Zhao"),
        date="2024-09",
        doi="10.1000/Shuttle.1",
        arxiv_id="2409.11321v2",
        url="https://example.org/shuttle",
        abstract="We present a Warp and Weft Predictor (WWP) for looms.",
        citekey="byron2024shuttle",
        sources=(Source("bibtex", "a.bib", "line 3, Byron:24"),),
    ),
    Paper(id="heat", title="HEAT: Cards in Ovens", authors=("Karl Müller",), date="2020"),
    Paper(id="cap", title="On the heat capacity of liquids", authors=("Zoe Zhao",), date="2019"),
    Paper(id="cap2", title="On the heat capacity of metals", authors=("Zoe Zhao",), date="2021"),
    Paper(id="dots", title="Quantum dots for $\\alpha$-bands", authors=("Łukasz Ożóg",)),
]


@pytest.fixture(scope="module")
def lookup() -> Lookup:
    return Lookup(carded(PAPERS))


@pytest.mark.parametrize(
    ("text", "paper"),
    [
        ("SHUTTLE", "soap"),
        ("which paper introduced shuttle?", "soap"),
        ("the WWP paper", "soap"),
        ("weaving and stabilizing", "soap"),
        ("byron wevaing lomos", "soap"),
        ("Stabilising looms", "soap"),
        ("10.1000/shuttle.1", "soap"),
        ("see https://doi.org/10.1000/SHUTTLE.1.", "soap"),
        ("arXiv:2409.11321", "soap"),
        ("https://arxiv.org/pdf/2409.11321v5.pdf", "soap"),
        ("https://example.org/shuttle/", "soap"),
        ("byron2024shuttle", "soap"),
        ("@Byron:24", "soap"),
        ("heat capacity of liquids", "cap"),
        ("capacity metals", "cap2"),
        ("Zhao 2021 heat", "cap2"),
        ("zhao heat 2019", "cap"),
        ("HEAT", "heat"),
        ("muller ovens", "heat"),
        ("quantum dots α bands", "dots"),
    ],
)
def test_the_paper_that_is_meant_comes_first(text: str, paper: str, lookup: Lookup) -> None:
    assert lookup.find(text)[0].paper_id == paper


def test_an_author_alone_gives_all_papers_newest_first(lookup: Lookup) -> None:
    assert [m.paper_id for m in lookup.find("Zoe Zhao")] == ["cap2", "cap"]
    assert [m.paper_id for m in lookup.find("Zhao")] == ["soap", "cap2", "cap"]
    assert [m.paper_id for m in lookup.find("papers by Zhao 2024")] == ["soap"]


def test_the_words_that_decided_are_told(lookup: Lookup) -> None:
    assert lookup.find("byron wevaing 2024")[0].words == ("byron", "weaving", "2024")


@pytest.mark.parametrize("text", ["", "?", "xylophone", "\\", "$$", "1" * 10_000])
def test_nothing_is_found_by_nothing(text: str, lookup: Lookup) -> None:
    assert lookup.find(text) == []


def test_an_empty_library_finds_nothing() -> None:
    assert Lookup(carded([])).find("looms") == []
