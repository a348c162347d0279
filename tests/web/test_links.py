"""Links of papers: built from records, for known scholarly hosts, and for nothing else."""

from __future__ import annotations

import pytest

from rag.base.types import Paper
from rag.web.links import is_allowed, links_of, own_page


def addresses(**fields: str) -> list[str]:
    """The addresses of a paper with these fields."""
    return [address for _, address in links_of(Paper("p", "T", **fields))]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({"doi": "10.1000/xyz(1)"}, "https://doi.org/10.1000/xyz(1)"),
        ({"doi": "10.1000/a<b>#c?d"}, "https://doi.org/10.1000/a%3Cb%3E%23c%3Fd"),
        ({"arxiv_id": "2409.11321"}, "https://arxiv.org/abs/2409.11321"),
        ({"arxiv_id": "cs/9810011v2"}, "https://arxiv.org/abs/cs/9810011v2"),
        ({"url": "http://www.arxiv.org/abs/1"}, "https://arxiv.org/abs/1"),
        ({"url": "https://openreview.net/forum?id=aB-1"}, "https://openreview.net/forum?id=aB-1"),
        ({"url": "https://aclanthology.org/N18-3011/"}, "https://aclanthology.org/N18-3011/"),
    ],
)
def test_a_record_gives_the_address_of_its_paper(fields: dict[str, str], address: str) -> None:
    assert addresses(**fields) == [address]
    assert is_allowed(address)


@pytest.mark.parametrize("paper_id", ["a1b2", "x:y/z&screen=ask", "<b>", "ü"])
def test_the_page_of_a_paper_is_on_this_page_alone(paper_id: str) -> None:
    address = own_page(Paper(paper_id, "T"))
    assert address.startswith("?screen=library&paper=")
    assert is_allowed(address)
    assert not is_allowed(address + "&chat=1")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example/x",
        "https://evil.example/doi.org",
        "https://arxiv.org@evil.example/abs/1",
        "https://user:word@arxiv.org/abs/1",
        "https://arxiv.org.evil.example/",
        "https://evil-arxiv.org/",
        "https://arxiv.org:8080/abs/1",
        "https://[::1",
        "https://arxiv.org:99999/",
        "ftp://arxiv.org/x",
        "https://аrxiv.org/abs/1",  # the first letter is Cyrillic
        "",
    ],
)
def test_another_address_is_not_linked(url: str) -> None:
    assert addresses(url=url) == []
    assert not is_allowed(url)


@pytest.mark.parametrize("doi", ["11.1000/x", "10.1/x", "10.1000/", "10.1000/a b", "x 10.1000/y"])
def test_a_doi_that_is_none_is_not_linked(doi: str) -> None:
    assert addresses(doi=doi) == []


@pytest.mark.parametrize("arxiv_id", ["2409.1", "../x", "2409.11321/../..", "cs/1"])
def test_an_arxiv_number_that_is_none_is_not_linked(arxiv_id: str) -> None:
    assert addresses(arxiv_id=arxiv_id) == []


def test_one_host_is_linked_once() -> None:
    both = addresses(arxiv_id="2409.11321", url="https://arxiv.org/abs/2409.11321v2")
    assert both == ["https://arxiv.org/abs/2409.11321"]
