"""Answers as rows of the catalog: what was asked, what was answered, and what that rested on.

A record holds the words that were quoted but no whole text of a paper; `forgetting` takes the
words of a removed paper out.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from rag.base.errors import LibraryError
from rag.base.text import fold
from rag.base.types import Answer, Citation, Evidence, Paper
from rag.index import records
from rag.index import schema as t


def write(conn: sa.Connection, answer: Answer, *, most: int | None) -> Answer:
    """Store an answer and give it with its id and the time.

    Of those that no chat shows, only the last `most` are kept, all when None.

    Raises:
        LibraryError: it holds text that is not valid Unicode.
    """
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    dated = dataclasses.replace(answer, provenance=dataclasses.replace(answer.provenance, at=at))
    row = {"at": at, "question": answer.question, "record": dump(dated)}
    seq = conn.scalar(sa.insert(t.answers).returning(t.answers.c.seq), row) or 0
    quoted = [{"answer": seq, "paper_id": paper_id} for paper_id in sorted(papers_of(answer))]
    if quoted:
        conn.execute(sa.insert(t.answer_papers), quoted)
    if most is not None:
        shown = sa.exists().where(t.turns.c.answer == t.answers.c.seq)
        conn.execute(sa.delete(t.answers).where(t.answers.c.seq <= seq - most, ~shown))
    return dataclasses.replace(dated, id=str(seq))


def ensure(conn: sa.Connection, answer: Answer) -> Answer:
    """The answer with its id, stored unless it is kept already."""
    same = sa.and_(
        t.answers.c.seq == number_of(answer.id or ""), t.answers.c.question == answer.question
    )
    is_kept = conn.scalar(sa.select(t.answers.c.seq).where(same)) is not None
    return answer if is_kept else write(conn, answer, most=None)


def number_of(answer_id: str) -> int:
    """The number of an answer; -1, which no answer has, for what is none."""
    is_number = answer_id.isascii() and answer_id.isdigit() and len(answer_id) < 16
    return int(answer_id) if is_number else -1


def said(answer: Answer) -> str:
    """Question and sentences of an answer, folded, as chats are searched by."""
    return fold(" ".join([answer.question, *(sentence.text for sentence in answer.sentences)]))


def read(conn: sa.Connection, answer_id: str) -> Answer | None:
    """The answer of an id; its papers as the library has them now, where the quoted words stand."""
    found = _read(conn, t.answers.c.seq == number_of(answer_id))
    return found[0] if found else None


def read_all(conn: sa.Connection, numbers: Sequence[int]) -> tuple[Answer, ...]:
    """The answers of these numbers, in their order."""
    found = {
        answer.id: answer
        for batch in records.in_batches(numbers)
        for answer in _read(conn, t.answers.c.seq.in_(batch), len(batch))
    }
    return tuple(found[str(number)] for number in numbers if str(number) in found)


def read_last(conn: sa.Connection, n: int) -> list[Answer]:
    """The last `n` answers, newest first."""
    return _read(conn, sa.true(), n)


def read_to(conn: sa.Connection, question: str, n: int) -> list[Answer]:
    """The last `n` answers to a question, newest first."""
    return _read(conn, t.answers.c.question == question, n)


def rewrite(conn: sa.Connection, seq: int, answer: Answer) -> None:
    """Change a stored answer, and what chats are searched by with it."""
    record = sa.update(t.answers).where(t.answers.c.seq == seq)
    conn.execute(record.values(record=dump(answer)))
    turn = sa.update(t.turns).where(t.turns.c.answer == seq)
    conn.execute(turn.values(folded=said(answer)))


def _read(conn: sa.Connection, where: Any, n: int = 1) -> list[Answer]:
    query = sa.select(t.answers.c.seq, t.answers.c.record).where(where)
    rows = conn.execute(query.order_by(t.answers.c.seq.desc()).limit(n)).all()
    answers = [dataclasses.replace(load(record), id=str(seq)) for seq, record in rows]
    ids = sorted({paper_id for answer in answers for paper_id in papers_of(answer)})
    known: dict[str, Paper] = {}
    for batch in records.in_batches(ids):
        known |= records.read_papers(conn, batch)
    return [_as_of_today(answer, known) for answer in answers]


def papers_of(answer: Answer) -> set[str]:
    """Ids of all papers that an answer names."""
    cited = {citation.paper.id for citation in answer.citations}
    checked = {paper_id for check in answer.provenance.checks for paper_id in check.papers}
    found = {evidence.paper.id for evidence in answer.evidence}
    compared = {paper.id for paper in answer.table.papers} if answer.table else set()
    return cited | checked | found | compared | {paper.id for paper in answer.nearest}


# --- values ----------------------------------------------------------------------------------


@functools.cache
def _adapter() -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)


def dump(answer: Answer) -> str:
    """An answer as it is stored, without whole texts of papers."""
    bare = {paper.id: _bare(paper) for paper in all_papers(answer)}
    try:
        return str(_adapter().dump_json(with_papers(answer, bare), exclude_defaults=True), "utf-8")
    except ValueError as error:  # pydantic's own error of serialisation is one
        raise LibraryError("An answer with text that is not valid Unicode is not kept.") from error


def load(record: str) -> Answer:
    """An answer as it was stored.

    Raises:
        LibraryError: the record cannot be read.
    """
    try:
        answer: Answer = _adapter().validate_json(record)
    except ValueError as error:
        raise LibraryError(
            "A kept answer cannot be read. Run `askpapers doctor` to see which ones."
        ) from error
    return answer


def _bare(paper: Paper) -> Paper:
    return dataclasses.replace(paper, abstract="", body=None, sources=())


def all_papers(answer: Answer) -> list[Paper]:
    """The papers of all places of an answer, some more than once."""
    of_table = answer.table.papers if answer.table else ()
    return [
        *(citation.paper for citation in answer.citations),
        *(evidence.paper for evidence in answer.evidence),
        *answer.nearest,
        *of_table,
    ]


def with_papers(answer: Answer, papers: Mapping[str, Paper]) -> Answer:
    """The answer with these papers in place of those of the same ids."""

    def of(paper: Paper) -> Paper:
        return papers.get(paper.id, paper)

    table = answer.table
    return dataclasses.replace(
        answer,
        citations=tuple(dataclasses.replace(c, paper=of(c.paper)) for c in answer.citations),
        evidence=tuple(dataclasses.replace(e, paper=of(e.paper)) for e in answer.evidence),
        nearest=tuple(map(of, answer.nearest)),
        table=table and dataclasses.replace(table, papers=tuple(map(of, table.papers))),
    )


def _as_of_today(answer: Answer, known: Mapping[str, Paper]) -> Answer:
    """Papers of today, but for those whose quoted words are no longer where they were."""
    places: list[Citation | Evidence] = [*answer.citations, *answer.evidence]
    changed = {place.paper.id for place in places if not _stands(place, known)}
    return with_papers(answer, {k: paper for k, paper in known.items() if k not in changed})


def _stands(place: Citation | Evidence, known: Mapping[str, Paper]) -> bool:
    paper = known.get(place.paper.id)
    quoted = place.quote if isinstance(place, Citation) else place.text
    return paper is not None and paper.text[place.start : place.end] == quoted
