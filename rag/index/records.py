"""Papers and chunks as rows of the catalog: how one paper is written, and values read back."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import sqlalchemy as sa

from rag.base.body import Body, whole_text
from rag.base.text import fold
from rag.base.types import Chunk, Paper, Source
from rag.index import schema as t
from rag.index.embedded import EmbeddedChunk
from rag.index.names import parse_name

IDS_PER_QUERY = 400  # bound variables of one statement stay far below every database's limit

_SCALE = 127.0  # sentence vectors are kept as int8; their entries lie in -1..1
_FIELDS = (
    "id", "title", "date", "category", "venue", "has_code", "score", "doi", "arxiv_id", "url",
    "abstract", "more_authors", "date_inferred", "status",
)  # fmt: skip
_Item = TypeVar("_Item")


def in_batches(items: Iterable[_Item], size: int = IDS_PER_QUERY) -> Iterator[list[_Item]]:
    """The items in lists of at most `size`."""
    batch: list[_Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


# --- writing ---------------------------------------------------------------------------------


Entry = tuple[Paper, Sequence[EmbeddedChunk], str]
"""A paper with its chunks and the canonical identity that it is stored under."""


def write_papers(conn: sa.Connection, entries: Sequence[Entry], *, revision: int) -> None:
    """Insert papers, or replace all fields of known ones; the sources of those are united.

    Each table takes the rows of all papers in one statement: that is the price of a few papers
    for hundreds. The papers get the revisions from `revision` on; none stands there twice.
    """
    papers = [paper for paper, _, _ in entries]
    known = known_ids(conn, [paper.id for paper in papers])
    rows = [
        _paper_row(paper, identity_key, revision + i)
        for i, (paper, _, identity_key) in enumerate(entries)
    ]
    old = [row for row in rows if row["id"] in known]
    for row in old:
        conn.execute(sa.update(t.papers).where(t.papers.c.id == row["id"]).values(row))
    for table in (t.paper_authors, t.paper_orgs, t.bodies, t.chunks):
        for batch in in_batches(known):
            conn.execute(sa.delete(table).where(table.c.paper_id.in_(batch)))
    new = [row | {"added": row["revision"]} for row in rows if row["id"] not in known]
    _insert_all(conn, t.papers, new)
    _insert_all(conn, t.paper_authors, [row for p in papers for row in _author_rows(p)])
    _insert_all(conn, t.paper_orgs, [row for p in papers for row in _org_rows(p)])
    _insert_all(conn, t.bodies, [row for p in papers for row in _body_rows(p)])
    fresh = [p for p in papers if p.id not in known]
    sources = [_source_row(p.id, source) for p in fresh for source in dict.fromkeys(p.sources)]
    _insert_all(conn, t.sources, sources)
    write_sources(conn, [(p.id, source) for p in papers if p.id in known for source in p.sources])


def colliding(conn: sa.Connection, entries: Iterable[Entry]) -> Paper | None:
    """The first of the papers whose identity or citekey another one has, there or among them."""
    owners: dict[tuple[str, str], str] = {}
    for paper, _, identity_key in entries:
        for name, value in (("identity_key", identity_key), ("citekey", paper.citekey)):
            if not value:
                continue
            query = sa.select(t.papers.c.id).where(t.papers.c[name] == value)
            stored = conn.scalar(query.where(t.papers.c.id != paper.id))
            if stored or owners.setdefault((name, value), paper.id) != paper.id:
                return paper
    return None


def known_ids(conn: sa.Connection, ids: Sequence[str]) -> set[str]:
    """Those of the ids that belong to stored papers."""
    known: set[str] = set()
    for batch in in_batches(ids):
        known.update(conn.scalars(sa.select(t.papers.c.id).where(t.papers.c.id.in_(batch))))
    return known


def write_sources(conn: sa.Connection, sources: Iterable[tuple[str, Source]]) -> int:
    """Add sources to papers by their ids; how many were new to theirs."""
    wanted = list(dict.fromkeys(sources))
    columns = [t.sources.c[name] for name in ("paper_id", "kind", "origin", "place")]
    known: set[tuple[Any, ...]] = set()
    for batch in in_batches(dict.fromkeys(paper_id for paper_id, _ in wanted)):
        query = sa.select(*columns).where(t.sources.c.paper_id.in_(batch))
        known.update(tuple(row) for row in conn.execute(query))
    rows = [_source_row(paper_id, source) for paper_id, source in wanted]
    new = [row for row in rows if tuple(row.values()) not in known]
    _insert_all(conn, t.sources, new)
    return len(new)


def write_chunks(conn: sa.Connection, entries: Iterable[Entry]) -> None:
    """Insert the chunks of papers whose old chunks are gone already."""
    chunks = [item for _, items, _ in entries for item in items]
    sentence_rows = [
        {
            "chunk_id": item.chunk.id,
            "spans": np.asarray(item.sentence_spans, dtype="<i4").tobytes(),
            "vectors": _to_int8(item.sentence_vectors).tobytes(),
        }
        for item in chunks
        if item.sentence_spans
    ]
    _insert_all(conn, t.chunks, [_chunk_row(item.chunk, item.vector) for item in chunks])
    _insert_all(conn, t.sentences, sentence_rows)


def content_hash(title: str, text: str) -> str:
    """The sha256 by which the doctor sees that a stored text is the one that was added."""
    return hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()


def _insert_all(conn: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        conn.execute(sa.insert(table), rows)


def _paper_row(paper: Paper, identity_key: str, revision: int) -> dict[str, Any]:
    return {
        **{name: getattr(paper, name) for name in _FIELDS},
        "identity_key": identity_key,
        "citekey": paper.citekey or None,
        "year": paper.year,
        "revision": revision,
        "content_hash": content_hash(paper.title, paper.text),
    }


def _source_row(paper_id: str, source: Source) -> dict[str, Any]:
    place = {"kind": source.kind, "origin": source.origin, "place": source.where}
    return {"paper_id": paper_id, **place}


def _author_rows(paper: Paper) -> list[dict[str, Any]]:
    rows = []
    for position, printed in enumerate(paper.authors):
        name = parse_name(printed)
        rows.append(
            {
                "paper_id": paper.id,
                "position": position,
                "name": printed,
                "folded": name.folded,
                "family": name.family,
                "last": name.last,
                "given": name.given,
            }
        )
    return rows


def _org_rows(paper: Paper) -> list[dict[str, Any]]:
    return [
        {"paper_id": paper.id, "position": position, "name": org, "folded": fold(org)}
        for position, org in enumerate(paper.orgs)
    ]


def _body_rows(paper: Paper) -> list[dict[str, Any]]:
    body = paper.body
    if body is None:
        return []
    places = {"pages": json.dumps(body.pages), "sections": json.dumps(body.sections)}
    return [{"paper_id": paper.id, "text": body.text, "original": body.original, **places}]


def _chunk_row(chunk: Chunk, vector: np.ndarray) -> dict[str, Any]:
    return {
        "id": chunk.id,
        "paper_id": chunk.paper_id,
        "ordinal": chunk.ordinal,
        "start_offset": chunk.start,
        "end_offset": chunk.end,
        "vector": _unit(vector).tobytes() if len(vector) else b"",
    }


def _unit(vector: np.ndarray) -> np.ndarray:
    """The vector as little-endian float32 of length 1; left alone to the last bit if it is so."""
    as_float = np.asarray(vector, dtype="<f4")
    length = float(np.linalg.norm(as_float))
    return as_float if abs(length - 1.0) < 1e-4 else (as_float / length).astype("<f4")


def _to_int8(vectors: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(np.asarray(vectors) * _SCALE), -127, 127).astype(np.int8)


# --- reading ---------------------------------------------------------------------------------


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)


def _columns(table: sa.Table, *names: str) -> list[sa.Column[Any]]:
    return [table.c[name] for name in names]


def _hanging(table: sa.Table, order: str, *names: str) -> sa.Select[Any]:
    """The named columns of the rows that hang on papers, behind the paper's id, in an order."""
    query = sa.select(*_columns(table, "paper_id", *names)).where(table.c.paper_id.in_(_IDS))
    return query.order_by(table.c[order])


