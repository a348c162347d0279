"""The app as people meet it: a server process over a temporary library, and Debian's Chromium.

Every page is watched. A request to another origin, an error on the console or an exception in the
page fails the test that opened it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from driving import browsing, serving
from hostile import hostile_jsonl
from model_server import ModelServer

from rag import Assistant, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WAIT_MS = 60_000


@dataclass
class Watch:
    """What a page did that no page may do."""

    origin: str
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        """Note the page's requests and errors from now on."""
        page.on("request", lambda request: self._request(request.url))
        page.on("websocket", lambda socket: self._request(socket.url.replace("ws://", "http://")))
        page.on("console", lambda said: self._console(said.type, said.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _request(self, url: str) -> None:
        if not url.startswith((self.origin + "/", "data:", "blob:")):
            self.strangers.append(url)

    def _console(self, kind: str, text: str) -> None:
        if kind == "error":
            self.errors.append(text)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the tests of a module; each page has a profile of its own.

    Its thread, its process and its event loop are gone before tests of other folders begin.
    """
    with browsing(chromium) as opened:
        yield opened


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a watched page; at the end of the test nothing forbidden may have happened."""
    watches: list[Watch] = []
    contexts: list[Any] = []

    def opened(address: str, width: int = 1440, height: int = 900, **profile: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **profile)
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        page: Page = context.new_page()
        watches.append(Watch(address.split("/?", maxsplit=1)[0]))
        watches[-1].follow(page)
        page.goto(address)
        page.locator("h1").first.wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [w.strangers for w in watches if w.strangers] == []
    assert [w.errors for w in watches if w.errors] == []


@pytest.fixture(scope="session")
def sample_app(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the sample library, without a model."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(sample_library, folder / "library")
    with serving(folder / "library", folder) as address:
        yield address


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[str]:
    """The app over an empty library."""
    with serving(tmp_path / "library", tmp_path) as address:
        yield address


@pytest.fixture
def app_with_model(sample_library: Path, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Starts the app over the sample library with a model that behaves as it is told."""
    library = tmp_path / "library"
    shutil.copytree(sample_library, library)
    with contextlib.ExitStack() as stack:

        def started(*modes: str, **scripted: Any) -> str:
            model = stack.enter_context(ModelServer(*modes, **scripted))
            settings = {"OPENAI_BASE_URL": model.url, "ASKPAPERS_MODEL": "scripted"}
            return stack.enter_context(serving(library, tmp_path, **settings))

        yield started


@pytest.fixture(scope="session")
def hostile_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library whose papers are all written by enemies of the page."""
    folder = tmp_path_factory.mktemp("hostile") / "library"
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        assert assistant.add_bytes(hostile_jsonl(), "hostile.jsonl").added > 20
    return folder


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which a package of the tests brings."""
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        if os.environ.get("CI"):
            pytest.fail("needs the package axe-playwright-python", pytrace=False)
        pytest.skip("needs the package axe-playwright-python")
    return Path(found.origin).with_name("axe.min.js").read_text("utf-8")
