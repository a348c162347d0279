"""Some papers of an addition that are written together, decided and not yet written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from rag.base.said import Said
from rag.base.types import Paper, Source

# Papers of one transaction: at first so many, twice as many after each that was made soon, so that
# a stop is never far. Embedding 32 together has 2 % more padding than 128.
SIZE, LARGEST = 32, 512


@dataclass(slots=True)
class Batch:
    """Records of some papers and what they make of the library, decided and not yet written."""

    size: int = SIZE  # papers; twice as many when most of them only get another source
    groups: list[list[Paper]] = field(default_factory=list)
    pending: dict[str, Paper] = field(default_factory=dict)  # by id
    said: dict[str, list[Said]] = field(default_factory=dict)  # by paper id
    sources: list[tuple[str, Source]] = field(default_factory=list)  # of papers by their ids
    counts: Counter[str] = field(default_factory=Counter)
    has_body: bool = False  # one of the papers has, and is enough

    @property
    def is_full(self) -> bool:
        papers, records = len(self.pending), len(self.groups)
        return self.has_body or papers >= self.size or records >= 2 * self.size

    @property
    def changes_nothing(self) -> bool:
        return not (self.pending or self.sources or any(self.said.values()))

    def add(self, paper: Paper) -> None:
        """Take in a paper to be written."""
        self.pending[paper.id] = paper
        self.has_body |= paper.body is not None

    def count(self, outcome: str, others: str, records: int) -> None:
        """Count the records of one paper: the first by what it did, the others that joined it."""
        self.counts[outcome] += 1
        self.counts[others] += records - 1
