"""BibTeX as JabRef, Mendeley, Zotero, Scopus and Google Scholar write it, whole and broken."""

from __future__ import annotations

import pytest
from reading import one, read_text


def test_an_entry_becomes_a_paper() -> None:
    paper = one(
        "@inproceedings{byron43,\n  title = {{Notes} on the {Analytical} Engine},\n"
        "  author = {Byron, Ada and Menabrea, Luigi},\n  booktitle = {Proc. of Engines},\n"
        "  year = 1843, month = sep,\n  abstract = {It weaves.\n It counts.},\n"
        "  doi = {https://doi.org/10.1000/xyz_1}\n}\n",
        "engines.bib",
    )
    assert paper.title == "Notes on the Analytical Engine"
    assert paper.authors == ("Ada Byron", "Luigi Menabrea")
    assert (paper.date, paper.venue, paper.doi) == ("1843-09", "Proc. of Engines", "10.1000/xyz_1")
    assert paper.abstract == "It weaves.\n It counts."
    assert paper.sources[0].where == "line 1, byron43"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"G{\"o}del, Kurt", "Kurt Gödel"),
        (r"G\"odel, Kurt", "Kurt Gödel"),
        (r"{\L}ukasz {\'S}wi\k{e}tek", "Łukasz Świętek"),
        (r"Erd\H{o}s, P.", "P. Erdős"),
        (r"Ho{\v{c}}evar, Toma\v z", "Tomaž Hočevar"),
        (r"S{\o}ren {\AA}str{\"{o}}m", "Søren Åström"),
        (r"Mart{\'\i}n and others", "Martín"),
        ("van der Maaten, Laurens", "Laurens van der Maaten"),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("García Márquez, Gabriel", "García Márquez, Gabriel"),
        ("family=Maaten, given=Laurens, prefix=van der", "Laurens van der Maaten"),
        ("{Barnes and Noble}", "Barnes and Noble"),
        ("O'Neil, Cathy", "Cathy O'Neil"),
        ("Jean~Dupont", "Jean Dupont"),
    ],
)
def test_names_are_read_as_they_are_said(written: str, read: str) -> None:
    assert one(f"@misc{{k, title={{On Looms}}, author={{{written}}}}}").authors == (read,)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{On {$\\alpha$}-Bands---a ``study''}", "On $\\alpha$-Bands—a “study”"),
        ('"A {"}quoted{"} loom"', 'A "quoted" loom'),
        ("{Looms \\& Cards: 50\\% more}", "Looms & Cards: 50% more"),
        ("{\\emph{Drosophila} on $O(n^{2})$ looms}", "Drosophila on $O(n^{2})$ looms"),
        ('name # { of looms} # ", again"', "The art of looms, again"),
        ("{The C\\# Loom: a_b}", "The C# Loom: a_b"),
    ],
)
def test_titles_are_read_without_markup(written: str, read: str) -> None:
    text = f"@string{{name = {{The art}}}}\n@article{{k, title = {written}, year = 1990}}"
    assert one(text).title == read


def test_a_cut_author_list_is_told() -> None:
    paper = one("@article{k, title={Looms}, author={Byron, Ada and others}, year={1843}}")
    assert (paper.authors, paper.more_authors) == (("Ada Byron",), True)


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("year={2019}, month={5}, day={3}", "2019-05-03"),
        ("year={2019}, month={5}", "2019-05"),
        ('year=2019, month=may # "~3"', "2019-05-03"),
        ("date={2024-05-28}", "2024-05-28"),
        ("year={in press}", None),
        ("year={2019}, month={13}", "2019"),
        ("Early Access Date = {{MAY 2020}}", "2020-05"),
    ],
)
def test_dates_are_read_as_far_as_they_go(fields: str, date: str | None) -> None:
    assert one(f"@article{{k, title={{Looms}}, {fields}}}").date == date


@pytest.mark.parametrize(
    "fields",
    [
        "eprint={1412.6980v9}, archivePrefix={arXiv}",
        "eprint={1412.6980}, eprinttype={arxiv}",
        "journal={arXiv preprint arXiv:1412.6980}",
        "url={https://arxiv.org/abs/1412.6980}",
        "doi={10.48550/arXiv.1412.6980}",
    ],
)
def test_arxiv_identifiers_are_found_where_exports_put_them(fields: str) -> None:
    assert one(f"@misc{{k, title={{Looms}}, {fields}}}").arxiv_id == "1412.6980"


def test_a_paper_takes_what_it_lacks_from_its_proceedings() -> None:
    paper = one(
        "@inproceedings{p, title={Looms}, author={Ada Byron}, crossref={Proc}}\n"
        "@proceedings{proc, title={Proc. of Engines}, year=1843}\n"
    )
    assert (paper.venue, paper.date) == ("Proc. of Engines", "1843")


def test_comments_groups_and_preambles_are_no_papers() -> None:
    text = (
        '% Encoding: UTF-8\n\n@Comment{jabref-meta: databaseType:bibtex;}\n@preamble{"\\relax"}\n'
        "Some words.\n@article{k,\n title={Looms}\n}\n@Comment{jabref-meta: grouping:\n0 All;\n}\n"
    )
    assert one(text).title == "Looms"


def test_entries_with_one_key_or_a_field_twice_are_all_kept() -> None:
    papers, failures = read_text(
        "@article{k, title={Looms}, note={a}, note={b}}\n@article{k, title={Cards}}\n"
        "@article{, title={No key}}\n@article(r, title={Round}, year={1990})\n"
    )
    assert [paper.title for paper in papers] == ["Looms", "Cards", "No key", "Round"]
    assert not failures


def test_what_is_broken_is_named_by_line_and_the_rest_is_kept() -> None:
    papers, failures = read_text(
        "@article{a, title={First}, year={1990}}\n"
        "@article{b, title={Open, year={1991}\n\n"
        "@article{c, title={No comma} year={1992}}\n"
        "@article{d, author={Nobody}, year={1993}}\n"
        "@article{title={No key}, year={1994}}\n"
        "@article{f, title=unknown, year={1995}}\n"
        "@article{e, title={Last}, year={1995}}\n"
    )
    assert [paper.title for paper in papers] == ["First", "Last"]
    assert [failure.where for failure in failures] == [
        "line 2",
        "line 4, c",
        "line 5, d",
        "line 6",
        "line 7, f",
    ]
    assert "not closed" in failures[0].reason
    assert "comma" in failures[1].reason


def test_file_names_are_kept_as_sources_and_never_leave_the_folder() -> None:
    (paper,), (failure,) = read_text(
        "@article{k, title={Looms}, file={Full Text:files/1/a.pdf:application/pdf;"
        ":/home/x/b.pdf:PDF;C\\:/c.pdf;:C$\\backslash$:/d.pdf:pdf;:../../etc/passwd:PDF}}"
    )
    assert [s.origin for s in paper.sources if s.kind == "file"] == ["files/1/a.pdf"]
    assert "../../etc/passwd" in failure.reason


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_encodings_and_line_ends_do_not_matter(encoding: str, line_end: str) -> None:
    text = "@article{k,\n title={Über Webstühle},\n author={Müller, Karl},\n year={1900}\n}\n"
    paper = one(text.replace("\n", line_end).encode(encoding))
    assert (paper.title, paper.authors) == ("Über Webstühle", ("Karl Müller",))
