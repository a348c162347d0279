"""The words of asking, exceptions, phrases and counts: what is left is the topic."""

from __future__ import annotations

import pytest

from rag.base.types import Filters, Paper, Phrase, QueryPlan, Tally
from rag.search.asking import is_statement
from rag.search.names import Names
from rag.search.phrases import has, left_in, says
from rag.search.plan import is_bibliographic, make_plan


def plan(question: str, names: Names) -> QueryPlan:
    return make_plan(question, (), names)


@pytest.mark.parametrize(
    "question",
    [
        "I'm looking for papers by Grace Hopper",
        "Could you please give me a list of the publications by Hopper, thanks!",
        "stuff by Grace Hopper",
        "which papers was Grace Hopper involved in?",
        "I need all the work by G. Hopper",
        "papres by grace hopper",
        "what has Hopper publsihed?",
        "publications: Hopper",
        "who is Grace Hopper?",
    ],
)
def test_words_of_asking_are_no_topic(question: str, names: Names) -> None:
    found = plan(question, names)
    assert is_bibliographic(found)
    assert (found.topic, found.filters) == ("", Filters(authors=("Grace Hopper",)))


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("LOOM needs fewer cards than PISCES.", True),
        ("“In wards, washing of hands reduces fever.”", True),
        ("LOOM needs fewer cards than PISCES", False),
        ("Is it so that LOOM needs fewer cards.", False),
        ("Please explain LOOM.", False),
        ("What does LOOM need.", False),
        ("LOOM needs fewer cards. Why?", False),
    ],
)
def test_a_sentence_that_says_something_is_a_statement(text: str, states: bool) -> None:
    assert is_statement(text) is states


@pytest.mark.parametrize(
    ("question", "query"),
    [
        ("Which papers study looms, and what do they conclude?", "Which papers study looms?"),
        ("Which papers are on bees and what are their main findings", "Which papers are on bees?"),
        ("Which paper should I read first on bees?", "Which paper on bees?"),
        ("Which papers should we read to learn about bees?", "Which papers about bees?"),
        ("Is LOOM cheap, and what do they find?", "Is LOOM cheap, and what do they find?"),
    ],
)
def test_what_papers_are_wanted_for_is_not_searched_for(
    question: str, query: str, names: Names
) -> None:
    assert plan(question, names).query == query


@pytest.mark.parametrize(
    ("question", "tally", "limit"),
    [
        ("Which author has the most papers?", "authors", 1),
        ("who has written the most papers", "authors", 1),
        ("top 3 authors", "authors", 3),
        ("Which authors are in the library?", "authors", None),
        ("How many papers are there per year?", "years", None),
        ("In which year were most papers published?", "years", 1),
        ("number of papers for each category", "categories", None),
        ("Which labs have the most papers?", "orgs", 5),
        ("Who wrote LOOM?", None, None),
        ("Which authors study bees?", None, None),
        ("what have people written about bees", None, None),
        ("Which people have the most fever?", None, None),
        ("How many dances per year were filmed?", None, None),
        ("Which areas of the sky hold most stars?", None, None),
        ("Who works on LOOM?", None, None),
    ],
)
def test_what_is_counted_is_understood(
    question: str, tally: Tally | None, limit: int | None, names: Names
) -> None:
    found = plan(question, names)
    assert (found.tally, found.limit) == (tally, limit)


@pytest.mark.parametrize(
    ("question", "tally", "limit", "topic"),
    [
        ("How many papers on bees per year?", "years", None, "bees"),
        ("How many bee papers are there for each category?", "categories", None, "bee"),
        ("In which year were most papers about radon published?", "years", 1, "radon"),
        ("Which year saw the most papers on radon?", "years", 1, "radon"),
        ("Who publishes most on bees?", "authors", 1, "bees"),
        ("Which authors write about bees?", "authors", None, "bees"),
        ("who works on bees", "authors", None, "bees"),
        ("top 3 authors on bees", "authors", 3, "bees"),
        ("Which labs publish most on radon?", "orgs", 5, "radon"),
    ],
)
def test_what_is_counted_of_the_papers_on_a_topic_is_understood(
    question: str, tally: Tally, limit: int | None, topic: str, names: Names
) -> None:
    found = plan(question, names)
    assert (found.tally, found.limit, found.topic) == (tally, limit, topic)
    assert found.query == f"papers on {topic}"


