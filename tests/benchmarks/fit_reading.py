"""Fits what the reader's word counts in the confidence, and says what it brings.

    python -m tests.benchmarks.fit_reading SHARED [--write] [--kept FILE] [--most N]

Asked are the written questions about arXiv abstracts that the reader was not trained on, of a
library of these abstracts and 1,200 others: with their paper, without it, and questions that their
paper does not answer; beside them questions of daily life and of other fields. The scale of
`fit_confidence` is kept; fitted are its weight beside the reader's, and the levels of both
together. Figures are of held-out fifths; questions about one paper are never parted.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import random
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from rag.assistant import Assistant
from rag.base.errors import QuestionError
from rag.base.settings import load_settings
from rag.base.types import Filters
from rag.evals.calibrate import fit_line, fit_points
from rag.search.confidence import Scale, Signals, shipped_scale
from tests.benchmarks.fit_confidence import FOLDS, WRITTEN, Asked, _say, report
from tests.training import pairs

OTHERS = 1200  # abstracts that nothing is asked about
SMALL = (20, 60, 200)
NAMES = ("line", "read")
FOREIGN = 150  # questions of other fields and of daily life


def records_of(shared: Path) -> tuple[dict[str, Any], list[Any]]:
    """The abstracts that are asked about, and others, by arXiv number."""
    everything = {r["id"]: r for r in pairs.lines(shared / "scale" / "arxiv_50k.jsonl.gz")}
    claims = pairs.lines(pairs.WRITTEN)
    known = {claim["id"] for claim in claims}
    own = {c["id"] for c in claims if not pairs.is_for_training(c["batch"])}
    others = sorted(known - own) + sorted(set(everything) - known)
    drawn = random.Random(7).sample(others, OTHERS)
    return {key: everything[key] for key in sorted(own)}, [everything[key] for key in drawn]


def opened(shared: Path) -> Assistant:
    """The library, made on the first run and kept in the user's cache."""
    folder = Path(platformdirs.user_cache_dir("askpapers", appauthor=False)) / "evals" / "reading"
    settings = load_settings(library=folder).model_copy(update={"model": None})
    assistant = Assistant.open(folder, settings)
    if assistant.paper_count() == 0:
        own, others = records_of(shared)
        rows = [row_of(record) for record in [*own.values(), *others]]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        assistant.add_bytes(text.encode(), "arxiv.jsonl")
    return assistant


def row_of(record: dict[str, Any]) -> dict[str, Any]:
    """An arXiv record of the set as a file holds it that is added."""
    return {
        "title": record["title"],
        "authors": record["authors"],
        "date": str(record["year"]),
        "abstract": record["abstract"],
        "arxiv_id": record["id"],
    }


def asked_of(assistant: Assistant, most: int) -> Iterator[Asked]:
    """The written questions, with the paper, among few, without it; and those of other fields."""
    by_number = {paper.arxiv_id: paper.id for paper in assistant.papers()}
    everyone = sorted(by_number.values())
    rng = random.Random(7)
    claims = [c for c in pairs.lines(pairs.WRITTEN) if not pairs.is_for_training(c["batch"])]
    chosen = [c for c in claims if c["kind"] in ("question", "unanswered")]
    chosen += rng.sample([c for c in claims if c["kind"] == "true"], len(chosen) // 4)
    rng.shuffle(chosen)
    for claim in chosen[:most]:
        own = frozenset([by_number[claim["id"]]] if claim["id"] in by_number else [])
        right = own if claim["kind"] != "unanswered" else frozenset()
        kind = "on_topic_unanswerable" if claim["kind"] == "unanswered" else "answerable"
        part = frozenset(rng.sample(everyone, rng.choice(SMALL))) | own
        yield from _one(assistant, claim["text"], kind, claim["id"], right)
        yield from _one(assistant, claim["text"], kind, claim["id"], right, among=part)
        if right:
            yield from _one(
                assistant, claim["text"], "withheld", claim["id"], frozenset(), without=own
            )
    rows = [json.loads(line) for line in WRITTEN.read_text("utf-8").splitlines()]
    for row in rng.sample([r for r in rows if r["set"] != "scitldr"], min(FOREIGN, most)):
        kind = "everyday" if row["set"] == "any" else "foreign"
        yield from _one(assistant, row["question"], kind, row["question"], frozenset())


def _one(
    assistant: Assistant, text: str, kind: str, group: str, right: frozenset[str], **how: Any
) -> Iterator[Asked]:
    filters = {key: Filters(ids=tuple(sorted(ids))) for key, ids in how.items()}
    try:
        found = assistant.signals(text, **filters)
    except QuestionError:
        return
    if found:
        signals, lead = found
        yield Asked(kind, group, signals, lead.id in right)


def fitted(asked: Sequence[Asked]) -> Scale:
    """The shipped scale with the reader's word: whether it answers, then how often it was right."""
    first = dataclasses.replace(shipped_scale(), reading={})
    rows = [{"line": first.logit(a.signals), "read": a.signals.read or 0.0} for a in asked]
    line = fit_line(rows, [a.answerable for a in asked], NAMES)
    scale = dataclasses.replace(first, reading=line)
    points = fit_points([scale.logit(a.signals) for a in asked], [a.right for a in asked])
    return dataclasses.replace(scale, read_points=points)


def without_reading(asked: Sequence[Asked]) -> Scale:
    """The shipped scale with its levels fitted to the same questions, for comparing."""
    first = dataclasses.replace(shipped_scale(), reading={})
    points = fit_points([first.logit(a.signals) for a in asked], [a.right for a in asked])
    return dataclasses.replace(first, points=points)


def held_out(asked: Sequence[Asked], fit: Any) -> np.ndarray:
    """The confidence in each by a scale that was fitted without its fold."""
    groups = sorted({a.group for a in asked})
    random.Random(7).shuffle(groups)
    fold = {group: i % FOLDS for i, group in enumerate(groups)}
    scales = [fit([a for a in asked if fold[a.group] != k]) for k in range(FOLDS)]
    return np.array([scales[fold[a.group]].confidence(a.signals) for a in asked])


def main() -> None:
    """Ask, fit, report; write the file with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--most", type=int, default=900, help="questions")
    parser.add_argument("--write", action="store_true", help="into the package's file")
    parser.add_argument("--kept", type=Path, help="a file of what was asked: used, or made")
    args = parser.parse_args()
    if args.kept and args.kept.exists():
        rows = json.loads(args.kept.read_text("utf-8"))
        asked = [Asked(**{**a, "signals": Signals(**a["signals"])}) for a in rows]
    else:
        with opened(args.shared) as assistant:
            asked = list(asked_of(assistant, args.most))
        if args.kept:
            args.kept.write_text(json.dumps([dataclasses.asdict(a) for a in asked]), "utf-8")
    _say(f"without the reader: {len(asked)} asked", report(asked, held_out(asked, without_reading)))
    _say("with the reader", report(asked, held_out(asked, fitted)))
    scale = fitted(asked)
    _say(json.dumps(scale.reading), ())
    if args.write:
        path = Path(str(resources.files("rag.search").joinpath("reading.json")))
        made_by = "python -m tests.benchmarks.fit_reading"
        values = {"read_by": made_by, "reading": scale.reading, "read_points": scale.read_points}
        path.write_text(json.dumps(values, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
