"""The sentence that gives what a question wants, where those that say most of it do not.

A cause ("We attribute these failures to …"), the means ("This is done by …") or a figure may stand
in a sentence that repeats little of the question. It is quoted beside the best of its paper, which
says of what it is the cause.
"""

from __future__ import annotations

import dataclasses

from rag.base.text import sentence_spans
from rag.base.types import Evidence, Hit, QueryPlan
from rag.search.definitions import is_naming
from rag.search.evidence import EvidenceFinder
from rag.search.wants import Want, wants_of

_ALL = 1_000  # sentences of a paper
_HEARD = 3  # of the evidence, what an answer quotes


def with_wanted(
    plan: QueryPlan, evidence: tuple[Evidence, ...], finder: EvidenceFinder
) -> tuple[Evidence, ...]:
    """The evidence, with the likeliest of what is wanted behind the best sentence of its paper."""
    for want in wants_of(plan.query):
        if evidence and want.is_apart:
            evidence = _with_one(want, plan, evidence, finder)
    if evidence and is_naming(plan.query, evidence[0].text):
        return (_drawn_on(evidence[0]), *evidence[1:])
    return evidence


def _with_one(
    want: Want, plan: QueryPlan, evidence: tuple[Evidence, ...], finder: EvidenceFinder
) -> tuple[Evidence, ...]:
    best = evidence[0]
    heard = [e for e in evidence[:_HEARD] if e.paper.id == best.paper.id]
    given = next((e for e in heard if want.is_given_by(e.text)), None)
    if given is None:
        own = finder.best(plan.query, [Hit(best.paper, 1.0)], plan, k=_ALL)
        given = next((e for e in own if want.is_given_by(e.text)), None)
    if given is None or given is best:
        return evidence
    others = [e for e in evidence[1:] if (e.paper.id, e.start) != (given.paper.id, given.start)]
    return (best, dataclasses.replace(given, score=best.score), *others)


def _drawn_on(evidence: Evidence) -> Evidence:
    """A sentence with the one behind it, which says what it names."""
    text = evidence.paper.text
    end = next((end for start, end in sentence_spans(text) if start >= evidence.end), evidence.end)
    return dataclasses.replace(evidence, end=end, text=text[evidence.start : end])
