"""Questions that leave their subject out: "what temperature?", after an answer about a laser."""

from __future__ import annotations

import re
from collections.abc import Collection

from rag.base.text import STOP_WORDS, content_words, fold, stem, words
from rag.base.types import Paper, QueryPlan
from rag.search.asking import topic_words
from rag.search.aspects import without_aspects
from rag.search.focus import History, pointed_at

_MEASURES = frozenset(
    stem(word)
    for word in (
        "speedup accuracy improvement gain error loss perplexity latency throughput complexity "
        "saving reduction overhead f1 precision recall novelty intuition takeaway answer big large "
        "open public"
    ).split()
)  # what any paper may report: they name no subject
_LIGHT = frozenset(
    stem(word)
    for word in (
        "reach achieve attain obtain gain get need require apply employ perform conduct do make "
        "run take test try observe measure leave left kind type sort share amount percentage"
    ).split()
)  # verbs that say only that something was done or had, and nouns for how much or of what kind
_NAME_ALONE = re.compile(
    r"^\W*(?:(?:and|but|so|ok(?:ay)?)\s+)*(?:(?:what|how)\s+about\s+)?(?:the\s+)?"
    r"(?P<name>[\w.+-]+(?:\s+[\w.+-]+){0,3})\W*$",
    re.IGNORECASE,
)

# --- what is asked of a thing that is known already ----------------------------------------------

_LEAD = (
    r"^\W*(?:(?:and|but|so|then|now|ok(?:ay)?)\b[\s,]*)*"
    r"(?:(?:at|by|for|from|in|into|on|over|since|to|under|until|with|within)\s+)?"
)
_PAST = r"(?:was|were|did|had)"
_AUX = rf"(?:{_PAST}|is|are|do|does|has|have|can|could|will|would|should|may|might|must)"
_WHICH = r"(?:what|which|how\s+(?:many|much))"
_NOUN = rf"(?!(?:{_AUX}|about|else|if|the|an?)\b)[\w-]+"
_DONE = (
    r"(?:there|(?!need)\w+ed|built|chosen|done|drawn|found|given|grown|held|kept|known|learnt|left|"
    r"lost|made|met|run|seen|sent|set|shown|spent|taken)"
)
_OF = rf"(?:\s+(?:of|per|for|in|on)(?:\s+{_NOUN}){{1,2}})"
_ALONE = re.compile(
    rf"{_LEAD}(?:{_WHICH}\s+{_NOUN}|how\s+many\s+{_NOUN}\s+{_NOUN}|"
    r"how\s+(?!(?:about|come|many|much|so|to)\b)[a-z]+)\W*$",
    re.IGNORECASE,
)  # "which license?", "how many base pairs?", "how accurate?": of what, another question has said
_DEFINES = re.compile(r"^\W*(?:and\s+)?what\s+(?:is|are)\s+an?\b", re.IGNORECASE)
_OF_A_KNOWN_THING = re.compile(
    rf"{_LEAD}(?:"
    rf"{_WHICH}(?:\s+(?!\w+[^\Ws]s\s){_NOUN}){{0,2}}\s+{_NOUN}{_OF}?\W*$|"
    rf"{_WHICH}(?:\s+{_NOUN}){{1,4}}\s+(?:{_PAST}|(?:is|are)\s+{_DONE})\b|"
    r"who\s+\w+(?:\W*$|\s+the\s)|"
    r"(?:(?:what|when|where|who|why|how)\s+(?:[\w-]+\s+)?)?"
    rf"(?:{_PAST}\b|{_AUX}\s+the\s+(?!(?:best|most)\b)))",
    re.IGNORECASE,
)  # no verb, one that tells of something done, or "the layer": not "what is a layer?"


def is_bare(plan: QueryPlan) -> bool:
    """True for "What are the baselines?" and "Is there code?": a subject must be known already."""
    if _DEFINES.match(plan.query) or not _names_nothing(plan):
        return False
    return all(stem(word) in _MEASURES for word in _asked(plan))


def left_open(plan: QueryPlan, history: History) -> tuple[Paper, ...]:
    """The papers of before that a question goes on about without saying so; mostly none.

    By its form it asks about something known, as "how thick is the layer?" does, and they say all
    its words. A question that is nothing without the one before needs none of its words said.
    """
    told = pointed_at("they", history) if _names_nothing(plan) else ()
    is_alone = bool(_ALONE.match(plan.query))
    if not told or not (is_alone or _OF_A_KNOWN_THING.match(plan.query)):
        return ()
    asked = set(content_words(" ".join(_asked(plan)))) - _LIGHT
    saying = tuple(paper for paper in told if asked <= _said((paper,)))
    return saying or (told[:1] if is_alone else ())


def names_another(query: str, focus: tuple[Paper, ...]) -> bool:
    """True for "and what about Schedule-Free?", of which the papers in focus say nothing."""
    alone = _NAME_ALONE.match(query)
    name = alone["name"].split() if alone else []
    if not any(w[0].isupper() for w in name) or any(fold(w) in STOP_WORDS for w in name):
        return False
    return _said(focus).isdisjoint(content_words(" ".join(name)))


def _names_nothing(plan: QueryPlan) -> bool:
    is_open = plan.filters.is_empty and plan.without.is_empty and not plan.sort
    return is_open and not plan.named and plan.intent in ("fact", "lookup", "compare")


def _asked(plan: QueryPlan) -> list[str]:
    return topic_words(without_aspects(plan.topic))


def _said(papers: Collection[Paper]) -> set[str]:
    """All words of some papers, stemmed."""
    return {stemmed for paper in papers for stemmed in words(f"{paper.title} {paper.text}")}
