"""Numbers of citations: one for each quoted place, in the order of first use."""

from __future__ import annotations

from rag.answer.draft import Draft
from rag.base.types import Paper


def test_a_place_keeps_its_number_and_another_place_gets_the_next(loom: Paper, bare: Paper) -> None:
    draft = Draft()
    assert [draft.cite(loom, 0, 30), draft.cite(bare, 0, 0), draft.cite(loom, 0, 30)] == [1, 2, 1]
    assert draft.cite(loom, 31, 40) == 3
    assert [c.number for c in draft.citations] == [1, 2, 3]


def test_a_quote_is_cut_from_the_text_of_the_paper(loom: Paper) -> None:
    draft = Draft()
    draft.cite(loom, 9, 20)
    (citation,) = draft.citations
    assert citation.quote == loom.abstract[9:20] == "for engines"
