"""Follow-ups: what a question takes from the questions and answers before it."""

from __future__ import annotations

import dataclasses

import pytest

from rag.base.types import Answer, Citation, Filters, Paper, QueryPlan
from rag.search.names import Names
from rag.search.plan import make_plan


@pytest.fixture(scope="module")
def loom(papers: list[Paper]) -> Paper:
    return next(p for p in papers if p.title.startswith("LOOM"))


@pytest.fixture(scope="module")
def stars(papers: list[Paper]) -> Paper:
    return next(p for p in papers if p.title.startswith("PISCES"))


def answer(*papers: Paper) -> Answer:
    citations = tuple(Citation(i, paper, "", 0, 0) for i, paper in enumerate(papers, start=1))
    return Answer("q", "answered", "extractive", citations=citations)


def plan(question: str, names: Names, *history: tuple[str, Answer]) -> QueryPlan:
    return make_plan(question, history, names)


@pytest.mark.parametrize(
    "question",
    [
        "Which paper shows that radon gathers in cellars?",
        "Which papers say that it is dark when bees dance?",
        "Find papers on wards and how they are cleaned",
        "Is the paper about radon from Paris?",
        "List the papers by Hopper",
        "What do bees dance on?",
    ],
)
def test_words_that_mean_something_in_the_same_question_point_to_nothing_before(
    question: str, names: Names, loom: Paper
) -> None:
    assert plan(question, names, ("What is LOOM?", answer(loom))).filters.ids == ()


@pytest.mark.parametrize(
    "question",
    [
        "Which of these papers have code?",
        "Which of them are from 2019?",
        "What do those papers measure?",
    ],
)
def test_all_papers_of_the_last_answer_are_meant(
    question: str, names: Names, loom: Paper, stars: Paper
) -> None:
    found = plan(question, names, ("q", answer(loom, stars)))
    assert found.filters.ids == (loom.id, stars.id)


def test_the_other_one_is_what_is_left_of_those_told_of(
    names: Names, loom: Paper, stars: Paper
) -> None:
    history = [("Which papers are there?", answer(loom, stars)), ("What is LOOM?", answer(loom))]
    found = plan("and who wrote the other one", names, *history)
    assert (found.filters.ids, found.asks) == ((stars.id,), ("authors",))


@pytest.mark.parametrize(
    "question",
    ["What happens to the cards there?", "how big is the speedup", "and the accuracy?"],
)
def test_a_question_without_a_subject_is_about_the_paper_of_before(
    question: str, names: Names, loom: Paper
) -> None:
    assert plan(question, names, ("What is LOOM?", answer(loom))).named == (loom.id,)


@pytest.mark.parametrize(
    ("question", "query"),
    [
        (
            "Is there later work that uses it for silk?",
            "Is there later work that uses LOOM for silk?",
        ),
        ("which papers extend this method?", "which papers extend LOOM?"),
        ("Has anyone tried the paper on bees?", "Has anyone tried the paper on bees?"),
    ],
)
def test_papers_that_have_to_do_with_the_one_before_are_others(
    question: str, query: str, names: Names, loom: Paper
) -> None:
    found = plan(question, names, ("What is LOOM?", answer(loom)))
    assert found.query == query
    assert found.without.ids == ((loom.id,) if query != question else ())
    assert found.named == ()


def test_what_else_somebody_wrote_leaves_out_the_paper_of_before(
    names: Names, papers: list[Paper]
) -> None:
    told = next(p for p in papers if "Grace Hopper" in p.authors)
    found = plan("what else did Grace Hopper write?", names, ("q", answer(told)))
    assert found.filters.authors == ("Grace Hopper",)
    assert (found.without.ids, found.intent, found.topic) == ((told.id,), "list", "")


def test_which_one_has_code_is_a_condition_on_those_told_of(
    names: Names, loom: Paper, stars: Paper
) -> None:
    found = plan("which one releases code?", names, ("q", answer(loom, stars)))
    assert found.filters == Filters(has_code=True, ids=(loom.id, stars.id))


@pytest.mark.parametrize(
    "lead", ["switching gears: ", "ok, something else: ", "New topic. ", "By the way, "]
)
def test_words_that_lead_in_another_question_say_nothing(lead: str, names: Names) -> None:
    found = plan(f"{lead}what is PISCES?", names)
    assert (found.query, found.topic) == ("what is PISCES?", "PISCES")


