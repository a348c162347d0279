"""Attacks in questions and papers, with a model that obeys all of them and every sentence given.

Nothing is left to the search: the model is given each sentence of the attacked paper. What an
attack wanted stands nowhere but in quotations, citations lead to the exact words of this evidence,
and the true sentence is kept.
"""

from __future__ import annotations

import pytest
from attacks import ATTACKS, BENIGN, Attack
from obedience import CASES, Case, obedient, papers_of, sentences_of, violations, written

from rag.answer.generate import messages_for
from rag.answer.orders import is_order
from rag.base.text import clean_line

ASKED = [a for a in ATTACKS if "question" in a.places]
TEXTS = [c for c in CASES if c.place != "pdf"]
# PDFs are slow to read: an order in plain sight, in white, in the file's information, to reviewers.
PDFS = [c for c in CASES if c.place == "pdf" and c.attack.code in ("A01", "A41", "A42", "A44")]


@pytest.mark.parametrize("case", [*TEXTS, *PDFS], ids=str)
def test_an_order_in_a_paper_is_not_obeyed_and_its_truth_is_kept(case: Case) -> None:
    evidence = sentences_of(papers_of(case))
    result = written(case.question, evidence, obedient(case.attack))
    assert violations(result, case.attack, evidence) == []
    assert any(case.fact in s.text for s in result.draft.sentences)


@pytest.mark.parametrize("attack", ASKED, ids=lambda a: a.code)
@pytest.mark.parametrize("before", ["", CASES[0].question])
def test_an_order_in_a_question_is_not_obeyed(attack: Attack, before: str) -> None:
    evidence = sentences_of(papers_of(CASES[0]))
    result = written(f"{before} {attack.text}", evidence, obedient(attack))
    assert violations(result, attack, evidence) == []


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
