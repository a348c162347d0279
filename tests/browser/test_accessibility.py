"""Every screen as assistive technology meets it, in light and in dark.

axe-core looks for names, roles, labels, contrast and structure.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from driving import ask

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
    "home": lambda page: page.locator(".st-key-suggestion").wait_for(),
    "answer": lambda page: ask(page, QUESTION),
    "silence": lambda page: ask(page, SILENCE),
    "compare": _to("Compare"),
    "comparison": _compared,
    "library": _to("Library"),
    "pictures": _view("Pictures"),
    "adding": _view("Add papers"),
    "paper": _paper,
    "settings": _to("Settings"),
}


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which a package of the tests brings."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        if os.environ.get("CI"):
            pytest.fail("needs the package axe-playwright-python", pytrace=False)
        pytest.skip("needs the package axe-playwright-python")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")


def findings(page: Page, axe: str, *, least: tuple[str, ...] = ("serious", "critical")) -> set[str]:
    """What axe objects to, with the first place of each."""
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    page.wait_for_timeout(800)  # what fades has gone; colours in between are nobody's
    page.evaluate(axe)
    told: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
    )
    return {
        f"{v['id']}: {v['nodes'][0]['html'][:200]}: {v['nodes'][0].get('failureSummary')}"
        for v in told
        if v["impact"] in least
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_has_what_axe_calls_serious(
    sample_app: str, visit: Visit, axe: str, screen: str, theme: str
) -> None:
    page = visit(sample_app, color_scheme=theme)
    SCREENS[screen](page)
    assert findings(page, axe) == set()


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
