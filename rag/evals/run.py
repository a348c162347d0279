"""Questions → records: every question goes through the assistant exactly as in the app."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rag.assistant import Assistant
from rag.base.errors import QuestionError, SourceError
from rag.base.types import Answer, Filters, Final, Progress
from rag.evals.corpus import Ids, locate, sought
from rag.evals.data import Question, QuestionSet
from rag.evals.records import Outcome, Quote, Rationale, Record
from rag.models.choose import embedder_of
from rag.models.embedder import Embedder

DEPTH = 100  # papers of a ranking
LIST = "meta"  # the kind of questions that want all papers of some kind and no other
_SENTENCES = 20  # of one paper, ranked

Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """What is asked of the assistant; rankings always are."""

    answers: bool = True
    withholds: bool = False  # each question again, without the papers that answer it


@dataclass(slots=True)
class _Asking:
    assistant: Assistant
    ids: Ids
    parts: Parts
    embedder: Embedder
    said: dict[str, list[tuple[str, Answer]]] = field(default_factory=dict)  # by question id


def ask_all(
    assistant: Assistant,
    questions: QuestionSet,
    ids: Ids,
    parts: Parts,
    progress: Watch | None = None,
) -> tuple[Record, ...]:
    """One record a question, in their order.

    Raises:
        SourceError: titles are asked for, and the library has none of them.
    """
    groups = _groups(assistant, questions)
    # An embedder of our own: what embedding costs alone is measured without what it remembers.
    embedder = embedder_of(assistant.settings)
    assistant.warm()
    assistant.search("warm")
    asking = _Asking(assistant, ids, parts, embedder)
    records: list[Record] = []
    for question in questions.questions:
        records.append(_record(asking, question, groups.get(question.id, ())))
        if progress is not None:
            progress(Progress(len(records), len(questions.questions), "asking"))
    return tuple(records)


def _groups(assistant: Assistant, questions: QuestionSet) -> dict[str, tuple[tuple[str, ...], ...]]:
    """Question → for each title that it wants, the papers that have it."""
    asking = [q for q in questions.questions if q.titles]
    papers = list(assistant.papers()) if asking else []
    groups = {q.id: sought(q, papers) for q in asking}
    if asking and not any(group for found in groups.values() for group in found):
        raise SourceError(
            f"The library has none of the papers that {questions.name} asks for; "
            "add them first, or name another with --library."
        )
    return groups


def _record(asking: _Asking, question: Question, groups: Sequence[Sequence[str]]) -> Record:
    relevant = _relevant(asking.ids, question, groups)
    timings = {"embedding": _embedding_ms(asking.embedder, question.text)}
    outcome = withheld = correct = None
    if asking.parts.answers:
        answer, spent = _ask(asking, question)
        timings |= spent
        outcome = _outcome(answer, asking.ids)
        if question.kind is not None or question.titles:
            correct = is_correct(question, groups, answer)
        if asking.parts.withholds and _can_withhold(question, relevant):
            withheld = _outcome(_ask_without(asking, question, groups), asking.ids)
    started = time.perf_counter()
    hits = asking.assistant.search(question.text, k=DEPTH)
    timings["search"] = _ms_since(started)  # the vector is remembered by now
    return Record(
        question.id,
        question.text,
        answerable=question.answerable,
        split=question.split,
        kind=question.kind,
        relevant=relevant,
        ranking=tuple((asking.ids.shown(hit.paper.id), hit.score) for hit in hits),
        outcome=outcome,
        withheld=withheld,
        rationales=tuple(_rationales(asking, question)),
        correct=correct,
        timings_ms=timings,
    )


def _can_withhold(question: Question, relevant: dict[str, int]) -> bool:
    """Whether a question has no answer without its papers: a list is just another list then."""
    is_list = question.kind == LIST
    return question.answerable and bool(relevant) and not question.follows and not is_list


def _relevant(ids: Ids, question: Question, groups: Sequence[Sequence[str]]) -> dict[str, int]:
    if question.titles:
        return {ids.shown(paper_id): 1 for group in groups for paper_id in group}
    grades: dict[str, int] = {}
    for corpus_id, grade in question.relevant.items():
        key = ids.canonical(corpus_id)
        grades[key] = max(grade, grades.get(key, 0))
    return grades


def _ask(asking: _Asking, question: Question) -> tuple[Answer, dict[str, float]]:
    """The answer, and how long it took until its evidence and until it was whole."""
    history = asking.said.get(question.follows or "", [])
    started = time.perf_counter()
    evidence_ms: float | None = None
    for event in asking.assistant.stream(question.text, history):
        if evidence_ms is None:  # `EvidenceFound`, or `Final` when nothing was enough
            evidence_ms = _ms_since(started)
        if isinstance(event, Final):
            asking.said[question.id] = [*history, (question.text, event.answer)]
            return event.answer, {"evidence": evidence_ms, "answer": _ms_since(started)}
    raise AssertionError("a stream ends with Final")  # pragma: no cover


def _ask_without(asking: _Asking, question: Question, groups: Sequence[Sequence[str]]) -> Answer:
    own = {asking.ids.papers[i] for i in question.relevant if i in asking.ids.papers}
    own.update(paper_id for group in groups for paper_id in group)
    return asking.assistant.ask(question.text, without=Filters(ids=tuple(sorted(own))))


def _embedding_ms(embedder: Embedder, text: str) -> float:
    started = time.perf_counter()
    embedder.embed([text])
    return _ms_since(started)


def _ms_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


def _outcome(answer: Answer, ids: Ids) -> Outcome:
    papers = [citation.paper for citation in answer.citations] or list(answer.nearest)
    return Outcome(
        answer.status,
        answer.mode,
        reason=answer.reason,
        confidence=answer.confidence,
        lead=ids.shown(papers[0].id) if papers else None,
        quotes=tuple(Quote(ids.shown(c.paper.id), c.start, c.end) for c in answer.citations),
    )


def _rationales(asking: _Asking, question: Question) -> list[Rationale]:
    """Gold sentences beside the assistant's ranking of all sentences of the same paper."""
    found: list[Rationale] = []
    for corpus_id, sentences in question.evidence.items():
        paper = asking.assistant.paper(asking.ids.papers.get(corpus_id, ""))
        if paper is None:
            continue
        spans = [locate(sentence, paper.abstract) for sentence in sentences]
        gold = tuple(dict.fromkeys(span for span in spans if span))
        try:
            ranked = asking.assistant.evidence(question.text, paper.id, k=_SENTENCES)
        except QuestionError:
            ranked = []
        found.append(
            Rationale(
                asking.ids.shown(paper.id),
                gold,
                tuple((evidence.start, evidence.end) for evidence in ranked),
                not_in_text=spans.count(None),
            )
        )
    return found


def is_correct(question: Question, groups: Sequence[Sequence[str]], answer: Answer) -> bool:
    """Whether an answer to a question of a file is the one wanted.

    Unanswerable: it abstains. Lists ("meta"): it cites the papers asked for and no other. Others:
    it cites every paper asked for, and has one string of every group of facts.
    """
    if not question.answerable or answer.status == "abstained":
        return not question.answerable and answer.status == "abstained"
    cited = {citation.paper.id for citation in answer.citations}
    if not all(cited.intersection(group) for group in groups):
        return False
    if question.kind == LIST and cited - {i for group in groups for i in group}:
        return False
    said = " ".join([answer.text, *(c.quote for c in answer.citations)]).casefold()
    return all(any(fact.casefold() in said for fact in group) for group in question.facts)
