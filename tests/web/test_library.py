"""The Library screen: papers searched, narrowed and opened; what their pages tell."""

from __future__ import annotations

from collections.abc import Callable

from onpage import button, go_to, labels, shown
from streamlit.testing.v1 import AppTest

Page = Callable[..., AppTest]


def titles(at: AppTest) -> list[str]:
    """The titles in the list, without what a label needs to stay text."""
    rows = [b for b in at.button if str(b.key).startswith("open-")]
    return [b.label.replace("\\", "").replace("\u2060", "") for b in rows]


def test_all_papers_are_listed_newest_first(page: Page) -> None:
    at = go_to(page(), "library")
    assert [title.split(":")[0] for title in titles(at)] == ["Slate", "Quill", "Ferns"]
    assert "Osei and Brook" in shown(at)


def test_papers_are_searched_and_narrowed_and_all_come_back(page: Page) -> None:
    at = go_to(page(), "library")
    at.text_input(key="library-words").set_value("brook quill").run()
    assert [title.split(":")[0] for title in titles(at)] == ["Quill"]
    assert "1 of 3 papers" in shown(at)
    button(at, "Clear").click().run()
    at.multiselect(key="library-author").select("Lin Osei").run()
    assert [title.split(":")[0] for title in titles(at)] == ["Slate"]
    at.text_input(key="library-words").set_value("owls").run()
    assert "No paper is like that." in shown(at)
    assert at.multiselect(key="library-author").value == ["Lin Osei"]


def test_what_was_searched_is_still_there_when_one_comes_back(page: Page) -> None:
    at = go_to(page(), "library")
    at.text_input(key="library-words").set_value("ferns").run()
    at = go_to(go_to(at, ""), "library")
    assert at.text_input(key="library-words").value == "ferns"
    assert len(titles(at)) == 1


def test_a_run_of_the_page_leaves_what_is_being_typed_alone(page: Page) -> None:
    """A control that is sent its value again loses the letters typed since the last run."""
    at = go_to(page(), "library")
    at.text_input(key="library-words").set_value("ferns").run()
    at.checkbox[0].check().run()
    sent = at.text_input(key="library-words")
    assert sent.value == "ferns"
    assert not sent.proto.set_value


def test_a_paper_has_a_page_that_tells_cites_and_leads_on(page: Page) -> None:
    at = go_to(page(), "library")
    at.button(key="open-1").click().run()
    assert "Quill reduces the number" in shown(at)
    assert "papers.jsonl" in shown(at)
    assert at.code[0].value.startswith("Brook, A.")
    at.selectbox(key="kept-style").set_value("bibtex").run()
    assert at.code[0].value.startswith("@")
    near = [label for label in labels(at) if label.startswith(("Slate", "Ferns"))]
    assert len(near) == 2
    button(at, "Ask about this paper").click().run()
    assert "What does Quill show?" in shown(at)
    assert 'class="answer"' in shown(at)


def test_a_paper_that_is_gone_is_said_to_be_gone(page: Page) -> None:
    at = page()
    at.query_params["screen"] = "library"
    at.query_params["paper"] = "nobody"
    at.run()
    assert "This paper is not in your library" in shown(at)
    button(at, "← All papers").click().run()
    assert len(titles(at)) == 3


def test_a_paper_is_removed_and_brought_back(page: Page) -> None:
    at = go_to(page(), "library")
    at.button(key="open-1").click().run()
    button(at, "Remove").click().run()
    assert len(titles(at)) == 2
    assert "Removed <bdi>Quill" in shown(at)
    button(at, "Undo").click().run()
    assert len(titles(at)) == 3
    assert "Removed" not in shown(at)


def test_papers_are_ticked_in_the_list_and_taken_to_the_comparison(page: Page) -> None:
    at = go_to(page(), "library")
    for box in at.checkbox[:2]:
        box.check().run()
    assert "2 papers picked" in shown(at)
    at.button(key="to-comparison").click().run()
    assert not button(at, "Compare these papers").disabled
    button(at, "Remove Slate").click().run()
    at = go_to(at, "library")
    assert "one more makes a comparison" in shown(at)
    assert [box.value for box in at.checkbox] == [False, True, False]


def test_a_paper_is_cited_in_a_style_of_a_file_or_the_reason_is_said(page: Page) -> None:
    at = go_to(page(), "library")
    at.button(key="open-1").click().run()
    at.selectbox(key="kept-style").set_value("own").run()
    assert not at.code
    at.text_input(key="kept-csl").set_value("~/no-such-style.csl").run()
    assert not at.code
    assert 'role="alert"' in shown(at)
    assert "no-such-style.csl" in shown(at)
