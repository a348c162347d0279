"""How often a sentence finds the paper that it is a summary of: "a citation for: …".

    python tests/benchmarks/sentence_sources.py [--limit N] [--misses]

The sentences are the peer summaries of SciTLDR (dev half), the library its 3,229 papers with
titles and abstracts, made once and kept in the cache folder. Needs the folder `shared` beside the
project.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from rag.assistant import Assistant  # noqa: E402
from rag.evals.corpus import cache_folder, fill  # noqa: E402
from rag.evals.data import load  # noqa: E402

SET = ROOT.parent / "shared" / "eval" / "scitldr"


def main() -> None:
    """Fill the library, ask for every sentence's source, print one JSON object."""
    arguments = _arguments()
    questions = load(SET).part("dev", arguments.limit)
    assert questions.corpus is not None
    places: list[int] = []
    times: list[float] = []
    with Assistant.open(cache_folder(questions)) as assistant:
        ids = fill(assistant, questions.corpus, questions.corpus_ids)
        for question in questions.questions:
            started = time.process_time()
            found = [ids.shown(p.id) for p in assistant.lookup(f"a citation for: {question.text}")]
            times.append((time.process_time() - started) * 1000)
            wanted = {ids.canonical(corpus_id) for corpus_id in question.relevant}
            places.append(next((i for i, name in enumerate(found) if name in wanted), 99))
            if places[-1] and arguments.misses:
                print(f"{question.id} at {places[-1]}: {question.text}")  # noqa: T201
    report = {f"in_{n}": round(sum(p < n for p in places) / len(places), 3) for n in (1, 3, 10)}
    cpu_ms = {"p50_cpu_ms": round(statistics.median(times)), "sentences": len(places)}
    print(json.dumps(report | cpu_ms, indent=1))  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--misses", action="store_true", help="print what fell short")
    return parser.parse_args()


if __name__ == "__main__":
    main()
