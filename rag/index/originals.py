"""The bytes that were added, kept under their sha256 before anything reads them."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from pathlib import Path

from rag.base.errors import LibraryError
from rag.index.folder import fsync_folder

ORIGINALS = "originals"
_MOST_HASHED = 256 << 20  # bytes that are read again; the rest is looked for only


class Originals(ABC):
    """The originals of one library, wherever they are."""

    @abstractmethod
    def keep(self, data: bytes) -> str:
        """Store bytes durably; returns their sha256. The same bytes are stored once."""

    @abstractmethod
    def read(self, digest: str) -> bytes | None:
        """The bytes that were kept under a sha256; None where they are not there."""

    @abstractmethod
    def missing(self, digests: set[str]) -> list[str]:
        """Those of the files that are not there."""

    @abstractmethod
    def changed(self) -> list[str]:
        """Those whose bytes are not as they were added, as far as that is looked at."""


class InFolder(Originals):
    """Files beside `library.db`."""

    def __init__(self, library: Path) -> None:
        self._library = library

    def keep(self, data: bytes) -> str:
        """Store bytes durably; returns their sha256. The same bytes are stored once."""
        return keep(self._library, data)

    def read(self, digest: str) -> bytes | None:
        """The bytes that were kept under a sha256; None where they are not there."""
        return read(self._library, digest)

    def missing(self, digests: set[str]) -> list[str]:
        """Those of the files that are not there."""
        return missing(self._library, digests)

    def changed(self) -> list[str]:
        """Those whose bytes are not as they were added, as far as that is looked at."""
        found, seen = [], 0
        for path in sorted((self._library / ORIGINALS).glob("*")):
            seen += path.stat().st_size
            if seen > _MOST_HASHED:
                break
            if path.suffix != ".part" and path.name != _sha256(path):
                found.append(path.name)
        return found


def keep(library: Path, data: bytes) -> str:
    """Store bytes durably; returns their sha256. The same bytes are stored once.

    Raises:
        LibraryError: they cannot be written.
    """
    digest = hashlib.sha256(data).hexdigest()
    folder = library / ORIGINALS
    path = folder / digest
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not path.exists() or path.stat().st_size != len(data):
            _write_durably(path, data)
    except OSError as error:
        raise LibraryError(
            f"A file could not be kept in {folder} ({error.strerror}). Free some space or make the "
            "folder writable."
        ) from error
    return digest


def read(library: Path, digest: str) -> bytes | None:
    """The bytes that were kept under a sha256; None where they are not there."""
    if len(digest) != 64 or not digest.isalnum():
        return None
    try:
        return (library / ORIGINALS / digest).read_bytes()
    except OSError:
        return None


def clean_up(library: Path) -> None:
    """Delete what a killed `keep` left unfinished; the caller holds the write lock."""
    for path in (library / ORIGINALS).glob("*.part"):
        path.unlink(missing_ok=True)


def missing(library: Path, digests: set[str]) -> list[str]:
    """Those of the files that are not there."""
    return sorted(d for d in digests if not (library / ORIGINALS / d).is_file())


def _write_durably(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    fsync_folder(path.parent)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