def test_what_the_authors_of_a_paper_did_is_no_question_for_their_names(names: Names) -> None:
    found = plan("Which GPU did the authors of PISCES use?", names)
    assert (found.query, found.intent) == ("Which GPU did PISCES use?", "fact")
    assert plan("What else did the authors of PISCES write?", names).intent != "fact"


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Compare it with PISCES.", ["loom", "stars"]),
        ("How does it differ from PISCES?", ["loom", "stars"]),
        ("What is the difference between that paper and PISCES?", ["loom", "stars"]),
        ("What is PISCES?", ["stars"]),
    ],
)
def test_the_paper_of_the_last_answer_is_a_side_of_a_comparison(
    question: str, named: list[str], names: Names, loom: Paper, stars: Paper
) -> None:
    found = plan(question, names, ("What is LOOM?", answer(loom)))
    ids = {"loom": loom.id, "stars": stars.id}
    assert found.named == tuple(ids[name] for name in named)


@pytest.mark.parametrize(
    ("question", "filters", "said"),
    [
        (
            "And in 2023?",
            Filters(authors=("Grace Hopper",), year_from=2023, year_to=2023),
            ("by Grace Hopper", "from 2023"),
        ),
        ("What about Ada Lovelace?", Filters(authors=("Ada Lovelace",)), ("by Ada Lovelace",)),
        (
            "and since 2020 with code?",
            Filters(authors=("Grace Hopper",), year_from=2020, has_code=True),
            ("by Grace Hopper", "since 2020", "with code"),
        ),
    ],
)
def test_new_conditions_go_on_with_the_question_before(
    question: str, filters: Filters, said: tuple[str, ...], names: Names
) -> None:
    found = plan(question, names, ("Which papers are by Hopper?", answer()))
    assert (found.intent, found.filters, found.understood) == ("list", filters, said)
    assert found.question == question


def test_a_condition_replaces_that_of_its_kind_and_keeps_the_topic(names: Names) -> None:
    before = ("How many papers on errors are from 2017?", answer())
    found = plan("And since 2019?", names, before)
    assert (found.intent, found.topic) == ("count", "errors")
    assert found.filters == Filters(year_from=2019)
    assert found.understood == ("since 2019",)


def test_a_chain_of_conditions_is_followed_to_its_beginning(names: Names) -> None:
    history = [("papers since 2019", answer()), ("and with code?", answer())]
    found = plan("and by Grace Hopper?", names, *history)
    assert found.filters == Filters(year_from=2019, has_code=True, authors=("Grace Hopper",))


def test_a_condition_without_a_question_before_stands_alone(names: Names) -> None:
    assert plan("And in 2023?", names).filters == Filters(year_from=2023, year_to=2023)


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("who wrote the second one?", "PISCES"),
        ("what about the first one?", "LOOM"),
        ("and the latter?", "PISCES"),
        ("Who wrote the former?", "LOOM"),
        ("tell me more about the last one", "PISCES"),
    ],
)
def test_a_paper_is_pointed_at_by_its_place(
    question: str, title: str, names: Names, loom: Paper, stars: Paper
) -> None:
    history = [("q", answer(loom, stars)), ("Who wrote LOOM?", answer(loom))]
    found = plan(question, names, *history)
    assert found.named == (loom.id if title == "LOOM" else stars.id,)


def test_several_are_those_of_the_last_list(names: Names, loom: Paper, stars: Paper) -> None:
    history = [("q", answer(loom, stars)), ("Who wrote LOOM?", answer(loom))]
    found = plan("Which of them have code?", names, *history)
    assert found.filters == Filters(ids=(loom.id, stars.id), has_code=True)
    assert found.intent == "list"


def test_other_papers_of_the_same_authors(names: Names, loom: Paper) -> None:
    found = plan("What else did they write?", names, ("Who wrote LOOM?", answer(loom)))
    assert (found.filters.authors, found.without.ids) == (loom.authors, (loom.id,))
    assert found.intent == "list"


def listed(*papers: Paper) -> Answer:
    return dataclasses.replace(answer(*papers), mode="lookup")


def test_they_are_the_authors_of_the_first_paper_where_no_list_was_told(
    names: Names, loom: Paper, stars: Paper
) -> None:
    history = [("Which papers are there?", listed(stars, loom)), ("What is LOOM?", answer(loom))]
    assert plan("and what data did they use?", names, *history).named == (loom.id,)
    quoted = [("What holds?", answer(stars, loom))]
    assert plan("and what data did they use?", names, *quoted).named == (stars.id,)


