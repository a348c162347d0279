"""Question + history → `QueryPlan`: what is asked, of which papers, under which filters.

Works by rules over the library's own names; no model is needed. What was understood as a filter is
given in words too, so that the screen can show it and take it away again.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

from rag.base.errors import QuestionError
from rag.base.text import STOP_WORDS, clean_line, content_words, stem
from rag.base.types import Answer, Intent, QueryPlan
from rag.search.conversation import resolved
from rag.search.filters import read_filters
from rag.search.names import Names, tokens
from rag.search.naming import mentions, spell
from rag.search.understood import Understood

MAX_QUESTION = 20_000  # characters; more is a pasted text, not a question
MAX_QUERY = 2_000  # characters that are searched for

_SMALL_TALK = re.compile(
    r"(hi|hello|hey|thanks?( you)?|thank you( very much)?|good (morning|afternoon|evening)|"
    r"who are you|what can you do|help|bye|ok(ay)?|test)\W*",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(compar(?:e[sd]?|ing|isons?)|versus|vs\.?|differen\w+\s+(?:between|of|from)|differ|contrast\w*|side\s+by\s+side|"
    r"in\s+common|similarit\w+)(?=\W|$)|\bhow\s+do\s+.+\s+and\s+.+|\bwhat\s+does\s+each\b",
    re.IGNORECASE,
)
_WEIGHS = re.compile(r"\b(?:or|than|both|each|either|neither)\b", re.IGNORECASE)
_ASKS_A_FACT = re.compile(
    r"^\W*(?:by\s+|and\s+)?(?:how\s+(?:much|many|well|far|fast|often|large|long)|which|who|when)\b",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"\b(list|which|what|all|any|show|find|give|name|enumerate)\b(?:\s+\S+){0,6}?\s+"
    r"(papers|works|articles|publications|studies|preprints)\b|"
    r"^\W*(?:\S+\s+){0,3}(papers|works|articles|publications)\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"\b(?:how\s+many|number\s+of|count(?:\s+the)?)\s+(?:\S+\s+){0,3}?"
    r"(papers|works|articles|publications|studies|preprints)\b",
    re.IGNORECASE,
)
_LOOKS_UP = re.compile(
    r"\b(?:which|what|the)\s+(?:\S+\s+){0,2}?(paper|work|article|study|publication)\b",
    re.IGNORECASE,
)
_ASKS: tuple[tuple[str, str], ...] = (
    ("authors", r"\bwho\s+(?:\w+\s+)?(?:wrote|writes|authored|published)\b|\bauthors?\s+of\b|"
     r"\bwho\s+(?:is|are|was|were)\s+the\s+(?:\w+\s+)?authors?\b|\b(?:written\s+)?by\s+whom\b|"
     r"\bwho\s+(?:proposed|introduced|developed|invented|created|came\s+up\s+with|made)\b"),
    ("date", r"\bwhen\s+(?:was|were|did)\b|\b(?:what|which)\s+year\b|\band\s+when\b|"
     r"\bpublication\s+date\b|\bhow\s+old\s+is\b"),
    ("code", r"\b(?:does|do|did|is|are|has|have)\b.{0,60}\bcode\b"
     r"(?!\s+\w*(?:model|infill|generat|complet))"),
    ("orgs", r"\b(?:which|what)\s+(?:labs?|universit(?:y|ies)|institutions?|organi[sz]ations?|"
     r"company|companies)\b|\baffiliations?\s+of\b"),
    ("category", r"\b(?:which|what)\s+category\b|\bcategory\s+of\b"),
    ("score", r"\b(?:what|which)\s+score\s+does\b.{0,60}\b(?:have|get)\b|"
     r"\bwhat\s+is\s+the\s+score\s+of\b"),
)  # fmt: skip
_HOW = re.compile(
    r"\bhow\s+(?:far|often|well|long|much|many|few|big|large|small|fast|deep|high|old)\b",
    re.IGNORECASE,
)
_GENERIC_WORDS = (
    "paper work article study publication preprint library collection list show find "
    "give tell name enumerate many much number count write written wrote author publish release "
    "available recent first lead come newest latest oldest please know use using year date "
    "say report propose introduce present describe explain mention cover deal discuss "
    "find whose category code score compare comparison versus vs difference differ side set "
    "contrast similarity common papers exist contain well summarise summary overview gist main "
    "key result finding conclusion contribution idea point takeaway abstract "
    "coauthor co-author together jointly joint collaborate collaboration anything everything "
    "something researcher professor except exclude besides belong appear submit post upload called "
    "named people person someone"
)
_GENERIC = frozenset(stem(word) for word in _GENERIC_WORDS.split())


def make_plan(question: str, history: Sequence[tuple[str, Answer]], names: Names) -> QueryPlan:
    """Understand a question in the light of what was asked and answered before.

    Raises:
        QuestionError: there is nothing to search for, or far too much.
    """
    asked = clean_line(question[: MAX_QUESTION + 1])
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"The question is {len(question):,} characters long; "
            f"please ask in at most {MAX_QUESTION:,}."
        )
    if not any(c.isalnum() for c in asked):
        raise QuestionError("There is no question in this. Ask something about your papers.")
    if _SMALL_TALK.fullmatch(asked):
        return QueryPlan(asked, asked, intent="small_talk")
    query, corrected = spell(_beginning(asked), names)
    understood = read_filters(query, names)
    plan = _plan(asked, query, understood, names)
    plan = dataclasses.replace(plan, understood=(*corrected, *plan.understood))
    plan = resolved(plan, history, lambda asked, before: make_plan(asked, before, names))
    if _says_nothing(plan):
        raise QuestionError(
            "This question names nothing to look for. Add a topic, a paper, an author or a year."
        )
    return plan


def _beginning(text: str) -> str:
    """The part of a long question that is searched for, cut between words."""
    if len(text) <= MAX_QUERY:
        return text
    return text[: MAX_QUERY + 1].rsplit(maxsplit=1)[0][:MAX_QUERY]


def _says_nothing(plan: QueryPlan) -> bool:
    """True for questions of words like "what", "of" and "paper" only; lists of all are meant."""
    restricted = not (plan.filters.is_empty and plan.without.is_empty) or plan.sort is not None
    telling = content_words(plan.topic) or plan.named or restricted
    return not (telling or plan.intent in ("list", "count"))


def topic_words(text: str) -> list[str]:
    """The words of a question that are about its subject, as written."""
    return [
        token
        for token in tokens(_HOW.sub(" ", text))
        if token.casefold() not in STOP_WORDS and stem(token.casefold()) not in _GENERIC
    ]


def _plan(asked: str, query: str, understood: Understood, names: Names) -> QueryPlan:
    asks = tuple(ask for ask, pattern in _ASKS if re.search(pattern, query, re.IGNORECASE))
    groups = mentions(query, names)
    named = tuple(dict.fromkeys(paper_id for group in groups for paper_id in group))
    if named or ("code" in asks and not _LISTS.search(query)):
        _forget_code(understood)
    topic = " ".join(topic_words(understood.rest))
    intent = _intent(query, understood, asks)
    if intent == "fact" and not topic and not named and _is_restricted(understood):
        intent = "list"  # "Zhao 2023"
    if intent == "fact" and len(groups) > 1 and _WEIGHS.search(query):
        intent = "compare"  # "Q-Probe or LoRA Soups: which needs finetuning?"
    sort = understood.sort
    if topic and sort in ("score", "lowest_score"):  # "the highest BLEU score" is no record field
        sort = None
    return QueryPlan(
        asked,
        query,
        intent=intent,
        filters=understood.filters,
        without=understood.without,
        together=understood.together,
        dates=understood.dates,
        named=named,
        parts=split_sides(query) if intent == "compare" else (),
        sort=sort,
        limit=understood.limit if sort else None,
        understood=tuple(understood.words),
        asks=asks,
        topic=topic,
    )


def _forget_code(understood: Understood) -> None:
    """Read "Does Q-Probe have code?" as a question, not as a condition."""
    filters = dataclasses.replace(understood.filters, has_code=None)
    if filters.is_empty or filters == understood.filters:
        understood.filters = filters
        understood.words = [
            w for w in understood.words if not w.endswith(("with code", "without code"))
        ]


def _is_restricted(understood: Understood) -> bool:
    return not (understood.filters.is_empty and understood.without.is_empty)


def _intent(query: str, understood: Understood, asks: tuple[str, ...]) -> Intent:
    if _COUNTS.search(query):
        return "count"
    if _COMPARES.search(query) and not _ASKS_A_FACT.search(query):
        return "compare"
    if _LISTS.search(query):
        return "list"
    if understood.sort or _LOOKS_UP.search(query) or asks:
        return "lookup"
    return "fact"


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
