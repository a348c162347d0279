"""Conversations over the seed listings, each turn judged by the papers that it cites.

    python tests/benchmarks/seed_conversations.py [--conversations FILE] [--library DIR]

The seed listings are added to a library in a temporary folder, or to `--library`, which is kept.
Turns with their gold papers come as in `seed_conversations.jsonl`; all turns are shown.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.types import Answer


def misses(gold: list[str], answer: Answer) -> list[str]:
    """What is wrong with a turn: papers that it should cite first and does not."""
    cited = list(dict.fromkeys(c.paper.title for c in answer.citations))
    wrong = [f"not cited: {g}" for g in gold if not any(_begins(title, g) for title in cited)]
    first = cited[: len(gold)]
    wrong += [f"cited instead: {t}" for t in first if not any(_begins(t, g) for g in gold)]
    return wrong


def _begins(title: str, gold: str) -> bool:
    return title.casefold().startswith(gold.casefold())


def main() -> None:
    """Hold all conversations; print each turn and the count of right ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    default = SHARED / "eval" / "seed_conversations.jsonl"
    parser.add_argument("--conversations", type=Path, default=default)
    parser.add_argument("--seeds", type=Path, default=SHARED / "seeds")
    parser.add_argument("--library", type=Path)
    arguments = parser.parse_args()
    from rag.assistant import Assistant

    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(arguments.library or Path(folder) / "library") as assistant,
    ):
        assistant.add(arguments.seeds)
        lines = arguments.conversations.read_text("utf-8").splitlines()
        results = [r for line in lines if line.strip() for r in _held(assistant, json.loads(line))]
    sys.stdout.write(f"{results.count(True)} of {len(results)} turns\n")


def _held(assistant: Assistant, conversation: dict[str, list[dict[str, object]]]) -> list[bool]:
    before: list[tuple[str, Answer]] = []
    right = []
    for turn in conversation["turns"]:
        question, gold = str(turn["question"]), turn["gold"]
        answer = assistant.ask(question, before)
        wrong = misses([str(g) for g in gold], answer) if isinstance(gold, list) else []
        sys.stdout.write(f"{conversation['id']} {question} → {'; '.join(wrong) or 'right'}\n")
        before.append((question, answer))
        right.append(not wrong)
    return right


if __name__ == "__main__":
    main()
