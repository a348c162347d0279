"""The names of a library as if some papers had never been added.

A term that only a withheld paper has must look as strange as it would without that paper.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable

from rag.base.text import words
from rag.base.types import Paper
from rag.search.names import Handle, Names, tokens


def names_without(names: Names, papers: Iterable[Paper]) -> Names:
    """The names of the library without these papers; people and organisations stay known."""
    gone = {paper.id: paper for paper in papers}
    frequency, stems = Counter(names.frequency), Counter(names.stem_frequency)
    for paper in gone.values():
        text = f"{paper.title} {paper.abstract}"
        _forget(frequency, {token.lower() for token in tokens(text)})
        _forget(stems, set(words(text)))
    return dataclasses.replace(
        names,
        handles=_handles_without(names.handles, gone),
        titles={i: title for i, title in names.titles.items() if i not in gone},
        openings={
            opening: [i for i in ids if i not in gone] for opening, ids in names.openings.items()
        },
        frequency=frequency,
        stem_frequency=stems,
        paper_count=names.paper_count - len(gone),
    )


def _forget(counts: Counter[str], said: Iterable[str]) -> None:
    for word in said:
        counts[word] -= 1
        if counts[word] <= 0:
            del counts[word]


def _handles_without(handles: dict[str, Handle], gone: Collection[str]) -> dict[str, Handle]:
    kept: dict[str, Handle] = {}
    for key, handle in handles.items():
        papers = tuple(pair for pair in handle.papers if pair[0] not in gone)
        if papers:
            kept[key] = Handle(handle.name, papers)
    return kept
