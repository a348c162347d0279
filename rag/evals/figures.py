"""Two pictures of a run's confidence, as SVG: the reliability diagram, and risk by coverage."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import jinja2

from rag.base.errors import SourceError
from rag.evals.confidence import Bin, bins, debiased_error, risk_coverage, risk_coverage_area
from rag.evals.metrics import arrays, judged
from rag.evals.records import Run

_COLOURS = ("#1f5fa8", "#c4622d")
_TICK = 0.2
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 496, 64, 412  # of the plot, in the picture's units
_STEPS = 200  # points of a risk curve
_Z = 1.96  # standard deviations in which 95 % lie


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a picture: points 0..1, and what is drawn beside them."""

    name: str
    points: tuple[tuple[float, float], ...]
    whiskers: tuple[tuple[float, float, float], ...] = ()  # x, low, high
    has_dots: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with x from 0 to 1 and y from 0 to `y_max`."""

    title: str
    subtitle: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    y_max: float = 1.0
    has_diagonal: bool = False


def write(folder: Path, runs: Sequence[tuple[str, Run]]) -> list[Path]:
    """Draw one or two named runs into a folder; the files, none where no confidence was judged.

    Raises:
        SourceError: the folder cannot be written.
    """
    charts = {"reliability.svg": reliability(runs), "risk_coverage.svg": risk(runs)}
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, chart in charts.items():
            if chart is not None:
                (folder / name).write_text(render(chart), "utf-8")
                written.append(folder / name)
    except OSError as error:
        raise SourceError(f"{folder} cannot be written ({error.strerror}).") from error
    return written


def reliability(runs: Sequence[tuple[str, Run]]) -> Chart | None:
    """Share of right answers by confidence, in bins of equal mass; None without judgements."""
    series, said = [], []
    for name, run in runs:
        found = bins(*arrays(judged(run.records, "right").values()))
        if found:
            points = tuple((b.confidence, b.share) for b in found)
            whiskers = tuple((b.confidence, *_interval(b)) for b in found)
            series.append(Series(name, points, whiskers, has_dots=True))
            said.append(f"{debiased_error(found):.3f}")
    if not series:
        return None
    subtitle = f"{_what(runs[0][1])} · debiased calibration error {' and '.join(said)}"
    return Chart(
        "Confidence and truth",
        subtitle,
        "confidence of the answer",
        "share that is right",
        tuple(series),
        has_diagonal=True,
    )


def risk(runs: Sequence[tuple[str, Run]]) -> Chart | None:
    """Share of wrong answers by how much is answered, surest first; None without judgements."""
    series, said, highest = [], [], 0.0
    for name, run in runs:
        judgements = arrays(judged(run.records, "right").values())
        coverage, wrong = risk_coverage(*judgements)
        if not len(coverage):
            continue
        step = max(1, len(coverage) // _STEPS)
        picked = [*range(0, len(coverage) - 1, step), len(coverage) - 1]
        points = tuple((float(coverage[i]), float(wrong[i])) for i in picked)
        series.append(Series(name, points))
        said.append(f"{risk_coverage_area(*judgements):.3f}")
        highest = max(highest, *(b for _, b in points))
    if not series:
        return None
    return Chart(
        "Risk by coverage",
        f"{_what(runs[0][1])} · area {' and '.join(said)}",
        "share of the questions that is answered, surest first",
        "share of the answers that is wrong",
        tuple(series),
        y_max=min(1.0, math.ceil(highest / _TICK) * _TICK or 1.0),
    )


def render(chart: Chart) -> str:
    """The picture as SVG text."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    source = resources.files("rag.evals").joinpath("chart.svg.jinja").read_text("utf-8")
    return environment.from_string(source).render(
        chart=chart,
        x_ticks=_ticks(1.0),
        y_ticks=_ticks(chart.y_max),
        coloured=list(zip(chart.series, _COLOURS, strict=False)),
        x=lambda value: round(_LEFT + value * (_RIGHT - _LEFT), 2),
        y=lambda value: round(_BOTTOM - value / chart.y_max * (_BOTTOM - _TOP), 2),
    )


def _ticks(last: float) -> list[float]:
    return [round(_TICK * i, 1) for i in range(round(last / _TICK) + 1)]


def _interval(found: Bin) -> tuple[float, float]:
    """Wilson's 95 % interval of a bin's share."""
    n, share = found.count, found.share
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * math.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _what(run: Run) -> str:
    count = len(arrays(judged(run.records, "right").values())[0])
    return " · ".join(part for part in (run.name, run.split, f"{count:,} answers") if part)
