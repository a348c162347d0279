"""Question + history → `QueryPlan`: what is asked, of which papers, under which filters.

Works by rules over the library's own names; no model is needed. What was understood as a filter is
given in words too, so that the screen can show it and take it away again.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Sequence
from functools import partial

from rag.base.errors import QuestionError
from rag.base.text import clean_line, content_words, words
from rag.base.types import Answer, QueryPlan
from rag.search.asking import (
    asked_facts,
    intent_of,
    is_small_talk,
    lists_papers,
    topic_words,
    weighs,
    without_count,
    without_lead,
    without_service,
)
from rag.search.conversation import resolved
from rag.search.filters import read_filters
from rag.search.focus import refers_back
from rag.search.names import Names
from rag.search.naming import mentions, named_papers, spell
from rag.search.phrases import parts_a_topic
from rag.search.understood import Understood, either

MAX_QUESTION = 20_000  # characters; more is a pasted text, not a question
MAX_QUERY = 2_000  # characters that are searched for


def make_plan(
    question: str,
    history: Sequence[tuple[str, Answer]],
    names: Names,
    ignoring: Sequence[str] = (),
) -> QueryPlan:
    """Understand a question in the light of what was asked and answered before.

    `ignoring` are conditions as `understood` says them. They restrict nothing; what the question
    asks, and what its other words mean, stays as it was.

    Raises:
        QuestionError: there is nothing to search for, or far too much, or the question was not
            understood to state what is to be ignored.
    """
    plan = _understood(question, history, names, ())
    if ignoring:
        stated = _stated(ignoring, plan.understood)
        plan = _understood(question, history, names, stated)
        plan = dataclasses.replace(plan, ignored=stated)
    _refuse_nothing(plan)
    if plan.intent == "count":  # what is sought are the papers, and no figure in them
        plan = dataclasses.replace(plan, query=without_count(plan.query))
    elif plan.tally and plan.topic:
        plan = dataclasses.replace(plan, query=f"papers on {plan.topic}")
    return plan


def _stated(ignoring: Sequence[str], understood: Sequence[str]) -> tuple[str, ...]:
    """The conditions as they are understood, each of which is to be ignored.

    Raises:
        QuestionError: one of them is not.
    """
    known = {either(said): said for said in understood}
    strangers = [said for said in ignoring if either(said) not in known]
    if strangers:
        found = ", ".join(f"“{said}”" for said in understood)
        raise QuestionError(
            f"This question was not understood to say “{strangers[0]}”, so it cannot be ignored. "
            + (f"It was understood to say {found}." if found else "It states no condition.")
        )
    return tuple(dict.fromkeys(known[either(said)] for said in ignoring))


def _understood(
    question: str,
    history: Sequence[tuple[str, Answer]],
    names: Names,
    ignoring: Collection[str],
) -> QueryPlan:
    asked = clean_line(question[: MAX_QUESTION + 1])
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"The question is {len(question):,} characters long; "
            f"please ask in at most {MAX_QUESTION:,}."
        )
    if not any(c.isalnum() for c in asked):
        raise QuestionError("There is no question in this. Ask something about your papers.")
    if is_small_talk(asked):
        return QueryPlan(asked, asked, intent="small_talk")
    plain = without_service(without_lead(asked))
    query, corrected = spell(_spelled_out(_beginning(plain)), names, ignoring)
    understood = read_filters(query, names)
    meant = _plan(asked, query, understood, names)
    plan = _plan(asked, query, understood, names, ignoring) if ignoring else meant
    plan = dataclasses.replace(plan, understood=(*corrected, *plan.understood))
    replan = partial(_sensible, names)
    return resolved(meant, plan, history, replan, ignoring)


def _sensible(
    names: Names,
    question: str,
    history: Sequence[tuple[str, Answer]],
    ignoring: Collection[str],
) -> QueryPlan:
    """The plan of an earlier question, which must have asked for something."""
    plan = _understood(question, history, names, ignoring)
    if not ignoring:
        _refuse_nothing(plan)
    return plan


def _refuse_nothing(plan: QueryPlan) -> None:
    if not _says_nothing(plan):
        return
    if plan.ignored:
        rest = f"Without {' and '.join(f'“{said}”' for said in plan.ignored)}, this question"
    else:
        rest = "This question"
    alone = refers_back(plan.query) and not (plan.named or plan.ignored)
    before = ", and nothing was told of before it" if alone else ""
    raise QuestionError(
        f"{rest} names nothing to look for{before}. Add a topic, a paper, an author or a year."
    )


def _spelled_out(text: str) -> str:
    """The text with "w/o" and "w/" as words, and the owner's apostrophe as it is typed."""
    text = re.sub(r"(?<=\w)’(?=s\b)", "'", text)
    return re.sub(r"\bw/(?=\s|\w)", "with ", re.sub(r"\bw/o\b", "without", text))


def _beginning(text: str) -> str:
    """The part of a long question that is searched for, cut between words."""
    if len(text) <= MAX_QUERY:
        return text
    return text[: MAX_QUERY + 1].rsplit(maxsplit=1)[0][:MAX_QUERY]


def _says_nothing(plan: QueryPlan) -> bool:
    """True for questions of words like "what", "of" and "paper" only; lists of all are meant."""
    if plan.intent == "small_talk":
        return False
    restricted = not (plan.filters.is_empty and plan.without.is_empty) or plan.sort is not None
    telling = content_words(plan.topic) or plan.named or restricted
    lists_all = plan.intent in ("list", "count") and not _LEAVES_OPEN.search(plan.query)
    return not (telling or plan.understood or lists_all)


