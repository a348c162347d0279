"""Signing in with a provider of OpenID Connect, in a real browser: in, own chats, out."""

from __future__ import annotations

import importlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import ROOT, ask, free_port, serving
from oidc_server import PEOPLE, Provider

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"
ADA, BOB = PEOPLE.values()


@pytest.fixture
def provider() -> Iterator[Provider]:
    """The provider; skipped where the packages that sign and check tokens are not installed."""
    for package in ("authlib", "joserfc"):
        pytest.importorskip(package)
    with Provider() as started:
        yield started


@pytest.fixture
def shared_app(provider: Provider, sample_library: Path, tmp_path: Path) -> Iterator[str]:
    """The app over the sample library, shared with those whom the provider knows."""
    library, port = tmp_path / "library", free_port()
    shutil.copytree(sample_library, library)
    (tmp_path / ".streamlit").mkdir()
    told = provider.secrets(f"http://127.0.0.1:{port}/oauth2callback")
    (tmp_path / ".streamlit" / "secrets.toml").write_text(told, "utf-8")
    found = importlib.import_module("authlib").__path__[0]
    paths = os.pathsep.join([str(ROOT), str(Path(found).parent)])
    with serving(library, tmp_path, port=port, PYTHONPATH=paths) as address:
        yield address


def enter(page: Page, person: str) -> None:
    """Sign in by the provider's page."""
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=person).click()
    page.get_by_text("Signed in as").wait_for()


def test_people_sign_in_have_chats_of_their_own_and_sign_out(
    shared_app: str, provider: Provider, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto(shared_app)
    page.get_by_text("Sign in to ask this library.").wait_for()
    assert page.get_by_text("72 papers").count() == 0
    enter(page, ADA)
    ask(page, QUESTION)
    page.wait_for_url("**/?chat=*")
    chat = page.url
    page.reload()  # the cookie is enough from now on
    page.locator(".colophon").wait_for()
    assert ADA in page.locator("section.stSidebar").inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_text("Sign in to ask this library.").wait_for()
    assert "/logout" in provider.log
    enter(page, BOB)
    assert page.get_by_role("button", name=QUESTION).count() == 0
    page.goto(chat)
    page.get_by_text("There is no such chat in this library.").wait_for()
    assert page.locator(".question").count() == 0
    page.context.close()
