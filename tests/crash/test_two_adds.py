"""Two `askpapers add` at once, of files that share papers: each paper is there, and once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rag import Assistant, Settings

HISTORY = Path(__file__).parents[1] / "data" / "history.jsonl"
_ADD = "import sys; from rag.cli import main; sys.exit(main(sys.argv[1:]))"


def test_two_adds_at_once_leave_each_paper_once(tmp_path: Path) -> None:
    records = HISTORY.read_text("utf-8").splitlines(keepends=True)
    halves = {"one.jsonl": records[:9], "other.jsonl": records[4:]}
    for name, some in halves.items():
        (tmp_path / name).write_text("".join(some), "utf-8")
    library = tmp_path / "library"
    adding = [
        subprocess.Popen(
            [sys.executable, "-c", _ADD, "add", str(tmp_path / name), "--library", str(library)],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        for name in halves
    ]
    said = [process.communicate(timeout=200)[1] for process in adding]
    for process, words in zip(adding, said, strict=True):
        # The second one waits, and where that is too long it says who writes.
        assert process.returncode == 0 or "is being written to (pid" in words, words
    with Assistant.open(settings=Settings(_env_file=None, library=library)) as assistant:
        for name in halves:  # completes what was refused, and changes nothing else
            assistant.add(tmp_path / name)
        titles = [paper.title for paper in assistant.papers()]
        assert len(titles) == len(set(titles)) == len(records)
        assert [finding for finding in assistant.doctor() if not finding.ok] == []
