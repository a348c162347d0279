"""Who said what of a paper, and which papers may be one: values that a person decides by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.base.plain import plain_fields
from rag.base.types import Paper, Source


@dataclass(frozen=True, slots=True)
class Said:
    """What one source said of a paper, as it was read there; the body of a PDF is left out."""

    source: Source
    record: Paper


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value of a field of a paper, and the sources that said it; `holds` in the library."""

    field: str
    value: str
    sources: tuple[Source, ...]
    holds: bool

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Two papers of the library that may be one, and what speaks for two."""

    one: Paper
    other: Paper
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"one": self.one.to_dict(), "other": self.other.to_dict(), "why": self.why}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of two papers: "join" made them one, "split" two, "apart" keeps them so.

    `sources` are those that went from one paper to the other; `at` is ISO 8601 in UTC.
    """

    action: str
    paper_id: str
    other_id: str
    sources: tuple[Source, ...] = ()
    at: str = ""
    seq: int = 0
