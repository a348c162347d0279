"""Conditions that were understood and are taken away again: each exactly, and nothing else."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.assistant import Assistant
from rag.base.errors import QuestionError
from rag.base.types import Answer, Citation, Filters, Paper, QueryPlan
from rag.search.names import Names
from rag.search.narrow import narrowed
from rag.search.plan import make_plan

CONDITIONS = {
    "by Ada Lovelace": "by Ada Lovelace",
    "since 2019": "since 2019",
    "until 2022": "before 2023",
    "with code": "with code",
    "with a score above 70": "with a score above 70",
    "with a score below 85": "with a score below 85",
    "in category PL": "in category PL",
    "not from 2020": "not from 2020",
    "not by Alan Turing": "not by Alan Turing",
    "newest first": "sorted by date",
}  # how each is said, and how it is asked


def plan(question: str, names: Names, *ignoring: str) -> QueryPlan:
    return make_plan(question, (), names, ignoring)


def answer(*papers: Paper, **fields: object) -> Answer:
    citations = tuple(Citation(i, paper, "", 0, 0) for i, paper in enumerate(papers, start=1))
    bare = Answer("q", "answered", "extractive", citations=citations)
    return dataclasses.replace(bare, **fields)  # type: ignore[arg-type]


def restrictions(found: QueryPlan) -> dict[str, object]:
    """All of a plan that restricts or orders papers."""
    fields = "filters without together dates years without_years phrases without_phrases sort limit"
    return {name: getattr(found, name) for name in fields.split()}


@pytest.mark.parametrize(
    ("question", "said", "left"),
    [
        ("papers by Ada Lovelace on cards", "by Ada Lovelace", "papers on cards"),
        ("papers by Ada Lovelace and Grace Hopper", "by Ada Lovelace and Grace Hopper", "papers"),
        ("papers that Lovelace and Babbage wrote together", None, "papers"),
        ("papers with code from 2019", "with code", "papers from 2019"),
        ("papers since 2019 and before 2022", "since 2019", "papers before 2022"),
        ("papers since 2019 and before 2022", "until 2021", "papers since 2019"),
        ("papers from 2019 with code", "from 2019", "papers with code"),
        ("papers from 2015 or 2017 with code", "from 2015 or 2017", "papers with code"),
        ("papers from March 2024 with code", "from 2024-03", "papers with code"),
        ("papers not from 2022 with code", "not from 2022", "papers with code"),
        ("papers not from 2015 or 2017 with code", "not from 2015 or 2017", "papers with code"),
        ("papers on cards in category PL", "in category PL", "papers on cards"),
        ("papers from Bell Labs on codes", "from bell-labs", "papers on codes"),
        ("papers on codes except those from Bell Labs", "not from bell-labs", "papers on codes"),
        ("papers not by Turing since 2019", "not by Alan Turing", "papers since 2019"),
        ("papers with a score above 70 from 2021", "with a score above 70", "papers from 2021"),
        ("papers scored between 60 and 80", "with a score from 60 to 80", "papers"),
        (
            "papers from 2015 with “bees” in the title",
            "from 2015",
            "papers with “bees” in the title",
        ),
        ("papers about codes but not about fevers", "not about “fevers”", "papers about codes"),
        ("the 3 newest papers by Hopper", "newest first", "the papers by Hopper"),
        ("top 3 papers with code", "highest score first", "papers with code"),
    ],
)
def test_what_is_left_is_the_question_without_the_condition(
    question: str, said: str | None, left: str, names: Names
) -> None:
    whole = plan(question, names)
    said = said or whole.understood[0]
    found, expected = plan(question, names, said), plan(left, names)
    assert restrictions(found) == restrictions(expected)
    assert found.topic == expected.topic
    assert found.understood == tuple(w for w in whole.understood if w != said)
    assert (found.ignored, whole.ignored) == ((said,), ())
    assert found.question == question


def asking(stated: set[str]) -> str:
    """A question that states these conditions."""
    return "papers " + ", ".join(words for said, words in CONDITIONS.items() if said in stated)


@settings(deadline=None)  # the first question compiles its patterns
@given(
    stated=st.sets(st.sampled_from(sorted(CONDITIONS)), min_size=1),
    data=st.data(),
)
def test_any_of_several_conditions_can_be_taken_away(
    stated: set[str], data: st.DataObject, names: Names
) -> None:
    ignored = data.draw(st.sets(st.sampled_from(sorted(stated))))
    assert set(plan(asking(stated), names).understood) == stated
    found = plan(asking(stated), names, *sorted(ignored))
    assert restrictions(found) == restrictions(plan(asking(stated - ignored), names))
    assert set(found.understood) == stated - ignored
    assert set(found.ignored) == ignored


def test_the_words_of_the_condition_are_not_searched_for(names: Names) -> None:
    asked = "Which papers by Ada Lovelace and Grace Hopper are about cards?"
    found = plan(asked, names, "by Ada Lovelace and Grace Hopper")
    assert found.query == "Which papers are about cards?"


def test_joint_authors_are_taken_away_as_the_answer_told_them(
    history: Assistant, names: Names
) -> None:
    asked = "papers by Ada Lovelace and Grace Hopper since 2019"
    told = narrowed(plan(asked, names), history._store).understood
    assert told[0] == "by Ada Lovelace or Grace Hopper"
    assert plan(asked, names, told[0]).filters == Filters(year_from=2019)


def test_a_corrected_word_is_taken_as_it_was_written(names: Names) -> None:
    asked = "What do eartquakes tell?"
    (said,) = plan(asked, names).understood
    found = plan(asked, names, said)
    assert (found.query, found.understood, found.ignored) == (asked, (), (said,))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("papers by Ada Lovelace since 2019", "“by Ada Lovelace”, “since 2019”"),
        ("What do bees dance on?", "It states no condition."),
        ("hello", "It states no condition."),
    ],
)
def test_what_was_not_understood_cannot_be_ignored(question: str, told: str, names: Names) -> None:
    with pytest.raises(QuestionError) as caught:
        plan(question, names, "by Isaac Newton")
    assert "“by Isaac Newton”" in str(caught.value)
    assert told in str(caught.value)


def test_where_nothing_is_left_the_message_says_without_what(names: Names) -> None:
    with pytest.raises(QuestionError, match="Without “newest first”, this question names nothing"):
        plan("What is the newest paper?", names, "newest first")


# --- in a conversation ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loom(papers: list[Paper]) -> Paper:
    return next(p for p in papers if p.title.startswith("LOOM"))


@pytest.mark.parametrize(
    ("ignored", "filters", "said"),
    [
        ("by Grace Hopper", Filters(year_from=2023, year_to=2023), ("from 2023",)),
        ("from 2023", Filters(authors=("Grace Hopper",)), ("by Grace Hopper",)),
    ],
)
def test_a_question_that_goes_on_still_does(
    ignored: str, filters: Filters, said: tuple[str, ...], names: Names
) -> None:
    before = [("Which papers are by Hopper from 2019?", answer())]
    found = make_plan("And in 2023?", before, names, [ignored])
    assert (found.intent, found.filters, found.understood) == ("list", filters, said)
    assert found.ignored == (ignored,)


def test_what_was_taken_away_before_stays_away(names: Names) -> None:
    asked = "papers by Hopper with code"
    before = answer(plan=plan(asked, names, "by Grace Hopper"))
    found = make_plan("And in 2023?", [(asked, before)], names)
    assert found.understood == ("with code", "from 2023")
    assert found.filters == Filters(year_from=2023, year_to=2023, has_code=True)
    assert found.ignored == ()


def test_the_paper_in_focus_can_be_taken_away(names: Names, loom: Paper) -> None:
    before = [("What is LOOM?", answer(loom))]
    said = make_plan("How many cards does it need?", before, names).understood
    assert said == ("about LOOM",)
    found = make_plan("How many cards does it need?", before, names, said)
    assert (found.filters, found.named, found.topic) == (Filters(), (), "cards need")


@pytest.mark.parametrize("place", [0, 1])
def test_the_authors_and_the_papers_left_out_can_be_taken_away(
    place: int, names: Names, loom: Paper
) -> None:
    before = [("What is LOOM?", answer(loom))]
    asked = "What else did they write since 2019?"
    whole = make_plan(asked, before, names)
    by, left_out = (w for w in whole.understood if w != "since 2019")
    found = make_plan(asked, before, names, [(by, left_out)[place]])
    assert found.filters.authors == (whole.filters.authors if place else ())
    assert found.without.ids == (() if place else (loom.id,))
    assert found.filters.year_from == 2019
