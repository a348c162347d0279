"""The one object that users hold: a library with its models, and everything one can do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from types import TracebackType

from rag.answer.records import suggested
from rag.answer.replay import difference
from rag.asked import examine_models, final_of, kept, recorded, writer_of
from rag.base.backups import BackupReport
from rag.base.errors import LibraryError
from rag.base.replay import Replay
from rag.base.settings import Settings, load_settings
from rag.base.types import (
    AddReport,
    Answer,
    Comparison,
    Event,
    Evidence,
    Failure,
    Filters,
    Final,
    Finding,
    Hit,
    Paper,
    Progress,
)
from rag.chats import Chats, Judgements
from rag.cite.formats import export
from rag.cite.tables import write_table
from rag.cited import Found
from rag.compared import compared
from rag.endings import Endings
from rag.index.backup import back_up
from rag.index.restore import restore
from rag.index.store import Store
from rag.ingest import pipeline
from rag.models.choose import identity_of
from rag.models.rerank import Reranking
from rag.parts import Parts
from rag.search import landscape
from rag.search.confidence import Signals
from rag.search.plan import make_plan
from rag.search.rank import Weights
from rag.search.scales import examined
from rag.search.weigh import weigh
from rag.turn import Turn, ordered

NO_FILTERS = Filters()
Watch = Callable[[Progress], None]
Stop = Callable[[], bool]


class Assistant:
    """Answers questions over one library. Safe to use from several threads."""

    def __init__(self, store: Store, settings: Settings, *, weights: Weights | None = None) -> None:
        self.settings = settings
        self._store = store
        self._parts = Parts(store, settings, weights)

    @classmethod
    def open(
        cls,
        library: str | Path | None = None,
        settings: Settings | None = None,
        *,
        weights: Weights | None = None,
    ) -> Assistant:
        """Open a library folder, made if it is missing; settings come from the environment.

        `weights` of the parts of a ranking are for measuring what each of them brings.

        Raises:
            NotALibraryError: the folder holds something else.
            SettingsError: a setting cannot be used.
        """
        settings = settings or load_settings()
        folder = Path(library) if library is not None else settings.library
        identity = pipeline.library_identity(identity_of(settings))
        return cls(Store.open(folder, identity=identity), settings, weights=weights)

    def close(self) -> None:
        """Release the library's files."""
        self._store.close()

    def __enter__(self) -> Assistant:
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

        `as_of` is the day on which listings were taken, for dates printed without a year.

        Raises:
            LibraryBusyError: another process is adding to this library.
        """
        return self._add(pipeline.inputs_of(sources), as_of, progress, cancelled)

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

    def remove(self, paper_id: str) -> Paper | None:
        """Remove a paper by its id or citekey; returns it, or None if there is none."""
        paper = self.paper(paper_id)
        if paper is None:
            return None
        with self._store.writer() as writer:
            writer.remove(paper.id)
        return paper

    # --- asking ------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        *,
        ignoring: Sequence[str] = (),
        without: Filters = NO_FILTERS,
    ) -> Answer:
        """Answer a question from the library, or abstain with the reason.

        Conditions of it that an answer has told as `understood` are taken away by `ignoring`.
        Papers that meet `without` are left out, as if they had never been added.
        """
        return final_of(self.stream(question, history, ignoring=ignoring, without=without))

    def stream(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        *,
        ignoring: Sequence[str] = (),
        without: Filters = NO_FILTERS,
        cancelled: Stop | None = None,
    ) -> Iterator[Event]:
        """Like `ask`, as events: `EvidenceFound`, `Token` …, `Final`.

        `cancelled` is asked ten times a second while a model writes; then the quotations stand.
        """
        for event in self._answering(question, history, ignoring, without, cancelled):
            if isinstance(event, Final) and without.is_empty:
                answer = kept(event.answer, self._store, most=self.settings.answers_kept)
                yield Final(answer)
            else:
                yield event

    def compare(
        self, question: str = "", *, papers: Sequence[str] = (), aspects: Sequence[str] = ()
    ) -> Answer:
        """Hold papers against each other; the answer's `table` has a cell for each and aspect.

        The papers are those of these ids or citekeys, or those that the question names, or that
        bear on its topic. Without `aspects` they are read from the question, or chosen.

        Raises:
            QuestionError: no paper has one of these ids.
        """
        return compared(self._parts, question, papers, aspects)

    def answers(self, n: int = 20) -> list[Answer]:
        """The last `n` answers that the library keeps, newest first."""
        return self._store.answers(n)

    @property
    def chats(self) -> Chats:
        """The conversations that the library keeps."""
        return Chats(self._store)

    @property
    def feedback(self) -> Judgements:
        """What was thought of kept answers."""
        return Judgements(self._store)

    def replay(self, answer_id: str) -> Replay:
        """Ask the question of a kept answer again and hold the two answers against each other.

        Raises:
            LibraryError: no such answer is kept.
        """
        before = self._store.answer(answer_id)
        if before is None:
            raise LibraryError(
                f"The library keeps no answer {answer_id}; `askpapers replay` lists those it keeps."
            )
        asked = map(self._store.answer, before.provenance.history)
        history = [(answer.question, answer) for answer in asked if answer is not None]
        ignored = before.plan.ignored if before.plan else ()
        return difference(before, final_of(self._answering(before.question, history, ignored)))

    def _answering(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]],
        ignoring: Sequence[str],
        without: Filters = NO_FILTERS,
        cancelled: Stop | None = None,
    ) -> Iterator[Event]:
        reranker = self._parts.reranker
        reranking = Reranking(reranker) if reranker else None
        view = self._parts.view(without, reranking)
        writer = writer_of(self._parts.model, self.settings, cancelled)
        ends = Endings(writer, self.settings.prompts_dir, *self._parts.scale)
        turn = Turn(*view, ends)
        events, revision = turn.run(question, history, ignoring), view.store.revision
        yield from recorded(events, history, writer=writer, reranking=reranking, revision=revision)

    def signals(
        self, question: str, *, among: Filters = NO_FILTERS, without: Filters = NO_FILTERS
    ) -> tuple[Signals, Paper] | None:
        """What speaks for an answer, and the paper that would lead it; None without any paper.

        Raises:
            QuestionError: there is nothing to look for in the question.
        """
        store, retriever, finder, _ = self._parts.view(without, self._parts.reranker)
        return weigh(question, among, store, retriever, finder)

    def evidence(self, question: str, paper_id: str, k: int = 8) -> list[Evidence]:
        """The `k` sentences of one paper that bear most on a question, best first.

        Raises:
            QuestionError: there is nothing to look for in the question.
        """
        paper = self.paper(paper_id)
        if paper is None:
            return []
        finder = self._parts.view(NO_FILTERS, None).finder
        plan = make_plan(question, (), finder.names)
        return list(finder.best(plan.query, [Hit(paper, 1.0)], plan, k=k))

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The `k` papers that bear most on a query, best first."""
        if not query.strip() or k < 1:
            return []
        return self._parts.retriever.search(query, k=k, filters=filters)

    def lookup(self, text: str) -> list[Paper]:
        """Papers for a citation, best first.

        By author, piece of a title, name, year, identifier, citekey, or a sentence whose source
        is sought. Misspelt words are understood.
        """
        return [found.paper for found in self.matches(text)]

    def matches(self, text: str) -> list[Found]:
        """Like `lookup`, each paper with the words that decided."""
        return self._parts.citations.find(text)

    def export(self, papers: Iterable[Paper] | Comparison, form: str) -> str:
        """Papers written out, in the order given; or the table of a comparison.

        Papers as "bibtex", "ris", "csl-json", "csv", "apa", "ieee", "acm", "chicago", or in the
        style of a .csl file; a table as "markdown", "csv" or "latex".

        Raises:
            QuestionError: the format is not known, or the style cannot be used.
        """
        return write_table(papers, form) if isinstance(papers, Comparison) else export(papers, form)

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
        return suggested(ordered(self._store.papers(), "newest"))[:n]

    # --- keeping -----------------------------------------------------------------------------

    def backup(self, path: str | Path, *, progress: Watch | None = None) -> BackupReport:
        """Write the whole library to one file, while others may add to it.

        Raises:
            LibraryError: the file cannot be written, or something else lies under its name.
        """
        return back_up(self._store, Path(path), progress=progress)

    @staticmethod
    def restore(
        path: str | Path,
        folder: str | Path,
        *,
        replace: bool = False,
        progress: Watch | None = None,
    ) -> BackupReport:
        """Make a library of a backup again, in a folder that is empty or new.

        With `replace`, a library that is there is moved aside; close it first.

        Raises:
            LibraryError: the backup is damaged, the folder is in use, or there is no space.
        """
        return restore(Path(path), Path(folder), replace=replace, progress=progress)

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

    def repair(self, *, asks_model: bool = False) -> list[Finding]:
        """Rebuild what can be rebuilt, then look again."""
        self._store.repair()
        return self.doctor(asks_model=asks_model)

    def warm(self) -> None:
        """Load models and indexes now, so that the first question does not wait."""
        self._parts.embedder.embed_query("warm")
        self._store.warm()
        self._parts.names  # noqa: B018  mined on first use

    # --- parts -------------------------------------------------------------------------------

    def _add(
        self,
        inputs: Iterator[pipeline.Input | Failure] | list[pipeline.Input],
        as_of: date | None,
        progress: Watch | None,
        cancelled: Stop | None,
    ) -> AddReport:
        return pipeline.add(
            inputs,
            store=self._store,
            embedder=self._parts.embedder,
            as_of=as_of,
            progress=progress,
            cancelled=cancelled,
        )
