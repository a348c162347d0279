"""Every action of every screen by keys alone: Tab comes to it, and keys press it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import IDLE, ask, serving
from recorded import recorded
from ways import QUESTION, SCREENS

from rag import Assistant, Settings
from rag.web.conversation import Conversation, Exchange

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_STOPS = 400
FOCUSED = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText)"
# The first stop of the page, from which the walk begins.
BEGIN = """() => {
  const top = document.querySelector('[data-testid=stSkipToContent]');
  top.focus();
  window.reached = new Set([top]);
}"""
# Notes where the focus is; False when it has left the page.
REACHED = """() => {
  const here = document.activeElement;
  if (!here || here === document.body) return false;
  window.reached.add(here);
  return true;
}"""
# What looks or is known as something to act on, and was not reached. Arrow keys go through the
# choices of a group; a field opens its own list; the marks of a picture stand in a list below it.
MISSED = """() => {
  const acts = 'a[href],button,input,textarea,select,summary,[role=button],[role=link],[role=tab]';
  const reached = [...window.reached];
  const grouped = '[role=radiogroup],[role=group],[role=toolbar]';
  const near = element => {
    const group = element.closest(grouped) ||
      element.closest('.stSelectbox,.stMultiSelect,.stNumberInput');
    return group && reached.some(one => group.contains(one));
  };
  return [...document.querySelectorAll('.stApp *, .stPopoverBody *')]
    .filter(e => e.matches(acts) || getComputedStyle(e).cursor === 'pointer')
    .filter(e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length)
    .filter(e => !e.closest(':disabled,[aria-disabled=true],.stVegaLiteChart svg'))
    .filter(e => !reached.some(one => one === e || e.contains(one) || one.contains(e)))
    .filter(e => !e.closest('label')?.querySelector(':disabled'))
    .filter(e => !reached.some(one => one.closest('label')?.contains(e)) && !near(e))
    .map(e => e.outerHTML.slice(0, 160));
}"""


def unreached(page: Page) -> list[str]:
    """What can be acted on and is passed by when one goes by Tab from the top of the page."""
    page.locator(IDLE).wait_for()
    page.evaluate(BEGIN)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if not page.evaluate(REACHED):
            break
    missed: list[str] = page.evaluate(MISSED)
    return missed


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if str(page.evaluate(FOCUSED)).strip().startswith(name):
            return
    raise AssertionError(f"Tab does not come to {name!r}")


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other, and wait for what they do."""
    for key in keys:
        page.keyboard.press(key)
    page.locator(IDLE).wait_for()


