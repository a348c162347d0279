"""A library as users hold it: opened, filled, looked through and examined."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.answer.records import suggested
from rag.asked import examine_models
from rag.base.errors import SourceError
from rag.base.heap import settled
from rag.base.settings import Settings, load_settings
from rag.base.types import (
    AddReport,
    Citation,
    Failure,
    Filters,
    Finding,
    Paper,
    Progress,
)
from rag.following import Following
from rag.index.cards import FILE as CARDS_FILE
from rag.index.lexicon import FILE as NAMES_FILE
from rag.index.store import Store
from rag.ingest import pipeline
from rag.ingest.later import embed_awaited
from rag.ingest.pageimage import marked_page, opening_page
from rag.keeping import Keeping
from rag.models.choose import identity_of
from rag.models.embedder import Embedder
from rag.parts import Parts
from rag.reviewing import Reviewing
from rag.search import landscape
from rag.search.order import ordered
from rag.search.rank import Weights
from rag.search.scales import examined

NO_FILTERS = Filters()
Watch = Callable[[Progress], None]
Stop = Callable[[], bool]


class Library(Keeping, Reviewing):
    """The papers of one folder, with their models. Safe to use from several threads."""

    def __init__(self, store: Store, settings: Settings, *, weights: Weights | None = None) -> None:
        self.settings = settings
        self._store = store
        self._parts = Parts(store, settings, weights)
        self._following = Following(
            store, lambda: self._parts.embedder, lambda: self._parts.precedence.is_awaited
        )

    @classmethod
    def open(
        cls,
        library: str | Path | None = None,
        settings: Settings | None = None,
        *,
        weights: Weights | None = None,
    ) -> Self:
        """Open a library folder, made if it is missing; settings come from the environment.

        `weights` of the parts of a ranking are for measuring what each of them brings.

        Raises:
            NotALibraryError: the folder holds something else.
            SettingsError: a setting cannot be used.
        """
        settings = settings or load_settings()
        folder = Path(library) if library is not None else settings.library
        identity = pipeline.library_identity(identity_of(settings))
        records = settings.database_url
        store = Store.open(
            folder,
            identity=identity,
            chroma_url=settings.chroma_url,
            database_url=records.get_secret_value() if records else None,
        )
        return cls(store, settings, weights=weights)

    def with_settings(self, settings: Settings) -> Self:
        """The same open library with another model; close only one of the two."""
        other = type(self)(self._store, settings)
        other._following = self._following
        return other

    def close(self) -> None:
        """Release the library's files."""
        self._following.stop()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # --- adding and removing -----------------------------------------------------------------

    def add(
        self,
        *sources: str | Path,
        as_of: date | None = None,
        progress: Watch | None = None,
        cancelled: Stop | None = None,
    ) -> AddReport:
        """Add the records of files and folders. Safe to repeat and to interrupt.

        Identifiers and addresses ("arxiv:2401.01234") are looked up if `ASKPAPERS_ONLINE` is set.

        `as_of` is the day on which listings were taken, for dates printed without a year.

        Raises:
            LibraryBusyError: another process is adding to this library.
        """
        return self._add(
            pipeline.inputs_of(sources, is_online=self.settings.online), as_of, progress, cancelled
        )

    def add_bytes(
        self,
        data: bytes,
        name: str,
        *,
        as_of: date | None = None,
        progress: Watch | None = None,
        cancelled: Stop | None = None,
    ) -> AddReport:
        """Add the records of an uploaded or pasted text; `name` is shown as its origin."""
        given = pipeline.Input(data, name, as_of or date.today())
        return self._add([given], as_of, progress, cancelled)

    def add_sample(
        self, *, progress: Watch | None = None, cancelled: Stop | None = None
    ) -> AddReport:
        """Add the sample library that comes with the package."""
        data = resources.files("rag").joinpath("sample/papers.jsonl").read_bytes()
        given = pipeline.Input(data, "sample library", date.today())
        return self._add([given], None, progress, cancelled)

    def remove(self, paper_id: str, *, now: bool = False) -> Paper | None:
        """Remove a paper by its id or citekey; returns it, or None if there is none.

        `restore_paper` brings it back within 30 days, unless `now` deletes it for good.
        """
        paper = self.paper(paper_id)
        if paper is None and not now:
            return None
        with self._store.writer(doing="removing a paper") as writer:
            # What was removed already can still be deleted for good.
            writer.remove(paper.id if paper else paper_id, undoable=not now)
        if any((self.folder / name).exists() for name in (NAMES_FILE, CARDS_FILE)):
            self._parts.keep_up()  # now, so that they forget the paper's words
        return paper

    # --- looking -----------------------------------------------------------------------------

    def papers(self, filters: Filters | None = None) -> Iterator[Paper]:
        """All papers that satisfy the filters, in the order in which they were added."""
        return self._store.papers(filters)

    def records(self) -> list[Paper]:
        """All papers without their abstracts, for tables and counts of large libraries."""
        return self._store.records()

    def similar(self, paper_id: str, k: int = 5) -> list[Paper]:
        """The `k` papers nearest in meaning to a paper, nearest first."""
        return landscape.similar(self._store, paper_id, k)

    def plane(self) -> landscape.Plane:
        """Where each paper lies on a map by meaning, x and y in -1..1."""
        return landscape.plane(self._store)

    @property
    def revision(self) -> int:
        """Grows with every change of the papers, in whichever process."""
        return self._store.revision

    def paper(self, paper_id: str) -> Paper | None:
        """One paper by its id or citekey."""
        found = self._store.get([paper_id]).get(paper_id)
        return found or next((p for p in self._store.papers() if p.citekey == paper_id), None)

    @property
    def folder(self) -> Path:
        """Where the library lies."""
        return self._store.folder

    def paper_count(self) -> int:
        """How many papers the library has."""
        return self._store.paper_count()

    def suggestions(self, n: int = 3) -> list[str]:
        """First questions to ask, made from the library's own papers."""
        return suggested(ordered(self._store.records(), "newest"))[:n]

    def page_image(self, citation: Citation) -> bytes | None:
        """The page of a PDF on which cited words stand, as PNG with the words marked.

        Words of the abstract are looked for on the first pages. None for words that stand on no
        page, and where the file is gone or cannot be drawn.
        """
        body, page = citation.paper.body, citation.page
        data = self._store.original(body.original) if body else None
        if data is None:
            return None
        try:
            if page is None:
                return opening_page(data, citation.quote)
            return marked_page(data, page, citation.quote)
        except SourceError:
            return None

    # --- health ------------------------------------------------------------------------------

    def doctor(self, *, asks_model: bool = False) -> list[Finding]:
        """Look over the library and its models; one finding a check.

        With `asks_model`, the endpoint is asked what it offers, and each model for very little.
        """
        self._parts.embedder.embed_query("check")
        scale, is_fitted = self._parts.scale
        model = self._parts.embedder.identity.model
        return [
            *self._store.check(),
            Finding("embedding model", ok=True, detail=model),
            examined(scale, model, is_fitted=is_fitted),
            *examine_models(self.settings, asks_model=asks_model),
        ]

    def repair(self, *, asks_model: bool = False, progress: Watch | None = None) -> list[Finding]:
        """Rebuild what can be rebuilt and embed what awaits it, then look again."""
        self._store.repair()
        embed_awaited(self._store, self._parts.embedder, progress=progress)
        self._store.sync_vectors()
        return self.doctor(asks_model=asks_model)

    def warm(self) -> None:
        """Load models and indexes now, so that the first question does not wait.

        Vectors that papers still await are made from now on, beside questions.
        """
        self._parts.embedder.embed_query("warm")
        if self._parts.reader is not None:
            self._parts.reader.judge([("warm", "warm")])
        self._store.warm()
        self._parts.keep_up()
        self._following.start()

    # --- parts -------------------------------------------------------------------------------

    @property
    def _embedder(self) -> Embedder:
        return self._parts.embedder

    def _add(
        self,
        inputs: Iterator[pipeline.Input | Failure | Paper] | list[pipeline.Input],
        as_of: date | None,
        progress: Watch | None,
        cancelled: Stop | None,
    ) -> AddReport:
        self._parts.keep_up()  # so that the names of what is added are taken with it
        with settled():
            report = pipeline.add(
                inputs,
                store=self._store,
                embedder=self._parts.embedder,
                as_of=as_of,
                progress=progress,
                cancelled=cancelled,
            )
        if cancelled is None or not cancelled():
            self._following.go_on()
        return report
