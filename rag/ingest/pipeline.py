"""Run an ingestion: records → papers → chunks → vectors → store, with a report.

Many papers are written without their vectors first, which then follow: see `later`.

Safe to repeat and to interrupt: some papers are written in one transaction, and what was written
stays.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.base.errors import SourceError
from rag.base.types import AddReport, Failure, Paper, Progress
from rag.index.places import Places
from rag.index.records import in_batches
from rag.index.store import EmbeddedChunk, Store, Writer
from rag.ingest import fetch, merge, online, zotero
from rag.ingest.ahead import ReadAhead
from rag.ingest.attached import attachments, with_text
from rag.ingest.batch import LARGEST, Batch
from rag.ingest.chunk import CHUNKER
from rag.ingest.decided import Decided, news, said_by
from rag.ingest.embedding import awaiting_chunks, with_vectors
from rag.ingest.identity import PLACES, Known, clusters, places_of, same_paper
from rag.ingest.later import Pace, embed_awaited
from rag.ingest.readers import read
from rag.models.embedder import Embedder, EmbedderIdentity

Vector = npt.NDArray[np.float32]

logger = logging.getLogger(__name__)

FETCHER = online.Fetcher()
_SOON_S = 0.25  # a batch that took less is followed by a larger one
_LOOKED_UP = 64  # papers whose records are looked for in the library at once


def library_identity(embedder: EmbedderIdentity) -> dict[str, str]:
    """What the vectors of a library are made with; checked whenever one is opened."""
    return {
        "embedder": embedder.model,
        "weights_sha256": embedder.weights_sha256,
        "dimension": str(embedder.dim),
        "chunker": CHUNKER,
    }


@dataclass(frozen=True, slots=True)
class Input:
    """Bytes to read, with where they came from and when they were last changed."""

    data: bytes
    origin: str
    modified: date | None = None


@dataclass(slots=True)
class _Run:
    """The state of one `add`."""

    store: Store
    writer: Writer
    embedder: Embedder
    places: Places
    revision: int  # of the library, when it was last looked at or written to
    progress: Callable[[Progress], None]
    cancelled: Callable[[], bool]
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[Failure] = field(default_factory=list)
    known: Known = field(default_factory=Known)
    decided: Decided = field(default_factory=Decided)
    batch: Batch = field(default_factory=Batch)
    attached: set[Path] = field(default_factory=set)  # files that were read with an entry
    left: int = 0  # records that are not decided on
    pace: Pace = field(default_factory=Pace)
    late: list[str] = field(default_factory=list)  # papers that were written without vectors
    met: list[str] = field(default_factory=list)  # papers that were there, whose vectors may lack
    ahead: ReadAhead = field(init=False)

    def __post_init__(self) -> None:
        self.ahead = ReadAhead(self.store)

    def look(self) -> None:
        """Learn what is in the library, and what was decided of it."""
        self.known = Known(self.places.at)
        self.decided = Decided.of(self.store, self.known)

    def report(self) -> AddReport:
        return AddReport(**self.counts, failed=tuple(self.failed))


def inputs_of(
    sources: Iterable[str | Path], *, is_online: bool = False
) -> Iterator[Input | Failure | Paper]:
    """The files behind paths and folders, read; what cannot be read is a `Failure`.

    Of a Zotero data folder, its papers.

    Identifiers and addresses are looked up in the network, but only if `is_online`.
    """
    for source in sources:
        if isinstance(source, str) and online.request_for(source) and not _is_there(source):
            yield (
                _looked_up(source)
                if is_online
                else Failure(source, "address", online.not_asked(source))
            )
            continue
        folder = zotero.folder_of(source)
        files = zotero.papers(folder) if folder else sorted(fetch.files(source), key=_is_pdf)
        for found in files:
            yield _loaded(found) if isinstance(found, Path) else found


def _loaded(path: Path) -> Input | Failure:
    try:
        return Input(fetch.load(path), str(path), fetch.modified_date(path))
    except SourceError as error:
        return Failure(str(path), "file", str(error))


def _is_there(source: str) -> bool:
    try:
        return Path(source).exists()
    except (OSError, ValueError):
        return False


def _looked_up(source: str) -> Input | Failure:
    try:
        return Input(online.looked_up(source, FETCHER), source, date.today())
    except SourceError as error:
        return Failure(source, "address", str(error))


def _is_pdf(found: Path | Failure) -> bool:
    """PDFs come last, when it is known which of them belong to an export."""
    return isinstance(found, Path) and found.suffix.lower() == ".pdf"


def add(
    inputs: Iterable[Input | Failure | Paper],
    *,
    store: Store,
    embedder: Embedder,
    as_of: date | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> AddReport:
    """Add all records of all inputs; returns what happened to each, counted.

    Vectors that these papers await follow, also where they were there before; those that other
    papers await do not.

    Raises:
        LibraryBusyError: another process is writing to the library.
        VectorServerError: the server did not take in what is kept here.
    """
    watch, stop = progress or _no_progress, cancelled or (lambda: False)
    with store.writer(more_comes=True) as writer:
        revision = store.revision  # before places are read: what comes between is looked at again
        with store.places(places_of, PLACES) as places:
            run = _Run(store, writer, embedder, places, revision, watch, stop)
            run.look()
            _add_records(run, _read_all(run, inputs, as_of))
    logger.info("added %s, failed %d", dict(run.counts), len(run.failed))
    late = set(run.late)
    known = store.awaited([one for one in dict.fromkeys(run.met) if one not in late])
    if not stop():
        embed_awaited(store, embedder, of=[*known, *run.late], progress=watch, cancelled=stop)
    store.sync_vectors()
    embedded, awaiting = len(known) - len(store.awaited(known)), store.awaited_count()
    return dataclasses.replace(run.report(), embedded=embedded, awaiting=awaiting)


def _no_progress(_: Progress) -> None:
    """Nobody watches."""


def _read_all(
    run: _Run, inputs: Iterable[Input | Failure | Paper], as_of: date | None
) -> list[Paper]:
    """All records of all inputs; the originals are kept and what failed is noted on the way."""
    records: list[Paper] = []
    for item in inputs:
        if run.cancelled():
            break
        if isinstance(item, Failure):
            run.failed.append(item)
            continue
        if isinstance(item, Paper):
            records.append(_with_attachment(run, item, item.sources[0].origin))
            run.progress(Progress(len(records), 0, "reading"))
            continue
        if Path(item.origin).resolve() in run.attached:
            continue
        sha256 = run.writer.keep_original(item.data)
        for found in read(item.data, origin=item.origin, as_of=as_of, modified=item.modified):
            if isinstance(found, Failure):
                run.failed.append(found)
            else:
                records.append(_with_attachment(run, found, item.origin))
        run.writer.log(action="read", origin=item.origin, sha256=sha256, outcome="read")
        run.progress(Progress(len(records), 0, "reading"))
    return records


def _with_attachment(run: _Run, paper: Paper, origin: str) -> Paper:
    """The paper with the text of the first PDF beside the export that is its own."""
    path = next(attachments(paper, origin), None)
    if path is None:
        return paper
    run.attached.add(path.resolve())
    try:
        data = fetch.load(path)
    except SourceError as error:
        run.failed.append(Failure(str(path), "file", str(error)))
        return paper
    run.writer.keep_original(data)
    for found in with_text(paper, data, origin=str(path)):
        if isinstance(found, Failure):
            run.failed.append(found)
        else:
            paper = found
    return paper


def _add_records(run: _Run, records: list[Paper]) -> None:
    done = 0
    for group, record in _foreseen(run, clusters(records)):
        if run.cancelled():
            break
        run.left = len(records) - done - len(group)
        _take(run, group, record)
        if run.batch.is_full:
            _flush(run)
        done += len(group)
        run.progress(Progress(done, len(records), "indexing"))
    _flush(run)


def _foreseen(run: _Run, groups: Iterable[list[Paper]]) -> Iterator[tuple[list[Paper], Paper]]:
    """The records of each paper, and what they say together; what may be it is read ahead."""
    for some in in_batches(groups, _LOOKED_UP):
        records = [merge.together(group) for group in some]
        run.known.foresee(records)
        run.ahead.read(_candidates(run, records))
        yield from zip(some, records, strict=True)


def _candidates(run: _Run, records: Iterable[Paper]) -> Iterator[str]:
    for record in records:
        yield from run.known.candidates(record)


def _take(run: _Run, group: list[Paper], record: Paper) -> None:
    """Decide what the records of a paper are: new, known and the same, or with something to add."""
    batch = run.batch
    known = _known(run, record)
    merged = record if known is None else merge.merge(known, record)
    run.met += [known.id] if known else []
    if merged == known:
        run.counts["unchanged"] += len(group)
        return
    batch.groups.append(group)
    if known is None:
        paper_id = merge.paper_id(run.known.identity(record))
        key = merge.citekey(record, run.known.has_citekey)
        batch.add(dataclasses.replace(record, id=paper_id, citekey=key))
        run.known.remember(batch.pending[paper_id])
        batch.count("added", "merged", len(group))
        if len(group) > 1:
            batch.said[paper_id] = said_by(group)
        return
    held = batch.said.get(known.id) or run.ahead.said_of(known.id)
    batch.said.setdefault(known.id, []).extend(news(known, group, held))
    if dataclasses.replace(merged, sources=known.sources) == known:
        batch.count("merged", "merged", len(group))
        # The same words: nothing to embed again.
        batch.sources += [(known.id, one) for one in merged.sources[len(known.sources) :]]
    else:
        batch.count("updated", "merged", len(group))
        batch.add(merged)
        run.known.remember(merged)


def _known(run: _Run, record: Paper) -> Paper | None:
    """The paper that a record is of, from what is stored or about to be."""
    ids = [*run.decided.owners(record), *run.known.candidates(record)]
    if not ids:
        return None
    pending = run.batch.pending
    papers = run.ahead.papers(ids) | {i: pending[i] for i in ids if i in pending}
    return next((papers[i] for i in ids if i in papers and _same(run, papers[i], record)), None)


def _same(run: _Run, paper: Paper, record: Paper) -> bool:
    """Whether a record is of a paper: what a person decided goes first."""
    if paper.id in run.decided.owners(record):
        return True
    joined = run.decided.records.get(paper.id, ())
    return same_paper(paper, record) or any(same_paper(one, record) for one in joined)


def _flush(run: _Run) -> None:
    """Embed what is pending, if vectors do not follow, and write it, with what sources said.

    Where others have written since it was decided, it is decided again: before the transaction,
    so that they wait for little, and in it, beside which nobody writes. So no paper is there
    twice, and what others said of it stays.
    """
    size, started_s = run.batch.size, time.monotonic()
    if not run.batch.changes_nothing:
        made = _made(run, {})
        if (revision := run.store.revision) != run.revision:
            made = _decided_again(run, made)
            run.revision = revision
        with run.writer.together():
            if run.writer.revision() != run.revision:
                made = _decided_again(run, made)
            _write(run, made)
            run.revision = run.writer.revision()
        run.pace.note(len(made), time.monotonic() - started_s, left=run.left)
        run.ahead.forget([*run.batch.pending, *(paper_id for paper_id, _ in run.batch.sources)])
    run.counts += run.batch.counts
    is_soon = time.monotonic() - started_s < _SOON_S
    run.batch = Batch(min(2 * size, LARGEST) if is_soon else size)


_Made = dict[str, tuple[Paper, list[EmbeddedChunk]]]


def _made(run: _Run, before: _Made) -> _Made:
    """Chunks of what is pending, by id, with vectors unless these follow; none is made again."""
    pending = run.batch.pending.values()
    papers = [paper for paper in pending if before.get(paper.id, (None,))[0] != paper]
    chunks = awaiting_chunks(papers, run.embedder)  # which may load what splits long texts
    if not run.pace.vectors_follow:
        with run.pace.embedding():
            chunks = with_vectors(papers, chunks, run.embedder)
    return before | {one.id: (one, own) for one, own in zip(papers, chunks, strict=True)}


def _decided_again(run: _Run, made: _Made) -> _Made:
    groups, run.batch = run.batch.groups, Batch(run.batch.size)
    run.store.follow(run.places)
    run.look()
    records = [merge.together(group) for group in groups]
    run.known.foresee(records)
    run.ahead.read_again(_candidates(run, records))
    for group, record in zip(groups, records, strict=True):
        _take(run, group, record)
    return _made(run, made)


def _write(run: _Run, made: _Made) -> None:
    batch = run.batch
    entries = [(*made[i], run.known.identity(paper, i)) for i, paper in batch.pending.items()]
    run.writer.put_all(entries, {i: some for i, some in batch.said.items() if some})
    run.writer.add_sources(batch.sources)
    run.late += [paper.id for paper, chunks, _ in entries if any(one.is_awaited for one in chunks)]
