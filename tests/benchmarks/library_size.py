"""How a library behaves at a size: time of one put, of opening and of searching, and bytes kept.

    python tests/benchmarks/library_size.py [--papers 5000] [--folder DIR]

Vectors are drawn by chance (384 numbers), one chunk and six sentences a paper; words come from a
small vocabulary. The first papers are put one by one as an ingestion does; the rest is written in
large transactions, for only its size matters. Cold figures are of a process that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from rag.base.types import Chunk, Filters, Paper, Source  # noqa: E402
from rag.index import records  # noqa: E402
from rag.index.store import EmbeddedChunk, Store  # noqa: E402

DIM = 384
ONE_BY_ONE = 200
SENTENCES = 6
IDENTITY = {"embedder": "chance", "dim": str(DIM)}
_RNG = np.random.default_rng(7)
_WORDS = [f"word{i}" for i in range(20_000)]


def main() -> None:
    """Build a library, measure, print one JSON object."""
    arguments = _arguments()
    if arguments.cold:
        print(json.dumps(_cold(arguments.folder, arguments.cold)))  # noqa: T201
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch) / "library"
        report = {"papers": arguments.papers, **_build(folder, arguments.papers)}
        for kind in ("exact", "chroma", "keyword"):
            report[f"cold_{kind}"] = _in_child(folder, kind)
        report |= _warm(folder)
        report["kb_per_paper"] = _kilobytes(folder, arguments.papers)
    print(json.dumps(report, indent=2))  # noqa: T201


def _build(folder: Path, count: int) -> dict[str, float]:
    papers = [_paper(i) for i in range(count)]
    report: dict[str, float] = {}
    with Store.open(folder, identity=IDENTITY) as store:
        with store.writer() as writer:
            started = time.perf_counter()
            for paper in papers[:ONE_BY_ONE]:
                writer.put(paper, [_chunk(paper)], identity_key=paper.id)
            report["put_ms"] = _ms(started) / ONE_BY_ONE
            for some in records.in_batches(papers[ONE_BY_ONE:], 1000):
                writer.put_all([(paper, [_chunk(paper)], paper.id) for paper in some])
            started = time.perf_counter()
        report["sync_s"] = _ms(started) / 1000
        started = time.perf_counter()
        with store.writer() as writer:
            writer.put(papers[0], [_chunk(papers[0])], identity_key=papers[0].id)
        report["writer_with_one_put_ms"] = _ms(started)
    return {name: round(value, 1) for name, value in report.items()}


def _cold(folder: Path, kind: str) -> dict[str, float]:
    started, cpu = time.perf_counter(), time.process_time()
    with Store.open(folder, identity=IDENTITY) as store:
        opened = _ms(started)
        if kind == "chroma":
            store._dense.sync = lambda: None  # type: ignore[method-assign]
            store._dense._refreshed = lambda: None  # type: ignore[method-assign]
            store.warm()
        if kind == "keyword":
            store.keyword_search(["word1", "word2"], 50)
        else:
            store.dense_search(_unit(1)[0], 50)
        total = _ms(started)
        cpu_s = time.process_time() - cpu
    return {"open_ms": round(opened, 1), "ms": round(total, 1), "cpu_s": round(cpu_s, 2)}


def _warm(folder: Path) -> dict[str, float]:
    report = {}
    with Store.open(folder, identity=IDENTITY) as store:
        filters = Filters(year_from=2020, year_to=2021)
        allowed = store.allowed(filters)
        report["exact_ms"] = _median(lambda: store.dense_search(_unit(1)[0], 50))
        report["exact_fifth_allowed_ms"] = _median(
            lambda: store.dense_search(_unit(1)[0], 50, allowed)
        )
        report["filters_ms"] = _median(lambda: store.allowed(filters))
        report["keyword_ms"] = _median(lambda: store.keyword_search(_query(), 50))
        report["keyword_fifth_allowed_ms"] = _median(
            lambda: store.keyword_search(_query(), 50, allowed)
        )
        store.warm()
        report["chroma_ms"] = _median(lambda: store.dense_search(_unit(1)[0], 50))
        started = time.perf_counter()
        seen = sum(1 for _ in store.papers())
        report["all_papers_ms"] = _ms(started) if seen else 0.0
    return {name: round(value, 2) for name, value in report.items()}


def _in_child(folder: Path, kind: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--folder", str(folder), "--cold", kind]
    done = subprocess.run(command, capture_output=True, check=True)
    return json.loads(done.stdout)


def _kilobytes(folder: Path, papers: int) -> dict[str, float]:
    def of(paths: list[Path]) -> float:
        total = sum(path.stat().st_size for path in paths if path.is_file())
        return round(total / papers / 1024, 1)

    return {
        "database": of(list(folder.glob("library.db*"))),
        "chroma": of(list(folder.glob("index-*/chroma/**/*"))),
        "keyword": of(list(folder.glob("index-*/keyword/*"))),
    }


def _paper(i: int) -> Paper:
    sentences = [" ".join(_query()) + "." for _ in range(SENTENCES)]
    return Paper(
        id=f"paper{i}",
        title=" ".join(_query()),
        authors=(f"Ada Name{i % 997}", f"Bob Other{i % 499}"),
        date=f"{2015 + i % 10}-05",
        abstract=" ".join(sentences),
        sources=(Source("jsonl", "chance", str(i)),),
        citekey=f"key{i}",
    )


def _chunk(paper: Paper) -> EmbeddedChunk:
    text = paper.abstract
    step = len(text) // SENTENCES
    spans = tuple((n * step, (n + 1) * step) for n in range(SENTENCES))
    vectors = _unit(SENTENCES + 1)
    chunk = Chunk(f"{paper.id}:0", paper.id, 0, 0, len(text), text)
    return EmbeddedChunk(chunk, vectors[0], spans, vectors[1:])


def _query() -> list[str]:
    # Few words are in many texts and many in few, as in language.
    ranks = np.minimum(_RNG.zipf(1.3, size=25) - 1, len(_WORDS) - 1)
    return [_WORDS[rank] for rank in ranks]


def _unit(n: int) -> np.ndarray:
    vectors = _RNG.standard_normal((n, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _median(work: Callable[[], object], rounds: int = 50) -> float:
    work()
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(_ms(started))
    return statistics.median(times)


def _ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=5000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--cold", choices=("exact", "chroma", "keyword"), help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
