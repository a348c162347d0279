"""Conditions on records, read off a question in the many forms in which people say them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from made_papers import paper

from rag.base.types import Filters
from rag.search.filters import read_filters
from rag.search.mining import mine
from rag.search.months import is_within
from rag.search.names import Names
from rag.search.understood import Understood

TODAY = date(2026, 6, 15)


def read(question: str, names: Names) -> Understood:
    return read_filters(question, names, today=TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "papers by Ada Lovelace",
        "papers by ada lovelace",
        "PAPERS BY ADA LOVELACE",
        "papers by  Ada  Lovelace?",
        "Ada Lovelace's papers",
        "Ada Lovelace’s work",
        '"Ada Lovelace" papers',
        "papers of Ada Lovelace",
        "papers from Ada Lovelace",
        "papers written by Ada Lovelace",
        "papers authored by Ada Lovelace",
        "papers co-authored by Ada Lovelace",
        "papers by author Ada Lovelace",
        "papers by Ms Ada Lovelace",
        "papers with Ada Lovelace as author",
        "Which papers have Ada Lovelace as an author?",
        "papers where Ada Lovelace is an author",
        "author: Ada Lovelace",
        "What has Ada Lovelace written?",
        "Which papers did Ada Lovelace write?",
        "what did Ada Lovelace publish",
        "everything Ada Lovelace wrote",
        "papers by Ada",
        "papers by Ada Lovelac",
        "papers by A. Lovelace",
        "papers by A Lovelace",
        "papers by Lovelace, Ada",
        "papers by Lovelace, A.",
        "Lovelace, Ada: which papers?",
        "papers by Lovelace",
        "papers by lovelace",
        "papers by Lovelase",
        "Lovelace's papers",
        "Lovelace papers",
        "papers by Lovelace et al.",
        "Lovelace et al. on engines",
        "papers by Prof. Lovelace",
        "What has Lovelace written?",
        "What does Lovelace say about engines?",
        "What did Lovelace conclude?",
        "papers by people called Lovelace",
        "What does the work of Lovelace show?",
    ],
)
def test_an_author_is_understood_in_any_common_form(question: str, names: Names) -> None:
    found = read(question, names)
    assert found.filters == Filters(authors=("Ada Lovelace",))
    assert found.words == ["by Ada Lovelace"]


@pytest.mark.parametrize(
    ("asked", "author"),
    [
        ("von Frisch", "Karl von Frisch"),
        ("Frisch", "Karl von Frisch"),
        ("K. von Frisch", "Karl von Frisch"),
        ("Joliot-Curie", "Irène Joliot-Curie"),
        ("irene joliot-curie", "Irène Joliot-Curie"),
        ("I. Joliot-Curie", "Irène Joliot-Curie"),
        ("S. Ramanujan", "S. Ramanujan"),
        ("Srinivasa Ramanujan", "S. Ramanujan"),
        ("ramanujan", "S. Ramanujan"),
        ("G.H. Hardy", "G. H. Hardy"),
        ("G H Hardy", "G. H. Hardy"),
        ("Hypatia", "Hypatia"),
        ("hypatia", "Hypatia"),
        ("Herschel", "Herschel"),
        ("C. Herschel", "Caroline Herschel"),
        ("Marie Curie", "Marie Curie"),
        ("Curie", "Curie"),
    ],
)
def test_names_with_particles_hyphens_accents_and_initials_are_understood(
    asked: str, author: str, names: Names
) -> None:
    assert read(f"papers by {asked}", names).filters == Filters(authors=(author,))


@pytest.mark.parametrize(
    ("question", "author"),
    [
        ("papers by Isaac Newton", "Isaac Newton"),
        ("papers by Newton", "Newton"),
        ("Which papers did Newton write?", "Newton"),
        ("What has Isaac Newton written on light?", "Isaac Newton"),
        ("papers by Isaac Lovelace", "Isaac Lovelace"),
    ],
)
def test_an_author_whom_the_library_lacks_is_still_a_condition(
    question: str, author: str, names: Names
) -> None:
    assert read(question, names).filters.authors == (author,)


@pytest.mark.parametrize(
    ("question", "together", "said"),
    [
        ("papers by Ada Lovelace or Grace Hopper", "any", "by Ada Lovelace or Grace Hopper"),
        (
            "papers by Ada Lovelace and Grace Hopper",
            "all_if_any",
            "by Ada Lovelace and Grace Hopper",
        ),
        ("papers by Lovelace and Hopper", "all_if_any", "by Ada Lovelace and Grace Hopper"),
        (
            "What did Lovelace and Hopper write together?",
            "all",
            "by Ada Lovelace and Grace Hopper",
        ),
        (
            "papers coauthored by Ada Lovelace and Grace Hopper",
            "all",
            "by Ada Lovelace and Grace Hopper",
        ),
    ],
)
def test_several_authors_are_joined_as_the_question_joins_them(
    question: str, together: str, said: str, names: Names
) -> None:
    found = read(question, names)
    assert found.filters.authors == ("Ada Lovelace", "Grace Hopper")
    assert (found.together, found.words) == (together, [said])


def test_a_list_of_authors_is_taken_whole(names: Names) -> None:
    found = read("papers by Ada Lovelace, Grace Hopper and Emmy Noether", names)
    assert found.filters.authors == ("Ada Lovelace", "Grace Hopper", "Emmy Noether")


@pytest.mark.parametrize(
    "question",
    [
        "papers with Ada Lovelace as first author",
        "papers by Ada Lovelace as first author",
        "first-author papers by Ada Lovelace",
        "Which papers have Lovelace as lead author?",
        "papers led by Ada Lovelace",
        "papers first-authored by Lovelace",
        "papers where Ada Lovelace is the first author",
    ],
)
def test_the_first_author_is_told_from_any_author(question: str, names: Names) -> None:
    assert read(question, names).filters == Filters(first_author="Ada Lovelace")


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("from 2019", 2019, 2019),
        ("in 2019", 2019, 2019),
        ("published in 2019", 2019, 2019),
        ("published 2019", 2019, 2019),
        ("dated 2019", 2019, 2019),
        ("of the year 2019", 2019, 2019),
        ("that come from 2019", 2019, 2019),
        ("since 2019", 2019, None),
        ("from 2019 on", 2019, None),
        ("from 2019 onwards", 2019, None),
        ("as of 2019", 2019, None),
        ("starting 2019", 2019, None),
        ("2019 or later", 2019, None),
        ("in or after 2019", 2019, None),
        ("after 2019", 2020, None),
        ("later than 2019", 2020, None),
        ("newer than 2019", 2020, None),
        ("before 2019", None, 2018),
        ("prior to 2019", None, 2018),
        ("older than 2019", None, 2018),
        ("until 2019", None, 2019),
        ("up to 2019", None, 2019),
        ("no later than 2019", None, 2019),
        ("from 2019 or earlier", None, 2019),
        ("between 2017 and 2019", 2017, 2019),
        ("from 2017 to 2019", 2017, 2019),
        ("2017-2019", 2017, 2019),
        ("2017–2019", 2017, 2019),
        ("between 2019 and 2017", 2017, 2019),
        ("in 2019 or 2020", 2019, 2020),
        ("from 2019 and 2020", 2019, 2020),
        ("from the 2010s", 2010, 2019),
        ("from this year", 2026, 2026),
        ("from last year", 2025, 2025),
        ("from the last two years", 2025, 2026),
        ("of the past 3 years", 2024, 2026),
    ],
)
def test_years_are_understood_in_any_common_form(
    words: str, first: int | None, last: int | None, names: Names
) -> None:
    expected = Filters(year_from=first, year_to=last)
    assert read(f"Which papers are {words}?", names).filters == expected
    assert read(f"papers {words}", names).filters == expected


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("since 2017 and before 2020", ["since 2017", "until 2019"]),
        ("after 2016 but until 2019", ["since 2017", "until 2019"]),
    ],
)
def test_two_bounds_are_read_together(words: str, said: list[str], names: Names) -> None:
    found = read(f"Which papers were published {words}?", names)
    assert found.filters == Filters(year_from=2017, year_to=2019)
    assert found.words == said


def test_contradictory_years_stay_contradictory(names: Names) -> None:
    assert read("papers since 2020 before 2015", names).filters == Filters(
        year_from=2020, year_to=2014
    )


def test_years_between_two_alternatives_are_left_out(names: Names) -> None:
    found = read("papers from 2017 or 2020", names)
    assert (found.filters, found.years) == (Filters(year_from=2017, year_to=2020), (2017, 2020))


@pytest.mark.parametrize(
    "question", ["2019", "2019 papers", "Lovelace et al. (2019)", "Lovelace 2019"]
)
def test_a_year_beside_papers_or_after_a_name_is_a_condition(question: str, names: Names) -> None:
    filters = read(question, names).filters
    assert (filters.year_from, filters.year_to) == (2019, 2019)


@pytest.mark.parametrize(
    ("words", "dates"),
    [
        ("from February 2020", ("2020-02", "2020-02")),
        ("in Feb. 2020", ("2020-02", "2020-02")),
        ("published in february of 2020", ("2020-02", "2020-02")),
        ("dated 29 February 2020", ("2020-02-29", "2020-02-29")),
        ("from February 29th, 2020", ("2020-02-29", "2020-02-29")),
        ("from 2020-02-29", ("2020-02-29", "2020-02-29")),
        ("since March 2020", ("2020-03", "")),
        ("from March 2020 on", ("2020-03", "")),
        ("after December 2019", ("2020-01", "")),
        ("after 31 December 2019", ("2020-01-01", "")),
        ("before January 2020", ("", "2019-12")),
        ("until May 2020", ("", "2020-05")),
        ("between May 2019 and March 2020", ("2019-05", "2020-03")),
        ("from May to July 2019", ("2019-05", "2019-07")),
        ("from this month", ("2026-06", "2026-06")),
        ("from last month", ("2026-05", "2026-05")),
        ("of the last 8 months", ("2025-11", "2026-06")),
    ],
)
def test_months_and_days_are_understood(words: str, dates: tuple[str, str], names: Names) -> None:
    found = read(f"papers {words}", names)
    assert found.dates == dates
    assert found.filters.year_from == (int(dates[0][:4]) if dates[0] else None)
    assert found.filters.year_to == (int(dates[1][:4]) if dates[1] else None)
    assert not found.rest.replace("papers", "").strip()


@pytest.mark.parametrize("words", ["that may help", "in the march of engines", "from May"])
def test_words_that_look_like_months_are_none(words: str, names: Names) -> None:
    assert read(f"papers {words}", names).dates == ("", "")


@pytest.mark.parametrize(
    ("known", "bounds", "within"),
    [
        ("2020-02-29", ("2020-02", "2020-02"), True),
        ("2020-02", ("2020-02", "2020-03"), True),
        ("2020-03-01", ("2020-02", "2020-02"), False),
        ("2020-01-31", ("2020-02", ""), False),
        ("2021", ("2020-02", ""), True),
        ("2020", ("2020-02", ""), False),
        ("2020", ("", "2020-06"), False),
        ("2019", ("", "2020-06"), True),
        (None, ("2020-02", ""), False),
    ],
)
def test_a_date_counts_only_when_it_certainly_lies_within(
    known: str | None, bounds: tuple[str, str], within: bool
) -> None:
    assert is_within(known, bounds) is within


@pytest.mark.parametrize(
    ("words", "limit", "sort"),
    [
        ("the two newest papers", 2, "newest"),
        ("the 3 most recent papers", 3, "newest"),
        ("the latest five papers", 5, "newest"),
        ("the last 3 papers", 3, "newest"),
        ("top 3 papers", 3, "score"),
        ("top ten papers by score", 10, "score"),
        ("top 3 papers by date", 3, "newest"),
        ("the 4 highest-rated papers", 4, "score"),
        ("papers of the last 3 years", None, None),
        ("the newest paper", None, "newest"),
        ("two papers", None, None),
    ],
)
def test_how_many_of_a_sorted_list_are_wanted_is_understood(
    words: str, limit: int | None, sort: str | None, names: Names
) -> None:
    found = read(f"Show me {words}", names)
    assert (found.limit, found.sort) == (limit, sort)


@pytest.mark.parametrize(
    "question",
    [
        "papers in category LG",
        "papers in the LG category",
        "category: LG",
        "LG papers",
        "papers in LG",
        "cs.LG papers",
        "papers in cs.LG",
        "Which papers belong to LG?",
        "machine learning papers",
        "papers in machine learning",
        "papers from the machine learning category",
        "papers on the subject of machine learning",
    ],
)
def test_a_category_is_understood_by_code_and_by_name(question: str, names: Names) -> None:
    assert read(question, names).filters == Filters(categories=("LG",))


def test_a_category_that_no_paper_has_is_not_a_condition(names: Names) -> None:
    assert read("computer vision papers", names).filters.is_empty


@pytest.mark.parametrize(
    "words",
    [
        "with code",
        "having code",
        "that have code",
        "that release code",
        "that released their code",
        "that come with code",
        "that publish code",
        "that share their code",
        "that open-source their code",
        "with public code",
        "with source code",
        "with open source code",
        "with code available",
        "whose code is available",
    ],
)
def test_released_code_is_a_condition(words: str, names: Names) -> None:
    assert read(f"papers {words}", names).filters == Filters(has_code=True)


@pytest.mark.parametrize(
    "words",
    [
        "without code",
        "with no code",
        "lacking code",
        "that have no code",
        "that do not have code",
        "that do not release code",
        "that don't release code",
        "that have not released code",
        "not releasing code",
        "whose code is not available",
    ],
)
def test_missing_code_is_a_condition(words: str, names: Names) -> None:
    found = read(f"papers {words}", names)
    assert (found.filters, found.without) == (Filters(has_code=False), Filters())
    assert found.words == ["without code"]


def test_with_code_and_without_is_no_paper_at_all(names: Names) -> None:
    found = read("papers with code without code", names)
    assert (found.filters, found.without) == (Filters(has_code=False), Filters(has_code=False))


@pytest.mark.parametrize(
    ("question", "orgs"),
    [
        ("papers from Brno", ("brno",)),
        ("papers from the Sorbonne", ("sorbonne",)),
        ("Brno papers", ("brno",)),
        ("papers by bell-labs", ("bell-labs",)),
        ("papers from Bell Labs", ("bell-labs",)),
        ("Which Bell Labs papers are there?", ("bell-labs",)),
        ("papers from Bell since 2016", ("bell-labs",)),
        ("Which papers are affiliated with Caltech?", ("caltech",)),
        ("papers by people at caltech", ("caltech",)),
        ("papers with authors from Caltech", ("caltech",)),
        ("papers from Caltech or Cambridge", ("caltech", "cambridge")),
        ("papers affiliated with Harvard", ("Harvard",)),
        ("show me all papers with a caltech affiliation", ("caltech",)),
        ("papers by caltech authors", ("caltech",)),
        ("papers from Royal Brno", ("brno",)),
    ],
)
def test_organisations_are_understood(question: str, orgs: tuple[str, ...], names: Names) -> None:
    assert read(question, names).filters.orgs == orgs


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ("with a score of at least 80", 80.0),
        ("with a score of 80 or more", 80.0),
        ("with score >= 80", 80.0),
        ("with a score above 80", math.nextafter(80, 90)),
        ("with score > 80", math.nextafter(80, 90)),
        ("scoring over 80", math.nextafter(80, 90)),
        ("rated above 80", math.nextafter(80, 90)),
    ],
)
def test_a_least_score_is_a_condition(words: str, least: float, names: Names) -> None:
    assert read(f"papers {words}", names).filters == Filters(score_from=least)


def test_scores_lie_between_two_bounds(names: Names) -> None:
    found = read("papers scoring between 80 and 90", names)
    assert found.filters == Filters(score_from=80.0)
    assert found.without == Filters(score_from=math.nextafter(90, 100))
    assert found.words == ["with a score from 80 to 90"]


def test_a_score_below_leaves_out_what_is_above_and_what_has_none(names: Names) -> None:
    found = read("papers with a score below 80", names)
    assert found.filters == Filters(score_from=0.0)
    assert found.without == Filters(score_from=80.0)


@pytest.mark.parametrize(
    ("words", "sort"),
    [
        ("newest paper", "newest"),
        ("latest papers", "newest"),
        ("most recent papers", "newest"),
        ("papers sorted by date", "newest"),
        ("oldest paper", "oldest"),
        ("earliest paper", "oldest"),
        ("paper with the highest score", "score"),
        ("best scored paper", "score"),
        ("top-rated paper", "score"),
        ("highest-scoring paper", "score"),
        ("papers sorted by score", "score"),
        ("paper with the lowest score", "lowest_score"),
        ("paper with the worst score", "lowest_score"),
        ("first paper by Grace Hopper", "oldest"),
        ("very first paper of Grace Hopper", "oldest"),
        ("first paper on bees", "oldest"),
        ("last paper by Grace Hopper", "newest"),
        ("paper with the most authors", "most_authors"),
        ("paper with the longest author list", "most_authors"),
        ("paper with the fewest authors", "fewest_authors"),
    ],
)
def test_the_order_is_understood(words: str, sort: str, names: Names) -> None:
    assert read(f"What is the {words}?", names).sort == sort


@pytest.mark.parametrize(
    ("question", "sort"),
    [
        ("What was Grace Hopper's first paper?", "oldest"),
        ("What did Grace Hopper publish first?", "oldest"),
        ("what did Hopper write last", "newest"),
        ("Which paper by Hopper was the first to explain errors?", None),
        ("papers whose first author is Hopper", None),
        ("What does the first paper show?", None),
        ("Is the last paper from 2019?", None),
    ],
)
def test_the_first_and_the_last_of_somebody_are_the_oldest_and_the_newest(
    question: str, sort: str | None, names: Names
) -> None:
    assert read(question, names).sort == sort


@pytest.mark.parametrize(
    ("question", "without", "said"),
    [
        ("papers not by Ada Lovelace", {"authors": ("Ada Lovelace",)}, "not by Ada Lovelace"),
        ("papers not written by Hopper", {"authors": ("Grace Hopper",)}, "not by Grace Hopper"),
        ("Which papers were not written by Grace Hopper?", {"authors": ("Grace Hopper",)}, ""),
        ("papers except those by Hopper", {"authors": ("Grace Hopper",)}, ""),
        ("papers excluding Ada Lovelace", {"authors": ("Ada Lovelace",)}, ""),
        ("papers not from 2019", {"year_from": 2019, "year_to": 2019}, "not from 2019"),
        ("Which papers are not from 2019?", {"year_from": 2019, "year_to": 2019}, ""),
        ("papers that are not from Brno", {"orgs": ("brno",)}, "not from brno"),
        ("papers not in category LG", {"categories": ("LG",)}, "not in category LG"),
    ],
)
def test_what_stands_after_not_is_left_out(
    question: str, without: dict[str, object], said: str, names: Names
) -> None:
    found = read(question, names)
    assert found.filters.is_empty
    assert found.without == Filters(**without)  # type: ignore[arg-type]
    assert said in " ".join(found.words)


def test_conditions_of_every_kind_are_read_together(names: Names) -> None:
    question = "List LG papers by Mendel or Hopper from Brno since 2020 with code, not by Noether"
    found = read(question, names)
    assert found.filters == Filters(
        year_from=2020,
        authors=("Gregor Mendel", "Grace Hopper"),
        categories=("LG",),
        orgs=("brno",),
        has_code=True,
    )


@pytest.mark.parametrize(
    "question",
    [
        "How does LOOM weave?",
        "By how much do errors fall?",
        "What is the effect of weight decay?",
        "the cost of from-scratch training",
        "Which methods are used by the models of 2.5 million stars?",
        "papers about code generation",
        "papers on source code models",
        "papers that have code generation as a goal",
        "who wrote the code for LOOM?",
        "a vision of the future",
        "methods of machine learning",
        "it is in meta learning",
        "What do the authors of PEAS-7 say in their paper?",
        "How is the score function learned?",
        "papers about Bernoulli numbers",
        "Bees dance in the dark by touch",
        "Is chess won by a paper machine?",
        "What happened in room 2020?",
        "Is a card a table?",
    ],
)
def test_words_of_a_topic_are_no_condition(question: str, names: Names) -> None:
    found = read(question, names)
    assert found.filters.is_empty
    assert found.without.is_empty
    assert found.sort is None


def test_the_words_of_a_condition_leave_the_topic(names: Names) -> None:
    found = read("papers on radon by Marie Curie since 2020", names)
    assert found.rest.split() == ["papers", "on", "radon", "by"]


def test_many_names_are_all_taken_and_said_in_short(names: Names) -> None:
    people = [f"Anna B{first}{second}" for first in "abcdefghij" for second in "klmnopqrst"]
    found = read(f"papers by {', '.join(people)}", names)
    assert found.filters.authors == tuple(people)
    assert found.words[0].endswith("Anna Bao and 95 more")


@pytest.mark.parametrize(
    "question", ["Why does Adam work better than SGD?", "When does Adam converge?"]
)
def test_a_method_that_bears_a_given_name_is_no_person(question: str) -> None:
    said = "Adam converges faster than SGD."
    names = mine([replace(paper(1), authors=("Adam Weaver",), title="Optimizers", abstract=said)])
    assert read(question, names).filters == Filters()
    assert read("papers by Adam", names).filters.authors == ("Adam Weaver",)
    assert read("What has Adam written?", names).filters.authors == ("Adam Weaver",)
