"""The Compare screen without a browser: picking, asking in words, the table, what is taken away."""

from __future__ import annotations

import re
from collections.abc import Callable

from onpage import button, go_to, labels, shown
from streamlit.testing.v1 import AppTest

Page = Callable[..., AppTest]


def picked(at: AppTest, *words: str) -> AppTest:
    """The screen with papers picked by these words."""
    for word in words:
        at.text_input(key="kept-compare-find").set_value(word).run()
        at.button(key="compare-add-0").click().run()
    return at


def test_picked_papers_are_compared_and_every_number_leads_somewhere(page: Page) -> None:
    at = picked(go_to(page(), "compare"), "Quill", "Ferns")
    button(at, "Compare these papers").click().run()
    body = shown(at)
    assert 'role="table"' in body
    assert "Quill reduces the number of training steps by 37%" in body
    assert ">not stated</span>" in body
    targets = re.findall(r'class="cite" href="#([^"]+)"|href="#([^"]+)" class="cite"', body)
    leads = [one or other for one, other in targets]
    assert leads
    assert all(f'id="{lead}"' in body for lead in leads)


def test_one_paper_is_no_comparison_and_a_picked_one_can_be_removed(page: Page) -> None:
    at = picked(go_to(page(), "compare"), "Quill")
    assert button(at, "Compare these papers").disabled
    button(at, "Remove Quill").click().run()
    assert "Remove Quill" not in labels(at)


def test_a_comparison_can_be_asked_for_in_words(page: Page) -> None:
    at = go_to(page(), "compare")
    at.text_input(key="kept-compare-words").set_value("Compare Quill and Slate on result.").run()
    assert ">Main result</div>" in shown(at)
    assert ">Problem</div>" not in shown(at)


def test_words_that_name_no_two_papers_are_told_what_to_do(page: Page) -> None:
    at = go_to(page(), "compare")
    at.text_input(key="kept-compare-words").set_value("Quill").run()
    assert "Two papers are needed" in shown(at)


def test_the_papers_of_the_last_answer_can_be_taken_over(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value("Compare Quill and Ferns.").run()
    assert 'role="table"' in shown(at)
    at = go_to(at, "compare")
    button(at, "Add the 2 papers of the last answer").click().run()
    assert not button(at, "Compare these papers").disabled


def test_an_aspect_in_words_of_ones_own_is_a_row(page: Page) -> None:
    at = picked(go_to(page(), "compare"), "Quill", "Ferns")
    at.session_state["kept-compare-aspects"] = ["Finnish text"]
    button(at, "Compare these papers").click().run()
    body = shown(at)
    assert ">Finnish text</div>" in body
    assert "Ferns shortens Finnish text by 22%" in body


def test_a_claim_shows_who_supports_it_with_a_number_that_leads_to_the_words(page: Page) -> None:
    at = go_to(page(), "compare")
    claim = "Quill reduces the number of training steps by 37% compared to AdamW"
    at.text_input(key="kept-compare-claim").set_value(claim).run()
    body = shown(at)
    assert "Quill (2024) supports it" in body
    assert ">Compared to AdamW, Quill reduces the number of training steps by 37%.</mark>" in body
