"""What opens over the page lies outside of the app, and has its colours all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from driving import ask, findings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"
OPENED = ("References", "Edit question", "Was this right?", "Chat menu")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_an_answer_can_be_read(
    sample_app: str, visit: Visit, axe: str, theme: str
) -> None:
    page = visit(sample_app, color_scheme=theme)
    ask(page, QUESTION)
    found: dict[str, set[str]] = {}
    for words in OPENED:
        page.get_by_role("button", name=words).first.click()
        page.get_by_test_id("stPopoverBody").wait_for()
        found[words] = findings(page, axe)
        page.keyboard.press("Escape")
        page.get_by_test_id("stPopoverBody").wait_for(state="detached")
    assert {words: told for words, told in found.items() if told} == {}
