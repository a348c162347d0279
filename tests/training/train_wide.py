"""Train the two networks that the reader reads side by side, in minutes on a GPU.

    python -m tests.training.train SHARED FIRST.onnx --state FIRST.pt
    python -m tests.training.train_wide SHARED OUT.onnx --first FIRST.pt --public FOLDER

Needs what `train` needs, bm25s and PyStemmer. SHARED is the folder with the sets, FOLDER holds the
files of the public sets (`public.py`). One network comes from the pretrained layers, all of them
free: it reads forms that nobody wrote claims in better, and is misled by more. The other goes on
from FIRST and is then the mean of where it began and where it came to, weight by weight: it keeps
what written claims teach. They err on different pairs: both together are better than either.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification

from tests.training import far, pairs, wide
from tests.training.export import export
from tests.training.packed import Packed
from tests.training.pairs import Pair
from tests.training.train import MOST_TOKENS, Trainer, weights_folder

SEED = 5
DECAY = 0.02

State = dict[str, Any]


class Plan(NamedTuple):
    """How one network learns; the rate is reached after `warm_up` steps and falls to `least`."""

    seed: int
    rate: float
    warm_up: int
    least: float  # of the rate
    smoothing: float
    frozen: Sequence[str]
    shares: Mapping[str, float]


FROM_PRETRAINED = Plan(
    seed=11,
    rate=3e-4,
    warm_up=200,
    least=0.01,
    smoothing=0.03,
    frozen=(),
    shares={
        "told": 0.26,
        "mutated": 0.18,
        "rule": 0.20,
        "relation": 0.08,
        "trial": 0.05,
        "scifact": 0.02,
        "public": 0.09,
        "far": 0.12,
    },
)
FROM_FIRST = Plan(
    seed=12,
    rate=1e-4,
    warm_up=100,
    least=0.05,
    smoothing=0.05,
    frozen=("embeddings", "layer.0."),
    shares={
        "told": 0.19,
        "mutated": 0.17,
        "rule": 0.24,
        "relation": 0.06,
        "trial": 0.06,
        "scifact": 0.02,
        "public": 0.11,
        "far": 0.15,
    },
)


def main() -> None:
    """Train both networks, export them as one, and print how each judges the held-out pairs."""
    args = _arguments()
    torch.manual_seed(SEED)
    folder, chance = weights_folder(), random.Random(SEED)
    records = wide.records_of(args.shared)
    claims = wide.claims_about(records)
    found = wide.examples(args.shared, records, claims, args.public, chance)
    known = far.sentences(records.values())
    like = list(far.by_meaning(claims, known, chance, folder=folder, device=args.device))
    worded = list(far.by_words(claims, known, chance))
    pretrained, first = (
        Trainer(folder).model.state_dict(),
        torch.load(args.first, map_location="cpu"),
    )
    of_their_own, further = args.seconds
    wider = _learnt(pretrained, found + like, FROM_PRETRAINED, args.device, of_their_own)
    later = _learnt(first, found + worded, FROM_FIRST, args.device, further)
    readers = [_reader(_mean(first, later)), _reader(wider)]
    export([reader.model for reader in readers], args.out)
    everything = pairs.lines(args.shared / "scale" / "arxiv_50k.jsonl.gz")
    held = list(pairs.written({r["id"]: r for r in everything}, training=False))
    print(json.dumps([reader.judged(held) for reader in readers], indent=1))  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--first", type=Path, required=True)
    parser.add_argument("--public", type=Path, help="none of these pairs where it is not given")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--seconds", type=float, nargs=2, default=(270, 120))
    return parser.parse_args()


def _learnt(
    state: State, examples: Sequence[Pair], plan: Plan, device: str, seconds: float
) -> State:
    """The weights that come of `state` after so many seconds, as floats on the CPU."""
    folder = weights_folder()
    torch.manual_seed(plan.seed)
    model = BertForSequenceClassification(BertConfig.from_pretrained(folder, num_labels=3))
    model.load_state_dict(state)
    model.to(device).train()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.no_padding()
    learn(model, Packed(examples, tokenizer, most=MOST_TOKENS, device=device), plan, seconds)
    return {name: weights.float().cpu() for name, weights in model.state_dict().items()}


def learn(
    model: Any,
    packed: Packed,
    plan: Plan,
    seconds: float,
    before: Callable[[int, float], None] = lambda step, done: None,
) -> None:
    """Train for so many seconds; `before` each step hears its number and the share of the time."""
    device = model.device.type
    size = 512 if device == "cuda" else 16
    optimizer = _optimizer(model, plan)
    free = [weights for weights in model.parameters() if weights.requires_grad]
    batches = packed.batches(plan.shares, size, np.random.default_rng(plan.seed))
    started = time.monotonic()
    for step, rows in enumerate(batches):
        done = (time.monotonic() - started) / seconds
        if done >= 1:
            print(f"{step} batches of {size} pairs")  # noqa: T201
            return
        before(step, done)
        for group in optimizer.param_groups:
            warm = min(1.0, (step + 1) / plan.warm_up)
            group["lr"] = plan.rate * warm * max(plan.least, 1 - done)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            logits = model(**packed.inputs(rows)).logits
        packed.loss(logits, rows, smoothing=plan.smoothing).backward()
        torch.nn.utils.clip_grad_norm_(free, 1.0)
        optimizer.step()
        optimizer.zero_grad()


def _optimizer(model: Any, plan: Plan) -> torch.optim.Optimizer:
    """AdamW over the layers that are not frozen; offsets and norms do not decay."""
    decaying: list[Any] = []
    others: list[Any] = []
    for name, weights in model.named_parameters():
        weights.requires_grad = not any(part in name for part in plan.frozen)
        if weights.requires_grad:
            is_other = "bias" in name or "LayerNorm" in name
            (others if is_other else decaying).append(weights)
    groups = [
        {"params": decaying, "weight_decay": DECAY},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98))


def _mean(one: State, other: State) -> State:
    return {name: (weights.float() + other[name]) / 2 for name, weights in one.items()}


def _reader(state: State) -> Trainer:
    reader = Trainer(weights_folder())
    reader.model.load_state_dict(state)
    return reader


if __name__ == "__main__":
    main()
