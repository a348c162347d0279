"""Which papers a comparison is between."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.base.text import content_words, words
from rag.base.types import Evidence, Hit, Paper, QueryPlan
from rag.search.evidence import EvidenceFinder
from rag.search.names import Names, looks_like_name, tokens
from rag.search.naming import mentions, named_papers
from rag.search.retrieve import Retriever

MOST_PAPERS = 8
_CANDIDATES = 6
_TITLE_WEIGHT, _TEXT_WEIGHT = 0.6, 0.8
_FITS = 0.75  # fit at which a side is as likely right as wrong
_SENTENCES = 1_000  # of a paper
_NAMED = 3.0  # no likeness reaches this: a name settles its side


@dataclass(frozen=True, slots=True)
class Sides:
    """The papers of a comparison and how surely they are the ones meant, 0..1.

    Those found `by_topic` are all that bear on it; else each was named or described.
    """

    papers: tuple[Paper, ...] = ()
    confidence: float = 0.0
    by_topic: bool = False


def resolve_sides(plan: QueryPlan, retriever: Retriever, names: Names) -> Sides:
    """The papers to compare, in the order of the question; empty when no two can be told.

    Two or more names settle it. Else every joint of the question ("A and B", "A with B")
    is tried, and the one whose sides are best matched by two different papers wins.
    """
    if _is_about_one(plan, names):
        return Sides()
    if plan.filters.ids and len(plan.filters.ids) > 1 and not plan.named:
        hits = retriever.search(plan.query, k=MOST_PAPERS, filters=plan.filters)
        order = {paper_id: i for i, paper_id in enumerate(plan.filters.ids)}
        papers = sorted((hit.paper for hit in hits), key=lambda paper: order[paper.id])
        return Sides(tuple(papers), 1.0)
    everything = retriever.search(plan.query, k=_CANDIDATES, filters=plan.filters, named=plan.named)
    pairs = [
        _best_pair(left, right, everything, retriever, names, plan)
        for left, right in zip(plan.parts[::2], plan.parts[1::2], strict=True)
    ]
    found = max((p for p in pairs if p), key=lambda pair: pair[0], default=None)
    by_id = {hit.paper.id: hit.paper for hit in everything}
    named = tuple(by_id[i] for i in plan.named if i in by_id)
    one_name = any(set(plan.named) <= set(ids) for ids in mentions(plan.query, names))
    if len(named) > 1 and not (one_name and found):
        return Sides(named[:MOST_PAPERS], 1.0)
    return Sides(found[1], _confidence(found[0])) if found else Sides()


_WITHIN = re.compile(r"\b(?:in|within|inside)\s+(?P<place>[^,;?]+?)\W*$", re.IGNORECASE)


def _is_about_one(plan: QueryPlan, names: Names) -> bool:
    """True for "How do teachers and students differ in GRACE?": one paper is asked of both."""
    within = _WITHIN.search(plan.query)
    if within is None or len(plan.named) != 1:
        return False
    before = plan.query[: within.start()]
    return set(plan.named) == set(named_papers(within["place"], names)) and not mentions(
        before, names
    )


def _confidence(fit: float) -> float:
    """From the worse side's fit; a side that is found by one common word is not found."""
    return 1 / (1 + math.exp(-5.0 * (fit - _FITS)))


def _best_pair(
    left: str,
    right: str,
    everything: Sequence[Hit],
    retriever: Retriever,
    names: Names,
    plan: QueryPlan,
) -> tuple[float, tuple[Paper, Paper]] | None:
    a = _fits(left, everything, retriever, names, plan)
    b = _fits(right, everything, retriever, names, plan)
    options = [
        (min(fit_a, fit_b) + 0.1 * (fit_a + fit_b), (paper_a, paper_b))
        for fit_a, paper_a in a
        for fit_b, paper_b in b
        if paper_a.id != paper_b.id
    ]
    best = max(options, key=lambda option: option[0], default=None)
    if best is None:
        return None
    first, second = best[1]
    within = _is_within(left, first, second, names) or _is_within(right, second, first, names)
    return None if within else best


