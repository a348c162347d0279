"""How many papers a second are added with `fast`, reading the file left out, and what parts take.

    python -m tests.benchmarks.adding [--papers 4000] [--first 200] [--json FILE]

The first papers are added before the clock starts, and one whose text must be cut: they load models
and modules, which is told apart. Times are CPU time of the process with all its threads. A part is
what runs inside one function, less the other parts that run within it.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.index import cards, lexicon, places, vectors, writer
from rag.ingest import pipeline
from rag.ingest.readers import read
from tests.benchmarks.speed_parts import records

PARTS: tuple[tuple[str, Any, str], ...] = (
    ("the file read", pipeline, "_read_all"),
    ("what is new decided", pipeline, "_add_records"),
    ("chunks", pipeline, "awaiting_chunks"),
    ("sentences and vectors", pipeline, "with_vectors"),
    ("records written", pipeline, "_write"),
    ("index of words", writer.Writer, "_sync_keyword"),
    ("places", places.Places, "follow"),
    ("names", lexicon.Lexicon, "_take"),
    ("cards", cards.Cards, "_take"),
    ("Chroma", vectors.ChromaVectors, "replace"),
)
_LONG = {"title": "A long one", "abstract": "It goes on and on. " * 200}


def main() -> None:
    """Add papers to a new library and print what it took."""
    arguments = _arguments()
    lines = [json.dumps(record) for record in records(arguments.first + arguments.papers)]
    first = "\n".join([json.dumps(_LONG), *lines[: arguments.first]]).encode()
    others = "\n".join(lines[arguments.first :]).encode()
    with (
        tempfile.TemporaryDirectory() as scratch,
        Assistant.open(Path(scratch) / "library", Settings(_env_file=None, embedder="fast")) as a,
    ):
        loading = _spent(lambda: a.add_bytes(first, "first.jsonl"))
        reading = _spent(lambda: list(read(others, origin="x", as_of=None, modified=None)))
        parts = _watched()
        started = time.perf_counter()
        spent = _spent(lambda: a.add_bytes(others, "others.jsonl"))
        wall = time.perf_counter() - started
    figures = {
        "papers_per_cpu_s": round(arguments.papers / (spent - reading)),
        "papers_per_s": round(arguments.papers / (wall - reading)),
        "first_cpu_s": round(loading, 2),
        "us_a_paper": {part: round(1e6 * s / arguments.papers) for part, s in parts.items()},
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2), "utf-8")


def _spent(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _watched() -> dict[str, float]:
    """CPU seconds of each part from now on."""
    seconds: dict[str, float] = defaultdict(float)
    inner = [0.0]  # what was spent in parts, of those that are at work
    for part, owner, name in PARTS:
        setattr(owner, name, _timed(getattr(owner, name), part, seconds, inner))
    return seconds


def _timed(
    work: Callable[..., Any], part: str, seconds: dict[str, float], inner: list[float]
) -> Callable[..., Any]:
    @functools.wraps(work)
    def timed(*given: Any, **named: Any) -> Any:
        inner.append(0.0)
        started = time.process_time()
        try:
            return work(*given, **named)
        finally:
            spent = time.process_time() - started
            seconds[part] += spent - inner.pop()
            inner[-1] += spent

    return timed


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=4000)
    parser.add_argument("--first", type=int, default=200, help="papers added before")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
