"""Hits → the sentences that bear on the question, and how sure it is that they answer it.

A sentence is scored by meaning (cosine with the query), by the telling words that it shares with
it, and by whether it has figures where figures are asked for. Words of the paper's own name count
little: every sentence of the SOAP paper is about SOAP.
"""

from __future__ import annotations

import bisect
import functools
import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rag.base.text import abbreviations, content_words, fold, words
from rag.base.types import Evidence, Hit, Paper, QueryPlan
from rag.index.store import Store
from rag.models.embedder import Embedder
from rag.search import telling
from rag.search.asking import is_statement, topic_words
from rag.search.confidence import Signals
from rag.search.kin import with_kin
from rag.search.measures import has_figure
from rag.search.names import Names, bare, is_said_in, looks_like_name, tokens
from rag.search.naming import named_papers
from rag.search.otherwise import naming
from rag.search.unstated import unstated
from rag.search.wants import wants_figure, wants_of

_WORDS_WEIGHT = 0.9
_LATE_WEIGHT = 0.25  # abstracts open with what is known and end with what was found
_BODY_WEIGHT = 0.15  # how much better than one of the abstract a sentence of the body must be
_BODY_READ = 60  # sentences of a body that are looked at, nearest first
_PAPER_WEIGHT = 0.35  # how much the paper's rank speaks for its sentences
_NAMED_WEIGHT = 0.25  # how much better another paper must tell of what a paper is named for
_TOP = 3  # sentences that speak for the whole when it is judged whether they answer
_SAYS = 0.34  # share of the weight of the words asked for, from which a sentence says them
_RARE = 3  # papers that have a name, up to which it is that of few
_OWN_TITLE = 0.25  # what a word is worth that the paper's title says anyway


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence with its cosine with the query, and how much it bears on its subject.

    Its score also holds how far it is worded and placed like an answer; `bears` does not.
    """

    evidence: Evidence
    cosine: float
    bears: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Evidence, best first, with the signals for abstention."""

    evidence: tuple[Evidence, ...]
    signals: Signals = field(default_factory=Signals)


