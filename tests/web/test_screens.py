"""Going from screen to screen: every screen has an address, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Callable

from onpage import go_to, shown
from streamlit.testing.v1 import AppTest

Page = Callable[..., AppTest]


def test_the_sidebar_links_to_the_screens_once_there_are_papers(page: Page) -> None:
    links = [link.proto.label for link in page().sidebar.get("page_link")]
    assert links[:1] == ["Ask"]
    assert "Library" in links
    assert len(set(links)) == len(links)


def test_a_conversation_is_still_there_after_a_visit_to_the_library(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value("Which papers are by Lin Osei?").run()
    assert 'class="question"' in shown(at)
    at = go_to(at, "library")
    assert ">Library</h1>" in shown(at)
    assert 'class="question"' not in shown(at)
    assert 'class="question"' in shown(go_to(at, ""))
