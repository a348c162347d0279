"""A clock that jumps: what follows on what is counted by the library, not read from a clock."""

from __future__ import annotations

import pytest
from made_papers import paper, put

from rag.index.store import Store

JUMPS = {
    "back to 1970": "1970-01-01T00:00:00.000+00:00",
    "a year on": "2099-01-01T00:00:00.000+00:00",
}


@pytest.mark.usefixtures("without_chroma")
@pytest.mark.parametrize("now", JUMPS.values(), ids=JUMPS)
def test_a_clock_that_jumps_reorders_and_loses_nothing(
    store: Store, now: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writer() as writer:
        put(writer, 1, 2)
    before = store.revision
    monkeypatch.setattr("rag.index.catalog._now", lambda: now)
    monkeypatch.setattr("rag.index.tombstones._now", lambda: now)
    with store.writer() as writer:
        put(writer, 3)
        writer.remove("p1", undoable=True)
        writer.restore("p1")
        writer.remove("p2", undoable=True)
    monkeypatch.undo()
    assert [one.id for one in store.papers()] == ["p1", "p3"]
    assert store.get(["p1"])["p1"] == paper(1)
    assert store.revision > before
    assert [finding for finding in store.check() if not finding.ok] == []
