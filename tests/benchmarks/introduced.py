"""How often a question that names a method is answered first by the paper that introduces it.

    python -m tests.benchmarks.introduced SHARED [--library DIR] [--others N] [--misses]

Asked are names that open one title of SHARED/scale, "NAME: …", and that other abstracts say too, in
a library of all these papers and `--others` besides. The library is made in a temporary folder, or
in `--library`, which is kept. For each form of question: how many, the share whose first citation
is the paper that introduces the name, that cite another paper first, and that are not answered.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.base.settings import load_settings
from rag.base.text import STOP_WORDS, fold
from rag.search.names import looks_like_name
from tests.benchmarks.fit_reading import row_of
from tests.training.pairs import lines

OTHERS = 300
MOST = 8  # other abstracts that may say a name; more say another thing by the same letters
FORMS = (
    *("What is {name}?", "What does {name} do?", "How does {name} work?"),
    "How does {name} {does}?",
)
_HEAD = re.compile(r"(?P<name>[A-Za-z][\w+-]{2,20}):\s+(?P<rest>\S.*)")
_WORD = re.compile(r"[A-Za-z][\w+-]*\w")

Record = dict[str, Any]


def main() -> None:
    """Ask every name in every form and print one line for each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--others", type=int, default=OTHERS)
    parser.add_argument("--misses", action="store_true", help="show what was not first")
    args = parser.parse_args()
    records = lines(args.shared / "scale" / "arxiv_50k.jsonl.gz")
    named = introduced(records)
    with tempfile.TemporaryDirectory() as folder:
        assistant = opened(args.library or Path(folder), records, named, args.others)
        for form in FORMS:
            ask_all(assistant, form, named, show=args.misses)


def introduced(records: Sequence[Record]) -> dict[str, tuple[Record, list[Record]]]:
    """Names that open one title, each with its paper and the others that say it."""
    heads: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        opening = _HEAD.match(record["title"])
        if opening and looks_like_name(opening["name"]):
            heads[opening["name"]].append(record)
    saying: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        for word in heads.keys() & _WORD.findall(f"{record['title']} {record['abstract']}"):
            saying[word].append(record)
    only = {name: own[0] for name, own in heads.items() if len(own) == 1}
    others = {name: [r for r in saying[name] if r is not own] for name, own in only.items()}
    return {n: (own, others[n]) for n, own in sorted(only.items()) if 0 < len(others[n]) <= MOST}


def opened(
    folder: Path,
    records: Sequence[Record],
    named: dict[str, tuple[Record, list[Record]]],
    others: int,
) -> Assistant:
    """The library of the papers asked about, those that say their names, and `others`."""
    settings = load_settings(library=folder).model_copy(update={"model": None})
    assistant = Assistant.open(folder, settings)
    if assistant.paper_count() == 0:
        chosen = [r for own, saying in named.values() for r in (own, *saying)]
        chosen += random.Random(7).sample(records, others)
        rows = {r["id"]: json.dumps(row_of(r)) + "\n" for r in chosen}
        assistant.add_bytes("".join(rows.values()).encode(), "arxiv.jsonl")
    return assistant


def ask_all(
    assistant: Assistant,
    form: str,
    named: dict[str, tuple[Record, list[Record]]],
    *,
    show: bool,
) -> None:
    """Ask one form of every name; print how often its paper was cited first."""
    counts: Counter[str] = Counter()
    for name, (own, _) in named.items():
        question = form.format(name=name, does=" ".join(_does(own["title"])))
        answer = assistant.ask(question)
        first = answer.citations[0].paper if answer.citations else None
        found = "refused" if first is None else "first" if first.arxiv_id == own["id"] else "other"
        counts[found] += 1
        if show and found != "first":
            said = first.title if first else answer.notice
            print(f"  {found:8} {question} {said}")  # noqa: T201
    total = sum(counts.values())
    shares = "  ".join(f"{k} {counts[k] / total:.3f}" for k in ("first", "other", "refused"))
    print(f"{form:28}{total:5}  {shares}")  # noqa: T201


def _does(title: str) -> Iterator[str]:
    """What a title says that its paper is for, by its last words: "help with speech synthesis"."""
    rest = _HEAD.match(title)
    told = [w for w in fold(rest["rest"] if rest else title).split() if w not in STOP_WORDS]
    yield from ("help", "with", *told[-2:])


if __name__ == "__main__":
    main()
