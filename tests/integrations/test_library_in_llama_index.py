"""A library in LlamaIndex: real nodes, its own engine around our retriever, our engine's."""

from __future__ import annotations

import pytest
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import get_response_synthesizer

from rag.assistant import Assistant
from rag.base.types import Filters
from rag.integrations.llama_index import LibraryQueryEngine, LibraryRetriever

QUESTION = "How many cards does LOOM need?"


def test_nodes_are_passages_with_their_places(history: Assistant) -> None:
    nodes = LibraryRetriever(history, k=3).retrieve(QUESTION)
    assert 1 < len(nodes) <= 3
    assert [n.score for n in nodes] == sorted((n.score for n in nodes), reverse=True)
    assert "LOOM" in nodes[0].metadata["title"]
    for found in nodes:
        paper = history.paper(found.metadata["paper_id"])
        assert paper is not None
        assert found.text == paper.abstract[found.node.start_char_idx : found.node.end_char_idx]


def test_filters_hold_for_nodes(history: Assistant) -> None:
    some = next(iter(history.papers()))
    only = LibraryRetriever(history, filters=Filters(ids=(some.id,)))
    assert {n.metadata["paper_id"] for n in only.retrieve(QUESTION)} == {some.id}


def test_an_engine_of_llama_index_reads_our_nodes_and_not_our_ids(history: Assistant) -> None:
    llm = MockLLM()  # it repeats its prompt
    engine = RetrieverQueryEngine(LibraryRetriever(history, k=2), get_response_synthesizer(llm=llm))
    response = engine.query(QUESTION)
    assert "LOOM" in str(response)
    assert len(response.source_nodes) == 2
    assert response.source_nodes[0].metadata["paper_id"] not in str(response)


def test_our_engine_gives_checked_sentences_and_their_quotes(history: Assistant) -> None:
    response = LibraryQueryEngine(assistant=history).query(QUESTION)
    assert "23 cards" in str(response)
    assert response.source_nodes
    quotes = [citation["quote"] for citation in response.metadata["citations"]]
    assert [node.text for node in response.source_nodes] == quotes


def test_an_abstention_says_why(history: Assistant) -> None:
    response = LibraryQueryEngine(assistant=history).query("What is the price of bread?")
    assert response.metadata["status"] == "abstained"
    assert str(response) == response.metadata["notice"]
    assert not response.source_nodes


@pytest.mark.parametrize("query", ["", "  "])
def test_an_empty_query_finds_nothing(query: str, history: Assistant) -> None:
    assert LibraryRetriever(history).retrieve(query) == []
