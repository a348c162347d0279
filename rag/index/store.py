"""The library as the rest of the program sees it: one `Store` to read, one `Writer` at a time.

`library.db` is the truth (see `catalog`); the indexes beside it are caches (`dense`, `lexical`)
that may be behind, damaged or gone without anything being lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np

from rag.base.removed import Removed
from rag.base.types import Answer, Chunk, Filters, Finding, Paper
from rag.index import cards, originals
from rag.index.catalog import Catalog, LedgerEntry
from rag.index.dense import DenseSearch
from rag.index.doctor import examine
from rag.index.embedded import EmbeddedChunk
from rag.index.facts import Miner
from rag.index.follower import Follower
from rag.index.generations import remove_stale
from rag.index.latecomers import Latecomers
from rag.index.lexical import KeywordSearch
from rag.index.lexicon import FILE, Lexicon
from rag.index.lock import write_lock
from rag.index.onthespot import OnTheSpot
from rag.index.opening import open_catalog
from rag.index.places import Places, PlacesOf
from rag.index.readonce import ReadOnce
from rag.index.said import SaidRecords
from rag.index.writer import Writer

__all__ = ["EmbeddedChunk", "LedgerEntry", "Store", "Writer"]

logger = logging.getLogger(__name__)

_LOCK_WAIT_S = 5.0


class Store(Latecomers):
    """One library. May be used from several threads; any number of processes may have it open."""

    def __init__(self, catalog: Catalog, chroma_url: str | None = None) -> None:
        self._catalog = catalog
        self._dense = DenseSearch(catalog, chroma_url)
        self._keyword = KeywordSearch(catalog)
        self._changed = ReadOnce(catalog)
        self._lexicon: Lexicon | None = None
        self._cards: cards.Cards | None = None
        self._on_the_spot = OnTheSpot()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        identity: Mapping[str, str],
        chroma_url: str | None = None,
        database_url: str | None = None,
    ) -> Store:
        """Open the library of a folder; made when the folder is missing or empty.

        `identity` says by which model and splitter its vectors are made, `chroma_url` which server
        has them besides, `database_url` which one has the records: the folder has indexes then.

        Raises:
            NotALibraryError: the folder holds something else, damaged data, data of a newer
                version, or vectors of another identity.
            DatabaseServerError: the server that has the records does not answer.
            LibraryError: the folder cannot be read or written.
        """
        folder = Path(folder).expanduser().absolute()
        return cls(open_catalog(folder, identity, database_url), chroma_url)

    def close(self) -> None:
        """Let go of all files and locks."""
        self._dense.close()
        self._keyword.close()
        for beside in (self._lexicon, self._cards):
            if beside is not None:
                beside.close()
        self._catalog.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where the library lies."""
        return self._catalog.folder

    @property
    def revision(self) -> int:
        """Grows with every committed change of papers and sources, in whichever process."""
        return self._catalog.revision()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All records that this thread reads in the block are of one state of the library."""
        with self._catalog.snapshot():
            yield

    # --- records ----------------------------------------------------------------------------

    def paper_count(self) -> int:
        """How many papers there are."""
        return self._catalog.paper_count()

    def papers(self, filters: Filters | None = None) -> Iterator[Paper]:
        """Papers that meet the filters, in the order in which they were first added."""
        return self._catalog.papers(filters)

    def records(self) -> list[Paper]:
        """All papers without their abstracts, several times as fast as `papers`.

        A paper without a title keeps the opening of its abstract, by which it is called.
        """
        return self._catalog.records()

    def paper_vectors(self, paper_id: str | None = None) -> tuple[list[str], np.ndarray]:
        """Ids of all papers that have vectors, or of one, and their (n, dim) unit vectors."""
        return self._catalog.paper_vectors(paper_id)

    def get(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The papers of these ids, in their order; unknown ids are left out."""
        return self._catalog.get(ids)

    def find(self, identity_key: str) -> Paper | None:
        """The paper that was put under this canonical identity."""
        return self._catalog.find(identity_key)

    def cited_as(self, key: str) -> list[str]:
        """Ids of the papers that a source has under this citekey, in whichever case."""
        return self._catalog.cited_as(key)

    @property
    def said(self) -> SaidRecords:
        """What each source said of a paper with several, and what was decided of papers."""
        return SaidRecords(self._catalog)

    def allowed(self, filters: Filters) -> frozenset[str] | None:
        """Ids of the papers that meet the filters; None when the filters are empty."""
        return self._catalog.allowed(filters)

    def chunks(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """The chunks of these ids, in their order; unknown ids are left out."""
        return self._catalog.chunks(ids)

    def sync_vectors(self) -> None:
        """Bring Chroma and the compact vectors up to the library; searches are exact until then.

        Raises:
            VectorServerError: the server did not take in what is kept here.
        """
        self._dense.sync()

    def lexicon(self, miner: Miner, version: str, *, soon: bool = False) -> Lexicon:
        """The names of the library, up to date; `version` tells this miner from others.

        Where many papers are new, those of them are missed for seconds when `soon` is enough.
        Writers bring it up to date from now on.
        """
        if self._lexicon is None:
            self._lexicon = Lexicon(self.folder / FILE, miner, version)
        _follow(self._lexicon, self._catalog, soon=soon)
        return self._lexicon

    @contextmanager
    def places(self, places_of: PlacesOf, version: str) -> Iterator[Places]:
        """Where papers stand as of now; what the block adds is taken in when it has ended.

        `version` tells this `places_of` from others. For whoever holds `writer`.
        """
        places = Places(self.folder, places_of, version)
        try:
            places.follow(self._catalog)
            yield places
            places.follow(self._changed)
        finally:
            places.close()

    def follow(self, places: Places) -> None:
        """Bring places up to what is in the library now."""
        places.follow(self._catalog)

    def cards(self, carder: cards.Carder, version: str, *, soon: bool = False) -> cards.Cards:
        """The card index of the library, up to date; `version` tells this carder from others.

        Where many papers are new, those of them are missed for seconds when `soon` is enough.
        Writers bring it up to date from now on.
        """
        if self._cards is None:
            self._cards = cards.Cards(self.folder / cards.FILE, carder, version)
        _follow(self._cards, self._catalog, soon=soon)
        return self._cards

    def original(self, digest: str) -> bytes | None:
        """The bytes that were added under a sha256; None where they are not there."""
        return self._catalog.originals.read(digest)

    def ledger(self) -> list[LedgerEntry]:
        """What was done to the library, oldest first."""
        return self._catalog.ledger()

    def copy_database(self, path: Path) -> None:
        """Write the database as it is at this moment, others may write on, to a new file.

        Raises:
            LibraryError: the file cannot be written.
        """
        self._catalog.copy_into(path)

    def removed(self) -> list[Removed]:
        """The removed papers that can be brought back, the last one first."""
        return self._catalog.removed()

    # --- answers ----------------------------------------------------------------------------

    def keep_answer(self, answer: Answer, *, most: int) -> Answer:
        """Store an answer, give it with its id and time; only the last `most` are kept.

        Waits a second at most where others write, and needs no `writer`.

        Raises:
            LibraryBusyError: another process kept the database locked.
            LibraryError: the library cannot be written to.
        """
        return self._catalog.keep_answer(answer, most=most)

    def answer(self, answer_id: str) -> Answer | None:
        """A kept answer; its papers are bare records where the quoted words have changed."""
        return self._catalog.answer(answer_id)

    def answers(self, n: int) -> list[Answer]:
        """The last `n` kept answers, newest first."""
        return self._catalog.answers(n)

    def answers_to(self, question: str, n: int = 3) -> list[Answer]:
        """The last `n` kept answers to exactly this question, newest first."""
        return self._catalog.answers_to(question, n)

    # --- search -----------------------------------------------------------------------------

    def keyword_search(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` best papers for any of these stemmed words: (paper id, BM25), best first.

        While another process adds papers, its last ones may be missing: those of its last
        two seconds, more on a slow machine, or since its last `put` when that is longer.
        """
        return self._keyword.search(query_words, k, allowed)

    def coverage_search(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` papers that have most of the stemmed words: (paper id, share of their idf)."""
        return self._keyword.coverage(query_words, k, allowed)

    def dense_search(
        self, vector: np.ndarray, k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` chunks nearest to a (dim,) vector: (chunk id, cosine), best first.

        Raises:
            ValueError: the vector is zero, not a number, or has another dimension.
        """
        return self._dense.search(vector, k, allowed)

    def warm(self) -> None:
        """Open Chroma for unfiltered dense search; for processes that live long.

        Builds it first where that is needed, which can take a minute; other threads may search
        meanwhile. Until `close`, no other process of this library uses Chroma. Call it again
        after another process has changed the library: searches are exact from then on.
        """
        self._dense.warm()

    # --- writing ----------------------------------------------------------------------------

    @contextmanager
    def writer(self, *, doing: str = "adding papers", more_comes: bool = False) -> Iterator[Writer]:
        """The right to write. What was put is kept whatever happens later in the block.

        Leaving the block brings the indexes up to date; where that fails, the next writer does it.
        When `more_comes`, those of vectors are left to `sync_vectors`.

        Raises:
            LibraryBusyError: somebody else writes; the message says who.
            VectorServerError: the server did not take in what is kept here.
        """
        with write_lock(self.folder, doing=doing, wait_s=_LOCK_WAIT_S):
            originals.clean_up(self.folder)
            remove_stale(self._catalog)
            writer = Writer(self._catalog, self._keyword)
            try:
                writer.purge()
                yield writer
            finally:
                writer.finish()
        for beside in (self._lexicon, self._cards):
            if beside is not None:
                beside.follow(self._changed)
        self._changed.forget()
        # Others may write from here on. An exception passes this by: whoever presses a key to
        # stop does not wait for Chroma, and searches are exact until the next writer.
        if not more_comes:
            self._dense.sync()

    def check(self) -> list[Finding]:
        """Look at everything that could be wrong; changes nothing but caches that are damaged."""
        return examine(self._catalog, self._dense, self._keyword)

    def repair(self) -> list[Finding]:
        """Build the indexes anew from `library.db`, then check.

        Raises:
            LibraryBusyError: somebody else writes; the message says who.
        """
        with write_lock(self.folder, doing="repairing", wait_s=_LOCK_WAIT_S):
            originals.clean_up(self.folder)
            self._keyword.rebuild()
            self._dense.rebuild()
            for beside in (self._lexicon, self._cards):
                if beside is not None:
                    beside.rebuild(self._catalog)
            remove_stale(self._catalog)
        return self.check()


def _follow(beside: Follower, catalog: Catalog, *, soon: bool) -> None:
    if soon:
        beside.follow_soon(catalog)
    else:
        beside.follow(catalog)
