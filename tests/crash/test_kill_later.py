"""`askpapers add` killed with SIGKILL while vectors follow: papers stay, the next one goes on."""

from __future__ import annotations

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

from rag import Assistant, Settings
from rag.cli import main
from rag.ingest import later
from rag.ingest.later import Pace
from rag.models.embed import MiniLM

KILLS = 4
PAPERS = 100
AT_ONCE = 4


def _set_follow(pace: Pace, *_: object, **__: object) -> None:
    pace.vectors_follow = True


def _add(listing: Path, library: Path) -> None:
    """The command, with vectors that follow a few at a time and slowly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    Pace.note = _set_follow  # type: ignore[method-assign]
    later._AT_ONCE = AT_ONCE
    whole = MiniLM.embed

    def slow(self: MiniLM, texts: list[str]) -> object:
        time.sleep(0.2)
        return whole(self, texts)

    MiniLM.embed = slow  # type: ignore[method-assign,assignment]
    sys.exit(main(["add", str(listing), "--library", str(library)]))


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    path = tmp_path / "papers.jsonl"
    records = [
        {"title": f"On the cooling of body {i}", "abstract": f"Body {i} cools by {i + 3}% an hour."}
        for i in range(PAPERS)
    ]
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    return path


def _opened(library: Path) -> Assistant:
    return Assistant.open(settings=Settings(_env_file=None, library=library))


@pytest.mark.timeout(300)
def test_a_kill_while_vectors_follow_loses_no_paper_and_no_vector(
    listing: Path, tmp_path: Path
) -> None:
    moments, library, missing = random.Random(3), tmp_path / "library", PAPERS - 32
    for _ in range(KILLS):
        process = started(_add, listing, library)
        while process.is_alive() and not _is_at_vectors(library, missing):
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.2))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        with _opened(library) as assistant:
            assert assistant.paper_count() == PAPERS
            left = assistant._store.awaited_count()
            assert 0 < left < missing
            missing = left
            assert len(assistant._store.keyword_search(["cool"], 2 * PAPERS)) == PAPERS
            assert [f for f in assistant.doctor() if not f.ok] == []
    last = started(_add, listing, library)
    last.join()
    assert last.exitcode == 0
    with _opened(library) as assistant:
        assert assistant._store.awaited_count() == 0
        assert len(assistant._store.paper_vectors()[0]) == PAPERS
        assert [f for f in assistant.doctor() if not f.ok] == []


def _is_at_vectors(library: Path, missing: int) -> bool:
    """Whether all papers are written, and some vectors more than there were."""
    query = (
        "SELECT (SELECT count(*) FROM papers), count(*) FROM late_vectors WHERE revision IS NULL"
    )
    try:
        with closing(sqlite3.connect(f"file:{library / 'library.db'}?mode=ro", uri=True)) as base:
            papers, late = base.execute(query).fetchone()
    except sqlite3.OperationalError:  # not made yet, or this moment being made
        return False
    return papers == PAPERS and 0 < late < missing
