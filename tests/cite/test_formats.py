"""Papers written out: what is written can be read again, and none of it acts."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.base.accents import without_tex
from rag.base.errors import QuestionError
from rag.base.text import clean_line
from rag.base.types import Paper
from rag.cite.formats import NAMES, export, latex
from rag.ingest.identity import clusters, same_paper, title_key
from rag.ingest.readers import read

BOOK = Paper(
    id="1",
    title="On Looms & Cards: 50% of $\\alpha$ in BERT",
    authors=("Ada Byron", "Laurens van der Maaten", "The Loom Group"),
    date="1843-09-03",
    venue="Proceedings of the Conference on Engines",
    doi="10.1000/xyz_1",
    abstract="It weaves. It costs $5 {or} so.",
    citekey="byron1843looms",
)


@pytest.fixture(scope="module")
def sample() -> list[Paper]:
    file = Path(__file__).parents[2] / "rag" / "sample" / "papers.jsonl"
    papers = [item for item in read(file.read_bytes(), origin="sample") if isinstance(item, Paper)]
    assert len(papers) == 72
    return papers


def read_again(text: str, name: str) -> list[Paper]:
    found = list(read(text.encode(), origin=name))
    assert all(isinstance(item, Paper) for item in found), found
    return [item for item in found if isinstance(item, Paper)]


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl-json", "csv"])
def test_the_sample_comes_back_as_it_was(sample: list[Paper], form: str) -> None:
    again = read_again(export(sample, form), form)
    for paper, other in zip(sample, again, strict=True):
        assert (other.title, other.authors, other.date) == (paper.title, paper.authors, paper.date)
        assert (other.more_authors, other.doi) == (paper.more_authors, paper.doi)
        assert other.abstract.split() == paper.abstract.split()
        assert title_key(paper) == title_key(other)
        assert same_paper(paper, other)
    assert len(list(clusters([*sample, *again]))) == len(sample)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csl-json", "csv"])
def test_one_paper_comes_back_with_all_its_fields(form: str) -> None:
    (again,) = read_again(export([BOOK], form), form)
    for name in ("title", "authors", "date", "venue", "doi", "abstract"):
        assert getattr(again, name) == getattr(BOOK, name), name


def test_bibtex_is_what_a_person_would_write() -> None:
    assert export([BOOK], "bibtex") == (
        "@inproceedings{byron1843looms,\n"
        "  author = {Byron, Ada and van der Maaten, Laurens and {The Loom Group}},\n"
        "  title = {On Looms \\& Cards: 50\\% of $\\alpha$ in {BERT}},\n"
        "  booktitle = {Proceedings of the Conference on Engines},\n"
        "  year = {1843},\n  month = {09},\n  day = {03},\n"
        "  doi = {10.1000/xyz_1},\n"
        "  abstract = {It weaves. It costs \\$5 \\{or\\} so.},\n}\n"
    )


@pytest.mark.parametrize(
    "text",
    ["\\input{/etc/passwd}", "$\\input{x}$", "\\write18{rm}", "a}\n@string{b", "$}$", "%", "}{"],
)
def test_no_command_of_a_text_reaches_latex(text: str) -> None:
    written = latex(text)
    assert not re.search(r"\\(?:input|write)", written)
    assert re.sub(r"\\[{}]", "", written).count("{") == re.sub(r"\\[{}]", "", written).count("}")
    paper = Paper(id="1", title="Looms", abstract=text, venue=text, authors=(f"A {text}",))
    papers = read_again(export([paper, BOOK], "bibtex"), "x.bib")
    assert [paper.title for paper in papers] == ["Looms", BOOK.title]


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Co", "Cs"])))
def test_every_text_survives_latex(text: str) -> None:
    line = clean_line(text)
    assert clean_line(without_tex(latex(line))) == line


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab 1\\{}$%&#_^~-`'\"@=,;\n"))
def test_every_run_of_signs_survives_latex(text: str) -> None:
    line = clean_line(text)
    assert clean_line(without_tex(latex(line))) == line


def test_no_cell_is_a_formula() -> None:
    texts = ["=1+1", "+1", "-1", "@a", " =1", "\t=1", "plain"]
    papers = [Paper(id=t, title=t, abstract=t, venue=t, authors=(t,)) for t in texts]
    rows = list(csv.reader(io.StringIO(export(papers, "csv"))))
    cells = [cell for row in rows[1:] for cell in row]
    assert not [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@")]


def test_citekeys_are_safe_and_told_apart() -> None:
    papers = [Paper(id=str(i), title="T", citekey=key) for i, key in enumerate(("a}\\x", "ax", ""))]
    assert re.findall(r"@misc\{(.*),", export(papers, "bibtex")) == ["ax", "ax-2", "paper3"]


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (
            "apa",
            "Byron, A., van der Maaten, L., & The Loom Group (1843). On Looms. Engines. "
            "https://doi.org/10.1000/x\n",
        ),
        (
            "ieee",
            "[1] A. Byron, L. van der Maaten, and The Loom Group, “On Looms,” Engines, 1843, "
            "doi: 10.1000/x.\n",
        ),
        (
            "acm",
            "[1] Ada Byron, Laurens van der Maaten, and The Loom Group. 1843. On Looms. Engines. "
            "https://doi.org/10.1000/x\n",
        ),
        (
            "chicago",
            "Byron, Ada, Laurens van der Maaten, and The Loom Group. 1843. “On Looms.” "
            "Engines (September). https://doi.org/10.1000/x\n",
        ),
    ],
)
def test_styles_print_what_is_known(form: str, said: str) -> None:
    paper = Paper(
        id="1",
        title="On Looms",
        authors=BOOK.authors,
        date="1843-09",
        venue="Engines",
        doi="10.1000/x",
    )
    assert export([paper], form) == said


@pytest.mark.parametrize("form", NAMES)
def test_papers_of_which_little_is_known_are_written_too(form: str) -> None:
    papers = [
        Paper(id="1", title="Looms"),
        Paper(id="2", title="", abstract="It weaves."),
        Paper(id="3", title="Cards?", authors=("Ada",), more_authors=True, date="1843"),
        Paper(id="4", title="Many", authors=tuple(f"A{i} B{i}" for i in range(40)), url="http://x"),
    ]
    text = export(papers, form)
    assert all(said in text for said in ("Looms", "Cards?", "Many"))
    assert "None" not in text
    assert export([], form) is not None


STYLE = """<?xml version="1.0" encoding="utf-8"?>
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
  <info><title>Plain</title><id>plain</id><updated>2024-01-01T00:00:00+00:00</updated></info>
  <citation><layout><text variable="title"/></layout></citation>
  <bibliography><layout suffix=".">
    <names variable="author"><name and="text" initialize-with="."/></names>
    <text variable="title" prefix=": "/>
    <date variable="issued" prefix=", "><date-part name="year"/></date>
  </layout></bibliography>
