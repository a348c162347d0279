"""Vectors that follow: words find all papers first, and whoever is stopped is followed up."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import sqlalchemy as sa

from rag.base.errors import ModelError
from rag.base.types import AddReport, Paper, Progress
from rag.index import schema as t
from rag.index.store import EmbeddedChunk, Store
from rag.ingest import later, pipeline
from rag.ingest.later import Pace, embed_awaited
from rag.ingest.pipeline import Input, library_identity
from rag.models.embed import IDENTITY, MiniLM

Add = Callable[..., AddReport]
FIRST = 32  # papers that are embedded before the pace is known


def numbered(count: int, first: int = 0) -> list[dict[str, object]]:
    return [
        {"title": f"Symmetry {i}", "authors": ["Emmy Noether"], "abstract": f"Number {i} is kept."}
        for i in range(first, first + count)
    ]


def opened(folder: Path) -> Store:
    return Store.open(folder, identity=library_identity(IDENTITY))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with opened(tmp_path / "library") as made:
        yield made


@pytest.fixture
def vectors_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where embedding holds papers up, however fast the machine is."""

    def note(pace: Pace, *_: object, **__: object) -> None:
        pace.vectors_follow = True

    monkeypatch.setattr(Pace, "note", note)


@pytest.fixture
def vectors_come_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "note", lambda *_, **__: None)


@pytest.fixture
def add(embedder: MiniLM) -> Add:
    def add(store: Store, *records: dict[str, object], **more: object) -> AddReport:
        data = "".join(json.dumps(record) + "\n" for record in records).encode()
        given = [Input(data, "table.jsonl")]
        return pipeline.add(given, store=store, embedder=embedder, **more)  # type: ignore[arg-type]

    return add


def in_words(store: Store) -> int:
    return len(store.keyword_search(["symmetri"], 500))


def by_meaning(store: Store, embedder: MiniLM) -> int:
    return len(store.dense_search(embedder.embed_query("symmetry"), 500))


@pytest.mark.usefixtures("vectors_follow")
def test_words_find_every_paper_before_the_first_late_vector_is_made(
    store: Store, add: Add, embedder: MiniLM
) -> None:
    seen: list[tuple[Progress, int, int]] = []

    def watch(now: Progress) -> None:
        if now.stage == "embedding":
            with opened(store.folder) as other:  # as another process sees it
                seen.append((now, in_words(other), by_meaning(other, embedder)))

    assert add(store, *numbered(80), progress=watch) == AddReport(added=80)
    assert seen == [
        (Progress(0, 48, "embedding"), 80, 32),
        (Progress(32, 48, "embedding"), 80, 64),
        (Progress(48, 48, "embedding"), 80, 80),
    ]
    assert store.awaited_count() == 0
    assert [finding for finding in store.check() if not finding.ok] == []


@pytest.mark.usefixtures("vectors_follow")
def test_a_stop_while_vectors_follow_loses_nothing_and_the_same_addition_goes_on(
    store: Store, add: Add, embedder: MiniLM
) -> None:
    seen: list[Progress] = []

    def stopped() -> bool:
        return any(p.stage == "embedding" and p.done for p in seen)

    report = add(store, *numbered(100), progress=seen.append, cancelled=stopped)
    assert report == AddReport(added=100, awaiting=36)
    assert (in_words(store), by_meaning(store, embedder)) == (100, 64)
    assert add(store, *numbered(1, 200)) == AddReport(added=1, awaiting=36)  # which waits for none
    assert (in_words(store), by_meaning(store, embedder)) == (101, 65)
    assert add(store, *numbered(100)) == AddReport(unchanged=100, embedded=36)
    assert (in_words(store), by_meaning(store, embedder)) == (101, 101)


@pytest.mark.usefixtures("vectors_follow")
def test_a_stop_before_vectors_follow_embeds_nothing_more(store: Store, add: Add) -> None:
    seen: list[Progress] = []
    report = add(store, *numbered(100), progress=seen.append, cancelled=lambda: len(seen) > 60)
    assert report == AddReport(added=60, awaiting=60 - FIRST)
    assert all(progress.stage != "embedding" for progress in seen)


