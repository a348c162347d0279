"""The Compare screen in a real browser: a table that is wider than the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIX = "Compare SOAP, EvoLM, AdANNS, LLC, MatFormer and CoLoR-Filter"


def opened(visit: Visit, app: str, **profile: Any) -> Page:
    """The Compare screen."""
    page = visit(app, **profile)
    page.goto(f"{app}/?screen=compare")
    page.get_by_label("Or ask in words").wait_for()
    return page


def compared(page: Page, question: str) -> None:
    """Ask in words and wait for the table."""
    field = page.get_by_label("Or ask in words")
    field.fill(question)
    field.press("Enter")
    page.locator(".matrix").wait_for()


def test_six_papers_by_eight_aspects_scroll_beside_a_column_that_stays(
    sample_app: str, visit: Visit
) -> None:
    page = opened(visit, sample_app)
    compared(page, SIX)
    assert page.locator(".matrix .head").count() == 6
    assert page.locator(".matrix .aspect").count() == 8
    aspect = page.locator(".matrix .aspect").first
    before = aspect.bounding_box()
    page.locator(".matrix").evaluate("e => { e.scrollLeft = 400 }")
    assert aspect.bounding_box() == before
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 1440
