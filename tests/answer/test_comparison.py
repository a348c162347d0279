"""Tables: every cell quotes its own paper or its record, or says that nothing is stated."""

from __future__ import annotations

from rag.answer.compare import NOT_STATED, say_shared, table
from rag.answer.draft import Draft
from rag.base.aspects import Aspect, Kind, Matrix, Shared, known
from rag.base.types import Evidence, Paper

WEFT = Paper(
    "1",
    "WEFT: A Loom",
    authors=("Ada Brook", "Lin Osei"),
    date="2021-03",
    has_code=True,
    abstract="WEFT beats\nJacquard by 12%.",
)
WARP = Paper("2", "WARP", abstract="WARP beats Jacquard.")


def evidence(paper: Paper) -> Evidence:
    return Evidence(paper, 0, len(paper.abstract), paper.abstract, 1.0)


def matrix(*kinds: Kind, **extra: tuple[Shared, ...]) -> Matrix:
    found = tuple(
        tuple(evidence(paper) if kind == "baselines" else None for kind in kinds)
        for paper in (WEFT, WARP)
    )
    return Matrix((WEFT, WARP), tuple(map(known, kinds)), found, **extra)


def test_a_cell_quotes_its_paper_word_for_word() -> None:
    draft = Draft()
    shown = table(draft, matrix("baselines"))
    assert [row[0].text for row in shown.cells] == [
        "WEFT beats Jacquard by 12%.",
        "WARP beats Jacquard.",
    ]
    cited = {c.number: c for c in draft.citations}
    for paper, row in zip(shown.papers, shown.cells, strict=True):
        assert [cited[n].paper for cell in row for n in cell.citations] == [paper]


def test_what_no_words_state_is_said_to_be_not_stated() -> None:
    shown = table(Draft(), matrix("limits"))
    assert [(row[0].text, row[0].citations, row[0].stated) for row in shown.cells] == [
        (NOT_STATED, (), False)
    ] * 2


def test_facts_come_from_the_record_and_cite_it() -> None:
    draft = Draft()
    shown = table(draft, matrix("code", "date", "authors", "venue"))
    assert [cell.text for cell in shown.cells[0]] == [
        "listed with code",
        "March 2021",
        "Ada Brook and Lin Osei",
        NOT_STATED,
    ]
    assert not any(cell.stated for cell in shown.cells[1])
    assert {c.quote for c in draft.citations} == {""}


def test_a_name_that_both_use_is_told_with_both_citations() -> None:
    draft = Draft()
    shared = Shared("Jacquard", known("baselines"), (evidence(WEFT), evidence(WARP)))
    say_shared(draft, matrix("baselines", shared=(shared,)))
    assert [(s.text, s.citations) for s in draft.sentences] == [
        ("WEFT (Brook and Osei, 2021) and WARP both name Jacquard on baselines.", (1, 2))
    ]


def test_a_paper_that_names_the_other_is_told_as_such() -> None:
    draft = Draft()
    shared = Shared("WARP", Aspect("rivals"), (evidence(WEFT), evidence(WARP)), subject=WARP)
    say_shared(draft, matrix("baselines", shared=(shared,)))
    assert draft.sentences[0].text == "WEFT (Brook and Osei, 2021) names WARP on rivals."
