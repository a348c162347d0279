"""What an addition changed is read once by all that follow the library, and never out of date."""

from __future__ import annotations

import pytest
from made_papers import put

from rag.base.types import Source
from rag.cite.carding import VERSION as CARDS
from rag.cite.carding import card_of
from rag.index.catalog import Catalog
from rag.index.readonce import ReadOnce
from rag.index.store import Store
from rag.search.mining import VERSION as NAMES
from rag.search.mining import facts_of

pytestmark = pytest.mark.usefixtures("without_chroma")


def test_names_cards_and_places_read_an_added_paper_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.writer() as writer, store.places(lambda paper: [paper.title], "1"):
        put(writer, 1)
    store.lexicon(facts_of, NAMES)
    cards = store.cards(card_of, CARDS)
    read: list[str] = []
    real = Catalog.get

    def note(self: Catalog, ids):
        found = real(self, ids)
        read.extend(found)
        return found

    monkeypatch.setattr(Catalog, "get", note)
    with store.writer() as writer, store.places(lambda paper: [paper.title], "1"):
        put(writer, 2, 3)
    assert read == ["p2", "p3"]
    assert cards.count == 3
    with store.places(lambda paper: [paper.title], "1") as places:
        assert places.ids("Study 3, edition 0") == ["p3"]


def test_what_has_changed_since_is_read_again(store: Store) -> None:
    with store.writer() as writer:
        put(writer, 1)
        since = store.revision
        put(writer, 2)
        once = ReadOnce(store._catalog)
        assert [p.id for p in once.paper_changes(since)[1]] == ["p2"]
        put(writer, 2, edition=1)
        (changed,) = once.paper_changes(since)[1]
        assert changed.title == "Study 2, edition 1"
        writer.add_source("p2", Source("bibtex", "a.bib", "entry 1"))
        (changed,) = once.paper_changes(since)[1]
        assert len(changed.sources) == 2
        once.forget()
        assert [p.id for p in once.paper_changes(since)[1]] == ["p2"]
