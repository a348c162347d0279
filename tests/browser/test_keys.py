"""A key through the whole app: it reaches its endpoint, and nothing that anybody can look at.

The model server fails in one way after the other and repeats the key in its errors. It is searched
for in what the browser is sent and shows, in exports, and in all that the server writes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import IDLE, ask, serving
from model_server import MODEL, ModelServer

from rag import Assistant, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HISTORY = Path(__file__).resolve().parents[1] / "data" / "history.jsonl"
KEY = "sk-CANARY-5d80a3"
WAYS = ("honest", "401", "429 long", "400 filter", "error midway", "cut")
QUESTION = "How many cards does LOOM need?"
COMPARISON = "Compare LOOM and PISCES"


@dataclass
class Seen:
    """All that a browser was sent and showed, and what was saved from it."""

    page: Page
    exports: Path
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._received))
        self.page.on("console", lambda said: self.texts.append(said.text))
        self.page.reload()  # from its first frame on

    def look(self) -> None:
        """Note the page as it stands, with what is in its fields."""
        page = self.page
        page.locator(IDLE).wait_for()
        self.texts += [page.content(), page.inner_text("body"), page.title(), page.url]
        self.texts += page.locator("input, textarea").evaluate_all("all => all.map(e => e.value)")

    def save(self, *buttons: str) -> None:
        """Save what these buttons export."""
        for button in buttons:
            with self.page.expect_download() as download:
                self.page.get_by_role("button", name=button).click()
            download.value.save_as(self.exports / button)

    def _received(self, payload: str | bytes) -> None:
        self.texts.append(payload if isinstance(payload, str) else payload.decode("latin-1"))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A small library in a folder of its own."""
    with Assistant.open(settings=Settings(_env_file=None, library=tmp_path / "library")) as opened:
        opened.add(HISTORY)
    return tmp_path / "library"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A model server that fails in each of the ways, and refuses in the end."""
    with ModelServer(*WAYS, "401", reply="LOOM needs 23 cards instead of 410 [E1].") as started:
        yield started


def set_on_the_screen(seen: Seen, model: ModelServer) -> None:
    """Type the key on the Settings screen, where it is tried at once."""
    page = seen.page
    page.get_by_role("button", name="Settings", exact=True).click()
    fields = {
        "Address of the endpoint": model.url,
        "Model": MODEL,
        "Key, if the endpoint needs one": KEY,
    }
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name="Save and try").click()
    page.get_by_text("Answers are written by").first.wait_for()
    seen.look()


def visit_every_screen(seen: Seen, folder: Path) -> None:
    """Ask while the model fails, compare, look at papers, export, look over, back up."""
    page = seen.page
    page.get_by_role("button", name="Ask", exact=True).click()
    for _ in WAYS:
        ask(page, QUESTION)
        seen.look()
    page.get_by_role("button", name="Chat menu").click()
    seen.save("Export as Markdown", "Export as HTML", "Export as JSON")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_label("Or ask in words").fill(COMPARISON)
    page.keyboard.press("Enter")
    page.locator(".matrix").wait_for()
    seen.look()
    page.get_by_role("button", name="Library", exact=True).click()
    page.locator(".st-key-open-0 button").click()
    page.locator(".paper-title").wait_for()
    seen.look()
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_role("button", name="Save and try").click()
    page.get_by_text("Not well").first.wait_for()  # the model refuses, and repeats the key
    page.get_by_role("button", name="Examine it now").click()
    page.get_by_text("Well: embedding model").wait_for()
    page.get_by_label("File to write").fill(str(folder / "backup.zip"))
    page.get_by_label("File to write").press("Enter")
    page.get_by_role("button", name="Back up now").click()
    page.get_by_text("Well: written").wait_for()
    seen.look()


@pytest.mark.parametrize("place", ["environment", "settings screen"])
def test_a_key_is_on_no_screen_and_in_no_export_log_or_file(
    place: str, library: Path, model: ModelServer, visit: Visit, tmp_path: Path
) -> None:
    named = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "ASKPAPERS_MODEL": MODEL}
    folder = tmp_path / "server"
    folder.mkdir()
    with serving(library, folder, **(named if place == "environment" else {})) as address:
        seen = Seen(visit(address), tmp_path / "exports")
        if place == "settings screen":
            set_on_the_screen(seen, model)
        visit_every_screen(seen, tmp_path)
        seen.page.close()  # it would ask a server that has stopped whether it is there
    assert {r.headers.get("authorization") for r in model.requests} == {f"Bearer {KEY}"}
    assert len(model.requests) > len(WAYS)
    assert sum(text.count("quoted sentences stand instead") for text in seen.texts)
    assert [text[:200] for text in seen.texts if "CANARY" in text] == []
    with zipfile.ZipFile(tmp_path / "backup.zip") as backup:
        backup.extractall(tmp_path / "backup")
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    kept = folder / "config" / "askpapers" / "settings.env"  # the one place that has it, when typed
    assert len(files) > 12
    holding = [path.name for path in files - {kept} if b"CANARY" in path.read_bytes()]
    assert holding == []
    assert (place == "environment") == (not kept.exists() or KEY not in kept.read_text("utf-8"))
