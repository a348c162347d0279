"""What one can do with an answer: edit its question, judge it, ask on from its papers."""

from __future__ import annotations

from collections.abc import Callable

from onpage import button, labels, shown
from streamlit.testing.v1 import AppTest

from rag.base.types import Answer, Citation, Evidence, Paper
from rag.web.afterwards import follow_ups

Page = Callable[..., AppTest]
QUESTION = "By how much does Quill reduce training steps compared to AdamW?"
QUILL = Paper("q", "Quill: Patience", ("Ada Brook",))
FERNS = Paper("f", "Ferns: Growth")


def answer(*cited: Paper, found: tuple[Paper, ...] = ()) -> Answer:
    """An answer that cites some papers and found others too."""
    citations = tuple(Citation(i, p, "", 0, 0) for i, p in enumerate(cited, 1))
    evidence = tuple(Evidence(p, 0, 1, "", 1.0) for p in (*cited, *found))
    return Answer("q", "answered", "extractive", citations=citations, evidence=evidence)


def test_follow_ups_are_about_the_papers_of_the_answer_and_were_not_asked() -> None:
    offered = follow_ups(answer(QUILL, found=(FERNS,)), [])
    assert offered == [
        "Compare Quill and Ferns.",
        "What does Ferns show?",
        "What does Quill show?",
    ]
    left = follow_ups(answer(QUILL, found=(FERNS,)), offered[:2])
    assert left == ["What does Quill show?", "Which papers are by Ada Brook?"]


def test_a_title_of_several_words_is_asked_for_in_quotation_marks() -> None:
    told = Paper("t", "Using patience to reveal steps")
    assert "What does “Using patience to reveal steps” show?" in follow_ups(answer(told), [])


def test_a_question_is_edited_in_its_place(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value(QUESTION).run()
    area = next(t for t in at.text_area if t.label == "Question")
    area.set_value("Which papers are by Lin Osei?").run()
    button(at, "Ask this instead").click().run()
    assert "Slate" in shown(at)
    assert shown(at).count('class="question"') == 1
    assert "Which papers are by Lin Osei?</h2>" in shown(at)


def test_an_answer_is_judged_with_the_right_paper_and_the_judgement_taken_back(page: Page) -> None:
    at = page()
    at.chat_input[0].set_value(QUESTION).run()
    better = next(t for t in at.text_input if t.label.startswith("If not"))
    better.set_value("ferns tokenizers").run()
    assert "Ferns: Tokenizers that Grow" in shown(at)
    button(at, "No").click().run()
    assert "You said that this is not right." in shown(at)
    button(at, "Take it back").click().run()
    assert "Yes" in labels(at)
