"""The papers nearest to a question, by both forms of its topic, and the members of a list."""

from __future__ import annotations

import dataclasses

from rag.base.types import Evidence, Hit, QueryPlan
from rag.search.evidence import EvidenceFinder
from rag.search.retrieve import Retriever
from rag.search.shortforms import short_forms
from rag.search.topics import bearing, called


def found(plan: QueryPlan, retriever: Retriever, *, k: int) -> tuple[QueryPlan, list[Hit]]:
    """The `k` papers nearest to a question, and its plan with what they tell of its words.

    The topic of a list has its long form where they define the short one. A paper that is called
    by words of its title is the only one that is meant.
    """
    hits = _nearest(plan, plan.topic, retriever, k)
    if plan.intent in ("list", "count"):
        forms = short_forms(plan.topic, (hit.paper for hit in hits))
        if forms:
            plan = forms.spelled(plan)
            hits = _nearest(plan, plan.topic, retriever, k)
    meant = () if plan.named else called(plan.query, hits)
    if meant:
        plan = dataclasses.replace(plan, named=meant)
    return plan, [hit for hit in hits if hit.paper.id in meant] if meant else hits


def on_topic(
    plan: QueryPlan, retriever: Retriever, finder: EvidenceFinder, *, k: int
) -> tuple[list[Hit], dict[str, Evidence]]:
    """The `k` papers nearest to a topic, and those that bear on it with their best sentences.

    Where the nearest papers define a short form of the topic, it is sought by both of its forms.
    """
    hits = _nearest(plan, plan.topic, retriever, k)
    forms = short_forms(plan.topic, (hit.paper for hit in hits))
    if forms:
        plan = forms.spelled(plan)
        hits = _nearest(plan, " ".join([plan.topic, *forms.long_of]), retriever, k)
    every = finder.scored(plan.query, hits, plan)
    return hits, bearing(plan, hits, every, finder.names.idf, forms.added)


def _nearest(plan: QueryPlan, said: str, retriever: Retriever, k: int) -> list[Hit]:
    return retriever.search(plan.query, k=k, filters=plan.filters, named=plan.named, words=said)
