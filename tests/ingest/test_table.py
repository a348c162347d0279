"""Tables of Scopus, Web of Science, PubMed, Zotero and of hand."""

from __future__ import annotations

import pytest
from reading import one, read_text

SCOPUS = (
    '\ufeff"Authors","Author full names","Author(s) ID","Title","Year","Source title","DOI",'
    '"Link","Abstract"\n"Byron A.; Müller K.","Byron, Ada (5719123); Müller, Karl (5719124)","1",'
    '"On Looms","1843","Engines","10.1000/abc","https://scopus.com/x","It weaves,\nit counts."\n'
)
SCOPUS_OF_OLD = 'Authors,Title,Year,Source title\n"Byron A., Müller K.",On Looms,1843,Engines\n'
WEB_OF_SCIENCE = (
    "PT\tAU\tAF\tTI\tSO\tPY\tDI\tAB\nJ\tByron, A; Muller, K\tByron, Ada; Müller, Karl\tOn Looms\t"
    "Engines\t1843\t10.1000/abc\tIt weaves.\n"
)
PUBMED = (
    "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,DOI\n"
    '1,On Looms,"Byron A, Müller K.",c,Byron A,Engines,1843,10.1000/abc\n'
)
ZOTERO = (
    '"Key","Item Type","Publication Year","Author","Title","Publication Title","Date"\n'
    '"K","journalArticle","1843","Byron, Ada; Müller, Karl","On Looms","Engines","1843-09-03"\n'
)
BY_HAND = "Title;Authors;Year;Journal\nOn Looms;Ada Byron, Karl Müller;1843;Engines\n"


@pytest.mark.parametrize(
    "text",
    [SCOPUS, SCOPUS_OF_OLD, WEB_OF_SCIENCE, PUBMED, ZOTERO, BY_HAND, "sep=;\n" + BY_HAND],
    ids=["Scopus", "Scopus of old", "Web of Science", "PubMed", "Zotero", "by hand", "Excel"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_columns_are_known_by_their_names(text: str, encoding: str) -> None:
    paper = one(text.encode(encoding, "ignore"), "table")
    assert paper.title == "On Looms"
    assert [name.split()[-1] for name in paper.authors] == ["Byron", "Müller"]
    assert (paper.year, paper.venue) == (1843, "Engines")


def test_a_table_without_titles_says_which_columns_it_has() -> None:
    papers, (failure,) = read_text("name of it,who\nLooms,Ada\n", "table.csv")
    assert not papers
    assert "name of it, who" in failure.reason


def test_cells_that_say_nothing_are_empty() -> None:
    (paper,), failures = read_text("title,authors,year,abstract,doi\nOn Looms,nan,1843,NaN,N/A\n")
    assert not failures
    assert (paper.authors, paper.abstract, paper.doi) == ((), "", None)


def test_formulas_are_named_and_other_rows_are_read() -> None:
    papers, failures = read_text(
        "title,year\n=HYPERLINK(\"http://x\"),1990\n=cmd|' /C calc'!A0,1990\n@SUM(1+1)*2,1990\n"
        "'=quoted by us,1991\n+ and - in looms,1992\n,1993\n"
    )
    assert [paper.title for paper in papers] == ["=quoted by us", "+ and - in looms"]
    assert [failure.where for failure in failures] == ["line 2", "line 3", "line 4", "line 7"]


def test_a_quotation_mark_that_is_not_closed_is_bounded() -> None:
    text = 'title,year\nFirst,1990\n"Open,1991\n' + "x,1992\n" * 40_000
    papers, failures = read_text(text)
    assert papers[0].title == "First"
    assert failures


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Byron, A., van der Maaten, L.", ("A. Byron", "L. van der Maaten")),
        ("van der Maaten, L., Hinton, G. E.", ("L. van der Maaten", "G. E. Hinton")),
        ("Byron, Ada Augusta", ("Ada Augusta Byron",)),
        ("Ada Byron and Karl Marx", ("Ada Byron", "Karl Marx")),
        ("Ada Byron|Karl Marx", ("Ada Byron", "Karl Marx")),
        ("Byron A.", ("A. Byron",)),
        ("Plato", ("Plato",)),
        ("Wei Li; Wei Li", ("Wei Li", "Wei Li")),
        ("", ()),
    ],
)
def test_names_in_one_cell_are_parted(cell: str, names: tuple[str, ...]) -> None:
    assert one(f'title,authors,year\nLooms,"{cell}",1990\n').authors == names
