"""Memory, files and threads over many questions in one process; Linux.

    python tests/benchmarks/memory.py [QUESTIONS] [--library DIR]

Asks QUESTIONS (1000) different questions, of the sample unless a library is named, and prints how
much memory grew after the first 200, and whether open files and threads stayed as they were.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import threading
from pathlib import Path

from rag import Assistant, Settings

WARM_UP = 200
MOST_GROWTH_MB = 20.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=int, nargs="?", default=1000)
    parser.add_argument("--library", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = args.library or Path(place) / "library"
        with Assistant.open(settings=Settings(_env_file=None, library=folder)) as assistant:
            if assistant.paper_count() == 0:
                assistant.add_sample()
            growth, steady = _asked(assistant, args.questions)
    told = f"memory grew by {growth:.1f} MB after the first {WARM_UP}, files and threads: {steady}"
    sys.stdout.write(f"{args.questions} questions: {told}\n")
    return 0 if growth <= MOST_GROWTH_MB and steady == "steady" else 1


def _asked(assistant: Assistant, n: int) -> tuple[float, str]:
    papers = list(assistant.papers())
    forms = ("What does {} show?", "Who wrote {}?", "How is {} evaluated?", "Is {} about Mars?")
    warm_mb, warm_state = 0.0, (0, 0)
    for i in range(n):
        paper = papers[i % len(papers)]
        words = " ".join(paper.title.split()[i % 3 :][:6])
        assistant.ask(f"{forms[i % len(forms)].format(words)} ({i})")
        if i + 1 in {WARM_UP, n} or (i + 1) % 100 == 0:
            sys.stdout.write(f"{i + 1}: {_memory_mb():.1f} MB, {_state()}\n")
            sys.stdout.flush()
        if i + 1 == WARM_UP:
            warm_mb, warm_state = _memory_mb(), _state()
    state = _state()
    is_steady = all(now <= warm for now, warm in zip(state, warm_state, strict=True))
    return _memory_mb() - warm_mb, "steady" if is_steady else f"{warm_state} became {state}"


def _memory_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _state() -> tuple[int, int]:
    return sum(1 for _ in Path("/proc/self/fd").iterdir()), threading.active_count()


if __name__ == "__main__":
    sys.exit(main())
