"""Follow-up questions: which papers "it" and "them" are, and what "and in 2024?" goes on with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection
from contextlib import suppress

from rag.base.errors import QuestionError
from rag.base.types import Filters, Intent, Paper, QueryPlan
from rag.search.asking import topic_words
from rag.search.aspects import aspect_of
from rag.search.bare import is_bare, left_open, names_another
from rag.search.filters import read_code
from rag.search.focus import (
    History,
    lists_last,
    pointed_at,
    refers_back,
    seeks_others,
    seeks_similar,
    tells_by_date,
    without_ordinal,
)
from rag.search.people import PAPERS
from rag.search.understood import Understood

Ignoring = Collection[str]  # conditions that are taken away, as they are said
Replan = Callable[[str, History, Ignoring], QueryPlan]

_CONTINUES = re.compile(
    r"^\W*(?:and|but|also|so|then|what\s+about|how\s+about|only|just|or|now)\b", re.IGNORECASE
)
_OTHERS = re.compile(
    r"\b(?:else|other|others|more|another)\b.*\b(?:they|he|she|(?:this|that|these|those|the|same)\s+"
    r"(?:same\s+|first\s+)?(?:authors?|people|person|group|team))\b|"
    r"\bby\s+(?:them|him|her|(?:(?:the|this|that|these|those)\s+)?(?:same|first|lead)?\s*"
    r"(?:authors?|people|person|group|team))\b",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"\b(?:on|about|regarding|concerning)\s+(?!(?:it|this|that|them)\b)(?P<subject>.+)",
    re.IGNORECASE,
)  # what else they wrote "on errors"
_NARROWS = re.compile(r"^\W*(?:with|using|involving)\b", re.IGNORECASE)  # a list before
_ELSE = re.compile(r"\b(?:else|other|others|more|another)\b", re.IGNORECASE)
_MOST_TURNS = 20  # of a conversation that a question can point back to
_MOST_AUTHORS = 20
_MOST_SUBJECTS = 3  # papers whose titles tell what similar ones are about


def resolved(
    meant: QueryPlan, plan: QueryPlan, history: History, replan: Replan, ignoring: Ignoring
) -> QueryPlan:
    """The plan with what it takes from the conversation: papers, or the question before.

    `meant` is the plan with what is ignored, which tells how the question goes on; `replan` makes
    the plan of an earlier question.

    Raises:
        QuestionError: similar papers are sought, and none was told of before.
    """
    history = history[-_MOST_TURNS:]
    similar = None if meant.named else seeks_similar(meant.query, meant.topic)
    if similar:
        return _near(plan, pointed_at(similar.group(), history), ignoring)
    return (
        _others_than(meant, plan, history, ignoring)
        or _on_top(meant, plan, history, replan, ignoring)
        or _gone_on(meant, plan, history, ignoring)
    )


def _on_top(
    meant: QueryPlan, plan: QueryPlan, history: History, replan: Replan, ignoring: Ignoring
) -> QueryPlan | None:
    """The list or the comparison before under another condition, in another order, or on less."""
    if not history or meant.named:
        return None
    if _NARROWS.match(meant.query) and meant.topic and lists_last(history):
        return _those_on(plan, pointed_at("them", history), ignoring)
    continues = _CONTINUES.search(meant.query)
    short = continues or not re.search(rf"\b{PAPERS}\b", meant.query, re.IGNORECASE)
    if not short or _refers(meant.query) or not _has_only_conditions(meant):
        return None
    before = _question_before(history, replan, ignoring)
    if before and (continues or _is_list(before) or not _has_subject(before)):
        return _continued(plan, before, _changed(meant))
    table = history[-1][1].table
    return _about(plan, table.papers, ignoring) if table and meant.sort else None


def _gone_on(meant: QueryPlan, plan: QueryPlan, history: History, ignoring: Ignoring) -> QueryPlan:
    """The plan with the papers that it points at, or goes on about without saying so."""
    refers = _refers(meant.query)
    bare = bool(history) and is_bare(meant)
    known = () if refers or bare else left_open(meant, history)
    if meant.filters.ids or not (refers or bare or known or _CONTINUES.search(meant.query)):
        return plan
    if _OTHERS.search(meant.query) and not meant.named:
        return _by_its_authors(plan, pointed_at(meant.query, history), ignoring)
    table = history[-1][1].table if history else None
    if table and not (refers or meant.named or _has_only_conditions(meant)):
        return _compared_on(plan, table.papers, ignoring)
    focus = known or pointed_at(meant.query, history)
    return _pointing(plan, focus, ignoring, refers=refers)


def _refers(query: str) -> bool:
    return bool(_OTHERS.search(query)) or refers_back(query)


def _others_than(
    meant: QueryPlan, plan: QueryPlan, history: History, ignoring: Ignoring
) -> QueryPlan | None:
    """What else there is than the paper in focus: that uses it, or by an author who is named."""
    told = pointed_at("it", history)
    if not told:
        return None
    name = _short(told[0].name)
    if asked := seeks_others(meant.query, name):
        plan = dataclasses.replace(plan, query=asked, topic=f"{plan.topic} {name}".strip(), asks=())
    elif not (meant.filters.authors and _ELSE.search(meant.query)):
        return None
    return _but_for(plan, told, ignoring)


def _pointing(
    plan: QueryPlan, focus: tuple[Paper, ...], ignoring: Ignoring, *, refers: bool
) -> QueryPlan:
    """About the papers in focus; a paper that is named is held against them, or stands alone."""
    if not focus or (not refers and names_another(plan.query, focus)):
        return plan
    if plan.named:
        beside = refers and plan.intent == "compare" and _said(focus) not in ignoring
        return _with_focus(plan, focus) if beside else plan
    return _about(plan, focus, ignoring)


def _compared_on(plan: QueryPlan, papers: tuple[Paper, ...], ignoring: Ignoring) -> QueryPlan:
    """The comparison before, on what is asked now: "and the baselines?"."""
    if _said(papers) in ignoring:
        return plan
    return dataclasses.replace(
        plan,
        intent="compare",
        asks=(),
        filters=dataclasses.replace(plan.filters, ids=tuple(p.id for p in papers)),
        understood=(*plan.understood, _said(papers)),
    )


def _question_before(history: History, replan: Replan, ignoring: Ignoring) -> QueryPlan | None:
    """The plan of the last question that made sense, without what was ignored then."""
    for i in range(len(history) - 1, -1, -1):
        question, answer = history[i]
        ignored = answer.plan.ignored if answer.plan else ()
        with suppress(QuestionError):
            return replan(question, history[:i], frozenset([*ignored, *ignoring]))
    return None


def _is_list(plan: QueryPlan) -> bool:
    return plan.intent in ("list", "count") or plan.sort is not None


def _about(plan: QueryPlan, focus: tuple[Paper, ...], ignoring: Ignoring) -> QueryPlan:
    """Restricted to the papers that are pointed at."""
    ids = tuple(paper.id for paper in focus)
    plan = dataclasses.replace(plan, topic=without_ordinal(plan.topic))
    if tells_by_date(plan.query):
        plan = _undated(plan)
    if len(ids) > 1:  # "which of them have code?"
        plan = _with_code(plan, ignoring)
    intent: Intent = "fact" if plan.intent == "compare" and len(ids) < 2 else plan.intent
    if intent == "fact" and len(ids) > 1 and not plan.asks and aspect_of(plan.query):
        intent = "compare"  # "which data do they use?"
    elif intent == "fact" and len(ids) > 1 and not plan.topic:
        intent = "count" if "how many" in plan.query.casefold() else "list"
    if _said(focus) in ignoring:
        return dataclasses.replace(plan, intent=intent)
    return dataclasses.replace(
        plan,
        filters=dataclasses.replace(plan.filters, ids=ids),
        named=ids if len(ids) == 1 else (),
        intent=intent,
        understood=(*plan.understood, _said(focus)),
    )


def _those_on(plan: QueryPlan, told: tuple[Paper, ...], ignoring: Ignoring) -> QueryPlan:
    """Those of a list that bear on a topic: "with graph networks"."""
    return dataclasses.replace(_about(plan, told, ignoring), intent="list")


def _undated(plan: QueryPlan) -> QueryPlan:
    """Without an order by date that only told which paper is meant: "what does the newer one …"."""
    kept = tuple(w for w in plan.understood if w not in ("newest first", "oldest first"))
    is_sought = plan.intent == "lookup" and not plan.asks
    intent: Intent = "fact" if is_sought else plan.intent
    return dataclasses.replace(plan, sort=None, limit=None, intent=intent, understood=kept)


def _near(plan: QueryPlan, focus: tuple[Paper, ...], ignoring: Ignoring) -> QueryPlan:
    """Other papers on the subject of those that are pointed at: "which papers are similar?"."""
    if not focus:
        raise QuestionError(
            "Similar to what? No paper was told of before this question. "
            "Name a paper or a topic, or ask about a paper first."
        )
    said = f"similar to {_titles(focus)}"
    plan = dataclasses.replace(plan, topic="", asks=())
    if said in ignoring:
        return plan
    subject = " ".join(paper.name for paper in focus[:_MOST_SUBJECTS])
    return dataclasses.replace(
        plan,
        query=subject,
        topic=" ".join(topic_words(subject)),
        intent="list",
        without=dataclasses.replace(plan.without, ids=tuple(paper.id for paper in focus)),
        near=tuple(paper.id for paper in focus),
        understood=(*plan.understood, said),
    )


def _but_for(plan: QueryPlan, focus: tuple[Paper, ...], ignoring: Ignoring) -> QueryPlan:
    """Without the papers that are in focus: what else there is."""
    said = f"besides {_short(focus[0].name)}"
    if said in ignoring:
        return plan
    return dataclasses.replace(
        plan,
        without=dataclasses.replace(plan.without, ids=tuple(paper.id for paper in focus)),
        understood=(*plan.understood, said),
    )


def _with_code(plan: QueryPlan, ignoring: Ignoring) -> QueryPlan:
    """The question whether several papers have code, as a condition on them."""
    understood = Understood(plan.query)
    read_code(understood)
    if understood.filters.has_code is None and "code" not in plan.asks:
        return plan
    understood = understood.but(ignoring)
    has_code = understood.filters.has_code
    return dataclasses.replace(
        plan,
        filters=dataclasses.replace(plan.filters, has_code=has_code),
        intent="count" if "how many" in plan.query.casefold() else "list",
        asks=tuple(ask for ask in plan.asks if ask != "code"),
        topic="",
        understood=(*plan.understood, *understood.words),
    )


def _with_focus(plan: QueryPlan, focus: tuple[Paper, ...]) -> QueryPlan:
    """Compare "it" with a named paper: the papers of the last answer stand beside it."""
    ids = [paper.id for paper in focus]
    return dataclasses.replace(
        plan,
        named=tuple(dict.fromkeys([*ids, *plan.named])),
        understood=(*plan.understood, _said(focus)),
    )


def _by_its_authors(plan: QueryPlan, focus: tuple[Paper, ...], ignoring: Ignoring) -> QueryPlan:
    """The other papers of those who wrote what is pointed at: "what else did they write"."""
    if not focus:
        return plan
    first_only = re.search(r"\b(?:first|lead)\s+author", plan.query, re.IGNORECASE)
    authors = list(dict.fromkeys(a for p in focus for a in p.authors[: 1 if first_only else None]))
    if not authors:
        return plan
    shown = " or ".join(authors[:3]) + (" …" if len(authors) > 3 else "")
    by = f"by {shown}"
    subject = _SUBJECT.search(plan.query)
    plan = dataclasses.replace(
        plan,
        intent="count" if plan.intent == "count" else "list",
        asks=(),
        topic=" ".join(topic_words(subject["subject"])) if subject else "",
    )
    if by not in ignoring:
        plan = dataclasses.replace(
            plan,
            filters=dataclasses.replace(plan.filters, authors=tuple(authors[:_MOST_AUTHORS])),
            understood=(*plan.understood, by),
        )
    return _but_for(plan, focus, ignoring)


def _said(focus: tuple[Paper, ...]) -> str:
    """How it is told that a question is about these papers."""
    return f"about {_titles(focus)}"


def _titles(focus: tuple[Paper, ...]) -> str:
    return " · ".join(_short(paper.name) for paper in focus[:3]) + (" …" if len(focus) > 3 else "")


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
    restricted = not (plan.filters.is_empty and plan.without.is_empty) or plan.sort is not None
    return restricted and not _has_subject(plan)


def _has_subject(plan: QueryPlan) -> bool:
    return bool(plan.topic or plan.named or plan.asks)


def _changed(plan: QueryPlan) -> set[str]:
    """The fields of all kinds of which a plan states a condition."""
    return {
        name
        for fields, _ in _KINDS
        for name in fields
        if any(_is_set(filters, *fields) for filters in (plan.filters, plan.without))
    }


def _continued(plan: QueryPlan, before: QueryPlan, changed: set[str]) -> QueryPlan:
    """The question before with the new conditions in the place of its own of the same kind."""
    kept = [word for word in before.understood if not _is_replaced(word, changed)]
    return dataclasses.replace(
        before,
        question=plan.question,
        filters=_overlaid(before.filters, plan.filters, changed),
        without=_overlaid(before.without, plan.without, changed),
        together=plan.together if "authors" in changed else before.together,
        dates=plan.dates if "year_from" in changed else before.dates,
        years=plan.years if "year_from" in changed else before.years,
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
