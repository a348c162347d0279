"""Query → papers: dense and keyword search under the same filters, fused into one ranking.

Scores are fused as a weighted sum after min-max scaling within the query; on our sets this beats
reciprocal rank fusion whenever one side is weaker (see `tests/benchmarks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag.base.text import content_words
from rag.base.types import Filters, Hit
from rag.index.store import Store
from rag.models.embed import MiniLM

_DEPTH = 100  # candidates taken from each side
_NAMED_BONUS = 0.5  # a paper that the question names outranks one that is merely alike


@dataclass(frozen=True, slots=True)
class Weights:
    """What each side counts in the fused score; a side of weight 0 is not searched at all."""

    dense: float = 0.5
    keyword: float = 0.5


DEFAULT_WEIGHTS = Weights()


class Retriever:
    """Searches one library with one embedding model."""

    def __init__(
        self, store: Store, embedder: MiniLM, *, weights: Weights = DEFAULT_WEIGHTS
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._weights = weights

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
        are searched as keywords instead of the query.
        """
        allowed = self._store.allowed(filters) if filters else None
        if allowed is not None and not allowed:
            return []
        dense, best_chunk = self._dense(query, allowed) if self._weights.dense else ({}, {})
        keyword = self._keyword(words or query, allowed) if self._weights.keyword else {}
        scores = fuse(dense, keyword, self._weights)
        for paper_id in named:
            if allowed is None or paper_id in allowed:
                scores[paper_id] = scores.get(paper_id, 0.0) + _NAMED_BONUS
        ranked = sorted(scores, key=lambda paper_id: (-scores[paper_id], paper_id))[:k]
        return self._hits(ranked, scores, dense, keyword, best_chunk)

    def _dense(
        self, query: str, allowed: frozenset[str] | None
    ) -> tuple[dict[str, float], dict[str, str]]:
        """Cosine of each paper's best chunk, and which chunk that is."""
        scores: dict[str, float] = {}
        chunk: dict[str, str] = {}
        vector = self._embedder.embed_query(query)
        for chunk_id, cosine in self._store.dense_search(vector, _DEPTH, allowed):
            paper_id = chunk_id.rsplit(":", 1)[0]
            if paper_id not in scores:  # best first
                scores[paper_id], chunk[paper_id] = cosine, chunk_id
        return scores, chunk

    def _keyword(self, query: str, allowed: frozenset[str] | None) -> dict[str, float]:
        """BM25 of each paper, divided by the best."""
        terms = content_words(query)
        if not terms:
            return {}
        found = self._store.keyword_search(terms, _DEPTH, allowed)
        best = max((score for _, score in found), default=1.0)
        return {paper_id: score / best for paper_id, score in found}

    def _hits(
        self,
        ranked: list[str],
        scores: Mapping[str, float],
        dense: Mapping[str, float],
        keyword: Mapping[str, float],
        best_chunk: Mapping[str, str],
    ) -> list[Hit]:
        papers = self._store.get(ranked)
        chunks = self._store.chunks(best_chunk[i] for i in ranked if i in best_chunk)
        return [
            Hit(
                papers[paper_id],
                round(scores[paper_id], 6),
                chunks.get(best_chunk.get(paper_id, "")),
                dense.get(paper_id, 0.0),
                keyword.get(paper_id, 0.0),
            )
            for paper_id in ranked
            if paper_id in papers
        ]


def fuse(
    dense: Mapping[str, float], keyword: Mapping[str, float], weights: Weights = DEFAULT_WEIGHTS
) -> dict[str, float]:
    """Weighted sum of both sides, each scaled to 0..1 within the query; missing counts 0."""
    scaled_dense, scaled_keyword = _min_max(dense), _min_max(keyword)
    return {
        key: weights.dense * scaled_dense.get(key, 0.0)
        + weights.keyword * scaled_keyword.get(key, 0.0)
        for key in dict.fromkeys([*dense, *keyword])
    }


def _min_max(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    if high == low:
        return dict.fromkeys(scores, 1.0)
    return {key: (value - low) / (high - low) for key, value in scores.items()}
