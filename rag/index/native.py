"""The boundary to libraries written in Rust, whose failures are many kinds of error and panic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rag.base.errors import LibraryError


class CacheError(LibraryError):
    """A derived index cannot be used; what it answers can be worked out from library.db."""


@contextmanager
def cache_errors(what: str) -> Iterator[None]:
    """Turn whatever a derived index raises into `CacheError`, a pyo3 panic included.

    A panic derives from BaseException, so that naming `Exception` would let it pass.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError, CacheError):
        raise
    except BaseException as error:  # an index is a cache: every failure of one means "rebuild"
        raise CacheError(f"{what}: {type(error).__name__}: {error}") from error
