"""What a backup holds, and what was moved, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.base.plain import plain_fields


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup that was written or restored: `made` is ISO 8601 in UTC, `size` is in bytes.

    `missing` are originals that the library no longer had. `replaced` is where the library lies
    that stood in the place of the restored one.
    """

    file: str
    made: str
    papers: int
    chats: int
    answers: int
    originals: int
    size: int
    missing: tuple[str, ...] = ()
    replaced: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)


@dataclass(frozen=True, slots=True)
class MoveReport:
    """What was brought from a folder into a database; `missing` are files no longer there."""

    folder: str
    papers: int
    chats: int
    answers: int
    judgements: int
    removed: int
    originals: int
    missing: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)
