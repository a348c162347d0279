"""Papers, files and a model that attack the page: nothing is fetched, run or linked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import ask, serving
from hostile import HOST, HOSTILE
from model_server import ModelServer

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

_FOREIGN = "img, image, iframe, object, embed, script, link, base, form, input, svg, h4, table"
_QUESTIONS = (
    "By how much does the gradient norm fall?",  # written by the model
    "Which papers are from 2022?",  # from the records, every title of that year
    "Compare Zebra0 and Zebra2",
    "How many moons does Saturn have?",  # silence with the nearest papers
    HOSTILE["out of an element"] + HOSTILE["inline image"],
)


@pytest.fixture
def hostile_app(hostile_library: Path, tmp_path: Path) -> Iterator[str]:
    """The app over hostile papers, with a model that writes what they want."""
    library = tmp_path / "library"
    shutil.copytree(hostile_library, library)
    written = "The gradient norm falls by 10% [E1]. " + " ".join(HOSTILE.values())
    with (
        ModelServer("honest", reply=written) as model,
        serving(
            library,
            tmp_path,
            OPENAI_BASE_URL=model.url,
            ASKPAPERS_MODEL="![m](http://evil.example/m.png)<img src=x>",
        ) as address,
    ):
        yield address


# Another place of the page, or the page of a paper in this library.
_OWN = re.compile(r"#s.*|\?screen=library&paper=\w+", re.ASCII)


def assert_only_text(page: Page) -> None:
    """Nothing that foreign text asked for is on the page."""
    assert page.evaluate("window.owned") is None
    assert page.title() == "askpapers"
    for place in (".stHtml", ".stButton", ".stAlert", ".stCode code"):
        assert page.locator(place).locator(_FOREIGN).count() == 0, place
    styles = page.locator(".stHtml style").all_text_contents()
    assert len(styles) <= 2  # the page's own, and how numbers and evidence light up together
    assert not [rules for rules in styles if HOST in rules]
    leading = page.locator(".stMain a, .stSidebar a").evaluate_all(
        "links => links.map(a => a.getAttribute('href'))"
    )
    assert [href for href in leading if not _OWN.fullmatch(href)] == []
    assert page.locator(".stButton a, .stButton code, .stButton .katex").count() == 0
    assert page.get_by_text("owned", exact=True).count() == 0


def test_hostile_papers_and_answers_are_shown_as_text(hostile_app: str, visit: Visit) -> None:
    page = visit(hostile_app)
    suggestions = page.locator(".st-key-suggestion button")
    suggestions.nth(2).wait_for()
    assert HOST in suggestions.last.inner_text().replace("\u2060", "")
    assert_only_text(page)
    for question in _QUESTIONS:
        ask(page, question)
        assert_only_text(page)
    assert HOST in page.locator(".stMain").inner_text()  # it is there, as text
    page.locator(".cite").first.click()
    page.get_by_role("button", name="References").last.click()
    page.locator(".stCode").first.wait_for()
    assert_only_text(page)


def test_hostile_file_names_and_reasons_are_shown_as_text(
    hostile_app: str, visit: Visit, tmp_path: Path
) -> None:
    page = visit(hostile_app)
    page.get_by_text("Add papers").click()
    files: list[FilePayload] = [
        {"name": f"{text[:80]}.bin", "mimeType": "text/plain", "buffer": b"\x00\x01\x02" * 50}
        for text in HOSTILE.values()
        if "\x00" not in text
    ]
    page.locator("input[type=file]").set_input_files(files)
    page.get_by_text("could not be added").first.wait_for()
    failures = page.get_by_role("list", name="Could not be added")
    assert failures.locator("li").count() == len(files)
    assert_only_text(page)
    path = page.get_by_label("Or the path of a file or folder on this computer")
    path.fill(str(tmp_path / HOSTILE["broken image"].replace("/", "")))
    path.press("Enter")
    page.get_by_text("1 could not be added").wait_for()
    assert_only_text(page)
