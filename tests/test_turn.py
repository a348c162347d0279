"""One turn: which road a question takes, what is streamed, how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.errors import ModelError
from rag.base.types import Answer, Event, EvidenceFound, Final, Paper, Token
from rag.endings import Endings, Stream
from rag.models.prompts import Message
from rag.search.evidence import EvidenceFinder
from rag.search.order import ordered
from rag.turn import Turn

Ask = Callable[..., list[Event]]


@pytest.fixture
def ask(history: Assistant) -> Ask:
    """Ask on the small library; `model` is what the writing model says, if there is one."""

    def ask(question: str, *before: tuple[str, Answer], model: Stream | None = None) -> list[Event]:
        names = history._parts.names
        finder = EvidenceFinder(history._store, history._parts.embedder, names)
        turn = Turn(history._store, history._parts.retriever, finder, names, Endings(model))
        return list(turn.run(question, before))

    return ask


def final(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Final)
    return events[-1].answer


def cited(answer: Answer) -> list[str]:
    return list(dict.fromkeys(c.paper.title.split()[0].strip(":") for c in answer.citations))


QUESTIONS = [
    "How many cards does LOOM need?",
    "What is LOOM?",
    "Compare LOOM and PISCES.",
    "Who wrote PEAS-7 and when?",
    "papers by Herschel",
    "Which papers are about errors?",
    "Which paper is the newest?",
    "What is the price of bread?",
    "papers by Isaac Newton",
    "hello",
    "",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_turn_ends_with_its_only_final_and_evidence_comes_first(question: str, ask: Ask) -> None:
    events = ask(question)
    assert [type(event) for event in events].count(Final) == 1
    answer = final(events)
    if answer.status == "answered":
        assert isinstance(events[0], EvidenceFound)
        assert any(isinstance(event, Token) for event in events)
    else:
        assert len(events) == 1
        assert answer.notice
        assert not answer.sentences


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_draft_without_a_model_is_the_answer(question: str, ask: Ask) -> None:
    events = ask(question)
    draft = "".join(event.text for event in events if isinstance(event, Token))
    assert draft.splitlines() == [
        line for s in final(events).sentences for line in s.text.splitlines()
    ]


@pytest.mark.parametrize(
    ("question", "mode", "papers"),
    [
        ("How many cards does LOOM need?", "extractive", ["LOOM"]),
        ("What is LOOM?", "extractive", ["LOOM"]),
        ("How does LOOM help to weave?", "extractive", ["LOOM"]),
        ("Compare LOOM and PISCES.", "extractive", ["LOOM", "PISCES"]),
        ("Who wrote PEAS-7?", "lookup", ["PEAS-7"]),
        ("Which papers have code?", "lookup", None),
        ("Which paper is the oldest?", "lookup", ["Conic"]),
        ("What is the newest paper by Grace Hopper?", "lookup", ["Compilers"]),
        ("Hopper 2023", "lookup", ["Compilers"]),
        ("the two newest papers", "lookup", ["Endgames", "An"]),
        ("top 2 papers by score", "lookup", ["An", "Conserved"]),
        ("What was Grace Hopper's first paper?", "lookup", ["Compilers"]),
        ("Which of the papers since 2021 is the oldest?", "lookup", ["SEEDER"]),
        ("papers from March 2024", "lookup", ["An"]),
    ],
)
def test_each_kind_of_question_takes_its_road(
    question: str, mode: str, papers: list[str] | None, ask: Ask
) -> None:
    answer = final(ask(question))
    assert (answer.status, answer.mode) == ("answered", mode)
    assert papers is None or cited(answer) == papers


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("How many parameters does GPT-5 have?", "not_in_library", "mentions GPT-5"),
        ("GPT-5는 무엇인가?", "not_in_library", "mentions GPT-5."),
        ("What is the capital of Mongolia?", "not_in_library", "mentions Mongolia"),
        ("How do I cook rice with saffron?", "not_in_library", "Nothing in your library bears"),
        ("papers by Isaac Newton", "not_in_library", "No paper in your library is by Isaac Newton"),
        ("papers from 1999", "not_in_library", "No paper in your library is from 1999"),
        ("LG papers by Ada Lovelace", "not_in_library", "by Ada Lovelace in category LG"),
        ("Which paper from 2030 is the newest?", "not_in_library", "from 2030"),
        ("How many parameters does LOOM have?", "not_stated", "does not say how many parameters"),
        ("How does LOOM compare in Paris?", "not_stated", "does not mention Paris"),
        ("What are the limitations of LOOM?", "not_stated", "states no limits"),
        ("hello", "bad_question", "Ask me about your papers"),
        ("", "bad_question", "There is no question"),
        ("what is it", "bad_question", "names nothing to look for"),
    ],
)
def test_an_abstention_has_its_reason_and_says_what_is_missing(
    question: str, reason: str, said: str, ask: Ask
) -> None:
    answer = final(ask(question))
    assert (answer.status, answer.reason) == ("abstained", reason)
    assert said in (answer.notice or "")
    assert not answer.citations
    assert bool(answer.nearest) is (reason != "bad_question")


def test_a_count_of_hardware_is_no_other_figure_of_it(tmp_path: Path) -> None:
    says = "We train LOOM, a weaver. LOOM saves 3.5Gb of memory per GPU and doubles the speed."
    row = {"title": "LOOM: Weaving Fast", "authors": ["Ada Byron"], "abstract": says}
    with Assistant.open(tmp_path / "library") as assistant:
        assistant.add_bytes(json.dumps(row).encode(), "looms.jsonl")
        answer = assistant.ask("How many GPUs did LOOM use?")
        assert (answer.reason, answer.citations) == ("not_stated", ())
        assert "does not say how many GPUs" in (answer.notice or "")
        answer = assistant.ask("How much GPU memory does LOOM save?")
        assert "3.5Gb" in answer.citations[0].quote


def test_what_another_paper_says_is_no_answer_about_the_one_that_is_meant(tmp_path: Path) -> None:
    rows = {
        "Dust in the Amalfi mill": "Dust was weighed in a mill for two years. It is grey.",
        "The owners of mills": "The wheel of a mill is repaired by its owner each spring.",
    }
    listing = [{"title": t, "authors": ["Ada Byron"], "abstract": a} for t, a in rows.items()]
    with Assistant.open(tmp_path / "library") as assistant:
        assistant.add_bytes("\n".join(map(json.dumps, listing)).encode(), "mills.jsonl")
        answer = assistant.ask("Who repairs the wheel of a mill in spring?")
        assert "its owner" in answer.citations[0].quote
        answer = assistant.ask("Who repairs the wheel of the Amalfi mill in spring?")
    assert (answer.reason, answer.citations) == ("not_stated", ())
    assert answer.notice == "The nearest paper in your library does not mention Amalfi."


def test_a_word_of_a_title_asks_for_nothing(tmp_path: Path) -> None:
    row = {"title": "Looms Near the Limit", "authors": ["Ada Byron"], "abstract": "Looms got fast."}
    with Assistant.open(tmp_path / "library") as assistant:
        assistant.add_bytes(json.dumps(row).encode(), "looms.jsonl")
        answer = assistant.ask("What does “Looms Near the Limit” find?")
    assert [c.quote for c in answer.citations] == ["Looms got fast."]


def test_a_shortened_list_does_not_claim_to_be_all(ask: Ask) -> None:
    answer = final(ask("the 2 newest papers with code"))
    assert answer.sentences[0].text == (
        "The first 2 papers of your library with code, newest first."
    )


def test_times_of_all_stages_are_told(ask: Ask) -> None:
    timings = final(ask("How many cards does LOOM need?")).timings_ms
    assert {"plan", "retrieve", "evidence", "write", "total"} <= timings.keys()
    assert all(ms >= 0 for ms in timings.values())


# --- follow-ups ----------------------------------------------------------------------------------


def test_a_conversation_stays_with_its_papers(ask: Ask) -> None:
    turns = [
        ("What is LOOM?", ["LOOM"]),
        ("By how much did errors fall with it?", ["LOOM"]),
        ("And who wrote it?", ["LOOM"]),
        ("Does it have code?", ["LOOM"]),
        ("Compare it with PISCES.", ["LOOM", "PISCES"]),
        ("Which of them is newer: list these papers by date", ["LOOM", "PISCES"]),
        ("Who wrote SEEDER?", ["SEEDER"]),
        ("What is its weakness in continued fractions?", ["SEEDER"]),
    ]
    before: list[tuple[str, Answer]] = []
    for question, papers in turns:
        answer = final(ask(question, *before))
        assert set(cited(answer)) == set(papers), question
        before.append((question, answer))


def test_the_newest_of_the_papers_found_before(ask: Ask) -> None:
    question = "Which papers since 2023 are there?"
    found = final(ask(question))
    assert set(cited(found)) == {"Compilers", "Endgames", "An"}
    oldest = final(ask("Which of them is the oldest?", (question, found)))
    assert cited(oldest) == ["Compilers"]


# --- with a model --------------------------------------------------------------------------------


def says(text: str) -> Stream:
    return lambda _: iter([text])


def test_a_written_answer_is_streamed_and_kept_where_it_holds(ask: Ask) -> None:
    prompts: list[list[Message]] = []

    def model(messages: list[Message]) -> Iterator[str]:
        prompts.append(messages)
        yield "LOOM needs 23 cards instead of 410 [E1]. It is also blue [E1]."

    events = ask("How many cards does LOOM need?", model=model)
    answer = final(events)
    assert (answer.mode, len(answer.sentences)) == ("generated", 1)
    assert answer.sentences[0].text == "LOOM needs 23 cards instead of 410."
    assert answer.notice == (
        "1 sentence of the model's text did not hold against the quoted words and was left out."
    )
    assert "23 cards" in prompts[0][1].content
    assert cited(answer) == ["LOOM"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LOOM needs 99 cards [E1].",
        "LOOM needs 23 cards.",
        "LOOM needs 23 cards [E77].",
        "The quoted sentences do not answer this.",
        "[E1]",
    ],
    ids=["silence", "wrong number", "no citation", "unknown key", "declined", "bare key"],
)
def test_quotations_stand_where_the_written_text_does_not_hold(text: str, ask: Ask) -> None:
    answer = final(ask("How many cards does LOOM need?", model=says(text)))
    assert (answer.status, answer.mode) == ("answered", "extractive")
    assert "23 cards" in answer.text
    assert "99" not in answer.text
    assert answer.notice


def test_quotations_stand_when_the_model_fails_in_the_middle(ask: Ask) -> None:
    def breaks(_: list[Message]) -> Iterator[str]:
        yield "LOOM needs 23 cards [E1]. And"
        raise ModelError("The model at localhost stopped answering.")

    answer = final(ask("How many cards does LOOM need?", model=breaks))
    assert answer.mode == "extractive"
    assert answer.notice == (
        "The model at localhost stopped answering. The quoted sentences stand instead."
    )


@pytest.mark.parametrize(
    "question", ["What is the price of bread?", "papers by Herschel", "Who wrote LOOM?", ""]
)
def test_no_model_is_asked_for_records_or_abstentions(question: str, ask: Ask) -> None:
    def never(_: list[Message]) -> Iterator[str]:
        raise AssertionError("the model was asked")
        yield ""

    final(ask(question, model=never))


# --- counts --------------------------------------------------------------------------------------


def test_counts_are_over_the_papers_on_a_topic_and_say_so(ask: Ask) -> None:
    answer = final(ask("Who works on chess?"))
    assert cited(answer) == ["Endgames"]
    told = [sentence.text for sentence in answer.sentences]
    assert told[:2] == ["Your library has 1 paper on “chess”.", "This paper has 2 authors."]
    assert told[2].endswith(": 1 paper")


# --- order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        (None, "cabde"),
        ("newest", "cabde"),
        ("oldest", "bacde"),
        ("score", "bca"),
        ("lowest_score", "acb"),
        ("most_authors", "ca"),
        ("fewest_authors", "ac"),
    ],
)
def test_papers_without_the_sorted_value_come_last_or_not_at_all(
    sort: str | None, ids: str
) -> None:
    papers = [
        Paper("d", "D"),
        Paper("a", "A", ("Ada Lovelace",), date="2020-05", score=1.0),
        Paper("b", "B", ("Ada Lovelace",), more_authors=True, date="2020", score=3.0),
        Paper("c", "C", ("Ada Lovelace", "Grace Hopper"), date="2021-01-01", score=2.0),
        Paper("e", "E"),
    ]
    assert "".join(p.id for p in ordered(iter(papers), sort)) == ids


# --- comparisons -----------------------------------------------------------------------------


def test_a_comparison_has_a_table_whose_cells_cite_their_own_papers(ask: Ask) -> None:
    answer = final(ask("Compare LOOM and PISCES on method, result and date."))
    table = answer.table
    assert table is not None
    assert table.aspects == ("method", "main result", "date")
    cited_by = {c.number: c.paper.id for c in answer.citations}
    for paper, row in zip(table.papers, table.cells, strict=True):
        for cell in row:
            assert cell.stated is bool(cell.citations)
            assert {cited_by[n] for n in cell.citations} <= {paper.id}
    assert any(cell.stated for row in table.cells for cell in row)


def test_other_answers_have_no_table(ask: Ask) -> None:
    assert final(ask("How many cards does LOOM need?")).table is None


def test_a_written_comparison_has_the_same_table(ask: Ask) -> None:
    question = "Compare LOOM and PISCES on result."
    written = final(ask(question, model=says("LOOM needs 23 cards [E1].")))
    quoted = final(ask(question))
    assert written.table is not None
    assert quoted.table is not None
    texts = [[cell.text for row in t.cells for cell in row] for t in (written.table, quoted.table)]
    assert texts[0] == texts[1]


def restates(text: str) -> Stream:
    """A model that says the question anew, and writes nothing that holds."""
    return lambda messages: iter([text if "restate" in messages[0].content else "Nothing."])


def test_a_question_that_only_the_conversation_explains_is_said_anew_by_a_model(ask: Ask) -> None:
    first = final(ask("What is LOOM?"))
    told = ("What is LOOM?", first)
    assert final(ask("Could one do with less?", told)).status == "abstained"
    answer = final(
        ask(
            "Could one do with less?",
            told,
            model=restates("Could one do with less cards than LOOM?"),
        )
    )
    assert answer.status == "answered"
    assert cited(answer) == cited(first)
    assert answer.question == "Could one do with less?"
    assert answer.notice is not None
    assert answer.notice.startswith("Asked as “Could one do with less cards than LOOM?”")


@pytest.mark.parametrize(
    "said",
    [
        "It stands alone.",
        "LOOM needs nine hundred cards.",
        "Is LOOM better than every other machine in the world?",  # words that nobody said
        "What is LOOM?\nWho wrote it?",
        "",
    ],
)
def test_a_model_that_does_not_restate_leaves_the_abstention(said: str, ask: Ask) -> None:
    told = ("What is LOOM?", final(ask("What is LOOM?")))
    assert final(ask("Could one do with less?", told, model=restates(said))).status == "abstained"


def test_a_model_that_fails_leaves_the_abstention(ask: Ask) -> None:
    def breaks(_: list[Message]) -> Iterator[str]:
        yield "What is "
        raise ModelError("The model's answer was cut off.")

    told = ("What is LOOM?", final(ask("What is LOOM?")))
    assert final(ask("Could one do with less?", told, model=breaks)).status == "abstained"


@pytest.mark.parametrize(
    "question", ["What is the price of bread?", "Who won the football world cup in 1998?"]
)
def test_what_has_nothing_to_do_with_the_paper_before_is_not_answered(
    question: str, ask: Ask
) -> None:
    assert final(ask(question, ("What is LOOM?", final(ask("What is LOOM?"))))).status == (
        "abstained"
    )
