"""The screens without a browser: first visit, asking, adding, errors as sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from onpage import after_job, button, labels, shown
from streamlit.testing.v1 import AppTest

Page = Callable[..., AppTest]
QUESTION = "By how much does Quill reduce training steps compared to AdamW?"


def test_the_first_visit_offers_the_sample_and_places_for_papers_and_nothing_else(
    page: Page,
) -> None:
    at = page(empty=True)
    assert "Ask questions about your own collection of papers." in shown(at)
    assert labels(at) == ["Load the sample library"]
    assert [t.label for t in at.text_input] == ["Or the path of a file or folder on this computer"]
    assert not at.chat_input
    assert not at.sidebar.button


def test_a_library_is_met_with_three_questions_and_its_state(page: Page) -> None:
    at = page()
    questions = [label for label in labels(at) if label.endswith(("?", "."))]
    assert len(questions) == 3
    assert "3 papers · 2023–2025" in shown(at)
    assert "Answers are quotations: no model is set." in shown(at)


def test_a_typed_question_is_answered_with_a_number_and_its_marked_words(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value(QUESTION).run()
    words = "Compared to AdamW, Quill reduces the number of training steps by 37%."
    assert f"“{words}”" in shown(at)
    assert f">{words}</mark>" in shown(at)
    assert 'class="cite"' in shown(at)


def test_a_suggested_question_is_asked_by_a_click(page: Page) -> None:
    at = page()
    label = at.button(key="q0-suggestion").label.replace("\\", "")
    at.button(key="q0-suggestion").click().run()
    assert f">{label}</h2>" in shown(at)
    assert 'class="answer"' in shown(at)


def test_a_condition_is_taken_away_in_its_place_and_put_back(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value("Which papers by Ada Brook are from 2024?").run()
    at.chat_input[0].set_value("Which papers are by Lin Osei?").run()
    assert "Your library has 1 paper by Ada Brook from 2024." in shown(at)
    button(at, "Remove “by Ada Brook”").click().run()
    button(at, "Remove “from 2024”").click().run()
    body = shown(at)
    assert "Your library has 3 papers." in body
    assert body.count('class="question"') == 2
    assert body.index("Which papers by Ada Brook") < body.index("Which papers are by Lin Osei?")
    assert '<span class="struck">by Ada Brook</span> removed' in body
    button(at, "Put back “from 2024”").click().run()
    assert "Your library has 1 paper from 2024." in shown(at)
    assert "Put back “by Ada Brook”" in labels(at)
    assert "Remove “from 2024”" in labels(at)


def test_a_question_of_which_nothing_is_left_can_have_its_condition_back(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value("What is the newest paper?").run()
    button(at, "Remove “newest first”").click().run()
    assert "Without “newest first”, this question names nothing to look for." in shown(at)
    button(at, "Put back “newest first”").click().run()
    assert "Slate" in shown(at)


def test_an_abstention_offers_the_nearest_papers_and_a_better_question(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value("How many moons does Saturn have?").run()
    assert 'class="silence"' in shown(at)
    assert "Nearest papers" in shown(at)
    better = next(b for b in at.button if str(b.key).startswith("q0-instead"))
    better.click().run()
    assert 'class="answer"' in shown(at)


def test_the_conversation_is_kept_and_a_new_chat_begins_without_it(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value(QUESTION).run()
    at.chat_input[0].set_value("Which papers are by Lin Osei?").run()
    assert shown(at).count('class="question"') == 2
    next(b for b in at.button if b.label == "New chat").click().run()
    assert 'class="question"' not in shown(at)
    assert "What would you like to know?" in shown(at)


def test_two_tabs_share_the_library_and_nothing_else(page: Page) -> None:
    one = page()
    other = AppTest.from_file(one._script_path, default_timeout=60).run()
    one.chat_input[0].set_value(QUESTION).run()
    other.run()
    assert 'class="question"' in shown(one)
    assert 'class="question"' not in shown(other)


def test_pasted_records_are_added(page: Page) -> None:
    at = page()
    record = '{"title": "Reed: A Test", "authors": ["Kai Um"], "abstract": "Reed bends by 5%."}'
    at.text_area[0].set_value(record)
    next(b for b in at.button if b.label == "Add pasted text").click().run()
    at = after_job(at)
    assert "4 papers" in shown(at)
    assert "1 paper added." in shown(at)


def test_a_path_that_cannot_be_added_is_named_with_the_reason(page: Page, tmp_path: Path) -> None:
    bad = tmp_path / "no <b>such</b> file.txt"
    at = page()
    at.text_input[0].set_value(str(bad)).run()
    at = after_job(at)
    assert "1 could not be added." in shown(at)
    assert "<strong" in shown(at)
    assert "no &lt;b&gt;such&lt;/b&gt; file.txt" in shown(at)
    next(b for b in at.button if b.label == "Dismiss").click().run()
    assert "could not be added" not in shown(at)


def test_a_folder_that_is_no_library_is_one_sentence(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.txt").write_text("cat")
    at = page(folder=folder)
    assert 'role="alert"' in shown(at)
    assert "photos" in shown(at)
    assert not at.chat_input


def test_a_wrong_setting_is_one_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKPAPERS_THREADS", "many")
    at = page()
    assert "ASKPAPERS_THREADS" in shown(at)


def test_a_fault_of_the_program_shows_a_sentence_and_no_trace(
    page: Page, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("rag.web.chat.sidebar", broken)
    at = page()
    assert "did not foresee" in shown(at)
    assert "secret detail" not in shown(at)
    assert "secret detail" in caplog.text


def test_a_question_that_fails_says_why_and_can_be_asked_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.assistant import Assistant
    from rag.base.errors import WeightsError

    def fails(*_: object, **__: object) -> None:
        raise WeightsError("The weights are missing; install askpapers again.")

    at = page()
    with monkeypatch.context() as patch:
        patch.setattr(Assistant, "stream", fails)
        at.chat_input[0].set_value(QUESTION).run()
    assert "The weights are missing; install askpapers again." in shown(at)
    next(b for b in at.button if b.label == "Ask again").click().run()
    assert "37%" in shown(at)
    assert shown(at).count('class="question"') == 1
