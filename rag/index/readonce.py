"""The papers that an addition changed, read once for all that follow the library paper by paper."""

from __future__ import annotations

from collections.abc import Iterable

from rag.base.types import Paper
from rag.index.catalog import Catalog
from rag.index.changes import Changes

_MOST = 50_000  # papers that are held, 3 kB each; of more, each reads its own in batches

Changed = tuple[Changes, Iterable[Paper]]


class ReadOnce:
    """Reads of a catalog that `names.db`, `cards.db` and `places.db` do one after the other."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._held: tuple[tuple[int, int], Changed] | None = None  # since and as of which revision

    def text_revision(self) -> int:
        """As the catalog's."""
        return self._catalog.text_revision()

    def paper_changes(self, since: int) -> Changed:
        """As the catalog's; the same changes again are those that were read before."""
        asked = (since, self._catalog.revision())
        held = self._held
        if held is not None and held[0] == asked:
            return held[1]
        changes, papers = self._catalog.paper_changes(since)
        if changes.complete or len(changes.current) > _MOST:
            return changes, papers
        changed = (changes, list(papers))
        self._held = (asked, changed)
        return changed

    def forget(self) -> None:
        """Let go of the memory."""
        self._held = None
