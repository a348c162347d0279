"""Papers × aspects → the words of each paper on each aspect, every paper searched by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.base.aspects import Aspect, Matrix, Shared
from rag.base.types import Evidence, Paper
from rag.search.evidence import EvidenceFinder
from rag.search.names import Names, looks_like_name, name_key, tokens
from rag.search.stating import stated

_NAMING = ("data", "baselines")  # aspects on which papers name the same things
_TOLD = ("result", "method", "data")  # aspects that tell what a paper is, first things first
_EVERYDAY = 0.12  # a name said in more than this share of the papers is a word of the field
_FEW = 50  # papers; in fewer, a share says nothing


def matrix(papers: Sequence[Paper], aspects: Sequence[Aspect], finder: EvidenceFinder) -> Matrix:
    """What each paper says on each aspect; nothing where it does not plainly say it."""
    columns = {a: tuple(words_on(a, paper, finder) for paper in papers) for a in aspects}
    columns = {a: column for a, column in columns.items() if any(column) or not a.may_fail}
    rows = tuple(zip(*columns.values(), strict=True)) if columns else ((),) * len(papers)
    shared = [
        shared
        for aspect, column in columns.items()
        if aspect.kind in _NAMING
        for shared in _named_by_several(aspect, papers, column, finder.names)
    ]
    return Matrix(tuple(papers), tuple(columns), rows, tuple(shared))


def spoken(
    table: Matrix, asked: Sequence[Aspect], alike: Sequence[Evidence], *, most: int
) -> list[Evidence]:
    """What is quoted of each paper: its words on what is asked, else what it does and finds.

    At most so many sentences a paper. One that has none of these speaks by the sentences that
    are `alike` to the question.
    """
    only = [aspect for aspect in asked if aspect.may_fail] or asked  # the others merely go along
    told = [a for kind in _TOLD for a in table.aspects if a.kind == kind]
    wanted = [table.aspects.index(a) for a in only or told if a in table.aspects]
    chosen: list[Evidence] = []
    for paper, row in zip(table.papers, table.found, strict=True):
        own = dict.fromkeys(found for i in wanted if (found := row[i]) is not None)
        chosen += (list(own) or [e for e in alike if e.paper.id == paper.id])[:most]
    return chosen


def words_on(aspect: Aspect, paper: Paper, finder: EvidenceFinder) -> Evidence | None:
    """The words of a paper that plainly speak of an aspect, if any do."""
    if aspect.kind is None:
        return finder.saying(aspect.words, paper)
    span = stated(paper.abstract, aspect.kind)
    return Evidence(paper, *span, paper.abstract[slice(*span)], 1.0) if span else None


def _named_by_several(
    aspect: Aspect, papers: Sequence[Paper], column: Sequence[Evidence | None], names: Names
) -> Iterator[Shared]:
    """Names of methods and data sets that the words of at least two papers say.

    Words of the field ("LLM") tell nothing that is shared.
    """
    own = {name_key(t): paper for paper in papers for t in tokens(paper.title.split(":")[0])}
    said: dict[str, tuple[str, list[Evidence]]] = {}
    for evidence in filter(None, column):
        for token in {name_key(t): t for t in tokens(evidence.text) if looks_like_name(t)}.values():
            said.setdefault(name_key(token), (token, []))[1].append(evidence)
    for key, (name, by) in said.items():
        everyday = names.said_in(name.lower()) > _EVERYDAY * max(names.paper_count, _FEW)
        if not everyday and len({e.paper.id for e in by}) > 1:
            yield Shared(name, aspect, tuple(by), own.get(key))