def _tables(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = (t.papers, t.paper_authors, t.sources, t.chunks, t.sentences)
    with store._catalog.reading() as conn:
        read = {table.name: conn.execute(sa.select(table)).all() for table in tables}
    return {name: sorted(map(tuple, rows), key=repr) for name, rows in read.items()}


@pytest.fixture
def two_ways(
    tmp_path: Path, add: Add, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Store, Store]]:
    """The same papers, with their vectors and before these."""
    long = {"title": "On long texts", "abstract": "The rate falls by 3% for each degree. " * 60}
    records = [*numbered(70), long, *numbered(30, 100)]
    with opened(tmp_path / "one") as one, opened(tmp_path / "other") as other:
        for store, follows in ((one, False), (other, True)):
            with monkeypatch.context() as patch:
                patch.setattr(Pace, "note", lambda pace, *_, f=follows, **__: _set(pace, f))
                add(store, *records)
        yield one, other


def _set(pace: Pace, follows: bool) -> None:
    pace.vectors_follow = follows


def test_the_library_is_to_the_last_bit_that_of_papers_embedded_as_they_came(
    two_ways: tuple[Store, Store], embedder: MiniLM
) -> None:
    one, other = two_ways
    first, second = _tables(one), _tables(other)
    for name, rows in first.items():
        assert rows == second[name], name
    assert len(first["chunks"]) > 101  # a text of several
    vector = embedder.embed_query("which number is kept?")
    assert one.dense_search(vector, 200) == other.dense_search(vector, 200)
    assert one.keyword_search(["number"], 200) == other.keyword_search(["number"], 200)


@pytest.mark.usefixtures("vectors_follow")
def test_a_model_that_fails_while_vectors_follow_leaves_all_papers_to_words(
    store: Store, add: Add, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, calls = embedder.embed, iter(range(2))

    def failing(texts: Sequence[str]) -> np.ndarray:
        if next(calls, None) is None:
            raise ModelError("The embedding server does not answer.")
        return whole(texts)

    monkeypatch.setattr(embedder, "embed", failing)
    with pytest.raises(ModelError):
        add(store, *numbered(100))
    assert (in_words(store), by_meaning(store, embedder)) == (100, 64)
    monkeypatch.undo()
    embed_awaited(store, embedder)
    assert by_meaning(store, embedder) == 100


@pytest.mark.usefixtures("vectors_follow")
def test_what_another_one_embeds_is_left_to_him_and_ones_own_is_not(
    store: Store, add: Add, embedder: MiniLM
) -> None:
    seen: list[Progress] = []
    add(store, *numbered(60), progress=seen.append, cancelled=lambda: len(seen) > 50)
    with store.embedding() as is_alone:
        assert is_alone
        with opened(store.folder) as other:
            embed_awaited(other, embedder)
            assert other.awaited_count() == 50 - FIRST
            embed_awaited(other, embedder, of=other.awaited()[:5])
            assert other.awaited_count() == 45 - FIRST


def test_few_papers_come_with_their_vectors_as_ever(store: Store, add: Add) -> None:
    seen: list[Progress] = []
    add(store, *numbered(20), progress=seen.append)
    assert {progress.stage for progress in seen} == {"reading", "indexing"}
    assert store.awaited_count() == 0


@pytest.mark.parametrize(
    ("embedding_s", "writing_s", "left", "follows"),
    [
        (0.8, 0.1, 5000, True),
        (0.8, 0.1, 20, False),  # they are soon made
        (0.3, 0.1, 50_000, False),  # writing takes a good part: little is gained
        (5.0, 0.1, 5, False),
        (5.0, 0.1, 50, True),
    ],
    ids=["many", "few", "fast", "one long", "long ones"],
)
def test_vectors_follow_where_they_would_hold_papers_up(
    embedding_s: float,
    writing_s: float,
    left: int,
    follows: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pace, now = Pace(), [0.0]
    monkeypatch.setattr(later, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def note(left: int) -> None:
        with pace.embedding():
            now[0] += embedding_s
        pace.note(FIRST, embedding_s + writing_s, left=left)

    note(10_000_000 if embedding_s < 1 else left)
    assert pace.vectors_follow == (follows and embedding_s > later.PATIENCE_S)
    note(left)
    assert pace.vectors_follow == follows


def test_what_is_loaded_to_cut_long_texts_is_no_reason_to_wait_for_vectors(
    store: Store, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr(later, "time", SimpleNamespace(monotonic=lambda: now[0]))
    cut = pipeline.awaiting_chunks

    def slowly(papers: Sequence[Paper], embedder: MiniLM) -> list[list[EmbeddedChunk]]:
        now[0] += 60.0
        return cut(papers, embedder)

    monkeypatch.setattr(pipeline, "awaiting_chunks", slowly)
    seen: list[Progress] = []
    add(store, *numbered(200), progress=seen.append)
    assert store.awaited_count() == 0
    assert {progress.stage for progress in seen} == {"reading", "indexing"}
