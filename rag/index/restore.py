"""A backup becomes a library again: every byte is checked before anything is put in place.

Nothing in a backup decides where it is written: parts have the names they must have. A library
that is replaced is moved aside, never overwritten.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path
from typing import Any

from rag.base.backups import BackupReport
from rag.base.errors import LibraryBusyError, LibraryError, NotALibraryError
from rag.base.types import Progress
from rag.index.backup import FORMAT, MANIFEST, SCALE, VERSION, Watch, copied, report_of
from rag.index.folder import CACHES, DATABASE, RESTORING, fsync_folder, is_empty_folder
from rag.index.generations import EMBEDDING_LOCK, OWNER_LOCK
from rag.index.lock import take, write_lock
from rag.index.schema import SCHEMA_VERSION

_PART = re.compile(rf"{re.escape(DATABASE)}|{re.escape(SCALE)}|originals/([0-9a-f]{{64}})")
_MOST_MANIFEST = 64 << 20
_SPARE = 64 << 20  # bytes that stay free on the disk
_LOCK_WAIT_S = 5.0
_UNREADABLE = (OSError, EOFError, RuntimeError, NotImplementedError, ValueError, KeyError)


def restore(
    path: Path, folder: Path, *, replace: bool = False, progress: Watch | None = None
) -> BackupReport:
    """Make a library of a backup in an empty or new folder, or in the place of another library.

    With `replace`, a library that is there is moved aside and named in the report.

    Raises:
        LibraryError: the backup is damaged, or there is no space.
        LibraryBusyError: the library to replace is open in another program.
        NotALibraryError: the folder holds something, or the backup is of a newer version.
    """
    path, folder = (Path(given).expanduser().absolute() for given in (path, folder))
    if not path.is_file():
        raise LibraryError(f"There is no file {path}.")
    _require_place(folder, replace)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(f"{_literal(folder.name)}{RESTORING}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a restore that was stopped
    draft = Path(tempfile.mkdtemp(prefix=f"{folder.name}{RESTORING}", dir=folder.parent))
    try:
        manifest = _unpack(path, draft, progress)
        _require_sound(draft / DATABASE, path)
        aside = _put_in_place(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return changed(report_of(path, manifest), replaced=str(aside) if aside else None)


def _literal(name: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", name)


def _require_place(folder: Path, replace: bool) -> None:
    if is_empty_folder(folder):
        return
    if (folder / CACHES).is_file():
        raise NotALibraryError(
            f"{folder} has the indexes of a library in PostgreSQL, which `pg_restore` brings back. "
            "Choose another folder for a library of its own, and unset DATABASE_URL to use it."
        )
    if not (folder / DATABASE).is_file():
        raise NotALibraryError(f"{folder} holds something else: choose an empty or a new folder.")
    if not replace:
        raise NotALibraryError(
            f"{folder} has a library already. Choose another folder, or have it replaced "
            "(`--replace`): the library that is there is moved aside."
        )


# --- reading ---------------------------------------------------------------------------------


def _unpack(path: Path, draft: Path, progress: Watch | None) -> dict[str, Any]:
    """Write all parts into a folder of their own; gives the manifest that they agree with."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            files = _parts(archive, manifest, path)
            _require_space(draft, sum(entry["size"] for entry in files.values()))
            done, total = 0, sum(entry["size"] for entry in files.values())
            for name, entry in files.items():
                _extract(archive, name, entry, draft, path)
                done += entry["size"]
                if progress is not None:
                    progress(Progress(done, total, "restoring"))
    except FileNotFoundError as error:
        raise LibraryError(f"There is no file {path}.") from error
    except (zipfile.BadZipFile, zlib.error, *_UNREADABLE) as error:
        raise _damaged(path, "it cannot be read to its end") from error
    return manifest


