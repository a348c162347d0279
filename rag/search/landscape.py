"""The library seen as a landscape of meaning: papers near a paper, and all of them on a plane."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rag.base.types import Paper
from rag.index.store import Store

_CHUNKS_A_PAPER = 4  # looked at for each paper wanted: a near paper may be near with several chunks
_MOST_COMPARED = 2_000  # papers, evenly out of all, that say in which directions they differ
_BESIDE = 4  # directions that are looked for together: two alone are slow to be told apart
_ROUNDS = 50
_NOTHING = 1e-12
_SPREAD_AT_MOST = 3.0  # standard deviations; what lies farther out is drawn at the rim

Plane = Mapping[str, tuple[float, float]]


def similar(store: Store, paper_id: str, k: int) -> list[Paper]:
    """The `k` papers whose text is nearest in meaning to that of a paper, nearest first."""
    ids, vectors = store.paper_vectors(paper_id)
    if not ids or k < 1:
        return []
    found = store.dense_search(vectors[0], (k + 1) * _CHUNKS_A_PAPER)
    papers = dict.fromkeys(chunk_id.rsplit(":", 1)[0] for chunk_id, _ in found)
    papers.pop(paper_id, None)
    return list(store.get(list(papers)[:k]).values())


def plane(store: Store) -> Plane:
    """A place for every paper with text, x and y in -1..1: papers alike in meaning are near.

    The two directions in which the vectors differ most. The same library gives the same plane.
    """
    ids, vectors = store.paper_vectors()
    if len(ids) < 3:
        return {paper_id: (float(i), 0.0) for i, paper_id in enumerate(ids)}
    some = vectors[:: -(-len(vectors) // _MOST_COMPARED)]
    middle = some.mean(axis=0)
    across = _upright(_widest((some - middle).T @ (some - middle)))
    places = vectors @ across - middle @ across
    scale = np.maximum(places.std(axis=0) * _SPREAD_AT_MOST, 1e-9)
    return {
        paper_id: (round(x, 4), round(y, 4))
        for paper_id, (x, y) in zip(ids, np.clip(places / scale, -1, 1).tolist(), strict=True)
    }


def _widest(spread: np.ndarray) -> np.ndarray:
    """The two directions of the greatest spread, the greatest first.

    Found by multiplying again and again, as numpy's own solver has threads that wait for each
    other by spinning: on a busy machine that takes seconds.
    """
    spread = spread.astype(np.float64)
    some = np.random.default_rng(7).normal(size=(len(spread), min(_BESIDE, len(spread))))
    for _ in range(_ROUNDS):
        some = np.einsum("ij,jk->ik", spread, some)
        for i in range(some.shape[1]):
            some[:, i] -= some[:, :i] @ (some[:, :i].T @ some[:, i])
            some[:, i] /= max(float(np.linalg.norm(some[:, i])), _NOTHING)
    return some[:, :2]


def _upright(directions: np.ndarray) -> np.ndarray:
    """Directions with their largest part positive: by themselves they may point either way."""
    largest = np.abs(directions).argmax(axis=0)
    signs: np.ndarray = np.sign(directions[largest, np.arange(directions.shape[1])])
    upright: np.ndarray = directions * signs
    return upright
