"""A small reader: whether a sentence of a paper says what a claim says, denies it, or neither.

Two cross-encoders of six layers, read side by side, that were fine-tuned from all-MiniLM-L6-v2 on
pairs of a claim or question and a sentence with its paper's title; `reader_weights/README.md` tells
how, on what, and how well they read. They are one file for onnxruntime; weights have four bits,
arithmetic is float, so that a verdict does not depend on the other pairs of its call.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.models.embed import packaged_tokenizer, whole
from rag.models.embedder import verified
from rag.models.onnx import available_threads, batches, open_session

FOLDER = Path(__file__).parent / "reader_weights"
_SHA256 = "ba4da94a9b4248af368a94302f015e06ea6d746aafea550d8cf9cb2dd226c1de"
_CURE = "Reinstall askpapers."
_MOST_CHARS = 2_000
_MOST_TOKENS = 112  # as it was trained
_TITLE_WORDS = 8  # of a paper's title, before its sentence

Pair = tuple[str, str]  # a claim or question, and a passage as `passage` writes it
Judgements = NDArray[np.float32]


class Reader(Protocol):
    """Judges pairs of a claim and a passage."""

    def judge(self, pairs: Sequence[Pair]) -> Judgements:
        """Shape (n, 3): says, denies, silent."""
        ...


def passage(title: str, sentence: str) -> str:
    """A sentence with the title of its paper, as the reader was trained to see them."""
    opening = " ".join(title.split()[:_TITLE_WORDS])
    return f"{opening}: {sentence}" if opening else sentence


class MiniLMReader:
    """The packaged reader. May be used by several threads; a pair costs about 45 ms of CPU."""

    def __init__(self, *, threads: int = 0) -> None:
        """Load weights and vocabulary.

        Args:
            threads: threads of one call; 0 takes what the process may use, at most four.

        Raises:
            WeightsError: a file is missing or does not hold the expected bytes.
        """
        weights = verified(FOLDER / "reader.onnx", _SHA256, "reader", _CURE)
        self._tokenizer = packaged_tokenizer()
        self._session = open_session(weights, threads or available_threads())
        # A call takes all cores by itself: many at once would only keep each other waiting.
        self._reading = threading.Lock()

    def judge(self, pairs: Sequence[Pair]) -> Judgements:
        """Shape (n, 3), in the order of `pairs`: says, denies, silent; each row adds up to 1."""
        judged = np.empty((len(pairs), 3), dtype=np.float32)
        read = [self._read(*pair) for pair in pairs]
        for rows in batches([len(ids) for ids, _ in read]):
            judged[rows] = self._run([read[row] for row in rows])
        return judged

    def _read(self, claim: str, said: str) -> tuple[list[int], list[int]]:
        first, second = (whole(text[:_MOST_CHARS]) for text in (claim, said))
        encoded = self._tokenizer.encode(first, second)
        if len(encoded.ids) > _MOST_TOKENS:
            encoded.truncate(_MOST_TOKENS)
        return encoded.ids, encoded.type_ids

    def _run(self, batch: list[tuple[list[int], list[int]]]) -> Judgements:
        shape = len(batch), max(len(ids) for ids, _ in batch)
        ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for row, (tokens, kinds) in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
            types[row, : len(tokens)] = kinds
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        with self._reading:
            logits = self._session.run(None, inputs)[0]
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: Judgements = weights / weights.sum(axis=1, keepdims=True)
        return shares
