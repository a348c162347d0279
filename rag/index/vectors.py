"""Nearest chunks to a vector: exactly, over a matrix, or by Chroma's graph, behind one seam.

Both answer from what they were given last. Keeping them in step with the library, and deciding
which of them answers, is left to `dense`.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np

from rag.base.settings import environment_of_a_child
from rag.index.changes import VectorRows
from rag.index.native import CacheError, cache_errors
from rag.index.unused import VECTORS

_COLLECTION = "chunks"
_ROWS_PER_CALL = 1000
_PAPERS_PER_DELETE = 200
_PROBE_S = 60.0
_GATHERED = 10  # of so many papers at least one must be allowed, else their rows are picked out
_MORE = 1.5  # times what must be looked at if the allowed papers were spread evenly
_SERVER_S = 30.0  # that one call to a server may take
_GRAPH = {"space": "cosine"}
_GRAPH_LIMIT = 10  # times the size of the vectors; a killed writer can leave hundreds of gigabytes


class VectorIndex(Protocol):
    """Chunk vectors that can be searched."""

    def count(self) -> int:
        """How many chunks it holds."""

    def search(self, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """The `k` chunks nearest to a (dim,) vector of length 1: (chunk id, cosine), best first."""

    def replace(self, stale: Collection[str], rows: VectorRows) -> None:
        """Forget the chunks of the papers in `stale`, then take in `rows`."""


class ExactVectors:
    """All vectors in memory; every search compares with each of them.

    `replace` sets up a new table and then takes it, so that a search in another thread sees the
    old one or the new one.
    """

    def __init__(self, rows: VectorRows) -> None:
        self.rows = rows
        """What is held now."""
        self._places: tuple[VectorRows, dict[str, list[int]]] | None = None  # of which rows

    def count(self) -> int:
        """How many chunks it holds."""
        return len(self.rows.ids)

    def search(
        self, vector: np.ndarray, k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` nearest chunks, of the papers in `allowed` only when that is given."""
        table = self.rows
        if not table.ids or k < 1:
            return []
        query = np.asarray(vector, dtype=np.float32)
        if allowed is None:
            scores = _cosines(table.matrix, query)
            return _best(scores, np.arange(len(scores)), table.ids, k)
        if _GATHERED * len(allowed) > len(table.ids):
            return _best_allowed(_cosines(table.matrix, query), table, k, allowed)
        found = filter(None, map(self._rows_of(table).get, allowed))
        rows = np.fromiter(itertools.chain.from_iterable(found), dtype=np.intp)
        rows.sort()
        return _best(_cosines(table.matrix[rows], query), rows, table.ids, k)

    def replace(self, stale: Collection[str], rows: VectorRows) -> None:
        """Forget the chunks of the papers in `stale`, then take in `rows`."""
        old = self.rows
        gone = set(stale)
        keep = [i for i, paper_id in enumerate(old.paper_ids) if paper_id not in gone]
        kept = old.matrix if len(keep) == len(old.ids) else old.matrix[keep]
        table = VectorRows(
            (*(old.ids[i] for i in keep), *rows.ids),
            (*(old.paper_ids[i] for i in keep), *rows.paper_ids),
            np.concatenate([kept, rows.matrix]) if old.ids else rows.matrix,
        )
        self.rows = table

    def _rows_of(self, table: VectorRows) -> dict[str, list[int]]:
        """Rows by their papers, worked out for the first narrow filter."""
        places = self._places
        if places is None or places[0] is not table:
            self._places = places = (table, _rows_by_paper(table))
        return places[1]


class _InChroma:
    """Vectors in a collection of Chroma, wherever that lies. Every failure is a `CacheError`."""

    def __init__(self, client: Any, name: str, *, create: bool) -> None:
        self._client = client
        get = client.create_collection if create else client.get_collection
        kept = {"configuration": {"hnsw": _GRAPH}} if create else {}
        self._collection = get(name, embedding_function=None, **kept)
        self._per_call = min(_ROWS_PER_CALL, client.get_max_batch_size())

    def count(self) -> int:
        """How many chunks it holds."""
        with cache_errors("Chroma did not count"):
            return int(self._collection.count())

    def search(self, vector: np.ndarray, k: int) -> list[tuple[str, float]]:
        """The `k` nearest chunks; approximately so."""
        if k < 1:
            return []
        with cache_errors("Chroma did not search"):
            found = self._collection.query(
                query_embeddings=[vector.tolist()], n_results=k, include=["distances"]
            )
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return [(str(chunk_id), 1.0 - float(distance)) for chunk_id, distance in pairs]

    def replace(self, stale: Collection[str], rows: VectorRows) -> None:
        """Forget the chunks of the papers in `stale`, then take in `rows`."""
        with cache_errors("Chroma did not write"):
            gone = list(stale) if self._collection.count() else []
            for start in range(0, len(gone), _PAPERS_PER_DELETE):
                some = gone[start : start + _PAPERS_PER_DELETE]
                self._collection.delete(where={"paper_id": {"$in": some}})
            for start in range(0, len(rows.ids), self._per_call):
                part = slice(start, start + self._per_call)
                self._collection.upsert(
                    ids=list(rows.ids[part]),
                    embeddings=rows.matrix[part],
                    metadatas=[{"paper_id": paper_id} for paper_id in rows.paper_ids[part]],
                )


