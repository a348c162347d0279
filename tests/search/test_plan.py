"""What is understood of a question: intent, named papers, topic, sides, and the conversation."""

from __future__ import annotations

import dataclasses

import pytest

from rag.base.errors import QuestionError
from rag.base.types import Answer, Citation, Filters, Paper, QueryPlan
from rag.search.names import Names
from rag.search.plan import MAX_QUERY, MAX_QUESTION, is_bibliographic, make_plan, split_sides


def plan(question: str, names: Names, *history: tuple[str, Answer]) -> QueryPlan:
    return make_plan(question, history, names)


def answer(*papers: Paper) -> Answer:
    citations = tuple(Citation(i, paper, "", 0, 0) for i, paper in enumerate(papers, start=1))
    return Answer("q", "answered", "extractive", citations=citations)


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("How many cards does LOOM need?", "fact"),
        ("What is LOOM?", "fact"),
        ("How many papers are from 2019?", "count"),
        ("What is the number of papers with code?", "count"),
        ("Compare LOOM and PISCES.", "compare"),
        ("LOOM versus PISCES", "compare"),
        ("LOOM versus PISCES.", "compare"),
        ("The main differences between LOOM and PISCES.", "compare"),
        ("Set side by side the cards of LOOM and PISCES.", "compare"),
        ("LOOM halves the errors compared to PISCES.", "fact"),
        ("LOOM differs from PISCES in its cards.", "fact"),
        ("LOOM needs fewer cards than PISCES.", "fact"),
        ("Does LOOM need fewer cards than PISCES?", "compare"),
        ("LOOM vs. PISCES", "compare"),
        ("What is the difference between LOOM and PISCES?", "compare"),
        ("What do LOOM and PISCES have in common?", "compare"),
        ("How do LOOM and PISCES save space?", "compare"),
        ("LOOM or PISCES: which needs less space?", "compare"),
        ("Is LOOM better than cards or columns?", "fact"),
        ("Which papers are about bees?", "list"),
        ("List everything on bees: which studies are there?", "list"),
        ("recent work on bees", "list"),
        ("Do I have anything about bees?", "list"),
        ("Is there research on bees?", "list"),
        ("What is there on bees?", "list"),
        ("what have people written about bees", "list"),
        ("studies of bees", "list"),
        ("which of them are about bees?", "list"),
        ("Research on bees shows what?", "fact"),
        ("Tell me about bees", "fact"),
        ("What is there in a loom?", "fact"),
        ("which of them is faster?", "fact"),
        ("Papers by Grace Hopper", "list"),
        ("Grace Hopper", "list"),
        ("Hopper 2023", "list"),
        ("What has Grace Hopper written?", "list"),
        ("Which paper introduces LOOM?", "lookup"),
        ("Who wrote PEAS-7?", "lookup"),
        ("What is the newest paper?", "lookup"),
        ("Which of the papers by Hopper is the oldest?", "lookup"),
        ("Which of the papers by Hopper are the oldest?", "list"),
        ("What's new on bees?", "list"),
        ("What is the newest on bees?", "lookup"),
        ("hello", "small_talk"),
        ("Thank you!", "small_talk"),
    ],
)
def test_the_intent_is_understood(question: str, intent: str, names: Names) -> None:
    assert plan(question, names).intent == intent


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Who wrote PEAS-7?", ("authors",)),
        ("Who are the authors of PEAS-7?", ("authors",)),
        ("Who introduced LOOM?", ("authors",)),
        ("PEAS-7 was written by whom?", ("authors",)),
        ("When was LOOM published?", ("date",)),
        ("Who wrote LOOM and when?", ("authors", "date")),
        ("How many authors does LOOM have?", ("author_count",)),
        ("How many people wrote LOOM?", ("author_count",)),
        ("What is the number of authors of LOOM?", ("authors", "author_count")),
        ("Which paper has the fewest authors?", ()),
        ("From what year is LOOM?", ("date",)),
        ("Does LOOM release code?", ("code",)),
        ("Which university is LOOM from?", ("orgs",)),
        ("Which company runs LOOM?", ()),
        ("What category is LOOM in?", ("category",)),
        ("What score does LOOM have?", ("score",)),
        ("How many cards does LOOM need?", ()),
    ],
)
def test_facts_of_the_record_are_asked_for(
    question: str, asks: tuple[str, ...], names: Names
) -> None:
    assert plan(question, names).asks == asks


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("What is LOOM?", ["LOOM"]),
        ("what is loom?", ["LOOM"]),
        ("How good is FLOWTALK?", ["Compilers"]),
        ("How good is FT?", ["Compilers"]),
        ("What is an SPT-based simulator?", ["Conserved"]),
        ("Summarise compilers that explain their errors", ["Compilers"]),
        ("What does Dancing in the Dark find?", ["Dancing"]),
        ("What does the Trace Gases paper find?", ["Trace"]),
        ("Compare PISCES and LOOM", ["PISCES", "LOOM"]),
        ("Compare the Inner Shadow with An Inner Shadow and LOOM", ["An", "LOOM"]),
        ("What is SEQSCAN?", []),
        ("Which gases are traced in sealed rooms?", []),
        ("A loom is a machine. What is it?", []),
    ],
)
def test_papers_are_named_by_title_by_its_beginning_or_by_what_they_introduce(
    question: str, titles: list[str], names: Names, by_title: dict[str, str]
) -> None:
    assert list(plan(question, names).named) == [by_title[title] for title in titles]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Which papers by Marie Curie since 2020 are about radon in cellars?", "radon cellars"),
        ("papers with code on compilers", "compilers"),
        ("List the papers by Ada Lovelace.", ""),
        ("papers coauthored by Lovelace and Hopper since 2020", ""),
        ("Which of the papers have the highest score?", ""),
        ("List all papers", ""),
        ("How far did errors fall, and how often?", "errors fall"),
        ("How big is a star, and what is big?", "star big"),
        ("Which papers appeared in 2019?", ""),
    ],
)
def test_the_topic_is_what_conditions_leave(question: str, topic: str, names: Names) -> None:
    assert plan(question, names).topic == topic


