"""Chats written out: what is in them, and that words of papers do nothing where they are opened."""

from __future__ import annotations

import html.parser
import json
from collections import Counter

import pytest
from markdown_it import MarkdownIt

from rag.base.chats import Chat
from rag.base.errors import QuestionError
from rag.base.types import Answer, Cell, Citation, Comparison, Paper, Sentence
from rag.cite.chats import written

LOOM = Paper("a", "On the Loom", ("Ada Lovelace", "Charles Babbage"), "1843-08-01")
TIDE = Paper("b", "Tides", ("Sofya Kovalevskaya",), "1889", abstract="Tides rise twice a day.")
UNCITED = Paper("c", "Nobody cites this")
HOSTILE_WORDS = (
    "![x](http://evil.example/?q=1) <img src=x onerror=alert(1)> [go](javascript:alert(1)) "
    "<script>alert(1)</script> `code` **bold** # no heading | https://evil.example/a "
    "www.evil.example"
)
HOSTILE = Paper("h", HOSTILE_WORDS, (HOSTILE_WORDS,), "2024", abstract=HOSTILE_WORDS)


def answer(question: str, *papers: Paper, **given: object) -> Answer:
    citations = tuple(
        Citation(i, paper, paper.abstract, 0, len(paper.abstract))
        for i, paper in enumerate(papers, 1)
    )
    sentences = tuple(Sentence(f"It says {c.quote}", (c.number,), "quoted") for c in citations)
    return Answer(question, "answered", "extractive", None, sentences, citations, **given)  # type: ignore[arg-type]


def chat(*answers: Answer) -> Chat:
    when = "2026-05-01T10:00:00.000+00:00"
    return Chat("1f", "Looms & tides", when, when, turns=len(answers), answers=answers)


TALK = chat(
    answer("Who wove?", LOOM, TIDE),
    answer("And the tides?", TIDE, notice="From memory."),
    Answer("Why?", "abstained", "extractive", "not_in_library", nearest=(UNCITED,)),
)


@pytest.mark.parametrize("form", ["markdown", "html", "json"])
def test_a_chat_is_written_with_exactly_the_cited_papers(form: str) -> None:
    text = written(TALK, form)
    for said in ("Who wove?", "And the tides?", "Why?", "From memory", "Tides rise twice a day"):
        assert said in text
    bibliography = text[text.lower().rindex("bibliography") :]
    assert bibliography.count("On the Loom") == 1
    assert bibliography.count("Kovalevskaya") == 1
    assert UNCITED.title not in bibliography


def test_json_can_be_read_and_says_everything() -> None:
    said = json.loads(written(TALK, "json"))
    assert [turn["question"] for turn in said["answers"]] == ["Who wove?", "And the tides?", "Why?"]
    assert [item["title"] for item in said["bibliography"]] == [LOOM.title, TIDE.title]


def test_a_comparison_is_a_table() -> None:
    cells = ((Cell("by hand", (1,)),), (Cell("not stated", stated=False),))
    told = chat(answer("How?", LOOM, table=Comparison((LOOM, TIDE), ("method",), cells)))
    assert "| method | by hand \\[1\\] | not stated |" in written(told, "markdown")
    assert "<tr><td>method</td><td>by hand [1]</td>" in written(told, "html")


def test_an_empty_chat_is_written_too() -> None:
    for form in ("markdown", "html"):
        assert "Bibliography" not in written(chat(), form)
    assert json.loads(written(chat(), "json"))["bibliography"] == []


def test_an_unknown_format_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(QuestionError, match="markdown, html, json"):
        written(TALK, "docx")


class _Tags(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes |= {name for name, _ in attrs}


def _tags(markup: str) -> _Tags:
    tags = _Tags()
    tags.feed(markup)
    return tags


def _hostile() -> Chat:
    table = Comparison((HOSTILE,), (HOSTILE_WORDS,), ((Cell(HOSTILE_WORDS, (1,)),),))
    one = answer(HOSTILE_WORDS, HOSTILE, table=table, notice=HOSTILE_WORDS)
    return Chat("1", HOSTILE_WORDS, "2026", "2026", turns=1, answers=(one,))


def test_words_of_papers_are_no_markup_in_html() -> None:
    tags = _tags(written(_hostile(), "html"))
    assert not {"img", "script", "a", "iframe", "form"} & tags.seen.keys()
    assert tags.attributes <= {"lang", "charset", "http-equiv", "content", "dir", "class"}


def test_words_of_papers_are_no_markup_in_markdown() -> None:
    rules = MarkdownIt("commonmark", {"linkify": False}).enable("table")
    tags = _tags(rules.render(written(_hostile(), "markdown")))
    assert not {"img", "script", "a", "code", "strong"} & tags.seen.keys()
    assert tags.seen["table"] == 1
    assert tags.seen["h1"] == 1


def test_no_address_in_markdown_is_made_a_link_by_itself() -> None:
    text = written(_hostile(), "markdown")
    assert "http://" not in text
    assert "https://" not in text
    assert "www." not in text
