"""`askpapers add` killed with SIGKILL at random moments: nothing acknowledged is lost or halved."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag import Assistant, Paper

KILLS = 20
PAPERS = 24
_ADD = "import sys; from rag.cli import main; sys.exit(main(sys.argv[1:]))"
_METALS = ["iron", "copper", "zinc", "nickel", "cobalt", "silver", "tin", "lead"]
_LIQUIDS = ["water", "brine", "glycerol", "ethanol", "mercury", "paraffin"]


def _records() -> list[dict[str, object]]:
    """Small papers that differ in one pair of words each, with a text of two chunks now and then."""
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


def _start(listing: Path, library: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _ADD, "add", str(listing), "--library", str(library)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_kill_leaves_whole_papers_and_adding_again_completes(
    listing: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    moments = random.Random(7)
    clean = time.monotonic()
    process = _start(listing, tmp_path / "timed")
    assert process.wait() == 0
    clean = time.monotonic() - clean  # how long an undisturbed run takes on this machine
    seen: set[str] = set()
    killed = 0
    for _ in range(KILLS):
        process = _start(listing, library)
        time.sleep(moments.uniform(0.2, 1.0) * clean)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        if not (library / "library.db").exists():
            continue
        with Assistant.open(library) as assistant:
            titles = {paper.title for paper in _wholes(assistant)}
            assert seen <= titles, "a paper that was there is gone"
            seen = titles
            for title in moments.sample(sorted(titles), min(4, len(titles))):
                assert title in [hit.paper.title for hit in assistant.search(title, k=3)]
    assert killed >= KILLS // 2, "most runs were to be killed before they ended"
    assert _start(listing, library).wait() == 0
    with Assistant.open(library) as assistant:
        assert len(_wholes(assistant)) == PAPERS
        for record in _records():
            assert assistant.search(str(record["title"]), k=1)[0].paper.title == record["title"]
        assert all(finding.ok for finding in assistant.doctor()), assistant.doctor()
