"""How fast a library is, beside the parts it is made of and the pipeline of a tutorial.

    python -m tests.benchmarks.speed [--papers 1000 5000] [--questions 40] [--json FILE]

Every size is built anew from the records of `../shared/scale` (else from made ones) with the `fast`
embedder. All times are CPU time of one process with all its threads, so that ratios hold on a busy
machine; "cold" is a process that opens the library, answers one question and ends. The tutorial
pipeline is LlamaIndex's `VectorStoreIndex` with the same embedder on the same texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.text import content_words
from rag.index.vectors import ChromaVectors

RECORDS = Path(__file__).parents[3] / "shared/scale/arxiv_50k.jsonl.gz"
DEPTH = 100  # candidates of one search, as the assistant takes them
RAW_TEXTS = 48

Row = tuple[str, float, float]  # what, p50 and p95 in ms of CPU


def main() -> None:
    """Measure every size, print one table each, and keep the figures where asked to."""
    arguments = _arguments()
    if arguments.cold:
        _say(json.dumps(_cold(arguments.cold, arguments.ask)))
        return
    kept: dict[str, Any] = {}
    for count in arguments.papers:
        with tempfile.TemporaryDirectory() as scratch:
            kept[str(count)] = _size(Path(scratch), count, arguments.questions)
    kept["embedding"] = _embedding()
    if arguments.json:
        arguments.json.write_text(json.dumps(kept, indent=2), "utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _size(scratch: Path, count: int, questions: int) -> dict[str, Any]:
    records = list(_records(count))
    titles = [str(record["title"]) for record in records[:: max(1, count // questions)]]
    asked = [f"What is known about {title.lower()}?" for title in titles[:questions]]
    with _opened(scratch / "library") as assistant:
        figures = _added(assistant, records)
        figures |= _one_more(assistant)
        rows = _rows(assistant, asked, scratch, records)
    figures |= _in_child(scratch / "library", asked[0])
    base = next(p95 for what, _, p95 in rows if what == "query embedded and exact search")
    _say(f"\n{count:,} papers: " + ", ".join(f"{k} {v:g}" for k, v in figures.items()))
    _say(f"{'CPU ms of one question':44} {'p50':>8} {'p95':>8} {'ratio':>7}")
    for what, p50, p95 in rows:
        _say(f"{what:44} {p50:8.2f} {p95:8.2f} {p95 / base:7.2f}")
    return figures | {what: [p50, p95] for what, p50, p95 in rows}


def _added(assistant: Assistant, records: Sequence[dict[str, Any]]) -> dict[str, float]:
    data = "\n".join(map(json.dumps, records)).encode()
    started, cpu = time.perf_counter(), time.process_time()
    assistant.add_bytes(data, "records.jsonl")
    spent, wall = time.process_time() - cpu, time.perf_counter() - started
    return {
        "papers_per_cpu_s": round(len(records) / spent, 1),
        "papers_per_s": round(len(records) / wall, 1),
    }


def _one_more(assistant: Assistant) -> dict[str, float]:
    """CPU until one new paper can be found by its word."""
    record = {"title": "Zyxomorph weaving", "abstract": "A zyxomorph weaves nets of brass."}
    cpu = time.process_time()
    assistant.add_bytes(json.dumps(record).encode(), "one.jsonl")
    found = assistant.search("zyxomorph", k=1)
    assert found[0].paper.title == record["title"]
    return {"one_more_paper_cpu_s": round(time.process_time() - cpu, 2)}


def _rows(
    assistant: Assistant, asked: Sequence[str], scratch: Path, records: Sequence[dict[str, Any]]
) -> list[Row]:
    store, embed = assistant._parts.store, assistant._parts.embedder.embed_query
    _, vectors = store._dense._load()
    chroma = ChromaVectors(_made(scratch / "raw"), create=True)
    chroma.replace((), vectors)
    pipeline = _tutorial(assistant, records)

    def exact(question: str) -> None:
        scores = vectors.matrix @ embed(question)
        np.argpartition(-scores, min(DEPTH, len(scores)) - 1)

    work: dict[str, Callable[[str], object]] = {
        "query embedded alone": embed,
        "query embedded and exact search": exact,
        "query embedded and Chroma's raw query": lambda q: chroma.search(embed(q), DEPTH),
        "keyword engine alone": lambda q: store.keyword_search(content_words(q), DEPTH),
        "tutorial: LlamaIndex VectorStoreIndex": pipeline.retrieve,
        "ours: search": assistant.search,
        "ours: question to answer with evidence": assistant.ask,
    }
    rows = [(what, *_measured(one, asked)) for what, one in work.items()]
    chroma.close()
    return rows


def _measured(work: Callable[[str], object], asked: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile in ms of CPU, after two questions to warm up."""
    times = []
    for i, question in enumerate([*asked[:2], *asked]):
        started = time.process_time()
        work(f"{question} {i}")  # no vector is remembered from the work before
        times.append(1000 * (time.process_time() - started))
    return float(np.median(times[2:])), float(np.percentile(times[2:], 95))


