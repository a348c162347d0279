"""What papers are compared on, known aspects and those in a question's own words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.base.types import Evidence, Paper

Kind = Literal[
    "problem", "method", "data", "scale", "baselines", "result", "limits", "theory", "compute",
    "code", "date", "authors", "venue", "orgs",
]  # fmt: skip

NAMES: dict[Kind, str] = {
    "problem": "problem",
    "method": "method",
    "data": "data and scale",
    "scale": "scale",
    "baselines": "baselines",
    "result": "main result",
    "limits": "limits",
    "theory": "theory",
    "compute": "compute",
    "code": "code",
    "date": "date",
    "authors": "authors",
    "venue": "venue",
    "orgs": "organisation",
}
CHOSEN: tuple[Kind, ...] = (
    *("problem", "method", "data", "baselines", "result", "limits", "code", "date"),
)  # where a question asks for none


@dataclass(frozen=True, slots=True)
class Aspect:
    """One aspect under its name; without a `kind`, the sentences that say `words` are sought.

    One that was not asked for by itself `may_fail`: it is left out where no paper speaks of it.
    """

    name: str
    kind: Kind | None = None
    words: str = ""
    may_fail: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """A name that the words of several papers on one aspect have in common.

    `subject` is the paper whose own name it is, if it is one of these.
    """

    name: str
    aspect: Aspect
    evidence: tuple[Evidence, ...]
    subject: Paper | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """Papers × aspects: `found[i][j]` are the words of `papers[i]` on `aspects[j]`, if any."""

    papers: tuple[Paper, ...]
    aspects: tuple[Aspect, ...]
    found: tuple[tuple[Evidence | None, ...], ...]
    shared: tuple[Shared, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All words that were found, paper by paper, each once."""
        return tuple(dict.fromkeys(e for row in self.found for e in row if e is not None))


def known(kind: Kind) -> Aspect:
    """A known aspect under its usual name."""
    return Aspect(NAMES[kind], kind)
