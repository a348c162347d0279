"""Papers with their whole text: kept beside the record, searched passage by passage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_papers import IDENTITY, paper, put, query_words, unit_vector

from rag.base.body import Body
from rag.base.text import sentence_spans, words
from rag.base.types import Chunk, Paper
from rag.index.store import EmbeddedChunk, Store

pytestmark = pytest.mark.usefixtures("either_database", "without_chroma")

METHOD = "The kiln was heated to 900 degrees. Clay from Oresund was used."
RESULTS = "Every vessel cracked at the rim. Glaze of quartzite held them together."
WHOLE = replace(
    paper(1),
    body=Body(f"{METHOD}\n\n{RESULTS}", ((0, 1), (36, 2)), ((0, "Method"), (65, "Results")), "ab"),
)


def _chunk(ordinal: int, start: int, end: int) -> EmbeddedChunk:
    text = WHOLE.text[start:end]
    spans = tuple((start + a, start + b) for a, b in sentence_spans(text))
    vectors = np.stack([unit_vector(WHOLE.text[a:b]) for a, b in spans])
    chunk = Chunk(f"p1:{ordinal}", "p1", ordinal, start, end, text)
    return EmbeddedChunk(chunk, unit_vector(text), spans, vectors)


@pytest.fixture
def store(folder: Path):
    first = len(WHOLE.abstract)
    body = first + 2
    chunks = [
        _chunk(0, 0, first),
        _chunk(1, body, body + len(METHOD)),
        _chunk(2, body + len(METHOD) + 2, len(WHOLE.text)),
    ]
    with Store.open(folder, identity=IDENTITY) as store:
        with store.writer() as writer:
            put(writer, 2, 3)
            writer.put(WHOLE, chunks, identity_key="key 1")
        yield store


def test_a_whole_paper_comes_back_as_it_was_put(store: Store) -> None:
    assert store.get(["p1"])["p1"] == WHOLE
    assert store.chunks(["p1:2"])["p1:2"].text == RESULTS
    assert all(finding.ok for finding in store.check())


def test_a_word_knows_its_page_and_section(store: Store) -> None:
    whole = store.get(["p1"])["p1"]
    assert whole.place(whole.text.index("Clay")) == (2, "Method")
    assert whole.place(whole.text.index("Every vessel")) == (2, "Results")
    assert whole.place(0) == (None, "")


def test_a_paper_is_found_once_by_the_words_of_its_body(store: Store) -> None:
    found = store.keyword_search(words("quartzite glaze kiln"), 10)
    assert [paper_id for paper_id, _ in found] == ["p1"]
    assert [paper_id for paper_id, _ in store.keyword_search(query_words(2), 1)] == ["p2"]


def test_a_paper_added_without_its_body_loses_the_words_of_it(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
    assert store.keyword_search(words("quartzite"), 10) == []
    assert store.get(["p1"])["p1"].body is None
    assert all(finding.ok for finding in store.check())


def test_a_removed_paper_leaves_no_body(store: Store) -> None:
    with store.writer() as writer:
        writer.remove("p1")
    store.close()
    files = [path for path in store.folder.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"quartzite" in path.read_bytes()] == []


def test_the_body_is_no_part_of_plain_values() -> None:
    assert "body" not in WHOLE.to_dict()
    assert "quartzite" not in str(WHOLE.to_dict())
    assert Paper("x", "A title", abstract="Said.").text == "Said."
