"""Questions and answers on the page: sentences with numbers, reasons for silence, drafts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hostile import HOSTILE

from rag.base.types import Answer, Citation, Evidence, Mode, Paper, Reason, Sentence, Support
from rag.web import transcript
from rag.web.evidence import Anchors
from rag.web.session import Exchange

SOAP = Paper("p1", "SOAP: a test", ("Ann Lee",), date="2024", abstract="It needs 40% fewer steps.")
MUON = Paper("p2", "Muon", ("Bo Ma",), date="2025", abstract="It is fast.")
CITED = (
    Citation(1, SOAP, SOAP.abstract, 0, len(SOAP.abstract)),
    Citation(2, MUON, MUON.abstract, 0, len(MUON.abstract)),
)
ANCHORS = Anchors(1, 4)


def said(*sentences: Sentence, mode: Mode = "extractive", **fields: Any) -> str:
    """The markup of an answer with these sentences."""
    fields.setdefault("citations", CITED)
    answer = Answer("q", "answered", mode, sentences=sentences, **fields)
    return transcript.settled(Exchange("q", answer), ANCHORS, "a-model").markup


def silent(reason: Reason, **fields: Any) -> str:
    """The markup of an abstention."""
    answer = Answer("q", "abstained", "extractive", reason=reason, **fields)
    return transcript.settled(Exchange("q", answer), ANCHORS, None).markup


def test_a_number_leads_to_its_quotation_and_can_be_returned_to() -> None:
    shown = said(Sentence("SOAP is quick.", (1,), "supported"), mode="generated")
    assert 'href="#shown1-4-quote-1"' in shown
    assert shown.count('id="said1-4-cited-1"') == 1
    assert 'aria-label="Citation 1: SOAP (Lee, 2024). Show the quoted words."' in shown


def test_a_number_that_stands_twice_has_one_place_to_return_to() -> None:
    again = Sentence("Again.", (1,), "supported")
    shown = said(again, again, mode="generated")
    assert shown.count('href="#shown1-4-quote-1"') == 2
    assert shown.count('id="said1-4-cited-1"') == 1


def test_quotations_of_one_paper_stand_in_one_paragraph_under_its_name() -> None:
    lead = Sentence("SOAP (Lee, 2024): “It needs 40% fewer steps.”", (1,), "quoted")
    more = Sentence("“It is open.”", (1,), "quoted")
    other = Sentence("Muon (Ma, 2025): “It is fast.”", (2,), "quoted")
    shown = said(lead, more, other)
    assert '<span class="lead">SOAP (Lee, 2024):</span>' in shown
    assert shown.count('<p dir="auto">') == 2
    assert "Quoted word for word from" in shown
    assert ">2 papers</a>" in shown


def test_a_list_of_records_is_a_list_with_its_headline() -> None:
    shown = said(
        Sentence("Your library has 2 papers.", (1, 2), "supported"),
        Sentence("SOAP: a test (Ann Lee, 2024)", (1,), "supported"),
        Sentence("Muon (Bo Ma, 2025)", (2,), "supported"),
        mode="lookup",
    )
    assert shown.count("<li") == 2
    assert '<span class="aside"> (Ann Lee, 2024)</span>' in shown
    assert "From the records of" in shown


def test_a_sentence_over_many_entries_shows_a_range() -> None:
    many = tuple(Citation(i, SOAP, "It", 0, 2) for i in range(1, 15))
    sentence = Sentence("All of them.", tuple(range(1, 15)), "supported")
    shown = said(sentence, mode="lookup", citations=many)
    assert ">1–14</a>" in shown


def test_a_citation_that_the_answer_lacks_is_not_shown() -> None:
    assert "<a" not in said(Sentence("S.", (9,), "supported"), citations=())


@pytest.mark.parametrize(
    ("support", "words"),
    [
        ("partial", "partly in the quoted words"),
        ("unsupported", "not in the quoted words"),
        ("contradicted", "the quoted words say otherwise"),
    ],
)
def test_weak_support_is_said_in_five_words(support: Support, words: str) -> None:
    assert words in said(Sentence("S.", (1,), support), mode="generated")
    assert len(words.split()) <= 5


def test_full_support_makes_no_noise() -> None:
    shown = said(Sentence("S.", (1,), "supported"), mode="generated")
    assert "why" not in shown
    assert "Written by a-model and checked against" in shown


def test_what_was_understood_and_a_degraded_answer_are_said() -> None:
    drafted = Exchange("q", understood=("by Rosie Zhao",), ignoring=("from 2025",))
    chips, words, _ = transcript.draft(drafted, "Reading …")
    assert not words.markup
    assert '<li><span class="condition">by Rosie Zhao</span></li>' in chips.markup
    assert '<span class="struck">from 2025</span> removed' in chips.markup
    shown = said(Sentence("S.", (1,), "quoted"), notice="The model is down.")
    assert '<p class="notice">The model is down.</p>' in shown


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [
        ("not_in_library", "Not in your library"),
        ("not_stated", "Not stated"),
        ("library_empty", "Your library is empty"),
        ("model_unavailable", "The model did not answer"),
        ("bad_question", "Not a question yet"),
    ],
)
def test_an_abstention_says_why_and_names_the_nearest_papers(reason: Reason, verdict: str) -> None:
    shown = silent(reason, notice="Because of this.", nearest=(SOAP,))
    assert verdict in shown
    assert 'href="#shown1-4-card-0"' in shown
    assert ("Because of this." in shown) == (reason != "library_empty")


def test_the_page_does_not_send_anyone_to_the_command_line() -> None:
    assert "askpapers add" not in silent("library_empty", notice="Run `askpapers add --sample`.")


def test_a_stopped_answer_keeps_its_words_and_says_that_they_are_unchecked() -> None:
    shown = transcript.settled(Exchange("q", draft="SOAP needs few"), ANCHORS, None).markup
    assert "SOAP needs few" in shown
    assert "not checked" in shown


def test_a_draft_says_what_is_being_done() -> None:
    found = Evidence(SOAP, 0, 2, "It", 1.0)
    exchange = Exchange("q", None, (found,), ("from 2024",), "One.\nTwo.")
    understood, words, doing = transcript.draft(exchange, "Writing from 1 paper …")
    assert 'role="status">Writing from 1 paper …' in doing.markup
    assert "from 2024" in understood.markup
    assert words.markup.count('<p dir="auto">') == 2


def test_an_error_is_a_sentence() -> None:
    shown = transcript.settled(Exchange("q", error="The disk is full."), ANCHORS, None).markup
    assert "The disk is full." in shown
    assert 'role="alert"' in shown


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_words_make_no_element_wherever_they_stand(raw: str) -> None:
    paper = Paper("p", raw, (raw,), abstract=raw)
    citation = Citation(1, paper, raw, 0, len(raw))
    sentence = Sentence(f"{raw}: “{raw}”", (1,), "quoted")
    drafted = Exchange(raw, understood=(raw,), draft=raw, ignoring=(raw,))
    shown = [
        transcript.question(Exchange(raw)).markup,
        said(sentence, citations=(citation,), notice=raw, understood=(raw,)),
        said(sentence, citations=(citation,), mode="generated"),
        silent("not_stated", notice=raw, nearest=(paper,), understood=(raw,)),
        *(part.markup for part in transcript.draft(drafted, "Reading …")),
        transcript.condition(raw, removed=True).markup,
        transcript.settled(Exchange(raw, error=raw), ANCHORS, raw).markup,
    ]
    made = set(re.findall(r"<(\w+)", "".join(shown)))
    assert made <= {"h2", "p", "div", "span", "a", "ul", "li", "bdi", "em"}
    links = set(re.findall(r'href="([^"]*)"', "".join(shown)))
    assert all(link.startswith("#s") for link in links)