# Statements are made once: making one costs as much as running it.
_PAPERS = (
    sa.select(
        *_columns(t.papers, *_FIELDS, "citekey"),
        *_columns(t.bodies, "text", "pages", "sections", "original"),
    )
    .outerjoin(t.bodies, t.bodies.c.paper_id == t.papers.c.id)
    .where(t.papers.c.id.in_(_IDS))
)
_AUTHORS = _hanging(t.paper_authors, "position", "name")
_ORGS = _hanging(t.paper_orgs, "position", "name")
_SOURCES = _hanging(t.sources, "seq", "kind", "origin", "place")
_CHUNKS = (
    sa.select(
        *_columns(t.chunks, "id", "paper_id", "ordinal", "start_offset", "end_offset"),
        t.papers.c.abstract,
        t.bodies.c.text,
    )
    .join(t.papers, t.papers.c.id == t.chunks.c.paper_id)
    .outerjoin(t.bodies, t.bodies.c.paper_id == t.chunks.c.paper_id)
    .where(t.chunks.c.id.in_(_IDS))
)
_SENTENCES = (
    sa.select(t.chunks.c.paper_id, *_columns(t.sentences, "vectors", "spans"))
    .join(t.sentences, t.sentences.c.chunk_id == t.chunks.c.id)
    .where(t.chunks.c.paper_id.in_(_IDS))
)


