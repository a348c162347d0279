"""How well claims are told from near-misses, by `Assistant.check` over a whole library.

    python -m tests.benchmarks.near_miss FILE... --papers PATH... [--show KIND]

FILE holds claims, one object a line: `id`, `kind`, `claim`, `paper` (the beginning of the title of
the paper that decides, or "None") and `expected`: "supported", "not_found" or
"contradicted_or_not_found". PATH is what `askpapers add` takes. For each kind: how many, the share
told to be supported, contradicted, not found, and for true claims the share that cite the paper.
`seed_claims.jsonl`, beside this file, holds such claims about the papers of `../shared/seeds`, in
words of our own: none shares eight words in a row with an abstract.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.assistant import Assistant
from rag.base.settings import load_settings
from rag.base.types import CheckedSentence

VERDICTS = ("supported", "contradicted", "not_found")


@dataclass(frozen=True)
class Outcome:
    """A claim with what was found for it."""

    kind: str
    claim: str
    paper: str
    expected: str
    checked: CheckedSentence

    @property
    def cites_paper(self) -> bool:
        """Whether the paper that decides is among those cited."""
        titles = (c.paper.title.casefold() for c in self.checked.citations)
        return any(title.startswith(self.paper.casefold()) for title in titles)


def outcomes(assistant: Assistant, files: Sequence[Path]) -> Iterator[Outcome]:
    """The claims of all files, checked one by one."""
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            checked = assistant.check(row["claim"])
            whole = checked[0] if checked else CheckedSentence(row["claim"], "not_found")
            yield Outcome(row["kind"], row["claim"], str(row["paper"]), row["expected"], whole)


def table(found: Sequence[Outcome]) -> Iterator[str]:
    """One line a kind of claim."""
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in found:
        kinds[outcome.kind].append(outcome)
    yield f"{'kind':20}{'claims':>8}" + "".join(f"{v:>14}" for v in VERDICTS) + f"{'cited':>8}"
    for kind, ones in kinds.items():
        shares = [sum(o.checked.verdict == v for o in ones) / len(ones) for v in VERDICTS]
        cited = sum(o.cites_paper for o in ones) / len(ones)
        yield f"{kind:20}{len(ones):8}" + "".join(f"{s:14.3f}" for s in shares) + f"{cited:8.2f}"


def main() -> None:
    """Fill a library, check the claims, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--papers", nargs="+", type=Path, required=True)
    parser.add_argument("--show", help="print the claims of this kind with their outcome")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(library=Path(folder) / "library")
        with Assistant.open(settings=settings) as assistant:
            assistant.add(*args.papers)
            start = time.perf_counter()
            found = list(outcomes(assistant, args.files))
            per_claim = (time.perf_counter() - start) / max(1, len(found))
    lines = list(table(found))
    for o in found:
        if args.show in (o.kind, "all"):
            lines.append(f"{o.kind:16}{o.checked.verdict:13}{o.checked.score:.2f} {o.claim}")
            lines += [f"    {c.paper.title[:40]} | {c.quote}" for c in o.checked.citations]
    lines.append(f"{1000 * per_claim:.0f} ms a claim")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
