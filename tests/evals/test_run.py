"""Questions go through the assistant as in the app, and their records say what came back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.errors import SourceError
from rag.base.settings import Settings
from rag.base.types import Answer, Citation, Paper, Progress, Sentence
from rag.evals import records
from rag.evals.corpus import Ids, cache_folder, fill, locate, sought
from rag.evals.data import Question, load
from rag.evals.records import Record, Run
from rag.evals.run import LIST, Parts, ask_all, is_correct


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, labelled: Path) -> Iterator[Assistant]:
    """A library with the corpus."""
    settings = Settings(_env_file=None, library=tmp_path_factory.mktemp("filled") / "library")
    with Assistant.open(settings=settings) as assistant:
        assistant.add(labelled / "corpus.jsonl")
        yield assistant


@pytest.fixture(scope="module")
def asked(filled: Assistant, labelled: Path) -> dict[str, Record]:
    questions = load(labelled)
    ids = fill(filled, labelled / "corpus.jsonl", questions.corpus_ids)
    found = ask_all(filled, questions, ids, Parts(withholds=True))
    return {record.id: record for record in found}


def test_an_answer_is_recorded_under_the_ids_of_the_corpus(asked: dict[str, Record]) -> None:
    bees = asked["bees"]
    assert bees.relevant == {"bees": 1}
    assert bees.ranking[0][0] == "bees"
    assert {paper for paper, _ in bees.ranking} <= {*"loom bees hands radon".split()} | {
        f"p{i}" for i in range(13)
    }
    assert bees.outcome
    assert (bees.outcome.status, bees.outcome.lead) == ("answered", "bees")
    assert {quote.paper for quote in bees.outcome.quotes} == {"bees"}


def test_records_that_are_one_paper_go_by_the_first_id(asked: dict[str, Record]) -> None:
    assert asked["cards"].relevant == {"loom": 2}
    assert asked["cards"].ranking[0][0] == "loom"


def test_without_its_paper_a_question_is_another(asked: dict[str, Record]) -> None:
    bees = asked["bees"]
    assert bees.withheld
    assert bees.withheld.lead != "bees"
    assert bees.outcome
    assert (bees.withheld.confidence or 0) < (bees.outcome.confidence or 0)
    assert asked["whales"].withheld is None  # it has no paper that could be left out
    assert asked["whales"].outcome
    assert asked["whales"].outcome.status == "abstained"


def test_gold_sentences_are_found_in_the_stored_text_and_the_rest_is_counted(
    asked: dict[str, Record], corpus: list[dict[str, object]]
) -> None:
    (cards,) = asked["cards"].rationales
    text = str(corpus[0]["abstract"])
    assert text[slice(*cards.gold[0])].startswith("We introduce LOOM")
    assert text[slice(*cards.ranked[0])].endswith("instead of 410.")
    assert len(asked["bees"].rationales[0].gold) == 1
    (hands,) = asked["hands"].rationales
    assert (hands.gold, hands.not_in_text) == ((), 1)


def test_every_part_is_timed(asked: dict[str, Record]) -> None:
    for record in asked.values():
        assert set(record.timings_ms) == {"embedding", "evidence", "answer", "search"}
        assert 0 < record.timings_ms["evidence"] <= record.timings_ms["answer"]


def test_a_filled_library_is_not_filled_again(filled: Assistant, labelled: Path) -> None:
    ids = load(labelled).corpus_ids
    complete = tuple(i for i in ids if i != "empty")
    seen: list[Progress] = []
    first = fill(filled, labelled / "corpus.jsonl", complete, seen.append)
    assert not seen
    assert fill(filled, labelled / "corpus.jsonl", ids, seen.append) == first
    assert seen  # something is missing, so it was tried again
    assert first.papers["twin"] == first.papers["loom"]
    assert len(first.corpus) == len(first.papers) - 1
    assert first.shown("of another corpus") == "+of another corpus"


def test_a_corpus_of_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"id": "a"}\n')
    with Assistant.open(tmp_path / "library") as assistant, pytest.raises(SourceError):
        fill(assistant, tmp_path / "corpus.jsonl", ["a"])


def test_another_corpus_has_another_library(labelled: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(labelled, tmp_path / labelled.name)
    first = cache_folder(load(labelled))
    assert cache_folder(load(copy)) == first
    with (copy / "corpus.jsonl").open("a") as file:
        file.write('{"id": "one more"}\n')
    assert cache_folder(load(copy)) != first


def test_rankings_can_be_had_without_answers(
    labelled: Path, history: Assistant, tmp_path: Path
) -> None:
    found = ask_all(history, load(labelled), Ids(), Parts(answers=False))
    assert all(record.outcome is None and record.ranking for record in found)


# --- one's own questions -----------------------------------------------------------------------


def write(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_a_conversation_is_asked_in_order_with_what_was_said(
    history: Assistant, tmp_path: Path
) -> None:
    turns = [
        {"question": "What is LOOM?", "gold": ["LOOM"]},
        {"question": "And who wrote it?", "gold": ["LOOM"], "facts": [["Lovelace"]]},
    ]
    file = write(tmp_path / "talk.jsonl", {"id": "c", "turns": turns})
    first, second = ask_all(history, load(file), Ids(), Parts(withholds=True))
    assert (first.id, first.correct, second.id, second.correct) == ("c.1", True, "c.2", True)
    assert second.relevant == first.relevant
    assert second.withheld is None
    alone = write(tmp_path / "alone.jsonl", {"id": "a", **turns[1]})
    (record,) = ask_all(history, load(alone), Ids(), Parts())
    assert record.correct is False


def test_a_library_without_any_of_the_papers_asked_for_is_refused(
    history: Assistant, tmp_path: Path
) -> None:
    file = write(tmp_path / "q.jsonl", {"id": "a", "question": "What is SOAP?", "gold": ["SOAP"]})
    with pytest.raises(SourceError, match="has none of the papers that q asks for"):
        ask_all(history, load(file), Ids(), Parts())


def test_titles_are_found_by_their_whole_first_words() -> None:
    papers = [Paper("1", "LOOM: Weaving"), Paper("2", "Loom"), Paper("3", "Looming Waves")]
    question = Question("q", "?", titles=("LOOM", "Looming", "Weaving"))
    assert sought(question, papers) == (("1", "2"), ("3",), ())


def paper(number: int) -> Citation:
    return Citation(number, Paper(str(number), "T"), "quoted 5.4x", 0, 0)


def answer(*cited: int, text: str = "It is 40%.") -> Answer:
    sentences = (Sentence(text, tuple(cited), "quoted"),)
    citations = tuple(map(paper, cited))
    return Answer("?", "answered", "extractive", sentences=sentences, citations=citations)


@pytest.mark.parametrize(
    ("question", "groups", "given", "expected"),
    [
        (Question("q", "?"), [["1"]], answer(1, 2), True),
        (Question("q", "?"), [["1"], ["3"]], answer(1, 2), False),
        (Question("q", "?"), [["3", "1"]], answer(1), True),
        (Question("q", "?"), [[]], answer(1), False),
        (Question("q", "?", kind=LIST), [["1"], ["2"]], answer(2, 1), True),
        (Question("q", "?", kind=LIST), [["1"]], answer(1, 2), False),
        (Question("q", "?", facts=(("40%", "forty"), ("5.4X",))), [["1"]], answer(1), True),
        (Question("q", "?", facts=(("40%",), ("35%",))), [["1"]], answer(1), False),
        (Question("q", "?", answerable=False), [], answer(1), False),
        (Question("q", "?", answerable=False), [], Answer("?", "abstained", "extractive"), True),
        (Question("q", "?"), [], Answer("?", "abstained", "extractive"), False),
    ],
)
def test_what_counts_as_correct(
    question: Question, groups: list[list[str]], given: Answer, expected: bool
) -> None:
    assert is_correct(question, groups, given) is expected


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It costs $5.4\\times$ less", "It  costs $5.4\\times$\nless"),
        ("IT COSTS", "It  costs"),
        ("nothing like it", None),
        ("…", None),
    ],
)
def test_a_sentence_is_located_whatever_spaces_and_case(sentence: str, found: str | None) -> None:
    text = "Before. It  costs $5.4\\times$\nless. After."
    span = locate(sentence, text)
    assert (span and text[slice(*span)]) == found


# --- files of runs -----------------------------------------------------------------------------


def test_a_run_is_read_as_it_was_saved(asked: dict[str, Record], tmp_path: Path) -> None:
    run = Run("history", tuple(asked.values()), 13, split="dev", remarks=("one",))
    records.save(run, tmp_path / "run.json")
    assert records.read(tmp_path / "run.json") == run


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "is not a run of `askpapers eval`"),
        ("nonsense", "is not a run of `askpapers eval`"),
        ('{"name": "x", "records": [], "papers": 1, "form": 0}', "made by another version"),
    ],
)
def test_other_files_are_no_runs(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(SourceError, match=message):
        records.read(tmp_path / "run.json")


def test_a_file_that_is_not_there_and_one_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"run\.json cannot be read"):
        records.read(tmp_path / "run.json")
    with pytest.raises(SourceError, match="cannot be written"):
        records.save(Run("x", (), 0), tmp_path)
