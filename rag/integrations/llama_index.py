"""A library in LlamaIndex's terms: a retriever of its passages, and a query engine that cites.

How one of its models writes for askpapers is in `rag.models.plugged`.
"""

from __future__ import annotations

from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from pydantic import ConfigDict

from rag.assistant import Assistant
from rag.base.types import Filters, Hit, Paper


class LibraryRetriever(BaseRetriever):  # type: ignore[misc]  # LlamaIndex is not read by mypy
    """Finds the passages of a library that bear on a query, one a paper, best first.

    A node's text is `paper.text[start:end]`, its id the chunk's, its score 0..1.
    """

    def __init__(self, assistant: Assistant, k: int = 8, filters: Filters | None = None) -> None:
        super().__init__()
        self._assistant = assistant
        self._k = k
        self._filters = filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        query = query_bundle.query_str
        hits = self._assistant.search(query, k=self._k, filters=self._filters)
        return [_of_hit(hit) for hit in hits]


class LibraryQueryEngine(CustomQueryEngine):  # type: ignore[misc]  # LlamaIndex is not read by mypy
    """Answers as `Assistant.ask` does: checked sentences, with the quoted words as source nodes.

    The response's metadata is the answer's `to_dict()`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    assistant: Assistant

    def custom_query(self, query_str: str) -> Response:
        """The answer to a question; an abstention says why in its text."""
        answer = self.assistant.ask(query_str)
        nodes = [
            _node(
                c.paper, c.quote, c.start, c.end, score=1.0, key=f"{c.paper.id}:{c.start}-{c.end}"
            )
            for c in answer.citations
        ]
        text = answer.text or answer.notice or ""
        return Response(response=text, source_nodes=nodes, metadata=answer.to_dict())


def _of_hit(hit: Hit) -> NodeWithScore:
    paper, chunk = hit.paper, hit.chunk
    if chunk is None:  # found by its title or its record
        text = paper.abstract or paper.text
        return _node(paper, text, 0, len(text), score=hit.score, key=paper.id)
    return _node(paper, chunk.text, chunk.start, chunk.end, score=hit.score, key=chunk.id)


def _node(
    paper: Paper, text: str, start: int, end: int, *, score: float, key: str
) -> NodeWithScore:
    told: dict[str, Any] = {
        "title": paper.name,
        "authors": ", ".join(paper.authors),
        "date": paper.date or "",
    }
    keys = {"paper_id": paper.id, "citekey": paper.citekey}
    node = TextNode(
        id_=key,
        text=text,
        metadata=told | keys,
        excluded_llm_metadata_keys=list(keys),
        excluded_embed_metadata_keys=list(keys),
        start_char_idx=start,
        end_char_idx=end,
    )
    return NodeWithScore(node=node, score=score)
