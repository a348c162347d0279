"""What is quoted of compared papers, and of the one paper that speaks for both sides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_papers import paper

from rag.assistant import Assistant
from rag.base.aspects import Aspect, Kind, Matrix, known
from rag.base.types import Evidence, Paper
from rag.search.matrix import spoken

_ONE, _TWO = replace(paper(1), id="one"), replace(paper(2), id="two")


def said(about: Paper, text: str) -> Evidence:
    return Evidence(about, 0, len(text), text, 1.0)


def table(*kinds: Kind, two: bool = True) -> Matrix:
    """Both papers, or the first alone, say of each aspect that they say it."""
    rows = [
        tuple(said(each, kind) if each is _ONE or two else None for kind in kinds)
        for each in (_ONE, _TWO)
    ]
    return Matrix((_ONE, _TWO), tuple(map(known, kinds)), tuple(rows))


@pytest.mark.parametrize(
    ("asked", "most", "quoted"),
    [
        ((), 2, ["result", "method"]),
        ((), 1, ["result"]),
        ((known("data"),), 2, ["data"]),
        ((Aspect("how it folds", words="how it folds", may_fail=True), known("data")), 2, []),
    ],
)
def test_what_is_asked_is_quoted_or_else_what_a_paper_does_and_finds(
    asked: tuple[Aspect, ...], most: int, quoted: list[str]
) -> None:
    found = spoken(table("problem", "method", "data", "result"), asked, [], most=most)
    assert [e.text for e in found if e.paper.id == "one"] == quoted
    assert len(found) == 2 * len(quoted)


def test_a_paper_that_states_nothing_of_it_speaks_by_what_is_like_the_question() -> None:
    alike = [said(_TWO, "like it"), said(_ONE, "like it too")]
    found = spoken(table("data", two=False), (known("data"),), alike, most=1)
    assert [e.text for e in found] == ["data", "like it"]


@pytest.fixture(scope="module")
def mills(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("mills")
    (folder / "mills.bib").write_text(
        "@article{a, title={TURNER: grain between stones and rollers}, author={Ada Lovelace},"
        "abstract={We present TURNER, a mill that works by stone rolling (STR) or by roller "
        "milling (ROM). ROM keeps the grain cool. Flour is made in one pass. STR wears out "
        "within a year. TURNER needs STR or ROM, never both. The mill is fast.}}"
        "@article{b, title={Cooling by ROM in a dairy}, author={Grace Hopper},"
        "abstract={Milk is cooled with rollers that ROM made cheap.}}",
        "utf-8",
    )
    assistant = Assistant.open(folder / "library")
    assistant.add(folder / "mills.bib")
    return assistant


def test_the_one_paper_on_both_sides_is_quoted_on_each(mills: Assistant) -> None:
    answer = mills.ask("What is the difference between STR and ROM?")
    quoted = " ".join(citation.quote for citation in answer.citations)
    assert answer.table is None
    assert {citation.paper.title.split(":")[0] for citation in answer.citations} == {"TURNER"}
    assert "keeps the grain cool" in quoted
    assert "wears out" in quoted


def test_a_comparison_that_is_stated_is_looked_up(mills: Assistant) -> None:
    assert mills.ask("TURNER keeps grain cool compared to ROM.").table is None
