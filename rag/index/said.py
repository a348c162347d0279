"""What each source said of a paper, and what was decided of two papers, as rows of the catalog."""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.base.errors import LibraryError
from rag.base.said import Decision, Said
from rag.base.types import Paper, Source
from rag.index import schema as t
from rag.index.records import in_batches
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
        return self.of_each([paper_id])[paper_id]

    def of_each(self, paper_ids: Iterable[str]) -> dict[str, list[Said]]:
        """The same of each of some papers, in few queries."""
        wanted = list(paper_ids)
        found: dict[str, list[Said]] = {paper_id: [] for paper_id in wanted}
        query = sa.select(t.said.c.paper_id, t.said.c.source, t.said.c.record)
        with self._catalog.reading() as conn:
            for batch in in_batches(wanted):
                chosen = query.where(t.said.c.paper_id.in_(batch)).order_by(t.said.c.seq)
                for paper_id, source, record in conn.execute(chosen):
                    said = Said(Source(*json.loads(source)), _unpacked(record))
                    found[paper_id].append(said)
        return found

    def keep(self, said: Mapping[str, Iterable[Said]]) -> None:
        """Keep what sources said of papers by their ids; what one said before is replaced."""
        rows = {
            (paper_id, _key(one.source)): _packed(replace(one.record, id="", citekey="", body=None))
            for paper_id, records in said.items()
            for one in records
        }
        with self._catalog.writing() as conn:
            known = _known(conn, said)
            for key in rows.keys() & known:
                conn.execute(sa.update(t.said).where(_at(*key)).values(record=rows[key]))
            new = [
                {"paper_id": key[0], "source": key[1], "record": record}
                for key, record in rows.items()
                if key not in known
            ]
            if new:
                conn.execute(sa.insert(t.said), new)

    def take_away(self, paper_id: str, sources: Sequence[Source]) -> None:
        """Take sources from a paper, with what they said."""
        table = t.sources.c
        with self._catalog.writing() as conn:
            for source in sources:
                conn.execute(sa.delete(t.said).where(_at(paper_id, _key(source))))
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


def _known(conn: sa.Connection, paper_ids: Iterable[str]) -> set[tuple[str, str]]:
    """Which sources of these papers have said something: (paper id, key of the source)."""
    query = sa.select(t.said.c.paper_id, t.said.c.source)
    batches = (query.where(t.said.c.paper_id.in_(batch)) for batch in in_batches(paper_ids))
    return {(row.paper_id, row.source) for one in batches for row in conn.execute(one)}


def _at(paper_id: str, source: str) -> sa.ColumnElement[bool]:
    return sa.and_(t.said.c.paper_id == paper_id, t.said.c.source == source)


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
