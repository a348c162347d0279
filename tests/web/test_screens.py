"""Going from screen to screen: every screen has an address, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable

from onpage import button, go_to, shown
from streamlit.testing.v1 import AppTest

Page = Callable[..., AppTest]


def test_the_sidebar_leads_to_the_screens_and_back(page: Page) -> None:
    at = page()
    button(at, "Library").click().run()
    assert ">Library</h1>" in shown(at)
    assert at.query_params["screen"] == "library"
    button(at, "Ask").click().run()
    assert "What would you like to know?" in shown(at)
    assert "screen" not in at.query_params


def test_an_unknown_address_is_the_first_screen(page: Page) -> None:
    assert "What would you like to know?" in shown(go_to(page(), "nowhere"))


def test_a_conversation_is_still_there_after_a_visit_to_the_library(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value("Which papers are by Lin Osei?").run()
    assert 'class="question"' in shown(at)
    button(at, "Library").click().run()
    assert ">Library</h1>" in shown(at)
    assert 'class="question"' not in shown(at)
    button(at, "Ask").click().run()
    assert 'class="question"' in shown(at)
