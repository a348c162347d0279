"""What filters ask of records, of all papers at once: arrays in memory, read when papers change.

A filter that most papers meet is the costly one for a database, which must name each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from rag.base.types import Filters
from rag.index import schema as t


@dataclass(frozen=True, slots=True)
class Columns:
    """One row a paper. Unknown numbers are NaN; `categories` are those that `category` counts."""

    ids: np.ndarray  # of str
    year: np.ndarray
    score: np.ndarray
    has_code: np.ndarray
    category: np.ndarray
    categories: tuple[str, ...]


def read_columns(conn: sa.Connection) -> Columns:
    """The columns of all papers, out of the one index that has them all."""
    names = ("id", "year", "score", "has_code", "category")
    rows = conn.execute(sa.select(*(t.papers.c[name] for name in names))).all()
    ids, years, scores, codes, categories = zip(*rows, strict=True) if rows else ((),) * 5
    upper = [(category or "").upper() for category in categories]
    numbers = {category: number for number, category in enumerate(dict.fromkeys(upper))}
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
