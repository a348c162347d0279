"""Words of a removed paper in kept answers: taken out, and put back when the removal is undone.

Places stay where words went, so that one sees what was there and what can come back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import sqlalchemy as sa

from rag.base.types import Answer, Comparison, Paper
from rag.index import answers
from rag.index import schema as t


def forget(conn: sa.Connection, paper: Paper) -> dict[int, str]:
    """Take a paper's words out of all records; gives the records as they were before.

    What is left of the paper is its title.
    """
    before = _records_with(conn, paper.id)
    for seq, record in before.items():
        bare = _without(answers.load(record), Paper(paper.id, paper.title))
        answers.rewrite(conn, seq, bare)
    return before


def recall(conn: sa.Connection, paper_id: str, before: Mapping[int, str]) -> None:
    """Put the words of a paper that is back into the records, but none of papers still gone.

    What a check struck may be words of any of them: it comes back only if no other one went.
    """
    for seq, record in _records_with(conn, paper_id).items():
        if seq in before:
            merged = _merged(answers.load(record), answers.load(before[seq]))
            answers.rewrite(conn, seq, _without_missing(conn, merged))


def _records_with(conn: sa.Connection, paper_id: str) -> dict[int, str]:
    of_paper = sa.select(t.answer_papers.c.answer).where(t.answer_papers.c.paper_id == paper_id)
    query = sa.select(t.answers.c.seq, t.answers.c.record).where(t.answers.c.seq.in_(of_paper))
    return {seq: record for seq, record in conn.execute(query)}  # noqa: C416  rows are no pairs


def _without_missing(conn: sa.Connection, answer: Answer) -> Answer:
    named = answers.papers_of(answer)
    query = sa.select(t.papers.c.id).where(t.papers.c.id.in_(named))
    titles = {paper.id: paper.title for paper in answers.all_papers(answer)}
    for paper_id in sorted(named - set(conn.scalars(query))):
        answer = _without(answer, Paper(paper_id, titles.get(paper_id, "")))
    return answer


def _merged(now: Answer, before: Answer) -> Answer:
    """The answer of before, with what it lacks and the one of now has."""
    return dataclasses.replace(
        before,
        sentences=tuple(
            dataclasses.replace(b, text=n.text or b.text)
            for n, b in zip(now.sentences, before.sentences, strict=True)
        ),
        citations=tuple(
            dataclasses.replace(b, quote=n.quote or b.quote)
            for n, b in zip(now.citations, before.citations, strict=True)
        ),
        evidence=tuple(
            dataclasses.replace(b, text=n.text or b.text)
            for n, b in zip(now.evidence, before.evidence, strict=True)
        ),
        table=before.table and now.table and _merged_tables(now.table, before.table),
        provenance=dataclasses.replace(
            before.provenance,
            checks=tuple(
                dataclasses.replace(b, text=n.text or b.text)
                for n, b in zip(now.provenance.checks, before.provenance.checks, strict=True)
            ),
        ),
    )


def _merged_tables(now: Comparison, before: Comparison) -> Comparison:
    rows = zip(now.cells, before.cells, strict=True)
    return dataclasses.replace(
        before,
        cells=tuple(
            tuple(dataclasses.replace(b, text=n.text or b.text) for n, b in zip(*row, strict=True))
            for row in rows
        ),
    )


def _without(answer: Answer, paper: Paper) -> Answer:
    """The answer without any word of a paper; places stay, so that one sees what was there."""
    gone = {c.number for c in answer.citations if c.paper.id == paper.id}
    bare = answers.with_papers(answer, {paper.id: paper})
    return dataclasses.replace(
        bare,
        sentences=tuple(
            dataclasses.replace(s, text="") if gone.intersection(s.citations) else s
            for s in bare.sentences
        ),
        citations=tuple(
            dataclasses.replace(c, quote="") if c.number in gone else c for c in bare.citations
        ),
        evidence=tuple(
            dataclasses.replace(e, text="") if e.paper.id == paper.id else e for e in bare.evidence
        ),
        table=bare.table and _without_cells(bare.table, paper.id),
        provenance=dataclasses.replace(
            bare.provenance,
            # What was struck may rest on any of the papers.
            checks=tuple(
                dataclasses.replace(c, text="") if paper.id in c.papers or not c.kept else c
                for c in bare.provenance.checks
            ),
        ),
    )


def _without_cells(table: Comparison, paper_id: str) -> Comparison:
    rows = zip(table.papers, table.cells, strict=True)
    return dataclasses.replace(
        table,
        cells=tuple(
            tuple(dataclasses.replace(cell, text="") for cell in row)
            if paper.id == paper_id
            else row
            for paper, row in rows
        ),
    )