# "Papers not not": of what is left out nothing was understood, so all papers are not meant either.
_LEAVES_OPEN = re.compile(
    r"(?<!why\s)\b(?:not|except|excluding|without)\b|n['’]t\b|\b(?:similar|related|more\s+like)\b",
    re.IGNORECASE,
)


def _plan(
    asked: str, query: str, understood: Understood, names: Names, ignoring: Collection[str] = ()
) -> QueryPlan:
    asks = () if understood.sort in ("most_authors", "fewest_authors") else asked_facts(query)
    groups = mentions(query, names, understood.rest)
    named = tuple(dict.fromkeys(paper_id for group in groups for paper_id in group))
    if named or ("code" in asks and not lists_papers(query)):
        understood = _without_code(understood)
    topic = " ".join(topic_words(understood.rest))
    intent = intent_of(query, is_sorted=understood.sort is not None, asks=asks)
    if intent == "fact" and not topic and not named and _is_restricted(understood):
        intent = "list"  # "Zhao 2023"
    if intent == "fact" and parts_a_topic(query):
        intent = "list"  # "source separation except singing"
    tally = understood.tally if not named else None
    if tally:
        intent, asks = "list", ()
    elif understood.tally == "authors" and not asks:
        intent, asks = "lookup", ("authors",)  # "who works on SOAP?"
    if intent == "fact" and len(groups) > 1 and weighs(query):
        intent = "compare"  # "Q-Probe or LoRA Soups: which needs finetuning?"
    query = understood.cut(query, ignoring) if ignoring else query
    understood = understood.but(ignoring)
    sort = understood.sort
    if topic and sort in ("score", "lowest_score"):  # "the highest BLEU score" is no record field
        sort = None
    return QueryPlan(
        asked,
        query,
        intent=intent,
        **{name: getattr(understood, name) for name in _RESTRICTIONS},
        named=named,
        parts=split_sides(query) if intent == "compare" else (),
        sort=sort,
        limit=understood.limit if sort or tally else None,
        tally=tally,
        understood=tuple(understood.words),
        asks=asks,
        topic=topic,
        beyond=_beyond(topic, named, names) if named else "",
    )


_RESTRICTIONS = (
    *("filters", "without", "together", "dates", "years", "without_years"),
    *("phrases", "without_phrases"),
)  # what a plan takes from the conditions as it is


def _beyond(topic: str, named: tuple[str, ...], names: Names) -> str:
    """What a question asks of the papers that it names, without their names and title words."""
    own = {stemmed for paper_id in named for stemmed in words(names.title(paper_id))}
    return " ".join(
        token
        for token in topic.split()
        if not (set(words(token)) <= own or set(named_papers(token, names)) & set(named))
    )


def _without_code(understood: Understood) -> Understood:
    """Read "Does Q-Probe have code?" as a question, not as a condition."""
    filters = dataclasses.replace(understood.filters, has_code=None)
    if not (filters.is_empty or filters == understood.filters):
        return understood
    return understood.but(
        [w for w in understood.words if w.endswith(("with code", "without code"))]
    )


def _is_restricted(understood: Understood) -> bool:
    filters = (understood.filters, understood.without)
    return not all(f.is_empty for f in filters) or bool(
        understood.phrases or understood.without_phrases or understood.without_years
    )


# --- comparisons ---------------------------------------------------------------------------------

_FRAMES = re.compile(
    r"^\W*(?:please\s+)?(?:compare|contrast|what\s+(?:is|are)\s+the\s+(?:main\s+)?differences?\s+(?:between|of)|"
    r"set\s+side\s+by\s+side|put\s+side\s+by\s+side|how\s+(?:do|does|did|are|is)|what\s+do|"
    r"what\s+the\s+papers\s+say\s+about)\s+(?:how\s+|what\s+the\s+papers\s+say\s+about\s+)?",
    re.IGNORECASE,
)
_VERSUS = re.compile(
    r"\s+(?:versus|vs\.?|compared\s+(?:to|with)|as\s+opposed\s+to)\s+", re.IGNORECASE
)
_JOINTS = re.compile(r"\s+(?:with|against|and|to|from|than|or)\s+|,\s+(?:and\s+)?", re.IGNORECASE)


def split_sides(query: str) -> tuple[str, ...]:
    """The possible two sides of a comparison: left and right of every joint, in order.

    Returns a flat tuple (left 1, right 1, left 2, right 2 …); which joint is the right one is
    decided by what the library finds for the sides.
    """
    body = re.split(r"[:;?]\s", _FRAMES.sub("", query), maxsplit=1)[0].strip(" ?.")
    joints = list(_VERSUS.finditer(body)) or list(_JOINTS.finditer(body))
    sides: list[str] = []
    for joint in joints[:6]:
        left, right = body[: joint.start()].strip(), body[joint.end() :].strip()
        if left and right:
            sides += [left, right]
    return tuple(sides)


def is_bibliographic(plan: QueryPlan) -> bool:
    """True when the question is answered by records alone: filters or order, and no topic."""
    open_ = plan.filters.is_empty and plan.without.is_empty and plan.sort is None
    lists = plan.intent in ("list", "count", "lookup")
    return lists and not plan.topic and not plan.named and not (open_ and plan.intent == "lookup")
