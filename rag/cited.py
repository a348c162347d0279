"""What "a citation for …" finds: records by their words, lists by a plan, sentences by search.

`rag.cite.lookup` knows records, `rag.search` knows texts; here it is decided which is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rag.base.text import STOP_WORDS, content_words, fold, stem
from rag.base.types import Hit, Paper
from rag.cite.lookup import Lookup
from rag.index.cards import Cards
from rag.index.store import Store
from rag.search.names import Names
from rag.search.narrow import narrowed
from rag.search.order import ordered
from rag.search.plan import is_bibliographic, make_plan
from rag.search.retrieve import Retriever

_K = 10
_LIST = re.compile(
    r"^\W*(?:(?:all|list|show|give|find|which|what|the|my|me|newest|latest|oldest|recent)\W+)*"
    r"(?:papers|works|publications|articles|newest|latest|oldest)\b"
    r"|\b(?:since|after|before|until)\s+(?:19|20)\d\d\W*$|\bwith(?:out)? code\W*$",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"^\W*(?:(?:a|the|any|some)\s+)?(?:citation|source|reference|evidence|support|paper)s?\s+"
    r"(?:for|of|that|which|to\s+cite\s+for)\b(?:\s+the\s+(?:claim|statement|sentence))?\s*(?:that\b)?:?",
    re.IGNORECASE,
)
_A_SENTENCE = 9  # telling words that no author types to find a title
_UNDERSTOOD = 0.6  # score of a match from which a query was words of a record
_SURE = 0.85  # and from which a whole sentence was


@dataclass(frozen=True, slots=True)
class Found:
    """A paper that a text means, and the words that decided."""

    paper: Paper
    words: tuple[str, ...]


class Citations:
    """Looks papers up in one library, as it is now."""

    def __init__(
        self,
        store: Store,
        retriever: Callable[[], Retriever],
        names: Callable[[], Names],
        cards: Callable[[], Cards],
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._names = names
        self._cards = cards

    def find(self, text: str) -> list[Found]:
        """The papers that a text means, best first; complete where it asks for a list."""
        if not any(c.isalnum() for c in text):
            return []
        listed = self._listed(text) if _LIST.search(text) else None
        if listed is not None:
            return listed
        claim = _SOURCE.sub("", text).strip()
        is_claim = claim != text.strip() or len(set(content_words(text))) >= _A_SENTENCE
        matches = Lookup(self._cards()).find(claim or text)
        best = matches[0].score if matches else 0.0
        if best >= (_SURE if is_claim else _UNDERSTOOD):
            papers = self._store.get(match.paper_id for match in matches)
            return [Found(papers[m.paper_id], m.words) for m in matches if m.paper_id in papers]
        return self._keyed(text) or list(self._said(claim or text))

    def _keyed(self, text: str) -> list[Found]:
        """The papers of a citekey that a source brought to a paper which was known already."""
        key = text.strip().lstrip("@")
        ids = self._store.cited_as(key) if key and " " not in key else []
        return [Found(paper, (key,)) for paper in self._store.get(ids).values()]

    def _listed(self, text: str) -> list[Found] | None:
        """The complete list that a text asks for, or None if it asks for something else."""
        plan = narrowed(make_plan(text, (), self._names()), self._store)
        if not is_bibliographic(plan):
            return None
        papers = ordered(self._store.papers(plan.filters), plan.sort)
        return [Found(paper, plan.understood) for paper in papers]

    def _said(self, text: str) -> Iterator[Found]:
        """The papers that bear most on a sentence or on words of a text."""
        for hit in self._retriever().search(text, k=_K):
            words = _shared(text, hit)
            if words:  # the nearest of all papers may have nothing to do with it
                yield Found(hit.paper, words)


def _shared(text: str, hit: Hit) -> tuple[str, ...]:
    """The words of a text that stand in a paper too."""
    passage = hit.chunk.text if hit.chunk else ""
    there = set(content_words(f"{hit.paper.title} {passage}"))
    said = [word for word in fold(text).split() if word not in STOP_WORDS]
    return tuple(dict.fromkeys(word for word in said if stem(word) in there))
