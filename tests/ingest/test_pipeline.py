"""Adding: records to papers in the library, safe to repeat and to stop."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.base.types import AddReport, Failure, Paper, Progress
from rag.index.store import Store
from rag.ingest import pipeline
from rag.ingest.pipeline import Input, library_identity
from rag.models.embed import IDENTITY, MiniLM

Add = Callable[..., AddReport]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library", identity=library_identity(IDENTITY)) as opened:
        yield opened


@pytest.fixture
def add(store: Store, embedder: MiniLM) -> Add:
    """Add records as one file of a name; further arguments go to the pipeline."""

    def add(*records: dict[str, object], name: str = "table.jsonl", **more: object) -> AddReport:
        data = "".join(json.dumps(record) + "\n" for record in records).encode()
        return pipeline.add([Input(data, name)], store=store, embedder=embedder, **more)

    return add


def weaving(**more: object) -> dict[str, object]:
    text = "We weave 23 cards. It takes two days."
    return {"title": "On Weaving", "authors": ["Ada Lovelace"], "abstract": text, **more}


def numbered(count: int) -> list[dict[str, object]]:
    return [
        {"title": f"Symmetry {i}", "authors": ["Emmy Noether"], "abstract": f"Number {i} is kept."}
        for i in range(count)
    ]


def only(store: Store) -> Paper:
    (paper,) = store.papers()
    return paper


def test_a_record_becomes_a_paper_with_id_citekey_and_source(store: Store, add: Add) -> None:
    assert add(weaving(date="2019-03")) == AddReport(added=1)
    paper = only(store)
    assert (paper.citekey, paper.date, len(paper.id)) == ("lovelace2019weaving", "2019-03", 12)
    assert [(s.kind, s.origin, s.where) for s in paper.sources] == [
        ("jsonl", "table.jsonl", "line 1")
    ]


def test_every_sentence_has_a_vector_at_its_place(store: Store, add: Add, embedder: MiniLM) -> None:
    add(weaving())
    paper = only(store)
    spans, vectors = store.sentence_vectors([paper.id])[paper.id]
    sentences = [paper.abstract[a:b] for a, b in spans]
    assert sentences == ["We weave 23 cards.", "It takes two days."]
    assert (np.sum(vectors * embedder.embed(sentences), axis=1) > 0.995).all()


def test_a_paper_is_found_by_its_title_even_without_text(
    store: Store, add: Add, embedder: MiniLM
) -> None:
    add({"title": "Conic Sections"}, weaving())
    vector = embedder.embed_query("ellipses and other conic sections")
    (found, _), *_ = store.dense_search(vector, 1)
    assert store.get([found.split(":")[0]]).popitem()[1].title == "Conic Sections"
    assert store.keyword_search(["conic"], 5)


def test_adding_again_changes_nothing(store: Store, add: Add) -> None:
    records = [*numbered(3), weaving(), {"abstract": "No title here."}]
    add(*records)
    before, revision = list(store.papers()), store.revision
    assert add(*records) == AddReport(unchanged=5)
    assert list(store.papers()) == before
    assert store.revision >= revision


def test_records_of_one_paper_in_one_file_are_one_and_stay_so(store: Store, add: Add) -> None:
    rows = [weaving(abstract="We weave."), weaving(), weaving(title="ON WEAVING", venue="Engines")]
    assert add(*rows) == AddReport(added=1, merged=2)
    assert (only(store).abstract, only(store).venue) == (weaving()["abstract"], "Engines")
    assert add(*rows) == AddReport(unchanged=3)


def test_the_same_paper_from_another_file_gains_a_source(store: Store, add: Add) -> None:
    add(weaving())
    assert add(weaving(), name="other.jsonl") == AddReport(merged=1)
    assert [s.origin for s in only(store).sources] == ["table.jsonl", "other.jsonl"]
    assert add(weaving(), name="other.jsonl") == AddReport(unchanged=1)


def test_new_words_replace_the_old_ones_also_in_search(
    store: Store, add: Add, embedder: MiniLM
) -> None:
    add(weaving())
    key = only(store).id
    assert add(weaving(abstract="Radon gathers in cellars of granite.")) == AddReport(updated=1)
    assert only(store).id == key
    assert store.keyword_search(["granit"], 5)
    assert not store.keyword_search(["card"], 5)
    spans, vectors = store.sentence_vectors([key])[key]
    assert len(spans) == len(vectors) == 1
    assert store.dense_search(embedder.embed_query("radon in cellars"), 5)[0][1] > 0.5


def test_a_record_that_cannot_be_read_is_named_and_the_others_are_kept(
    store: Store, add: Add
) -> None:
    report = add(weaving(), {"title": "", "abstract": ""}, *numbered(1))
    assert report.added == store.paper_count() == 2
    assert report.failed == (
        Failure("table.jsonl", "line 2", "has neither a title nor an abstract"),
    )


def test_files_that_cannot_be_read_are_named_and_the_others_are_kept(
    store: Store, embedder: MiniLM, tmp_path: Path
) -> None:
    good, empty, missing = (tmp_path / name for name in ("a.jsonl", "b.jsonl", "c.jsonl"))
    good.write_text(json.dumps(weaving()), "utf-8")
    empty.touch()
    inputs = pipeline.inputs_of([missing, empty, good])
    report = pipeline.add(inputs, store=store, embedder=embedder)
    assert report.added == 1
    assert {Path(f.source).name for f in report.failed} == {"b.jsonl", "c.jsonl"}


@pytest.mark.parametrize("stop_after", [0, 1, 16, 20], ids=lambda n: f"after {n}")
def test_what_was_added_before_a_stop_stays_and_a_second_run_completes_it(
    stop_after: int, store: Store, add: Add
) -> None:
    seen: list[Progress] = []
    records = numbered(24)

    def cancelled() -> bool:
        return sum(p.stage == "indexing" for p in seen) >= stop_after

    report = add(*records, progress=seen.append, cancelled=cancelled)
    assert report == AddReport(added=stop_after)
    assert store.paper_count() == stop_after
    assert len(store.keyword_search(["symmetri"], 50)) == stop_after
    assert add(*records) == AddReport(added=24 - stop_after, unchanged=stop_after)
    assert len(store.keyword_search(["symmetri"], 50)) == 24
    assert len({paper.citekey for paper in store.papers()}) == 24


def test_what_was_added_before_memory_ran_out_stays_and_a_second_run_completes_it(
    store: Store, add: Add, embedder: MiniLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, calls = embedder.embed, itertools.count(1)

    def starved(texts: Sequence[str]) -> np.ndarray:
        if next(calls) > 2:  # batches, the second twice as large if soon made
            raise MemoryError
        return whole(texts)

    monkeypatch.setattr("rag.ingest.later.PATIENCE_S", 1000.0)  # no vectors are left to follow
    monkeypatch.setattr(embedder, "embed", starved)
    with pytest.raises(MemoryError):
        add(*numbered(100))
    kept = [paper.title for paper in store.papers()]
    assert len(kept) in (64, 96)  # and no half of one
    assert kept == [f"Symmetry {i}" for i in range(len(kept))]
    monkeypatch.undo()
    report = add(*numbered(100))
    assert (report.added, report.unchanged) == (100 - len(kept), len(kept))
    assert [paper.title for paper in store.papers()] == [f"Symmetry {i}" for i in range(100)]
    assert [finding for finding in store.check() if not finding.ok] == []


def test_progress_reaches_its_total_and_never_goes_back(add: Add) -> None:
    seen: list[Progress] = []
    add(*numbered(20), weaving(), weaving(), progress=seen.append)
    indexing = [p.done for p in seen if p.stage == "indexing"]
    assert indexing == sorted(indexing)
    assert (seen[-1].done, seen[-1].total) == (22, 22)


def test_a_removed_paper_can_be_added_again(store: Store, add: Add) -> None:
    add(weaving())
    with store.writer() as writer:
        assert writer.remove(only(store).id)
    assert add(weaving()) == AddReport(added=1)
