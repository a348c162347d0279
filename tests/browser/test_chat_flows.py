"""What people do in the chat, in a real browser: ask, verify, add papers, stop, come back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import IDLE, ask

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SAMPLE = Path(__file__).resolve().parents[2] / "rag" / "sample" / "papers.jsonl"
QUESTION = "By how much does SOAP reduce iterations compared to AdamW?"
UNANSWERABLE = "How many parameters does GPT-5 have?"
LISTING = """97.6LGMay 28
Measuring the Weight of ButterfliesAda Brook, Tomas Reyes et al. · kew
We weigh 412 butterflies on a spring balance. The heaviest butterfly weighs 3.1 grams.
CLMay 27Code
Counting Words in SleepLin Osei
Sleepers say 61 words an hour. The counter is released."""


def abstract_of(title: str) -> str:
    """The abstract of a sample paper."""
    records = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    return next(str(r["abstract"]) for r in records if r["title"] == title)


def background(element: Locator) -> str:
    """The colour behind an element, once transitions are over."""
    element.page.wait_for_timeout(400)
    return str(element.evaluate("e => getComputedStyle(e).backgroundColor"))


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.querySelector('.stMain').scrollWidth - window.innerWidth"))


def test_from_an_empty_library_to_the_quoted_words_of_the_first_answer(
    empty_app: str, visit: Visit
) -> None:
    page = visit(empty_app)
    page.get_by_role("button", name="Load the sample library").wait_for()
    assert page.get_by_role("button").all_inner_texts()[0] == "Load the sample library"
    assert page.get_by_test_id("stChatInput").count() == 0
    page.get_by_role("button", name="Load the sample library").click()
    page.get_by_role("progressbar").wait_for()
    page.get_by_text("72 papers added.").wait_for()
    suggestions = page.locator(".st-key-suggestion").get_by_role("button")
    suggestions.nth(2).wait_for()
    asked = suggestions.first.inner_text()
    suggestions.first.click()
    page.locator(".colophon").wait_for()
    assert page.locator(".question").inner_text() == asked
    page.locator(".cite").first.click()
    mark = page.locator(".abstract mark:target")
    title = mark.locator("xpath=ancestor::article").locator("h3").inner_text()
    assert mark.inner_text() in abstract_of(title)


def test_a_number_opens_the_quoted_words_in_their_abstract_and_both_light_up(
    sample_app: str, visit: Visit
) -> None:
    page = visit(sample_app)
    ask(page, QUESTION)
    number = page.locator(".cite").first
    mark = page.locator(".abstract mark").first
    plain = background(mark)
    number.hover()
    assert background(mark) != plain
    page.mouse.move(0, 0)
    assert background(mark) == plain
    before = background(number)
    number.click()
    page.mouse.move(0, 0)
    assert background(mark) != plain
    assert background(number) != before
    card = page.locator(".card").first
    assert "SOAP" in card.locator("h3").inner_text()
    assert "Nikhil Vyas" in card.locator(".byline").inner_text()
    assert "17 September 2024" in card.locator(".facts").inner_text()
    quoted = mark.inner_text()
    assert quoted in abstract_of(card.locator("h3").inner_text())
    assert f"“{quoted}”" in page.locator(".answer").inner_text()


def test_a_number_of_an_earlier_answer_brings_its_evidence_back(
    sample_app: str, visit: Visit
) -> None:
    page = visit(sample_app)
    ask(page, QUESTION)
    ask(page, "Compare ReLoRA and LoRA Soups")
    shown = page.locator(".evidence:visible")
    assert "ReLoRA" in shown.locator("h3").first.inner_text()
    page.locator(".answer").first.locator(".cite").first.click()
    assert "SOAP" in shown.locator("h3").first.inner_text()
    assert shown.locator(".panel-title").count() == 1
    ask(page, "Which papers are by Rosie Zhao?")
    assert shown.locator(".panel-title").count() == 1
    assert shown.locator(".card").count() == 5


def test_the_keyboard_alone_asks_verifies_and_goes_back(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app)
    ask(page, QUESTION)
    number = page.locator(".cite").first
    number.focus()
    assert number.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.locator(".abstract mark:target").wait_for()
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert "-cited-1" in page.url
    page.locator(".card-foot summary").first.focus()
    page.keyboard.press("Enter")
    assert "SOAP" in page.locator(".reference:visible").input_value()


def test_the_focus_stays_on_the_way_to_another_screen(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app)
    for name in ("Compare", "Library", "Settings", "Ask"):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        page.locator(f".wordmark.at-{name.lower()}").wait_for()
        page.locator(IDLE).wait_for()
        assert page.evaluate("document.activeElement.innerText") == name
        here = page.locator(f".st-key-to-{name.lower()} button p")
        assert here.evaluate("e => getComputedStyle(e).fontWeight") == "600"


def test_a_box_to_tick_shows_that_it_has_the_focus(sample_app: str, visit: Visit) -> None:
    page = visit(f"{sample_app}/?screen=library")
    page.locator(".st-key-row-0").wait_for()
    page.locator(IDLE).wait_for()
    page.locator(".st-key-row-0 input").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    outline = page.locator(".st-key-row-0 .stCheckbox label")
    assert outline.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_what_the_library_does_not_say_is_an_abstention_with_a_way_on(
    sample_app: str, visit: Visit
) -> None:
    page = visit(sample_app)
    ask(page, UNANSWERABLE)
    silence = page.locator(".silence")
    assert "Not in your library" in silence.inner_text()
    assert "GPT-5" in silence.inner_text()
    assert silence.locator(".nearest a").count() == 3
    nearest = silence.locator(".nearest a").first
    nearest.click()
    assert nearest.inner_text() == page.locator(".card:target h3").inner_text()
    page.locator('[class*="st-key-instead-"]').get_by_role("button").first.click()
    page.locator(".colophon").wait_for()


def test_a_condition_is_taken_away_and_put_back_by_keyboard(sample_app: str, visit: Visit) -> None:
    from playwright.sync_api import expect

    page = visit(sample_app)
    ask(page, "Which papers by Rosie Zhao are from 2025?")
    ask(page, QUESTION)
    answer = page.locator(".answer").first
    remove = page.get_by_role("button", name="Remove “by Rosie Zhao”", exact=True)
    box = remove.bounding_box()
    assert box is not None
    assert box["width"] < 40
    before = answer.inner_text()
    remove.focus()
    page.keyboard.press("Enter")
    put_back = page.get_by_role("button", name="Put back “by Rosie Zhao”", exact=True)
    put_back.wait_for()
    assert page.locator(".condition .struck").inner_text() == "by Rosie Zhao"
    expect(answer).to_contain_text("papers from 2025.", timeout=60_000)
    assert page.locator(".question").first.inner_text().startswith("Which papers by Rosie Zhao")
    assert page.locator(".question").count() == 2
    put_back.click()
    expect(answer).to_contain_text("From the records of 2 papers.", timeout=60_000)
    assert answer.inner_text() == before


def test_references_can_be_copied_and_a_new_chat_begun(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app)
    ask(page, QUESTION)
    page.get_by_role("button", name="References").click()
    page.get_by_text("Vyas, Depen Morwani, Rosie Zhao et al. (2024). SOAP").last.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="New chat").click()
    page.get_by_role("heading", name="What would you like to know?").wait_for()
    assert page.locator(".question").count() == 0


def test_files_paths_and_pasted_text_are_added_and_failures_are_named(
    empty_app: str, visit: Visit, tmp_path: Path
) -> None:
    page = visit(empty_app)
    listing = tmp_path / "listing.txt"
    listing.write_text(LISTING, "utf-8")
    page.locator("input[type=file]").set_input_files([listing])
    page.get_by_text("2 papers added.").wait_for()
    ask(page, "How heavy is the heaviest butterfly?")
    assert "3.1 grams" in page.locator(".answer").inner_text()

    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.jsonl").write_text('{"title": "Owls", "abstract": "Owls turn by 270 degrees."}')
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 20)
    page.get_by_text("Add papers").click()
    path = page.get_by_label("Or the path of a file or folder on this computer")
    path.fill(str(folder))
    path.press("Enter")
    page.get_by_text("1 paper added, 1 could not be added.").wait_for()
    failures = page.get_by_role("list", name="Could not be added")
    assert "noise.bin" in failures.inner_text()
    page.get_by_role("button", name="Dismiss").click()
    failures.wait_for(state="detached")

    pasted = page.get_by_role("textbox", name="Or paste a listing")  # the one that can be seen
    pasted.fill('{"title": "Moles", "abstract": "Moles dig 4 metres an hour."}')
    page.get_by_role("button", name="Add pasted text").click()
    page.get_by_text("1 paper added.").wait_for()
    assert "4 papers" in page.locator(".state .count").inner_text()


def test_on_a_phone_the_evidence_rises_when_a_number_is_followed(
    sample_app: str, visit: Visit
) -> None:
    page = visit(sample_app, 390, 844, has_touch=True, is_mobile=True)
    ask(page, QUESTION)
    assert page.locator(".card:visible").count() == 0
    page.locator(".cite").first.tap()
    mark = page.locator(".abstract mark:target")
    mark.wait_for()
    box = mark.bounding_box()
    assert box is not None
    assert box["y"] > 200
    assert box["y"] + box["height"] < 844
    page.get_by_role("link", name="Close").tap()
    page.locator(".card").first.wait_for(state="hidden")
    assert page.locator(".answer").is_visible()


@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
def test_nothing_is_wider_than_the_window(sample_app: str, visit: Visit, width: int) -> None:
    page = visit(sample_app, width)
    assert overflow(page) <= 0
    ask(page, "Compare ReLoRA and LoRA Soups")
    assert page.locator(".card").first.is_visible() == (width > 640)
    page.locator(".cite").first.click()
    assert overflow(page) <= 0
    line = page.locator(".answer p").first.bounding_box()
    assert line is not None
    assert line["width"] <= 36 * 16 + 1


def test_stopping_keeps_the_words_so_far_and_says_that_they_are_unchecked(
    app_with_model: Callable[..., str], visit: Visit
) -> None:
    page = visit(app_with_model("stall", reply="SOAP needs over 40% fewer iterations [E1]."))
    page.get_by_test_id("stChatInputTextArea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".draft").wait_for()
    assert page.locator(".card").count() > 0
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Ask again").wait_for(timeout=5000)
    assert page.locator(".draft").inner_text().startswith("SOAP")
    assert "not checked" in page.locator(".notice").inner_text()


def test_a_written_answer_is_streamed_checked_and_cited(
    app_with_model: Callable[..., str], visit: Visit
) -> None:
    written = "SOAP reduces the iterations by over 40% compared to AdamW [E1]."
    page = visit(app_with_model("honest", reply=f"{written} It also wins at chess [E1]."))
    ask(page, QUESTION)
    answer = page.locator(".answer").inner_text()
    assert "over 40%" in answer
    assert "chess" not in answer
    assert "Written by scripted" in answer
    assert page.locator(".notice").count() == 1


def test_with_the_model_down_the_quotations_stand_and_one_line_says_so(
    app_with_model: Callable[..., str], visit: Visit
) -> None:
    page = visit(app_with_model("500"))
    ask(page, QUESTION)
    assert "over 40%" in page.locator(".answer").inner_text()
    assert "Quoted word for word" in page.locator(".colophon").inner_text()
    assert page.locator(".notice").count() == 1
