"""What is said of a library as a whole: its revisions, and how far each derived index has come."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from rag.index.database import BUSY_MS, Database, ManifestNow, set_entry
from rag.index.transactions import Transactions

CacheName = Literal["vectors", "keyword", "server", "compact"]


@dataclass(frozen=True, slots=True)
class CacheState:
    """What the manifest says of a derived index.

    `generation` 0 means that none was built. It holds everything up to `revision`, of texts or of
    vectors as the index is, in `rows` rows. `dirty` means that somebody began to write and did not
    finish; `fingerprint` tells the files as they were left.
    """

    generation: int = 0
    revision: int = 0
    rows: int = 0
    dirty: bool = False
    fingerprint: str = ""


class States(Transactions):
    """The manifest of a library, and that of the indexes in a folder where it is another one."""

    def __init__(self, database: Database, folder: Path, caches: Database | None = None) -> None:
        super().__init__(database, folder)
        self._caches = caches or database
        self._manifest = ManifestNow(database)
        self._states = ManifestNow(caches) if caches else self._manifest

    def close_states(self) -> None:
        """Let go of the connections that watch, and of the indexes' own manifest."""
        self._manifest.close()
        self._states.close()
        if self._caches is not self._database:
            self._caches.close()

    def cache(self, name: CacheName) -> CacheState:
        """The state of a derived index."""
        if self._is_shared(name):
            entries = self._entries()
        else:
            with self._caches.errors():
                entries = self._states.entries()
        text = entries.get(f"cache.{name}")
        return CacheState(**json.loads(text)) if text else CacheState()

    def set_cache(self, name: CacheName, state: CacheState) -> CacheState:
        """Record the state of a derived index; durable on return."""
        with self.writing() if self._is_shared(name) else self._writing_states() as conn:
            set_entry(conn, f"cache.{name}", json.dumps(asdict(state)))
        return state

    def _is_shared(self, name: CacheName) -> bool:
        """Whether the state of a cache is kept with the records, and not beside it in a folder."""
        return name == "server" or self._caches is self._database

    @contextmanager
    def _writing_states(self) -> Iterator[sa.Connection]:
        with self._caches.errors(), self._caches.writing(BUSY_MS) as conn:
            yield conn

    def _number(self, key: str) -> int:
        return int(self._entries().get(key) or 0)

    def _entries(self) -> Mapping[str, str]:
        with self._database.errors():
            return self._manifest.entries()
