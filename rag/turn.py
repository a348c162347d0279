"""One turn: a question → events, the last of which is the checked answer.

Here the stages of search and answer meet. Which road a question takes is decided by its plan:
records (no text search at all), comparison, or evidence; each ends in an answer or an abstention.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag import notices
from rag.answer import quote, tallies
from rag.answer.claim import ClaimJudge
from rag.answer.contrast import say_contrasts
from rag.answer.positions import positions
from rag.base.aspects import Aspect, Kind, known
from rag.base.errors import QuestionError
from rag.base.text import words
from rag.base.types import (
    Answer,
    Event,
    Evidence,
    EvidenceFound,
    Final,
    Hit,
    Paper,
    QueryPlan,
)
from rag.endings import NEAREST, Endings
from rag.index.store import Store
from rag.models.reader import Reader
from rag.precedence import Precedence
from rag.search.asking import topic_words
from rag.search.aspects import (
    asked_aspects,
    aspect_of,
    chosen,
    compares_by_topic,
    named_aspects,
    without_aspects,
)
from rag.search.beyond import asks_more, has_own_topic
from rag.search.claims import claim_of
from rag.search.confidence import ENOUGH
from rag.search.definitions import introductions, undefined
from rag.search.evidence import EvidenceFinder, Findings
from rag.search.matrix import matrix, spoken, words_on
from rag.search.members import found, on_topic
from rag.search.mentioned import only_mentioned
from rag.search.names import Names
from rag.search.narrow import narrowed, relaxed
from rag.search.order import first_and_ties, ordered
from rag.search.phrases import left_in
from rag.search.plan import is_bibliographic, make_plan, split_sides
from rag.search.reading import is_readable, read
from rag.search.retrieve import Retriever
from rag.search.sides import MOST_PAPERS, Sides, resolve_sides, with_both
from rag.search.standing import standing
from rag.search.supplied import with_wanted
from rag.search.topics import is_said, seeks_a_name, titled
from rag.search.unstated import unstated

ENOUGH_SIDES = 0.45  # the same for which papers a comparison means
_HITS = 8
_SIMILAR = 5
_JUDGED = 3  # sentences of a paper that are held against a claim
_MANY_SIDES = 4  # papers from which on each is quoted once above the table
_MOST_LISTED, _MOST_COUNTED = 40, 200


@dataclass(slots=True)
class Turn:
    """Everything that one question needs; made anew for each."""

    store: Store
    retriever: Retriever
    finder: EvidenceFinder
    names: Names
    ends: Endings = field(default_factory=Endings)
    reader: Reader | None = None
    precedence: Precedence = field(default_factory=Precedence)  # among those that ask meanwhile

    def run(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]],
        ignoring: Sequence[str] = (),
    ) -> Iterator[Event]:
        """Answer a question without some of its conditions, streaming what is known at once.

        One that goes on from others and is not answered may be said anew by a model, once.
        """
        for event in self.precedence.first(self._asked(question, history, ignoring)):
            if not isinstance(event, Final) or ignoring:
                yield event
                continue
            again = self.ends.restated(question, history, event.answer)
            yield from self._anew(again, event) if again else (event,)

    def _anew(self, again: str, first: Final) -> Iterator[Event]:
        """The question said anew; where that is not answered either, the first abstention."""
        for event in self._asked(again, (), ()):
            if not isinstance(event, Final):
                yield event
            elif event.answer.status == "answered":
                said = f"Asked as “{again}”"
                notice = f"{said} {event.answer.notice}" if event.answer.notice else said
                answer = dataclasses.replace(
                    event.answer, question=first.answer.question, notice=notice
                )
                yield Final(answer)
            else:
                yield first

    def _asked(
        self, question: str, history: Sequence[tuple[str, Answer]], ignoring: Sequence[str]
    ) -> Iterator[Event]:
        try:
            plan = narrowed(make_plan(question, history, self.names, ignoring), self.store)
        except QuestionError as error:
            plan = QueryPlan(question[:200], "", ignored=tuple(ignoring))
            yield self.ends.abstain(plan, "bad_question", str(error))
            return
        self.ends.lap("plan")
        if self.store.paper_count() == 0:
            yield self.ends.abstain(plan, "library_empty", notices.EMPTY)
        elif plan.intent == "small_talk":
            yield self.ends.abstain(plan, "bad_question", notices.SMALL_TALK)
        elif self.ends.judge and (claim := claim_of(plan.query)):
            yield from self._positions(plan, claim, self.ends.judge)
        elif is_bibliographic(plan):
            yield from self._from_records(plan)
        else:
            self.ends.note_awaited(self.store, plan.filters)
            yield from self._near(plan) if plan.near else self._from_text(plan)

    # --- roads -------------------------------------------------------------------------------

    def _from_records(self, plan: QueryPlan) -> Iterator[Event]:
        papers = ordered(self.store.papers(plan.filters), plan.sort)
        if plan.tally:
            pass  # counts are over all of them
        elif plan.limit:
            papers = papers[: plan.limit]
        elif plan.intent == "lookup" and plan.sort:
            papers = first_and_ties(papers, plan.sort)
        if not papers:
            yield self._nothing_matches(plan)
            return
        yield EvidenceFound((), plan.understood)
        if plan.tally:
            draft = tallies.tally_records(plan, papers)
        elif plan.asks and len(papers) <= _HITS:
            draft = quote.quote_records(plan, papers)
        else:
            draft = quote.list_records(plan, papers)
        yield from self.ends.settle(plan, draft, "lookup", confidence=1.0)

    def _from_text(self, plan: QueryPlan) -> Iterator[Event]:
        if self.store.allowed(plan.filters) == frozenset():
            yield self._nothing_matches(plan)
            return
        if plan.intent == "compare":
            sides = self._sides(plan)
            if len(sides.papers) > 1:
                yield from self._compare(plan, sides)
                return
        kind = self._aspect_asked(plan)
        if kind is None:
            yield from self._searched(plan)
        else:
            yield from self._in_its_words(plan, kind)

    def _in_its_words(self, plan: QueryPlan, kind: Kind) -> Iterator[Event]:
        """The words of one paper that state an aspect; authors name limits by few words."""
        paper = self.store.get(plan.named)[plan.named[0]]
        missed = unstated(plan.query, paper)  # "how many GPUs", of its hardware
        stated = None if missed else words_on(known(kind), paper, self.finder)
        if stated is not None:
            yield from self._plainly(plan, (stated,))
        elif kind == "limits" and not asks_more(plan, paper):
            yield self.ends.abstain(plan, "not_stated", notices.NO_LIMITS, [paper])
        else:
            yield from self._searched(plan)

    def _plainly(self, plan: QueryPlan, stating: tuple[Evidence, ...]) -> Iterator[Event]:
        """What is stated in so many words, whatever else bears on the question."""
        yield EvidenceFound(stating, plan.understood)
        draft = quote.quote_facts(stating, plan.named)
        yield from self.ends.written_or(plan, stating, draft, confidence=1.0)

    def _searched(self, plan: QueryPlan) -> Iterator[Event]:
        with self.store.snapshot():
            plan, hits = found(plan, self.retriever, k=_HITS)
            self.ends.lap("retrieve")
            meant = introductions(plan.query, hits)
            findings = self.finder.find(plan.query, hits, plan)
        if meant:
            yield from self._plainly(plan, meant)
            return
        findings = dataclasses.replace(findings, evidence=tuple(standing(findings.evidence)))
        self.ends.lap("evidence")
        if self.reader is not None and is_readable(plan, findings):
            yield EvidenceFound(findings.evidence, plan.understood)  # which reading refines
            findings = read(plan.query, findings, self.reader)
            self.ends.lap("read")
        is_enough = self._is_enough(plan, hits, findings)
        if not (is_enough or plan.named):
            plan = dataclasses.replace(plan, named=titled(plan.topic, hits))
        wants_more = has_own_topic(plan, hits) or findings.signals.unsaid
        if plan.named and (plan.asks or not wants_more):
            yield from self._about_named(plan, hits, findings)
        elif not is_enough:
            yield self.ends.not_answered(plan, hits, findings, self._unintroduced(plan, hits))
        elif plan.asks:
            yield from self._facts_of_records(plan, hits, findings)
        elif plan.intent in ("list", "count") or plan.sort:
            yield from self._list_by_topic(plan, findings)
        else:
            yield from self._facts(plan, hits, findings)

    def _unintroduced(self, plan: QueryPlan, hits: Sequence[Hit]) -> str | None:
        """That a thing which is asked about, or compared, is only mentioned by papers on others."""
        found = only_mentioned(plan, hits, self.names)
        return quote.only_mentioned(*found) if found else None

    def _is_enough(self, plan: QueryPlan, hits: Sequence[Hit], findings: Findings) -> bool:
        """Whether to answer; a bare word is like no sentence, so that papers must but say it."""
        if self.ends.scale.is_enough(findings.signals):
            return True
        return not findings.signals.strange and is_said(plan, hits, self.names.idf)

    def _aspect_asked(self, plan: QueryPlan) -> Kind | None:
        """What is asked, where that is one aspect of one paper: "its data"."""
        if len(plan.named) != 1 or plan.asks or topic_words(without_aspects(plan.beyond)):
            return None
        titled = set(words(self.names.title(plan.named[0])))  # "… Near the Computational Limit"
        return aspect_of(" ".join(t for t in plan.query.split() if not titled & set(words(t))))

    def compare(
        self, question: str, papers: Sequence[Paper] = (), aspects: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Compare these papers, or those that a question means, on these aspects, or on its own."""
        try:
            plan = make_plan(question, (), self.names) if question.strip() else QueryPlan("", "")
        except QuestionError as error:
            yield self.ends.abstain(QueryPlan(question[:200], ""), "bad_question", str(error))
            return
        parts = plan.parts or split_sides(plan.query)
        plan = dataclasses.replace(plan, intent="compare", parts=parts)
        sides = Sides(tuple(papers[:MOST_PAPERS]), 1.0) if papers else self._sides(plan)
        if len(sides.papers) < 2:
            yield self.ends.abstain(plan, "bad_question", notices.NO_SIDES, sides.papers)
            return
        yield from self._compare(plan, sides, named_aspects(aspects))

    def _sides(self, plan: QueryPlan) -> Sides:
        """The papers that a comparison names, or else those that bear on its topic."""
        sides = resolve_sides(plan, self.retriever, self.names)
        if len(sides.papers) > 1 and sides.confidence >= ENOUGH_SIDES:
            return sides
        if not compares_by_topic(plan.query):
            return Sides()
        return self._sides_by_topic(plan)

    def _sides_by_topic(self, plan: QueryPlan) -> Sides:
        hits, near = on_topic(plan, self.retriever, self.finder, k=MOST_PAPERS)
        confidence = 1.0
        if plan.topic:
            confidence = self.ends.scale.confidence(
                self.finder.find(plan.query, hits, plan).signals
            )
        if confidence < ENOUGH:
            return Sides()
        return Sides(tuple(e.paper for e in near.values()), confidence, by_topic=True)

    def _compare(
        self, plan: QueryPlan, sides: Sides, aspects: Sequence[Aspect] = ()
    ) -> Iterator[Event]:
        """Each paper has its own retrieval, so that each has evidence."""
        self.ends.note_awaited(self.store, plan.filters)
        query = plan.query or " ".join(aspect.name for aspect in aspects) or "what was found"
        evidence: list[Evidence] = []
        for paper in sides.papers:
            hits = [Hit(paper, 1.0)]
            evidence += self.finder.best(query, hits, plan, k=2)
        self.ends.lap("evidence")
        asked = aspects or asked_aspects(
            plan.query, sides.papers, self.names, by_topic=sides.by_topic
        )
        self.ends.matrix = matrix(sides.papers, asked or chosen(), self.finder)
        self.ends.lap("compare")
        everything = tuple(dict.fromkeys([*evidence, *self.ends.matrix.evidence]))
        yield EvidenceFound(everything, plan.understood)
        per_paper = 2 if len(sides.papers) < _MANY_SIDES else 1
        told = spoken(self.ends.matrix, asked, evidence, most=per_paper)
        draft = quote.quote_papers(sides.papers, told, per_paper=per_paper)
        say_contrasts(draft, self.ends.matrix)
        evidence = list(dict.fromkeys([*told, *evidence]))
        yield from self.ends.written_or(plan, evidence, draft, sides.confidence)

    def _positions(self, plan: QueryPlan, claim: str, judge: ClaimJudge) -> Iterator[Event]:
        """Which papers support, contradict or qualify a claim, each by its own words."""
        self.ends.note_awaited(self.store, plan.filters)
        hits = self.retriever.search(claim, k=_HITS, filters=plan.filters, named=plan.named)
        by_paper = [self.finder.best(claim, [hit], plan, k=_JUDGED) for hit in hits]
        self.ends.lap("evidence")
        draft = positions(claim, by_paper, judge)
        if not draft.sentences:
            nearest = [hit.paper for hit in hits[:NEAREST]]
            yield self.ends.abstain(plan, "not_stated", notices.NO_POSITION, nearest)
            return
        yield EvidenceFound(tuple(e for own in by_paper for e in own), plan.understood)
        yield from self.ends.settle(plan, draft, "extractive", confidence=1.0)

    def _near(self, plan: QueryPlan) -> Iterator[Event]:
        """The papers nearest to others, each by its best sentence, however near they are."""
        hits = self.retriever.search(plan.query, k=_SIMILAR, filters=plan.filters, words=plan.topic)
        if not hits:
            yield self._nothing_matches(plan)
            return
        found = [self.finder.best(plan.query, [hit], plan, k=1) for hit in hits]
        evidence = tuple(e for one in found for e in one)
        yield EvidenceFound(evidence, plan.understood)
        draft = quote.quote_papers([hit.paper for hit in hits], evidence)
        yield self.ends.final(plan, draft, "lookup", None, notices.NEAREST_FIRST)

    def _facts_of_records(
        self, plan: QueryPlan, hits: Sequence[Hit], findings: Findings
    ) -> Iterator[Event]:
        yield EvidenceFound(findings.evidence, plan.understood)
        paper = findings.evidence[0].paper if findings.evidence else hits[0].paper
        draft = quote.quote_records(plan, [paper], findings.evidence)
        yield from self.ends.settle(
            plan, draft, "lookup", self.ends.scale.confidence(findings.signals)
        )

    def _about_named(
        self, plan: QueryPlan, hits: Sequence[Hit], findings: Findings
    ) -> Iterator[Event]:
        """Answer "Who wrote ReLoRA?" from the record, "What is SOAP?" by what the paper does."""
        if seeks_a_name(plan, self.names.idf):
            yield from self._list_by_topic(plan, findings)
            return
        papers = [hit.paper for hit in hits if hit.paper.id in plan.named]
        own = [e for e in findings.evidence if e.paper.id in plan.named]
        yield EvidenceFound(tuple(own), plan.understood)
        if plan.asks:
            evidence = own if has_own_topic(plan, hits) else ()
            draft = quote.quote_records(plan, papers, evidence)
            yield from self.ends.settle(plan, draft, "lookup", confidence=1.0)
        else:
            draft = quote.quote_overview(papers, own)
            yield from self.ends.written_or(plan, own, draft, confidence=1.0)

    def _list_by_topic(self, plan: QueryPlan, findings: Findings) -> Iterator[Event]:
        is_counted = plan.tally or plan.intent == "count"
        most = _MOST_COUNTED if is_counted else _MOST_LISTED
        hits, found = on_topic(plan, self.retriever, self.finder, k=most)
        evidence = tuple(found.values())
        yield EvidenceFound(evidence, plan.understood)
        papers = [e.paper for e in evidence]
        if plan.sort:
            first = plan.limit or (1 if plan.intent == "lookup" else None)
            papers = ordered(papers, plan.sort)[:first]
        is_cut = len(hits) == most and hits[-1].paper.id in found
        if plan.tally:
            draft = tallies.tally_records(plan, papers, least=is_cut)
        elif plan.intent == "count":
            draft = quote.count_papers(plan, evidence, least=is_cut)
        else:
            draft = quote.quote_papers(papers, evidence)
        confidence = max(ENOUGH, self.ends.scale.confidence(findings.signals))
        may_be_more = notices.THERE_MAY_BE_MORE.format(most) if is_cut else None
        notice = quote.not_left_out(left_in(plan)) or may_be_more
        yield from self.ends.settle(plan, draft, "lookup", confidence, notice=notice)

    def _facts(self, plan: QueryPlan, hits: Sequence[Hit], findings: Findings) -> Iterator[Event]:
        evidence = with_both(plan, findings.evidence, self.finder)
        evidence = with_wanted(plan, evidence, self.finder)
        yield EvidenceFound(evidence, plan.understood)
        draft = quote.quote_facts(evidence, plan.named)
        confidence = self.ends.scale.confidence(findings.signals)
        missed = undefined(plan.query, [citation.quote for citation in draft.citations])
        notice = self._unintroduced(plan, hits)
        if missed and not notice:
            notice = notices.UNDEFINED.format(missed)
        yield from self.ends.written_or(plan, evidence, draft, confidence, notice)

    def _nothing_matches(self, plan: QueryPlan) -> Final:
        notice = quote.nothing_matches(plan)
        kept = relaxed(plan, self.store)
        nearest = self.retriever.search(plan.query, k=NEAREST, filters=kept)
        return self.ends.abstain(plan, "not_in_library", notice, [hit.paper for hit in nearest])
