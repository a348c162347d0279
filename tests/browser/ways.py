"""The way to each screen of the app over the sample library, for tests of all screens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from driving import ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Way = Callable[[Page], None]

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