class EvidenceFinder:
    """Chooses sentences out of retrieved papers."""

    def __init__(self, store: Store, embedder: Embedder, names: Names) -> None:
        self._store = store
        self._embedder = embedder
        self.names = names

    def find(self, query: str, hits: Sequence[Hit], plan: QueryPlan, *, k: int = 8) -> Findings:
        """The `k` best sentences of the hits, with the signals for abstention."""
        if not hits:
            return Findings(())
        asked = self._weights(query, plan)
        hits = self._speaking(hits, plan)
        scored = self._ranked(query, hits, plan, asked)
        evidence = tuple(sentence.evidence for sentence in scored[:k])
        return Findings(evidence, self._signals(scored, hits, asked, plan))

    def best(
        self, query: str, hits: Sequence[Hit], plan: QueryPlan, *, k: int
    ) -> tuple[Evidence, ...]:
        """The `k` best sentences of the hits alone, where nothing hangs on whether they answer."""
        return tuple(sentence.evidence for sentence in self.scored(query, hits, plan)[:k])

    def scored(self, query: str, hits: Sequence[Hit], plan: QueryPlan) -> list[Scored]:
        """All sentences of the hits that are looked at, best first."""
        return self._ranked(query, hits, plan, self._weights(query, plan)) if hits else []

    def saying(self, asked: str, paper: Paper) -> Evidence | None:
        """The best of the sentences of a paper that say these words; None where none does.

        A sentence says them with a good part of their weight, in any of their forms. Words of the
        paper's title, which all of its sentences are about, count only if nothing else is asked.
        """
        weights = {w: self.names.idf(w) for w in content_words(" ".join(topic_words(asked)))}
        title = set(words(paper.title))
        weights = {w: v for w, v in weights.items() if w not in title} or weights
        if not weights:
            return None
        plan = QueryPlan(asked, asked)
        spelled = _spelled_out(paper.abstract, weights)
        for scored in self._ranked(asked, [Hit(paper, 1.0)], plan, weights):
            evidence = scored.evidence
            if _share(weights, with_kin(weights, spelled(evidence.text))) >= _SAYS:
                return evidence
        return None

    def _ranked(
        self, query: str, hits: Sequence[Hit], plan: QueryPlan, asked: dict[str, float]
    ) -> list[Scored]:
        """The sentences of the hits, best first."""
        vector = self._embedder.embed_query(query)
        stored = self._store.sentence_vectors(hit.paper.id for hit in hits)
        wants = wants_of(plan.query)

        def worth(text: str, *, named: bool) -> float:
            wanted = sum(w.bonus for w in wants if w.is_given_by(text))
            return telling.worth(text) + wanted + (_NAMED_WEIGHT if named else 0.0)

        found: list[Scored] = []
        for hit in hits:
            spans, vectors = stored.get(hit.paper.id, ((), np.zeros((0, len(vector)))))
            told = functools.partial(worth, named=hit.paper.id in plan.named)
            found += self._score(hit, spans, vectors @ vector, asked, told)
        return sorted(found, key=lambda sentence: -sentence.evidence.score)

    def _speaking(self, hits: Sequence[Hit], plan: QueryPlan) -> Sequence[Hit]:
        """The hits but for those that cannot tell of what a question names: they never say it."""
        called = [token for token in map(bare, tokens(plan.query)) if looks_like_name(token)]
        ours = [t for t in called if set(named_papers(t, self.names)).intersection(plan.named)]
        if plan.intent != "fact" or not ours:
            return hits

        def is_of_it(paper: Paper) -> bool:
            said = (is_said_in(text, name) for text in (paper.title, paper.text) for name in ours)
            return paper.id in plan.named or any(said)

        return [hit for hit in hits if is_of_it(hit.paper)] or hits

    def _weights(self, query: str, plan: QueryPlan) -> dict[str, float]:
        """How telling each word is of what the query asks."""
        text = plan.topic if query == plan.query and plan.topic else query
        topic = " ".join(topic_words(text)) or text
        return {w: self.names.idf(w) for w in content_words(topic)}

    def _score(
        self,
        hit: Hit,
        spans: Sequence[tuple[int, int]],
        cosines: npt.NDArray[np.float32],
        asked: dict[str, float],
        told: Callable[[str], float],
    ) -> list[Scored]:
        title = set(words(hit.paper.title))
        handle = {w for t in tokens(hit.paper.title) if looks_like_name(t) for w in words(t)}
        worth = {w: v * _worth(w, title, handle) for w, v in asked.items()}
        beyond = any(worth.values())
        scored = []
        spelled = _spelled_out(hit.paper.abstract, asked)
        whole = hit.paper.text
        first = _first_of_body(hit.paper, spans)
        last = max(1, first - 1)
        for i in _worth_reading(cosines, first):
            (start, end), cosine = spans[i], float(cosines[i])
            text = whole[start:end]
            shared = _share(worth, with_kin(worth, spelled(text))) if beyond else 0.0
            bears = cosine + _WORDS_WEIGHT * shared + _PAPER_WEIGHT * hit.score
            score = bears + (_LATE_WEIGHT * i / last if i < first else -_BODY_WEIGHT) + told(text)
            evidence = Evidence(hit.paper, start, end, text, round(score, 6))
            scored.append(Scored(evidence, cosine, bears))
        return scored

    def _signals(
        self,
        scored: Sequence[Scored],
        hits: Sequence[Hit],
        asked: dict[str, float],
        plan: QueryPlan,
    ) -> Signals:
        best = scored[0].evidence.paper if scored else hits[0].paper
        own = set(words(best.title)) | set(words(" ".join(best.authors)))
        present = own | _word_set(best.abstract)
        anywhere = own | _word_set(best.text) if best.body else present
        names = self._names_asked(plan)
        known = [name for name in names if self._is_known(name)]
        beyond = {w: v for w, v in asked.items() if w not in own}
        spelled = _spelled_out(best.abstract, asked)
        named = best.id in plan.named
        # What another paper says is no answer about the one that is named.
        top = [s for s in scored if s.evidence.paper.id == best.id or not named][:_TOP]
        said = [with_kin(asked, spelled(s.evidence.text)) for s in top]
        wants = wants_figure(plan.query)
        hit = next(hit for hit in hits if hit.paper.id == best.id)
        strange = tuple(name for name in names if name not in known)
        elsewhere = tuple(name for name in known if anywhere.isdisjoint(_forms(name)))
        unsaid: tuple[str, ...] = ()
        if plan.intent == "fact":
            of_others = [name for name in elsewhere if self._is_of_another(name, hits)]
            unsaid = unstated(plan.query, best, (*strange, *elsewhere), of_others)
        return Signals(
            passage=hit.dense,
            sentence=max((s.cosine for s in top), default=0.0),
            in_paper=_share(asked, with_kin(asked, present).union(*said)),
            in_sentence=max((_share(beyond, shown) for shown in said), default=0.0),
            together=_share(beyond, set().union(*said)),
            **{f"{part}_lead": lead for part, lead in hit.leads.items()},
            size=math.log10(max(1, self._searched(plan))),
            strange=strange,
            elsewhere=elsewhere,
            unsaid=unsaid,
            figures_missing=wants and not any(has_figure(s.evidence.text) for s in top),
            named=named,
            states=is_statement(plan.question),
        )

    def _searched(self, plan: QueryPlan) -> int:
        """How many papers could have been found."""
        allowed = None if plan.filters.is_empty else self._store.allowed(plan.filters)
        return self.names.paper_count if allowed is None else len(allowed)

    def _names_asked(self, plan: QueryPlan) -> list[str]:
        """Names in the topic: of models, data sets, places; not of people or papers it names."""
        opening = tokens(plan.query)[:1]
        titled = {w for paper_id in plan.named for w in words(self.names.title(paper_id))}
        return [
            token
            for token in dict.fromkeys(map(bare, tokens(plan.topic)))
            if (looks_like_name(token) or (token[0].isupper() and [token] != opening))
            and not self.names.people_called(token)
            and not self.names.given(fold(token))
            and not titled.issuperset(words(token))
        ]

    def _is_of_another(self, name: str, hits: Sequence[Hit]) -> bool:
        """True for a name that few papers have, and one of the hits in its title.

        Who asks for it means that one. Capitals alone may be spelled out in another paper.
        """
        if name.removesuffix("s").isupper() or not 0 < self.names.said_in(fold(name)) <= _RARE:
            return False
        forms = _forms(name)
        return any(not set(words(hit.paper.title)).isdisjoint(forms) for hit in hits)

    def _is_known(self, token: str) -> bool:
        """True for a name that some paper says; "GPT-5" is unknown beside "GPT-3"."""
        return any(self.names.knows(form) for form in _forms(token))