def test_an_aspect_of_several_papers_is_a_comparison_on_it(
    names: Names, loom: Paper, stars: Paper
) -> None:
    found = plan("what data did they use?", names, ("papers?", listed(loom, stars)))
    assert (found.intent, found.filters.ids) == ("compare", (loom.id, stars.id))


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("compare the first two", ["loom", "stars"]),
        ("what do the last two papers measure?", ["stars", "bees"]),
        ("compare it with the other ones", ["loom", "stars", "bees"]),
    ],
)
def test_some_of_a_list_are_told_by_their_places(
    question: str, meant: list[str], names: Names, papers: list[Paper], loom: Paper, stars: Paper
) -> None:
    bees = next(p for p in papers if p.id not in (loom.id, stars.id))
    ids = {"loom": loom.id, "stars": stars.id, "bees": bees.id}
    found = plan(question, names, ("papers?", listed(loom, stars, bees)))
    assert found.filters.ids == tuple(ids[name] for name in meant)


def test_the_newer_paper_is_told_by_its_date(names: Names, loom: Paper, stars: Paper) -> None:
    newer = max(loom, stars, key=lambda paper: paper.date or "")
    found = plan("how does the newer paper mend that?", names, ("q", listed(loom, stars)))
    assert (found.named, found.sort, found.intent) == ((newer.id,), None, "fact")
    sought = plan("which of them is the newer paper?", names, ("q", listed(loom, stars)))
    assert sought.sort == "newest"


def test_another_name_is_not_asked_of_the_paper_before(names: Names, loom: Paper) -> None:
    history = ("What is LOOM?", answer(loom))
    assert plan("and what about Radon?", names, history).filters.ids == ()
    assert plan("Is there code?", names, history).filters.ids == (loom.id,)


def test_a_correction_is_read_without_the_words_that_correct(names: Names) -> None:
    found = plan("no, I mean the paper by Grace Hopper", names, ("q", answer()))
    assert (found.topic, found.filters.authors) == ("", ("Grace Hopper",))


def test_a_paper_that_was_asked_about_in_vain_is_still_meant(
    names: Names, loom: Paper, stars: Paper
) -> None:
    asked = QueryPlan("q", "q", named=(stars.id,))
    vain = Answer("q", "abstained", "extractive", nearest=(loom, stars), plan=asked)
    history = [("What is LOOM?", answer(loom)), ("What does PISCES cost?", vain)]
    assert plan("who wrote it?", names, *history).named == (stars.id,)


def test_what_else_they_wrote_may_have_a_subject(names: Names, loom: Paper) -> None:
    found = plan("What else did they write on errors?", names, ("q", answer(loom)))
    assert (found.filters.authors, found.topic) == (loom.authors, "errors")


@pytest.mark.parametrize(
    "question",
    [
        "how many operators?",
        "which operation?",
        "what share of errors was left?",
        "how long is the table?",
        "which kind of cards?",
        "and who checks the cycles?",
        "what license?",
        "how accurate?",
        "is the code public?",
    ],
)
def test_a_question_that_leaves_its_subject_open_goes_on_about_the_paper_of_before(
    question: str, names: Names, loom: Paper
) -> None:
    assert plan(question, names, ("What is LOOM?", answer(loom))).named == (loom.id,)


@pytest.mark.parametrize(
    "question",
    [
        "What is an error?",
        "What are cards?",
        "How do errors arise?",
        "How are cards cut?",
        "which programs need cards?",
        "What is the best notation?",
        "who won the match?",
        "how deep is the boundary?",
    ],
)
def test_a_new_subject_is_not_about_the_paper_of_before(
    question: str, names: Names, loom: Paper
) -> None:
    found = plan(question, names, ("What is LOOM?", answer(loom)))
    assert (found.named, found.filters.ids) == ((), ())


def test_what_is_left_open_after_a_list_is_asked_of_those_that_speak_of_it(
    names: Names, loom: Paper, stars: Paper
) -> None:
    told = dataclasses.replace(answer(loom, stars), mode="lookup")
    found = plan("what accuracy of position is reached?", names, ("papers on tables", told))
    assert found.filters.ids == (stars.id,)


@pytest.mark.parametrize("question", ["which is newer?", "which is older", "Which was earlier?"])
def test_the_newer_one_is_sought_among_those_told_of(
    question: str, names: Names, loom: Paper, stars: Paper
) -> None:
    history = [("What is LOOM?", answer(loom)), ("What is PISCES?", answer(stars))]
    assert set(plan(question, names, *history).filters.ids) == {loom.id, stars.id}
    assert plan("Which is newer, LOOM or PISCES?", names, *history).filters.ids == ()


def test_a_list_is_narrowed_by_what_its_papers_use(names: Names, loom: Paper, stars: Paper) -> None:
    told = dataclasses.replace(answer(loom, stars), mode="lookup")
    found = plan("using punched cards", names, ("which papers are there?", told))
    assert (found.intent, found.topic) == ("list", "punched cards")
    assert found.filters.ids == (loom.id, stars.id)
    assert plan("using punched cards", names, ("q", answer(loom))).filters.ids == ()