def read_papers(conn: sa.Connection, ids: Sequence[str]) -> dict[str, Paper]:
    """The papers of at most `IDS_PER_QUERY` ids, in the order of the ids; unknown ids left out."""
    found = {row[0]: row for row in conn.execute(_PAPERS, {"ids": ids}).all()}
    authors, orgs, sources = (_lists(conn, query, found) for query in (_AUTHORS, _ORGS, _SOURCES))
    return {
        paper_id: Paper(
            **dict(zip(_FIELDS, found[paper_id], strict=False)),
            citekey=found[paper_id].citekey or "",
            authors=tuple(name for (name,) in authors[paper_id]),
            orgs=tuple(name for (name,) in orgs[paper_id]),
            sources=tuple(Source(*source) for source in sources[paper_id]),
            body=_body(*found[paper_id][-4:]),
        )
        for paper_id in dict.fromkeys(ids)
        if paper_id in found
    }


def _body(text: str | None, pages: str, sections: str, original: str) -> Body | None:
    if text is None:
        return None
    return Body(
        text,
        tuple((offset, page) for offset, page in json.loads(pages)),
        tuple((offset, heading) for offset, heading in json.loads(sections)),
        original,
    )


def read_chunks(conn: sa.Connection, ids: Sequence[str]) -> dict[str, Chunk]:
    """The chunks of at most `IDS_PER_QUERY` ids, in the order of the ids; unknown ids left out."""
    found = {
        row[0]: Chunk(*row[:5], whole_text(row.abstract, row.text)[row[3] : row[4]])
        for row in conn.execute(_CHUNKS, {"ids": ids}).all()
    }
    return {chunk_id: found[chunk_id] for chunk_id in dict.fromkeys(ids) if chunk_id in found}


SentenceVectors = tuple[tuple[tuple[int, int], ...], np.ndarray]


def read_sentence_vectors(
    conn: sa.Connection, paper_ids: Sequence[str], dim: int
) -> dict[str, SentenceVectors]:
    """Spans and float32 vectors of all sentences of each paper, in the order of its text."""
    by_paper: dict[str, dict[tuple[int, int], np.ndarray]] = defaultdict(dict)
    for paper_id, vectors, spans in conn.execute(_SENTENCES, {"ids": paper_ids}).all():
        pairs = np.frombuffer(spans, dtype="<i4").reshape(-1, 2).tolist()
        rows = np.frombuffer(vectors, dtype=np.int8).reshape(-1, dim)
        for (start, end), row in zip(pairs, rows, strict=True):
            # Chunks may overlap; a sentence of two chunks is one sentence.
            by_paper[paper_id].setdefault((start, end), row)
    return {
        paper_id: _stacked(by_paper[paper_id]) for paper_id in paper_ids if paper_id in by_paper
    }


def read_best_sentences(
    conn: sa.Connection, paper_ids: Sequence[str], vector: np.ndarray
) -> dict[str, float]:
    """Cosine of a (dim,) vector and the best sentence of each paper that has sentences."""
    found = conn.execute(_SENTENCES, {"ids": paper_ids}).all()
    rows = [(paper_id, vectors) for paper_id, vectors, _ in found if vectors]
    if not rows:
        return {}
    stacked = np.frombuffer(b"".join(v for _, v in rows), dtype=np.int8).reshape(-1, len(vector))
    cosines = stacked.astype(np.float32) @ vector / np.float32(_SCALE)
    starts = np.cumsum([0, *(len(v) // len(vector) for _, v in rows[:-1])])
    best: dict[str, float] = {}
    for (paper_id, _), value in zip(
        rows, np.maximum.reduceat(cosines, starts).tolist(), strict=True
    ):
        best[paper_id] = max(value, best.get(paper_id, value))
    return best


def _stacked(rows: Mapping[tuple[int, int], np.ndarray]) -> SentenceVectors:
    spans = tuple(sorted(rows))
    return spans, np.stack([rows[span] for span in spans]).astype(np.float32) / np.float32(_SCALE)


def _lists(
    conn: sa.Connection, query: sa.Select[Any], ids: Iterable[str]
) -> dict[str, list[Sequence[Any]]]:
    """What hangs on each paper, in the order of the query."""
    grouped: dict[str, list[Sequence[Any]]] = defaultdict(list)
    for paper_id, *values in conn.execute(query, {"ids": list(ids)}).all():
        grouped[paper_id].append(values)
    return grouped