class ChromaVectors(_InChroma):
    """Vectors in a folder of embedded Chroma. One process at a time may have a folder open.

    After a failure the folder must be thrown away.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the collection of a folder, or make it in a new folder.

        Opening a damaged folder can end the process: see `looks_sound` and `probe`.
        """
        with cache_errors("Chroma did not open"):
            import chromadb
            from chromadb.config import Settings

            client = chromadb.PersistentClient(
                path=str(folder), settings=Settings(anonymized_telemetry=False)
            )
            try:
                super().__init__(client, _COLLECTION, create=create)
            except BaseException:
                client.close()
                raise

    def close(self) -> None:
        """Let go of the folder; the object cannot be used afterwards."""
        with cache_errors("Chroma did not close"):
            self._client.close()


class ServerVectors(_InChroma):
    """Vectors in a collection on a Chroma server, which many processes may use at once."""

    def __init__(self, url: str, name: str, *, create: bool = False) -> None:
        """Open a collection of the server at a URL, or make it anew in place of one of its name."""
        with cache_errors("the Chroma server did not answer"):
            import chromadb
            import httpx
            from chromadb.config import Settings

            at = urlsplit(url)
            client = chromadb.HttpClient(
                host=at.hostname or "",
                port=at.port or (443 if at.scheme == "https" else 8000),
                ssl=at.scheme == "https",
                settings=Settings(anonymized_telemetry=False),
            )
            # It waits for ever otherwise.
            client._server._session.timeout = httpx.Timeout(_SERVER_S)
            if create and any(one.name == name for one in client.list_collections()):
                client.delete_collection(name)
            super().__init__(client, name, create=create)

    def close(self) -> None:
        """Let go of the connection; the object cannot be used afterwards."""
        with cache_errors("the connection to the Chroma server did not close"):
            self._client._server._session.close()


# --- is a folder of Chroma sound? ------------------------------------------------------------


def fingerprint(folder: Path) -> str:
    """Names, sizes and times of the graph's files; another one means somebody touched them."""
    files = {
        str(path.relative_to(folder)): [path.stat().st_size, path.stat().st_mtime_ns]
        for path in sorted(folder.glob("*/*"))
    }
    return json.dumps(files, sort_keys=True)


def looks_sound(folder: Path) -> bool:
    """False when opening the folder cannot end well: files missing or absurdly large."""
    if not (folder / "chroma.sqlite3").is_file():
        return False
    for links in folder.glob("*/link_lists.bin"):
        vectors = links.with_name(VECTORS)
        if not vectors.is_file() or links.stat().st_size > _GRAPH_LIMIT * vectors.stat().st_size:
            return False
    return True


def make_durable(folder: Path) -> None:
    """Bring all files of a folder to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())


def probe(folder: Path, rows: int, sample: np.ndarray) -> bool:
    """Open a folder of Chroma in another process, where a crash does no harm.

    True when it holds `rows` chunks and finds those of the sample (n, dim) by their own vectors.
    """
    code = "import sys; from rag.index.vectors import _probe_child; _probe_child(sys.argv[1])"
    task = {"rows": rows, "vectors": sample.tolist()}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and a constant program
            [sys.executable, "-c", code, str(folder)],
            input=json.dumps(task).encode(),
            env=environment_of_a_child(),
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return False
    return done.returncode == 0


def finds_itself(index: VectorIndex, vectors: np.ndarray, *, share: float = 0.99) -> bool:
    """True when at least this share of stored vectors is found by itself (cosine 1)."""
    if not len(vectors):
        return True
    best = [index.search(vector, 1) for vector in vectors]
    return float(np.mean([bool(hits) and hits[0][1] > 0.999 for hits in best])) >= share


def _probe_child(folder: str) -> None:
    task: Mapping[str, Any] = json.loads(sys.stdin.buffer.read())
    index = ChromaVectors(Path(folder))
    if index.count() != task["rows"]:
        raise CacheError(f"Chroma holds {index.count()} chunks and not {task['rows']}")
    if not finds_itself(index, np.asarray(task["vectors"], dtype=np.float32)):
        raise CacheError("Chroma does not find chunks by their own vectors")
    index.close()


# --- arrays ----------------------------------------------------------------------------------


def _rows_by_paper(rows: VectorRows) -> dict[str, list[int]]:
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, paper_id in enumerate(rows.paper_ids):
        rows_of[paper_id].append(row)
    return rows_of


def _cosines(matrix: np.ndarray, query: np.ndarray) -> np.ndarray:
    # Not `matrix @ query`: BLAS spreads it over threads that wait for each other by spinning, which
    # on a busy machine takes ten times as long, and memory is the limit anyway.
    return np.asarray(np.einsum("ij,j->i", matrix, query))


def _best(
    scores: np.ndarray, rows: np.ndarray, ids: tuple[str, ...], k: int
) -> list[tuple[str, float]]:
    """The k highest scores; where equal, the smaller id comes first."""
    top = np.argpartition(-scores, k - 1)[:k] if k < len(scores) else np.arange(len(scores))
    pairs = [(ids[rows[i]], float(scores[i])) for i in top]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _best_allowed(
    scores: np.ndarray, table: VectorRows, k: int, allowed: frozenset[str]
) -> list[tuple[str, float]]:
    """The k highest scores of allowed papers: ever more of the highest are looked at."""
    most = math.ceil(_MORE * k * len(scores) / len(allowed))
    while True:
        top = np.argpartition(-scores, most - 1)[:most] if most < len(scores) else slice(None)
        rows = np.arange(len(scores))[top]
        kept = np.array([row for row in rows.tolist() if table.paper_ids[row] in allowed], np.intp)
        if len(kept) >= k or most >= len(scores):
            return _best(scores[kept], kept, table.ids, k)
        most *= 4
