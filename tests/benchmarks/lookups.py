"""How often a lookup finds the paper that was meant, and how long it takes.

    python tests/benchmarks/lookups.py [--papers 50000] [--lookups 200] [--seed 1] [--misses]

Lookups are made from real arXiv records: an author with misspelt words of the title, a name that
one title begins with, half a title. Only records are looked at: no vectors, no keyword index.
Needs the folder `shared` beside the project.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from rag.base.text import STOP_WORDS, clean_line, fold  # noqa: E402
from rag.base.types import Paper  # noqa: E402
from rag.cite.carding import carded  # noqa: E402
from rag.cite.lookup import Lookup  # noqa: E402

RECORDS = ROOT.parent / "shared" / "scale" / "arxiv_50k.jsonl.gz"
ASKED = ("{}", "the {} paper", "which paper introduced {}?", "cite {}")


def main() -> None:
    """Build the index, look up, print one JSON object."""
    arguments = _arguments()
    papers = list(itertools.islice(records(), arguments.papers))
    started = time.perf_counter()
    lookup = Lookup(carded(papers))
    build_s = time.perf_counter() - started
    asked = list(lookups(papers, arguments.lookups, random.Random(arguments.seed)))
    report: dict[str, object] = {"papers": len(papers), "build_s": round(build_s, 1)}
    places: dict[str, list[int]] = {}
    times: list[float] = []
    cpu_times: list[float] = []
    for kind, text, paper in asked:
        started, cpu_started = time.perf_counter(), time.process_time()
        found = [match.paper_id for match in lookup.find(text)]
        times.append((time.perf_counter() - started) * 1000)
        cpu_times.append((time.process_time() - cpu_started) * 1000)
        place = found.index(paper.id) if paper.id in found else 99
        places.setdefault(kind, []).append(place)
        if place and arguments.misses:
            titles = {p.id: p.title for p in papers}
            seen = titles.get(found[0]) if found else None
            print(f"{kind}: {text!r} wants {paper.title!r} at {place}, got {seen!r}")  # noqa: T201
    everything = [place for some in places.values() for place in some]
    for kind, some in [*places.items(), ("all", everything)]:
        first, three = (sum(p < n for p in some) / len(some) for n in (1, 3))
        report[kind] = {"lookups": len(some), "first": round(first, 3), "in_3": round(three, 3)}
    report["p50_ms"] = round(statistics.median(times), 1)
    report["p95_ms"] = round(sorted(times)[int(len(times) * 0.95)], 1)
    report["p95_cpu_ms"] = round(sorted(cpu_times)[int(len(times) * 0.95)], 1)
    print(json.dumps(report, indent=1))  # noqa: T201


def records() -> Iterator[Paper]:
    """The records as papers."""
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            yield Paper(
                id=said["id"],
                title=clean_line(said["title"]),
                authors=tuple(map(clean_line, said["authors"])),
                date=str(said["year"]),
                abstract=said["abstract"],
                arxiv_id=said["id"],
            )


def lookups(papers: list[Paper], n: int, rng: random.Random) -> Iterator[tuple[str, str, Paper]]:
    """(kind, what is typed, the paper meant): two fifths, a fifth, two fifths of `n`."""
    titles = Counter(fold(paper.title) for paper in papers)
    heads = Counter(fold(_head(paper)) for paper in papers)
    alone = [p for p in papers if titles[fold(p.title)] == 1 and len(_telling(p)) >= 5]
    named = [p for p in papers if _head(p) and heads[fold(_head(p))] == 1]
    for paper in rng.sample(alone, n * 2 // 5):
        yield "author and words", _author_and_words(paper, rng), paper
    for paper in rng.sample(named, n // 5):
        yield "name", rng.choice(ASKED).format(_head(paper)), paper
    for paper in rng.sample(alone, n - n * 2 // 5 - n // 5):
        yield "half a title", _half(paper, rng), paper


def _telling(paper: Paper) -> list[str]:
    return [w for w in fold(paper.title).split() if w not in STOP_WORDS and len(w) > 2]


def _head(paper: Paper) -> str:
    """The name before the colon: one word with two capitals or more."""
    head, colon, _ = paper.title.partition(":")
    is_name = head.isalnum() and sum(map(str.isupper, head)) > 1 and len(head) > 2
    return head if colon and is_name else ""


def _author_and_words(paper: Paper, rng: random.Random) -> str:
    words = _telling(paper)
    start = rng.randrange(len(words) - 2)
    piece = words[start : start + 3]
    slip = rng.choice([i for i, word in enumerate(piece) if len(word) == max(map(len, piece))])
    piece[slip] = _misspelt(piece[slip], rng)
    family = rng.choice(paper.authors).split()[-1]
    return f"{family} {' '.join(piece)}"


def _half(paper: Paper, rng: random.Random) -> str:
    words = paper.title.split()
    middle = (len(words) + 1) // 2
    return " ".join(words[:middle] if rng.random() < 0.5 else words[-middle:])


def _misspelt(word: str, rng: random.Random) -> str:
    """One slip of the fingers inside a word: a letter left out, doubled, changed or swapped."""
    if len(word) < 5:
        return word
    i = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [
            word[:i] + word[i + 1 :],
            word[:i] + word[i] + word[i:],
            word[:i] + rng.choice("aeinorst") + word[i + 1 :],
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
        ]
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--papers", type=int, default=50_000)
    parser.add_argument("--lookups", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", action="store_true", help="print lookups that fell short")
    return parser.parse_args()


if __name__ == "__main__":
    main()
