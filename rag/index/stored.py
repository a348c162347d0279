"""Originals beside the records on a server, so that every machine has them and one dump has all."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from rag.index import schema as t
from rag.index.originals import Originals
from rag.index.records import in_batches
from rag.index.transactions import Transactions


class Stored(Originals):
    """Rows of a table that only a database on a server has."""

    def __init__(self, library: Transactions) -> None:
        self._library = library

    def keep(self, data: bytes) -> str:
        """Store bytes durably; returns their sha256. The same bytes are stored once."""
        digest = hashlib.sha256(data).hexdigest()
        if self.missing({digest}):
            with self._library.writing() as conn:
                if not _there(conn, {digest}):
                    conn.execute(sa.insert(t.originals), {"sha256": digest, "data": data})
        return digest

    def read(self, digest: str) -> bytes | None:
        """The bytes that were kept under a sha256; None where they are not there."""
        query = sa.select(t.originals.c.data).where(t.originals.c.sha256 == digest)
        with self._library.reading() as conn:
            return conn.scalar(query)

    def missing(self, digests: set[str]) -> list[str]:
        """Those of the files that are not there."""
        with self._library.reading() as conn:
            return sorted(digests - _there(conn, digests))

    def changed(self) -> list[str]:
        """Those whose bytes are not as they were added; the server looks at all of them."""
        now = sa.func.encode(sa.func.sha256(t.originals.c.data), "hex")
        query = sa.select(t.originals.c.sha256).where(now != t.originals.c.sha256)
        with self._library.reading() as conn:
            return list(conn.scalars(query))


def _there(conn: sa.Connection, digests: set[str]) -> set[str]:
    column = t.originals.c.sha256
    batches = (sa.select(column).where(column.in_(batch)) for batch in in_batches(digests))
    return {digest for query in batches for digest in conn.scalars(query)}