def test_who_worked_on_a_paper_with_somebody_are_its_authors(
    names: Names, by_title: dict[str, str]
) -> None:
    found = plan("Who worked with Ada Lovelace on LOOM?", names)
    assert (found.asks, found.tally) == (("authors",), None)
    assert found.named == (by_title["LOOM"],)


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("Who has Ada Lovelace written with?", None),
        ("Lovelace's coauthors", None),
        ("Who are the most frequent co-authors of Ada Lovelace?", 5),
        ("Who is Ada Lovelace's most frequent collaborator?", 1),
        ("Who works with Ada Lovelace most often?", 5),
    ],
)
def test_those_who_wrote_with_somebody_are_counted_over_her_papers(
    question: str, limit: int | None, names: Names
) -> None:
    found = plan(question, names)
    assert (found.tally, found.filters) == ("authors", Filters(authors=("Ada Lovelace",)))
    assert found.limit == limit


@pytest.mark.parametrize(
    ("question", "wanted", "unwanted"),
    [
        ('papers that mention "punched cards"', (Phrase("punched cards"),), ()),
        ("Which papers mention punched cards?", (Phrase("punched cards"),), ()),
        ("papers that mention looms of silk", (Phrase("looms of silk"),), ()),
        ("papers that mention looms and silk", (), ()),
        ("papers mentioning radon since 2015", (Phrase("radon"),), ()),
        ("Which papers mention how long the trials took?", (), ()),
        ("papers with radon in the title", (Phrase("radon", in_title=True),), ()),
        ("papers not about radon", (), (Phrase("radon"),)),
        ("Which papers don't mention bees?", (), (Phrase("bees"),)),
        ("papers by Hopper except those on compilers", (), (Phrase("compilers"),)),
        ("Papers on radon that do not use bees", (), (Phrase("bees"),)),
        ("Which papers about radon never use bees?", (), (Phrase("bees"),)),
        ("radon papers without bees", (), (Phrase("bees"),)),
        ("papers about silk not in looms", (), (Phrase("looms"),)),
        ("papers about neither bees nor radon", (), (Phrase("bees"), Phrase("radon"))),
        ("and not about bees?", (), (Phrase("bees"),)),
        ("silk except spun silk", (), (Phrase("spun silk"),)),
        ("silk, not in looms but not radon", (), (Phrase("radon"),)),
        ("weaving patterns, not carpets", (), (Phrase("carpets"),)),
        (
            "show me anything on bees aside from radon and fevers",
            (),
            (Phrase("radon"), Phrase("fevers")),
        ),
        ("weaving methods that avoid cards", (), (Phrase("cards"),)),
        ("methods that avoid cards", (), ()),  # of which nothing else is said
        ("weaving without cards", (), ()),
        ("Silk is strong, but not wool", (), ()),
        ("Which threads other than silk are strong?", (), ()),
        ("How do looms other than LOOM weave silk?", (), ()),
        ("papers about looms that do not use cards", (), ()),  # looms that do not
        ("papers on weaving without cards", (), ()),
        ("papers that show that silk is not in itself enough", (), ()),
        ("Which method does not need labels?", (), ()),
    ],
)
def test_words_that_papers_must_or_must_not_have(
    question: str, wanted: tuple[Phrase, ...], unwanted: tuple[Phrase, ...], names: Names
) -> None:
    found = plan(question, names)
    assert (found.phrases, found.without_phrases) == (wanted, unwanted)


def test_a_topic_is_kept_beside_what_is_left_out(names: Names) -> None:
    assert plan("Papers on radon that do not use bees", names).topic == "radon"
    found = plan("punched cards, but not bees", names)
    assert (found.topic, found.intent, found.understood) == (
        "punched cards",
        "list",
        ("not about “bees”",),
    )


