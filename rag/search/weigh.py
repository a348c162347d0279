"""What speaks for an answer, without giving one: for calibrating and measuring."""

from __future__ import annotations

import dataclasses

from rag.base.types import Filters, Paper
from rag.index.store import Store
from rag.models.reader import Reader
from rag.search.confidence import Signals
from rag.search.evidence import EvidenceFinder
from rag.search.narrow import narrowed
from rag.search.plan import make_plan
from rag.search.reading import is_readable, read
from rag.search.retrieve import Retriever

_HITS = 8  # as many papers as a turn looks at


def weigh(
    question: str,
    among: Filters,
    store: Store,
    retriever: Retriever,
    finder: EvidenceFinder,
    reader: Reader | None = None,
) -> tuple[Signals, Paper] | None:
    """The signals for a question and the paper that would lead its answer.

    Only papers that meet `among` are looked at; None when there is none.

    Raises:
        QuestionError: there is nothing to look for in the question.
    """
    plan = narrowed(make_plan(question, (), finder.names), store)
    plan = dataclasses.replace(plan, filters=among)
    hits = retriever.search(plan.query, k=_HITS, filters=among, named=plan.named, words=plan.topic)
    if not hits:
        return None
    found = finder.find(plan.query, hits, plan)
    if reader is not None and is_readable(plan, found):
        found = read(plan.query, found, reader)
    return found.signals, found.evidence[0].paper if found.evidence else hits[0].paper
