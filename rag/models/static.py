"""Static vectors of words, out of the package wordllama: no network of neurons is run.

Hundreds of times cheaper than a sentence model and less exact. The package's two files are read as
they lie: importing it sets up logging, and its own loader looks for the tokenizer on the network.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import struct
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.base.errors import WeightsError
from rag.base.text import Remembered
from rag.models.embedder import EmbedderIdentity, Vectors, verified

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WEIGHTS = "weights/l2_supercat_256.safetensors"
_WEIGHTS_SHA256 = "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"
_TOKENIZER_SHA256 = "93248f2a9ec36c7b35f700a033d5f36228aae48db61aee31007fa49062cdeb68"
_TENSOR = "embedding.weight"
_NUMBERS = {"F16": "<f2", "F32": "<f4"}  # little-endian, as the format has them
_DIM = 256
# A mean of tokens could be taken over any length, but the longer the text the less it says. Of
# 300 abstracts one is longer than this (mean 246 tokens), so a chunk is nearly always all of one.
_MAX_TOKENS = 512
_MOST_CHARS = 32_768  # 512 tokens of real text end long before
_NO_WORDS = np.ones(1, np.int64)  # the token that stands before a text, for one that has no other
_CACHED_QUERIES = 512
# Each word with the spaces before it, the last with those after it. "▁" is how spaces are written.
_WORDS = re.compile(r"[ ▁]*[^ ▁]+(?:[ ▁]+\Z)?|[ ▁]+")
_CLOSING = ",.;:!?)"  # marks behind words
_INSTALL = "Install it: pip install 'askpapers[fast]', or set ASKPAPERS_EMBEDDER=minilm."
_REINSTALL = "Install them anew: pip install --force-reinstall wordllama==0.4.0.post1."

Tokens = NDArray[np.int64]
IDENTITY = EmbedderIdentity("wordllama-l2-supercat-256", _WEIGHTS_SHA256, _DIM, _MAX_TOKENS)


class StaticEmbedder:
    """Embeds texts: 256 numbers each, of length 1: the mean of the vectors of their tokens.

    May be used by several threads. Loading costs about 0.1 s of CPU and 50 MB.
    """

    identity = IDENTITY

    def __init__(self, *, folder: Path | None = None) -> None:
        """Load the table of vectors and the tokenizer.

        Args:
            folder: another folder with the same files as the package wordllama.

        Raises:
            WeightsError: the package or a file is missing, or does not hold the expected bytes.
        """
        folder = folder or _package()
        table = verified(folder / _WEIGHTS, _WEIGHTS_SHA256, "weights", _REINSTALL)
        vocabulary = verified(folder / _TOKENIZER, _TOKENIZER_SHA256, "vocabulary", _REINSTALL)
        self._table = _tensor(table, _TENSOR)
        self._tokens = _WordTokens(_tokenizer(vocabulary))
        self._cached = functools.lru_cache(maxsize=_CACHED_QUERIES)(self._embed_one)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, in their order: shape (n, 256).

        A text is read up to 512 tokens. A text without words has a vector too, of no meaning.
        """
        sums = np.empty((len(texts), _DIM), dtype=np.float32)
        space = np.empty((_MAX_TOKENS, _DIM), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = self._encode(text[:_MOST_CHARS])[:_MAX_TOKENS]
            if not len(ids):
                ids = _NO_WORDS
            # "clip", for with "raise" the rows are gathered in a copy first.
            rows = self._table.take(ids, axis=0, out=space[: len(ids)], mode="clip")
            np.add.reduce(rows, axis=0, out=sums[row])
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return sums

    def embed_query(self, text: str) -> Vectors:
        """The vector of one text, shape (256,), read-only; the latest 512 are remembered."""
        return self._cached(text)

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`; at most 512 are read by `embed`."""
        return len(self._encode(text))

    def _embed_one(self, text: str) -> Vectors:
        vector: Vectors = self.embed([text])[0]
        vector.setflags(write=False)
        return vector

    def _encode(self, text: str) -> Tokens:
        """The tokens of each word one after the other: none reaches over the beginning of one."""
        # Half of a surrogate pair, as broken files hold, is no text to the tokenizer.
        whole = text if text.isascii() else text.encode("utf-8", "replace").decode()
        return np.frombuffer(b"".join(map(self._tokens.__getitem__, _words(whole))), np.int64)


def _words(text: str) -> list[str]:
    """A text cut into words, each with the spaces before it but the first of them."""
    is_plain = "  " not in text and "▁" not in text and not text.startswith(" ")
    if is_plain and text and not text.endswith(" "):  # nearly always, and six times as fast
        return text.split(" ")
    return [word[1:] for word in _WORDS.findall(f" {text}")]


class _WordTokens(Remembered[bytes]):
    """The tokens of words that stand behind a space, as an array has them."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__(self._encoded)
        self._tokenizer = tokenizer
        self._closing = {
            mark: array("q", [token]).tobytes()
            for mark in _CLOSING
            if (token := tokenizer.token_to_id(mark)) is not None
        }

    def _encoded(self, word: str) -> bytes:
        if word[-1:] in self._closing and word[:-1].isascii() and word[:-1].isalnum():
            ids = self[word[:-1]] + self._closing[word[-1]]  # no token is of both
        else:  # the tokenizer puts the space there itself
            found = self._tokenizer.encode(word, add_special_tokens=False).ids
            ids = array("q", found).tobytes()
        return ids


def _package() -> Path:
    """The folder of the package, found without running its code."""
    try:
        found = importlib.util.find_spec("wordllama")
    except ValueError:  # it is loaded and does not say from where
        found = None
    if found is None or found.origin is None:
        raise WeightsError(
            f"The package wordllama with the embedding weights is missing. {_INSTALL}"
        )
    return Path(found.origin).parent


def _tensor(data: bytes, name: str) -> Vectors:
    """One tensor of a safetensors file: the header's length, the header in JSON, the numbers."""
    (length,) = struct.unpack_from("<Q", data)
    numbers = 8 + length
    header = json.loads(data[8:numbers])[name]
    start, stop = header["data_offsets"]
    flat = np.frombuffer(data[numbers + start : numbers + stop], _NUMBERS[header["dtype"]])
    return flat.reshape(header["shape"]).astype(np.float32)


def _tokenizer(vocabulary: bytes) -> Tokenizer:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(vocabulary)
    tokenizer.encode_special_tokens = True  # "<s>" in a paper is its text and no mark
    return tokenizer
