"""What work on a library tells of itself: what was added, how far it has come, what is not well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from rag.base.plain import plain_fields


@dataclass(frozen=True, slots=True)
class Failure:
    """A record or file that could not be added: which, where in it, and why."""

    source: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What `add` did, counted in records; `failed` names every record that was left out.

    `embedded` counts papers that were there and now have the vectors they awaited, `awaiting` all
    papers of the library that still await theirs.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    failed: tuple[Failure, ...] = ()
    embedded: int = 0
    awaiting: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: `done` of `total` records, or bytes of a backup."""

    done: int
    total: int
    stage: Literal[
        "reading", "embedding", "indexing", "asking", "backing up", "restoring", "moving"
    ]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, whether it is well, and what to do."""

    check: str
    ok: bool
    detail: str
    cure: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)
