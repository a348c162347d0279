"""What only looks like an attack: no paper is hidden for its words, and no question is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from attacks import BENIGN, BENIGN_QUESTIONS

from rag import Assistant, Settings


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, without_settings: None
) -> Iterator[Assistant]:
    """A paper for each of the sentences."""
    folder = tmp_path_factory.mktemp("benign")
    records = [
        {"title": f"Study {n}", "year": 2020, "abstract": said} for n, said in enumerate(BENIGN)
    ]
    (folder / "benign.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    with Assistant.open(settings=Settings(_env_file=None, library=folder / "library")) as opened:
        opened.add(folder / "benign.jsonl")
        yield opened


def test_no_paper_is_hidden(library: Assistant) -> None:
    assert sorted(paper.abstract for paper in library.papers()) == sorted(BENIGN)
    for said in BENIGN:
        assert said in [hit.paper.abstract for hit in library.search(said, k=3)], said


@pytest.mark.parametrize("question", BENIGN_QUESTIONS)
def test_no_question_is_refused(library: Assistant, question: str) -> None:
    answer = library.ask(question)
    assert answer.status == "answered", answer.reason
    assert answer.citations
