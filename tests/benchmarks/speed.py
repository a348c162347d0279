"""How fast a library is, beside the parts it is made of and the pipeline of a tutorial.

    python -m tests.benchmarks.speed [--papers 1000 5000 10000 50000] [--keep DIR] [--json FILE]
    python -m tests.benchmarks.speed --only sizes --papers 250000 --keep DIR [--exact]

Libraries are made of the records of `../shared/scale` (else of made ones), repeated under altered
titles where there are too few, and are kept in DIR for the next time. More than 50,000 papers are
those of that size multiplied by `multiplied`, altered and with their vectors turned a little, for
adding them takes an hour; names and keywords are then indexed in ten minutes, and Chroma in the
better part of an hour, which `--exact` leaves out with all that needs it. Times are CPU time of one
process with all its threads, so that ratios hold on a busy machine; "cold" is a process that opens
the library, answers one question and ends. A slow part is asked fewer questions, so that the whole
ends in minutes.

Questions cost what `minilm` costs. The vectors of papers do not: they are those of `fast` in as
many dimensions, for embedding 50,000 abstracts and their sentences takes hours, and what a search
costs does not hang on what its numbers mean. `--only embedding` compares adding with a plain loop
over onnxruntime on the same weights and texts.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.text import content_words
from rag.base.types import EvidenceFound, Filters, Final
from rag.index.vectors import ChromaVectors
from tests.benchmarks.multiplied import multiply
from tests.benchmarks.speed_parts import StandIn, raw_loop, records, tutorial

DEPTH = 100  # candidates of one search, as the assistant takes them
ENOUGH_S = 12.0  # of CPU for one row of the table
LEAST = 3  # questions of a row, however slow it is
MOST_ADDED = 50_000  # papers of a library that is not multiplied from a smaller one
ADDED = 128  # papers that are added with MiniLM beside the plain loop

_NUMBERS = itertools.count()
Work = Callable[[str], object]
Row = tuple[str, float, float]  # what, p50 and p95 in ms of CPU


def main() -> None:
    """Measure every size, print one table each, and keep the figures where asked to."""
    arguments = _arguments()
    if arguments.cold:
        _say(json.dumps(_cold(arguments.cold, arguments.ask, warm=not arguments.exact)))
        return
    kept: dict[str, Any] = {}
    if arguments.only != "embedding":
        for count in arguments.papers:
            kept[str(count)] = _size(count, arguments)
    if arguments.only != "sizes":
        kept["embedding"] = _embedding()
    if arguments.json:
        arguments.json.write_text(json.dumps(kept, indent=2), "utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _size(count: int, arguments: argparse.Namespace) -> dict[str, Any]:
    questions = arguments.questions
    known = min(count, MOST_ADDED)
    titles = [str(r["title"]) for r in records(known, every=max(1, known // questions))]
    asked = [f"What is known about {title.lower()}?" for title in titles[:questions]]
    with tempfile.TemporaryDirectory() as scratch:
        places = Path(arguments.keep or scratch)
        folder = places / f"papers-{count}"
        figures = _filled(folder, count)
        with _opened(folder) as assistant:
            if not arguments.exact:  # for an addition brings Chroma up
                figures |= _one_more(assistant)
            rows = _rows(assistant, asked, Path(scratch), count, exact=arguments.exact)
        figures |= _in_child(folder, asked[0], exact=arguments.exact)
    base = next(p95 for what, _, p95 in rows if what == "query embedded and exact search")
    _say(f"\n{count:,} papers: " + ", ".join(f"{k} {v:g}" for k, v in figures.items()))
    _say(f"{'CPU ms of one question':44} {'p50':>8} {'p95':>8} {'ratio':>7}")
    for what, p50, p95 in rows:
        _say(f"{what:44} {p50:8.2f} {p95:8.2f} {p95 / base:7.2f}")
    return figures | {what: [p50, p95] for what, p50, p95 in rows}


def _filled(folder: Path, count: int) -> dict[str, float]:
    """Add what is lacking; nothing is told of a library that was there."""
    if count > MOST_ADDED:
        _multiplied(folder, count)
        return {}
    with _opened(folder) as assistant:
        if assistant.paper_count() >= count:
            return {}
        data = "\n".join(map(json.dumps, records(count))).encode()
        started, cpu = time.perf_counter(), time.process_time()
        assistant.add_bytes(data, "records.jsonl")
        spent, wall = time.process_time() - cpu, time.perf_counter() - started
    return {"papers_per_cpu_s": round(count / spent, 1), "papers_per_s": round(count / wall, 1)}


def _multiplied(folder: Path, count: int) -> None:
    if folder.exists():
        return
    smaller = folder.with_name(f"papers-{MOST_ADDED}")
    _filled(smaller, MOST_ADDED)
    draft = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(draft, ignore_errors=True)
    multiply(smaller, draft, count)
    draft.rename(folder)


def _one_more(assistant: Assistant) -> dict[str, float]:
    """CPU until one new paper can be found by its word, after another one that loads models."""
    spent = 0.0
    for number in range(assistant.paper_count(), assistant.paper_count() + 2):
        word = f"zyxomorph{number}"
        record = {"title": f"{word} weaving", "abstract": f"A {word} weaves nets of brass."}
        cpu = time.process_time()
        assistant.add_bytes(json.dumps(record).encode(), "one.jsonl")
        found = assistant.search(word, k=1)
        spent = time.process_time() - cpu
        assert found[0].paper.title == record["title"]
    return {"one_more_paper_cpu_s": round(spent, 2)}


def _rows(
    assistant: Assistant, asked: Sequence[str], scratch: Path, count: int, *, exact: bool
) -> list[Row]:
    parts = _raw_parts(assistant)
    if not exact:
        assistant.warm()
        parts |= _of_chroma(assistant, scratch, count)
    work = parts | _ours(assistant)
    return [(what, *_measured(one, asked)) for what, one in work.items() if one is not None]


def _raw_parts(assistant: Assistant) -> dict[str, Work | None]:
    store, embed = assistant._parts.store, assistant._parts.embedder.embed_query
    _, vectors = store._dense._load()

    def exact(question: str) -> None:
        scores = np.einsum("ij,j->i", vectors.matrix, embed(question))
        np.argpartition(-scores, min(DEPTH, len(scores)) - 1)

    return {
        "query embedded alone": embed,
        "query embedded and exact search": exact,
        "keyword engine alone": lambda q: store.keyword_search(content_words(q), DEPTH),
    }


def _of_chroma(assistant: Assistant, scratch: Path, count: int) -> dict[str, Work | None]:
    """Chroma alone, and the pipeline of a tutorial."""
    embed = assistant._parts.embedder.embed_query
    _, vectors = assistant._parts.store._dense._load()
    chroma = ChromaVectors(_made(scratch / "raw"), create=True)
    chroma.replace((), vectors)
    return {
        "query embedded and Chroma's raw query": lambda q: chroma.search(embed(q), DEPTH),
        "tutorial: VectorStoreIndex": tutorial(assistant, vectors, count, None),
        "tutorial: VectorStoreIndex on Chroma": tutorial(assistant, vectors, count, scratch),
    }


def _ours(assistant: Assistant) -> dict[str, Work | None]:
    def evidence(question: str) -> None:
        next(e for e in assistant.stream(question) if isinstance(e, EvidenceFound | Final))

    recent = Filters(year_from=2012)
    return {
        "ours: search": assistant.search,
        "ours: search with a filter": lambda q: assistant.search(q, filters=recent),
        "ours: question to evidence": evidence,
        "ours: question to answer": assistant.ask,
    }


def _measured(work: Work, asked: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile in ms of CPU, after two questions to warm up."""
    times: list[float] = []
    for question in [*asked[:2], *asked]:
        new = f"{question} {next(_NUMBERS)}"  # no vector is remembered from the work before
        started = time.process_time()
        work(new)
        times.append(1000 * (time.process_time() - started))
        if len(times) > LEAST + 1 and sum(times) > 1000 * ENOUGH_S:
            break
    return float(np.median(times[2:])), float(np.percentile(times[2:], 95))


