"""Filters resolved in the catalog: the set of papers that a search may look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from rag.base.text import fold
from rag.base.types import Filters
from rag.index import schema as t
from rag.index.names import Name, parse_name, same_person
from rag.index.records import in_batches

_BETWEEN = "\x1f"  # between ids, which hold no control characters
_NAMES_PER_QUERY = 100  # each name is compared in three columns


def allowed_ids(conn: sa.Connection, filters: Filters) -> frozenset[str]:
    """Ids of the papers that meet every condition; an unknown name or value allows none."""
    conditions = [
        _fields(conn, filters),
        _authors(conn, filters.authors) if filters.authors else None,
        _authors(conn, (filters.first_author,), first=True) if filters.first_author else None,
        _orgs(conn, filters.orgs) if filters.orgs else None,
        _stored(conn, filters.ids) if filters.ids else None,
    ]
    return frozenset(set.intersection(*(ids for ids in conditions if ids is not None)))


def _stored(conn: sa.Connection, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for batch in in_batches(ids):
        found.update(conn.scalars(sa.select(t.papers.c.id).where(t.papers.c.id.in_(batch))))
    return found


def _fields(conn: sa.Connection, filters: Filters) -> set[str] | None:
    """The papers with these values in their records; None where none is asked for."""
    columns = t.papers.c
    # Joined by the database: fetching tens of thousands of rows takes ten times as long.
    query = sa.select(sa.func.aggregate_strings(columns.id, _BETWEEN))
    if filters.year_from is not None:
        query = query.where(columns.year >= filters.year_from)
    if filters.year_to is not None:
        query = query.where(columns.year <= filters.year_to)
    if filters.categories:
        upper = {category.upper() for category in filters.categories}
        query = query.where(sa.func.upper(columns.category).in_(upper))
    if filters.has_code is not None:
        query = query.where(columns.has_code.is_(filters.has_code))
    if filters.score_from is not None:
        query = query.where(columns.score >= filters.score_from)
    if query.whereclause is None:
        return None
    return set((conn.scalar(query) or "").split(_BETWEEN)) - {""}


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
