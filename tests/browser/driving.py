"""Driving the app from outside: a server process, Debian's Chromium, a question typed and answered.

Used by the browser tests and by `screenshots.py`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
START_S = 90
IDLE = '.stApp[data-test-script-state="notRunning"]'  # no run of the page is under way
# Waits until what fades has come or gone; what turns for ever is not waited for.
FADED = """() => Promise.race([
  new Promise(done => setTimeout(done, 2000)),
  Promise.allSettled(document.getAnimations()
    .filter(moving => moving.effect.getComputedTiming().iterations !== Infinity)
    .map(moving => moving.finished)),
])"""
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
)


@contextlib.contextmanager
def serving(
    library: Path, folder: Path, *, port: int | None = None, **environment: str
) -> Iterator[str]:
    """A server over this library, started from `folder`; gives its address."""
    port = port or free_port()
    ours = {str(f.validation_alias) for f in Settings.model_fields.values()}
    clean = {key: value for key, value in os.environ.items() if key not in ours}
    command = [sys.executable, "-m", "rag.cli", "serve", "--port", str(port)]
    with (
        (folder / f"server-{port}.log").open("wb") as log,
        subprocess.Popen(
            [*command, "--library", str(library)],
            cwd=folder,
            env={
                **clean,
                "PYTHONPATH": str(ROOT),
                "XDG_CONFIG_HOME": str(folder / "config"),
                **environment,
            },
            stdout=log,
            stderr=log,
        ) as server,
    ):
        try:
            _wait_until_ready(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            opener.open(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
            return
        time.sleep(0.1)
    raise TimeoutError("the server did not start; its log is beside the library")


@contextlib.contextmanager
def browsing(chromium: str) -> Iterator[Browser]:
    """Chromium, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


def ask(page: Page, question: str) -> None:
    """Type a question and wait until its answer, or its silence, stands."""
    before = page.locator(".question").count()
    page.get_by_test_id("stChatInputTextArea").fill(question)
    page.keyboard.press("Enter")
    message = page.get_by_test_id("stChatMessage").nth(2 * before + 1)
    message.locator(".colophon, .silence").first.wait_for()
    page.get_by_role("button", name="Stop", exact=True).wait_for(state="detached")


def findings(page: Page, axe: str, *, least: tuple[str, ...] = ("serious", "critical")) -> set[str]:
    """What axe objects to, with the first place of each."""
    page.locator(IDLE).wait_for()
    page.evaluate(FADED)  # colours in between are nobody's
    page.evaluate(axe)
    told: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)"
    )
    return {
        f"{v['id']}: {v['nodes'][0]['html'][:200]}: {v['nodes'][0].get('failureSummary')}"
        for v in told
        if v["impact"] in least
    }
