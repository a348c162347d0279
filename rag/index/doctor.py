"""The doctor: looks at a library's database, indexes and files and says what is not well."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from rag.base.body import GAP, whole_text
from rag.base.errors import LibraryError
from rag.base.text import words
from rag.base.types import Finding
from rag.index import mapped
from rag.index import schema as t
from rag.index.catalog import Catalog
from rag.index.dense import DenseSearch
from rag.index.generations import stale
from rag.index.invariants import is_json, promises
from rag.index.keyword import KeywordIndex
from rag.index.lexical import KeywordSearch
from rag.index.native import CacheError
from rag.index.records import content_hash
from rag.index.states import CacheName

logger = logging.getLogger(__name__)

_SAMPLE = 200
_AT_ONCE = 500  # answers that are in memory together
_REBUILD = "Repair the library: the index is built anew from library.db."
_RESTORE = "Restore the library from a backup, or add the papers named here again."
_BEHIND = ", behind the library; the next writer brings it up to date"
_FEW_BEHIND = ", a few additions behind the library; the chat brings it up to date"
_NAMED = 5  # how many of many are named in one line


def examine(catalog: Catalog, dense: DenseSearch, keyword: KeywordSearch) -> list[Finding]:
    """All findings, the database first; a database that cannot be read ends the examination."""
    try:
        database = _database(catalog)
        if not database.ok:
            return [database]
        return [
            database,
            _texts(catalog),
            _chunks(catalog),
            _vectors(catalog),
            _awaited(catalog),
            _vector_index(catalog, dense),
            _compact_vectors(catalog),
            _keyword_index(catalog, keyword),
            _generations(catalog),
            _originals(catalog),
            _answers(catalog),
            *promises(catalog),
        ]
    except LibraryError as error:
        return [Finding("database", ok=False, detail=str(error), cure=_RESTORE)]


def _database(catalog: Catalog) -> Finding:
    problems = catalog.problems()
    if problems:
        return Finding("database", ok=False, detail="; ".join(problems), cure=_RESTORE)
    return Finding("database", ok=True, detail=f"sound, format {t.SCHEMA_VERSION}")


def _texts(catalog: Catalog) -> Finding:
    columns = (t.papers.c.id, t.papers.c.title, t.papers.c.abstract, t.papers.c.content_hash)
    query = sa.select(*columns, t.bodies.c.text).outerjoin(t.bodies)
    with catalog.reading() as conn:
        changed = [
            paper_id
            for paper_id, title, abstract, digest, body in conn.execute(query)
            if content_hash(title, whole_text(abstract, body)) != digest
        ]
    good = f"{catalog.paper_count()} papers, all as they were added"
    return _finding("texts", changed, good, "papers whose text is not the one that was added")


def _chunks(catalog: Catalog) -> Finding:
    outside = sa.or_(
        t.chunks.c.start_offset < 0,
        t.chunks.c.end_offset
        > sa.func.length(t.papers.c.abstract)
        + sa.func.coalesce(len(GAP) + sa.func.length(t.bodies.c.text), 0),
        t.chunks.c.start_offset >= t.chunks.c.end_offset,
    )
    joined = t.papers.outerjoin(t.chunks, t.chunks.c.paper_id == t.papers.c.id).outerjoin(
        t.bodies, t.bodies.c.paper_id == t.papers.c.id
    )
    without = sa.and_(t.chunks.c.id.is_(None), t.papers.c.abstract != "")
    query = sa.select(t.papers.c.id).select_from(joined).where(sa.or_(outside, without)).distinct()
    with catalog.reading() as conn:
        bad = list(conn.scalars(query))
        n = conn.scalar(sa.select(sa.func.count()).select_from(t.chunks))
    return _finding("chunks", bad, f"{n} chunks", "papers whose text is not searched in full")


def _vectors(catalog: Catalog) -> Finding:
    size = sa.func.length(t.chunks.c.vector)
    # Vectors that are awaited are empty, and no others.
    late = sa.select(t.late_vectors.c.paper_id).where(t.late_vectors.c.revision.is_(None))
    right = sa.case((t.chunks.c.paper_id.in_(late), 0), else_=4 * catalog.dim())
    query = sa.select(t.chunks.c.id).where(size != right)
    with catalog.reading() as conn:
        bad = list(conn.scalars(query))
    return _finding("vectors", bad, f"{catalog.dim()} dimensions", "chunks with a damaged vector")


def _awaited(catalog: Catalog) -> Finding:
    n = catalog.awaited_count()
    if not n:
        return Finding("meaning search", ok=True, detail="covers all papers")
    papers, have = ("1 paper", "has") if n == 1 else (f"{n} papers", "have")
    detail = (
        f"{papers} {have} no vectors yet and {'is' if n == 1 else 'are'} found by words; the "
        "chat, `askpapers doctor --repair` or adding them again makes them"
    )
    return Finding("meaning search", ok=True, detail=detail)


def _vector_index(catalog: Catalog, dense: DenseSearch) -> Finding:
    name = "vector index"
    state = catalog.cache(dense.cache)
    if state.generation == 0:
        return Finding(name, ok=True, detail="not built yet; searches are exact")
    if dense.cache == "server" and (state.dirty or not dense.is_sound(_SAMPLE)):
        detail = "the Chroma server does not answer, or lacks chunks; searches are exact"
        return Finding(name, ok=False, detail=detail, cure="Start the server, then repair.")
    if state.dirty:
        detail = "left unfinished by a process that was stopped; searches are exact"
        return Finding(name, ok=False, detail=detail, cure=_REBUILD)
    sound = dense.is_sound(_SAMPLE)
    if sound is None:
        return Finding(name, ok=True, detail="in use by another process, not looked at")
    if not sound:
        detail = "damaged; searches are exact"
        return Finding(name, ok=False, detail=detail, cure=_REBUILD)
    behind = "" if state.revision == catalog.vector_revision() else _FEW_BEHIND
    return Finding(name, ok=True, detail=f"{state.rows} chunks{behind}")


def _compact_vectors(catalog: Catalog) -> Finding:
    name = "compact vectors"
    state = catalog.cache("compact")
    if state.generation == 0:
        return Finding(name, ok=True, detail="not needed yet; all vectors are read")
    if not mapped.is_sound(catalog):
        detail = "damaged; the next search makes them anew"
        return Finding(name, ok=False, detail=detail, cure=_REBUILD)
    return Finding(name, ok=True, detail=f"{state.rows} chunks")


def _keyword_index(catalog: Catalog, keyword: KeywordSearch) -> Finding:
    name = "keyword index"
    state = catalog.cache("keyword")
    if state.generation == 0:
        return Finding(name, ok=True, detail="not built yet; the first search builds it")
    try:
        index = keyword.opened_anew()
        current = state.revision == catalog.text_revision()
        sound = (not current or index.count() == state.rows) and _finds_titles(catalog, index)
    except CacheError as error:
        logger.warning("%s", error)
        sound = False
    if not sound:
        detail = "damaged; the next search or writer builds it anew"
        return Finding(name, ok=False, detail=detail, cure=_REBUILD)
    return Finding(name, ok=True, detail=f"{state.rows} texts{'' if current else _BEHIND}")


def _finds_titles(catalog: Catalog, index: KeywordIndex) -> bool:
    """True when papers by chance that the index must know are found by their own titles."""
    known = sa.and_(
        t.papers.c.title != "", t.papers.c.revision <= catalog.cache("keyword").revision
    )
    query = sa.select(t.papers.c.id, t.papers.c.title).where(known).order_by(sa.func.random())
    with catalog.reading() as conn:
        sample = conn.execute(query.limit(_SAMPLE)).all()
    asked = ((paper_id, words(title)) for paper_id, title in sample)
    return all(index.search(terms, 1, frozenset({paper_id})) for paper_id, terms in asked if terms)


def _generations(catalog: Catalog) -> Finding:
    names: tuple[CacheName, ...] = ("vectors", "keyword", "compact")
    left = sorted({n for name in names for n in stale(catalog, name)})
    detail = f"old folders: {', '.join(f'index-{n}' for n in left)}" if left else "none left over"
    return Finding("old indexes", ok=True, detail=detail)


def _originals(catalog: Catalog) -> Finding:
    digests = {line.sha256 for line in catalog.ledger() if line.sha256}
    lost = catalog.originals.missing(digests)
    good = f"{len(digests)} files kept"
    return _finding("originals", lost, good, "files that were added are no longer kept")


def _answers(catalog: Catalog) -> Finding:
    query = sa.select(t.answers.c.seq, t.answers.c.record)
    with catalog.reading() as conn:
        rows = conn.execute(query.execution_options(yield_per=_AT_ONCE))
        read = [(str(seq), is_json(record)) for seq, record in rows]
    bad = [seq for seq, is_good in read if not is_good]
    return _finding("answers", bad, f"{len(read)} kept", "kept answers that cannot be read")


def _finding(name: str, bad: list[str], good: str, problem: str) -> Finding:
    if not bad:
        return Finding(name, ok=True, detail=good)
    named = ", ".join(bad[:_NAMED]) + (" …" if len(bad) > _NAMED else "")
    return Finding(name, ok=False, detail=f"{len(bad)} {problem}: {named}", cure=_RESTORE)
