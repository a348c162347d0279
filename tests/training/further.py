"""Let both networks of a packaged reader go on, with families of claims, in minutes on a GPU.

    python -m tests.training.further SHARED OUT.onnx [--reader FILE] [--seconds W F]

Needs what `train_wide` needs but the public sets, and starts from the packaged file. The later part
of the time each matrix is rounded to four bits in every step, as it will be stored, so that the
network learns to live with it (Jacob et al., 2018, "Quantization and Training of Neural
Networks"). A network that went on reads families better and some other pairs worse; the mean with
where it began, weight by weight, reads both better (Wortsman et al., 2022, "Robust fine-tuning of
zero-shot models").
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn.utils import parametrize
from transformers import BertConfig, BertForSequenceClassification

from rag.models.reader import FOLDER
from tests.training import families, far, wide
from tests.training.export import BLOCK, CLIPPED, HIGHEST, LARGE, LOWEST, export
from tests.training.packed import Packed
from tests.training.pairs import Pair, Record
from tests.training.train import MOST_TOKENS, weights_folder
from tests.training.train_wide import Plan, learn
from tests.training.unpack import State, networks

SEED = 11
KEPT_OF_OWN, KEPT_OF_FURTHER = 0.2, 0.7  # share of where a network began in what comes of it
ROUNDED_FROM = 0.6  # of the time
SOUGHT_EVERY = 40  # steps between two searches for the scales of the blocks


SHARES = {
    "told": 0.13, "mutated": 0.15, "rule": 0.11, "relation": 0.04, "far": 0.09, "trial": 0.05,
    "scifact": 0.03, "family": 0.20, "family_bio": 0.06, "family_near": 0.05,
    "family_bio_near": 0.02, "across": 0.07,
}  # fmt: skip
OF_THEIR_OWN = Plan(  # the network that came from the pretrained layers
    seed=21, rate=3e-4, warm_up=80, least=0.02, smoothing=0.03, frozen=(), shares=SHARES
)
FURTHER = Plan(  # the one that goes on from `train`
    seed=22, rate=1.5e-4, warm_up=80, least=0.02, smoothing=0.05,
    frozen=("embeddings", "layer.0."), shares=SHARES,
)  # fmt: skip


def main() -> None:
    """Train both networks further and export them as one."""
    args = _arguments()
    chance = random.Random(SEED)
    found = examples(args.shared, chance)
    further, own = networks(args.reader)
    seconds_own, seconds_further = args.seconds
    own_later = gone_on(own, found, OF_THEIR_OWN, args.device, seconds_own)
    further_later = gone_on(further, found, FURTHER, args.device, seconds_further)
    mixed = [
        _mean(further, further_later, KEPT_OF_FURTHER),
        _mean(own, own_later, KEPT_OF_OWN),
    ]
    export([model_of(state, "cpu") for state in mixed], args.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--reader", type=Path, default=FOLDER / "reader.onnx")
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--seconds", type=float, nargs=2, default=(330, 360))
    return parser.parse_args()


def examples(shared: Path, chance: random.Random) -> list[Pair]:
    """What `train_wide` learns from but public sets and meaning, and the families."""
    records = wide.records_of(shared)
    claims = wide.claims_about(records)
    found = wide.examples(shared, records, claims, None, chance)
    about = families.records_of(shared, *families.FILES)
    told = families.claims(*families.FILES, training=True)
    found += families.examples(about, told, chance)
    found += _mutated(about, told, chance)
    known = far.sentences({**records, **about}.values())
    return found + list(far.by_words([*claims, *told], known, chance))


def _mutated(
    about: Mapping[str, Record], told: Sequence[Record], chance: random.Random
) -> list[Pair]:
    right = [claim for claim in told if claim["kind"] == "true"]
    return [pair for pair in wide.of_claims(about, right, chance) if pair.kind == "mutated"]


def model_of(state: State, device: str) -> Any:
    """A network, without dropout."""
    config = BertConfig.from_pretrained(
        weights_folder(), num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    model = BertForSequenceClassification(config)
    model.load_state_dict(state, strict=False)  # the file holds numbers that only unpack others
    return model.to(device).eval()


def gone_on(
    began: State, examples: Sequence[Pair], plan: Plan, device: str, seconds: float
) -> State:
    """What comes of `began` after so many seconds, as floats on the CPU."""
    torch.manual_seed(plan.seed)
    model = model_of(began, device).train()
    tokenizer = Tokenizer.from_file(str(weights_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.no_padding()
    packed = Packed(examples, tokenizer, most=MOST_TOKENS, device=device)
    rounding, rounded = _with_rounding(model)
    learn(model, packed, plan, seconds, rounding.before)
    rounding.is_on = rounding.seeks = True
    for module in rounded:
        parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    return {name: weights.detach().float().cpu() for name, weights in model.state_dict().items()}


def _mean(began: State, later: State, kept: float) -> State:
    return {name: kept * began[name] + (1 - kept) * weights for name, weights in later.items()}


class _Rounding:
    """Whether matrices are rounded in this step, and whether their scales are looked for anew."""

    is_on = False
    seeks = False

    def before(self, step: int, done: float) -> None:
        self.is_on = done > ROUNDED_FROM
        self.seeks = step % SOUGHT_EVERY == 0


def _with_rounding(model: Any) -> tuple[_Rounding, list[Any]]:
    rounding = _Rounding()
    large = [
        module
        for module in model.modules()
        if isinstance(module, torch.nn.Linear) and module.weight.numel() >= LARGE
    ]
    for module in large:
        parametrize.register_parametrization(module, "weight", _FourBits(rounding))
    return rounding, large


class _FourBits(torch.nn.Module):
    """A matrix rounded as `export` stores it; gradients pass as if it were not."""

    def __init__(self, rounding: _Rounding) -> None:
        super().__init__()
        self._rounding = rounding
        self._scales: Any = None

    def forward(self, weights: Any) -> Any:
        if not self._rounding.is_on:
            return weights
        blocks = weights.reshape(-1, BLOCK)
        if self._scales is None or self._rounding.seeks:
            self._scales = _best_scales(blocks.detach())
        near = (_codes(blocks, self._scales) * self._scales).reshape(weights.shape)
        return weights + (near - weights).detach()


def _best_scales(blocks: Any) -> Any:
    largest = blocks.abs().amax(1, keepdim=True)
    scales, least = torch.zeros_like(largest), torch.full_like(largest, float("inf"))
    for share in CLIPPED:
        scale = (largest * share / 7.5).clamp_min(1e-7).half().float()
        errs = (_codes(blocks, scale) * scale - blocks).pow(2).sum(1, keepdim=True)
        scales = torch.where(errs < least, scale, scales)
        least = torch.minimum(errs, least)
    return scales


def _codes(blocks: Any, scales: Any) -> Any:
    return (blocks / scales).round().clamp(LOWEST, HIGHEST)


if __name__ == "__main__":
    main()
