"""What `speed` measures libraries with: records, an embedder that stands in, and the others."""

from __future__ import annotations

import gzip
import itertools
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rag.assistant import Assistant
from rag.index.changes import VectorRows
from rag.models import embed as minilm
from rag.models.embed import MiniLM
from rag.models.embedder import Vectors
from rag.models.onnx import batches
from rag.models.static import StaticEmbedder

RECORDS = Path(__file__).parents[3] / "shared/scale/arxiv_50k.jsonl.gz"


class StandIn:
    """Vectors of `fast` under the identity of `minilm`; a question is read by `minilm` besides.

    The numbers are turned into as many dimensions as `minilm` has; no cosine changes by that.
    """

    identity = minilm.IDENTITY

    def __init__(self) -> None:
        self._static = StaticEmbedder()
        self._minilm: MiniLM | None = None  # loaded with the first question, as it would be
        rng = np.random.default_rng(7)
        wide = rng.standard_normal((self.identity.dim, self._static.identity.dim))
        self._turn = np.linalg.qr(wide)[0].T.astype(np.float32)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, in their order."""
        turned: Vectors = self._static.embed(texts) @ self._turn
        return turned

    def embed_query(self, text: str) -> Vectors:
        """The vector of one text, after `minilm` has read it."""
        self._minilm = self._minilm or MiniLM()
        self._minilm.embed_query(text)
        return self.embed([text])[0]

    def count_tokens(self, text: str) -> int:
        """About as many tokens of `text` as `minilm` would count."""
        return len(text.split()) * 4 // 3


def raw_loop(model: MiniLM, texts: Sequence[str]) -> float:
    """CPU seconds of the network alone, on texts that were cut into tokens and sorted before."""
    tokens = [model._read(text) for text in texts]
    groups = [[tokens[row] for row in rows] for rows in batches([len(ids) for ids in tokens])]
    cpu = time.process_time()
    for group in groups:
        ids = np.zeros((len(group), max(map(len, group))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(group):
            ids[row, : len(one)], mask[row, : len(one)] = one, 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        model._session.run(None, given)
    return time.process_time() - cpu


def tutorial(
    assistant: Assistant, vectors: VectorRows, count: int, chroma: Path | None
) -> Callable[[str], object] | None:
    """A retriever as LlamaIndex's tutorial makes it, over our vectors; None where it is not had.

    In memory, or in a folder of Chroma: that needs `llama-index-vector-stores-chroma`.
    """
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.core.schema import TextNode

    storage = StorageContext.from_defaults()
    if chroma is not None:
        try:
            from llama_index.vector_stores.chroma import ChromaVectorStore
        except ImportError:
            return None
        storage = StorageContext.from_defaults(vector_store=ChromaVectorStore(_collection(chroma)))
    abstracts = {r["title"]: r["abstract"] for r in records(count)}
    texts = {p.id: f"{p.title}\n{abstracts.get(p.title)}" for p in assistant.records()}
    nodes = [
        TextNode(text=texts[paper_id], embedding=vector.tolist(), metadata={"paper_id": paper_id})
        for paper_id, vector in zip(vectors.paper_ids, vectors.matrix, strict=True)
        if paper_id in texts
    ]
    index = VectorStoreIndex(nodes, storage_context=storage, embed_model=_ours(assistant))
    retriever = index.as_retriever(similarity_top_k=10)
    return retriever.retrieve


def _ours(assistant: Assistant) -> Any:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    embedder = assistant._parts.embedder

    class Ours(BaseEmbedding):
        def _get_query_embedding(self, query: str) -> list[float]:
            return embedder.embed_query(query).tolist()

        def _get_text_embedding(self, text: str) -> list[float]:
            return embedder.embed([text])[0].tolist()

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return Ours()


def _collection(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(
        path=str(folder / "tutorial"), settings=Settings(anonymized_telemetry=False)
    )
    return client.create_collection("tutorial", metadata={"hnsw:space": "cosine"})


# --- records ---------------------------------------------------------------------------------


def records(count: int, *, every: int = 1) -> Iterator[dict[str, Any]]:
    """Records of arXiv, repeated under other titles where there are too few of them."""
    chosen = itertools.islice(_endless(), 0, count, every)
    for number, record in zip(itertools.count(0, every), chosen, strict=False):
        yield {**record, "title": f"{record['title']} {number}", "id": str(number)}


def _endless() -> Iterator[dict[str, Any]]:
    while True:
        yield from _read() if RECORDS.exists() else _made_up()


def _read() -> Iterator[dict[str, Any]]:
    with gzip.open(RECORDS, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield {name: record[name] for name in ("title", "authors", "year", "abstract")}


def _made_up() -> Iterable[dict[str, Any]]:
    rng = np.random.default_rng(7)
    for number in range(1000):
        said = [f"word{rank}" for rank in np.minimum(rng.zipf(1.3, 120), 20_000)]
        sentences = [" ".join(said[i : i + 20]).capitalize() + "." for i in range(0, 120, 20)]
        yield {
            "title": " ".join(said[:8]),
            "authors": [f"Ada Name{number % 97}"],
            "year": 2015 + number % 10,
            "abstract": " ".join(sentences),
        }
