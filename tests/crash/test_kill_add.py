"""`askpapers add` killed with SIGKILL at random moments: nothing acknowledged is lost or halved.

Fast vectors are used where they are installed: what is looked at is writing, not embedding.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from apart import started

from rag import Assistant, Paper, Settings
from rag.cli import main

KILLS = 20
PAPERS = 24
EMBEDDER = "fast" if importlib.util.find_spec("wordllama") else "minilm"
_METALS = ["iron", "copper", "zinc", "nickel", "cobalt", "silver", "tin", "lead"]
_LIQUIDS = ["water", "brine", "glycerol", "ethanol", "mercury", "paraffin"]


def _records() -> list[dict[str, object]]:
    """Small papers that differ in one pair of words each, some with a text of two chunks."""
    pairs = [(metal, liquid) for metal in _METALS for liquid in _LIQUIDS][:PAPERS]
    return [
        {
            "title": f"On the cooling of {metal} in {liquid}",
            "authors": ["Ada Lovelace", "Joseph Fourier"],
            "date": f"18{40 + i % 50}-03-01",
            "abstract": f"We measure how {metal} cools in {liquid}. "
            f"The rate falls by {i + 3}% for each degree. " * (1 if i % 7 else 12),
        }
        for i, (metal, liquid) in enumerate(pairs)
    ]


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in _records()), encoding="utf-8")
    return path


def _add(listing: Path, library: Path) -> None:
    """The command, in a process that begins with the modules loaded; see `apart`."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    os.environ["ASKPAPERS_EMBEDDER"] = EMBEDDER
    sys.exit(main(["add", str(listing), "--library", str(library)]))


def _wholes(assistant: Assistant) -> list[Paper]:
    """All papers of the library, each of which must be exactly as its record says."""
    expected = {record["title"]: record for record in _records()}
    papers = list(assistant.papers())
    assert len({paper.title for paper in papers}) == len(papers), "a paper stands there twice"
    for paper in papers:
        record = expected[paper.title]
        assert paper.authors == tuple(record["authors"])  # type: ignore[arg-type]
        assert paper.abstract == str(record["abstract"]).strip()
        assert paper.sources
    return papers


def _opened(library: Path) -> Assistant:
    return Assistant.open(settings=Settings(_env_file=None, library=library, embedder=EMBEDDER))


def _count(library: Path) -> int:
    """How many papers another process has written so far."""
    try:
        with closing(sqlite3.connect(f"file:{library / 'library.db'}?mode=ro", uri=True)) as base:
            return int(base.execute("SELECT count(*) FROM papers").fetchone()[0])
    except sqlite3.OperationalError:  # not made yet, or this moment being made
        return 0


def _kill_while_adding(listing: Path, library: Path, moments: random.Random) -> bool:
    """Kill an `add` a moment after a random paper was written; False when it ended before."""
    process = started(_add, listing, library)
    goal = _count(library) + moments.randint(0, 8)
    while _count(library) < min(goal, PAPERS) and process.is_alive():
        time.sleep(0.005)
    time.sleep(moments.choice([0.0, 0.01, 0.1, 0.5]))
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_kill_leaves_whole_papers_and_adding_again_completes(
    listing: Path, tmp_path: Path
) -> None:
    moments = random.Random(7)
    library, seen, kills = tmp_path / "library-0", set[str](), 0
    for _ in range(3 * KILLS):
        kills += _kill_while_adding(listing, library, moments)
        if (library / "library.db").exists():
            seen = _nothing_is_lost(library, seen, moments)
        if kills == KILLS:
            break
        if len(seen) == PAPERS and moments.random() < 0.5:  # nothing left to interrupt
            library, seen = tmp_path / f"library-{kills}", set()
    assert kills == KILLS
    last = started(_add, listing, library)
    last.join()
    assert last.exitcode == 0
    with _opened(library) as assistant:
        assert len(_wholes(assistant)) == PAPERS
        for record in _records():
            assert assistant.search(str(record["title"]), k=1)[0].paper.title == record["title"]
        assert all(f.ok for f in assistant.doctor() if f.check != "confidence"), assistant.doctor()


def _nothing_is_lost(library: Path, seen: set[str], moments: random.Random) -> set[str]:
    """Titles now in the library: all that were seen before, whole, and found by a search."""
    with _opened(library) as assistant:
        titles = {paper.title for paper in _wholes(assistant)}
        assert seen <= titles, "a paper that was there is gone"
        for title in moments.sample(sorted(titles), min(4, len(titles))):
            assert title in [hit.paper.title for hit in assistant.search(title, k=3)]
    return titles
