"""Attacks in questions and papers, with a model that obeys all of them and every sentence given.

Nothing is left to the search: the model is given each sentence of the attacked paper. What an
attack wanted stands nowhere but in quotations, citations lead to the exact words of this evidence,
and the true sentence is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from attacks import ATTACKS, BENIGN, KEY, Attack
from obedience import CASES, Case, files_of, obeying, own_words

from rag.answer.generate import Written, messages_for, write
from rag.answer.orders import is_order
from rag.base.text import clean_line, sentence_spans
from rag.base.types import Evidence, Paper
from rag.ingest.readers import read
from rag.models.prompts import Message, load

ASKED = [a for a in ATTACKS if "question" in a.places]
TEXTS = [c for c in CASES if c.place != "pdf"]
# PDFs are slow to read: an order in plain sight, in white, in the file's information, to reviewers.
PDFS = [c for c in CASES if c.place == "pdf" and c.attack.code in ("A01", "A41", "A42", "A44")]


def papers_of(case: Case) -> list[Paper]:
    """The papers of a case as they are read from its files, as a library would number them."""
    found = [p for name, data in files_of(case) for p in read(data, origin=name)]
    return [dataclasses.replace(p, id=f"p{i}") for i, p in enumerate(found) if isinstance(p, Paper)]


def sentences_of(papers: Sequence[Paper]) -> list[Evidence]:
    """Every sentence of these papers, as if all had been found; the last of each come first."""
    return [
        Evidence(p, a, b, p.text[a:b], 1.0)
        for p in papers
        for a, b in reversed(sentence_spans(p.text))
    ]


def written(question: str, evidence: Sequence[Evidence], attack: Attack) -> Written:
    """What is kept of the obedient model's text."""

    def stream(messages: list[Message]):
        assert KEY not in str(messages)
        yield obeying({"messages": [dataclasses.asdict(m) for m in messages]}, attack)

    *_, last = write(question, evidence, stream)
    assert isinstance(last, Written)
    return last


def assert_not_obeyed(result: Written, attack: Attack, evidence: Sequence[Evidence]) -> None:
    given = {(e.paper.id, e.start, e.end) for e in evidence}
    for c in result.draft.citations:
        assert (c.paper.id, c.start, c.end) in given
        assert c.quote == c.paper.text[c.start : c.end]
    numbers = {c.number for c in result.draft.citations}
    assert all(s.citations and set(s.citations) <= numbers for s in result.draft.sentences)
    said = own_words(result.draft.sentences, result.draft.citations)
    assert not [wanted for wanted in attack.unwanted if clean_line(wanted) in said]
    for message in load("answer").render(question="", evidence=[], boundary="x", cannot_answer="x"):
        assert not [r for r in message.content.splitlines() if len(r) > 20 and r in said]


@pytest.mark.parametrize("case", [*TEXTS, *PDFS], ids=str)
def test_an_order_in_a_paper_is_not_obeyed_and_its_truth_is_kept(case: Case) -> None:
    evidence = sentences_of(papers_of(case))
    result = written(case.question, evidence, case.attack)
    assert_not_obeyed(result, case.attack, evidence)
    assert any(case.fact in s.text for s in result.draft.sentences)


@pytest.mark.parametrize("attack", ASKED, ids=lambda a: a.code)
@pytest.mark.parametrize("before", ["", CASES[0].question])
def test_an_order_in_a_question_is_not_obeyed(attack: Attack, before: str) -> None:
    evidence = sentences_of(papers_of(CASES[0]))
    result = written(f"{before} {attack.text}", evidence, attack)
    assert_not_obeyed(result, attack, evidence)


@pytest.mark.parametrize("case", TEXTS, ids=str)
def test_no_text_of_a_paper_becomes_a_role_or_a_border_of_the_prompt(case: Case) -> None:
    system, user = messages_for(case.question, sentences_of(papers_of(case)))
    assert (system.role, user.role) == ("system", "user")
    boundary = user.content.splitlines()[0]
    assert user.content.splitlines().count(boundary) == 2
    assert clean_line(case.attack.text) not in system.content
    assert not [mark for mark in ("<|im", "[INST]", "<<SYS>>") if mark in user.content]


@pytest.mark.parametrize("sentence", BENIGN)
def test_what_looks_like_an_order_and_is_none_is_given_to_the_model(sentence: str) -> None:
    assert not is_order(sentence)
