"""The folder of a library: what may stand in it, and when it is taken for one.

A folder is never taken for an empty library because something is missing from it.
"""

from __future__ import annotations

import os
from pathlib import Path

from rag.base.errors import LibraryError, NotALibraryError
from rag.index.lock import HOLDER, WRITE_LOCK

DATABASE = "library.db"
CACHES = "caches.db"  # what the indexes say of themselves, where the records are on a server
NEW = "library.db.new"
RESTORING = ".restoring-"  # in the name of a folder beside the library, while one is restored
_BEFORE = f"{DATABASE}.format-"  # and a version: the database as it was before an upgrade
# Left by file browsers, by a killed creation, or by one that another process is at.
_IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini", WRITE_LOCK, HOLDER}
UNFINISHED = {NEW, f"{NEW}-wal", f"{NEW}-shm", f"{NEW}-journal"}
_PARTS = ("index-", "names.db", "cards.db", "places.db", _BEFORE)


def make_folder(folder: Path) -> None:
    """Make the folder of a library, for its owner alone.

    Raises:
        LibraryError: it cannot be made, or it is a file, or a library is being put there.
    """
    _require_not_halfway(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotALibraryError(
            f"{folder} is a file. A library is a folder: choose an empty or a new one."
        ) from error
    except OSError as error:
        raise LibraryError(
            f"The folder {folder} cannot be made ({error.strerror}). Choose another one."
        ) from error


def is_empty_folder(folder: Path) -> bool:
    """True when a folder is missing, or has nothing in it that anybody put there."""
    if not folder.exists():
        return True
    return folder.is_dir() and not _names_in(folder)


def require_empty(folder: Path) -> None:
    """Refuse a folder that has no library of its own and is not empty either.

    Raises:
        NotALibraryError: what is in it stays as it is.
    """
    names = _names_in(folder)
    if CACHES in names:
        raise NotALibraryError(
            f"{folder} has the indexes of a library in PostgreSQL. Set DATABASE_URL, or choose an "
            "empty folder."
        )
    if "originals" in names or any(name.startswith(_PARTS) for name in names):
        raise NotALibraryError(
            f"{folder} is a library without its {DATABASE}. Restore that file from a backup, or "
            "choose an empty folder and add your papers again."
        )
    if names:
        raise NotALibraryError(f"{folder} is not an askpapers library: choose an empty folder.")


def copies_before(folder: Path) -> list[Path]:
    """Copies of the database that were made before upgrades."""
    return sorted(folder.glob(f"{_BEFORE}*"))


def copy_before(folder: Path, version: int) -> Path:
    """Where the database is copied before it is taken from a version to the next."""
    return folder / f"{_BEFORE}{version}"


def fsync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the system offers that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - _IGNORED - UNFINISHED


def _require_not_halfway(folder: Path) -> None:
    """A library that is being put in place is not taken for a missing one."""
    if folder.exists() or not folder.parent.is_dir():
        return
    if any(path.name.startswith(f"{folder.name}{RESTORING}") for path in folder.parent.iterdir()):
        raise NotALibraryError(
            f"A backup was being restored to {folder} and that did not end. "
            "Run `askpapers restore` again."
        )
