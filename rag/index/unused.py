"""Places that Chroma's file of vectors keeps for chunks to come.

Chroma writes them as the memory of the process happened to be, in which words of a removed paper
or a key may have stood. They are overwritten with zeros; nothing ever reads them.
"""

from __future__ import annotations

import struct
from pathlib import Path

from rag.index.native import CacheError

VECTORS = "data_level0.bin"
_HEADER = struct.Struct("<i6Q")  # version, offset, places, places in use, bytes of a place, ...
_KNOWN_VERSION = 1


def clear_unused(folder: Path) -> None:
    """Overwrite the unused places in a folder of Chroma; between calls of Chroma, not during one.

    Raises:
        CacheError: the file has another form than the one known, or cannot be written.
    """
    for header in folder.glob("*/header.bin"):
        try:
            _clear(header.read_bytes(), header.with_name(VECTORS))
        except (OSError, struct.error) as error:
            raise CacheError(f"unused places of {VECTORS} were not cleared: {error}") from error


def _clear(header: bytes, vectors: Path) -> None:
    version, _, _, in_use, place_bytes, *_ = _HEADER.unpack_from(header)
    size = vectors.stat().st_size
    used = in_use * place_bytes
    if version != _KNOWN_VERSION or not place_bytes or size % place_bytes or used > size:
        raise CacheError(f"{VECTORS} has a form that is not known")
    if used < size:
        with vectors.open("r+b") as file:
            file.seek(used)
            file.write(bytes(size - used))
