"""RIS, PubMed, Web of Science and refer, with the quirks of the programs that write them."""

from __future__ import annotations

import pytest
from reading import one, read_text

MENDELEY = """TY  - JOUR
T1  - On Looms
A1  - Byron, Ada
A1  - Müller, Karl
Y1  - 1843/09/03/
PY  - 1843
N2  - It weaves.
It counts.
JF  - Engines
UR  - https://doi.org/10.1000/abc
L1  - internal-pdf://a.pdf
KW  - a
KW  - b
ER  -
"""
SCOPUS = """TY  - JOUR
TI  - On Looms
T2  - Engines
J2  - Eng.
PY  - 1843
DO  - 10.1000/abc
UR  - https://www.scopus.com/inward/record.uri?eid=1
AU  - Byron, A.
AU  - Müller, K.
AB  - It weaves. It counts.
DB  - Scopus
ER  -
"""


@pytest.mark.parametrize("text", [MENDELEY, SCOPUS], ids=["Mendeley", "Scopus"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_ris_of_different_programs_gives_the_same(text: str, encoding: str, line_end: str) -> None:
    paper = one(text.replace("\n", line_end).encode(encoding), "export.ris")
    assert paper.title == "On Looms"
    assert [name.split()[-1] for name in paper.authors] == ["Byron", "Müller"]
    assert (paper.year, paper.venue, paper.doi) == (1843, "Engines", "10.1000/abc")
    assert paper.abstract == "It weaves. It counts."


def test_the_fullest_date_wins() -> None:
    assert one(MENDELEY).date == "1843-09-03"


def test_a_forgotten_end_loses_no_paper_and_a_missing_title_is_named() -> None:
    papers, failures = read_text(
        "TY  - JOUR\nTI  - First\nTY  - JOUR\nTI  - Second\nER  - \nTY  - JOUR\nAU  - Nobody\n"
        "ER  - \n\nTI  - No type\nER  - \nTY  - GEN\nTI  - Last"
    )
    assert [paper.title for paper in papers] == ["First", "Second", "No type", "Last"]
    assert [(f.where, f.reason) for f in failures] == [
        ("line 6", "has neither a title nor an abstract")
    ]


def test_all_names_after_one_tag_are_parted() -> None:
    paper = one("TY  - JOUR\nTI  - Looms\nAU  - Byron, A.; Müller, K.\nER  - \n")
    assert paper.authors == ("A. Byron", "K. Müller")


def test_pubmed_records_end_at_an_empty_line_and_go_on_over_lines() -> None:
    papers, failures = read_text(
        "\nPMID- 123\nOWN - NLM\nDP  - 2019 Jan-Feb\nTI  - A long title that\n      goes on.\n"
        "LID - 10.1000/abc [doi]\nAB  - It weaves\n      much.\nFAU - Smith, John A\n"
        "AU  - Smith JA\nCN  - The Loom Group\nJT  - The Lancet\n\nPMID- 124\nTI  - Second\n"
        "AU  - Zhao R\nAU  - van der Maaten L\nDP  - 2020 May 3\n"
    )
    assert not failures
    first, second = papers
    assert (first.title, first.date) == ("A long title that goes on", "2019-01")
    assert first.authors == ("John A Smith", "The Loom Group")
    assert (first.abstract, first.doi, first.venue) == (
        "It weaves much.",
        "10.1000/abc",
        "The Lancet",
    )
    assert (second.authors, second.date) == (("R. Zhao", "L. van der Maaten"), "2020-05-03")


def test_web_of_science_prints_one_name_a_line() -> None:
    papers, failures = read_text(
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Smith, JA\n   Zhao, R\n"
        "AF Smith, John A.\n   Zhao, Rosie\nTI A title over\n   two lines\nSO NATURE\nPD MAY 28\n"
        "PY 2018\nER\n\nPT J\nAU Roe, RX\nTI Other\nPY 2001\nER\n\nEF"
    )
    assert not failures
    assert papers[0].title == "A title over two lines"
    assert papers[0].authors == ("John A. Smith", "Rosie Zhao")
    assert papers[0].date == "2018-05-28"
    assert papers[1].authors == ("R. X. Roe",)


def test_refer_is_read() -> None:
    paper = one("%0 Journal Article\n%T On Looms\n%A Byron, Ada\n%D 1843\n%J Engines\n%X Weaves.\n")
    assert (paper.title, paper.authors, paper.year) == ("On Looms", ("Ada Byron",), 1843)


def test_thousands_of_records_are_read_in_one_go() -> None:
    text = "".join(
        f"TY  - JOUR\nTI  - Loom number {i}\nAU  - Byron, Ada\nPY  - {1900 + i % 100}\nER  - \n"
        for i in range(2500)
    )
    papers, failures = read_text(text)
    assert (len(papers), failures) == (2500, [])
    assert papers[1234].title == "Loom number 1234"
    assert papers[1234].year == 1934


def test_lines_between_two_records_are_no_record() -> None:
    text = SCOPUS + "NL  - Eng Newsl\n\n2.\n" + SCOPUS.replace("On Looms", "On Cards")
    papers, failures = read_text(text, "ovid.ris")
    assert [paper.title for paper in papers] == ["On Looms", "On Cards"]
    assert not failures
