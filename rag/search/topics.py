"""Which papers bear on a topic: the members of a list, and the papers whose title says it all.

A paper that has the topic in its title belongs to the list, whatever its sentences repeat of it,
and so does one that says the name that is asked for. Of the others, the less of the topic a
sentence says, the nearer to the best it must come; how like an answer it sounds does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.base.text import content_words, fold, words
from rag.base.types import Evidence, Hit, Paper, QueryPlan
from rag.search.evidence import Scored
from rag.search.people import PAPERS
from rag.search.topicwords import TopicWords

# How far behind the best a paper's best sentence may be: it says the topic, a part of it, hardly.
_SAYS_IT, _SAYS_SOME, _SAYS_LITTLE = 0.5, 0.3, 0.15
_MOST, _PART = 0.75, 0.34  # shares of the weight of a topic's words: it is said, a part is said
_SOME = 0.5  # of the share that is said where most is said
_MOST_TITLED = 2  # a phrase in more titles than this is a field, not a paper
_READ = 12  # sentences of a paper, the best, in which the topic is sought

_CALLED = re.compile(
    r"\bthe\s+((?:[\w-]+\s+){2,6}?)(?:paper|study|article|preprint)\b"
    r"(?!\s+(?:on|about|that|which|by|of)\b)",
    re.IGNORECASE,
)

_PAPERS_ON = re.compile(rf"\b{PAPERS}\b(?P<what>.+)", re.IGNORECASE)


def titled(topic: str, hits: Iterable[Hit]) -> tuple[str, ...]:
    """The papers that have a topic of two words or more as it is in their title, if they are few.

    "test-time training" may not be said again in the abstract that is about nothing else.
    """
    asked = words(topic)
    if len(content_words(topic)) < 2:
        return ()
    phrase = f" {' '.join(asked)} "
    found = [h.paper.id for h in hits if phrase in f" {' '.join(words(h.paper.title))} "]
    return tuple(found) if len(found) <= _MOST_TITLED else ()


def called(query: str, hits: Iterable[Hit]) -> tuple[str, ...]:
    """The papers that a question calls by words of their title: "the critical batch size paper"."""
    match = _CALLED.search(query)
    return titled(match.group(1), hits) if match else ()


def is_said(plan: QueryPlan, hits: Sequence[Hit], idf: Callable[[str], float]) -> bool:
    """Whether a paper says all that a list is to be about: in its title, or where that is a name.

    A word that is no name may be said in passing.
    """
    if plan.intent not in ("list", "count"):
        return False
    texts = [hit.paper.abstract for hit in hits]
    topic = TopicWords(plan, idf, among=texts)
    where = [hit.paper.title for hit in hits] + (texts if topic.is_name else [])
    return bool(topic.telling) and any(map(topic.is_all_in, where))


def seeks_a_name(plan: QueryPlan, idf: Callable[[str], float]) -> bool:
    """Whether a list is to be about one name: "papers on SOAP", not "the SOAP papers"."""
    on = _PAPERS_ON.search(plan.query)
    if on is None or plan.asks or plan.intent not in ("list", "count"):
        return False
    telling = TopicWords(plan, idf).telling
    return len(telling) == 1 and telling[0] in fold(on["what"]).split()


@dataclass(frozen=True, slots=True)
class _Bearing:
    """How a paper bears on a topic: shares of its weight that are said, and how near it comes."""

    shown: Evidence
    nearness: float
    in_sentence: float
    in_paper: float
    is_about: bool  # by its title, or as it says the name that is asked for


def bearing(
    plan: QueryPlan,
    hits: Sequence[Hit],
    found: Iterable[Scored],
    idf: Callable[[str], float],
    spelled: Callable[[str], str] = str,
) -> dict[str, Evidence]:
    """Of the hits, those that bear on the topic, by id in their order, each with a sentence.

    `found` are the sentences of the hits, best first; `spelled` gives a text with the long forms
    of what it abbreviates. The sentence is the best, or the best of those that say the most of
    the topic where the title does not.
    """
    own: dict[str, list[Scored]] = {}
    for scored in found:
        own.setdefault(scored.evidence.paper.id, []).append(scored)
    papers = {hit.paper.id: hit.paper for hit in hits if hit.paper.id in own}
    topic = TopicWords(plan, idf, spelled, among=[p.abstract for p in papers.values()])
    told = {i: _bears(paper, own[i], topic) for i, paper in papers.items()}
    enough = _SOME * max((b.in_paper for b in told.values()), default=0.0)
    part = max(_PART, _SOME * max((b.in_sentence for b in told.values()), default=0.0))
    top = max((b.nearness for b in told.values()), default=0.0)

    def belongs(bears: _Bearing) -> bool:
        if bears.in_paper < enough:
            return False
        said = bears.in_sentence
        allowed = _SAYS_IT if said >= _MOST else _SAYS_SOME if said >= part else _SAYS_LITTLE
        return bears.is_about or bears.nearness >= top - allowed

    listed = [i for i, bears in told.items() if belongs(bears)]
    if plan.sort:  # the newest of those that say it, or else the nearest
        listed = [i for i in listed if told[i].in_paper >= _MOST] or listed[:1]
    return {i: told[i].shown for i in listed}


def _bears(paper: Paper, own: Sequence[Scored], topic: TopicWords) -> _Bearing:
    shares = [topic.share_of(scored.evidence.text) for scored in own[:_READ]]
    whole = f"{paper.title}\n{paper.abstract}"
    in_title = topic.share_of(paper.title) >= _MOST or topic.is_all_in(paper.title)
    shown = own[0 if in_title else shares.index(max(shares))].evidence
    return _Bearing(
        shown,
        max(scored.bears for scored in own),
        max(shares),
        max(*shares, topic.share_of(whole)),
        in_title or (topic.is_name and any(map(topic.is_all_in, (whole, shown.text)))),
    )
