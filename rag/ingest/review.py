"""Papers set right by hand: two made one, one made two, and both undone; who said what of a paper.

Every decision is kept, so that later additions obey it and the last one can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.base.errors import LibraryError
from rag.base.said import Decision, FieldValue, Said
from rag.base.types import Paper, Source
from rag.index.store import Store, Writer
from rag.ingest import merge
from rag.ingest.decided import said_by
from rag.ingest.embedding import embedded_papers
from rag.ingest.identity import Known
from rag.models.embedder import Embedder

_FIELDS = (
    "title", "authors", "date", "venue", "doi", "arxiv_id", "url", "category", "orgs", "has_code",
    "score", "status", "abstract",
)  # fmt: skip


def told(store: Store, paper: Paper) -> list[Said]:
    """What each source said of a paper; a paper of one source is what that said."""
    return store.said.of(paper.id) or said_by([paper])


def values(store: Store, paper: Paper) -> list[FieldValue]:
    """Every value of every field with the sources that said it, the one that holds first."""
    said = told(store, paper)
    found: list[FieldValue] = []
    for name in _FIELDS:
        held = _as_text(getattr(paper, name))
        sources: dict[str, list[Source]] = {held: []}
        for one in said:
            sources.setdefault(_as_text(getattr(one.record, name)), []).append(one.source)
        found += [
            FieldValue(name, value, tuple(by), value == held)
            for value, by in sources.items()
            if value
        ]
    return found


class Reviewer:
    """Decides on papers of one library, each decision in one transaction."""

    def __init__(self, store: Store, writer: Writer, embedder: Embedder, known: Known) -> None:
        self._store = store
        self._known = known
        self._writer = writer
        self._embedder = embedder

    def join(self, paper_id: str, other_id: str) -> Paper:
        """Make one paper of two: the first, with what the sources of the other said.

        Raises:
            LibraryError: one of them is not in the library.
        """
        one, other = self._paper(paper_id), self._paper(other_id)
        if one.id == other.id:
            raise LibraryError("These are one paper already.")
        said = told(self._store, one) + told(self._store, other)
        moved = tuple(source for source in other.sources if source not in one.sources)
        merged = replace(merge.merge(one, other), id=one.id, citekey=one.citekey)
        with self._writer.said.together():
            self._writer.remove(other.id, undoable=True)
            self._put([merged], {one.id: said})
            self._writer.said.decide(Decision("join", one.id, other.id, moved))
        return merged

    def split(self, paper_id: str, sources: Sequence[Source]) -> tuple[Paper, Paper]:
        """Make two papers of one: what these sources said becomes a paper of its own.

        Raises:
            LibraryError: the paper is not there, or no source or none but these told of it.
        """
        paper = self._paper(paper_id)
        said = told(self._store, paper)
        out = [one for one in said if one.source in sources]
        rest = [one for one in said if one.source not in sources]
        if not out or not rest:
            raise LibraryError(
                "A paper is split by some of its sources, not by all of them or none. Sources of "
                "before this version were not told apart; add them again first."
            )
        new = merge.together([one.record for one in out])
        key = f"{self._known.identity(new)}|{'|'.join(_named(one.source) for one in out)}"
        new = replace(
            new, id=merge.paper_id(key), citekey=merge.citekey(new, self._known.has_citekey)
        )
        left = merge.together([one.record for one in rest])
        left = replace(left, id=paper.id, citekey=paper.citekey)
        if any(source.kind == "pdf" for source in new.sources):
            new = replace(new, body=paper.body)
        else:
            left = replace(left, body=paper.body)
        with self._writer.said.together():
            self._writer.said.take_away(paper.id, new.sources)
            self._put([left, new], {new.id: out if len(out) > 1 else []})
            self._writer.said.decide(Decision("split", paper.id, new.id, new.sources))
        return left, new

    def keep_apart(self, paper_id: str, other_id: str) -> None:
        """Say that two papers are two, so that nobody is asked again.

        Raises:
            LibraryError: one of them is not in the library.
        """
        one, other = self._paper(paper_id), self._paper(other_id)
        self._writer.said.decide(Decision("apart", one.id, other.id))

    def undo(self) -> Decision:
        """Take the last decision back.

        Raises:
            LibraryError: nothing was decided, or a paper of it is gone for good.
        """
        last = next(reversed(self._store.said.decisions), None)
        if last is None:
            raise LibraryError("Nothing was decided that could be undone.")
        with self._writer.said.together():
            if last.action == "join":
                self._part_again(last)
            elif last.action == "split":
                self._rejoin(last)
            self._writer.said.undecide(last)
        return last

    def _part_again(self, last: Decision) -> None:
        paper = self._paper(last.paper_id)
        rest = [one for one in told(self._store, paper) if one.source not in last.sources]
        left = merge.together([one.record for one in rest])
        left = replace(left, id=paper.id, citekey=paper.citekey, body=paper.body)
        self._writer.said.take_away(paper.id, last.sources)
        self._put([left], {})
        self._writer.restore(last.other_id)

    def _rejoin(self, last: Decision) -> None:
        one, other = self._paper(last.paper_id), self._paper(last.other_id)
        said = told(self._store, one) + told(self._store, other)
        merged = merge.together([record.record for record in said])
        merged = replace(merged, id=one.id, citekey=one.citekey, body=one.body or other.body)
        self._writer.remove(other.id)
        self._put([merged], {one.id: said})

    def _put(self, papers: list[Paper], said: dict[str, list[Said]]) -> None:
        self._writer.put_all(embedded_papers(papers, self._embedder, self._known), said)

    def _paper(self, paper_id: str) -> Paper:
        found = self._store.get([paper_id]).get(paper_id)
        if found is None:
            raise LibraryError(f"The library has no paper {paper_id}.")
        return found


def _named(source: Source) -> str:
    return f"{source.kind}:{source.origin}:{source.where}"


def _as_text(value: object) -> str:
    """A value as it is shown; nothing for one that says nothing."""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value is None else str(value)


def pairs_decided(decisions: Iterable[Decision]) -> set[frozenset[str]]:
    """Pairs of papers of which nobody needs to be asked."""
    return {
        frozenset((decision.paper_id, decision.other_id))
        for decision in decisions
        if decision.action in ("apart", "split")
    }