@pytest.mark.parametrize(
    ("question", "bibliographic"),
    [
        ("List all papers", True),
        ("How many papers are there?", True),
        ("papers by Hypatia", True),
        ("papers not by Hypatia", True),
        ("Which paper has the highest score?", True),
        ("papers on radon by Marie Curie", False),
        ("What is LOOM?", False),
        ("Who wrote LOOM?", False),
    ],
)
def test_questions_without_topic_are_answered_from_records(
    question: str, bibliographic: bool, names: Names
) -> None:
    assert is_bibliographic(plan(question, names)) is bibliographic


def test_the_highest_figure_of_a_topic_is_no_order_of_records(names: Names) -> None:
    assert plan("Which method reaches the highest score on GSM8K?", names).sort is None


def test_does_it_have_code_is_a_question_not_a_condition(names: Names) -> None:
    found = plan("Does the LOOM paper have code?", names)
    assert found.filters.has_code is None
    assert (found.asks, found.understood) == (("code",), ())


def test_misspelt_words_are_corrected_and_said(names: Names) -> None:
    found = plan("depth of the eartquake boundry", names)
    assert found.query == "depth of the earthquakes boundary"
    assert found.understood == ("“earthquakes” for “eartquake”", "“boundary” for “boundry”")
    assert found.question == "depth of the eartquake boundry"


@pytest.mark.parametrize(
    ("query", "sides"),
    [
        ("Compare LOOM and PISCES", [("LOOM", "PISCES")]),
        ("LOOM versus PISCES: what do they save?", [("LOOM", "PISCES")]),
        (
            "Compare cards and columns with stars",
            [("cards", "columns with stars"), ("cards and columns", "stars")],
        ),
        ("Compare LOOM", []),
        ("compare and", []),
    ],
)
def test_every_joint_may_part_the_sides(query: str, sides: list[tuple[str, str]]) -> None:
    flat = split_sides(query)
    assert list(zip(flat[::2], flat[1::2], strict=True)) == sides


