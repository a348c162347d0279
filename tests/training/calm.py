"""Teach the second network of a packaged reader that what is about something else is silent.

    python -m tests.training.calm SHARED OUT.onnx [--reader FILE] [--seconds N]

Claims are written about a sentence, so that nothing else in training is short and about another
matter: a network that has learnt from many takes such a claim for denied. Its two upper layers
learn on, in minutes on a CPU, while the pairs that they have learnt from go on coming up.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.models.reader import FOLDER
from tests.training import further
from tests.training.export import export
from tests.training.pairs import SILENT, Pair
from tests.training.train_wide import Plan
from tests.training.unpack import networks

SEED = 3
UNRELATED = 40_000  # pairs that are drawn
SHORT_CLAIM, SHORT_PASSAGE = 9, 26  # words
SHORT = 0.6  # share of the claims, and of the passages, that are short
UPPER = Plan(
    seed=23, rate=6e-5, warm_up=20, least=0.05, smoothing=0.03,
    frozen=("embeddings", "layer.0.", "layer.1.", "layer.2.", "layer.3."),
    shares={**{kind: 0.69 * share for kind, share in further.SHARES.items()}, "unrelated": 0.31},
)  # fmt: skip


def main() -> None:
    """Train the two layers and export both networks as one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--reader", type=Path, default=FOLDER / "reader.onnx")
    parser.add_argument("--seconds", type=float, default=420)
    args = parser.parse_args()
    chance = random.Random(SEED)
    found = further.examples(args.shared, chance)
    found += unrelated(found, chance)
    first, own = networks(args.reader)
    calmed = further.gone_on(own, found, UPPER, "cpu", args.seconds)
    export([further.model_of(first, "cpu"), further.model_of(calmed, "cpu")], args.out)


def unrelated(known: Sequence[Pair], chance: random.Random) -> Iterator[Pair]:
    """Claims with passages of other pairs, many of both short."""
    claims = [pair.claim for pair in known]
    passages = [pair.passage for pair in known]
    short_claims = [claim for claim in claims if len(claim.split()) <= SHORT_CLAIM]
    short_passages = [said for said in passages if len(said.split()) <= SHORT_PASSAGE]
    for _ in range(UNRELATED):
        claim = chance.choice(short_claims if chance.random() < SHORT else claims)
        said = chance.choice(short_passages if chance.random() < SHORT else passages)
        yield Pair(claim, said, SILENT, "unrelated")


if __name__ == "__main__":
    main()
