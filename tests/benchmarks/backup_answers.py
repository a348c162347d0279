"""Equal answers after a restore: fifty questions before a backup and after it, while others add.

    python tests/benchmarks/backup_answers.py LIBRARY QUESTIONS [--most 50]

QUESTIONS is a file as `askpapers eval` reads it. A copy of LIBRARY is used; it is not changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

from rag import Answer, Assistant, Settings
from rag.evals.data import load


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--most", type=int, default=50)
    args = parser.parse_args()
    asked = [question.text for question in load(args.questions).questions[: args.most]]
    with tempfile.TemporaryDirectory() as place:
        differing = _differing(args.library, asked, Path(place))
    told = f"{len(asked)} questions, {len(differing)} answered otherwise after the restore"
    sys.stdout.write("\n  ".join([told, *differing]) + "\n")
    return 1 if differing else 0


def _differing(library: Path, asked: list[str], place: Path) -> list[str]:
    """Questions that a restored library answers otherwise than the one it was made of."""
    with _opened(library) as assistant:
        assistant.backup(place / "copy.zip")
    Assistant.restore(place / "copy.zip", place / "own")
    with _opened(place / "own") as own:
        before = [_said(own.ask(question)) for question in asked]
        own.backup(place / "quiet.zip")
        _backup_while_adding(own, place / "busy.zip")
    Assistant.restore(place / "quiet.zip", place / "elsewhere")
    with _opened(place / "elsewhere") as other:
        return [q for q, said in zip(asked, before, strict=True) if _said(other.ask(q)) != said]


def _backup_while_adding(own: Assistant, file: Path) -> None:
    adding = threading.Thread(target=own.add_sample)
    adding.start()
    started = time.perf_counter()
    report = own.backup(file)
    took, meanwhile = time.perf_counter() - started, adding.is_alive()
    adding.join()
    Assistant.restore(file, file.with_suffix(""))
    with _opened(file.with_suffix("")) as other:
        bad = [finding.check for finding in other.doctor() if not finding.ok]
    say = f"{report.size / 1e6:.1f} MB in {took:.2f} s, others adding: {meanwhile}, unsound: {bad}"
    sys.stdout.write(f"{say}\n")


def _opened(folder: Path) -> Assistant:
    return Assistant.open(settings=Settings(_env_file=None, library=folder))


def _said(answer: Answer) -> object:
    return answer.sentences, answer.citations, answer.reason, answer.confidence, answer.nearest


if __name__ == "__main__":
    sys.exit(main())
