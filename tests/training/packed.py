"""Pairs as tokens, end to end on the device, and batches cut out of them there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tests.training.pairs import Pair

_BLOCK = 20_000  # pairs that are made tokens of at once
_DRAWN = 200  # batches that are drawn, and sorted by length, at once


class Packed:
    """Pairs of claims and passages as one long row of tokens; `most` is what a pair may have."""

    def __init__(
        self, examples: Sequence[Pair], tokenizer: Tokenizer, *, most: int, device: str
    ) -> None:
        ids: list[NDArray[np.int32]] = []
        lengths: list[int] = []
        claims: list[int] = []  # tokens of the claim with its marks, where the passage begins
        for start in range(0, len(examples), _BLOCK):
            block = [(pair.claim, pair.passage) for pair in examples[start : start + _BLOCK]]
            for encoded in tokenizer.encode_batch(block):
                ids.append(np.array(encoded.ids, np.int32))
                lengths.append(len(encoded.ids))
                claims.append(len(encoded.ids) - sum(encoded.type_ids))
        ids.append(np.zeros(most, np.int32))  # so that the last batch can be cut as wide
        self._device = device
        self._lengths = np.array(lengths)
        self._kinds = np.array([pair.kind for pair in examples])
        self._ids = torch.from_numpy(np.concatenate(ids)).to(device)
        self._starts = torch.from_numpy(np.cumsum(self._lengths) - self._lengths).to(device)
        self._ends = torch.tensor(lengths, device=device)
        self._claims = torch.tensor(claims, device=device)
        self._labels = torch.tensor([pair.label for pair in examples], device=device)
        self._weights = torch.tensor([pair.weight for pair in examples], device=device)

    def batches(
        self, shares: Mapping[str, float], size: int, chance: np.random.Generator
    ) -> Iterator[Any]:
        """Endless batches of pairs of like length, as rows; each kind has its share of them.

        A pair of a small kind with a large share comes up again and again; a kind without any
        leaves its share to the others.
        """
        where = {kind: np.flatnonzero(self._kinds == kind) for kind in shares}
        whole = sum(share for kind, share in shares.items() if len(where[kind]))
        while True:
            counts = {kind: round(size * _DRAWN * share / whole) for kind, share in shares.items()}
            drawn = [chance.choice(w, counts[kind]) for kind, w in where.items() if len(w)]
            yield from self._of_like_length(np.concatenate(drawn), size, chance)

    def _of_like_length(
        self, rows: NDArray[np.int64], size: int, chance: np.random.Generator
    ) -> Iterator[Any]:
        ordered = rows[np.argsort(self._lengths[rows] + 4 * chance.random(len(rows)))]
        starts = np.arange(0, len(ordered) - size + 1, size)
        for start in chance.permutation(starts):
            yield torch.from_numpy(ordered[start : start + size]).to(self._device)

    def inputs(self, rows: Any) -> dict[str, Any]:
        """What the network reads of these rows."""
        ends = self._ends[rows][:, None]
        places = torch.arange(int(ends.max()), device=self._device)[None]
        mask = places < ends
        return {
            "input_ids": self._ids[self._starts[rows][:, None] + places].long() * mask,
            "attention_mask": mask.long(),
            "token_type_ids": ((places >= self._claims[rows][:, None]) & mask).long(),
        }

    def loss(self, logits: Any, rows: Any, *, smoothing: float) -> Any:
        """The mean cross entropy of these rows, each with its weight."""
        losses = torch.nn.functional.cross_entropy(
            logits.float(), self._labels[rows], reduction="none", label_smoothing=smoothing
        )
        weights = self._weights[rows]
        return (losses * weights).sum() / weights.sum()
