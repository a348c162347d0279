"""A library as one file, written while others add to it.

A zip file: `manifest.json` with size and sha256 of every other part, the database as it was at one
moment, the originals that it names, and the library's own scale of confidence. The indexes are
not in it: they are built anew. `restore` reads it back.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from rag.base.backups import BackupReport
from rag.base.errors import LibraryError
from rag.base.types import Progress
from rag.index.folder import DATABASE, fsync_folder
from rag.index.originals import ORIGINALS
from rag.index.schema import SCHEMA_VERSION
from rag.index.store import Store

FORMAT = "askpapers-backup"
VERSION = 1
MANIFEST = "manifest.json"
SCALE = "calibration.json"  # written by `rag.search.scales`
Watch = Callable[[Progress], None]
_PIECE = 1 << 20
_FIRST = b"PK"  # of every zip file


def back_up(store: Store, path: Path, *, progress: Watch | None = None) -> BackupReport:
    """Write a library to a file, which is there in whole or not at all.

    Raises:
        LibraryError: the file cannot be written, or something else lies under its name.
    """
    path = Path(path).expanduser().absolute()
    _require_ours(path, store.folder)
    part, copy = (path.with_name(f"{path.name}.{end}") for end in ("part", "db.part"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)  # of a backup that was killed
        store.copy_database(copy)
        report = _write(part, copy, store.folder, path, progress)
        part.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        raise LibraryError(
            f"The backup {path} cannot be written ({error.strerror}). "
            "Check that there is space and that the folder is writable."
        ) from error
    finally:
        for draft in (part, copy):
            draft.unlink(missing_ok=True)
    return report


def _require_ours(path: Path, library: Path) -> None:
    """Only a backup is overwritten, and none is put where a restore would move it away."""
    if path.is_relative_to(library):
        raise LibraryError(f"{path} lies in the library itself. Choose a place outside of it.")
    try:
        with path.open("rb") as file:
            head = file.read(len(_FIRST))
    except FileNotFoundError:
        return
    except OSError as error:
        raise LibraryError(f"{path} cannot be written ({error.strerror}).") from error
    if head != _FIRST or not zipfile.is_zipfile(path) or MANIFEST not in _names(path):
        raise LibraryError(f"{path} is there already and is no backup. Choose another name.")


def _names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def _write(
    part: Path, copy: Path, library: Path, path: Path, progress: Watch | None
) -> BackupReport:
    counts, digests = _settle(copy)
    there = [d for d in digests if (library / ORIGINALS / d).is_file()]
    parts = {DATABASE: copy, **{f"{ORIGINALS}/{d}": library / ORIGINALS / d for d in there}}
    if (library / SCALE).is_file():
        parts[SCALE] = library / SCALE
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "schema": SCHEMA_VERSION,
        **counts,
        "originals": len(there),
    }
    files = _pack(part, parts, manifest, progress)
    lost = tuple(digest for digest in digests if digest not in set(there))
    return report_of(path, {**manifest, "files": files}, missing=lost)


def report_of(
    path: Path, manifest: dict[str, object], *, missing: Iterable[str] = ()
) -> BackupReport:
    """What a manifest says, as a report."""
    files = manifest["files"]
    sizes = [entry["size"] for entry in files.values()] if isinstance(files, dict) else []
    papers, chats, answers, originals = (
        int(str(manifest[key])) for key in ("papers", "chats", "answers", "originals")
    )
    return BackupReport(
        str(path),
        str(manifest["made"]),
        papers,
        chats,
        answers,
        originals,
        size=sum(sizes),
        missing=tuple(missing),
    )


def _settle(copy: Path) -> tuple[dict[str, int], list[str]]:
    """Make the copy forget indexes that do not come along: what it counts, what it names."""
    with closing(sqlite3.connect(copy)) as conn:
        with conn:
            conn.execute("DELETE FROM manifest WHERE key LIKE 'cache.%'")
        tables = ("papers", "chats", "answers")
        counts = {t: conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}  # noqa: S608  names of ours
        query = "SELECT DISTINCT sha256 FROM ledger WHERE sha256 IS NOT NULL ORDER BY 1"
        return counts, [row[0] for row in conn.execute(query)]


def _pack(
    part: Path, parts: dict[str, Path], manifest: dict[str, object], progress: Watch | None
) -> dict[str, object]:
    """Write all parts and the manifest, durable on return: size and sha256 of each part."""
    files: dict[str, object] = {}
    total, done = sum(source.stat().st_size for source in parts.values()), 0
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as raw:
        with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
            for name, source in parts.items():
                with source.open("rb") as reading, archive.open(name, "w", force_zip64=True) as to:
                    size, digest = copied(reading, to, _teller(progress, done, total))
                files[name] = {"size": size, "sha256": digest}
                done += size
            archive.writestr(MANIFEST, json.dumps({**manifest, "files": files}, indent=1))
        raw.flush()
        os.fsync(raw.fileno())
    return files


def _teller(progress: Watch | None, before: int, total: int) -> Callable[[int], None]:
    def tell(size: int) -> None:
        if progress is not None:
            progress(Progress(before + size, total, "backing up"))

    return tell


def copied(
    source: IO[bytes], target: IO[bytes], told: Callable[[int], None], *, most: int | None = None
) -> tuple[int, str]:
    """Copy bytes, at most a few more than `most`: how many there were, and their sha256."""
    size, digest = 0, hashlib.sha256()
    while piece := source.read(_PIECE):
        size += len(piece)
        if most is not None and size > most:
            break
        target.write(piece)
        digest.update(piece)
        told(size)
    return size, digest.hexdigest()