@pytest.mark.parametrize(
    ("said", "left_out"),
    [
        ("We weave with cards.", True),
        ("We weave without any cards.", False),
        ("A card-free loom.", False),
        ("No cards are punched. The cards are drawn.", True),
        ("It is not only cards that weave.", True),
        ("We do not guess, but read cards.", True),
        ("It avoids errors by cards.", True),
        ("It weaves with a hook instead of cards.", False),
    ],
)
def test_a_paper_that_does_without_a_thing_is_not_left_out_with_it(
    said: str, left_out: bool
) -> None:
    assert has(Paper("1", "Weaving", abstract=said), Phrase("cards")) is left_out


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("papers on weaving without cards", "without cards"),
        ("papers about looms that do not use cards", "that do not use cards"),
        ("methods that avoid cards", "that avoid cards"),
        ("papers about looms", ""),
        ("radon papers without bees", ""),
    ],
)
def test_words_that_may_leave_papers_out_are_told_where_they_do_not(
    question: str, said: str, names: Names
) -> None:
    assert left_in(plan(question, names)) == said


@pytest.mark.parametrize(
    ("title", "has"), [("A Study of LSTMs", True), ("An LSTM", True), ("ALSTM", False)]
)
def test_an_acronym_is_found_in_the_plural_too(title: str, has: bool) -> None:
    assert says(Paper("1", title), Phrase("LSTMs")) is has


def test_papers_that_are_counted_are_sought_without_the_words_of_counting(names: Names) -> None:
    found = plan("How many papers are about bees?", names)
    assert (found.intent, found.query) == ("count", "papers are about bees?")


@pytest.mark.parametrize(
    ("question", "beyond"),
    [
        ("How does LOOM perform on ImageNet?", "perform ImageNet"),
        ("What is LOOM?", ""),
        ("What is LOOM's price?", "price"),
        ("What is LOOM’s price?", "price"),
        ("How does LOOM weave programs onto cards?", ""),
        ("Which papers are about bees?", ""),
    ],
)
def test_what_is_asked_beyond_the_named_paper(question: str, beyond: str, names: Names) -> None:
    assert plan(question, names).beyond == beyond


def test_a_paper_may_be_excepted_by_its_name(names: Names, by_title: dict[str, str]) -> None:
    found = plan("papers by Ada Lovelace other than LOOM", names)
    assert found.without == Filters(ids=(by_title["LOOM"],))
    assert found.named == ()


@pytest.mark.parametrize(
    ("question", "filters", "without"),
    [
        ("papers by Lovelace but not as first author",
         Filters(authors=("Ada Lovelace",)), Filters(first_author="Ada Lovelace")),
        ("papers that Lovelace wrote but Babbage did not",
         Filters(authors=("Ada Lovelace",)), Filters(authors=("Charles Babbage",))),
        ("papers from caltech excluding brno", Filters(orgs=("caltech",)), Filters(orgs=("brno",))),
    ],
)  # fmt: skip
def test_exceptions_are_kept_apart(
    question: str, filters: Filters, without: Filters, names: Names
) -> None:
    found = plan(question, names)
    assert (found.filters, found.without) == (filters, without)


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("When was LOOM published?", ("date",)),
        ("When is the paper on radon from?", ("date",)),
        ("When is punched wood better than paper?", ()),
        ("exactly when is it possible to weave?", ()),
    ],
)
def test_when_asks_for_a_date_only_of_papers(
    question: str, asks: tuple[str, ...], names: Names
) -> None:
    assert make_plan(question, (), names).asks == asks


@pytest.mark.parametrize(
    "question",
    [
        "Do LOOM and PISCES agree on silk?",
        "Which thread is used by LOOM and which by PISCES?",
        "Does LOOM contradict PISCES?",
    ],
)
def test_two_papers_that_are_held_together_are_compared(question: str, names: Names) -> None:
    assert make_plan(question, (), names).intent == "compare"
