"""The library seen as a landscape of meaning: papers near a paper, and all of them on a plane."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rag.base.types import Paper
from rag.index.store import Store

_CHUNKS_A_PAPER = 4  # looked at for each paper wanted: a near paper may be near with several chunks
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
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    places = centred @ _upright(directions[:, -2:][:, ::-1])
    scale = np.maximum(places.std(axis=0) * _SPREAD_AT_MOST, 1e-9)
    return {
        paper_id: (round(x, 4), round(y, 4))
        for paper_id, (x, y) in zip(ids, np.clip(places / scale, -1, 1).tolist(), strict=True)
    }


def _upright(directions: np.ndarray) -> np.ndarray:
    """Directions with their largest part positive: by themselves they may point either way."""
    largest = np.abs(directions).argmax(axis=0)
    signs: np.ndarray = np.sign(directions[largest, np.arange(directions.shape[1])])
    upright: np.ndarray = directions * signs
    return upright
