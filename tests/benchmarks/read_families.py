"""How well the packaged reader tells one sentence in another order from one with exchanged sides.

    python -m tests.benchmarks.read_families SHARED [--edits | --retellings] [--most N]

The claims of `written_families.jsonl`, or of `written_edits.jsonl` or `written_retellings.jsonl`,
about the papers that are held out, each read with the sentence that decides it. For arXiv and
biomedicine, and for each kind of false claim: the area under the curve against the true ones, by
the chance of "says"; and of all kinds the share that is judged denied with a chance above .9.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

import numpy as np

from rag.evals.confidence import auroc
from rag.models.reader import MiniLMReader
from tests.training import families

SURE = 0.9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    other = parser.add_mutually_exclusive_group()
    for flag, file in (("--edits", families.EDITS), ("--retellings", families.RETOLD)):
        other.add_argument(flag, dest="written", action="store_const", const=file)
    parser.add_argument("--most", type=int, default=1000)
    parser.set_defaults(written=families.WRITTEN)
    args = parser.parse_args()
    records = families.records_of(args.shared, args.written)
    claims = families.claims(args.written, training=False)
    claims = random.Random(3).sample(claims, min(args.most, len(claims)))
    pairs = [(claim["text"], families.decides(claim, records[claim["id"]])) for claim in claims]
    judged = MiniLMReader().judge(pairs)
    is_bio = np.array([claim["id"].startswith(families.BIO) for claim in claims])
    kinds = np.array([claim["kind"] for claim in claims])
    for field, here in (("arXiv", ~is_bio), ("medicine", is_bio)):
        right = judged[here & (kinds == "true")]
        sys.stdout.write(f"{field:10}{'true':10}{len(right):5}{_sure(right):22.3f} sure denials\n")
        for kind in sorted({*kinds} - {"true"}):
            wrong = judged[here & (kinds == kind)]
            says = np.concatenate([right[:, 0], wrong[:, 0]])
            area = auroc(says, np.arange(len(says)) < len(right))
            sys.stdout.write(f"{field:10}{kind:11}{len(wrong):4}{area:11.3f}{_sure(wrong):11.3f}\n")


def _sure(judged: np.ndarray) -> float:
    return float(np.mean(judged[:, 1] > SURE))


if __name__ == "__main__":
    main()
