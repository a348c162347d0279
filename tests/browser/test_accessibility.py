"""Every screen as assistive technology meets it, in light and in dark.

axe-core looks for names, roles, labels, contrast and structure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from driving import ask, findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]
    Way = Callable[[Page], None]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"
SILENCE = "How many parameters does GPT-5 have?"


def _to(name: str) -> Way:
    def way(page: Page) -> None:
        page.get_by_role("button", name=name, exact=True).first.click()
        page.locator("h1.screen-title", has_text=name).wait_for()

    return way


def _view(name: str) -> Way:
    def way(page: Page) -> None:
        _to("Library")(page)
        page.locator(".st-key-library").get_by_text(name, exact=True).click()
        page.locator(".stVegaLiteChart svg, .stFileUploader").first.wait_for()

    return way


def _compared(page: Page) -> None:
    _to("Compare")(page)
    field = page.get_by_label("Or ask in words")
    field.fill("Compare ReLoRA, GaLore, SOAP and EvoLM")
    field.press("Enter")
    page.locator(".matrix").wait_for()


def _paper(page: Page) -> None:
    _to("Library")(page)
    page.locator(".st-key-open-0 button").click()
    page.locator(".paper-title").wait_for()
    page.locator(".st-key-similar").wait_for()


SCREENS: dict[str, Way] = {
    # In this order: a view of the library that was chosen stays chosen.
    "home": lambda page: page.locator(".st-key-suggestion").wait_for(),
    "answer": lambda page: ask(page, QUESTION),
    "silence": lambda page: ask(page, SILENCE),
    "compare": _to("Compare"),
    "comparison": _compared,
    "library": _to("Library"),
    "paper": _paper,
    "pictures": _view("Pictures"),
    "adding": _view("Add papers"),
    "settings": _to("Settings"),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_screen_has_what_axe_calls_serious(
    sample_app: str, visit: Visit, axe: str, theme: str
) -> None:
    page = visit(sample_app, color_scheme=theme)
    found: dict[str, set[str]] = {}
    for screen, way in SCREENS.items():  # one visit: a fresh page for each takes twice as long
        way(page)
        found[screen] = findings(page, axe)
    assert {screen: told for screen, told in found.items() if told} == {}


def test_the_first_visit_has_nothing_that_axe_calls_serious(
    empty_app: str, visit: Visit, axe: str
) -> None:
    page = visit(empty_app)
    page.get_by_role("button", name="Load the sample library").wait_for()
    assert findings(page, axe) == set()


def test_axe_sees_what_is_wrong(sample_app: str, visit: Visit, axe: str) -> None:
    page = visit(sample_app)
    page.evaluate("document.querySelector('h1').style.color = '#eeeeee'")
    assert any("color-contrast" in found for found in findings(page, axe))
