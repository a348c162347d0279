"""Claims with sentences of other papers that look alike: hard to tell from what says them.

A list of sources holds many such sentences, and none of them may be cited for the claim. They are
found by words (BM25) or by meaning (the pretrained layers themselves); the two find other ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from rag.models.reader import passage
from tests.training.pairs import SILENT, Pair, Record, sentences_of

_LENGTHS = range(31, 400)  # characters; others are headings and lists
_NEAREST = 24
_SAYS_IT_TOO = 0.93  # cosine; above, another paper may well say the same
_BATCH = 1024


class Sentence(NamedTuple):
    """A sentence, the id of its paper, and how the reader is shown it."""

    paper: str
    text: str
    shown: str


def sentences(records: Iterable[Record]) -> list[Sentence]:
    """All sentences of the abstracts that a claim could be held against."""
    return [
        Sentence(record["id"], said, passage(record["title"], said))
        for record in records
        for said in sentences_of(record["abstract"])
        if len(said) in _LENGTHS
    ]


def by_words(
    claims: Sequence[Record], known: Sequence[Sentence], chance: random.Random
) -> Iterator[Pair]:
    """For each claim the nearest sentence of another paper, and one of the next eleven."""
    import bm25s
    import Stemmer

    def tokens(texts: list[str]) -> Any:
        stemmer = Stemmer.Stemmer("english")
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False)

    index = bm25s.BM25()
    index.index(tokens([sentence.text for sentence in known]), show_progress=False)
    asked = tokens([claim["text"] for claim in claims])
    found, _ = index.retrieve(asked, k=min(12, len(known)), show_progress=False)
    for claim, places in zip(claims, found, strict=True):
        others = [known[i] for i in places if known[i].paper != claim["id"]]
        yield from _drawn(claim, [others[:1], others[1:]], chance)


def by_meaning(
    claims: Sequence[Record],
    known: Sequence[Sentence],
    chance: random.Random,
    *,
    folder: Path,
    device: str,
) -> Iterator[Pair]:
    """For each claim the nearest sentence of another paper, one of the next seven, one farther."""
    embed = _Embedding(folder, device)
    vectors = embed([sentence.text for sentence in known])
    asked = embed([claim["text"] for claim in claims])
    for start in range(0, len(claims), 512):
        similar = asked[start : start + 512] @ vectors.T
        nearest = similar.topk(min(_NEAREST, len(known)), dim=1)
        rows = zip(nearest.values.tolist(), nearest.indices.tolist(), strict=True)
        for claim, (cosines, places) in zip(claims[start : start + 512], rows, strict=True):
            others = [
                known[i]
                for i, cosine in zip(places, cosines, strict=True)
                if known[i].paper != claim["id"] and cosine < _SAYS_IT_TOO
            ]
            yield from _drawn(claim, [others[:1], others[1:8], others[8:]], chance)


def _drawn(
    claim: Record, groups: Sequence[Sequence[Sentence]], chance: random.Random
) -> Iterator[Pair]:
    for group in groups:
        if group:
            yield Pair(claim["text"], chance.choice(group).shown, SILENT, "far", 0.7)


class _Embedding:
    """Sentences as vectors of length one: the mean over the last layer of the pretrained ones."""

    def __init__(self, folder: Path, device: str) -> None:
        self._device = device
        self._model = BertModel(BertConfig.from_pretrained(folder), add_pooling_layer=False)
        self._model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
        self._model.to(device).eval()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(64)
        self._tokenizer.enable_padding()

    def __call__(self, texts: Sequence[str]) -> Any:
        """One row a text, half floats on the device."""
        order = np.argsort([len(text) for text in texts], kind="stable")
        rows = torch.zeros(len(texts), self._model.config.hidden_size, dtype=torch.float16)
        for start in range(0, len(texts), _BATCH):
            some = order[start : start + _BATCH]
            rows[torch.from_numpy(some)] = self._embedded([texts[i] for i in some]).half().cpu()
        return rows.to(self._device)

    def _embedded(self, texts: list[str]) -> Any:
        encoded = self._tokenizer.encode_batch(texts)
        ids = torch.tensor([e.ids for e in encoded], device=self._device)
        mask = torch.tensor([e.attention_mask for e in encoded], device=self._device)
        is_fast = self._device == "cuda"
        with torch.no_grad(), torch.autocast(self._device, torch.bfloat16, enabled=is_fast):
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(means, dim=-1)
