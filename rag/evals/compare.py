"""Two runs on the same questions: how far apart they are, and whether by more than chance.

Paired bootstrap: the questions are drawn anew, with repetition, 10,000 times; both runs get the
same draw. Intervals are the middle 95 % of the differences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rag.base.errors import SourceError
from rag.evals.confidence import Bools, Floats
from rag.evals.metrics import CONFIDENCE, Counted, Judgements, arrays, judged, shares
from rag.evals.records import Record, Run

RESAMPLES = 10_000
_SEED = 20_240_531
_AT_ONCE = 250  # draws held in memory together

Draws = Iterator[npt.NDArray[np.intp]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of both runs; `low` and `high` bound the difference, `p` is two-sided."""

    name: str
    this: float
    other: float
    low: float
    high: float
    p: float
    count: int  # questions

    @property
    def difference(self) -> float:
        """How far this run is above the other."""
        return self.this - self.other


def compare(this: Run, other: Run, *, resamples: int = RESAMPLES) -> tuple[Difference, ...]:
    """Every figure that both runs have, over the questions that both have.

    Raises:
        SourceError: they have no question in common.
    """
    common = {r.id for r in this.records} & {r.id for r in other.records}
    if not common:
        raise SourceError(
            f"The runs of {this.name} and {other.name} have no question in common to compare."
        )
    ours = tuple(r for r in this.records if r.id in common)
    theirs = tuple(r for r in other.records if r.id in common)
    return (*_of_shares(ours, theirs, resamples), *_of_confidence(ours, theirs, resamples))


# --- shares ------------------------------------------------------------------------------------


def _of_shares(
    ours: tuple[Record, ...], theirs: tuple[Record, ...], resamples: int
) -> Iterator[Difference]:
    a, b = shares(ours), shares(theirs)
    for name, own in a.items():
        keys = sorted(own.keys() & b.get(name, {}).keys())
        if keys:
            yield _share_difference(name, keys, own, b[name], resamples)


def _share_difference(
    name: str,
    keys: list[str],
    own: Mapping[str, Counted],
    others: Mapping[str, Counted],
    resamples: int,
) -> Difference:
    x = np.array([own[key] for key in keys])
    y = np.array([others[key] for key in keys])
    drawn = [_share_of(x, draw) - _share_of(y, draw) for draw in _draws(len(keys), resamples)]
    everything = np.arange(len(keys))[None, :]
    this, other = float(_share_of(x, everything)[0]), float(_share_of(y, everything)[0])
    return _difference(name, this, other, np.concatenate(drawn), len(keys))


def _share_of(parts: Floats, draws: npt.NDArray[np.intp]) -> Floats:
    """The share in each row of draws; `parts` has a sum and a count in each row."""
    sums: Floats = parts[:, 0][draws].sum(axis=1)
    counts: Floats = parts[:, 1][draws].sum(axis=1)
    return sums / counts


# --- confidence --------------------------------------------------------------------------------


def _of_confidence(
    ours: tuple[Record, ...], theirs: tuple[Record, ...], resamples: int
) -> Iterator[Difference]:
    for name, (subject, statistic) in CONFIDENCE.items():
        a, b = judged(ours, subject), judged(theirs, subject)
        keys = sorted(a.keys() & b.keys())
        x, y = _Judged(keys, a, statistic), _Judged(keys, b, statistic)
        everything = np.arange(len(keys))
        this, other = x.figure(everything), y.figure(everything)
        if np.isnan(this) or np.isnan(other):
            continue
        drawn = [
            x.figure(draw) - y.figure(draw)
            for draws in _draws(len(keys), resamples)
            for draw in draws
        ]
        yield _difference(name, this, other, np.array(drawn), len(keys))


class _Judged:
    """The judgements of one run, from which those of any draw of questions can be picked."""

    def __init__(
        self,
        keys: list[str],
        judgements: Judgements,
        statistic: Callable[[Floats, Bools], float],
    ) -> None:
        self._sure, self._so = arrays(judgements[key] for key in keys)
        self._owner = np.repeat(np.arange(len(keys)), [len(judgements[key]) for key in keys])
        self._statistic = statistic
        self._questions = len(keys)

    def figure(self, draw: npt.NDArray[np.intp]) -> float:
        """The statistic over the judgements of the drawn questions."""
        times = np.bincount(draw, minlength=self._questions)[self._owner]
        picked = np.repeat(np.arange(len(times)), times)
        return self._statistic(self._sure[picked], self._so[picked])


# --- both --------------------------------------------------------------------------------------


def _draws(questions: int, resamples: int) -> Draws:
    """Draws of questions, some rows at a time; the same for every figure of as many questions."""
    random = np.random.default_rng(_SEED)
    for start in range(0, resamples, _AT_ONCE):
        rows = min(_AT_ONCE, resamples - start)
        yield random.integers(0, questions, size=(rows, questions))


def _difference(name: str, this: float, other: float, drawn: Floats, count: int) -> Difference:
    known = drawn[~np.isnan(drawn)]  # a draw without a single negative has no AUROC
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (np.nan, np.nan)
    return Difference(name, this, other, float(low), float(high), _p_value(known), count)


def _p_value(drawn: Floats) -> float:
    """Twice the share of draws on the far side of 0; never 0, which no number of draws shows."""
    beyond = min(int((drawn <= 0).sum()), int((drawn >= 0).sum()))
    return min(1.0, 2 * (beyond + 1) / (len(drawn) + 1))
