"""A corpus in a library: added once, and every paper found again under its id in the corpus."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from rag.assistant import Assistant
from rag.base.errors import SourceError
from rag.base.text import fold
from rag.base.types import Paper, Progress
from rag.evals.data import Question, QuestionSet
from rag.ingest.pipeline import library_identity
from rag.models.embed import IDENTITY
from rag.models.embedder import EmbedderIdentity

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ids:
    """Which paper of the library is which record of the corpus.

    Records that the library takes for one paper share it; the paper goes by the first one's id.
    """

    papers: dict[str, str] = field(default_factory=dict)  # corpus id → paper id
    corpus: dict[str, str] = field(default_factory=dict)  # paper id → its corpus id

    def shown(self, paper_id: str) -> str:
        """The corpus id of a paper, or "+" and its own id where the corpus does not have it."""
        return self.corpus.get(paper_id, f"+{paper_id}")

    def canonical(self, corpus_id: str) -> str:
        """The corpus id under which a record's paper goes; its own if it was not added."""
        return self.shown(self.papers[corpus_id]) if corpus_id in self.papers else corpus_id


def cache_folder(questions: QuestionSet, embedder: EmbedderIdentity = IDENTITY) -> Path:
    """Where the library of a corpus is kept: another folder for other text or another model."""
    if questions.corpus is None:
        raise SourceError(f"{questions.name} has no corpus; name the library that it asks of.")
    made_with = "\n".join(library_identity(embedder).values()).encode()
    digest = hashlib.sha256(questions.corpus.read_bytes() + made_with).hexdigest()[:12]
    cache = Path(platformdirs.user_cache_dir("askpapers", appauthor=False))
    return cache / "evals" / f"{questions.name}-{digest}"


def fill(
    assistant: Assistant,
    corpus: Path,
    corpus_ids: Sequence[str],
    progress: Callable[[Progress], None] | None = None,
) -> Ids:
    """Add a corpus to the library unless it is there, and find its papers.

    Raises:
        SourceError: none of it could be added.
    """
    corpus = corpus.resolve()
    ids = _ids(assistant, corpus, corpus_ids)
    if len(ids.papers) < len(set(corpus_ids)):
        assistant.add(corpus, progress=progress)
        ids = _ids(assistant, corpus, corpus_ids)
    if not ids.papers:
        raise SourceError(f"No record of {corpus} could be added to the library.")
    return ids


def _ids(assistant: Assistant, corpus: Path, corpus_ids: Sequence[str]) -> Ids:
    paper_of = {
        source.where.removeprefix("id "): paper.id
        for paper in assistant.papers()
        for source in paper.sources
        if source.origin == str(corpus) and source.where.startswith("id ")
    }
    ids = Ids()
    for corpus_id in corpus_ids:
        if corpus_id in paper_of:
            ids.papers[corpus_id] = paper_of[corpus_id]
            ids.corpus.setdefault(paper_of[corpus_id], corpus_id)
    return ids


# --- questions over one's own library ----------------------------------------------------------


def sought(question: Question, papers: Sequence[Paper]) -> tuple[tuple[str, ...], ...]:
    """For each title that a question wants, the ids of the papers that begin with it."""
    folded = [(paper.id, fold(paper.title) + " ") for paper in papers]
    return tuple(
        tuple(i for i, title in folded if title.startswith(fold(wanted) + " "))
        for wanted in question.titles
    )


# --- gold sentences in the stored text ---------------------------------------------------------


def locate(sentence: str, text: str) -> Span | None:
    """Where a sentence stands in a text, whatever was done to spaces, punctuation and case."""
    letters, places = _letters(text)
    wanted, _ = _letters(sentence)
    at = letters.find(wanted) if wanted else -1
    return None if at < 0 else (places[at], places[at + len(wanted) - 1] + 1)


def _letters(text: str) -> tuple[str, list[int]]:
    """The letters and digits of a text in one case, and the offset of each."""
    found = [(c, i) for i, char in enumerate(text) for c in char.casefold() if c.isalnum()]
    return "".join(c for c, _ in found), [i for _, i in found]