def _tutorial(assistant: Assistant, records: Sequence[dict[str, Any]]) -> Any:
    """A retriever as LlamaIndex's tutorial makes it, with vectors by our embedder."""
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding

    embedder = assistant._parts.embedder

    class Ours(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return embedder.embed_query(query).tolist()

        def _get_text_embedding(self, text: str) -> list[float]:
            return embedder.embed([text])[0].tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    texts = [Document(text=f"{r['title']}\n{r['abstract']}") for r in records]
    index = VectorStoreIndex.from_documents(texts, embed_model=Ours())
    return index.as_retriever(similarity_top_k=10)


def _embedding() -> dict[str, float]:
    """Our MiniLM beside a plain loop over onnxruntime on the same weights and threads."""
    from rag.models.embed import MiniLM

    model = MiniLM()
    texts = [str(record["abstract"]) for record in _records(RAW_TEXTS)]
    model.embed(texts[:8])
    cpu = time.process_time()
    model.embed(texts)
    ours = time.process_time() - cpu
    cpu = time.process_time()
    for start in range(0, len(texts), 8):
        model._run([model._read(text) for text in texts[start : start + 8]])
    raw = time.process_time() - cpu
    _say(f"MiniLM, {len(texts)} abstracts: ours {ours:.2f} s of CPU, plain loop {raw:.2f} s")
    return {"ours_cpu_s": round(ours, 2), "plain_loop_cpu_s": round(raw, 2)}


# --- cold ------------------------------------------------------------------------------------


def _cold(folder: Path, question: str) -> dict[str, float]:
    """CPU of opening and of a first answer beyond imports, and memory, in this new process."""
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401
    import tantivy  # noqa: F401

    started = time.process_time()
    with _opened(folder) as assistant:
        opened = time.process_time()
        assistant.ask(question)
        answered = time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "cold_open_cpu_s": round(opened - started, 2),
        "cold_answer_cpu_s": round(answered - started, 2),
        "memory_mb": round(memory),
    }


def _in_child(folder: Path, question: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.speed", "--cold", str(folder)]
    done = subprocess.run(
        [*command, "--ask", question],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


# --- material --------------------------------------------------------------------------------


def _opened(folder: Path) -> Assistant:
    os.environ.pop("OPENAI_API_KEY", None)
    return Assistant.open(folder, Settings(embedder="fast", answers_kept=0))


def _records(count: int) -> Iterator[dict[str, Any]]:
    """Records of arXiv, repeated under other titles where there are too few of them."""
    for number, record in zip(range(count), _endless(), strict=False):
        yield {**record, "title": f"{record['title']} {number}", "id": str(number)}


def _endless() -> Iterator[dict[str, Any]]:
    while True:
        yield from _read() if RECORDS.exists() else _made_up()


def _read() -> Iterator[dict[str, Any]]:
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield {name: record[name] for name in ("title", "authors", "year", "abstract")}


def _made_up() -> Iterable[dict[str, Any]]:
    rng = np.random.default_rng(7)
    for number in range(1000):
        said = [f"word{rank}" for rank in np.minimum(rng.zipf(1.3, 120), 20_000)]
        sentences = [" ".join(said[i : i + 20]).capitalize() + "." for i in range(0, 120, 20)]
        yield {
            "title": " ".join(said[:8]),
            "authors": [f"Ada Name{number % 97}"],
            "year": 2015 + number % 10,
            "abstract": " ".join(sentences),
        }


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=[1000, 5000])
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--cold", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ask", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
