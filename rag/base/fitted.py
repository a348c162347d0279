"""Reading a fitted scale: a weighted sum of signals, set right by a line through points."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence

Line = Mapping[str, float]  # signal → weight, and "one" for the constant
Points = Sequence[tuple[float, float]]  # logit → how often it was right
_FARTHEST = 30.0  # of a logit from 0; beyond it the logistic is flat


def weighted_sum(line: Line, values: Mapping[str, float]) -> float:
    """The logit of signals: their weighted sum; one that is not known counts as 1."""
    return sum(weight * values.get(name, 1.0) for name, weight in line.items())


def read_off(points: Points, logit: float) -> float:
    """The share at a logit, on the line through the points; beyond its ends it runs level.

    The logistic where there are no points.
    """
    if not points:
        return 1 / (1 + math.exp(-max(-_FARTHEST, min(_FARTHEST, logit))))
    place = bisect_right([x for x, _ in points], logit)
    if place == 0:
        return points[0][1]
    if place == len(points):
        return points[-1][1]
    (x0, y0), (x1, y1) = points[place - 1], points[place]
    return y0 + (y1 - y0) * (logit - x0) / (x1 - x0)
