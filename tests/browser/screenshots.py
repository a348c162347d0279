"""Pictures of the main screens, from the sample library and a scripted model.

    python tests/browser/screenshots.py [FOLDER] [PART...]      default: a new folder, all parts

Each screen at three widths, in light and dark. They are for looking at and are not committed, but
for those of the part "docs", one a screen, which are made into `docs/pictures`.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parents[i]) for i in (1, 2)]

import model_server  # noqa: E402  the paths stand above
import rare_screens  # noqa: E402  the paths stand above
from driving import IDLE, ask, browsing, serving  # noqa: E402  the paths stand above
from recorded import QUESTION as WARMED_UP  # noqa: E402  the paths stand above
from recorded import recorded  # noqa: E402  the paths stand above

from rag import Assistant, Settings  # noqa: E402  the paths stand above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, Page

SIZES = {390: 844, 768: 1024, 1440: 900}
PATIENCE_MS = 120_000  # the machine may have other work
THEMES = ("light", "dark")
PICTURES = {
    "Over time": "A click on a bar",
    "People": "Each name is joined",
    "By meaning": "Papers that are near",
}
QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"
REPLY = (
    "Compared to AdamW, SOAP reduces the number of iterations by over 40% when language models of "
    "360m and 660m parameters are pre-trained with large batches [E1]. It also"
)


def main(folder: Path, parts: Sequence[str] = ()) -> None:
    """Take the pictures of these parts into this folder; of all where none is named."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Chromium is not installed.")
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp())
    with Assistant.open(work / "sample", Settings(library=work / "sample")) as assistant:
        assistant.add_sample()
    with browsing(chromium) as browser:
        for part in parts or [name for name in PARTS if name != "docs"]:
            PARTS[part](browser, work, folder)
    shutil.rmtree(work, ignore_errors=True)


def _pages(browser: Browser, address: str) -> Iterator[tuple[str, Page]]:
    """A fresh page for each width and theme, with the end of its pictures' names."""
    for width, height in SIZES.items():
        for theme in THEMES:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
                has_touch=width < 500,
            )
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto(address)
            page.locator("h1").first.wait_for()
            yield f"{width}-{theme}.png", page
            context.close()


def _take(page: Page, path: Path) -> None:
    page.wait_for_timeout(900)  # what fades in has come
    page.screenshot(path=path)


