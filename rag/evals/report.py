"""Runs and comparisons as short tables for a terminal, and as plain values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from rag.evals.compare import Difference
from rag.evals.metrics import CONFIDENCE, arrays, judged, share, shares, times
from rag.evals.records import Record, Run

_TIMES = {
    "embedding": "embedding the question alone",
    "evidence": "question to evidence",
    "answer": "question to answer",
}
_SHOWN_WRONG = 20


def figures(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """Figure → its `value` and the `n` that it is over: questions, pairs or judgements."""
    found = {
        name: {"value": share(parts.values()), "n": sum(n for _, n in parts.values())}
        for name, parts in shares(records).items()
    }
    for name, (subject, statistic) in CONFIDENCE.items():
        sure, so = arrays(judged(records, subject).values())
        value = statistic(sure, so) if len(sure) else math.nan
        if not math.isnan(value):
            found[name] = {"value": value, "n": len(sure)}
    return found


def spent(records: Sequence[Record]) -> dict[str, dict[str, float]]:
    """What was timed → `p50` and `p95` in milliseconds and `x`: p95 against the embedding's."""
    found: dict[str, dict[str, float]] = {}
    for what in _TIMES:
        taken = times(records, what)
        if len(taken):
            p50, p95 = (float(q) for q in np.quantile(taken, [0.5, 0.95]))
            base = found.get("embedding", {}).get("p95", p95)
            found[what] = {"p50": p50, "p95": p95, "x": p95 / base if base else math.nan}
    return found


def to_dict(run: Run, differences: Sequence[Difference] = ()) -> dict[str, Any]:
    """Everything that the tables show, as plain JSON values."""
    return {
        "name": run.name,
        "split": run.split,
        "questions": len(run.records),
        "papers": run.papers,
        "options": dict(run.options),
        "figures": figures(run.records),
        "times_ms": spent(run.records),
        "wrong": _wrong(run.records),
        "remarks": list(run.remarks),
        "differences": [_values(d) for d in differences],
    }


def _values(d: Difference) -> dict[str, Any]:
    """A difference as plain values; an interval that no draw could give is null."""
    known = not math.isnan(d.low)
    return {
        "name": d.name,
        "this": d.this,
        "other": d.other,
        "difference": d.difference,
        "low": d.low if known else None,
        "high": d.high if known else None,
        "p": d.p,
        "n": d.count,
    }


def text(run: Run, differences: Sequence[Difference] = ()) -> str:
    """The tables of a run, and of its comparison with another."""
    blocks = [_heading(run), _figure_table(run.records), _time_table(run.records)]
    wrong = _wrong(run.records)
    if wrong:
        more = f" and {len(wrong) - _SHOWN_WRONG} more" if len(wrong) > _SHOWN_WRONG else ""
        blocks.append(f"Not as wanted: {', '.join(wrong[:_SHOWN_WRONG])}{more}.")
    blocks += [f"{remark}." for remark in run.remarks]
    if differences:
        blocks.append(_difference_table(differences))
    return "\n\n".join(block for block in blocks if block)


def _heading(run: Run) -> str:
    parts = [run.name, run.split, f"{len(run.records):,} questions", f"{run.papers:,} papers"]
    parts += [f"{key} {value}" for key, value in run.options.items()]
    return " · ".join(part for part in parts if part)


def _figure_table(records: Sequence[Record]) -> str:
    rows = [
        [name, f"{found['value']:.3f}", f"{found['n']:,.0f}"]
        for name, found in figures(records).items()
    ]
    return table(["", "value", "n"], rows)


def _time_table(records: Sequence[Record]) -> str:
    rows = [
        [_TIMES[what], f"{found['p50']:.1f}", f"{found['p95']:.1f}", f"{found['x']:.2f}"]
        for what, found in spent(records).items()
    ]
    return table(["milliseconds", "p50", "p95", "× embedding"], rows)


def _difference_table(differences: Sequence[Difference]) -> str:
    rows = [
        [
            d.name,
            f"{d.this:.3f}",
            f"{d.other:.3f}",
            f"{d.difference:+.3f}",
            f"{d.low:+.3f} … {d.high:+.3f}",
            f"{d.p:.4f}",
            f"{d.count:,}",
        ]
        for d in differences
    ]
    return table(["", "this", "other", "difference", "95 %", "p", "n"], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns two spaces apart: the first to the left, all others to the right."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    lines = []
    for row in (heads, *rows):
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _wrong(records: Sequence[Record]) -> list[str]:
    """Questions of a file that were not answered as wanted: "d024 (fact)"."""
    return [f"{r.id} ({r.kind})" if r.kind else r.id for r in records if r.correct is False]
