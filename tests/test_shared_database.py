"""Several programs on one PostgreSQL database: nothing lost or doubled, and the same answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from postgres_server import PostgresServer
from pydantic import SecretStr

from rag.assistant import Assistant
from rag.base.settings import Settings

COMMON, OWN = 120, 60  # papers that both files have, and that only one has


def _record(number: int, **more: str) -> dict[str, Any]:
    return {
        "title": f"A study of the mineral number {number}",
        "authors": [f"Ada Miner{number}", "Bo Smith"],
        "date": "2024-05-01",
        "abstract": f"We weigh the mineral {number}. It is {number} times as heavy as water.",
        **more,
    }


def _file(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("\n".join(map(json.dumps, records)), "utf-8")
    return path


_FOLLOWS = """
from rag.ingest.later import Pace
Pace.note = lambda pace, *_, **__: setattr(pace, "vectors_follow", True)
"""  # as where embedding takes long


def _adding(
    file: Path, folder: Path, url: str, *, vectors_follow: bool = False
) -> subprocess.Popen[str]:
    given = ["add", str(file), "--json"]
    code = f"{_FOLLOWS if vectors_follow else ''}\nimport sys; from rag.cli import main\n"
    settings = {"DATABASE_URL": url, "ASKPAPERS_EMBEDDER": "fast", "ASKPAPERS_LIBRARY": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", f"{code}sys.exit(main({given}))"],
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("vectors_follow", [False, True], ids=["at once", "vectors follow"])
def test_two_programs_that_add_the_same_papers_at_once_lose_and_double_none(
    postgres: PostgresServer, tmp_path: Path, vectors_follow: bool
) -> None:
    url = postgres.database()
    common = range(COMMON)
    first = [_record(n, doi=f"10.1/{n}") for n in common]
    second = [_record(n, venue="Journal of Minerals") for n in reversed(common)]
    first += [_record(n) for n in range(1000, 1000 + OWN)]
    second += [_record(n) for n in range(2000, 2000 + OWN)]
    running = [
        _adding(
            _file(tmp_path / f"{name}.jsonl", records),
            tmp_path / name,
            url,
            vectors_follow=vectors_follow,
        )
        for name, records in (("one", first), ("other", second))
    ]
    reports = []
    for process in running:
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
        reports.append(json.loads(out))
    assert sum(report["added"] for report in reports) == COMMON + 2 * OWN
    assert not any(report["failed"] for report in reports)
    settings = Settings(
        _env_file=None, library=tmp_path / "new", embedder="fast", database_url=SecretStr(url)
    )
    with Assistant.open(settings=settings) as assistant:
        assert assistant._store.awaited() == []
        assert len(assistant._store.paper_vectors()[0]) == COMMON + 2 * OWN
        papers = list(assistant.papers())
        assert len({paper.title for paper in papers}) == len(papers) == COMMON + 2 * OWN
        both = [paper for paper in papers if int(paper.title.rsplit(" ", 1)[1]) < COMMON]
        assert all(len(paper.sources) == 2 for paper in both)
        assert all(paper.doi and paper.venue == "Journal of Minerals" for paper in both)
        bad = [finding for finding in assistant.doctor() if not finding.ok]
        assert [finding.check for finding in bad] == ["confidence"]  # fitted for another embedder


def _told(assistant: Assistant, question: str) -> dict[str, Any]:
    told = assistant.ask(question).to_dict()
    for name in ("id", "timings_ms", "provenance"):
        told.pop(name)
    return told


def _hits(assistant: Assistant, query: str) -> list[tuple[str, float]]:
    return [(hit.paper.id, hit.score) for hit in assistant.search(query)]


QUESTIONS = (
    "How many cards does LOOM need for a table of Bernoulli numbers?",
    "Which papers are by Ada Lovelace?",
    "What was published in 2019?",
    "Compare the methods of Ada Lovelace and Emmy Noether.",
    "What is the boiling point of tungsten?",
)


def test_answers_are_the_same_whichever_database_has_the_records(
    history: Assistant, history_file: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    url = SecretStr(postgres.database())
    settings = Settings(_env_file=None, library=tmp_path / "shared", database_url=url)
    with Assistant.open(settings=settings) as shared:
        shared.add(history_file)
        assert list(shared.papers()) == list(history.papers())
        for question in QUESTIONS:
            assert _told(shared, question) == _told(history, question)
        found = [
            [(hit.paper.id, hit.score) for hit in a.search("cards")] for a in (shared, history)
        ]
        assert found[0] == found[1]
