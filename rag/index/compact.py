"""Chunk vectors in a quarter of their memory: signs to find the near ones, bytes to compare them.

Arrays that lie in files and are mapped into memory, so that opening a large library reads them
once, for their sums, and holds none of them. A search counts for every chunk in how many signs it
differs from the question, keeps those that differ least, and compares these by bytes; whoever asks
works the last few out by the vectors themselves. Which files are right, and what changed since, is
left to `mapped`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from rag.index.changes import VectorRows
from rag.index.native import CacheError, cache_errors

# Of MiniLM's vectors, the 4,000 that differ least in signs hold 99.8 % of the 100 nearest of
# 95,000 and all of the first ten; a twentieth holds 99.9 %.
_LEAST = 4000
_SHARE = 20
_TIMES = 20  # as many as are asked for, where those are many
_LARGEST = 127.0
_READ = 1 << 20  # bytes of a file that are looked at together
_WORD = 8  # bytes
_DIGITS = 3  # of a question's numbers
_DIGITS_MOST = 2**_DIGITS - 1
_ROWS = 65_536  # at once, so that what is counted stays near the processor

Near = list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Arrays:
    """Row i of `signs` (by columns), `bytes` and `scales` is one chunk of the paper `owners[i]`."""

    signs: np.ndarray  # (dim / 64, n) uint64, a bit a number: whether it is above 0
    ones: np.ndarray  # (n,) int32, how many of the row's signs are set
    bytes: np.ndarray  # (n, dim) int8, the vector divided by its scale
    scales: np.ndarray  # (n,) float32
    owners: np.ndarray  # (n,) int32, a row of `papers`
    ordinals: np.ndarray  # (n,) int32, the number of the chunk within its paper
    papers: np.ndarray  # (m,) bytes, the ids


class CompactVectors:
    """The chunks of one state of a library; for all threads."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._names: list[str] | None = None  # of papers, read for the first filter
        self._chosen: tuple[frozenset[str] | None, frozenset[str], np.ndarray] | None = None

    @classmethod
    def of(cls, batches: Iterable[VectorRows], rows: int, dim: int) -> CompactVectors:
        """Make them of so many rows that come in batches."""
        signs = np.empty((-(-dim // (8 * _WORD)), rows), np.uint64)
        ones = np.empty(rows, np.int32)
        numbers = np.empty((rows, dim), np.int8)
        scales = np.empty(rows, np.float32)
        owners, ordinals = np.empty(rows, np.int32), np.empty(rows, np.int32)
        papers: dict[str, int] = {}
        start = 0
        for batch in batches:
            part = slice(start, start := start + len(batch.ids))
            numbers[part], scales[part] = _as_bytes(batch.matrix)
            above = batch.matrix > 0
            signs[:, part] = _packed(above).T
            ones[part] = above.sum(axis=1)
            owners[part] = [papers.setdefault(paper, len(papers)) for paper in batch.paper_ids]
            ordinals[part] = [int(chunk_id.rpartition(":")[2]) for chunk_id in batch.ids]
        if start != rows:
            raise CacheError(f"{start} vectors were read and not {rows}")
        names = np.array([paper.encode() for paper in papers], dtype=np.bytes_)
        return cls(Arrays(signs, ones, numbers, scales, owners, ordinals, names))

    @classmethod
    def open(cls, folder: Path, rows: int, dim: int, fingerprint: str) -> CompactVectors:
        """Map the files of a folder, after a look at every byte of them.

        Raises:
            CacheError: they are not those that `save` left with this fingerprint.
        """
        with cache_errors("vectors were not mapped"):
            if _fingerprint(folder) != fingerprint:
                raise CacheError("the files of vectors were changed or are damaged")
            arrays = Arrays(*(_mapped(_file(folder, part.name)) for part in fields(Arrays)))
        if arrays.bytes.shape != (rows, dim):
            raise CacheError(f"{arrays.bytes.shape} vectors are kept and not {(rows, dim)}")
        return cls(arrays)

    def save(self, folder: Path) -> str:
        """Write the files to an empty folder; returns their fingerprint. May raise `OSError`."""
        for part in fields(Arrays):
            np.save(_file(folder, part.name), getattr(self._arrays, part.name))
        return _fingerprint(folder)

    def count(self, gone: frozenset[str] = frozenset()) -> int:
        """How many chunks there are of papers that are not in `gone`."""
        chosen = self._rows_of(None, gone)
        return len(self._arrays.owners) if chosen is None else len(chosen)

    def search(
        self, query: np.ndarray, k: int, allowed: frozenset[str] | None, gone: frozenset[str]
    ) -> Near:
        """The `k` chunks nearest to a unit vector, about so: (chunk id, cosine), best first.

        Of the papers in `allowed` (None: all) that are not in `gone`.
        """
        arrays = self._arrays
        rows = self._near(query, k, self._rows_of(allowed, gone))
        numbers = np.take(arrays.bytes, rows, axis=0)
        products = np.einsum("ij,j->i", numbers, query, dtype=np.float32, casting="unsafe")
        cosines = products * arrays.scales[rows]
        best = np.argsort(-cosines, kind="stable")[:k]
        return list(zip(self._chunk_ids(rows[best]), cosines[best].tolist(), strict=True))

    def _near(self, query: np.ndarray, k: int, rows: np.ndarray | None) -> np.ndarray:
        """Of these rows (None: all), those that are worth comparing."""
        count = self._arrays.signs.shape[1] if rows is None else len(rows)
        enough = max(_LEAST, count // _SHARE, _TIMES * k)
        if count <= enough:
            return np.arange(count) if rows is None else rows
        scores = _sign_scores(self._arrays, query)
        if rows is not None:
            scores = scores[rows]
        lowest = scores.min()
        at_or_above = np.cumsum(np.bincount(scores - lowest)[::-1])
        least = lowest + len(at_or_above) - 1 - np.searchsorted(at_or_above, enough)
        near = np.flatnonzero(scores >= least)
        return near if rows is None else rows[near]

    def _rows_of(self, allowed: frozenset[str] | None, gone: frozenset[str]) -> np.ndarray | None:
        """The rows of such papers, None for all; kept, for one question asks several times."""
        if allowed is None and not gone:
            return None
        kept = self._chosen
        if kept is None or kept[0] is not allowed or kept[1] is not gone:
            if self._names is None:
                self._names = self._arrays.papers.astype(str).tolist()
            wanted = _each(self._names, allowed)
            if gone:
                wanted &= ~_each(self._names, gone)
            rows = np.flatnonzero(wanted[self._arrays.owners])
            self._chosen = kept = (allowed, gone, rows)
        return kept[2]

    def _chunk_ids(self, rows: np.ndarray) -> list[str]:
        papers = self._arrays.papers[self._arrays.owners[rows]].tolist()
        ordinals = self._arrays.ordinals[rows].tolist()
        return [f"{paper.decode()}:{n}" for paper, n in zip(papers, ordinals, strict=True)]


def _each(names: Sequence[str], among: frozenset[str] | None) -> np.ndarray:
    """Of each name whether it is among these; None has all."""
    if among is None:
        return np.ones(len(names), bool)
    return np.fromiter(map(among.__contains__, names), bool, len(names))


def _sign_scores(arrays: Arrays, query: np.ndarray) -> np.ndarray:
    """For each row about the cosine, times a factor: the query's numbers, with the row's signs.

    The numbers are rounded to one of eight and written in binary, so that each digit of all of
    them meets the signs at once.
    """
    step = max(float(np.abs(query).max()), 1e-9) / _DIGITS_MOST
    rounded = np.rint((query / step + _DIGITS_MOST) / 2).astype(np.uint8)
    digits = [_packed((rounded[None] >> digit) & 1)[0] for digit in range(_DIGITS)]
    scores: np.ndarray = np.multiply(arrays.ones, -_DIGITS_MOST, dtype=np.int32)
    for start in range(0, len(scores), _ROWS):
        part = slice(start, start + _ROWS)
        for digit, words in enumerate(digits):
            met = np.zeros(len(scores[part]), np.uint16)
            for column, word in zip(arrays.signs, words, strict=True):
                met += np.bitwise_count(column[part] & word)
            scores[part] += met.astype(np.int32) << (digit + 1)
    return scores


def _packed(bits: np.ndarray) -> np.ndarray:
    """Rows of bits as rows of words; what is lacking to the last word is 0."""
    packed = np.zeros((len(bits), -(-bits.shape[1] // (8 * _WORD)) * _WORD), np.uint8)
    packed[:, : -(-bits.shape[1] // 8)] = np.packbits(bits, axis=1)
    words: np.ndarray = packed.view(np.uint64)
    return words


def _as_bytes(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row as bytes, and what they are to be multiplied by."""
    largest = np.abs(matrix).max(axis=1, initial=0)
    scales = np.maximum(largest, np.finfo(np.float32).tiny) / _LARGEST
    return np.rint(matrix / scales[:, None]).astype(np.int8), scales


def _mapped(path: Path) -> np.ndarray:
    array: np.ndarray = np.load(path, mmap_mode="r")
    return array.view(np.ndarray)  # each piece of a `memmap` would be another one, at some cost


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.npy"


def _fingerprint(folder: Path) -> str:
    """Names, sizes and sums of the files: a byte that has changed makes another one."""
    return json.dumps({f.name: _sum(_file(folder, f.name)) for f in fields(Arrays)})


def _sum(path: Path) -> list[int]:
    size = total = 0
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(_READ), b""):
            size, total = size + len(piece), zlib.crc32(piece, total)
    return [size, total]
