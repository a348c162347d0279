"""What every embedder is: texts → vectors of length 1, with an identity that decides them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.base.errors import WeightsError

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What decides a vector; two vectors may be compared only if their identities are equal."""

    model: str
    weights_sha256: str
    dim: int
    max_tokens: int


class Embedder(Protocol):
    """Embeds texts so that a dot product is the cosine. May be used by several threads."""

    @property
    def identity(self) -> EmbedderIdentity:
        """What decides its vectors."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, in their order: shape (n, dim), each of length 1."""

    def embed_query(self, text: str) -> Vectors:
        """The vector of one text, shape (dim,), read-only; the latest are remembered."""

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`; `embed` reads at most `identity.max_tokens` of them."""


def verified(path: Path, sha256: str, what: str, cure: str) -> bytes:
    """The bytes of a file, read once and checked.

    Raises:
        WeightsError: the file cannot be read or holds other bytes; says `what` it is, and `cure`.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"The embedding {what} at {path} cannot be read ({error.strerror}). {cure}"
        ) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsError(f"The embedding {what} at {path} are not the expected bytes. {cure}")
    return data
