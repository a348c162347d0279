"""Kept chats on the page: listed, opened by their address, renamed, deleted and brought back."""

from __future__ import annotations

from collections.abc import Callable

from onpage import button, go_to, labels, shown
from streamlit.testing.v1 import AppTest

Page = Callable[..., AppTest]
QUESTION = "By how much does Quill reduce training steps compared to AdamW?"
OTHER = "Which papers are by Lin Osei?"


def asked(at: AppTest, question: str) -> AppTest:
    """The page with an answer to a question."""
    at.chat_input[0].set_value(question).run()
    return at


def test_a_chat_is_found_again_by_its_address_in_another_tab(page: Page) -> None:
    at = asked(page(), QUESTION)
    chat = at.query_params["chat"]
    other = AppTest.from_file(at._script_path, default_timeout=60)
    other.query_params["chat"] = chat
    other.run()
    assert shown(other).count('class="question"') == 1
    assert "37%" in shown(other)
    asked(other, OTHER)
    assert shown(other).count('class="question"') == 2


def test_chats_are_listed_and_opened_and_a_new_one_begun(page: Page) -> None:
    at = asked(page(), QUESTION)
    button(at, "New chat").click().run()
    assert 'class="question"' not in shown(at)
    assert "chat" not in at.query_params
    asked(at, OTHER)
    assert [label for label in labels(at) if label in (QUESTION, OTHER)] == [OTHER, QUESTION]
    button(at, QUESTION).click().run()
    assert "37%" in shown(at)
    assert shown(at).count('class="question"') == 1


def test_an_unknown_chat_is_said_to_be_unknown(page: Page) -> None:
    at = page()
    at.query_params["chat"] = "0123456789abcdef"
    at.run()
    assert "There is no such chat in this library." in shown(at)
    assert "What would you like to know?" in shown(at)


def test_a_chat_is_renamed_deleted_and_brought_back(page: Page) -> None:
    at = asked(page(), QUESTION)
    at.text_input(key=f"title-{at.query_params['chat']}").set_value("Quills <b>").run()
    assert "Quills <b>" in labels(at)
    button(at, "Delete this chat").click().run()
    assert "Quills <b>" not in labels(at)
    assert "Quills &lt;b&gt;" in shown(at)
    assert 'class="question"' not in shown(at)
    button(at, "Undo").click().run()
    assert "Quills <b>" in labels(at)
    assert "37%" in shown(at)


def test_going_back_in_the_browser_from_a_chat_is_a_new_chat(page: Page) -> None:
    at = asked(page(), QUESTION)
    assert 'class="question"' not in shown(go_to(at, ""))
