"""A removed paper that can be brought back, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.base.plain import plain_fields


@dataclass(frozen=True, slots=True)
class Removed:
    """What is told of a removed paper; `at` is ISO 8601 in UTC."""

    paper_id: str
    name: str
    at: str

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)
