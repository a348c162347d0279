"""Find files behind what the user named, and load their bytes. Formats are left to `readers`."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rag.base.errors import SourceError
from rag.base.types import Failure

MIB = 1024 * 1024
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


def files(source: str | Path) -> Iterator[Path | Failure]:
    """The regular files behind a path: itself, or those of a folder and its folders, sorted.

    Hidden files and folders are skipped. Whatever else cannot be handed out is a `Failure`, also a
    folder without files: a source never gives nothing.
    """
    if isinstance(source, str) and _ADDRESS.match(source):
        reason = "is looked up elsewhere; here, name a file or a folder"
        yield Failure(source, "address", reason)
        return
    path = Path(source)
    try:
        path = path.expanduser()
        mode = path.stat().st_mode
    except (OSError, ValueError, RuntimeError) as error:
        yield Failure(str(source), "file", _reason(error))
        return
    if stat.S_ISDIR(mode):
        yield from _files_of_folder(path)
    else:
        yield path if stat.S_ISREG(mode) else _irregular(path)


def load(path: Path, max_bytes: int = 512 * MIB) -> bytes:
    """The bytes of a regular file.

    Raises:
        SourceError: it is missing, unreadable, not a regular file, or larger than `max_bytes`.
    """
    try:
        # A pipe put in the file's place would make a plain open wait for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SourceError(_irregular(path).reason)
            data = file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        raise SourceError(_reason(error)) from error
    if len(data) > max_bytes:
        limit = f"{max_bytes // MIB} MiB" if max_bytes >= MIB else f"{max_bytes} bytes"
        raise SourceError(f"is larger than {limit}; split it into smaller files")
    return data


def modified_date(path: Path) -> date:
    """The day a file was last changed, in local time.

    Raises:
        SourceError: the file is missing or its folder is not readable.
    """
    try:
        return date.fromtimestamp(path.stat().st_mtime)
    except (OverflowError, ValueError):  # a time stamp that no calendar holds
        return date.today()
    except OSError as error:
        raise SourceError(_reason(error)) from error


_BINARY = getattr(os, "O_BINARY", 0)  # Windows would translate line ends


def _files_of_folder(folder: Path) -> Iterator[Path | Failure]:
    found = False
    for item in _walk(folder, folder.resolve()):
        found = True
        yield item
    if not found:
        yield Failure(str(folder), "folder", "holds no files that could be read")


def _walk(folder: Path, root: Path) -> Iterator[Path | Failure]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Failure(str(folder), "folder", _reason(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_symlink():
            yield from _behind_link(path, root)
        elif entry.is_dir(follow_symlinks=False):
            yield from _walk(path, root)
        else:
            yield path if entry.is_file(follow_symlinks=False) else _irregular(path)


def _behind_link(path: Path, root: Path) -> Iterator[Path | Failure]:
    """A link may stand for a file of the same folder; folders are walked where they are."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        yield Failure(str(path), "file", "is a link to a file that does not exist")
        return
    if not target.is_relative_to(root):
        yield Failure(str(path), "file", "is a link out of the folder; add the file it points to")
    elif target.is_file():
        yield path


def _irregular(path: Path) -> Failure:
    return Failure(str(path), "file", "is not a regular file")


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "does not exist"
    if isinstance(error, PermissionError):
        return "cannot be read: permission denied"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror.lower()}"
    return "is not a path of this system"
