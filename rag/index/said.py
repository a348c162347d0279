"""What each source said of a paper, and what was decided of two papers, as rows of the catalog."""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.base.errors import LibraryError
from rag.base.said import Decision, Said
from rag.base.types import Paper, Source
from rag.index import schema as t
from rag.index.transactions import Transactions, next_revision


class SaidRecords:
    """What sources of one library said, and what was decided. Only a writer's may be changed."""

    def __init__(self, catalog: Transactions) -> None:
        self._catalog = catalog

    def together(self) -> AbstractContextManager[None]:
        """All that is written in the block is one transaction: it is there, or it is not."""
        return self._catalog.together()

    def of(self, paper_id: str) -> list[Said]:
        """What sources said of a paper, the first first; nothing where there is only one."""
        query = sa.select(t.said.c.source, t.said.c.record).where(t.said.c.paper_id == paper_id)
        with self._catalog.reading() as conn:
            rows = conn.execute(query.order_by(t.said.c.seq)).all()
        return [Said(Source(*json.loads(source)), _unpacked(record)) for source, record in rows]

    def keep(self, paper_id: str, said: Iterable[Said]) -> None:
        """Keep what sources said of a paper; what one said before is replaced."""
        with self._catalog.writing() as conn:
            for one in said:
                _write(conn, paper_id, one)

    def take_away(self, paper_id: str, sources: Sequence[Source]) -> None:
        """Take sources from a paper, with what they said."""
        table = t.sources.c
        with self._catalog.writing() as conn:
            for source in sources:
                told = sa.and_(t.said.c.paper_id == paper_id, t.said.c.source == _key(source))
                conn.execute(sa.delete(t.said).where(told))
                same = (table.kind == source.kind, table.origin == source.origin)
                where = sa.and_(table.paper_id == paper_id, *same, table.place == source.where)
                conn.execute(sa.delete(t.sources).where(where))
            next_revision(conn, with_text=False)

    @property
    def decisions(self) -> list[Decision]:
        """All that was decided and not undone, the first first."""
        query = sa.select(t.decisions).order_by(t.decisions.c.seq)
        with self._catalog.reading() as conn:
            rows = conn.execute(query).all()
        return [
            Decision(
                row.action,
                row.paper_id,
                row.other_id,
                tuple(Source(*parts) for parts in json.loads(row.sources)),
                row.at,
                row.seq,
            )
            for row in rows
        ]

    def decide(self, decision: Decision) -> None:
        """Keep what was decided of two papers, with the time."""
        row = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "action": decision.action,
            "paper_id": decision.paper_id,
            "other_id": decision.other_id,
            "sources": json.dumps([_parts(source) for source in decision.sources]),
        }
        with self._catalog.writing() as conn:
            conn.execute(sa.insert(t.decisions).values(row))
            next_revision(conn, with_text=False)

    def undecide(self, decision: Decision) -> None:
        """Forget a decision."""
        with self._catalog.writing() as conn:
            conn.execute(sa.delete(t.decisions).where(t.decisions.c.seq == decision.seq))
            next_revision(conn, with_text=False)


def _write(conn: sa.Connection, paper_id: str, said: Said) -> None:
    key = _key(said.source)
    where = sa.and_(t.said.c.paper_id == paper_id, t.said.c.source == key)
    record = _packed(replace(said.record, id="", citekey="", body=None))
    if conn.execute(sa.update(t.said).where(where).values(record=record)).rowcount == 0:
        row = {"paper_id": paper_id, "source": key, "record": record}
        conn.execute(sa.insert(t.said).values(row))


def _parts(source: Source) -> list[str]:
    return [source.kind, source.origin, source.where]


def _key(source: Source) -> str:
    return json.dumps(_parts(source), ensure_ascii=False)


@functools.cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Paper)


def _packed(paper: Paper) -> bytes:
    try:
        return zlib.compress(_adapter().dump_json(paper, exclude_defaults=True))
    except ValueError as error:  # pydantic's own error of serialisation is one
        raise LibraryError(f"The record {paper.name} holds text that is no Unicode.") from error


def _unpacked(packed: bytes) -> Paper:
    try:
        paper: Paper = _adapter().validate_json(zlib.decompress(packed))
    except (zlib.error, ValueError) as error:
        raise LibraryError("What a source said of a paper cannot be read.") from error
    return paper
