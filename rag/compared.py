"""Papers held against each other: those that are named by id, or those that a question means."""

from __future__ import annotations

from collections.abc import Sequence

from rag.asked import final_of, recorded, writer_of
from rag.base.errors import QuestionError
from rag.base.types import Answer, Filters, Paper
from rag.endings import Endings
from rag.parts import Parts
from rag.turn import Turn


def compared(parts: Parts, question: str, ids: Sequence[str], aspects: Sequence[str]) -> Answer:
    """The answer with the table; `ids` may be citekeys.

    Raises:
        QuestionError: no paper has one of these ids.
    """
    papers = _papers(parts, ids)
    view = parts.view(Filters(), None)
    writer = writer_of(parts.model, parts.settings, None)
    ends = Endings(writer, parts.settings.prompts_dir, *parts.scale)
    ends.judge = parts.stern_judge
    events = Turn(*view, ends).compare(question, papers, aspects)
    made = recorded(events, (), writer=writer, reranking=None, revision=view.store.revision)
    return final_of(made)


def _papers(parts: Parts, ids: Sequence[str]) -> list[Paper]:
    known = parts.store.get(ids)
    if len(known) < len(set(ids)):  # some may be citekeys
        known = known | {p.citekey: p for p in parts.store.papers() if p.citekey in ids}
    for paper_id in ids:
        if paper_id not in known:
            raise QuestionError(
                f"No paper has the id {paper_id}; `askpapers papers` lists the ids."
            )
    return list({known[i].id: known[i] for i in ids}.values())
