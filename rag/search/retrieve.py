"""Query → papers: dense and keyword search under the same filters, joined into one ranking."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from rag.base.errors import ModelError
from rag.base.text import content_words
from rag.base.types import Filters, Hit
from rag.index.store import Store
from rag.models.embedder import Embedder
from rag.models.rerank import Reranker
from rag.search.rank import Candidates, Scores, Weights, blended, fitted_weights

logger = logging.getLogger(__name__)

_DEPTH = 100  # candidates taken from each search
_DEEPEST = 16 * _DEPTH  # chunks looked at, however few papers they are of
_READ = 80  # of the candidates, the best by the other parts, whose sentences are compared
_RERANKED = 20  # of the ranking, the papers that a reranker reads
_ON_THE_SPOT = 10  # papers without vectors yet, the best by their words, that are embedded at once
_SPARE = 4  # papers looked at beyond those asked for, to stand in for copies
_STANDS_IN = 2_000  # characters of a body that stand for a missing abstract
_NAMED_BONUS = 0.5  # a paper that the question names outranks one that is merely alike
_SAME_COSINE = 0.01  # two copies of a text are this close to the same question
_SAME_WORDS = 0.9  # share of words that two copies of a text have in common


class Retriever:
    """Searches one library with one embedding model, and with a reranker if there is one."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        *,
        weights: Weights | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reranker = reranker
        self._weights = weights or fitted_weights()

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        filters: Filters | None = None,
        named: tuple[str, ...] = (),
        words: str = "",
    ) -> list[Hit]:
        """The `k` papers that bear most on a query, best first.

        Every hit satisfies the filters. Papers in `named` that do are lifted. `words`, if given,
        are searched as keywords instead of the query. Of copies of one text only the best stays.
        """
        with self._store.snapshot():
            allowed = self._store.allowed(filters) if filters else None
            if allowed is not None and not allowed:
                return []
            candidates, chunk_of = self.candidates(query, allowed, words)
            lifted = [key for key in named if allowed is None or key in allowed]
            scores = dict.fromkeys(lifted, 0.0) | candidates.scores(self._weights)
            if self._reranker is not None:
                first = _ranked(_lifted(scores, lifted))[:_RERANKED]
                scores |= self._reranked(self._reranker, query, first, scores)
            scores = _lifted(scores, lifted)
            return self._hits(_ranked(scores), k, scores, candidates, chunk_of)

    def candidates(
        self, query: str, allowed: frozenset[str] | None = None, words: str = ""
    ) -> tuple[Candidates, dict[str, str]]:
        """What every part says of the papers that were found, and the best chunk of each."""
        use = self._weights
        vector = self._embedder.embed_query(query)
        dense, chunk_of = self._dense(vector, allowed) if use.dense else ({}, {})
        terms = content_words(words or query)
        keyword = self._store.keyword_search(terms, _DEPTH, allowed) if use.keyword else []
        covered = self._store.coverage_search(terms, _DEPTH, allowed) if use.coverage else []
        found = Candidates(dense, {}, dict(keyword), dict(covered))
        near = self._near_awaited(found, vector)
        dense |= {paper_id: cosine for paper_id, (_, cosine, _) in near.items()}
        chunk_of |= {paper_id: chunk_id for paper_id, (chunk_id, _, _) in near.items()}
        if not use.sentence:
            return found, chunk_of
        sentence = self._store.best_sentences(_ranked(found.scores(use))[:_READ], vector)
        sentence |= {paper_id: best for paper_id, (_, _, best) in near.items()}
        return Candidates(dense, sentence, dict(keyword), dict(covered)), chunk_of

    def _near_awaited(
        self, found: Candidates, vector: np.ndarray
    ) -> dict[str, tuple[str, float, float]]:
        """What meaning says of the best papers that only words could find; see `near_awaited`."""
        if not self._store.awaited_count():
            return {}
        late = self._store.awaited(_ranked(found.scores(self._weights)))
        return self._store.near_awaited(late[:_ON_THE_SPOT], vector)

    def _dense(
        self, vector: np.ndarray, allowed: frozenset[str] | None
    ) -> tuple[dict[str, float], dict[str, str]]:
        """Cosine of each paper's best chunk, and which chunk that is."""
        scores: dict[str, float] = {}
        chunk: dict[str, str] = {}
        depth = _DEPTH
        while True:
            found = self._store.dense_search(vector, depth, allowed)
            for chunk_id, cosine in found:
                paper_id = chunk_id.rsplit(":", 1)[0]
                if paper_id not in scores:  # best first
                    scores[paper_id], chunk[paper_id] = cosine, chunk_id
            # Whole papers have many chunks, and one must not crowd out the others.
            if 2 * len(scores) > _DEPTH or len(found) < depth or depth >= _DEEPEST:
                return scores, chunk
            depth *= 4

    def _reranked(
        self, reranker: Reranker, query: str, first: Sequence[str], scores: Scores
    ) -> dict[str, float]:
        """New scores of the first papers; none where the reranker fails, or has no choice."""
        papers = self._store.get(first)
        if len(papers) < 2:
            return {}
        texts = [
            f"{paper.title}\n{paper.abstract or paper.text[:_STANDS_IN]}"
            for paper in papers.values()
        ]
        try:
            given = dict(zip(papers, reranker.scores(query, texts), strict=True))
        except ModelError as error:
            logger.warning("papers stay in their first order: %s", error)
            return {}
        return blended(scores, given)

    def _hits(
        self,
        ranked: list[str],
        k: int,
        scores: Mapping[str, float],
        found: Candidates,
        chunk_of: Mapping[str, str],
    ) -> list[Hit]:
        ranked = ranked[: k + _SPARE]
        papers = self._store.get(ranked)
        chunks = self._store.chunks(chunk_of[i] for i in ranked if i in chunk_of)
        best_keyword = max(found.keyword.values(), default=1.0)
        leads = found.leads(ranked)
        hits = [
            Hit(
                papers[paper_id],
                round(scores[paper_id], 6),
                chunks.get(chunk_of.get(paper_id, "")),
                found.dense.get(paper_id, 0.0),
                found.keyword.get(paper_id, 0.0) / best_keyword,
                leads[paper_id],
            )
            for paper_id in ranked
            if paper_id in papers
        ]
        return _first_of_copies(hits, k)


def _lifted(scores: Scores, named: Iterable[str]) -> dict[str, float]:
    return {**scores, **{key: scores[key] + _NAMED_BONUS for key in named}}


def _ranked(scores: Scores) -> list[str]:
    return sorted(scores, key=lambda paper_id: (-scores[paper_id], paper_id))


def _first_of_copies(hits: Iterable[Hit], k: int) -> list[Hit]:
    """The first `k` hits, without those whose text is nearly that of one before them."""
    kept: list[tuple[Hit, set[str]]] = []
    for hit in hits:
        if len(kept) == k:
            break
        said = set(hit.paper.abstract.split())
        if not any(_is_copy(hit, said, other, others) for other, others in kept):
            kept.append((hit, said))
    return [hit for hit, _ in kept]


def _is_copy(hit: Hit, said: set[str], other: Hit, others: set[str]) -> bool:
    if not said or abs(hit.dense - other.dense) > _SAME_COSINE:
        return False
    return len(said & others) >= _SAME_WORDS * len(said | others)