def _manifest(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise LibraryError(f"{path} is no backup of askpapers.")
    with archive.open(MANIFEST) as file:
        manifest = json.loads(file.read(_MOST_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise LibraryError(f"{path} is no backup of askpapers.")
    if int(manifest["version"]) > VERSION or int(manifest["schema"]) > SCHEMA_VERSION:
        raise NotALibraryError(
            f"The backup {path} was made by a newer version of askpapers. Upgrade askpapers."
        )
    return manifest


def _parts(
    archive: zipfile.ZipFile, manifest: dict[str, Any], path: Path
) -> dict[str, dict[str, Any]]:
    """What the manifest names, which is what is there; each under a name that a part can have."""
    files: dict[str, dict[str, Any]] = manifest["files"]
    there = sorted(archive.namelist())
    if there != sorted([*files, MANIFEST]) or DATABASE not in files:
        raise _damaged(path, "its parts are not those that it names")
    for name, entry in files.items():
        match = _PART.fullmatch(name)
        if match is None:
            raise _damaged(path, "it holds a file that is no part of a library")
        if match.group(1) not in {None, entry["sha256"]}:
            raise _damaged(path, "an original is not the one that was added")
        if not 0 <= int(entry["size"]) < 1 << 50:
            raise _damaged(path, "a size in it cannot be")
    return files


def _require_space(draft: Path, size: int) -> None:
    if shutil.disk_usage(draft).free < size + _SPARE:
        raise LibraryError(
            f"There is not enough space in {draft.parent}: the library takes {size / 1e6:.0f} MB."
        )


def _extract(
    archive: zipfile.ZipFile, name: str, entry: dict[str, Any], draft: Path, path: Path
) -> None:
    target = draft / name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    with archive.open(name) as source, target.open("xb") as file:
        size, digest = copied(source, file, lambda _: None, most=entry["size"])
        file.flush()
        os.fsync(file.fileno())
    target.chmod(0o600)
    if (size, digest) != (entry["size"], entry["sha256"]):
        raise _damaged(path, f"{name} is not as it was")


def _require_sound(database: Path, path: Path) -> None:
    """A database that is whole, of a format that we know, and in which nothing acts by itself."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?immutable=1", uri=True)) as conn:
            conn.execute("PRAGMA trusted_schema = OFF")
            (said,) = conn.execute("PRAGMA quick_check(1)").fetchone()
            acting = "SELECT count(*) FROM sqlite_master WHERE type NOT IN ('table', 'index')"
            (acts,) = conn.execute(acting).fetchone()
            entries = dict(conn.execute("SELECT key, value FROM manifest"))
    except sqlite3.Error as error:
        raise _damaged(path, str(error)) from error
    if said != "ok" or acts or entries.get("format") != "askpapers":
        raise _damaged(path, "its database is not one of askpapers")
    if int(entries["schema_version"]) > SCHEMA_VERSION:
        raise NotALibraryError(f"The backup {path} is of a newer version. Upgrade askpapers.")


def _damaged(path: Path, why: str) -> LibraryError:
    return LibraryError(f"The backup {path} is damaged ({why}). Use another one.")


# --- putting in place ------------------------------------------------------------------------


def _put_in_place(draft: Path, folder: Path) -> Path | None:
    """Give the new library its name; gives where the one lies that had it before."""
    draft.chmod(0o700)
    fsync_folder(draft)
    aside = None
    if is_empty_folder(folder):
        shutil.rmtree(folder, ignore_errors=True)  # locks without a library
    else:
        aside = _moved_aside(folder)
    try:
        draft.rename(folder)
    except OSError as error:
        if aside is not None:
            aside.rename(folder)
        raise LibraryError(
            f"The library cannot be put at {folder} ({error.strerror}); nothing has changed."
        ) from error
    fsync_folder(folder.parent)
    return aside


def _moved_aside(folder: Path) -> Path:
    """Move a library that nobody uses out of the way."""
    now = datetime.now().strftime("%Y%m%d-%H%M%S")
    names = (f"{folder.name}.replaced-{now}{end}" for end in ("", *map("-{}".format, range(2, 99))))
    aside = next(path for name in names if not (path := folder.with_name(name)).exists())
    with write_lock(folder, doing="restoring a backup", wait_s=_LOCK_WAIT_S):
        for name in (OWNER_LOCK, EMBEDDING_LOCK):
            owner = take(folder / name)
            if owner is None:
                raise LibraryBusyError(f"{folder} is open in another program. Stop that one first.")
            owner.release()
    folder.rename(aside)
    return aside