def _embedding() -> dict[str, float]:
    """Adding papers with MiniLM beside a plain loop over onnxruntime on the same texts."""
    with (
        tempfile.TemporaryDirectory() as scratch,
        _opened(Path(scratch) / "library", real=True) as a,
    ):
        data = [json.dumps(record) for record in records(8 + ADDED)]
        a.add_bytes("\n".join(data[:8]).encode(), "first.jsonl")  # imports and loads everything
        embedder: Any = a._parts.embedder
        texts: list[str] = []
        embed = embedder.embed
        embedder.embed = lambda given: embed(texts.extend(given) or given)
        cpu = time.process_time()
        a.add_bytes("\n".join(data[8:]).encode(), "others.jsonl")
        ours = time.process_time() - cpu
        raw = raw_loop(embedder, texts)
    _say(f"adding {ADDED} papers with minilm: {ours:.2f} s of CPU, plain loop {raw:.2f} s")
    return {"ours_cpu_s": round(ours, 2), "plain_loop_cpu_s": round(raw, 2)}


# --- cold ------------------------------------------------------------------------------------


def _cold(folder: Path, question: str, *, warm: bool) -> dict[str, float]:
    """CPU of opening and of a first answer beyond imports, and memory, in this new process."""
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401
    import tantivy  # noqa: F401

    stand_in = StandIn()  # its static vectors are none of the library's cost
    started = time.process_time()
    with _opened(folder, stand_in=stand_in) as assistant:
        opened = time.process_time()
        assistant.ask(question)
        answered = time.process_time()
        figures = {
            "cold_open_cpu_s": round(opened - started, 2),
            "cold_answer_cpu_s": round(answered - started, 2),
            "memory_mb": _memory_mb(),
        }
        if warm:  # as the chat does while it is asked
            assistant.warm()
            figures["chroma_opened_cpu_s"] = round(time.process_time() - answered, 2)
            assistant.ask(f"{question} Tell me.")
            figures["memory_with_chroma_mb"] = _memory_mb()
    return figures


def _memory_mb() -> float:
    """The most that this process has had; `getrusage` begins with what its parent had."""
    status = Path("/proc/self/status").read_text("utf-8")
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024)


def _in_child(folder: Path, question: str, *, exact: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.speed", "--cold", str(folder)]
    done = subprocess.run(
        [*command, "--ask", question, *(["--exact"] if exact else [])],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


# --- material --------------------------------------------------------------------------------


def _opened(folder: Path, *, real: bool = False, stand_in: StandIn | None = None) -> Assistant:
    os.environ.pop("OPENAI_API_KEY", None)
    assistant = Assistant.open(folder, Settings(answers_kept=0))
    if not real:
        assistant._parts.embedder = stand_in or StandIn()
    return assistant


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=[1000, 5000, 10_000, 50_000])
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="folder of libraries that are used again")
    parser.add_argument("--only", choices=("sizes", "embedding"))
    parser.add_argument("--exact", action="store_true", help="leave Chroma out")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--cold", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--ask", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