def _is_within(side: str, own: Paper, other: Paper, names: Names) -> bool:
    """True for a side that its paper only mentions, as the paper of the other side does too.

    Such a question asks what that paper says of both.
    """
    asked = set(content_words(side))
    rarest = max(asked, key=names.idf, default="")
    is_titled = rarest in words(own.title)
    return bool(asked) and not is_titled and asked <= set(words(f"{other.title} {other.abstract}"))


def _fits(
    side: str, everything: Sequence[Hit], retriever: Retriever, names: Names, plan: QueryPlan
) -> list[tuple[float, Paper]]:
    """Candidates for one side with how well they fit its words."""
    own = retriever.search(side, k=_CANDIDATES, filters=plan.filters)
    named = named_papers(side, names)
    dense = {hit.paper.id: hit.dense for hit in own}
    papers = {hit.paper.id: hit.paper for hit in [*own, *everything]}
    weights = {w: names.idf(w) for w in content_words(side)}
    if named:
        papers = {i: paper for i, paper in papers.items() if i in named} or papers
    elif _is_one_word(side):  # a paper that merely mentions a method, or "humans", is not about it
        papers = {i: paper for i, paper in papers.items() if _is_titled(paper, side)}
    return [
        (
            _NAMED
            if paper_id in named
            else dense.get(paper_id, 0.0) + _overlap(paper, weights, names),
            paper,
        )
        for paper_id, paper in papers.items()
    ]


def _is_one_word(side: str) -> bool:
    """True for a side that is a mere name or word, as both in "compare SOAP and optimizers"."""
    said = tokens(side)
    is_name = bool(said) and all(token[0].isupper() or looks_like_name(token) for token in said)
    return is_name or len(content_words(side)) == 1


def with_both(
    plan: QueryPlan, evidence: tuple[Evidence, ...], finder: EvidenceFinder
) -> tuple[Evidence, ...]:
    """The evidence of a comparison for which one paper speaks, with what it says of each side.

    A sentence on one side alone comes behind the best of the paper, which may say of both that
    they differ. Of a side in its title the whole paper speaks.
    """
    if plan.intent != "compare" or len(plan.parts) != 2 or not evidence:
        return evidence
    best = evidence[0]
    own = finder.best(plan.query, [Hit(best.paper, 1.0)], plan, k=_SENTENCES)
    left, right = (set(content_words(side)) for side in plan.parts)
    said = [(e, set(words(e.text))) for e in own if e.start != best.start]
    title = set(words(best.paper.title))
    alone = [
        next((e for e, present in said if side <= present and other.isdisjoint(present)), None)
        for side, other in ((left, right), (right, left))
        if not side <= title
    ]
    told = [dataclasses.replace(e, score=best.score) for e in alone if e is not None]
    starts = {(e.paper.id, e.start) for e in told}
    return (best, *told, *(e for e in evidence[1:] if (e.paper.id, e.start) not in starts))


def _is_titled(paper: Paper, side: str) -> bool:
    """Whether a title has the word of a side, which is not the name of another paper's thing.

    "… by a WaveNet Approach" uses WaveNet; that paper would be named by what it introduces.
    """
    called = set(content_words(side))
    written = [t for t in tokens(f"{side} {paper.title}") if not called.isdisjoint(words(t))]
    return called <= set(words(paper.title)) and not any(map(looks_like_name, written))


def _overlap(paper: Paper, weights: dict[str, float], names: Names) -> float:
    """Shared words, title words first; a side of common words only ("the models") says little."""
    total = sum(weights.values()) or 1.0
    telling = min(1.0, total / math.log(2 + names.paper_count))
    title, text = set(words(paper.title)), set(words(paper.abstract))
    in_title = sum(v for w, v in weights.items() if w in title) / total
    in_text = sum(v for w, v in weights.items() if w in text or w in title) / total
    return telling * (_TITLE_WEIGHT * in_title + _TEXT_WEIGHT * in_text)
