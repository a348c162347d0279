"""In a real browser: the page of a quotation, who said what of a paper, pairs that may be one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import ask, findings, serving
from recorded import QUESTION, recorded

from rag import Assistant, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

# An Arabic sentence that ends in a Latin word, and one with it at its beginning.
MIXED = {
    "title": "أوزان الذاكرة",
    "authors": ["ليلى حداد"],
    "year": 2024,
    "abstract": "ندرس كيف تنسى الشبكات العصبية. MEMORA ينسى 12% أقل من AdamW.",
}
# By how many pixels a part stands to the left of a word in the element around it.
LEFT_OF = """([part, around, word]) => {
  const walker = document.createTreeWalker(document.querySelector(around), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.data.lastIndexOf(word);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(walker.currentNode, at);
    range.setEnd(walker.currentNode, at + word.length);
    const box = document.querySelector(part).getBoundingClientRect();
    return range.getBoundingClientRect().left - box.right;
  }
}"""
# How far the words of a part end from its right side, in pixels.
TO_THE_RIGHT = """part => {
  const words = document.createRange();
  words.selectNodeContents(part);
  return part.getBoundingClientRect().right - words.getBoundingClientRect().right;
}"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a library with a PDF and doubtful records, for all tests of this file."""
    folder = tmp_path_factory.mktemp("recorded")
    with serving(recorded(folder / "library"), folder) as address:
        yield address


def test_a_quotation_opens_the_page_it_stands_on_and_the_pages_are_turned(
    app: str, visit: Visit, axe: str
) -> None:
    page = visit(app)
    ask(page, QUESTION)
    page.locator(".evidence:visible mark").first.wait_for()
    page.get_by_role("button", name="See page 1").first.click()
    page.get_by_alt_text("Page 1 of").wait_for()
    dialog = page.get_by_role("dialog")
    assert "4,000 steps" in dialog.inner_text()
    assert findings(page, axe) == set()
    dialog.get_by_role("button", name="Page 2").click()
    for number, onwards in ((2, "Page 3 →"), (3, "First page"), (1, "Page 2 →")):
        page.get_by_alt_text(f"Page {number} of").wait_for()
        assert page.evaluate("document.activeElement.innerText") == onwards  # the focus stays
        page.keyboard.press("Enter")
    page.get_by_alt_text("Page 2 of").wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.locator(".colophon").count() == 1


def test_a_papers_page_tells_which_source_said_what(app: str, visit: Visit, axe: str) -> None:
    page = visit(f"{app}/?screen=library")
    page.get_by_role("button", name="Ovens and Bread").click()
    page.get_by_text("Which source said what").click()
    said = page.locator(".said li", has_text="Annals of Baking")
    assert "said by 2" in said.inner_text()
    assert findings(page, axe) == set()


def test_a_title_from_right_to_left_stands_on_the_right_with_its_names(
    app: str, visit: Visit
) -> None:
    page = visit(f"{app}/?screen=library")
    page.get_by_role("button", name="موازين الخبز").click()
    page.locator(".paper-title").wait_for()
    for part in ("h1", ".byline", ".facts"):
        assert page.locator(f".paper {part}").evaluate(TO_THE_RIGHT) < 2, part


def test_numbers_keep_their_side_in_a_text_from_right_to_left(visit: Visit, tmp_path: Path) -> None:
    library = tmp_path / "library"
    with Assistant.open(library, Settings(library=library)) as assistant:
        assistant.add_bytes(json.dumps(MIXED).encode(), "mixed.jsonl")
    with serving(library, tmp_path) as address:
        page = visit(address)
        ask(page, "How much less does MEMORA forget than AdamW?")
        assert page.evaluate(LEFT_OF, [".answer .cite", ".answer .colophon + p", "AdamW"]) > 0
        assert page.evaluate(LEFT_OF, [".card .num", ".card .abstract", "MEMORA"]) < 0
        page.close()


def test_a_pair_that_may_be_one_is_made_one_and_two_again(app: str, visit: Visit, axe: str) -> None:
    page = visit(f"{app}/?screen=library")
    page.get_by_text("Duplicates", exact=True).click()
    page.get_by_text("Their DOIs differ").wait_for()
    assert findings(page, axe) == set()
    page.get_by_role("button", name="Make them one").click()
    page.get_by_text("No two papers look like one.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Their DOIs differ").wait_for()
