"""On the screens: which source said what, papers that may be one, pages of a PDF."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from onpage import button, go_to, labels, shown
from pdf_files import made, paper
from streamlit.testing.v1 import AppTest

from rag import Assistant, Settings

Page = Callable[..., AppTest]

LOOM = {
    "title": "A Loom of Cards",
    "authors": ["Ada Byron"],
    "year": 1843,
    "abstract": "Cards steer a loom. The loom weaves ten yards a day.",
}
RIS = """TY  - JOUR
TI  - A loom of cards
AU  - Byron, Ada
PY  - 1843
JO  - Journal of Weaving
ER  -
"""


@pytest.fixture
def twins(tmp_path: Path) -> Path:
    """A library with two papers that may be one, and one paper of two sources."""
    folder = tmp_path / "twins"
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        one = {**LOOM, "doi": "10.1234/loom"}
        other = {**LOOM, "doi": "10.1234/other", "title": "A Loom of Cards", "abstract": "Cards."}
        for i, record in enumerate((one, other)):
            assistant.add_bytes(json.dumps(record).encode(), f"{i}.jsonl")
        third = {"title": "Ovens and Bread", "authors": ["Bo Ash"], "year": 1850, "abstract": "x"}
        assistant.add_bytes(json.dumps(third).encode(), "2.jsonl")
        ris = RIS.replace("A loom of cards", "Ovens and bread").replace("Byron, Ada", "Ash, Bo")
        assistant.add_bytes(ris.replace("1843", "1850").encode(), "folder/3.ris")
        assert (assistant.paper_count(), len(assistant.doubts())) == (3, 1)
    return folder


def duplicates(at: AppTest) -> AppTest:
    """The same tab at the pairs that may be one."""
    at = go_to(at, "library")
    at.session_state["library-view"] = "twins"
    return at.run()


def test_a_pair_is_made_one_and_taken_apart_again(page: Page, twins: Path) -> None:
    at = duplicates(page(folder=twins))
    assert "1 pair may be one paper." in shown(at)
    assert "Their DOIs differ." in shown(at)
    button(at, "Make them one").click().run()
    assert "Made one paper of two" in shown(at)
    assert "No two papers look like one." in shown(at)
    button(at, "Undo").click().run()
    assert "Their DOIs differ." in shown(at)
    button(at, "Keep both").click().run()
    assert "Kept apart" in shown(at)
    assert len(duplicates(page(folder=twins)).button) == len(at.button)  # nobody is asked again


def test_a_papers_page_tells_who_said_what_and_parts_its_sources(page: Page, twins: Path) -> None:
    at = go_to(page(folder=twins), "library")
    at.button(key="open-0").click().run()
    assert "Which source said what" in shown(at)
    assert '<bdi>Journal of Weaving</bdi></span><span class="by">said by 2</span>' in shown(at)
    assert "said by 2, not taken" in shown(at)
    at.multiselect[0].select(1).run()
    at.button(key="split").click().run()
    assert "Made two papers of one" in shown(at)
    assert "Which source said what" not in shown(at)
    button(at, "Undo").click().run()
    assert "Which source said what" in shown(at)


def test_a_papers_page_names_the_one_it_may_be(page: Page, twins: Path) -> None:
    at = go_to(page(folder=twins), "library")
    at.button(key="open-1").click().run()
    assert "May be the same paper" in shown(at)
    button(at, "Make them one").click().run()
    assert "Made one paper of two" in shown(at)
    assert "May be the same paper" not in shown(at)


def test_nothing_is_set_right_in_a_library_that_is_read_only(
    page: Page, twins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKPAPERS_READ_ONLY", "true")
    at = go_to(page(folder=twins), "library")
    at.button(key="open-1").click().run()
    assert "May be the same paper" not in shown(at)
    assert "Split" not in " ".join(labels(at))


def test_a_papers_page_leads_to_the_pages_of_its_pdf(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "pdf"
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        assistant.add_bytes(made([paper()]), "quiet.pdf")
    at = go_to(page(folder=folder), "library")
    at.button(key="open-0").click().run()
    button(at, "See the pages").click().run()
    assert at.get("image")[0].proto.imgs[0].alt.startswith("Page 1 of")
