"""Reading labelled questions: both layouts, and what is said when a file is not as it should be."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rag.base.errors import SourceError
from rag.evals.data import load


def lines(*rows: object) -> str:
    return "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "bees"
    found.mkdir()
    corpus = [{"id": "p1", "title": "Bees", "abstract": "They fly."}, {"id": 2, "title": "Wasps"}]
    queries = [
        {"id": "q1", "text": "Do bees fly?", "answerable": True, "split": "dev"},
        {"id": "q2", "text": "Do stones fly?", "answerable": False, "split": "train"},
    ]
    (found / "corpus.jsonl").write_text(lines(*corpus))
    (found / "queries.jsonl.gz").write_bytes(gzip.compress(lines(*queries).encode()))
    (found / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tp1\t2\nq1\t2\t0\n")
    return found


def test_a_folder_gives_its_questions_with_grades_above_zero(folder: Path) -> None:
    found = load(folder)
    assert (found.name, found.corpus_ids, found.remarks) == ("bees", ("p1", "2"), ())
    first, second = found.questions
    assert (first.text, first.answerable, first.relevant) == ("Do bees fly?", True, {"p1": 2})
    assert (second.answerable, second.relevant, second.evidence) == (False, {}, {})


def test_gold_sentences_of_one_paper_are_gathered_each_once(folder: Path) -> None:
    rows = [
        {"query_id": "q1", "corpus_id": "p1", "sentence_idx": [0], "sentences": ["They fly."]},
        {"query_id": "q1", "corpus_id": "p1", "sentences": ["They fly.", "They land."]},
    ]
    (folder / "evidence.jsonl").write_text(lines(*rows))
    assert load(folder).questions[0].evidence == {"p1": ("They fly.", "They land.")}


def test_grades_of_strangers_are_passed_over_and_counted(folder: Path) -> None:
    (folder / "qrels.tsv").write_text("q1\tp1\t1\nq9\tp1\t1\nq1\tp9\t1\n")
    found = load(folder)
    assert found.questions[0].relevant == {"p1": 1}
    assert found.remarks == ("2 lines of qrels.tsv name an unknown query or paper",)


def test_a_split_and_a_limit_choose_questions(folder: Path) -> None:
    found = load(folder)
    assert [q.id for q in found.part("train", None).questions] == ["q2"]
    assert [q.id for q in found.part(None, 1).questions] == ["q1"]
    with pytest.raises(
        SourceError, match=r"no questions of the split “test”; it has dev and train"
    ):
        found.part("test", None)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", None, r"has no corpus\.jsonl or corpus\.jsonl\.gz"),
        ("qrels.tsv", None, r"has no qrels\.tsv"),
        ("qrels.tsv", "q1 p1 1\n", r"qrels\.tsv, line 1: write query, paper and a whole number"),
        ("qrels.tsv", "q1\tp1\thigh\n", r"qrels\.tsv, line 1"),
        ("corpus.jsonl", '{"id": "p1"}\n\n{"title": "x"}\n', r"corpus\.jsonl, line 3: “id”"),
        ("corpus.jsonl", "not json\n", r"corpus\.jsonl, line 1: Invalid JSON"),
        ("evidence.jsonl", '{"query_id": "q1", "corpus_id": "p1"}\n', r"line 1: “sentences”"),
        ("queries.jsonl.gz", "plain", r"queries\.jsonl\.gz cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(
    folder: Path, name: str, text: str | None, message: str
) -> None:
    if text is None:
        (folder / name).unlink()
    else:
        (folder / name).write_text(text)
    with pytest.raises(SourceError, match=message):
        load(folder)


def test_a_truncated_archive_and_other_encodings_are_one_sentence(folder: Path) -> None:
    whole = (folder / "queries.jsonl.gz").read_bytes()
    (folder / "queries.jsonl.gz").write_bytes(whole[:-12])
    with pytest.raises(SourceError, match="cannot be read"):
        load(folder)
    (folder / "queries.jsonl.gz").unlink()
    (folder / "queries.jsonl").write_bytes("{}".encode("utf-16"))
    with pytest.raises(SourceError, match="is not UTF-8 text"):
        load(folder)


def test_two_questions_with_one_id_are_refused(folder: Path) -> None:
    row = {"id": "q1", "text": "?", "answerable": True}
    (folder / "queries.jsonl.gz").write_bytes(gzip.compress(lines(row, row).encode()))
    with pytest.raises(SourceError, match="the id “q1” twice"):
        load(folder)


def test_a_file_gives_questions_and_conversations(tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    turns = [{"question": "What is LOOM?", "gold": ["LOOM"]}, {"question": "Who wrote it?"}]
    asked = {
        "id": "a", "type": "fact", "question": "How many cards?", "gold": ["LOOM"],
        "facts": [["23", "twenty-three"]], "answerable": True,
    }  # fmt: skip
    file.write_text(lines(asked, {"id": "c", "turns": turns}))
    found = load(file)
    assert (found.name, found.corpus) == ("mine", None)
    fact, first, second = found.questions
    assert (fact.kind, fact.titles, fact.facts) == ("fact", ("LOOM",), (("23", "twenty-three"),))
    assert (first.id, first.follows, first.kind) == ("c.1", None, "turn")
    assert (second.id, second.follows, second.text) == ("c.2", "c.1", "Who wrote it?")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no questions"),
        ('{"id": "a", "claim": "x"}\n', "mine.jsonl, a: there is neither a “question” nor “turns”"),
        ('{"question": "x"}\n', "line 1: “id”"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.jsonl"
    file.write_text(text)
    with pytest.raises(SourceError, match=message):
        load(file)


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no file or folder"):
        load(tmp_path / "nowhere")


@pytest.mark.seeds
@pytest.mark.parametrize(
    ("name", "questions", "records"),
    [
        ("scifact", 809, 5183),
        ("scitldr", 834, 3229),
        ("pubmedqa", 500, 1000),
        ("cranfield", 113, 1400),
        ("evidence_inference", 2164, 3258),
        ("seed_questions.jsonl", 51, 0),
        ("seed_conversations.jsonl", 6, 0),
    ],
)
def test_the_shared_sets_are_read_whole(
    shared: Path, name: str, questions: int, records: int
) -> None:
    found = load(shared / "eval" / name)
    assert (len(found.questions), len(found.corpus_ids), found.remarks) == (questions, records, ())
