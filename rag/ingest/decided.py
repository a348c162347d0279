"""What an ingestion notes of what sources said, and how it obeys what a person decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.base.said import Said
from rag.base.types import Paper, Source
from rag.index.store import Store
from rag.ingest.identity import Known


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of a person on which records are of which paper.

    `owner` is the paper that a source was given to; `records` are what sources of a joined paper
    said, so that the same said again is known for it.
    """

    owner: Mapping[Source, str] = field(default_factory=dict)
    records: Mapping[str, Sequence[Paper]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, known: Known) -> Decided:
        """The decisions of a library; what joined papers are known by is added to `known`."""
        owner: dict[Source, str] = {}
        records: dict[str, list[Paper]] = {}
        for decision in store.said.decisions:
            if decision.action == "join":
                said = [one.record for one in store.said.of(decision.paper_id)]
                records[decision.paper_id] = said
                for record in said:
                    known.remember(replace(record, id=decision.paper_id))
            to = decision.other_id if decision.action == "split" else decision.paper_id
            owner |= dict.fromkeys(decision.sources, to)
        return cls(owner, records)

    def owners(self, record: Paper) -> list[str]:
        """The paper that a person has given the source of a record to, if any."""
        return [self.owner[source] for source in record.sources[:1] if source in self.owner]


def said_by(records: Sequence[Paper]) -> list[Said]:
    """What the sources of records said."""
    return [Said(record.sources[0], record) for record in records if record.sources]


def news(known: Paper, records: Sequence[Paper], held: Sequence[Said]) -> list[Said]:
    """What is to be noted when records join a known paper, of which `held` is noted already.

    Nothing, where one source said all there is: the paper is what it said.
    """
    said = said_by(records)
    if held:
        return said
    first = said_by([known])
    return [] if {one.source for one in said} <= {one.source for one in first} else first + said
