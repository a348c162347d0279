"""Documents per second of our embedder against a bare onnxruntime loop, in one run.

    python tests/benchmarks/embedding.py [--texts FILE.jsonl.gz] [--count 300] [--threads 0]

Both use the same weights and threads. The bare loop is given token ids and does only what cannot be
left out: the session over length-sorted batches, and pooling. It runs with batches of 1, 4 and 8
and the best of these counts, so the ratio also pays for our tokenizing. Rounds alternate and each
figure is the median over the rounds. Where other work shares the CPUs, the ratio of documents per
CPU second is the one to read: wall times then say who else was running.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
TEXTS = ROOT.parent / "shared" / "scale" / "arxiv_50k.jsonl.gz"
BARE_BATCHES = (1, 4, 8)
RECORDS = 50_000  # about what the file of texts holds
ROUNDS = 3


def main() -> None:
    """Measure and print one JSON object."""
    arguments = _arguments()
    started = time.process_time()
    from rag.models.embed import MiniLM

    imported = time.process_time()
    model = MiniLM(threads=arguments.threads)
    loaded = time.process_time()
    texts = _abstracts(arguments.texts, arguments.count)
    ids = [model._read(text) for text in texts]
    works = {f"bare {n}": partial(_bare_loop, model._session, ids, n) for n in BARE_BATCHES}
    works["ours"] = partial(model.embed, texts)
    wall, cpu = _median_rates(works, len(texts))
    report = {
        "texts": len(texts),
        "mean_tokens": round(float(np.mean([len(i) for i in ids])), 1),
        "docs_per_s": round(wall["ours"], 1),
        "docs_per_cpu_s": round(cpu["ours"], 1),
        "ratio": _ratio(wall),
        "cpu_ratio": _ratio(cpu),
        "query_ms": round(_query_ms(model), 2),
        "import_cpu_s": round(imported - started, 3),
        "load_cpu_s": round(loaded - imported, 3),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(report) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


def _abstracts(path: Path, count: int) -> list[str]:
    """`count` abstracts spread evenly over the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        some = itertools.islice(lines, 0, None, max(1, RECORDS // count))
        return [json.loads(line)["abstract"] for line in itertools.islice(some, count)]


def _bare_loop(session: object, ids: list[list[int]], size: int) -> np.ndarray:
    vectors = np.empty((len(ids), 384), np.float32)
    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        tokens = np.zeros((len(rows), len(ids[rows[0]])), np.int64)
        mask = np.zeros_like(tokens)
        for i, row in enumerate(rows):
            tokens[i, : len(ids[row])] = ids[row]
            mask[i, : len(ids[row])] = 1
        inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": tokens * 0}
        hidden = session.run(None, inputs)[0]
        means = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        vectors[rows] = means / np.linalg.norm(means, axis=1, keepdims=True)
    return vectors


Rates = dict[str, float]


def _median_rates(works: dict[str, Callable[[], object]], count: int) -> tuple[Rates, Rates]:
    """Documents per second of wall time and of CPU time, by name of work."""
    wall: dict[str, list[float]] = {name: [] for name in works}
    cpu: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            started, spent = time.perf_counter(), time.process_time()
            work()
            wall[name].append(count / (time.perf_counter() - started))
            cpu[name].append(count / (time.process_time() - spent))
    return (
        {name: statistics.median(rates) for name, rates in wall.items()},
        {name: statistics.median(rates) for name, rates in cpu.items()},
    )


def _ratio(rates: Rates) -> float:
    """Ours to the best of the bare loops."""
    return round(rates["ours"] / max(r for name, r in rates.items() if name != "ours"), 3)


def _query_ms(model: object) -> float:
    """The median over 30 questions that were not asked before."""
    times = []
    for i in range(30):
        started = time.perf_counter()
        model.embed_query(f"does method {i} converge faster than the baseline?")
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


if __name__ == "__main__":
    main()
