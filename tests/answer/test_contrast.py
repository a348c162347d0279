"""What compared papers have in common and where they differ: checked, and cited from each."""

from __future__ import annotations

import pytest

from rag.answer.contrast import figures_in, say_contrasts
from rag.answer.draft import Draft
from rag.base.aspects import Matrix, known
from rag.base.types import Evidence, Paper


def paper(name: str, says: str, date: str | None = "2021-03", *, code: bool = True) -> Paper:
    return Paper(name, name, date=date, has_code=code, abstract=says)


def evidence(one: Paper) -> Evidence:
    return Evidence(one, 0, len(one.abstract), one.abstract, 1.0)


def told(*papers: Paper) -> list[tuple[str, tuple[str, ...]]]:
    """The sentences with the papers that each cites."""
    aspects = tuple(map(known, ("result", "code", "date")))
    found = tuple((evidence(one), None, None) for one in papers)
    draft = Draft()
    say_contrasts(draft, Matrix(tuple(papers), aspects, found))
    cited = {c.number: c.paper.id for c in draft.citations}
    return [(s.text, tuple(cited[n] for n in s.citations)) for s in draft.sentences]


WEFT = paper("WEFT", "WEFT raises accuracy by 12% and needs 3 pedals.")


def test_figures_for_one_measure_in_one_unit_are_quoted_from_both() -> None:
    warp = paper("WARP", "We find that accuracy rises by 30%, with 9 pedals.", "2021-06")
    said, cited = told(WEFT, warp)[0]
    assert said == (
        "Figures for accuracy in % differ: WEFT (2021): “WEFT raises accuracy by 12%”; "
        "WARP (2021): “We find that accuracy rises by 30%”."
    )
    assert cited == ("WEFT", "WARP")


def test_the_same_figure_is_told_as_such() -> None:
    assert "are the same" in told(WEFT, paper("WARP", "Its accuracy is 12% higher."))[0][0]


@pytest.mark.parametrize(
    "says",
    [
        "Accuracy grows 3x.",  # another unit
        "Perplexity falls by 30%.",  # another measure
        "Accuracy and speed rise by 30%, as accuracy at high speed does by 4%.",  # which of them?
        "Accuracy rises.",
    ],
)
def test_what_cannot_be_compared_is_not(says: str) -> None:
    assert not any("Figures" in text for text, _ in told(WEFT, paper("WARP", says)))


def test_a_piece_with_two_measures_gives_no_figure() -> None:
    one = paper("WARP", "Accuracy at higher speed rises by 30%.")
    assert list(figures_in(evidence(one))) == []


@pytest.mark.parametrize(
    ("date", "code", "said"),
    [
        ("2023-05-01", False, ["WEFT is the older (March 2021), WARP the newer (1 May 2023)."]),
        ("2021-09", True, ["WEFT and WARP are listed with code.", "WEFT and WARP are of 2021."]),
        (None, True, ["WEFT and WARP are listed with code."]),
        (None, False, []),
    ],
)
def test_records_are_held_against_each_other(date: str | None, code: bool, said: list[str]) -> None:
    found = told(WEFT, paper("WARP", "Looms weave.", date, code=code))
    assert [text for text, _ in found] == said
    assert all(cited == ("WEFT", "WARP") for _, cited in found)
