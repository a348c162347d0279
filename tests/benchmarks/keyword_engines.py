"""Our keyword search beside bm25s (k1 1.2, b 0.75) over the same words, in one run.

    python tests/benchmarks/keyword_engines.py [--shared DIR] [--sets scifact,cranfield,scitldr]

Quality is nDCG@10 on the labelled sets' training questions; `boost 1.0` is plain BM25, `boost 1.2`
adds a fifth of the title's own BM25. Speed is milliseconds a query over scifact and over the 50,000
records of `scale/`, with the time to build from ready words and to add one paper.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from rag.base.text import words  # noqa: E402
from rag.index.changes import Text  # noqa: E402
from rag.index.keyword import KeywordIndex  # noqa: E402

Search = Callable[[list[str], int], list[str]]
DEPTH = 50


def main() -> None:
    """Measure and print one JSON object."""
    arguments = _arguments()
    report: dict[str, Any] = {"ndcg_at_10": {}, "speed": {}}
    for name in arguments.sets.split(","):
        report["ndcg_at_10"][name] = _quality(arguments.shared / "eval" / name)
    for name, path in (
        ("scifact", arguments.shared / "eval" / "scifact" / "corpus.jsonl.gz"),
        ("50k", arguments.shared / "scale" / "arxiv_50k.jsonl.gz"),
    ):
        report["speed"][name] = _speed(_texts(path))
    print(json.dumps(report, indent=2))  # noqa: T201


def _quality(folder: Path) -> dict[str, float]:
    texts = _texts(folder / "corpus.jsonl.gz")
    gold = _gold(folder / "qrels.tsv")
    questions = [
        (words(q["text"]), gold[q["id"]])
        for q in _lines(folder / "queries.jsonl.gz")
        if q["id"] in gold and q.get("split", "train") != "test"
    ]
    engines = {
        "bm25s": _bm25s(texts),
        "boost 1.0": _ours(texts, title_boost=1.0),
        "boost 1.2": _ours(texts, title_boost=1.2),
    }
    scores = {
        name: np.mean([_ndcg(search(terms, 10), right) for terms, right in questions])
        for name, search in engines.items()
    }
    return {"questions": len(questions), **{k: round(float(v), 4) for k, v in scores.items()}}


def _speed(texts: list[Text]) -> dict[str, Any]:
    started = time.perf_counter()
    cut = [words(f"{text.title}\n{text.abstract}") for text in texts]
    report: dict[str, Any] = {"papers": len(texts), "words_s": _seconds(started)}
    queries = [words(text.title) for text in random.Random(5).sample(texts, 300)]
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        index = KeywordIndex.create(Path(folder))
        index.replace((), texts)
        index.close_writer()
        report["ours"] = {"build_with_words_s": _seconds(started)}
        report["ours"]["ms_a_query"] = _ms_each(lambda q: index.search(q, DEPTH), queries)
        started = time.perf_counter()
        index.replace([texts[0].paper_id], [texts[0]])
        index.close_writer()
        report["ours"]["add_one_ms"] = round(1000 * _seconds(started), 1)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        report["ours"]["mb"] = round(size / 1e6, 1)
    started = time.perf_counter()
    search = _bm25s(texts, cut)
    report["bm25s"] = {"build_from_words_s": _seconds(started)}
    report["bm25s"]["ms_a_query"] = _ms_each(lambda q: search(q, DEPTH), queries)
    report["bm25s"]["add_one"] = "builds all anew"
    return report


def _ours(texts: list[Text], *, title_boost: float) -> Search:
    index = KeywordIndex.create(title_boost=title_boost)
    index.replace((), texts)
    return lambda terms, k: [paper_id for paper_id, _ in index.search(terms, k)]


def _bm25s(texts: list[Text], cut: Sequence[list[str]] | None = None) -> Search:
    import bm25s

    numbers: dict[str, int] = {}
    cut = cut or [words(f"{text.title}\n{text.abstract}") for text in texts]
    numbered = [[numbers.setdefault(word, len(numbers)) for word in some] for some in cut]
    engine = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    engine.index((numbered, numbers), show_progress=False)

    def search(terms: list[str], k: int) -> list[str]:
        known = [numbers[term] for term in dict.fromkeys(terms) if term in numbers]
        if not known:
            return []
        scores = engine.get_scores_from_ids(known)
        top = np.argpartition(-scores, k)[:k]
        ranked = sorted(top, key=lambda i: (-scores[i], texts[i].paper_id))
        return [texts[i].paper_id for i in ranked if scores[i] > 0]

    return search


def _ndcg(found: list[str], right: set[str], k: int = 10) -> float:
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(k, len(right))))
    gains = (1 / math.log2(rank + 2) for rank, one in enumerate(found[:k]) if one in right)
    return sum(gains) / ideal


def _texts(path: Path) -> list[Text]:
    return [Text(line["id"], line["title"] or "", line["abstract"]) for line in _lines(path)]


def _gold(path: Path) -> dict[str, set[str]]:
    gold: dict[str, set[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query, paper, score = line.split("\t")
        if float(score) > 0:
            gold.setdefault(query, set()).add(paper)
    return gold


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _ms_each(search: Callable[[list[str]], object], queries: list[list[str]]) -> float:
    started = time.perf_counter()
    for query in queries:
        search(query)
    return round(1000 * _seconds(started) / len(queries), 2)


def _seconds(started: float) -> float:
    return round(time.perf_counter() - started, 4)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--sets", default="scifact,cranfield,scitldr")
    return parser.parse_args()


if __name__ == "__main__":
    main()
