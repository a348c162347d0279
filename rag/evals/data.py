"""Labelled questions: a folder in the layout below, or a file of questions over one's own library.

A folder holds `corpus.jsonl` (id, title, authors, year, abstract), `queries.jsonl` (id, text,
answerable, split, extra), `qrels.tsv` (query, paper, grade) and, if it has any, `evidence.jsonl`
(query_id, corpus_id, sentences); each may be gzipped. A file has a question a line (id, type,
question, gold, facts, answerable), or a conversation (id, turns); `gold` are beginnings of titles.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.base.errors import SourceError
from rag.base.text import clean_line

Grades = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known about its right answer."""

    id: str
    text: str
    answerable: bool = True
    split: str | None = None
    kind: str | None = None  # "lookup", "fact", "compare" … in question files
    relevant: Grades = field(default_factory=dict)  # corpus id → grade, above 0
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # corpus id → sentences
    titles: tuple[str, ...] = ()  # how the titles of the papers that are asked for begin
    facts: tuple[tuple[str, ...], ...] = ()  # of each group, one must be in the answer
    follows: str | None = None  # id of the question before it in the same conversation


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions with the corpus that they are asked of; a file of questions brings none."""

    name: str
    questions: tuple[Question, ...]
    corpus: Path | None = None
    corpus_ids: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()  # what in the files was passed over, for the reader

    def part(self, split: str | None, limit: int | None) -> QuestionSet:
        """The questions of one split, or the first `limit` of them.

        Raises:
            SourceError: there is no question in this split.
        """
        chosen = tuple(q for q in self.questions if split is None or q.split == split)
        if not chosen:
            known = sorted({q.split for q in self.questions if q.split})
            has = f"it has {' and '.join(known)}" if known else "its questions have no split"
            raise SourceError(f"{self.name} has no questions of the split “{split}”; {has}.")
        return QuestionSet(
            self.name, chosen[:limit], self.corpus, self.corpus_ids, remarks=self.remarks
        )


def load(path: Path) -> QuestionSet:
    """Read a folder in the layout, or a file of questions.

    Raises:
        SourceError: something is missing or malformed; the message names the file and the line.
    """
    if path.is_dir():
        return _from_folder(path)
    if not path.is_file():
        raise SourceError(f"There is no file or folder {path}.")
    return _from_file(path)


# --- a folder --------------------------------------------------------------------------------


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)


class _CorpusRow(_Row):
    id: str


class _QueryRow(_Row):
    id: str
    text: str
    answerable: bool = True
    split: str | None = None


class _EvidenceRow(_Row):
    query_id: str
    corpus_id: str
    sentences: list[str]


def _from_folder(folder: Path) -> QuestionSet:
    corpus = _required(folder, "corpus.jsonl")
    ids = tuple(clean_line(row.id) for row in _rows(corpus, _CorpusRow))
    queries = list(_rows(_required(folder, "queries.jsonl"), _QueryRow))
    _forbid_twins([row.id for row in queries], "queries.jsonl")
    asked, known = {row.id for row in queries}, set(ids)
    grades, strangers = _grades(folder / "qrels.tsv", asked, known)
    sentences = _sentences(folder, known)
    questions = tuple(
        Question(
            row.id,
            row.text,
            answerable=row.answerable,
            split=row.split,
            relevant=grades.get(row.id, {}),
            evidence={key: tuple(found) for key, found in sentences.get(row.id, {}).items()},
        )
        for row in queries
    )
    remarks = (f"{strangers} lines of qrels.tsv name an unknown query or paper",)
    return QuestionSet(folder.name, questions, corpus, ids, remarks if strangers else ())


def _required(folder: Path, name: str) -> Path:
    found = _present(folder, name)
    if found is None:
        raise SourceError(f"{folder} has no {name} or {name}.gz; see `askpapers eval --help`.")
    return found


def _present(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def _grades(path: Path, asked: set[str], known: set[str]) -> tuple[dict[str, dict[str, int]], int]:
    """Query → paper → grade, and how many lines name a query or paper that is not there."""
    if not path.is_file():
        raise SourceError(f"{path.parent} has no qrels.tsv, which says which paper answers what.")
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    strangers = 0
    for number, line in _lines(path):
        parts = line.split("\t")
        if number == 1 and parts[-1].strip() == "score":
            continue
        if len(parts) != 3 or not parts[2].strip().lstrip("-").isdecimal():
            raise SourceError(
                f"{path.name}, line {number}: write query, paper and a whole number, "
                "with a tab between them."
            )
        query, paper, grade = parts[0], clean_line(parts[1]), int(parts[2])
        if query not in asked or paper not in known:
            strangers += 1
        elif grade > 0:
            grades[query][paper] = grade
    return grades, strangers


def _sentences(folder: Path, known: set[str]) -> dict[str, dict[str, dict[str, None]]]:
    """Query → paper → its gold sentences, in order, each once."""
    found: dict[str, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    path = _present(folder, "evidence.jsonl")
    for row in _rows(path, _EvidenceRow) if path else ():
        paper = clean_line(row.corpus_id)
        if paper in known:
            found[row.query_id][paper].update(dict.fromkeys(row.sentences))
    return found


# --- a file ----------------------------------------------------------------------------------


class _TurnRow(_Row):
    question: str
    gold: list[str] = Field(default_factory=list)
    facts: list[list[str]] = Field(default_factory=list)
    answerable: bool = True


class _AskedRow(_Row):
    """A question, or a conversation of several."""

    id: str
    type: str | None = None
    split: str | None = None
    question: str | None = None
    gold: list[str] = Field(default_factory=list)
    facts: list[list[str]] = Field(default_factory=list)
    answerable: bool = True
    turns: list[_TurnRow] = Field(default_factory=list)


def _from_file(path: Path) -> QuestionSet:
    questions: list[Question] = []
    for row in _rows(path, _AskedRow):
        if row.question is not None:
            questions.append(_asked(row.id, row, row.question, row, kind=row.type))
        elif row.turns:
            questions += _conversation(row)
        else:
            raise SourceError(
                f"{path.name}, {row.id}: there is neither a “question” nor “turns” in it."
            )
    if not questions:
        raise SourceError(f"{path.name} has no questions.")
    _forbid_twins([q.id for q in questions], path.name)
    return QuestionSet(path.name.split(".")[0], tuple(questions))


def _conversation(row: _AskedRow) -> Iterator[Question]:
    before: str | None = None
    for place, turn in enumerate(row.turns, start=1):
        own_id = f"{row.id}.{place}"
        yield _asked(own_id, row, turn.question, turn, kind="turn", follows=before)
        before = own_id


def _asked(
    own_id: str,
    row: _AskedRow,
    text: str,
    wanted: _AskedRow | _TurnRow,
    *,
    kind: str | None,
    follows: str | None = None,
) -> Question:
    return Question(
        own_id,
        text,
        answerable=wanted.answerable,
        split=row.split,
        kind=kind,
        titles=tuple(wanted.gold),
        facts=tuple(tuple(group) for group in wanted.facts),
        follows=follows,
    )


# --- reading ---------------------------------------------------------------------------------

_AnyRow = TypeVar("_AnyRow", bound=_Row)


def _rows(path: Path, model: type[_AnyRow]) -> Iterator[_AnyRow]:
    for number, line in _lines(path):
        try:
            yield model.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            what = f"“{where}”: {first['msg']}" if where else first["msg"]
            raise SourceError(f"{path.name}, line {number}: {what}.") from error


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a plain or gzipped file that are not blank, with their numbers."""
    try:
        with (
            gzip.open(path) if path.suffix == ".gz" else path.open("rb") as raw,
            io.TextIOWrapper(raw, encoding="utf-8-sig") as lines,
        ):
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path} cannot be read ({error}).") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8 text; save it as UTF-8.") from error


def _forbid_twins(ids: list[str], name: str) -> None:
    seen: set[str] = set()
    for own_id in ids:
        if own_id in seen:
            raise SourceError(f"{name} has the id “{own_id}” twice; every question needs its own.")
        seen.add(own_id)
