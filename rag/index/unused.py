"""Places that Chroma's files of vectors and of their lengths keep for chunks to come.

Chroma writes them as the memory of the process happened to be, in which words of a removed paper
or a key may have stood. They are overwritten with zeros; nothing ever reads them.
"""

from __future__ import annotations

import struct
from pathlib import Path

from rag.index.native import CacheError

VECTORS, LENGTHS = "data_level0.bin", "length.bin"
_LENGTH_BYTES = 4  # of one place
_HEADER = struct.Struct("<i6Q")  # version, offset, places, places in use, bytes of a place, ...
_KNOWN_VERSION = 1


def clear_unused(folder: Path) -> None:
    """Overwrite the unused places in a folder of Chroma; between calls of Chroma, not during one.

    Raises:
        CacheError: the file has another form than the one known, or cannot be written.
    """
    for header in folder.glob("*/header.bin"):
        try:
            version, _, _, in_use, place_bytes, *_ = _HEADER.unpack_from(header.read_bytes())
            if version != _KNOWN_VERSION:
                raise CacheError(f"{VECTORS} has a form that is not known")
            _clear(header.with_name(VECTORS), in_use, place_bytes)
            if (lengths := header.with_name(LENGTHS)).exists():
                _clear(lengths, in_use, _LENGTH_BYTES)
        except (OSError, struct.error) as error:
            raise CacheError(f"unused places of {VECTORS} were not cleared: {error}") from error


def _clear(file: Path, in_use: int, place_bytes: int) -> None:
    size, used = file.stat().st_size, in_use * place_bytes
    if not place_bytes or size % place_bytes or used > size:
        raise CacheError(f"{file.name} has a form that is not known")
    if used < size:
        with file.open("r+b") as places:
            places.seek(used)
            places.write(bytes(size - used))
