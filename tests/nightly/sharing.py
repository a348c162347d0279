"""Two programs that add, two that ask, one PostgreSQL and one Chroma server, both of them killed.

    python -m tests.nightly.sharing [PAPERS] [--server-away SECONDS]

Adds PAPERS (20,000) records out of `../shared/scale`, a fifth of them by both programs, while two
others ask and keep what was answered. Each server is killed once while it is worked with: whoever
works must end with an error that names it, and go on when started again. In the end every paper
and every kept answer is there once. Prints figures as JSON; needs no network.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1])]

import psycopg
from chroma_server import ChromaServer
from postgres_server import PostgresServer
from pydantic import SecretStr

from rag import Assistant, Settings
from rag.base.errors import DatabaseServerError, LibraryBusyError

ROOT = Path(__file__).resolve().parents[2]
SCALE = ROOT.parent / "shared" / "scale" / "arxiv_50k.jsonl.gz"
DATABASE, VECTORS = "database server", "Chroma server"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("papers", nargs="?", type=int, default=20_000)
    parser.add_argument("--server-away", type=float, default=3.0)
    parser.add_argument("--app", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.app:
        _app(*args.app)
        return
    with (
        tempfile.TemporaryDirectory() as place,
        PostgresServer() as records,
        ChromaServer(Path(place) / "server") as vectors,
    ):
        done = _Day(Path(place), records, vectors, args).run()
    sys.stdout.write(json.dumps(done, indent=1) + "\n")


class _Day:
    """What is done in a run, and what came of it."""

    def __init__(
        self, place: Path, records: PostgresServer, vectors: ChromaServer, args: argparse.Namespace
    ) -> None:
        self._place, self._records, self._vectors = place, records, vectors
        self._papers, self._away_s = args.papers, args.server_away
        self._url = records.database()
        self._files = dict(zip(("one", "other"), _files(place, args.papers), strict=True))

    def run(self) -> dict[str, object]:
        started_s = time.monotonic()
        apps = {name: self._ask(name) for name in ("first", "second")}
        self._add_until(self._papers // 3, self._records.kill, self._records.start, DATABASE)
        self._add_until(self._papers * 2 // 3, self._vectors.kill, self._vectors.start, VECTORS)
        again_s = time.monotonic()
        for process in self._adding():
            assert process.wait() == 0, process.stderr.read()
        ended_s = time.monotonic()
        told = [_ended(app, self._place / name) for name, app in apps.items()]
        return {
            "papers": self._papers,
            "seconds": round(ended_s - started_s),
            "seconds of the last resume": round(ended_s - again_s),
            **self._counted(),
            "apps": told,
        }

    def _environment(self, folder: str) -> dict[str, str]:
        given = {
            "DATABASE_URL": self._url,
            "CHROMA_URL": self._vectors.url,
            "ASKPAPERS_EMBEDDER": "fast",
            "ASKPAPERS_READER": "false",
            "ASKPAPERS_LIBRARY": str(self._place / folder),
            "PYTHONPATH": str(ROOT),
        }
        return {**os.environ, **given}

    def _adding(self) -> list[subprocess.Popen[str]]:
        return [
            subprocess.Popen(
                [sys.executable, "-m", "rag.cli", "add", str(file)],
                env=self._environment(name),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name, file in self._files.items()
        ]

    def _ask(self, name: str) -> subprocess.Popen[str]:
        command = [sys.executable, __file__, "--app", str(self._place / name), self._url, name]
        return subprocess.Popen(
            command,
            env=self._environment(f"app-{name}"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _add_until(
        self, papers: int, kill: Callable[[], None], start: Callable[[], None], named: str
    ) -> None:
        """Add until so many papers are there; then a server dies, and is back when all know it."""
        running = self._adding()
        while self._stored() < papers:
            assert any(process.poll() is None for process in running), "they ended before"
            time.sleep(0.2)
        kill()
        said = [process.communicate()[1] for process in running]
        codes = [process.returncode for process in running]
        assert codes == [1, 1], (codes, said)
        assert all(named in one for one in said), said
        time.sleep(self._away_s)
        start()

    def _stored(self) -> int:
        with psycopg.connect(self._url) as conn:
            found = conn.execute("SELECT to_regclass('papers')").fetchone()
            if found is None or found[0] is None:
                return 0
            return int((conn.execute("SELECT count(*) FROM papers").fetchone() or (0,))[0])

    def _counted(self) -> dict[str, object]:
        settings = Settings(
            _env_file=None,
            library=self._place / "one",
            embedder="fast",
            chroma_url=self._vectors.url,
            database_url=SecretStr(self._url),
        )
        with Assistant.open(settings=settings) as assistant:
            papers = assistant.records()
            titles = Counter(paper.title for paper in papers)
            bad = [finding.detail for finding in assistant.doctor() if not finding.ok]
            bad = [said for said in bad if "calibrated" not in said]  # for another embedder
        both = sum(len(paper.sources) == 2 for paper in papers)
        return {
            "lost": self._papers - len(titles),
            "doubled": sum(titles.values()) - len(titles),
            "told by both": both,
            "what the doctor found": bad,
        }


def _files(place: Path, papers: int) -> Iterator[Path]:
    """Two files of records: three fifths of all each, so that a fifth of them is in both."""
    with gzip.open(SCALE, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, papers)]
    for number, record in enumerate(records):
        record["title"] = f"{record['title']} ({number})"  # none of them is of another's paper
        record.pop("id")
    for name, some in (("one", records[: papers * 3 // 5]), ("other", records[papers * 2 // 5 :])):
        path = place / f"{name}.jsonl"
        path.write_text("\n".join(map(json.dumps, some)), "utf-8")
        yield path


# --- a program that asks -----------------------------------------------------------------------


def _app(told: str, url: str, name: str) -> None:
    """Ask and keep what was answered until the input ends; then tell how that went."""
    settings = Settings(_env_file=None, database_url=SecretStr(url))
    chance, times, kept = random.Random(name), list[float](), list[str]()
    troubles: Counter[str] = Counter()
    with Assistant.open(settings=settings) as assistant:
        chat = assistant.chats.create(name)
        until = _reads_end()
        while not until():
            try:
                started_s = time.monotonic()
                answer = assistant.ask(f"What is said about networks and {chance.randrange(9999)}?")
                times.append(time.monotonic() - started_s)
                kept.append(assistant.chats.append(chat.id, answer).id or "")
            except (DatabaseServerError, LibraryBusyError) as error:
                troubles[type(error).__name__] += 1
            time.sleep(1.0)
        found = assistant.chats.get(chat.id)
    assert found is not None
    stored = [answer.id for answer in found.answers]
    spread = statistics.quantiles(times, n=20) if len(times) > 1 else times
    Path(told).write_text(
        json.dumps(
            {
                "questions": len(times),
                "median s": round(statistics.median(times), 3),
                "p95 s": round(spread[-1], 3),
                "answers lost": len(set(kept) - set(stored)),
                "answers doubled": len(stored) - len(set(stored)),
                **troubles,
            }
        ),
        "utf-8",
    )


def _reads_end() -> Callable[[], bool]:
    """Tells whether the input of this program has ended."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    return ended.is_set


def _ended(app: subprocess.Popen[str], told: Path) -> Any:
    app.communicate("")
    assert app.returncode == 0
    return json.loads(told.read_text("utf-8"))


if __name__ == "__main__":
    main()
