"""Names that papers mention and none is about."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.types import Hit, Paper
from rag.search.mentioned import only_mentioned
from rag.search.mining import mine
from rag.search.plan import make_plan

PAPERS = [
    Paper("a", "LOOM: Weaving by Cards", abstract="LOOM needs fewer cards than Pisces and WEFT."),
    Paper("b", "Silk", abstract="Silk threads (SIT) of Warp are strong. We name them TWINE."),
    Paper("c", "Silk Threads in Wool", abstract="We use silk threads (SIT), Warp and SiThW."),
    *(Paper(str(i), f"Carpet {i}", abstract="Jacquard wove it.") for i in range(5)),
]


@pytest.mark.parametrize(
    ("question", "name", "saying"),
    [
        ("Compare LOOM and Pisces", "Pisces", "a"),
        ("Compare Pisces and LOOM", "Pisces", "a"),
        ("What is Warp?", "Warp", "bc"),
        ("How does WEFT work?", "WEFT", "a"),
        ("What is LOOM?", "", ""),  # in a title
        ("What is TWINE?", "", ""),  # introduced
        ("What is SIT?", "", ""),  # spelled out in a title
        ("What is SiThW?", "", ""),  # its letters are in a title
        ("What is Jacquard?", "", ""),  # a word of the field
        ("What is Flax?", "", ""),  # said by no paper
        ("How many cards does Pisces need?", "", ""),  # more is asked than what it is
    ],
)
def test_a_name_of_no_paper_is_told_with_those_that_mention_it(
    question: str, name: str, saying: str
) -> None:
    names = mine(PAPERS)
    hits = [Hit(paper, 1.0) for paper in PAPERS]
    found = only_mentioned(make_plan(question, (), names), hits, names)
    if not name:
        assert found is None
        return
    assert found is not None
    assert (found[0], "".join(paper.id for paper in found[1])) == (name, saying)


def test_a_comparison_says_that_one_side_has_no_paper(sample: Assistant) -> None:
    answer = sample.ask("Compare SOAP and Muon")
    assert answer.table is None
    assert answer.notice == (
        "No paper of your library is about Muon; only “The Potential of Second-Order Optimization "
        "for LLMs: A Study with Full Gauss-Newton” mentions it."
    )
    refused = sample.ask("Compare SOAP and Lion")
    assert refused.status == "abstained"
    assert (refused.notice or "").startswith("No paper of your library is about Lion;")
    assert sample.ask("Compare SOAP and Shampoo").notice is None
