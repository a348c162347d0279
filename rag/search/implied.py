"""Follow-ups that point at nothing: "How well do humans agree?" after an answer about one paper."""

from __future__ import annotations

import dataclasses

from rag.base.types import Answer, QueryPlan
from rag.search.conversation import said_about
from rag.search.focus import History, pointed_at


def implied(first: Answer, history: History) -> QueryPlan | None:
    """The plan of a question that found no answer, asked of the paper that was told of before.

    None where the question names a paper or a condition of its own, or nothing was told before.
    """
    plan = first.plan
    if first.status == "answered" or plan is None or plan.intent != "fact" or plan.ignored:
        return None
    if plan.named or plan.asks or not (plan.filters.is_empty and plan.without.is_empty):
        return None
    focus = pointed_at("it", history)
    if not focus:
        return None
    return dataclasses.replace(
        plan,
        filters=dataclasses.replace(plan.filters, ids=(focus[0].id,)),
        understood=(*plan.understood, said_about(focus[:1])),
    )
