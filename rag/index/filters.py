"""Filters resolved in the catalog: the set of papers that a search may look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set

import sqlalchemy as sa

from rag.base.text import fold
from rag.base.types import Filters
from rag.index import schema as t
from rag.index.columns import Columns, meeting
from rag.index.names import Name, parse_name, same_person
from rag.index.records import in_batches

_NAMES_PER_QUERY = 100  # each name is compared in three columns


def allowed_ids(conn: sa.Connection, filters: Filters, columns: Columns) -> frozenset[str]:
    """Ids of the papers that meet every condition; an unknown name or value allows none."""
    conditions: list[Set[str] | None] = [
        meeting(columns, filters),
        _authors(conn, filters.authors) if filters.authors else None,
        _authors(conn, (filters.first_author,), first=True) if filters.first_author else None,
        _orgs(conn, filters.orgs) if filters.orgs else None,
        _stored(conn, filters.ids) if filters.ids else None,
    ]
    first, *others = [ids for ids in conditions if ids is not None]
    return frozenset(first).intersection(*others)


def _stored(conn: sa.Connection, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for batch in in_batches(ids):
        found.update(conn.scalars(sa.select(t.papers.c.id).where(t.papers.c.id.in_(batch))))
    return found


def _authors(conn: sa.Connection, asked: Sequence[str], *, first: bool = False) -> set[str]:
    columns = t.paper_authors.c
    found: set[str] = set()
    for batch in in_batches(dict.fromkeys(asked), _NAMES_PER_QUERY):
        wanted = _by_part(parse_name(text) for text in batch if fold(text))
        known = [columns[part] for part in ("folded", "family", "last", "given")]
        query = sa.select(columns.paper_id, *known).where(
            sa.or_(*(part.in_(wanted) for part in known[:3]))
        )
        if first:
            query = query.where(columns.position == 0)
        for paper_id, *parts in conn.execute(query).all():
            name = Name(*parts)
            if any(same_person(one, name) for part in parts[:3] for one in wanted.get(part, ())):
                found.add(paper_id)
    return found


def _by_part(names: Iterable[Name]) -> dict[str, list[Name]]:
    wanted: dict[str, list[Name]] = defaultdict(list)
    for name in names:
        for part in {name.folded, name.family, name.last}:
            wanted[part].append(name)
    return wanted


def _orgs(conn: sa.Connection, asked: Iterable[str]) -> set[str]:
    columns = t.paper_orgs.c
    found: set[str] = set()
    for batch in in_batches({fold(org) for org in asked}):
        found.update(
            conn.scalars(sa.select(columns.paper_id).where(columns.folded.in_(batch))).all()
        )
    return found
