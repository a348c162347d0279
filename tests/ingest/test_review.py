"""Papers set right by hand: joined, split, kept apart and undone; who said what is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.errors import LibraryError
from rag.base.settings import Settings
from rag.base.types import Paper

BIB = """@article{byron, title={A Loom of Cards}, author={Byron, Ada}, year={1843},
 doi={10.1234/loom}, abstract={Cards steer a loom. The loom weaves ten yards a day.}}
"""
RIS = """TY  - JOUR
TI  - A loom of cards
AU  - Byron, Ada
AU  - Frisch, Karl
PY  - 1843
JO  - Journal of Weaving
ER  -
"""
OTHER = '{"title": "Looms that Cards Steer", "authors": ["Ada Byron"], "year": 1844}'


@pytest.fixture
def library(tmp_path: Path) -> Assistant:
    settings = Settings(embedder="fast", reads=False, _env_file=None)  # type: ignore[call-arg]
    return Assistant.open(tmp_path / "library", settings)


def _state(library: Assistant) -> set[Paper]:
    return set(library.papers())


def test_each_value_is_told_with_the_sources_that_said_it(library: Assistant) -> None:
    library.add_bytes(BIB.encode(), "a.bib")
    (paper,) = library.papers()
    assert {s.origin for v in library.told(paper.id) for s in v.sources} == {"a.bib"}
    library.add_bytes(RIS.encode(), "b.ris")
    told = {
        (v.field, v.value, v.holds): {s.origin for s in v.sources} for v in library.told(paper.id)
    }
    assert told["title", "A Loom of Cards", True] == {"a.bib"}
    assert told["title", "A loom of cards", False] == {"b.ris"}
    assert told["authors", "Ada Byron, Karl Frisch", True] == {"b.ris"}
    assert told["date", "1843", True] == {"a.bib", "b.ris"}
    assert told["venue", "Journal of Weaving", True] == {"b.ris"}


def test_a_join_takes_what_both_said_and_can_be_undone(library: Assistant) -> None:
    library.add_bytes(BIB.encode(), "a.bib")
    library.add_bytes(OTHER.encode(), "c.jsonl")
    before = _state(library)
    one, other = library.papers()
    joined = library.join(one.id, other.id)
    assert _state(library) == {joined}
    assert {s.origin for s in joined.sources} == {"a.bib", "c.jsonl"}
    assert library.lookup("looms that cards steer") == [joined]
    again = library.add_bytes(OTHER.encode(), "again.jsonl")
    assert (again.added, again.merged) == (0, 1)
    library.undo_decision()
    library.add_bytes(OTHER.encode(), "c.jsonl")
    assert {p.title for p in library.papers()} == {p.title for p in before}
    assert library.lookup("looms that cards steer")[0].id == other.id


def test_a_split_gives_each_source_its_paper_and_can_be_undone(library: Assistant) -> None:
    library.add_bytes(BIB.encode(), "a.bib")
    library.add_bytes(RIS.encode(), "b.ris")
    (both,) = library.papers()
    second = next(s for s in library.told_sources(both.id) if s.origin == "b.ris")
    left, new = library.split(both.id, [second])
    assert (left.id, left.authors, left.venue) == (both.id, ("Ada Byron",), None)
    assert (new.authors, new.abstract) == (("Ada Byron", "Karl Frisch"), "")
    assert _state(library) == {left, new}
    for data, name in ((BIB, "a.bib"), (RIS, "b.ris")):  # the same again stays where it is
        assert library.add_bytes(data.encode(), name).unchanged == 1
    assert library.doubts() == []
    library.undo_decision()
    (again,) = library.papers()
    assert (again.id, again.authors, again.doi) == (both.id, both.authors, both.doi)


def test_a_split_needs_some_of_the_sources(library: Assistant) -> None:
    library.add_bytes(BIB.encode(), "a.bib")
    (paper,) = library.papers()
    for sources in ([], library.told_sources(paper.id)):
        with pytest.raises(LibraryError, match="not by all of them or none"):
            library.split(paper.id, sources)
    with pytest.raises(LibraryError, match="Nothing was decided"):
        library.undo_decision()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ('"title": "A Loom of Cards", "doi": "10.1234/other"', "their DOIs differ"),
        ('"title": "A Loom of Card"', "their titles differ by little"),
        ('"title": "A Loom of Cards 2"', None),
        ('"title": "Ovens and Bread, a Study"', None),
    ],
)
def test_pairs_that_look_alike_are_asked_about_once(
    change: str, why: str | None, library: Assistant
) -> None:
    library.add_bytes(BIB.replace("A Loom of Cards", "A Loom of Cards").encode(), "a.bib")
    record = f'{{{change}, "authors": ["Ada Byron"], "year": 1843, "abstract": "x"}}'
    library.add_bytes(record.encode(), "b.jsonl")
    assert library.paper_count() == 2
    assert [doubt.why for doubt in library.doubts()] == ([why] if why else [])
    one, other = library.papers()
    library.keep_apart(one.id, other.id)
    assert library.doubts() == []


@pytest.mark.parametrize(
    ("data", "name", "status"),
    [
        (BIB.replace("A Loom", "RETRACTED: A Loom"), "a.bib", "retracted"),
        (BIB.replace("A Loom", "WITHDRAWN: A Loom"), "a.bib", "withdrawn"),
        (BIB.replace("of Cards", "of Cards [Retracted]"), "a.bib", "retracted"),
        (BIB.replace("year=", "note={Retracted by the author}, year="), "a.bib", "retracted"),
        (RIS.replace("JO  -", "M3  - Retracted Publication\nJO  -"), "a.ris", "retracted"),
        ("PMID- 1\nTI  - A loom of cards.\nFAU - Byron, Ada\nPT  - Retracted Publication\n",
         "a.nbib", "retracted"),
        ('[{"title": "A Loom of Cards", "author": [{"family": "Byron", "given": "Ada"}], '
         '"updated-by": [{"type": "retraction", "DOI": "10.1/x"}]}]', "a.json", "retracted"),
        ('{"title": "A Loom of Cards", "authors": ["Ada Byron"], "is_retracted": true}',
         "a.jsonl", "retracted"),
        ("title,authors,retracted\nA Loom of Cards,Ada Byron,yes\n", "a.csv", "retracted"),
        (BIB.replace("Cards steer", "This paper has been withdrawn by us. Cards steer"), "a.bib",
         "withdrawn"),
        (BIB.replace("A Loom", "Retracted: Why Looms"), "a.bib", "retracted"),
        (BIB, "a.bib", None),
        (BIB.replace("A Loom", "How Retracted Papers Are Cited by a Loom"), "a.bib", None),
        (BIB.replace("Cards steer", "We study retracted papers. Cards steer"), "a.bib", None),
    ],
)  # fmt: skip
def test_a_retraction_is_read_from_what_a_record_says(
    data: str, name: str, status: str | None, library: Assistant
) -> None:
    library.add_bytes(data.encode(), name)
    (paper,) = library.papers()
    assert paper.status == status
    assert "Loom" in paper.title.title()
    assert not paper.title.lower().startswith(("retracted", "withdrawn"))


def test_a_retraction_told_later_is_kept(library: Assistant) -> None:
    library.add_bytes(BIB.encode(), "a.bib")
    library.add_bytes(RIS.replace("A loom", "RETRACTED: A loom").encode(), "b.ris")
    library.add_bytes(RIS.encode(), "c.ris")
    (paper,) = library.papers()
    assert paper.status == "retracted"