def _first_of_body(paper: Paper, spans: Sequence[tuple[int, int]]) -> int:
    """Which sentence is the first behind the abstract."""
    return bisect.bisect_left(spans, (len(paper.abstract), 0)) if paper.body else len(spans)


def _worth_reading(cosines: npt.NDArray[np.float32], first: int) -> Sequence[int]:
    """The sentences of the abstract, and of the body those nearest to the question."""
    if first == len(cosines):
        return range(first)
    nearest = first + np.argsort(-cosines[first:], kind="stable")[:_BODY_READ]
    return [*range(first), *sorted(nearest.tolist())]


def _forms(token: str) -> list[str]:
    """How a name may stand in a text: stemming leaves the plural of names alone, "H100s"."""
    forms = words(token)
    telling = forms[-1:] if any(c.isdigit() for c in token) else forms
    return [w for form in telling for w in (form, f"{form}s", form.removesuffix("s"))]


def _worth(word: str, title: set[str], handle: set[str]) -> float:
    if word in handle:
        return 0.0
    return _OWN_TITLE if word in title else 1.0


def _spelled_out(abstract: str, asked: Collection[str]) -> Callable[[str], frozenset[str]]:
    """A function that gives the stemmed words of a sentence of a paper, with what they stand for.

    These are the long forms of what the paper abbreviates, and what is `asked` for where the
    sentence tells it by other words.
    """
    told = naming(asked)
    known = abbreviations(abstract)
    pattern = re.compile(rf"\b({'|'.join(map(re.escape, known))})s?\b") if known else None

    def read(text: str) -> frozenset[str]:
        long = (known[m.group(1)] for m in pattern.finditer(text)) if pattern else ()
        return _word_set(" ".join([text, *long])).union(told(text))

    return read


def _share(weights: dict[str, float], present: Collection[str]) -> float:
    """Share of the weight of words that are present; 1 when there is nothing to look for."""
    total = sum(weights.values())
    return sum(v for w, v in weights.items() if w in present) / total if total else 1.0


@functools.lru_cache(maxsize=20_000)
def _word_set(text: str) -> frozenset[str]:
    """The stemmed words of a text; the same few thousand sentences are asked for again."""
    return frozenset(words(text))
