"""Every screen as assistive technology meets it, in light and in dark.

axe-core looks for names, roles, labels, contrast and structure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from driving import findings
from ways import SCREENS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
