"""Whether a question asks more of the papers that it names than what they are."""

from __future__ import annotations

from collections.abc import Sequence

from rag.base.text import content_words, words
from rag.base.types import Hit, Paper, QueryPlan
from rag.search.aspects import without_aspects

_HELP = frozenset(content_words("help support aid assist allow enable serve"))


def asks_more(plan: QueryPlan, paper: Paper) -> bool:
    """Whether a question has words beside those for an aspect and the name of the paper."""
    return not set(content_words(without_aspects(plan.topic))) <= set(words(paper.title))


def has_own_topic(plan: QueryPlan, hits: Sequence[Hit]) -> bool:
    """True when the question is about more than the named papers as such.

    How they help is what they are.
    """
    named = [hit.paper for hit in hits if hit.paper.id in plan.named]
    if not named:
        return True
    said = {stemmed for paper in named for stemmed in words(paper.title)}
    return any(w not in said for w in content_words(plan.topic) if w not in _HELP)
