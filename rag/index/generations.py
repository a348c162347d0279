"""Folders of the derived indexes: `chroma`, `keyword` and `compact` in `index-<generation>`."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from rag.index.catalog import Catalog
from rag.index.lock import take
from rag.index.states import CacheName

OWNER_LOCK = "vectors.lock"
EMBEDDING_LOCK = "embedding.lock"
COMPACT_LOCK = "compact.lock"

_FOLDERS: dict[CacheName, str] = {"vectors": "chroma", "keyword": "keyword", "compact": "compact"}
_GENERATION = re.compile(r"index-(\d+)")


def cache_folder(library: Path, name: CacheName, generation: int) -> Path:
    """Where a derived index of a generation lies."""
    return library / f"index-{generation}" / _FOLDERS[name]


def new_folder(library: Path, name: CacheName, generation: int) -> Path:
    """An empty folder for a generation; what a killed process left there is deleted."""
    folder = cache_folder(library, name, generation)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def delete_folder(library: Path, name: CacheName, generation: int) -> None:
    """Delete a generation as far as that is possible."""
    folder = cache_folder(library, name, generation)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):  # the other index still lies there
        folder.parent.rmdir()


def stale(catalog: Catalog, name: CacheName) -> list[int]:
    """Generations on the disk that the manifest does not name."""
    current = catalog.cache(name).generation
    return [n for n in _on_disk(catalog.folder, name) if n != current]


def remove_stale(catalog: Catalog) -> None:
    """Delete folders that nobody uses; the caller holds the write lock."""
    for generation in stale(catalog, "keyword"):
        delete_folder(catalog.folder, "keyword", generation)
    _remove_stale(catalog, "vectors", OWNER_LOCK)
    _remove_stale(catalog, "compact", COMPACT_LOCK)


def _remove_stale(catalog: Catalog, name: CacheName, lock: str) -> None:
    owned = take(catalog.folder / lock) if stale(catalog, name) else None
    if owned is None:
        return  # nothing to do, or the owner may be building one of them
    try:
        for generation in stale(catalog, name):
            delete_folder(catalog.folder, name, generation)
    finally:
        owned.release()


def _on_disk(library: Path, name: CacheName) -> Iterator[int]:
    for path in library.glob(f"index-*/{_FOLDERS[name]}"):
        match = _GENERATION.fullmatch(path.parent.name)
        if match:
            yield int(match.group(1))
