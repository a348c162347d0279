"""Answers without a model: verbatim sentences, with lead-ins made from the records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from rag.answer import records
from rag.answer.draft import Draft
from rag.base.types import Evidence, Paper, QueryPlan, Sort

_MOST_SENTENCES = 3
_FEW = 2  # papers that are told by their titles
_LONG = 100  # papers; longer lists cite what each begins with, not what tells most
_NEAR = 0.25  # a sentence of the same paper this far behind the best belongs to the answer
_NEAR_OTHER = 0.12  # another paper must come closer to be heard unasked
_MENDED = re.compile(r"“[^”]*” for “")  # a misspelt word, as it was understood


def quote_facts(evidence: Sequence[Evidence], named: Sequence[str] = ()) -> Draft:
    """The best sentence and those close behind it, grouped by paper."""
    draft = Draft()
    best = evidence[0]
    chosen = [e for e in evidence if _is_near(e, best, named)][:_MOST_SENTENCES]
    _quote_by_paper(draft, chosen)
    return draft


def _is_near(evidence: Evidence, best: Evidence, named: Sequence[str]) -> bool:
    asked = evidence.paper.id == best.paper.id or evidence.paper.id in named
    allowed = _NEAR if asked else _NEAR_OTHER
    return evidence.score >= best.score - allowed


def quote_papers(
    papers: Sequence[Paper], evidence: Sequence[Evidence], *, per_paper: int = 1
) -> Draft:
    """For each paper its best sentences; a paper without evidence says what it is about."""
    draft = Draft()
    for paper in papers:
        own = [e for e in evidence if e.paper.id == paper.id][:per_paper]
        if own:
            _quote_by_paper(draft, own)
        else:
            _quote(draft, paper, *records.key_span(paper), opening=True)
    return draft


def count_papers(plan: QueryPlan, evidence: Sequence[Evidence], *, least: bool) -> Draft:
    """How many papers bear on a topic, or the `least` that do, then each by its best sentence."""
    draft = Draft()
    numbers = tuple(n for e in evidence for n in _number(draft, e.paper, e.start, e.end))
    draft.say(how_many(plan, len(evidence), least=least), numbers, "supported")
    _quote_by_paper(draft, evidence)
    return draft


def how_many(plan: QueryPlan, count: int, *, least: bool) -> str:
    """That so many papers bear on a topic, or at `least` so many."""
    many = f"{'at least ' if least else ''}{count}"
    noun = "paper" if count == 1 else "papers"
    return f"Your library has {many} {noun} on “{plan.topic}”{conditions(plan)}."


def quote_overview(papers: Sequence[Paper], evidence: Sequence[Evidence]) -> Draft:
    """What each paper does, and its most telling other sentence."""
    draft = Draft()
    for paper in papers:
        start, end = records.key_span(paper)
        _quote(draft, paper, start, end, opening=True)
        others = [e for e in evidence if e.paper.id == paper.id and e.start != start]
        more = next((e for e in others if any(c.isdigit() for c in e.text)), None)
        more = more or next(iter(others), None)
        if more:
            _quote(draft, paper, more.start, more.end, opening=False)
    return draft


def quote_records(
    plan: QueryPlan, papers: Sequence[Paper], evidence: Sequence[Evidence] = ()
) -> Draft:
    """Facts of the records that are asked (authors, date, code …), with what the paper says."""
    draft = Draft()
    for paper in papers:
        own = next((e for e in evidence if e.paper.id == paper.id), None)
        span = (own.start, own.end) if own else records.key_span(paper)
        number = _number(draft, paper, *span)
        draft.say(records.facts_sentence(paper, plan.asks), number, "supported")
        if own:
            _quote(draft, paper, *span, opening=False)
    return draft


def list_records(plan: QueryPlan, papers: Sequence[Paper]) -> Draft:
    """A complete list of records: how many there are, then each of them."""
    draft = Draft()
    span = records.key_span if len(papers) <= _LONG else records.opening_span
    if plan.phrases:
        span = partial(records.saying_span, phrases=plan.phrases)
    numbers = [_number(draft, paper, *span(paper)) for paper in papers]
    everything = tuple(n for number in numbers for n in number)
    if plan.intent in ("list", "count"):
        draft.say(_headline(plan, len(papers)), everything, "supported")
    with_score = plan.sort in ("score", "lowest_score") or plan.filters.score_from is not None
    with_count = plan.sort in ("most_authors", "fewest_authors")
    for paper, number in zip(papers, numbers, strict=True):
        entry = records.entry(paper, with_score=with_score, with_count=with_count)
        draft.say(entry, number, "supported")
    return draft


def conditions(plan: QueryPlan) -> str:
    """The filters as a phrase after "papers": " by Rosie Zhao from 2025"."""
    said = [w for w in plan.understood if not (w.endswith(" first") or _MENDED.match(w))]
    if _is_of_these(plan):
        said = [w for w in said if not w.startswith("about ")]
    return "".join(f" {w}" for w in said)


_HELD: dict[Sort, str] = {
    "score": "has a score",
    "lowest_score": "has a score",
    "most_authors": "has a record that names all its authors",
    "fewest_authors": "has a record that names all its authors",
}  # what a paper must have to be put in an order


def nothing_matches(plan: QueryPlan) -> str:
    """That no paper meets the conditions, and what to do about it."""
    first, last = plan.filters.year_from, plan.filters.year_to
    if first and last and first > last:
        return (
            f"No year is {first} or later and {last} or earlier at once. "
            "Take one of these conditions away."
        )
    if plan.sort in _HELD and not conditions(plan):
        return f"No paper in your library {_HELD[plan.sort]}."
    none = "None of these papers is" if _is_of_these(plan) else "No paper in your library is"
    notice = f"{none}{conditions(plan) or ' like this'}."
    several = sum(1 for word in plan.understood if not word.endswith(" first")) > 1
    return notice + (" Take one of these conditions away." if several else "")


def not_left_out(said: str) -> str:
    """That words which may mean to leave papers out were not read so; nothing where there are none.

    "Training without labels" is a topic, "papers without labels" a wish.
    """
    if not said:
        return ""
    return f"“{said}” was read as part of the topic; “not about …” leaves papers out."


def only_mentioned(name: str, papers: Sequence[Paper], count: int) -> str:
    """That no paper is about a thing, and which of `count` papers mention it."""
    if len(papers) < count or count > _FEW:
        said = f"{count} papers mention it"
    else:
        titles = " and ".join(f"“{paper.title}”" for paper in papers)
        said = f"only {titles} {'mentions' if len(papers) == 1 else 'mention'} it"
    return f"No paper of your library is about {name}; {said}."


def _headline(plan: QueryPlan, count: int) -> str:
    noun = "paper" if count == 1 else "papers"
    if plan.limit:
        order = next((w for w in plan.understood if w.endswith(" first")), "")
        return f"The first {count} {noun} of your library{conditions(plan)}, {order}."
    has = "Of these, your library has" if _is_of_these(plan) else "Your library has"
    return f"{has} {count} {noun}{conditions(plan)}."


def _is_of_these(plan: QueryPlan) -> bool:
    """True for a question on several papers of before: "and which of them have code?"."""
    return len(plan.filters.ids) > 1 and any(w.startswith("about ") for w in plan.understood)


def _quote_by_paper(draft: Draft, chosen: Sequence[Evidence]) -> None:
    for paper_id in dict.fromkeys(e.paper.id for e in chosen):
        own = sorted((e for e in chosen if e.paper.id == paper_id), key=lambda e: e.start)
        for i, evidence in enumerate(own):
            _quote(draft, evidence.paper, evidence.start, evidence.end, opening=i == 0)


def _quote(draft: Draft, paper: Paper, start: int, end: int, *, opening: bool) -> None:
    words = paper.text[start:end]
    if not words:
        number = _number(draft, paper, start, end)
        draft.say(f"{records.lead(paper)} has no text in your library.", number, "supported")
        return
    quoted = f"“{words}”"
    text = f"{records.lead(paper)}: {quoted}" if opening else quoted
    draft.say(text, _number(draft, paper, start, end), "quoted")


def _number(draft: Draft, paper: Paper, start: int, end: int) -> tuple[int, ...]:
    return (draft.cite(paper, start, end),)
