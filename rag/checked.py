"""A draft against the library: each sentence with its verdict and the words that decide.

For every sentence the papers it may rest on are found by words and by meaning, and the claim is
judged against their best sentences. What names a method is held against the papers about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer.claim import ClaimJudge
from rag.answer.coverage import names_of
from rag.answer.draft import Draft
from rag.answer.judgement import Judgement, Passage, carrying, denying
from rag.answer.passages import passages_of
from rag.base.draft import draft_references, draft_sentences, makes_a_claim
from rag.base.errors import QuestionError
from rag.base.text import STOP_WORDS, fold
from rag.base.types import CheckedSentence, Hit, Paper, QueryPlan, Verdict
from rag.cite.check import CheckedReference, ReferenceChecker
from rag.index.cards import Cards
from rag.index.store import Store
from rag.ingest.readers import read
from rag.models.embedder import Embedder
from rag.search.names import Names
from rag.search.naming import mentions
from rag.search.plan import make_plan
from rag.search.retrieve import Retriever

_PAPERS = 8  # that a sentence is held against
_READ = 12  # passages of them, the likest, that are judged
_CITED = 3  # papers named for one sentence
_BEYOND_TITLE = 2  # words that a sentence may add to a title that it restates
_READ_OTHERWISE = "the quoted words seem to say otherwise"  # to a trained reader, without a sign
_NEAR_BEST = 0.1  # of the best score: other papers that say the same are named too


class DraftChecker:
    """Checks sentences against one library."""

    def __init__(
        self,
        store: Store,
        retriever: Retriever,
        embedder: Embedder,
        names: Names,
        judge: ClaimJudge,
        cards: Cards,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._embedder = embedder
        self._names = names
        self._judge = judge
        self._cards = cards

    def check(self, text: str) -> list[CheckedSentence]:
        """The sentences of a Markdown, LaTeX or plain text in order, each with its verdict."""
        draft = Draft()
        return [self._sentence(sentence, draft) for sentence in draft_sentences(text)]

    def references(self, text: str = "", bibliography: bytes = b"") -> list[CheckedReference]:
        """Each reference of a bibliography file and of the list that a draft ends in."""
        checker = ReferenceChecker(self._cards, self._store.get)
        found = read(bibliography, origin="bibliography") if bibliography else ()
        printed = [one for one in found if isinstance(one, Paper)]
        entries = [checker.record(one, _printed_key(one)) for one in printed]
        return entries + [checker.line(line) for line in draft_references(text)]

    def _sentence(self, sentence: str, draft: Draft) -> CheckedSentence:
        judged = self._judge.judge(sentence, self._passages(sentence))
        named = mentions(sentence, self._names) if names_of(sentence) else []
        own = [j for j in judged if not self._is_of_others(named, j)] if named else judged
        verdict, deciding = _verdict(own, sentence)
        numbers = {
            draft.cite(e.paper, e.start, e.end): None for j in deciding for e in j.passage.evidence
        }
        cited = tuple(draft.citations[number - 1] for number in numbers)
        score = max((j.score for j in own if not j.objection), default=0.0)
        if verdict == "contradicted":
            reason = deciding[0].objection or _READ_OTHERWISE
            return CheckedSentence(sentence, verdict, cited, 0.0, reason)
        return CheckedSentence(sentence, verdict, cited, score)

    def _is_of_others(self, named: Sequence[tuple[str, ...]], judgement: Judgement) -> bool:
        """True for words that carry a sentence, of a paper that never names what is `named` there.

        What "Interpreting …" defines must not be said of MRL only because nothing speaks against.
        """
        if judgement.support != "supported":
            return False
        said = [mentions(f"{p.title}. {p.text}", self._names) for p in judgement.passage.papers]
        told = {paper.id for paper in judgement.passage.papers}
        told |= {paper_id for groups in said for group in groups for paper_id in group}
        return any(told.isdisjoint(group) for group in named)

    def _passages(self, sentence: str) -> list[Passage]:
        """The passages of the library that may say what a sentence says, likest first."""
        hits = self._hits(sentence) if makes_a_claim(sentence) else []
        if not hits:
            return []
        vector = self._embedder.embed_query(sentence)
        stored = self._store.sentence_vectors(hit.paper.id for hit in hits)
        found: list[Passage] = []
        for hit in hits:
            spans, vectors = stored.get(hit.paper.id, ((), None))
            if vectors is not None and len(spans):
                found += passages_of(sentence, hit.paper, spans, (vectors @ vector).tolist())
        found.sort(key=lambda passage: -max(e.score for e in passage.evidence))
        return found[:_READ]

    def _hits(self, sentence: str) -> list[Hit]:
        try:
            plan = make_plan(sentence, (), self._names)
        except QuestionError:  # nothing in it to look for
            return []
        return self._retriever.search(sentence, k=_PAPERS, named=_named(sentence, plan))


def _printed_key(record: Paper) -> str:
    """The key under which a bibliography holds a record, "vyas2024" of "line 3, vyas2024"."""
    return next((source.where.partition(", ")[2] for source in record.sources), "")


def _named(sentence: str, plan: QueryPlan) -> tuple[str, ...]:
    """The papers that a sentence names; a name that is a mere word lifts none."""
    return plan.named if names_of(sentence) else ()


def _restates_title(judgement: Judgement, sentence: str) -> bool:
    """Whether a sentence says little more than a paper's title, and no figure or word denies it.

    The paper stands for its own title, however unlike its sentences look.
    """
    if judgement.objection:
        return False
    said = set(fold(sentence).split()) - STOP_WORDS
    titles = (set(fold(p.title).split()) - STOP_WORDS for p in judgement.passage.papers)
    return any(len(t) > 2 and t <= said and len(said - t) <= _BEYOND_TITLE for t in titles)


def _verdict(judged: Sequence[Judgement], sentence: str) -> tuple[Verdict, list[Judgement]]:
    """The verdict, and the judgements that decide it: one a paper, best first."""
    carried = carrying(judged)
    if carried:
        return "supported", list(_one_a_paper(carried))
    denied = [j for j in denying(judged) if not _restates_title(j, sentence)]
    return ("contradicted", denied[:1]) if denied else ("not_found", [])


def _one_a_paper(carried: Sequence[Judgement]) -> Iterator[Judgement]:
    ranked = sorted(carried, key=lambda j: (-j.score, len(j.passage.evidence)))
    seen: set[str] = set()
    for judgement in ranked:
        paper = judgement.passage.papers[0].id
        if paper not in seen and judgement.score >= ranked[0].score - _NEAR_BEST:
            seen.add(paper)
            yield judgement
        if len(seen) == _CITED:
            return
