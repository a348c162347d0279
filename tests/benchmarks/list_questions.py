"""Questions for lists, made out of a library's own records: which share is answered exactly.

    python tests/benchmarks/list_questions.py --library DIR [--each N] [--seed N] [--all]

What is right is worked out from the records alone, apart from the code that is measured: a list is
right when it cites these papers and no other, a tally when it says these names and numbers.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from benchmarks.list_conditions import folded  # noqa: E402 found by the path above
from benchmarks.list_making import ListQuestion, Maker  # noqa: E402

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.types import Answer


def problems(question: ListQuestion, answer: Answer) -> list[str]:
    """What is wrong with an answer, in words; nothing when it is right."""
    cited = {citation.paper.id for citation in answer.citations}
    found = []
    if not question.gold:
        if answer.status == "answered":
            found.append(f"{len(cited)} papers, but there is none")
        elif not answer.notice:
            found.append("no notice")
        return found
    if answer.status == "abstained":
        return [f"abstained: {answer.reason}: {answer.notice}"]
    if missing := len(question.gold - cited):
        found.append(f"{missing} of {len(question.gold)} are missing")
    if question.is_exact and (extra := len(cited - question.gold)):
        found.append(f"{extra} too many for {len(question.gold)}")
    said = folded(answer.text)
    found += [f"not said: {name}" for name in question.said if folded(name) not in said]
    return found


def main() -> None:
    """Ask the questions; print what went wrong and the share that is right for each kind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--each", type=int, default=10, help="questions of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--all", action="store_true", help="show right answers too")
    arguments = parser.parse_args()
    from rag.assistant import Assistant

    with Assistant.open(arguments.library) as assistant:
        maker = Maker(list(assistant.papers()), arguments.seed)
        _report(assistant, list(maker.questions(arguments.each)), everything=arguments.all)


def _report(assistant: Assistant, questions: list[ListQuestion], *, everything: bool) -> None:
    asked, right, slowest = Counter[str](), Counter[str](), 0.0
    for question in questions:
        answer = assistant.ask(question.text)
        wrong = problems(question, answer)
        asked[question.kind] += 1
        right[question.kind] += not wrong
        slowest = max(slowest, answer.timings_ms["total"])
        if wrong or everything:
            understood = " · ".join(answer.understood)
            _say(f"{question.kind}: {question.text}\n   {'; '.join(wrong)[:200]}  [{understood}]")
    for kind in asked:
        _say(f"{kind:16}{right[kind]:4} of {asked[kind]}")
    total, good = asked.total(), right.total()
    _say(f"{'all':16}{good:4} of {total} ({good / max(total, 1):.1%}), slowest {slowest:.0f} ms")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
