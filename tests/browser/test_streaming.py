"""An answer while it is written: words are added to it, and nothing else on the page moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from driving import IDLE, ask
from ways import QUESTION

if TYPE_CHECKING:
    from playwright.sync_api import Page

    Visit = Callable[..., Page]

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WRITTEN = "SOAP reduces the iterations by over 40% compared to AdamW [E1]. "
SHEET = b"--page: light-dark"  # of the style sheet
LINES = 4  # that the words must have grown by, so that something could have moved
# Sums up what the browser calls layout shifts from now on, but for those of what was just typed.
WATCH = """() => {
  window.shifted = 0;
  new PerformanceObserver(list => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
  }).observe({type: 'layout-shift'});
}"""
# Where the words begin, the way to stop and the evidence (0 where it is not shown), in pixels from
# the top, and how many lines of words there are.
PLACES = """() => {
  const words = document.querySelector('.draft p');
  const shown = [...document.querySelectorAll('.evidence .card')].filter(c => c.checkVisibility());
  const column = shown.length ? shown[0].closest('.stColumn').getBoundingClientRect().y : 0;
  const stop = document.querySelector('.st-key-stop');
  if (!words || !stop) return null;
  const box = words.getBoundingClientRect();
  return {
    where: [box.y, stop.getBoundingClientRect().y, column].map(Math.round).join(' '),
    lines: Math.round(box.height / parseFloat(getComputedStyle(words).lineHeight)),
    shifted: window.shifted,
  };
}"""
# Where the settled words begin, in pixels from the top of what scrolls.
SETTLED = """() => document.querySelector('.answer .colophon + p').getBoundingClientRect().y
  + document.querySelector('.stMain').scrollTop"""


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_moves_while_an_answer_grows(
    app_with_model: Callable[..., str], visit: Visit, width: int
) -> None:
    page = visit(app_with_model("paced", reply=WRITTEN * 8), width, 1024)
    page.locator(IDLE).wait_for()
    page.get_by_test_id("stChatInputTextArea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".draft").wait_for()
    page.wait_for_timeout(500)  # the page has drawn what stands beside the answer
    page.evaluate(WATCH)
    seen = list(_looked(page))
    assert len({place["where"] for place in seen}) == 1
    assert seen[-1]["lines"] - seen[0]["lines"] >= LINES
    assert max(place["shifted"] for place in seen) < 0.005
    begun = float(seen[-1]["where"].split()[0])
    page.locator(".colophon").wait_for()
    assert abs(page.evaluate(SETTLED) - begun) < 3


def test_the_style_sheet_is_sent_once(sample_app: str, visit: Visit) -> None:
    page = visit(sample_app)
    sent: list[int] = []
    page.on(
        "websocket",
        lambda tab: tab.on("framereceived", lambda data: sent.append(data.count(SHEET))),
    )
    page.reload()
    page.locator(".st-key-home").wait_for()
    ask(page, QUESTION)
    ask(page, "How does SOAP compare to Shampoo?")
    assert sum(sent) == 1


def _looked(page: Page) -> Iterator[dict[str, Any]]:
    """What is where, from now until the answer is settled."""
    while True:
        places: dict[str, Any] | None = page.evaluate(PLACES)
        if places is None:
            return
        yield places
        page.wait_for_timeout(100)
