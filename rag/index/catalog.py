"""The truth of a library, read and written in short transactions, in whichever database it is.

SQL lives here and in `schema`, `records` and `filters`. The derived indexes keep their own state
in a manifest, so that one transaction switches to a new generation of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from rag.base.errors import LibraryError
from rag.base.removed import Removed
from rag.base.types import Answer, Chunk, Filters, Paper, Source
from rag.index import answers, late, overview, records, tombstones
from rag.index import schema as t
from rag.index.changes import Changes, Text, read_changes, read_removed, read_texts
from rag.index.columns import AsOf, Columns, columns_now
from rag.index.database import Database, entry
from rag.index.embedded import check_chunks
from rag.index.filters import allowed_ids
from rag.index.lock import HeldLock
from rag.index.originals import InFolder, Originals
from rag.index.purge import purge
from rag.index.records import Entry, in_batches
from rag.index.stored import Stored
from rag.index.transactions import next_revision
from rag.index.vectored import Vectored, dimensions

_ANSWER_WAIT_MS = 1000


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of what was done to the library; `at` is ISO 8601 in UTC."""

    at: str
    action: str
    origin: str
    sha256: str | None
    outcome: str


class Catalog(Vectored):
    """Reads and writes of one library. Safe to use from several threads and processes."""

    def __init__(self, database: Database, folder: Path, caches: Database | None = None) -> None:
        """`caches` keep what indexes in `folder` say of themselves, where the records do not."""
        super().__init__(database, folder, caches)
        self.originals: Originals = Stored(self) if caches else InFolder(folder)
        self._holds_removed_text = False
        self._allowed: tuple[tuple[str | None, Filters], frozenset[str]] | None = None
        self._columns: AsOf | None = None
        self._counted = (-1, 0)  # at which revision, how many papers

    def close(self) -> None:
        """Close all connections."""
        self.close_states()
        self._database.close()

    def copy_into(self, path: Path) -> None:
        """Write the database as it is at this moment to a new file."""
        self._database.copy_into(path)

    def problems(self) -> list[str]:
        """What the database finds wrong with itself; nothing when all is well."""
        with self.reading() as conn:
            return self._database.problems(conn)

    def take(self, name: str) -> HeldLock | None:
        """A lock of this name among all who have the library open; None when one of them has it."""
        with self._database.errors():
            return self._database.take(name)

    @property
    def identity(self) -> str:
        """What tells this library from all others."""
        return self._database.identity

    # --- revisions and state ----------------------------------------------------------------

    def revision(self) -> int:
        """Grows with every change of papers and sources."""
        return self._number("revision")

    def text_revision(self) -> int:
        """Grows with every change that the search indexes must follow."""
        return self._number("text_revision")

    # --- papers -----------------------------------------------------------------------------

    def paper_count(self) -> int:
        """How many papers the library holds; counted once after each change."""
        revision, count = self._counted
        now = self.revision()
        if revision != now or self.is_in_snapshot:  # which may be of an older state
            with self.reading() as conn:
                count = conn.scalar(sa.select(sa.func.count()).select_from(t.papers)) or 0
        if not self.is_in_snapshot:
            self._counted = (now, count)
        return count

    def papers(self, filters: Filters | None = None) -> Iterator[Paper]:
        """Papers in the order in which they were first added."""
        with self.reading() as conn:
            ids = conn.scalars(sa.select(t.papers.c.id).order_by(t.papers.c.seq)).all()
            if filters is not None and not filters.is_empty:
                allowed = allowed_ids(conn, filters, self._columns_now(conn))
                ids = [paper_id for paper_id in ids if paper_id in allowed]
        yield from self._read(ids)

    def _read(self, ids: Iterable[str]) -> Iterator[Paper]:
        for batch in in_batches(ids):
            yield from self.get(batch).values()

    def get(self, ids: Iterable[str]) -> dict[str, Paper]:
        """The papers of these ids, in their order; unknown ids are left out."""
        found: dict[str, Paper] = {}
        with self.reading() as conn:
            for batch in in_batches(ids):
                found |= records.read_papers(conn, batch)
        return found

    def records(self) -> list[Paper]:
        """All papers without their abstracts, in the order in which they were first added."""
        with self.reading() as conn:
            return overview.read_records(conn)

    def find(self, identity_key: str) -> Paper | None:
        """The paper that was put under this canonical identity."""
        with self.reading() as conn:
            query = sa.select(t.papers.c.id).where(t.papers.c.identity_key == identity_key)
            paper_id = conn.scalar(query)
            return None if paper_id is None else records.read_papers(conn, [paper_id])[paper_id]

    def cited_as(self, key: str) -> list[str]:
        """Ids of the papers that a source has under this citekey, in whichever case."""
        place = sa.func.lower(t.sources.c.place)
        found = place.endswith(f", {key.lower()}", autoescape=True)
        with self.reading() as conn:
            query = sa.select(t.sources.c.paper_id).where(found).order_by(t.sources.c.seq)
            return list(dict.fromkeys(conn.scalars(query)))

    def allowed(self, filters: Filters) -> frozenset[str] | None:
        """Ids of the papers that meet the filters; None when nothing is restricted."""
        if filters.is_empty:
            return None
        with self.reading() as conn:
            state = (entry(conn, "text_revision"), filters)
            if (known := self._allowed) is not None and known[0] == state:
                return known[1]  # one question asks for the same several times
            allowed = allowed_ids(conn, filters, self._columns_now(conn))
        self._allowed = (state, allowed)
        return allowed

    def _columns_now(self, conn: sa.Connection) -> Columns:
        """What filters ask, as of the state that is read."""
        self._columns = now = columns_now(conn, self._columns)
        return now[1]

    def chunks(self, ids: Iterable[str]) -> dict[str, Chunk]:
        """The chunks of these ids, in their order; unknown ids are left out."""
        found: dict[str, Chunk] = {}
        with self.reading() as conn:
            for batch in in_batches(ids):
                found |= records.read_chunks(conn, batch)
        return found

    # --- what the derived indexes read ------------------------------------------------------

    def removed_since(self, revision: int) -> tuple[frozenset[str], frozenset[str]]:
        """The papers removed after a text revision, and those that cannot be brought back."""
        with self.reading() as conn:
            return read_removed(conn, revision)

    def text_changes(self, since: int) -> tuple[Changes, list[Text]]:
        """What changed after a text revision, with the texts to take in; 0 gives everything."""
        with self.reading() as conn:
            changes = read_changes(conn, since)
            return changes, read_texts(conn, None if changes.complete else changes.current)

    def texts(self, paper_ids: Iterable[str]) -> list[Text]:
        """What the keyword index reads of these papers; unknown ids are left out."""
        with self.reading() as conn:
            return read_texts(conn, list(paper_ids))

    def paper_changes(self, since: int) -> tuple[Changes, Iterator[Paper]]:
        """What changed after a text revision, with the papers to take in; 0 gives everything."""
        with self.reading() as conn:
            changes = read_changes(conn, since)
            every = sa.select(t.papers.c.id).order_by(t.papers.c.seq)
            ids = conn.scalars(every).all() if changes.complete else changes.current
        return changes, self._read(ids)

    # --- writing ----------------------------------------------------------------------------

    def put(self, entries: Sequence[Entry]) -> None:
        """Store papers with their chunks in one transaction; durable on return."""
        with self.writing() as conn:
            dim = dimensions(conn, (chunk for _, chunks, _ in entries for chunk in chunks))
            for paper, chunks, _ in entries:
                check_chunks(paper, chunks, dim)
            revision = next_revision(conn, with_text=True, by=len(entries))
            try:
                with conn.begin_nested():  # what failed is undone, so that the cause can be found
                    records.write_papers(conn, entries, revision=revision - len(entries) + 1)
                    records.write_chunks(conn, entries)
                    late.note(conn, entries)
            except sa.exc.IntegrityError as error:
                paper = records.colliding(conn, entries) or entries[0][0]
                raise LibraryError(
                    f"The paper {paper.id} ({paper.name}) collides with another one of the library "
                    f"in its identity or its citekey {paper.citekey!r}."
                ) from error

    def add_sources(self, sources: Sequence[tuple[str, Source]]) -> None:
        """Add sources to known papers; one that a paper has already changes nothing."""
        ids = list(dict.fromkeys(paper_id for paper_id, _ in sources))
        with self.writing() as conn:
            known = records.known_ids(conn, ids)
            for paper_id in ids:
                if paper_id not in known:
                    raise LibraryError(f"The library has no paper {paper_id} to add a source to.")
            if new := records.write_sources(conn, sources):
                next_revision(conn, with_text=False, by=new)

    def remove(self, paper_id: str, *, undoable: bool = False) -> bool:
        """Delete a paper and all that hangs on it, False if unknown; the ledger keeps its title.

        When `undoable`, it is kept apart, compressed, until `restore` or `purge`.
        """
        with self.writing_all() as conn:
            found = records.read_papers(conn, [paper_id])
            if not found:
                is_known = not undoable and tombstones.delete(conn, paper_id)
                if is_known:
                    tombstones.tell_erased(conn, [paper_id])
            else:
                is_known = True
                revision = next_revision(conn, with_text=True)
                tombstones.bury(conn, found[paper_id], revision, undoable=undoable)
                removed = f"removed: {found[paper_id].name}"
                _log(conn, LedgerEntry(_now(), "remove", paper_id, None, removed))
        self._holds_removed_text = self._holds_removed_text or is_known
        return is_known

    def restore(self, paper_id: str) -> Paper:
        """Bring a removed paper back as it was, with its words in kept answers."""
        with self.writing_all() as conn:
            revision = next_revision(conn, with_text=True)
            paper = tombstones.dig_up(conn, paper_id, revision)
            _log(conn, LedgerEntry(_now(), "restore", paper_id, None, f"back: {paper.name}"))
            return paper

    def removed(self) -> list[Removed]:
        """The removed papers that can be brought back, the last one first."""
        with self.reading() as conn:
            return tombstones.listed(conn)

    def purge(self, *, days: float) -> int:
        """Delete for good what was deleted so many days ago: how many papers and chats."""
        with self.writing_all() as conn:
            gone = purge(conn, days=days)
        self._holds_removed_text = self._holds_removed_text or gone > 0
        return gone

    def forget_removed(self) -> None:
        """Overwrite the log of recent changes, in which the text of removed papers still stands."""
        if self._holds_removed_text:
            self._holds_removed_text = not self._database.forget_removed()

    def log(self, *, action: str, origin: str, sha256: str | None, outcome: str) -> None:
        """Add a line to the ledger."""
        with self.writing() as conn:
            _log(conn, LedgerEntry(_now(), action, origin, sha256, outcome))

    def ledger(self) -> list[LedgerEntry]:
        """All lines of the ledger, oldest first."""
        columns = [t.ledger.c[name] for name in LedgerEntry.__slots__]
        with self.reading() as conn:
            rows = conn.execute(sa.select(*columns).order_by(t.ledger.c.seq))
            return [LedgerEntry(*row) for row in rows]

    # --- answers ----------------------------------------------------------------------------

    def keep_answer(self, answer: Answer, *, most: int) -> Answer:
        """Store an answer; waits for other writers a second at most, because somebody reads it."""
        with self.answering(wait_ms=_ANSWER_WAIT_MS) as conn:
            return answers.write(conn, answer, most=most)

    def answer(self, answer_id: str) -> Answer | None:
        """A kept answer."""
        with self.reading() as conn:
            return answers.read(conn, answer_id)

    def answers(self, n: int) -> list[Answer]:
        """The last `n` kept answers, newest first."""
        with self.reading() as conn:
            return answers.read_last(conn, n)

    def answers_to(self, question: str, n: int) -> list[Answer]:
        """The last `n` kept answers to a question, newest first."""
        with self.reading() as conn:
            return answers.read_to(conn, question, n)


def _log(conn: sa.Connection, line: LedgerEntry) -> None:
    conn.execute(sa.insert(t.ledger).values(asdict(line)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
