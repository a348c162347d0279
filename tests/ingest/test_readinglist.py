"""Reading lists in Markdown and HTML, and lists of identifiers."""

from __future__ import annotations

from reading import one, read_text


def test_a_markdown_list_gives_titles_people_years_and_links() -> None:
    papers, failures = read_text(
        "# Looms\n\nSome words of introduction.\n\n"
        "- [On Looms](https://arxiv.org/abs/1706.03762) - Byron et al., 1999\n"
        "- **Cards: A Study**. Ada Byron, Karl Müller, Luigi Menabrea. *Engines* 2001. "
        "[[pdf](https://arxiv.org/pdf/2409.11321v2)] [code](https://github.com/x/y)\n"
        "- Byron, A. and Müller, K. (2004). What makes a good loom. Engines.\n"
        '- Byron & Müller, "Weaving: a method for cards", 2014.\n'
        "- A remark without link or date\n"
        "- [link](https://arxiv.org/abs/1234.56789)\n",
        "list.md",
    )
    assert [(p.title, p.year) for p in papers] == [
        ("On Looms", 1999),
        ("Cards: A Study", 2001),
        ("What makes a good loom", 2004),
        ("Weaving: a method for cards", 2014),
    ]
    assert [p.authors for p in papers[:3]] == [
        ("Byron",),
        ("Ada Byron", "Karl Müller", "Luigi Menabrea"),
        ("A. Byron", "K. Müller"),
    ]
    assert (papers[0].more_authors, papers[0].arxiv_id) == (True, "1706.03762")
    assert papers[1].arxiv_id == "2409.11321"
    assert [failure.where for failure in failures] == ["line 10"]


def test_a_page_gives_its_items_and_leaves_scripts_and_navigation() -> None:
    paper = one(
        "<!DOCTYPE html><html><head><title>x</title></head><body><nav><ul><li>Home 2001</li></ul>"
        "</nav><script>'<li>2001'</script><ul><li><a href='https://arxiv.org/abs/1706.03762'>"
        "On Looms &amp; Cards</a><br>A. Byron, K. Müller<br>Engines 1999</li>"
        "<li><a href='/about'>About us</a></li></ul></body></html>"
    )
    assert (paper.title, paper.year) == ("On Looms & Cards", 1999)
    assert paper.authors == ("A. Byron", "K. Müller")


def test_identifiers_alone_are_named_as_needing_the_network() -> None:
    papers, failures = read_text("2401.00001\narXiv:2402.12345v2\nhttps://arxiv.org/abs/cs/9810011")
    assert not papers
    assert [failure.where for failure in failures] == ["line 1", "line 2", "line 3"]
    assert all("network" in failure.reason for failure in failures)