</style>
"""


def test_a_style_of_the_users_own_is_followed(tmp_path: Path) -> None:
    pytest.importorskip("citeproc")
    file = tmp_path / "plain.csl"
    file.write_text(STYLE, "utf-8")
    (line,) = export([BOOK], str(file)).splitlines()
    assert line.startswith("A. Byron, L. van der Maaten")
    assert line.endswith(", 1843.")


@pytest.mark.parametrize(
    "text",
    ["", "<a/>", "no xml", '<!DOCTYPE s [<!ENTITY a "b">]><style>&a;</style>'],
    ids=["empty", "other", "text", "entity"],
)
def test_what_is_no_style_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "odd.csl"
    file.write_text(text, "utf-8")
    with pytest.raises(QuestionError, match=r"odd\.csl"):
        export([BOOK], str(file))
    with pytest.raises(QuestionError, match="known are bibtex"):
        export([BOOK], "docx")


def test_csl_json_has_names_in_parts() -> None:
    (item,) = json.loads(export([BOOK], "csl-json"))
    assert item["author"][1] == {"family": "van der Maaten", "given": "Laurens"}
    assert item["author"][2] == {"literal": "The Loom Group"}
    assert (item["id"], item["issued"]) == ("byron1843looms", {"date-parts": [[1843, 9, 3]]})