def _empty(browser: Browser, work: Path, folder: Path) -> None:
    bad = work / "mixed"
    bad.mkdir()
    (bad / "empty.txt").touch()
    (bad / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    with serving(work / "empty", work) as address:
        for name, page in _pages(browser, address):
            _take(page, folder / f"1-empty-{name}")
        for name, page in _pages(browser, address):
            page.get_by_role("textbox").fill(str(bad))
            page.keyboard.press("Enter")
            page.locator(".failures").wait_for()
            _take(page, folder / f"2-failures-{name}")


def _asked(browser: Browser, work: Path, folder: Path) -> None:
    with serving(work / "sample", work) as address:
        for name, page in _pages(browser, address):
            _take(page, folder / f"3-home-{name}")
            ask(page, QUESTION)
            _take(page, folder / f"4-answer-{name}")
            page.locator(".cite").first.click()
            _take(page, folder / f"5-citation-{name}")
            if page.get_by_role("link", name="Close").is_visible():
                page.get_by_role("link", name="Close").click()
            ask(page, "Compare ReLoRA and GaLore")
            _take(page, folder / f"6-comparison-{name}")
            ask(page, "Which papers are by Rosie Zhao?")
            _take(page, folder / f"7-list-{name}")
            ask(page, "How many parameters does GPT-5 have?")
            _take(page, folder / f"8-abstention-{name}")


def _beside(browser: Browser, work: Path, folder: Path) -> None:
    """The screens beside the conversation."""
    with serving(work / "sample", work) as address:
        for name, page in _pages(browser, f"{address}/?screen=compare"):
            _take(page, folder / f"a-compare-{name}")
            field = page.get_by_label("Or ask in words")
            field.fill("Compare SOAP, EvoLM, AdANNS, MatFormer and CoLoR-Filter")
            field.press("Enter")
            page.locator(".matrix").wait_for()
            _take(page, folder / f"b-comparison-{name}")
        for name, page in _pages(browser, f"{address}/?screen=library"):
            page.locator(".st-key-rows").wait_for()
            page.locator(".st-key-rows [data-testid=stCheckbox] label").nth(1).click()
            page.locator(".st-key-picked-line").wait_for()
            _take(page, folder / f"c-library-{name}")
            page.locator(".st-key-open-1 button").click()
            page.locator(".st-key-similar").wait_for()
            _take(page, folder / f"d-paper-{name}")
            page.get_by_role("button", name="All papers").click()
            page.get_by_text("Pictures", exact=True).click()
            for picture, words in PICTURES.items():
                page.get_by_text(picture, exact=True).click()
                page.get_by_text(words).wait_for()
                page.locator(IDLE).wait_for()
                _take(page, folder / f"e-{picture.split()[-1].lower()}-{name}")
            page.locator(".st-key-library").get_by_text("Add papers", exact=True).click()
            page.get_by_label("Or paste a listing or BibTeX").wait_for()
            _take(page, folder / f"f-adding-{name}")
        for name, page in _pages(browser, f"{address}/?screen=settings"):
            page.locator(IDLE).wait_for()
            _take(page, folder / f"g-settings-{name}")
            page.locator(".st-key-appearance").scroll_into_view_if_needed()
            _take(page, folder / f"g-settings-end-{name}")


def _recorded(browser: Browser, work: Path, folder: Path) -> None:
    """What records bring with them: pages of a PDF, sources, pairs that may be one."""
    with serving(recorded(work / "recorded"), work) as address:
        for name, page in _pages(browser, address):
            ask(page, WARMED_UP)
            if page.locator(".cite").first.is_visible() and int(name.split("-")[0]) < 1000:
                page.locator(".cite").first.click()
            page.locator(".evidence:visible mark").first.wait_for()
            _take(page, folder / f"h-pdf-answer-{name}")
            page.get_by_role("button", name="See page 1").first.click()
            page.get_by_alt_text("Page 1 of").wait_for()
            _take(page, folder / f"h-pdf-page-{name}")
        for name, page in _pages(browser, f"{address}/?screen=library"):
            page.get_by_text("Duplicates", exact=True).click()
            page.get_by_text("Their DOIs differ").wait_for()
            _take(page, folder / f"i-duplicates-{name}")
            page.locator(".st-key-open-one-0 button").click()
            page.get_by_text("May be the same paper").wait_for()
            _take(page, folder / f"i-twin-{name}")
            page.get_by_role("button", name="All papers").click()
            page.get_by_text("Papers", exact=True).first.click()
            page.get_by_role("button", name="Ovens and Bread").click()
            page.get_by_text("Which source said what").click()
            page.locator(".said").scroll_into_view_if_needed()
            _take(page, folder / f"i-sources-{name}")


def _answering(browser: Browser, work: Path, folder: Path) -> None:
    model_server.PIECE_CHARS = len(REPLY)  # written at once, then the model falls silent
    with (
        model_server.ModelServer("stall", reply=REPLY) as model,
        serving(
            work / "sample", work, OPENAI_BASE_URL=model.url, ASKPAPERS_MODEL="scripted"
        ) as address,
    ):
        for name, page in _pages(browser, address):
            page.get_by_test_id("stChatInputTextArea").fill(QUESTION)
            page.keyboard.press("Enter")
            page.locator(".draft").wait_for()
            _take(page, folder / f"9-answering-{name}")
            page.get_by_role("button", name="Stop", exact=True).click()
            page.get_by_role("button", name="Ask again").wait_for()
            _take(page, folder / f"9-stopped-{name}")


def _docs(browser: Browser, work: Path, folder: Path) -> None:
    """The pictures of README and docs: small, and without the place of the library."""
    with serving(work / "sample", work) as address:
        page = browser.new_page(viewport={"width": 1280, "height": 720}, color_scheme="light")
        page.goto(address)
        ask(page, QUESTION)
        page.locator(".cite").first.click()
        _keep(page, folder / "answer.png", work)
        page.goto(f"{address}/?screen=compare")
        page.get_by_label("Or ask in words").fill("Compare SOAP, MatFormer and AdANNS")
        page.keyboard.press("Enter")
        page.locator(".matrix").wait_for()
        _keep(page, folder / "comparison.png", work)
        page.goto(f"{address}/?screen=library")
        page.locator(".st-key-rows").wait_for()
        _keep(page, folder / "library.png", work)


def _keep(page: Page, path: Path, work: Path) -> None:
    """A picture of 64 colours; what names the folder is not shown."""
    from PIL import Image

    page.get_by_text(str(work)).first.evaluate("element => element.style.visibility = 'hidden'")
    _take(page, path)
    Image.open(path).convert("RGB").quantize(64).save(path, optimize=True)


PARTS: dict[str, Callable[[Browser, Path, Path], None]] = {
    "empty": _empty,
    "asked": _asked,
    "beside": _beside,
    "recorded": _recorded,
    "answering": _answering,
    **{
        part.__name__: functools.partial(part, _pages, _take)
        for part in (
            rare_screens.odd,
            rare_screens.hostile,
            rare_screens.seeds,
            rare_screens.chats,
            rare_screens.degraded,
            rare_screens.adding,
        )
    },
    "docs": _docs,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where to put them")
    parser.add_argument(
        "parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=", ".join(PARTS)
    )
    given = parser.parse_args()
    into = given.folder or Path(tempfile.mkdtemp())
    main(into, given.parts)
    sys.stdout.write(f"{into}\n")
