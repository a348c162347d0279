"""How well the packaged reader alone tells claims from near-misses, on abstracts never trained on.

    python -m tests.benchmarks.read_claims SHARED

`fresh_claims.jsonl`, beside this file, holds claims and questions about 80 abstracts of
SHARED/scale, in words of our own. Each is read with every sentence of its abstract, and counts
what the sentence that says it most gives. For each kind of false claim: the area under the curve
against the true ones (for unanswerable questions, against the answerable ones), and the share that
would pass if nine tenths of the true ones did.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.evals.confidence import auroc
from rag.models.reader import MiniLMReader, passage
from tests.training.pairs import lines, sentences_of

CLAIMS = Path(__file__).parent / "fresh_claims.jsonl"
RIGHT = {"unanswerable": "answerable"}  # for the other kinds: "true"
PASSED = 0.9


def main() -> None:
    """Read all pairs and print one line for each kind that is false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    said = said_most(parser.parse_args().shared)
    for kind in sorted(set(said) - {"true", *RIGHT.values()}):
        right, wrong = said[RIGHT.get(kind, "true")], said[kind]
        scores = np.concatenate([right, wrong])
        area = auroc(scores, np.arange(len(scores)) < len(right))
        passing = np.mean(wrong >= np.quantile(right, 1 - PASSED))
        print(f"{kind:14}{len(wrong):5}{area:8.3f}{passing:8.2f}")  # noqa: T201


def said_most(shared: Path) -> dict[str, NDArray[np.float32]]:
    """For each kind, what the best sentence of its abstract gives each claim, 0..1."""
    records = {r["id"]: r for r in lines(shared / "scale" / "arxiv_50k.jsonl.gz")}
    claims = lines(CLAIMS)
    read, own = [], []
    for number, claim in enumerate(claims):
        record = records[claim["id"]]
        for sentence in sentences_of(record["abstract"]):
            read.append((claim["text"], passage(record["title"], sentence)))
            own.append(number)
    says = MiniLMReader().judge(read)[:, 0]
    best = np.zeros(len(claims), dtype=np.float32)
    np.maximum.at(best, own, says)
    kinds: dict[str, list[float]] = defaultdict(list)
    for claim, value in zip(claims, best, strict=True):
        kinds[claim["kind"]].append(float(value))
    return {kind: np.array(values, dtype=np.float32) for kind, values in kinds.items()}


if __name__ == "__main__":
    main()
