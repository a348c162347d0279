"""What has changed in folders since they were last looked at, by size and time of the files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from rag.base.types import Failure
from rag.ingest import fetch

Stamp = tuple[int, int]  # when it was changed, in nanoseconds, and its size in bytes


class Changes(NamedTuple):
    """Files that are new or other than before, and files that are gone."""

    changed: tuple[Path, ...]
    gone: tuple[Path, ...]


class Watcher:
    """Looks at files and folders again and again; what is there at first counts as known."""

    def __init__(self, sources: Iterable[str | Path]) -> None:
        self._sources = tuple(sources)
        self._known = self._stamps()
        self._last = self._known

    def look(self) -> Changes:
        """What changed. A file that is still being written waits until it rests for one look."""
        now = self._stamps()
        resting = {path: stamp for path, stamp in now.items() if self._last.get(path) == stamp}
        changed = tuple(path for path, stamp in resting.items() if self._known.get(path) != stamp)
        gone = tuple(path for path in self._known if path not in now)
        self._known = {p: s for p, s in self._known.items() if p in now} | resting
        self._last = now
        return Changes(changed, gone)

    def _stamps(self) -> dict[Path, Stamp]:
        found: dict[Path, Stamp] = {}
        for source in self._sources:
            for path in fetch.files(source):
                if isinstance(path, Failure):
                    continue
                try:
                    state = path.stat()
                except OSError:
                    continue
                found[path] = state.st_mtime_ns, state.st_size
        return found
