"""A library as if some of its papers had never been added: for evaluation and calibration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from rag.base.types import Filters, Paper
from rag.index.store import Store

_CHUNKS = 8  # of one paper, that may push others out of a search's results; few have more


class PartialStore(Store):
    """Reads another store without the papers in `withheld`; closing it leaves the other open."""

    def __init__(self, store: Store, withheld: frozenset[str]) -> None:
        self._catalog = store._catalog
        self._dense = store._dense
        self._keyword = store._keyword
        self._lexicon = store._lexicon
        self._on_the_spot = store._on_the_spot
        self._withheld = withheld & frozenset(store.get(withheld))

    def close(self) -> None:
        """Nothing: the files belong to the whole library."""

    def paper_count(self) -> int:
        """How many papers there are."""
        return super().paper_count() - len(self._withheld)

    def papers(self, filters: Filters | None = None) -> Iterator[Paper]:
        """Papers that meet the filters, in the order in which they were first added."""
        return (paper for paper in super().papers(filters) if paper.id not in self._withheld)

    def get(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The papers of these ids, in their order; unknown ids are left out."""
        return super().get(i for i in ids if i not in self._withheld)

    def find(self, identity_key: str) -> Paper | None:
        """The paper that was put under this canonical identity."""
        found = super().find(identity_key)
        return None if found is None or found.id in self._withheld else found

    def allowed(self, filters: Filters) -> frozenset[str] | None:
        """Ids of the papers that meet the filters; None when the filters are empty."""
        found = super().allowed(filters)
        return None if found is None else found - self._withheld

    def awaited_count(self, allowed: frozenset[str] | None = None) -> int:
        """How many papers await their vectors, of those in `allowed` or of all."""
        withheld = super().awaited_count(self._withheld) if allowed is None else 0
        return super().awaited_count(allowed) - withheld

    def keyword_search(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """As in the whole library; how rare a word is, is still counted over all of it."""
        found = super().keyword_search(query_words, k + len(self._withheld), allowed)
        return [pair for pair in found if pair[0] not in self._withheld][:k]

    def coverage_search(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """As in the whole library."""
        found = super().coverage_search(query_words, k + len(self._withheld), allowed)
        return [pair for pair in found if pair[0] not in self._withheld][:k]

    def dense_search(
        self, vector: np.ndarray, k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """As in the whole library."""
        found = super().dense_search(vector, k + _CHUNKS * len(self._withheld), allowed)
        kept = (pair for pair in found if pair[0].rsplit(":", 1)[0] not in self._withheld)
        return list(kept)[:k]
