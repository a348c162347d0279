"""Conditions that a filter alone cannot say: "by A and B together", "not from 2022"."""

from __future__ import annotations

import dataclasses

from rag.base.types import Filters, QueryPlan
from rag.index.store import Store
from rag.search.months import is_within

_NONE = ("",)  # no paper has this id


def narrowed(plan: QueryPlan, store: Store) -> QueryPlan:
    """The plan with its dates, joint authors and exceptions told by the ids of papers."""
    if plan.together != "any":
        plan = _by_all(plan, store)
    if plan.dates != ("", ""):
        found = store.papers(plan.filters)
        plan = _only(plan, frozenset(p.id for p in found if is_within(p.date, plan.dates)))
    if plan.without.is_empty:
        return plan
    kept = _ids(plan.filters, store) - _ids(plan.without, store)
    return _only(plan, kept)


def _by_all(plan: QueryPlan, store: Store) -> QueryPlan:
    one_each = [dataclasses.replace(plan.filters, authors=(a,)) for a in plan.filters.authors]
    joint = frozenset.intersection(*(_ids(filters, store) for filters in one_each))
    if joint or plan.together == "all":
        return _only(plan, joint)
    said = tuple(w.replace(" and ", " or ") if w.startswith("by ") else w for w in plan.understood)
    return dataclasses.replace(plan, understood=said)


def _ids(filters: Filters, store: Store) -> frozenset[str]:
    allowed = store.allowed(filters)
    return allowed if allowed is not None else frozenset(p.id for p in store.papers())


def _only(plan: QueryPlan, ids: frozenset[str]) -> QueryPlan:
    filters = dataclasses.replace(plan.filters, ids=tuple(sorted(ids)) or _NONE)
    return dataclasses.replace(plan, filters=filters)
