"""The sentence that gives the cause, for a question that asks why.

Such a sentence ("We attribute these failures to …") seldom repeats what the question says, so that
it stands far behind those that do. It is quoted beside the best of its paper, which says of what it
is the cause.
"""

from __future__ import annotations

import dataclasses

from rag.base.types import Evidence, Hit, QueryPlan
from rag.search import telling
from rag.search.evidence import EvidenceFinder

_ALL = 1_000  # sentences of a paper
_HEARD = 3  # of the evidence, what an answer quotes


def with_cause(
    plan: QueryPlan, evidence: tuple[Evidence, ...], finder: EvidenceFinder
) -> tuple[Evidence, ...]:
    """The evidence, with the likeliest cause that its best paper gives behind the best sentence."""
    if not (evidence and telling.wants_cause(plan.query)):
        return evidence
    best = evidence[0]
    if any(telling.has_cause(e.text) for e in evidence[:_HEARD] if e.paper.id == best.paper.id):
        return evidence
    own = finder.best(plan.query, [Hit(best.paper, 1.0)], plan, k=_ALL)
    cause = next((e for e in own if telling.has_cause(e.text)), None)
    if cause is None:
        return evidence
    others = [e for e in evidence[1:] if (e.paper.id, e.start) != (cause.paper.id, cause.start)]
    return (best, dataclasses.replace(cause, score=best.score), *others)
