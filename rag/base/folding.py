"""A comparison as it is shown: words that stand in one row are not printed again in another.

The table itself keeps every cell; a reader of it need not read one sentence three times.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rag.base.aspects import NAMES
from rag.base.types import Cell, Comparison

_AT_HOME = (NAMES["result"], NAMES["method"])  # rows in which shared words are looked for first


def folded(table: Comparison) -> Comparison:
    """The table with "as under method" for words that the paper's cell on that aspect has."""
    cells = tuple(_folded(row, table.aspects) for row in table.cells)
    return dataclasses.replace(table, cells=cells)


def _folded(row: Sequence[Cell], aspects: Sequence[str]) -> tuple[Cell, ...]:
    homes: dict[str, str] = {}
    for name in sorted(aspects, key=lambda aspect: _rank(aspect, aspects)):
        cell = row[aspects.index(name)]
        if cell.stated:
            homes.setdefault(cell.text, name)
    return tuple(
        dataclasses.replace(cell, text=f"as under {homes[cell.text]}")
        if cell.stated and homes[cell.text] != name
        else cell
        for name, cell in zip(aspects, row, strict=True)
    )


def _rank(aspect: str, aspects: Sequence[str]) -> int:
    if aspect in _AT_HOME:
        return _AT_HOME.index(aspect)
    return len(_AT_HOME) + aspects.index(aspect)
