"""The screens beside the conversation, in a real browser: chats, library, pictures, settings."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import IDLE, ask, serving
from hostile import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"


@pytest.fixture(scope="module")
def own_app(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over a copy of the sample library, in which the tests of this file keep chats."""
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(sample_library, folder / "library")
    with serving(folder / "library", folder) as address:
        yield address


def test_a_chat_outlives_a_reload_and_the_back_button_and_is_deleted_with_undo(
    own_app: str, visit: Visit
) -> None:
    page = visit(own_app)
    ask(page, QUESTION)
    page.wait_for_url("**/?chat=*")
    address = page.url
    page.reload()
    page.locator(".colophon").wait_for()
    assert page.locator(".question").inner_text() == QUESTION
    page.get_by_role("button", name="New chat").click()
    page.get_by_role("heading", name="What would you like to know?").wait_for()
    page.go_back()
    page.locator(".colophon").wait_for()
    assert page.url == address
    page.get_by_role("button", name="Chat menu").click()
    page.get_by_role("button", name="Delete this chat").click()
    page.get_by_role("heading", name="What would you like to know?").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".colophon").wait_for()


def test_a_paper_is_searched_opened_and_left_by_the_back_button(own_app: str, visit: Visit) -> None:
    page = visit(own_app)
    page.get_by_role("button", name="Library").click()
    page.locator(".st-key-rows").wait_for()
    page.locator(IDLE).wait_for()
    search = page.get_by_label("Search titles, authors and organisations")
    search.fill("vyas soap")
    search.press("Enter")
    page.get_by_text("1 of 72 papers").wait_for()
    page.locator(".st-key-open-0 button").click()
    page.locator(".paper-title").wait_for()
    assert "SOAP" in page.locator(".paper-title").inner_text()
    page.locator(".st-key-similar button").first.wait_for()
    page.go_back()
    page.get_by_text("1 of 72 papers").wait_for()


def test_a_bar_of_the_picture_over_time_shows_its_papers(own_app: str, visit: Visit) -> None:
    page = visit(own_app)
    page.get_by_role("button", name="Library").click()
    page.get_by_text("Pictures", exact=True).click()
    bar = page.locator('[aria-roledescription="bar"]').first
    bar.wait_for()
    bar.click()
    page.locator(".st-key-rows").wait_for()
    assert "of 72 papers" in page.locator(".st-key-found").inner_text()


def test_another_search_begins_at_its_first_page(own_app: str, visit: Visit) -> None:
    page = visit(f"{own_app}/?screen=library")
    page.get_by_role("button", name="Page 3").click()
    page.locator(".st-key-row-22").wait_for(state="detached")
    search = page.get_by_label("Search titles, authors and organisations")
    search.fill("learning")
    search.press("Enter")
    page.locator(".st-key-found", has_text="of 72 papers").wait_for()
    assert page.locator(".st-key-open-0").is_visible()
    search.fill("")
    search.press("Enter")
    page.get_by_role("button", name="Page 3").wait_for()
    assert page.locator(".st-key-row-24").is_visible()


def test_a_card_leads_to_the_page_of_its_paper(own_app: str, visit: Visit) -> None:
    page = visit(own_app)
    ask(page, QUESTION)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open SOAP").click()
    opened.value.locator(".paper-title", has_text="SOAP").wait_for()
    assert page.locator(".colophon").count() == 1


def test_light_or_dark_is_chosen_kept_and_shown(own_app: str, visit: Visit) -> None:
    page = visit(f"{own_app}/?screen=settings", color_scheme="light")
    chosen = page.locator(".st-key-appearance [aria-checked=true]")
    assert chosen.inner_text() == "As the system"
    page.get_by_role("radio", name="Dark").click()
    is_dark = "getComputedStyle(document.querySelector('.stApp')).colorScheme === 'dark'"
    page.wait_for_function(f"document.querySelector('.stApp') && {is_dark}")
    page.reload()
    page.locator(".st-key-appearance [aria-checked=true]", has_text="Dark").wait_for()
    assert page.evaluate(is_dark)


@pytest.fixture
def hostile_app(hostile_library: Path, tmp_path: Path) -> Iterator[str]:
    """The app over hostile papers."""
    library = tmp_path / "library"
    shutil.copytree(hostile_library, library)
    with serving(library, tmp_path) as address:
        yield address


def test_hostile_papers_are_text_in_the_library_too(hostile_app: str, visit: Visit) -> None:
    page = visit(f"{hostile_app}/?screen=library")
    page.locator(".st-key-rows button").nth(len(HOSTILE) // 2).wait_for()
    assert page.locator(".st-key-rows :is(img, iframe, script, code, .katex)").count() == 0
    page.locator(".st-key-open-3 button").click()
    page.locator(".paper-title").wait_for()
    assert page.evaluate("window.owned") is None
