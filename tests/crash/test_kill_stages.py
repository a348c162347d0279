"""A library killed before and after each named stage of its life, and at random instants."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import life

STAGES = [
    "rag.index.schema:create",
    "rag.index.originals:keep",
    "rag.index.catalog:Catalog.put",
    "rag.index.records:write_papers",
    "rag.index.records:write_chunks",
    "rag.index.lexical:KeywordSearch.sync",
    "rag.index.lexical:KeywordSearch.finish",
    "rag.index.catalog:Catalog.set_cache",
    "rag.index.catalog:Catalog.log",
    "rag.index.answers:write",
    "rag.index.chats:KeptChats.append",
    "rag.index.tombstones:bury",
    "rag.index.forgetting:forget",
    "rag.index.tombstones:dig_up",
    "rag.index.forgetting:recall",
    "rag.index.catalog:Catalog.forget_removed",
    "rag.index.catalog:Catalog.copy_into",
    "rag.index.backup:_pack",
]
# What is before the others is after the one before it.
BEFORE = [STAGES[0], "rag.index.catalog:Catalog.put", *STAGES[11:14:2], *STAGES[-2:]]
KILLS = 20
pytestmark = [
    pytest.mark.usefixtures("without_chroma"),
    pytest.mark.skipif(not hasattr(sys.modules["os"], "fork"), reason="needs fork"),
]


@pytest.fixture
def without_chroma(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here too, as in the lives: Chroma has a test of its own, with kills of its own."""
    monkeypatch.setattr("rag.index.dense.DenseSearch.sync", lambda self: None)


@pytest.mark.parametrize(
    ("stage", "moment"),
    [*((stage, "after") for stage in STAGES), *((stage, "before") for stage in BEFORE)],
)
def test_a_kill_at_a_stage_leaves_a_library_that_goes_on(
    tmp_path: Path, stage: str, moment: str
) -> None:
    place = tmp_path / "place"
    acked = life.killed_life(place, at=(stage, moment))
    assert "end" not in acked, f"{stage} was never reached"
    life.verify(place, acked)
    life.complete(place)


@pytest.mark.parametrize("repeated", [False, True], ids=["fresh", "repeated"])
def test_a_kill_at_any_instant_leaves_a_library_that_goes_on(
    tmp_path: Path, repeated: bool
) -> None:
    assert life.random_kills(tmp_path, KILLS // 2, repeated=repeated) > 0
