"""Follow-up questions: which papers "it" and "them" are, and what "and in 2024?" goes on with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence

from rag.base.types import Answer, Filters, Intent, QueryPlan

History = Sequence[tuple[str, Answer]]
Replan = Callable[[str, History], QueryPlan]

_THING = (
    r"(?:papers?|methods?|works?|stud(?:y|ies)|approach|models?|ones?|articles?|authors?|results?)"
)
_REFERS_BACK = re.compile(
    rf"\b(?:it|its|they|them|their|he|she|his|her|(?:this|that|these|those)\s+{_THING}|these|those|"
    r"(?:which|one|any|all|both|most)\s+of\s+(?:them|these|those)|the\s+(?:former|latter|same)|"
    r"the\s+(?:papers?|authors?|methods?)\b(?!\s+(?:that|which|who|on|about|by|where|with|of|from)))\b|"
    r"\b(?:this|that)\W*$",  # "shows that RAG leaks" points to nothing before
    re.IGNORECASE,
)
_POINTS_AT = re.compile(  # what no other words of the same question can be meant by
    rf"\b(?:this|that|these|those)\s+{_THING}\b|\bof\s+(?:them|these|those)\b|"
    r"^\W*(?:and|but)\b|\bthe\s+(?:former|latter)\b",
    re.IGNORECASE,
)
_SEEKS_PAPERS = re.compile(
    r"\b(?:which|what|find|list|show|any)\s+(?:(?!the\b)\S+\s+){0,2}?(?:papers?|works?|stud(?:y|ies)|articles?)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"^\W*(?:and|but|also|so|then|what\s+about|how\s+about)\b", re.IGNORECASE)
_PLURAL = re.compile(r"\b(?:them|these|those|they|their|both|papers)\b", re.IGNORECASE)


def resolved(plan: QueryPlan, history: History, replan: Replan) -> QueryPlan:
    """The plan with what it takes from the conversation: papers, or the question before.

    `replan` makes the plan of an earlier question.
    """
    focus = next((a for _, a in reversed(history) if a.status == "answered" and a.citations), None)
    refers = _refers_back(plan.query)
    if not refers and _CONTINUES.search(plan.query) and _has_only_conditions(plan) and history:
        return _continued(plan, replan(history[-1][0], history[:-1]))
    if focus is None or plan.filters.ids or not (refers or _CONTINUES.search(plan.query)):
        return plan
    if plan.named:
        return _with_focus(plan, focus) if refers and plan.intent == "compare" else plan
    return _about(plan, focus)


def _refers_back(query: str) -> bool:
    """True for pronouns that mean papers of before, not a thing named in the same question."""
    if not _REFERS_BACK.search(query):
        return False
    return not _SEEKS_PAPERS.search(query) or bool(_POINTS_AT.search(query))


def _cited(answer: Answer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.paper.id for citation in answer.citations))


def _about(plan: QueryPlan, focus: Answer) -> QueryPlan:
    """Restricted to the papers of the last answer: all of them for "them", the first for "it"."""
    cited = _cited(focus)
    ids = cited if _PLURAL.search(plan.query) else cited[:1]
    intent: Intent = "fact" if plan.intent == "compare" and len(ids) < 2 else plan.intent
    return dataclasses.replace(
        plan,
        filters=dataclasses.replace(plan.filters, ids=ids),
        named=ids if len(ids) == 1 else (),
        intent=intent,
        understood=(*plan.understood, _said(ids, focus)),
    )


def _with_focus(plan: QueryPlan, focus: Answer) -> QueryPlan:
    """Compare "it" with a named paper: the papers of the last answer stand beside it."""
    cited = _cited(focus)
    ids = cited if _PLURAL.search(plan.query) else cited[:1]
    return dataclasses.replace(
        plan,
        named=tuple(dict.fromkeys([*ids, *plan.named])),
        understood=(*plan.understood, _said(ids, focus)),
    )


def _said(ids: tuple[str, ...], focus: Answer) -> str:
    titles = {c.paper.id: c.paper.name for c in focus.citations}
    return (
        "about " + " · ".join(_short(titles[i]) for i in ids[:3]) + (" …" if len(ids) > 3 else "")
    )


def _short(title: str) -> str:
    head = title.split(":", maxsplit=1)[0]
    return head if len(head) <= 48 else head[:47].rstrip() + "…"


# --- "and in 2024?" -------------------------------------------------------------------------------

_KINDS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (("year_from", "year_to"), re.compile(r"(?:not )?(?:from |since |until )?\d{4}\b")),
    (("authors", "first_author"), re.compile(r"(?:not )?by ")),
    (("categories",), re.compile(r"(?:not )?in category ")),
    (("orgs",), re.compile(r"(?:not )?from \D")),
    (("has_code",), re.compile(r".*\bcode$")),
    (("score_from",), re.compile(r".*\bscore (?:from|below) ")),
)  # which fields a condition fills, and how it is said


def _has_only_conditions(plan: QueryPlan) -> bool:
    restricted = not (plan.filters.is_empty and plan.without.is_empty)
    return restricted and not (plan.topic or plan.named or plan.asks)


def _continued(plan: QueryPlan, before: QueryPlan) -> QueryPlan:
    """The question before with the new conditions in the place of its own of the same kind."""
    changed = {
        name
        for fields, _ in _KINDS
        for name in fields
        if any(_is_set(filters, *fields) for filters in (plan.filters, plan.without))
    }
    kept = [word for word in before.understood if not _is_replaced(word, changed)]
    return dataclasses.replace(
        before,
        question=plan.question,
        filters=_overlaid(before.filters, plan.filters, changed),
        without=_overlaid(before.without, plan.without, changed),
        together=plan.together if "authors" in changed else before.together,
        dates=plan.dates if "year_from" in changed else before.dates,
        sort=plan.sort or before.sort,
        limit=plan.limit if plan.sort else before.limit,
        understood=(*kept, *plan.understood),
    )


def _is_set(filters: Filters, *names: str) -> bool:
    return any(getattr(filters, name) != getattr(Filters(), name) for name in names)


def _is_replaced(word: str, changed: set[str]) -> bool:
    return any(pattern.match(word) and changed & set(fields) for fields, pattern in _KINDS)


def _overlaid(old: Filters, new: Filters, changed: set[str]) -> Filters:
    values = {name: getattr(new, name) for name in changed}
    return dataclasses.replace(old, **values)
