"""Words about papers that come from their records."""

from __future__ import annotations

import dataclasses

import pytest

from rag.answer import records
from rag.base.types import Paper


@pytest.mark.parametrize(
    ("author", "family"),
    [
        ("Nikhil Vyas", "Vyas"),
        ("Vyas, N.", "Vyas"),
        ("Karl von Frisch", "von Frisch"),
        ("J. van der Berg", "van der Berg"),
        ("Irène Joliot-Curie", "Joliot-Curie"),
        ("G. H. Hardy", "Hardy"),
        ("Martin Luther King Jr.", "King Jr."),
        ("Hypatia", "Hypatia"),
        ("山田 花子", "山田"),
        ("王小明", "王小明"),
        ("", ""),
    ],
)
def test_a_family_name_keeps_its_particles(author: str, family: str) -> None:
    assert records.family_name(author) == family


@pytest.mark.parametrize(
    ("authors", "more", "said"),
    [
        ((), False, ""),
        (("Hypatia",), False, "Hypatia"),
        (("Hypatia",), True, "Hypatia et al."),
        (("Ada Lovelace", "Charles Babbage"), False, "Lovelace and Babbage"),
        (("Ada Lovelace", "Charles Babbage"), True, "Lovelace et al."),
        (("A B", "C D", "E F"), False, "B et al."),
    ],
)
def test_authors_in_short(authors: tuple[str, ...], more: bool, said: str) -> None:
    assert records.people(Paper("p", "T", authors, more_authors=more)) == said


@pytest.mark.parametrize(
    ("authors", "more", "said"),
    [
        ((), False, ""),
        (("A B",), False, "A B"),
        (("A B", "C D"), False, "A B and C D"),
        (("A B", "C D", "E F"), False, "A B, C D and E F"),
        (("A B", "C D", "E F"), True, "A B, C D, E F et al."),
    ],
)
def test_all_authors_as_a_phrase(authors: tuple[str, ...], more: bool, said: str) -> None:
    assert records.all_authors(Paper("p", "T", authors, more_authors=more)) == said


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("LOOM: Weaving Programs onto Punched Cards", "LOOM"),
        ("Dancing in the Dark: How Bees Report Distance", "Dancing in the Dark"),
        ("A Ten Year Record of Gases: Part One", "A Ten Year Record of Gases: Part One"),
        ("Conic Sections", "Conic Sections"),
    ],
)
def test_a_paper_is_called_by_what_stands_before_the_colon(title: str, short: str) -> None:
    assert records.short_title(Paper("p", title)) == short


def test_a_paper_without_title_is_called_by_its_first_words() -> None:
    paper = Paper("p", "", abstract="We find that bees dance in the dark on combs all day long.")
    assert records.lead(paper) == "Untitled: We find that bees dance in the dark on…"


@pytest.mark.parametrize(
    ("date", "said"),
    [(None, ""), ("2024", "2024"), ("2024-02", "February 2024"), ("2024-02-02", "2 February 2024")],
)
def test_a_date_is_said_as_far_as_it_is_known(date: str | None, said: str) -> None:
    assert records.long_date(Paper("p", "T", date=date)) == said


def test_an_entry_of_a_list_leaves_out_what_is_unknown(loom: Paper, bare: Paper) -> None:
    assert records.entry(loom, with_score=True) == (
        "LOOM: Weaving Programs onto Punched Cards "
        "(Ada Lovelace and Charles Babbage, 5 March 2019, score 81.5, with code)"
    )
    assert records.entry(bare, with_score=True) == "Conic Sections"


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (("authors",), "LOOM was written by Ada Lovelace and Charles Babbage."),
        (
            ("authors", "date"),
            "LOOM was written by Ada Lovelace and Charles Babbage and is dated 5 March 2019.",
        ),
        (("code",), "LOOM is listed with code."),
        (("author_count",), "LOOM has 2 authors."),
        (("orgs",), "LOOM is listed under analytical-society."),
        (("category",), "LOOM is in category PL."),
        (("score",), "LOOM has a score of 81.5 in its record."),
        (("code", "score"), "LOOM is listed with code and has a score of 81.5 in its record."),
    ],
    ids="-".join,
)
def test_what_is_asked_is_said_in_one_sentence(
    asks: tuple[str, ...], said: str, loom: Paper
) -> None:
    assert records.facts_sentence(dataclasses.replace(loom, title="LOOM"), asks) == said


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        (("authors",), "Conic Sections names no authors."),
        (("date",), "Conic Sections names no authors and has no date in its record."),
        (("code",), "Conic Sections is listed without code."),
        (("orgs",), "Conic Sections names no organisation in its record."),
        (("category",), "Conic Sections has no category in its record."),
        (("score",), "Conic Sections has no score in its record."),
    ],
    ids="-".join,
)
def test_what_the_record_does_not_say_is_said_to_be_missing(
    asks: tuple[str, ...], said: str, bare: Paper
) -> None:
    assert records.facts_sentence(bare, asks) == said


def test_a_year_that_was_worked_out_is_told_from_a_printed_one(loom: Paper) -> None:
    inferred = dataclasses.replace(loom, date_inferred=True)
    assert "(the listing prints no year)" in records.facts_sentence(inferred, ("date",))
    assert "(the listing" not in records.facts_sentence(loom, ("date",))


def test_the_stop_of_et_al_is_not_doubled(loom: Paper) -> None:
    more = dataclasses.replace(loom, more_authors=True)
    assert records.facts_sentence(more, ("authors",)).endswith("Charles Babbage et al.")


def test_the_key_sentence_says_what_the_paper_does(loom: Paper, radon: Paper, bare: Paper) -> None:
    assert loom.abstract[slice(*records.key_span(loom))].startswith("We introduce LOOM")
    assert radon.abstract[slice(*records.key_span(radon))].startswith("Radon gathers")
    assert records.key_span(bare) == (0, 0)
