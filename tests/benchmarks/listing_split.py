"""How many records of made-up pages of real papers are read back exactly.

    python tests/benchmarks/listing_split.py [--records FILE.jsonl.gz] [--half report] [--show 20]

Pages of 50 records are printed from arXiv metadata as the ranking site prints them: title glued to
at most three authors, "et al." when there are more, with random scores, categories, dates, badges
and organisations. The rules were written against the half `develop`; `report` was kept apart. Each
page is read with its abstracts and once more without any, which leaves shapes of words alone.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from rag.base.text import clean_line, clean_text  # noqa: E402  the path comes first
from rag.base.types import Failure, Paper  # noqa: E402
from rag.ingest.readers import read  # noqa: E402

RECORDS = ROOT.parent / "shared" / "scale" / "arxiv_50k.jsonl.gz"
PAGE = 50
SEED = 20261121
TAKEN = date(2026, 6, 5)
# arXiv's author lists hold groups, remarks and broken LaTeX; a ranking page prints people.
_NO_NAME = re.compile(
    r"[\\:\]\[*~/\"`^\d_\x7f]|ollaboration|\b(?:Team|Group|Project)\b|^(?:and|the) |"
    r"translated|commented"
)
_ORGS = ("uw", "harvard", "cmu", "deepmind", "microsoft-research", "amazon-science")


def main() -> None:
    """Read the pages of one half and print what was exact."""
    arguments = _arguments()
    halves, excluded = _halves(arguments.records)
    papers = halves[arguments.half]
    counts = {name: len(half) for name, half in halves.items()}
    _say(f"records {counts}, excluded for their author lists: {excluded}")
    for with_abstracts in (True, False):
        _measure(papers, with_abstracts=with_abstracts, show=arguments.show)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=Path, default=RECORDS)
    parser.add_argument("--half", choices=("develop", "report"), default="report")
    parser.add_argument("--show", type=int, default=20)
    return parser.parse_args()


def _halves(path: Path) -> tuple[dict[str, list[Paper]], int]:
    kept: list[tuple[dict[str, str], list[str]]] = []
    excluded = 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            authors = [" ".join(name.split()) for name in record["authors"]]
            if not authors or any(not a or _NO_NAME.search(a) for a in authors[:3]):
                excluded += 1
                continue
            kept.append((record, authors))
    random.Random(SEED).shuffle(kept)  # before facts are drawn, so that halves never change
    chance = random.Random(SEED)
    papers = [_printed(record, authors, chance) for record, authors in kept]
    middle = len(papers) // 2
    return {"develop": papers[:middle], "report": papers[middle:]}, excluded


def _printed(record: dict[str, str], authors: Sequence[str], chance: random.Random) -> Paper:
    """What a page would print of a record, with the facts that arXiv does not give made up."""
    day = TAKEN - timedelta(days=chance.randrange(3000))
    is_recent = day.year == TAKEN.year
    return Paper(
        id="",
        title=clean_line(record["title"]),
        authors=tuple(clean_line(name) for name in authors[:3]),
        more_authors=len(authors) > 3,
        date=day.isoformat(),
        date_inferred=is_recent,
        category=chance.choice(("LG", "CL", "CV", "SY", "ML")),
        has_code=chance.random() < 0.2,
        score=chance.randrange(1000) / 10 if chance.random() < 0.3 else None,
        orgs=tuple(chance.sample(_ORGS, chance.choice((0, 0, 1, 2)))),
        abstract=clean_text(" ".join(record["abstract"].split("\n"))),
    )


def _lines(paper: Paper) -> Iterator[str]:
    day = date.fromisoformat(paper.date or "")
    year = "" if paper.date_inferred else f", {day.year}"
    score = "" if paper.score is None else f"{paper.score}"
    badge = "Code" if paper.has_code else ""
    yield f"{score}{paper.category}{day:%b} {day.day}{year}{badge}"
    more = " et al." if paper.more_authors else ""
    orgs = " · " + ", ".join(paper.orgs) if paper.orgs else ""
    yield paper.title + ", ".join(paper.authors) + more + orgs
    if paper.abstract:
        yield paper.abstract


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _measure(papers: Sequence[Paper], *, with_abstracts: bool, show: int) -> None:
    started = time.perf_counter()
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    for first in range(0, len(papers), PAGE):
        page = papers[first : first + PAGE]
        if not with_abstracts:
            page = [dataclasses.replace(paper, abstract="") for paper in page]
        text = "\n".join(line for paper in page for line in _lines(paper))
        found = list(read(text.encode(), origin="page.txt", as_of=TAKEN))
        kinds["pages with another number of records"] += len(found) != len(page)
        for expected, got in zip(page, found, strict=False):
            kind = _kind(expected, got)
            kinds[kind] += 1
            if kind != "exact":
                wrong.append(f"  {kind}: {_seam(expected)} => {_shown(got)}")
    seconds = time.perf_counter() - started
    share = kinds["exact"] / len(papers)
    title = "with" if with_abstracts else "without"
    _say(f"{title} abstracts: {share:.3%} exact in {seconds:.0f} s; {dict(kinds)}")
    _say("\n".join(wrong[:show]))


def _kind(expected: Paper, got: Paper | Failure) -> str:
    if isinstance(got, Failure):
        return "failure"
    if (got.title, got.authors) != (expected.title, expected.authors):
        return "wrong split"
    return "exact" if dataclasses.replace(got, sources=()) == expected else "other field"


def _seam(paper: Paper) -> str:
    return f"…{paper.title[-30:]}|{', '.join(paper.authors)}"


def _shown(got: Paper | Failure) -> str:
    return got.reason if isinstance(got, Failure) else _seam(got)


if __name__ == "__main__":
    main()
