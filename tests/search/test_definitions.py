"""Which term a question asks the meaning of, and which sentences give it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.search.definitions import definer, term_asked, term_meant, undefined

MEANT = {
    "What does FSR stand for?": "FSR",
    "what does “drawloom” mean?": "drawloom",
    "What is meant by heddle drift?": "heddle drift",
    "Please define heddle drift": "heddle drift",
    "What is the definition of a heddle?": "heddle",
    "What is FSR short for?": "FSR",
}
NOT_MEANT = [
    "What does this mean for practice?",
    "What does it mean?",
    "What mean speed was reached?",
    "What does LOOM use?",
    "What is a loom?",
]


@pytest.mark.parametrize(("question", "term"), MEANT.items())
def test_a_question_for_a_meaning_names_its_term(question: str, term: str) -> None:
    assert term_meant(question) == term_asked(question) == term


@pytest.mark.parametrize("question", NOT_MEANT)
def test_other_questions_ask_for_no_meaning(question: str) -> None:
    assert term_meant(question) is None


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is a loom?", "loom"),
        ("What are heddles in weaving?", "heddles"),
        ("What is the speed of a loom?", None),
        ("What is new in weaving?", None),
    ],
)
def test_what_something_is_asks_about_it(question: str, term: str | None) -> None:
    assert term_asked(question) == term


@pytest.mark.parametrize(
    ("term", "sentence", "defines"),
    [
        ("heddle", "A heddle is a wire with an eye.", True),
        ("heddle", "Heddles (H) are the wires that lift threads.", True),
        ("heddle", "Each thread runs through a wire called a heddle.", True),
        ("heddle drift", "Heddle drift, where wires bend, is common.", True),
        ("heddle drift", "Heddle drift refers to the bending of wires.", True),
        ("heddle drift", "The notion of heddle drift tells how wires bend.", True),
        ("heddle drift", "Heddle drift (HD), measuring the bend of wires, is common.", True),
        ("heddles", "A heddle is a wire with an eye.", True),
        ("loom", "A frame and its heddles constitute a loom.", True),
        ("glass", "A glass is a pane.", True),
        ("FSR", "We measure the frame stop rate (FSR).", True),
        ("heddle", "The heddle is an important part.", False),
        ("heddle", "We study heddles in ten mills.", False),
        ("FSR", "LOOM lowers the FSR by 3%.", False),
    ],
)
def test_a_sentence_defines_a_term_by_its_form(term: str, sentence: str, defines: bool) -> None:
    assert definer(term)(sentence) is defines


def test_a_term_is_undefined_only_where_sentences_speak_of_it() -> None:
    assert undefined("What is heddle drift?", ["Heddle drift harms cloth."]) == "heddle drift"
    assert undefined("What is heddle drift?", ["Heddle drift is a slow bending."]) is None
    assert undefined("What is heddle drift?", ["Looms stop."]) is None
    assert undefined("What is missing in looms?", ["Missing threads harm looms."]) is None
    assert undefined("What is a loom good for?", ["Looms are good for cloth."]) is None


def test_a_short_form_is_answered_by_the_sentences_that_introduce_it(tmp_path: Path) -> None:
    says = {
        "Stops of looms": "Looms stop. The FSR fell to 3%. We count the frame stop rate (FSR).",
        "Wool of sheep": "We sort fine sheep rugs (FSR). Heddles are sold in ten towns.",
        "FSR in winter": "The FSR of looms is highest in winter.",
    }
    rows = [{"title": t, "authors": ["Ada Byron"], "abstract": a} for t, a in says.items()]
    with Assistant.open(tmp_path / "library") as assistant:
        assistant.add_bytes("\n".join(map(json.dumps, rows)).encode(), "looms.jsonl")
        answer = assistant.ask("What does FSR stand for?")
        assert {c.quote for c in answer.citations} == {
            "We count the frame stop rate (FSR).",
            "We sort fine sheep rugs (FSR).",
        }
        answer = assistant.ask("What are heddles?")
    assert answer.notice == "None of these sentences says outright what “heddles” means."
