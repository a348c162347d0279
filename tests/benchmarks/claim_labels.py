"""SciFact's labels with the abstract given: supported, contradicted, or not enough there.

    python -m tests.benchmarks.claim_labels SCIFACT [--most N]

Each claim is held against the abstract that its authors chose, by the judge of `check` as it is
shipped. Judged are the abstracts that the packaged reader was not trained on. Prints how often
each label was given to each, precision, recall and F1, and their mean.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

from rag.answer.claim import ClaimJudge
from rag.answer.judgement import Judgement, carrying, denying
from rag.answer.passages import passages_of
from rag.base.text import sentence_spans
from rag.base.types import Paper
from rag.models.embed import MiniLM
from rag.models.reader import MiniLMReader
from tests.training.pairs import SCIFACT_TENTHS, lines, tenth

LABELS = ("SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=10_000)
    args = parser.parse_args()
    embedder = MiniLM()
    judge = ClaimJudge(embedder, MiniLMReader())
    met: Counter[tuple[str, str]] = Counter()
    for claim, paper, label in _held_out(args.folder)[: args.most]:
        spans = sentence_spans(paper.abstract)
        vectors = embedder.embed([paper.abstract[a:b] for a, b in spans])
        cosines = (vectors @ embedder.embed_query(claim)).tolist()
        judged = judge.judge(claim, passages_of(claim, paper, spans, cosines))
        met[label, _label(judged)] += 1
    _report(met)


def _held_out(folder: Path) -> list[tuple[str, Paper, str]]:
    """(claim, paper, label) for every pair of a claim and an abstract, in a fixed random order."""
    papers = {
        record["id"]: Paper(id=record["id"], title=record["title"], abstract=record["abstract"])
        for record in lines(folder / "corpus.jsonl.gz")
        if tenth(record["id"]) >= SCIFACT_TENTHS
    }
    asked = {query["id"]: query for query in lines(folder / "queries.jsonl.gz")}
    labels = {
        (found["query_id"], found["corpus_id"]): found["label"]
        for found in lines(folder / "evidence.jsonl.gz")
    }
    pairs = []
    for row in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document = row.split("\t")[:2]
        if document in papers and query in asked:
            label = labels.get((query, document), LABELS[2])
            pairs.append((asked[query]["text"], papers[document], label))
    random.Random(3).shuffle(pairs)
    return pairs


def _label(judged: list[Judgement]) -> str:
    if carrying(judged):
        return LABELS[0]
    return LABELS[1] if denying(judged) else LABELS[2]


def _report(met: Counter[tuple[str, str]]) -> None:
    total = sum(met.values())
    rows, each = [], []
    for label in LABELS:
        right = met[label, label]
        given = sum(n for (_, said), n in met.items() if said == label)
        there = sum(n for (true, _), n in met.items() if true == label)
        each.append(2 * right / max(1, given + there))
        said = "  ".join(f"{other}: {met[label, other]}" for other in LABELS)
        rows.append(
            f"{label:16} F1 {each[-1]:.3f}  precision {right / max(1, given):.3f}  "
            f"recall {right / max(1, there):.3f}   judged as {said}"
        )
    right = sum(met[label, label] for label in LABELS)
    rows.append(f"{total} pairs: right {right / max(1, total):.3f}, macro-F1 {sum(each) / 3:.3f}")
    sys.stdout.write("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