@pytest.mark.parametrize(
    "question",
    ["", "   \n\t ", "?!… —", "\x00\x1b", "🐝🐝?", "'" * 500],
    ids=["empty", "space", "punctuation", "controls", "emoji", "quotes"],
)
def test_a_question_without_a_letter_is_refused(question: str, names: Names) -> None:
    with pytest.raises(QuestionError, match="There is no question in this"):
        plan(question, names)


@pytest.mark.parametrize(
    "question",
    [
        "what is it about",
        "who",
        "by by by",
        "compare",
        "compare and",
        "and " * 2000,
        "a+ (((",
        "vs",
    ],
    ids=lambda question: question[:16].strip(),
)
def test_a_question_of_common_words_only_is_refused_with_what_to_add(
    question: str, names: Names
) -> None:
    with pytest.raises(QuestionError, match="Add a topic, a paper, an author or a year"):
        plan(question, names)


@pytest.mark.parametrize("size", [MAX_QUESTION + 1, 1 << 20])
def test_a_pasted_text_is_refused_with_its_length(size: int, names: Names) -> None:
    with pytest.raises(QuestionError, match=f"{size:,} characters"):
        plan("x" * size, names)


def test_the_beginning_of_a_long_question_is_searched_for(names: Names) -> None:
    found = plan("cards " * 3000, names)
    assert len(found.query) <= MAX_QUERY
    assert set(found.query.split()) == {"cards"}


def test_control_characters_and_line_ends_do_not_reach_the_query(names: Names) -> None:
    assert plan("How many\x00 cards\x1b[0m\n does\u202e LOOM\tneed?", names).query == (
        "How many cards[0m does LOOM need?"
    )


# --- conversation --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loom(papers: list[Paper]) -> Paper:
    return next(p for p in papers if p.title.startswith("LOOM"))


@pytest.fixture(scope="module")
def stars(papers: list[Paper]) -> Paper:
    return next(p for p in papers if p.title.startswith("PISCES"))


@pytest.mark.parametrize(
    "question",
    [
        "And who wrote it?",
        "Who are its authors?",
        "Does it have code?",
        "What about errors?",
        "How does this method check cycles?",
        "What can the paper not express?",
    ],
)
def test_it_is_the_paper_of_the_last_answer(question: str, names: Names, loom: Paper) -> None:
    found = plan(question, names, ("What is LOOM?", answer(loom)))
    assert found.filters.ids == (loom.id,)
    assert found.understood == ("about LOOM",)


def test_it_is_the_first_paper_of_several_and_them_are_all(
    names: Names, loom: Paper, stars: Paper
) -> None:
    before = ("q", answer(loom, stars))
    assert plan("Who wrote it?", names, before).filters.ids == (loom.id,)
    assert plan("Which of them is the newest?", names, before).filters.ids == (loom.id, stars.id)
    assert plan("Which of these papers have code?", names, before).filters.ids == (
        loom.id,
        stars.id,
    )


def test_an_abstention_does_not_change_what_it_means(names: Names, loom: Paper) -> None:
    nothing = Answer("q", "abstained", "extractive", reason="not_stated")
    found = plan("Who wrote it?", names, ("q", answer(loom)), ("q", nothing))
    assert found.filters.ids == (loom.id,)


def test_a_question_that_stands_alone_ignores_the_history(
    names: Names, loom: Paper, stars: Paper
) -> None:
    found = plan("Who wrote PISCES?", names, ("What is LOOM?", answer(loom)))
    assert found.filters.is_empty
    assert found.named == (stars.id,)


def test_a_condition_is_added_to_what_was_found_before(
    names: Names, loom: Paper, stars: Paper
) -> None:
    found = plan("Which of them are from 2018?", names, ("q", answer(loom, stars)))
    assert found.filters == Filters(ids=(loom.id, stars.id), year_from=2018, year_to=2018)


def test_it_without_history_is_refused(names: Names) -> None:
    with pytest.raises(QuestionError):
        plan("Who wrote it?", names)


def test_planning_does_not_depend_on_answers_without_citations(names: Names, loom: Paper) -> None:
    bare = dataclasses.replace(answer(loom), citations=())
    with pytest.raises(QuestionError):
        plan("Who wrote it?", names, ("q", bare))