@pytest.fixture(scope="module")
def recorded_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a library with two papers that may be one."""
    folder = tmp_path_factory.mktemp("recorded")
    with serving(recorded(folder / "library"), folder) as address:
        yield address


def test_tab_comes_to_every_action_of_every_screen(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app)
    missed: dict[str, list[str]] = {}
    for screen, way in SCREENS.items():
        way(page)
        missed[screen] = unreached(page)
    assert {screen: told for screen, told in missed.items() if told} == {}


def test_tab_comes_to_every_action_of_the_first_visit_and_of_doubtful_pairs(
    empty_app: str, recorded_app: str, visit: Visit
) -> None:
    assert unreached(visit(empty_app)) == []
    page = visit(f"{recorded_app}/?screen=library")
    page.get_by_text("Duplicates", exact=True).click()
    page.get_by_text("Their DOIs differ").wait_for()
    assert unreached(page) == []


def test_what_tab_passes_by_is_found(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app)
    page.locator(".st-key-to-compare button").evaluate("button => button.tabIndex = -1")
    assert any("<button" in missed for missed in unreached(page))


@pytest.mark.parametrize("opener", ["References", "Edit question", "Was this right?", "Chat menu"])
def test_what_opens_over_an_answer_is_reached_and_left_by_keys(
    sample_app: str, visit: Visit, opener: str
) -> None:
    page = visit(sample_app)
    ask(page, QUESTION)
    page.locator(IDLE).wait_for()
    tab_to(page, opener)
    press(page, "Enter")
    page.get_by_test_id("stPopoverBody").wait_for()
    assert unreached(page) == []
    page.keyboard.press("Escape")
    page.get_by_test_id("stPopoverBody").wait_for(state="detached")


def test_a_citation_is_marked_whole_and_copied_by_keys(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app, permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.locator(IDLE).wait_for()
    tab_to(page, "Copy citation of SOAP")
    press(page, "Enter", "Tab", "Control+a", "Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Nikhil Vyas, Depen Morwani, Rosie Zhao et al. (2024). SOAP: ")
    assert copied == page.locator(".reference:visible").input_value()


def test_a_reference_on_the_page_of_a_paper_is_copied_by_keys(
    sample_app: str, visit: Visit
) -> None:
    page = visit(f"{sample_app}/?screen=library", permissions=["clipboard-read", "clipboard-write"])
    page.locator(IDLE).wait_for()
    tab_to(page, "RL Excursions")
    press(page, "Enter")
    page.locator(".stCode").wait_for()
    tab_to(page, "Copy to clipboard")
    press(page, "Enter")
    page.wait_for_timeout(300)  # the browser writes to its clipboard by and by
    written = page.locator(".stCode code").inner_text()
    assert page.evaluate("navigator.clipboard.readText()").strip() == written.strip()


@pytest.mark.parametrize(
    ("picture", "typed", "opened"),
    [
        ("Over time", "2024", ".st-key-rows"),
        ("People", "rosie", ".st-key-rows"),
        ("By meaning", "soap", ".paper-title"),
    ],
)
def test_what_a_picture_shows_is_opened_by_keys(
    sample_app: str, visit: Visit, picture: str, typed: str, opened: str
) -> None:
    page = visit(f"{sample_app}/?screen=library")
    page.locator(IDLE).wait_for()
    tab_to(page, "Papers")
    press(page, "ArrowRight", "Space")
    page.locator(".stVegaLiteChart svg").wait_for()
    tab_to(page, "Over time")
    while page.evaluate(FOCUSED) != picture:
        press(page, "ArrowRight")
    press(page, "Space")
    page.get_by_text(picture.rsplit(maxsplit=1)[-1]).last.wait_for()
    field = page.locator(".stSelectbox input")
    name = {"Over time": "Show the papers", "People": "Open a person"}.get(picture, "Open a paper")
    page.get_by_text(name).wait_for()
    for _ in range(20):
        page.keyboard.press("Tab")
        if field.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.type(typed)
    press(page, "Enter")
    page.locator(opened).wait_for()
    assert typed in page.locator(".stMain").inner_text().lower()


def test_a_model_is_set_by_keys(sample_library: Path, visit: Visit, tmp_path: Path) -> None:
    shutil.copytree(sample_library, tmp_path / "library")
    with serving(tmp_path / "library", tmp_path) as address:
        page = visit(f"{address}/?screen=settings")
        page.locator(IDLE).wait_for()
        tab_to(page, "Address of the endpoint")
        page.keyboard.type("http://127.0.0.1:9/v1")
        tab_to(page, "Model")
        page.keyboard.type("absent")
        tab_to(page, "Save and try")
        press(page, "Enter")
        page.get_by_text("cannot be reached").wait_for()
        page.close()


def test_two_papers_are_made_one_and_two_again_by_keys(recorded_app: str, visit: Visit) -> None:
    page = visit(f"{recorded_app}/?screen=library")
    page.locator(IDLE).wait_for()
    tab_to(page, "Papers")
    press(page, "ArrowRight", "ArrowRight", "Space")
    page.get_by_text("Their DOIs differ").wait_for()
    tab_to(page, "Make them one")
    press(page, "Enter")
    page.get_by_text("No two papers look like one.").wait_for()
    tab_to(page, "Undo")
    press(page, "Enter")
    page.get_by_text("Their DOIs differ").wait_for()


def test_a_chat_is_searched_and_opened_by_keys(
    sample_library: Path, visit: Visit, tmp_path: Path
) -> None:
    asked = [f"What does {name} show?" for name in ("SOAP", "EvoLM")] * 4
    with serving(_with_chats(sample_library, tmp_path / "library", asked), tmp_path) as address:
        page = visit(address)
        page.locator(IDLE).wait_for()
        tab_to(page, "Search chats")
        page.keyboard.type("evolm")
        press(page, "Enter")
        page.get_by_role("button", name="What does SOAP show?").first.wait_for(state="detached")
        assert page.get_by_role("button", name="What does EvoLM show?").count() == 4
        press(page, "Tab", "Tab", "Enter")
        page.locator(".colophon").wait_for()
        assert page.locator(".question").inner_text() == "What does EvoLM show?"
        page.close()


def _with_chats(sample: Path, folder: Path, asked: Sequence[str]) -> Path:
    """A copy of the sample library with a chat for each of these questions."""
    shutil.copytree(sample, folder)
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        for question in asked:
            Conversation().keep(assistant.chats, Exchange(question, assistant.ask(question)))
    return folder
