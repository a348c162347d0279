"""What a confidence is worth: ranking (AUROC), abstaining (risk–coverage), honesty (calibration).

Everything is a function of two arrays: confidences 0..1, and whether the judged thing was so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Judgements of like confidence: how many, their mean confidence, the share that was so."""

    count: int
    confidence: float
    share: float


def auroc(confidences: Floats, outcomes: Bools) -> float:
    """How likely a true one is more confident than a false one; ties count half.

    NaN when all are true or none is.
    """
    positives = int(outcomes.sum())
    negatives = len(outcomes) - positives
    if not positives or not negatives:
        return float("nan")
    _, inverse, counts = np.unique(confidences, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2)[inverse]  # ties share the mean of their ranks
    above = ranks[outcomes].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def risk_coverage(confidences: Floats, outcomes: Bools) -> tuple[Floats, Floats]:
    """Coverage and risk when only the most confident 1, 2 … n are answered.

    Risk is the share of wrong ones among the answered. Within equal confidences the order is
    chance, so their risk is what is expected of it.
    """
    levels, inverse, counts = np.unique(-confidences, return_inverse=True, return_counts=True)
    wrong = np.bincount(inverse, weights=~outcomes, minlength=len(levels)) / counts
    errors = np.cumsum(np.repeat(wrong, counts))
    answered = np.arange(1, len(confidences) + 1)
    return answered / max(1, len(confidences)), errors / answered


def risk_coverage_area(confidences: Floats, outcomes: Bools) -> float:
    """Mean risk over all coverages (AURC); lower is better. NaN without judgements."""
    _, risk = risk_coverage(confidences, outcomes)
    return float(risk.mean()) if len(risk) else float("nan")


def bins(confidences: Floats, outcomes: Bools, count: int = BINS) -> tuple[Bin, ...]:
    """At most `count` bins of about as many judgements each, least confident first.

    Equal confidences are never parted, or the order of the questions would decide.
    """
    if not len(confidences):
        return ()
    order = np.argsort(confidences, kind="stable")
    value, so = confidences[order], outcomes[order].astype(float)
    edges: list[int] = [0]
    for part in range(1, count + 1):
        edge = round(part * len(value) / count)
        while 0 < edge < len(value) and value[edge] == value[edge - 1]:
            edge += 1
        if edge > edges[-1]:
            edges.append(edge)
    counts = np.diff(edges)
    sums = zip(*(np.add.reduceat(x, edges[:-1]) for x in (value, so)), strict=True)
    return tuple(
        Bin(int(n), float(sure / n), float(share / n))
        for n, (sure, share) in zip(counts, sums, strict=True)
    )


def expected_error(found: Sequence[Bin]) -> float:
    """Mean distance of confidence and share over the bins (ECE). NaN without judgements."""
    total = sum(b.count for b in found)
    if not total:
        return float("nan")
    return sum(b.count * abs(b.confidence - b.share) for b in found) / total


def debiased_error(found: Sequence[Bin]) -> float:
    """Root mean squared calibration error without what chance adds within finite bins.

    After Kumar, Liang and Ma, "Verified Uncertainty Calibration" (2019): from each bin's squared
    distance its sampling variance is subtracted. The plain error of a perfectly calibrated
    confidence grows as bins shrink; this one stays around 0. NaN without judgements.
    """
    total = sum(b.count for b in found)
    if not total:
        return float("nan")
    squared = sum(b.count * ((b.confidence - b.share) ** 2 - _variance(b)) for b in found)
    return float(np.sqrt(max(0.0, squared / total)))


def _variance(found: Bin) -> float:
    """Of a bin's share, unbiased; a bin of one has none that could be estimated."""
    return found.share * (1 - found.share) / (found.count - 1) if found.count > 1 else 0.0


def brier(confidences: Floats, outcomes: Bools) -> float:
    """Mean squared distance of confidence and outcome. NaN without judgements."""
    if not len(confidences):
        return float("nan")
    return float(np.mean((confidences - outcomes.astype(float)) ** 2))
