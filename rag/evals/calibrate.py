"""Signals with known outcomes → a scale of confidence: the fit, and what it was fitted to.

Used to make the scale that ships with the package (`tests/benchmarks/fit_confidence.py`) and to
refit its second step to one's own library (`askpapers calibrate`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from rag.base.fitted import Points
from rag.evals.confidence import bins

Floats = npt.NDArray[np.float64]

_STEPS = 30  # of Newton's method; it settles within ten
_RIDGE = 1.0
_BEYOND, _OUTER = 1.0, 0.5  # how far past the questions' logits, and to what part of the rest
_PRIOR_PULL = 8.0  # for weights that are known beforehand and seldom seen in the questions


def fit_line(
    rows: Sequence[Mapping[str, float]],
    outcomes: Sequence[bool],
    names: Sequence[str],
    prior: Mapping[str, float] | None = None,
    counts: Sequence[float] | None = None,
) -> dict[str, float]:
    """Logistic weights of the named signals and of "one", the constant.

    Weights are pulled to 0, those in `prior` more strongly to the value given there. `counts`
    says how much each row counts.
    """
    x = np.array([[row[name] for name in names] + [1.0] for row in rows])
    y = np.asarray(outcomes, dtype=float)
    count = np.ones(len(y)) if counts is None else np.asarray(counts, dtype=float)
    known = prior or {}
    centre = np.array([known.get(name, 0.0) for name in names] + [0.0])
    pull = np.array([_PRIOR_PULL if name in known else _RIDGE for name in names] + [1e-6])
    weights = centre.copy()
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (count * (p - y)) + pull * (weights - centre)
        curve = (x * (count * p * (1 - p))[:, None]).T @ x + np.diag(pull)
        weights = weights - np.linalg.solve(curve, slope)
    return dict(zip([*names, "one"], (round(float(w), 4) for w in weights), strict=True))


def fit_points(logits: Sequence[float], outcomes: Sequence[bool], count: int = 15) -> Points:
    """Equal-mass bins of the logits as (mean logit, share of right ones), never falling.

    Neighbouring bins whose shares fall are joined (pool adjacent violators), and each share is
    drawn a little to one half, as if one right and one wrong answer more had been seen.
    """
    found = bins(np.asarray(logits, dtype=float), np.asarray(outcomes, dtype=bool), count)
    groups: list[list[float]] = []  # of judgements, sum of logits, sum of right ones
    for b in found:
        groups.append([b.count, b.count * b.confidence, b.count * b.share])
        while len(groups) > 1 and _share(groups[-2]) >= _share(groups[-1]):
            last = groups.pop()
            groups[-1] = [a + b for a, b in zip(groups[-1], last, strict=True)]
    points = [(g[1] / g[0], _share(g)) for g in groups]
    if points:  # beyond the outer bins confidence goes on to rise, or equal ones could not be told
        low, high = min(logits), max(logits)
        points.insert(0, (min(low, points[0][0]) - _BEYOND, points[0][1] * _OUTER))
        points.append((max(high, points[-1][0]) + _BEYOND, 1 - (1 - points[-1][1]) * _OUTER))
    return tuple((round(logit, 4), round(share, 4)) for logit, share in points)


def _share(group: Sequence[float]) -> float:
    return (group[2] + 1) / (group[0] + 2)
