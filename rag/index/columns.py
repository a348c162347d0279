"""What filters ask of records, of all papers at once: arrays in memory, read when papers change.

A filter that most papers meet is the costly one for a database, which must name each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag.base.types import Filters
from rag.index import schema as t
from rag.index.changes import read_changes
from rag.index.database import entry
from rag.index.records import in_batches

_FEW = 0.1  # of all papers, so many are looked up one by one
_QUERY = sa.select(*(t.papers.c[name] for name in ("id", "year", "score", "has_code", "category")))


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a paper. Unknown numbers are NaN; `categories` are those that `category` counts."""

    ids: np.ndarray  # of str
    year: np.ndarray
    score: np.ndarray
    has_code: np.ndarray
    category: np.ndarray
    categories: tuple[str, ...]


AsOf = tuple[int, Columns]  # of a text revision


def read_columns(conn: sa.Connection) -> Columns:
    """The columns of all papers, out of the one index that has them all."""
    return _columns(conn.execute(_QUERY).all())


def columns_now(conn: sa.Connection, known: AsOf | None) -> AsOf:
    """The columns of the state that is read, of those `known` where few papers have changed."""
    revision = int(entry(conn, "text_revision") or 0)
    if known is None:
        return revision, read_columns(conn)
    return known if known[0] == revision else (revision, _followed(conn, *known))


def _followed(conn: sa.Connection, since: int, known: Columns) -> Columns:
    changes = read_changes(conn, since)
    if changes.complete or len(changes.current) > _FEW * changes.papers:
        return read_columns(conn)
    other = changes.stale.union(changes.current)
    stays = np.fromiter((paper_id not in other for paper_id in known.ids), bool, len(known.ids))
    new = _columns(_rows_of(conn, changes.current), known.categories)
    now = Columns(
        np.concatenate([known.ids[stays], new.ids]),
        np.concatenate([known.year[stays], new.year]),
        np.concatenate([known.score[stays], new.score]),
        np.concatenate([known.has_code[stays], new.has_code]),
        np.concatenate([known.category[stays], new.category]),
        new.categories,
    )
    return now if len(now.ids) == changes.papers else read_columns(conn)


def _rows_of(conn: sa.Connection, ids: Sequence[str]) -> list[sa.Row[Any]]:
    chosen = (_QUERY.where(t.papers.c.id.in_(batch)) for batch in in_batches(ids))
    return [row for query in chosen for row in conn.execute(query)]


def _columns(rows: Sequence[sa.Row[Any]], known: Sequence[str] = ()) -> Columns:
    """Columns of these rows; the categories that are `known` keep their numbers."""
    ids, years, scores, codes, categories = zip(*rows, strict=True) if rows else ((),) * 5
    upper = [(category or "").upper() for category in categories]
    numbers = {category: number for number, category in enumerate(dict.fromkeys([*known, *upper]))}
    return Columns(
        np.array(ids, dtype=object),
        np.array(years, dtype=np.float64),  # None becomes NaN
        np.array(scores, dtype=np.float64),
        np.array(codes, dtype=bool),
        np.array([numbers[category] for category in upper], dtype=np.intp),
        tuple(numbers),
    )


def meeting(columns: Columns, filters: Filters) -> frozenset[str] | None:
    """The papers whose records have these values; None where none is asked for."""
    wanted: list[np.ndarray] = []
    if filters.year_from is not None:
        wanted.append(columns.year >= filters.year_from)
    if filters.year_to is not None:
        wanted.append(columns.year <= filters.year_to)
    if filters.score_from is not None:
        wanted.append(columns.score >= filters.score_from)
    if filters.has_code is not None:
        wanted.append(columns.has_code == filters.has_code)
    if filters.categories:
        wanted.append(_of_categories(columns, filters.categories))
    if not wanted:
        return None
    return frozenset(columns.ids[np.logical_and.reduce(wanted)].tolist())


def _of_categories(columns: Columns, asked: Sequence[str]) -> np.ndarray:
    upper = {category.upper() for category in asked}
    is_asked = np.array([category in upper for category in columns.categories], dtype=bool)
    return is_asked[columns.category] if len(is_asked) else np.zeros(0, dtype=bool)
