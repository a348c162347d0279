"""Which papers bear on a topic: the members of a list, and the papers whose title says it all.

A paper that has the topic in its title belongs to the list, whatever its sentences repeat of it.
Of the others, the less of the topic the best sentence says, the nearer to the best it must come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from rag.base.text import STOP_WORDS, content_words, fold, stem, words
from rag.base.types import Evidence, Hit, QueryPlan

# How far behind the best a paper's best sentence may be: it says the topic, a part of it, hardly.
_SAYS_IT, _SAYS_SOME, _SAYS_LITTLE = 0.4, 0.3, 0.15
_MOST, _PART = 0.75, 0.34  # shares of the weight of a topic's words: it is said, a part is said
_SOME = 0.5  # of the share that is said where most is said
_MOST_TITLED = 2  # a phrase in more titles than this is a field, not a paper
_CUT = 4  # letters that stemming takes away, from which a stem may be that of another word
_KEPT = 2  # of these, the letters that must be the same

_CALLED = re.compile(
    r"\bthe\s+((?:[\w-]+\s+){2,6}?)(?:paper|study|article|preprint)\b"
    r"(?!\s+(?:on|about|that|which|by|of)\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_EITHER = re.compile(r"(\w+)\s+or\s+(\w+)")  # "retrieval or search": one is enough


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


def bearing(
    plan: QueryPlan,
    hits: Sequence[Hit],
    found: Iterable[Evidence],
    idf: Callable[[str], float],
    spelled: Callable[[str], str] = str,
) -> dict[str, Evidence]:
    """Of the hits, those that bear on the topic, by id in their order, each with its best sentence.

    `found` are the sentences of the hits, best first; `spelled` gives a text with the long forms
    of what it abbreviates.
    """
    first: dict[str, Evidence] = {}
    for evidence in found:
        first.setdefault(evidence.paper.id, evidence)
    asked = _Asked(plan, idf)
    papers = {h.paper.id: h.paper for h in hits if h.paper.id in first}
    in_sentence = {i: asked.share_of(spelled(first[i].text)) for i in papers}
    in_paper = {i: asked.share_of(spelled(f"{p.title}\n{p.abstract}")) for i, p in papers.items()}
    enough = _SOME * max(in_paper.values(), default=0.0)
    part = max(_PART, _SOME * max(in_sentence.values(), default=0.0))
    top = max((first[i].score for i in papers), default=0.0)

    def belongs(paper_id: str) -> bool:
        if in_paper[paper_id] < enough:
            return False
        said = in_sentence[paper_id]
        allowed = _SAYS_IT if said >= _MOST else _SAYS_SOME if said >= part else _SAYS_LITTLE
        is_near = first[paper_id].score >= top - allowed
        return is_near or asked.share_of(spelled(papers[paper_id].title)) >= _MOST

    listed = [i for i in papers if belongs(i)]
    if plan.sort:  # the newest of those that say it, or else the nearest
        listed = [i for i in listed if in_paper[i] >= _MOST] or listed[:1]
    return {i: first[i] for i in listed}


class _Asked:
    """The words of a topic, and how much of them a text says."""

    def __init__(self, plan: QueryPlan, idf: Callable[[str], float]) -> None:
        raw = [w for w in _WORD.findall(fold(plan.topic)) if w not in STOP_WORDS]
        self._weights = {w: idf(stem(w)) for w in raw}
        self._beginnings = {w: _beginning(w) for w in raw}
        pairs = _EITHER.findall(fold(plan.query))
        self._any = any(one in raw and other in raw for one, other in pairs)

    def share_of(self, text: str) -> float:
        """Share of the weight of the topic's words that a text says, 0..1; 1 without a topic."""
        if not self._weights:
            return 1.0
        present = set(_WORD.findall(fold(text)))
        stems = {stem(word) for word in present}
        said = [v for w, v in self._weights.items() if self._is_said(w, present, stems)]
        if self._any:
            return 1.0 if said else 0.0
        return sum(said) / (sum(self._weights.values()) or 1.0)

    def _is_said(self, word: str, present: Collection[str], stems: Collection[str]) -> bool:
        if stem(word) not in stems:
            return False
        beginning = self._beginnings[word]
        return beginning is None or any(other.startswith(beginning) for other in present)


def _beginning(word: str) -> str | None:
    """How a word must begin to be meant, where its stem is that of others too.

    "tokenizers" and "tokens" have one stem, and so have "optimizers" and "optimal".
    """
    stemmed = stem(word)
    is_cut = len(word) - len(stemmed) >= _CUT and word.startswith(stemmed)
    return word[: len(stemmed) + _KEPT] if is_cut else None
