"""References against records: misprints are named, inventions found nowhere."""

from __future__ import annotations

import pytest

from rag.base.types import CheckedSentence, Citation, Paper
from rag.cite.carding import carded
from rag.cite.check import ReferenceChecker, counted
from rag.cite.page import draft_page

LOOM = Paper(
    "loom",
    "LOOM: Weaving Programs onto Punched Cards",
    ("Ada Lovelace", "Charles Babbage"),
    date="2019-03-05",
    venue="Analytical Letters",
    doi="10.1000/loom",
    abstract="Errors fell by 62%.",
    citekey="lovelace2019loom",
)
RADON = Paper("radon", "Trace Gases in Sealed Rooms", ("Marie Curie",), date="2022")


@pytest.fixture(scope="module")
def checker() -> ReferenceChecker:
    known = {paper.id: paper for paper in (LOOM, RADON)}
    return ReferenceChecker(
        carded(known.values()), lambda ids: {i: known[i] for i in ids if i in known}
    )


def printed(**fields: object) -> Paper:
    known = {"title": LOOM.title, "authors": LOOM.authors, "date": "2019", **fields}
    return Paper("", **known)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "different"),
    [
        ({}, []),
        ({"authors": ("Lovelace, Ada", "C. Babbage")}, []),
        ({"title": "LOOM: Weaving Programms onto Punched Cards"}, ["title"]),
        ({"date": "2018"}, ["year"]),
        ({"authors": ("Ada Lovelace", "Grace Hopper")}, ["authors"]),
        ({"authors": ("Charles Babbage", "Ada Lovelace")}, ["authors"]),
        ({"authors": ("Ada Lovelace",), "more_authors": True}, []),
        ({"venue": "Journal of Bananas"}, ["venue"]),
        ({"doi": "10.1000/other"}, ["doi"]),
        ({"title": "Something Else", "doi": "10.1000/loom"}, ["title"]),
    ],
)
def test_each_field_that_differs_is_named(
    checker: ReferenceChecker, fields: dict[str, object], different: list[str]
) -> None:
    found = checker.record(printed(**fields), "key")
    assert found.paper == LOOM
    assert [d.field for d in found.differences] == different
    assert found.outcome == ("differs" if different else "found")


def test_an_invention_is_found_nowhere(checker: ReferenceChecker) -> None:
    found = checker.record(printed(title="Quantum Bananas in the Wild"))
    assert (found.outcome, found.paper, found.differences) == ("not_found", None, ())


@pytest.mark.parametrize(
    ("line", "outcome", "different"),
    [
        (
            "Lovelace, A. and Babbage, C. LOOM: Weaving Programs onto Punched Cards. 2019.",
            "found",
            [],
        ),
        ("A. Lovelace. LOOM: Weaving Programs onto Punched Cards. 2017.", "differs", ["year"]),
        ("G. Hopper. LOOM: Weaving Programs onto Punched Cards. 2019.", "differs", ["authors"]),
        ("Smith, J. A Paper That Nobody Has Written. 2020.", "not_found", []),
    ],
)
def test_a_line_of_a_list_is_resolved(
    checker: ReferenceChecker, line: str, outcome: str, different: list[str]
) -> None:
    found = checker.line(line)
    assert (found.outcome, [d.field for d in found.differences]) == (outcome, different)


def test_how_references_came_out_is_one_line(checker: ReferenceChecker) -> None:
    found = [
        checker.record(printed()),
        checker.record(printed(title="Quantum Bananas in the Wild")),
    ]
    assert counted(found) == "1 as in the library, 1 not there"


def test_the_page_shows_everything_and_obeys_nothing(checker: ReferenceChecker) -> None:
    hostile = "<script>alert(1)</script> & “x” <img src=http://e.vil>"
    paper = Paper("p", hostile, (hostile,), abstract=hostile, citekey=hostile)
    sentence = CheckedSentence(
        hostile, "supported", (Citation(1, paper, hostile, 0, len(hostile)),), 0.9
    )
    page = draft_page(hostile, [sentence], [checker.record(printed(title=hostile))])
    assert page.count("&lt;script&gt;") >= 4
    for harm in ("<script", "<img", "http://e.vil>", "<link", "@import", "url("):
        assert harm not in page


CUT = Paper(
    "cut",
    "Interleaved Looms",
    ("Ada Lovelace", "Grace Bansal"),
    date="2021",
    more_authors=True,
)


@pytest.mark.parametrize(
    ("authors", "differs"),
    [
        (("Ada Lovelace", "Grace Bansel"), True),
        (("Ada Lovelace", "Grace Bansal", "Ngozi Adeyemi"), False),
        (("A. Lovelace", "G. Bansal"), False),
    ],
    ids=["a slip", "one more than is known", "initials"],
)
def test_a_misspelt_name_shows_although_the_list_is_cut(
    authors: tuple[str, ...], differs: bool
) -> None:
    checker = ReferenceChecker(carded([CUT]), lambda ids: dict.fromkeys(ids, CUT))
    checked = checker.record(Paper("", CUT.title, authors, date="2021"))
    assert [d.field for d in checked.differences] == (["authors"] if differs else [])


@pytest.mark.parametrize("name", ["Babbidge", "Babbage"])
def test_a_line_shows_a_slip_in_any_name(checker: ReferenceChecker, name: str) -> None:
    checked = checker.line(f"Lovelace, A., & {name}, C. (2019). {LOOM.title}.")
    assert [d.field for d in checked.differences] == ([] if name == "Babbage" else ["authors"])
