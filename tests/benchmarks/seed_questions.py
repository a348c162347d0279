"""Questions over the seed listings, asked as the app asks them, judged and counted by type.

    python tests/benchmarks/seed_questions.py [--questions FILE] [--library DIR] [--all]

The seed listings are added to a library in a temporary folder, or to `--library`, which is kept and
makes the next run faster. Without `--all` only what went wrong is shown in full.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.types import Answer

_TABLE_TYPE = "compare"
_EXACT_TYPE = "meta"  # lists of records: nothing may be missing and nothing may be too much


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is wanted: papers by the beginning of their title, and facts in words.

    Each group of `facts` needs one of its strings. Unanswerable questions want an abstention.
    """

    id: str
    type: str
    text: str
    gold: tuple[str, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()
    answerable: bool = True


def load(file: Path) -> list[Question]:
    """The questions of a file, one JSON object a line."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    return [
        Question(
            row["id"],
            row["type"],
            row["question"],
            tuple(row["gold"]),
            tuple(map(tuple, row["facts"])),
            row["answerable"],
        )
        for row in rows
    ]


def problems(question: Question, answer: Answer) -> list[str]:
    """What is wrong with an answer, in words; nothing when it is right."""
    return [*_unsound(answer), *_misplaced(answer), *_unwanted(question, answer)]


def _unsound(answer: Answer) -> Iterator[str]:
    """What no answer may have, whatever was asked."""
    numbers = {citation.number for citation in answer.citations}
    for citation in answer.citations:
        if citation.paper.abstract[citation.start : citation.end] != citation.quote:
            yield f"citation {citation.number} is not verbatim"
    for sentence in answer.sentences:
        if not sentence.citations or not set(sentence.citations) <= numbers:
            yield f"not cited: {sentence.text}"


def _misplaced(answer: Answer) -> Iterator[str]:
    """Cells of a table that cite another paper, or nothing at all."""
    by_number = {citation.number: citation.paper.id for citation in answer.citations}
    for paper, row in (
        zip(answer.table.papers, answer.table.cells, strict=True) if answer.table else ()
    ):
        for cell in row:
            if cell.stated is not bool(cell.citations):
                yield f"a cell says “{cell.text}” with {len(cell.citations)} citations"
            if any(by_number.get(number) != paper.id for number in cell.citations):
                yield f"a cell of {paper.title} cites another paper: {cell.text}"


def _unwanted(question: Question, answer: Answer) -> Iterator[str]:
    if not question.answerable:
        if answer.status != "abstained":
            yield "answered, but the papers do not say"
        return
    if answer.status == "abstained":
        yield f"abstained: {answer.reason}"
        return
    if question.type == _TABLE_TYPE and answer.table is None:
        yield "no table"
    titles = {citation.paper.title for citation in answer.citations}
    yield from (f"not cited: {g}" for g in question.gold if not any(_begins(t, g) for t in titles))
    if question.type == _EXACT_TYPE:
        wanted = [t for t in titles if any(_begins(t, g) for g in question.gold)]
        yield from (f"cited too much: {title}" for title in sorted(titles - set(wanted)))
    said = " ".join([answer.text, *(c.quote for c in answer.citations)]).casefold()
    for group in question.facts:
        if not any(fact.casefold() in said for fact in group):
            yield f"not said: {' or '.join(group)}"


def _begins(title: str, gold: str) -> bool:
    return title.casefold().startswith(gold.casefold())


def main() -> None:
    """Ask all questions; print what went wrong and a table by type."""
    arguments = _arguments()
    from rag.assistant import Assistant

    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.open(arguments.library or Path(folder) / "library") as assistant,
    ):
        assistant.add(arguments.seeds)
        _report(assistant, load(arguments.questions), everything=arguments.all)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    default = SHARED / "eval" / "seed_questions.jsonl"
    parser.add_argument("--questions", type=Path, default=default)
    parser.add_argument("--seeds", type=Path, default=SHARED / "seeds")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--all", action="store_true", help="show right answers too")
    return parser.parse_args()


def _report(assistant: Assistant, questions: list[Question], *, everything: bool) -> None:
    asked, right = Counter[str](), Counter[str]()
    for question in questions:
        answer = assistant.ask(question.text)
        wrong = problems(question, answer)
        asked[question.type] += 1
        right[question.type] += not wrong
        if wrong or everything:
            _show(question, answer, wrong)
    for kind in asked:
        _say(f"{kind:14}{right[kind]:4} of {asked[kind]}")
    total, good = asked.total(), right.total()
    _say(f"{'all':14}{good:4} of {total} ({good / max(total, 1):.1%})")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _show(question: Question, answer: Answer, wrong: list[str]) -> None:
    cited = dict.fromkeys(citation.paper.title for citation in answer.citations)
    _say(f"{question.id} {question.type}: {question.text}")
    _say(f"   {'; '.join(wrong) or 'right'} (confidence {answer.confidence})")
    _say(f"   gold:  {' | '.join(question.gold)}")
    _say(f"   cited: {' | '.join(title[:40] for title in cited)}")
    _say(f"   {answer.text or answer.notice}\n")


if __name__ == "__main__":
    main()
