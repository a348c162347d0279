"""A shared library that tells one conversation only so much of its own words."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence

import pytest

from rag.answer.draft import Draft
from rag.answer.quote import quote_facts
from rag.base.text import sentence_spans
from rag.base.types import Answer, Event, Evidence, EvidenceFound, Final, Paper, Token
from rag.rationed import rationed

RUN = 8  # words in a row from which a text counts as taken
QUESTIONS = 100
SHARE = 2  # percent


def _paper(n: int) -> Paper:
    said = " ".join(
        f"Study {n} part {k} finds " + " ".join(f"fact{n}x{k}y{i}" for i in range(20)) + "."
        for k in range(6)
    )
    return Paper(f"p{n}", f"Method {n}", ("Ada Brook",), date="2024", abstract=said)


PAPERS = [_paper(n) for n in range(60)]
WORDS = sum(len(p.abstract.split()) for p in PAPERS)


def _turn(n: int, mode: str = "extractive") -> Iterator[Event]:
    """What a turn tells of one paper: two sentences of it, and everything found."""
    paper = PAPERS[n % len(PAPERS)]
    spans = sentence_spans(paper.abstract)
    found = [Evidence(paper, a, b, paper.abstract[a:b], 1.0) for a, b in spans]
    yield EvidenceFound(tuple(found))
    yield Token(found[0].text)
    if mode == "generated":
        draft = Draft()
        for e in found:
            draft.say(e.text, (draft.cite(paper, e.start, e.end),), "supported")
    else:
        draft = quote_facts(found[n % 4 :])
    citations = tuple(draft.citations)
    yield Final(
        Answer(
            f"question {n}", "answered", mode, sentences=tuple(draft.sentences),
            citations=citations, evidence=tuple(found), nearest=(PAPERS[(n + 1) % len(PAPERS)],),
        )
    )  # fmt: skip


def _crawl(words: int | None, mode: str = "extractive") -> tuple[list[Answer], list[str]]:
    """A conversation of many questions, and all that it was told."""
    answers: list[Answer] = []
    told: list[str] = []
    for n in range(QUESTIONS):
        history = [(a.question, a) for a in answers]
        for event in rationed(_turn(n, mode), history, words=words):
            told.append(repr(event))
            if isinstance(event, Final):
                told.append(json.dumps(event.answer.to_dict()))
                answers.append(event.answer)
    return answers, told


def _taken(told: Sequence[str]) -> float:
    """The share of the library's words, in percent, that stand in a row in what was told."""
    runs: set[tuple[str, ...]] = set()
    for text in told:
        said = text.replace('"', " ").replace("'", " ").replace("\\n", " ").split()
        runs |= {tuple(said[i : i + RUN]) for i in range(len(said) - RUN + 1)}
    taken = 0
    for paper in PAPERS:
        said = paper.abstract.split()
        starts = [i for i in range(len(said) - RUN + 1) if tuple(said[i : i + RUN]) in runs]
        taken += len({i + k for i in starts for k in range(RUN)})
    return 100 * taken / WORDS


@pytest.mark.parametrize("mode", ["extractive", "generated"])
def test_a_crawler_of_a_hundred_questions_gets_no_more_than_its_share(mode: str) -> None:
    answers, told = _crawl(WORDS * SHARE // 100, mode)
    assert 0 < _taken(told) <= SHARE
    assert answers[0].citations[0].quote
    assert "allowed" in (answers[-1].notice or "")
    assert all(s.citations for a in answers for s in a.sentences)


def test_without_a_share_the_same_crawler_gets_a_good_part() -> None:
    assert _taken(_crawl(None)[1]) > 10 * SHARE


def test_what_may_be_told_lies_at_its_place_and_is_counted_once() -> None:
    first = _crawl(WORDS)[0][0]
    for citation in first.citations:
        assert citation.quote == citation.paper.abstract[citation.start : citation.end]
    again = list(rationed(_turn(0), [("before", first)] * 50, words=80))[-1]
    assert isinstance(again, Final)
    assert [c.quote for c in again.answer.citations] == [c.quote for c in first.citations]


def test_a_quotation_that_is_too_long_names_its_paper_alone() -> None:
    *_, last = rationed(_turn(0), (), words=3)
    assert isinstance(last, Final)
    assert {s.text for s in last.answer.sentences} == {"Method 0 (Brook, 2024) bears on this."}
    assert not any(c.quote or c.paper.abstract.strip() for c in last.answer.citations)


def test_no_share_changes_nothing() -> None:
    assert list(rationed(_turn(0), (), words=None)) == list(_turn(0))


def test_the_names_of_papers_are_told_in_any_case() -> None:
    bare = dataclasses.replace(PAPERS[0], title="")
    answer = Answer("q", "abstained", "extractive", nearest=(bare,))
    *_, last = rationed(iter([Final(answer)]), (), words=1)
    assert isinstance(last, Final)
    assert last.answer.nearest[0].name == bare.name
