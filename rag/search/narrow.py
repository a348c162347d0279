"""Conditions that a filter alone cannot say: "by A and B together", "not from 2022"."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from rag.base.types import Filters, Paper, QueryPlan
from rag.index.store import Store
from rag.search.months import is_within
from rag.search.phrases import has, says

_NONE = ("",)  # no paper has this id


def narrowed(plan: QueryPlan, store: Store) -> QueryPlan:
    """The plan with its dates, joint authors and exceptions told by the ids of papers."""
    if plan.together != "any":
        plan = _by_all(plan, store)
    if plan.dates != ("", ""):
        found = store.papers(plan.filters)
        plan = _only(plan, frozenset(p.id for p in found if is_within(p.date, plan.dates)))
    if plan.years or plan.without_years or plan.phrases or plan.without_phrases:
        plan = _only(plan, frozenset(p.id for p in store.papers(plan.filters) if _fits(p, plan)))
    unwanted = [_ids(part, store) for part in _parts(plan.without)]
    return _only(plan, _ids(plan.filters, store).difference(*unwanted)) if unwanted else plan


def relaxed(plan: QueryPlan, store: Store) -> Filters:
    """The filters of a narrowed plan, which no paper meets, without one kind that lets some in.

    People are given up last: who asks what somebody wrote in 2016 wants no strangers. What is told
    by ids goes with a kind where it must; where all that is not enough, nothing is kept.
    """
    for given_up in ((*names, *ids) for ids in ((), ("ids",)) for names in _KINDS):
        open_ = {name: getattr(Filters(), name) for name in given_up}
        filters = dataclasses.replace(plan.filters, **open_)
        if not filters.is_empty and store.allowed(filters):
            return filters
    return Filters()


def _fits(paper: Paper, plan: QueryPlan) -> bool:
    if (plan.years and paper.year not in plan.years) or paper.year in plan.without_years:
        return False
    unwanted = any(has(paper, phrase) for phrase in plan.without_phrases)
    return not unwanted and all(says(paper, phrase) for phrase in plan.phrases)


_KINDS = (
    ("year_from", "year_to"),
    *((name,) for name in ("score_from", "has_code", "categories", "orgs", "ids")),
    *((name,) for name in ("first_author", "authors")),
)  # those that are given up first stand first


def _parts(without: Filters) -> Iterator[Filters]:
    """Each condition alone: "not by Zhao and not from 2022" leaves out what meets either."""
    for names in _KINDS:
        part = Filters(**{name: getattr(without, name) for name in names})
        if not part.is_empty:
            yield part


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
