"""Which records are the same paper, and which value wins."""

from __future__ import annotations

import dataclasses
import re

import pytest

from rag.base.types import Paper, Source
from rag.ingest.merge import citekey, identity_key, merge, paper_id, together

LISTING = Source("listing", "page.txt", "line 1")
TABLE = Source("jsonl", "table.jsonl", "line 7")


def record(**fields: object) -> Paper:
    plain = {"id": "", "title": "On Weaving", "authors": ("Ada Lovelace",), "sources": (LISTING,)}
    return Paper(**{**plain, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        record(title="ON WEAVING"),
        record(title="On  weaving!"),
        record(authors=("Lovelace, Ada",)),
        record(authors=("A. Lovelace", "Charles Babbage")),
        record(abstract="Another text.", date="2020"),
    ],
    ids=["case", "punctuation", "name turned", "initial and co-author", "text and date"],
)
def test_title_and_family_name_of_the_first_author_make_a_paper(other: Paper) -> None:
    assert identity_key(other) == identity_key(record())


@pytest.mark.parametrize(
    "other",
    [
        record(title="On Weaving Cards"),
        record(authors=("Charles Babbage", "Ada Lovelace")),
        record(authors=()),
        record(title=""),
    ],
    ids=["title", "first author", "no author", "no title"],
)
def test_other_papers_stay_apart(other: Paper) -> None:
    assert identity_key(other) != identity_key(record())


def test_a_record_without_title_is_known_by_its_text() -> None:
    first, second = (record(title="", abstract=t) for t in ("We weave.", " We  WEAVE"))
    assert identity_key(first) == identity_key(second)
    assert identity_key(first) != identity_key(record(title="", abstract="We knit."))


def test_ids_are_short_stable_and_told_apart() -> None:
    assert paper_id("title:on weaving|lovelace") == "6a657faa733f"
    assert len({paper_id(str(i)) for i in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (record(date="2019-03-05"), "lovelace2019weaving"),
        (record(title="The Way of a Loom", date="2019"), "lovelace2019way"),
        (record(authors=("Karl von Frisch",), date="2015"), "vonfrisch2015weaving"),
        (record(authors=("Vyas, N.",)), "vyasweaving"),
        (record(authors=()), "anonweaving"),
        (record(title="", authors=()), "anonpaper"),
        (record(title="Über Gödel", date="2020"), "lovelace2020uber"),
    ],
    ids=["plain", "stop word", "particle", "no date", "no author", "nothing", "accents"],
)
def test_a_citekey_is_family_name_year_and_first_word(paper: Paper, key: str) -> None:
    assert citekey(paper, set[str]().__contains__) == key


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("LOOM: 카드로 짜는 법 for Weavers", "loom2025weavers"),
        ("基于LOOM的织布方法", "loom2025"),
        ("2024年のPISCESとLOOM", "pisces2025loom"),
        ("织布方法研究", "paper2025"),
    ],
    ids=["words", "inside a word", "number first", "none"],
)
def test_words_of_the_title_stand_for_authors_in_other_letters(title: str, key: str) -> None:
    paper = record(title=title, authors=("山田 花子", "Ada Lovelace"), date="2025")
    assert citekey(paper, set[str]().__contains__).startswith(key)


def test_records_without_latin_letters_have_keys_of_their_own_in_any_library() -> None:
    one, other = (record(title=t, authors=("张伟",), date="2025") for t in ("织布", "纺织"))
    alone = citekey(other, set[str]().__contains__)
    assert alone == citekey(other, {citekey(one, set[str]().__contains__)}.__contains__)
    assert re.fullmatch("paper2025[0-9a-f]{4}", alone)


def test_a_citekey_is_never_given_twice() -> None:
    taken: set[str] = set()
    for _ in range(4):
        taken.add(citekey(record(), taken.__contains__))
    assert taken == {f"lovelaceweaving{i}" for i in ("", 2, 3, 4)}


def test_another_source_adds_what_was_missing_and_changes_nothing_else() -> None:
    known = record(date="2019-03", abstract="We weave cards.", orgs=("a",), citekey="key")
    other = record(
        sources=(TABLE,),
        date="2020",
        venue="Engines",
        abstract="We.",
        orgs=("b", "a"),
        has_code=True,
    )
    merged = merge(known, other)
    assert merged == dataclasses.replace(
        known, venue="Engines", orgs=("a", "b"), has_code=True, sources=(LISTING, TABLE)
    )


@pytest.mark.parametrize(
    ("known", "other", "merged"),
    [
        ({"date": None}, {"date": "2019"}, ("2019", False)),
        ({"date": "2019"}, {"date": "2019-03-05"}, ("2019-03-05", False)),
        ({"date": "2019-03-05"}, {"date": "2019"}, ("2019-03-05", False)),
        ({"date": "2019"}, {"date": "2020-01"}, ("2019", False)),
        (
            {"date": "2020-05-28", "date_inferred": True},
            {"date": "2019-05-28"},
            ("2019-05-28", False),
        ),
        ({"date": "2019"}, {"date": "2019-05-28", "date_inferred": True}, ("2019-05-28", True)),
        ({"date": "2019-05"}, {"date": None}, ("2019-05", False)),
    ],
    ids=["missing", "fuller", "shorter", "other", "printed", "fuller inferred", "none"],
)
def test_the_fullest_and_surest_date_wins(
    known: dict[str, object], other: dict[str, object], merged: tuple[str, bool]
) -> None:
    found = merge(record(**known), record(sources=(TABLE,), **other))
    assert (found.date, found.date_inferred) == merged


def test_more_authors_and_a_longer_text_win() -> None:
    both = ("Ada Lovelace", "Charles Babbage")
    known = record(abstract="We weave.", more_authors=True)
    merged = merge(known, record(sources=(TABLE,), authors=both, abstract="We weave cards."))
    assert (merged.authors, merged.more_authors) == (both, False)
    assert merged.abstract == "We weave cards."


def test_the_same_source_read_again_brings_its_newest_values() -> None:
    known = record(score=70.0, abstract="We weave many cards.", date="2019-01-01")
    again = record(score=81.5, abstract="We weave.", date="2019-02-01")
    merged = merge(known, again)
    assert (merged.score, merged.abstract, merged.date) == (81.5, "We weave.", "2019-02-01")


def test_one_of_several_sources_read_again_changes_nothing() -> None:
    first, second = (
        record(abstract="We weave many cards."),
        record(abstract="We weave.", sources=(TABLE,)),
    )
    known = merge(first, second)
    assert merge(known, second) == known
    assert merge(known, first) == known


def test_merging_twice_changes_nothing_more() -> None:
    known, other = record(date="2019"), record(sources=(TABLE,), venue="Engines", date="2019-03")
    once = merge(known, other)
    assert merge(once, other) == once


def test_records_read_together_are_one_whatever_is_known() -> None:
    short = record(abstract="We weave.", has_code=True)
    full = record(abstract="We weave cards.", sources=(TABLE,), date="2019")
    one = together([short, full])
    assert (one.abstract, one.has_code, one.date) == ("We weave cards.", True, "2019")
    assert one.sources == (LISTING, TABLE)
    assert merge(one, together([short, full])) == one
