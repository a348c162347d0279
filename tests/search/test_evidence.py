"""Sentences that bear on a question, and the signals for answering or abstaining."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.search.evidence import EvidenceFinder, Findings
from rag.search.names import Names
from rag.search.plan import make_plan


@pytest.fixture(scope="module")
def find(history: Assistant, names: Names):
    """Finds the evidence for a question as a turn does."""
    finder = EvidenceFinder(history._store, history._parts.embedder, names)

    def find(question: str, k: int = 8) -> Findings:
        plan = make_plan(question, (), names)
        hits = history._parts.retriever.search(
            plan.query, k=8, filters=plan.filters, named=plan.named, words=plan.topic
        )
        return finder.find(plan.query, hits, plan, k=k)

    return find


QUESTIONS = {
    "How many cards does LOOM need for Bernoulli numbers?": "23 cards",
    "By how much did errors fall with LOOM?": "62%",
    "What can LOOM not express?": "cannot express",
    "How many stars are in the catalogue?": "2.5 million",
    "How much did mortality fall when physicians washed their hands?": "2.4%",
    "How often does FLOWTALK propose a wrong change?": "9%",
    "How deep is the boundary of the inner core?": "5,150 km",
    "How long does it take to decode a postal code?": "0.3 microseconds",
    "What is a weakness of the paper machine?": "Queen endgames",
    "What halves the concentration of radon?": "Opening a window",
    "How many metres does one second of waggling stand for?": "1,000 metres",
    "How many identities does SEEDER recover?": "214 of 260",
}


@pytest.mark.parametrize(("question", "words"), QUESTIONS.items())
def test_the_sentence_that_answers_is_among_the_first(question: str, words: str, find) -> None:
    evidence = find(question).evidence
    assert any(words in e.text for e in evidence[:2])


@pytest.mark.parametrize("question", [*QUESTIONS, "Which papers are about measuring?"])
def test_evidence_is_cut_out_of_the_paper_and_ordered(question: str, find) -> None:
    evidence = find(question).evidence
    assert all(e.text == e.paper.abstract[e.start : e.end] for e in evidence)
    scores = [e.score for e in evidence]
    assert scores == sorted(scores, reverse=True)
    assert len(find(question, k=2).evidence) == 2


@pytest.mark.parametrize(
    ("question", "strange"),
    [
        ("How large is GPT-5?", ("GPT-5",)),
        ("Does LOOM beat AlphaFold?", ("AlphaFold",)),
        ("What does Ada Lovelace say about cards?", ()),
        ("Papers by Hopper on errors", ()),
        ("Is Semmelweis right about wards?", ()),
        ("How many CUPs of tea?", ("CUPs",)),
        ("How good are SPTs?", ()),
        ("Which stars are in PISCES?", ()),
        ("Mongolia: where is it?", ()),
        ("Where is Mongolia?", ("Mongolia",)),
    ],
)
def test_names_that_the_library_never_says_are_strange(
    question: str, strange: tuple[str, ...], find
) -> None:
    assert find(question).signals.strange == strange


def test_a_figure_that_is_asked_for_and_not_given_is_noticed(find) -> None:
    assert not find("How many cards does LOOM need?").signals.figures_missing


def test_without_hits_there_is_no_evidence(history: Assistant, names: Names) -> None:
    finder = EvidenceFinder(history._store, history._parts.embedder, names)
    assert finder.find("q", [], make_plan("What is LOOM?", (), names)).evidence == ()


def test_a_paper_without_text_gives_no_evidence(find) -> None:
    assert all(e.text for e in find("conic sections for astrolabes").evidence)
