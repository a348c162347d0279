"""Answers written by a model from numbered quotations, checked before they are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.answer import records
from rag.answer.claim import ClaimJudge
from rag.answer.draft import Draft
from rag.answer.orders import is_echo, without_orders
from rag.answer.verify import MARKER, Checking
from rag.base.errors import ModelError
from rag.base.provenance import Check
from rag.base.text import clean_text
from rag.base.types import Evidence, Token
from rag.models.prompts import Message, boundary, inert, load

CANNOT_ANSWER = "The quoted sentences do not answer this."
PROMPT = "answer"
_MOST_EVIDENCE = 12
_MOST_CHARS = 12_000  # of all quotations, about three thousand tokens: more dilutes the answer
_KEPT = ("quoted", "supported", "partial")
_SENTENCE_ENDS = re.compile(r"[.!?\n]")
_THOUGHT, _ANSWERS = "<think>", "</think>"
Stream = Callable[[list[Message]], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Written:
    """A checked answer and how many sentences were struck from it."""

    draft: Draft
    struck: int
    declined: bool  # the model said that the evidence does not answer
    checks: tuple[Check, ...] = ()
    left_out: int = 0  # quotations that the model had no room for


def messages_for(
    question: str, evidence: Sequence[Evidence], prompts_dir: Path | None = None
) -> list[Message]:
    """The prompt: rules, and the evidence as numbered quotations behind a random boundary."""
    items = [
        {
            "key": key,
            "title": inert(e.paper.name),
            "people": inert(records.people(e.paper)),
            "year": e.paper.year or "",
            "sentence": inert(e.text),
        }
        for key, e in keyed(evidence).items()
    ]
    question = inert(question)
    return load(PROMPT, prompts_dir).render(
        question=question,
        evidence=items,
        boundary=boundary(f"{question} {items}"),
        cannot_answer=CANNOT_ANSWER,
    )


def keyed(evidence: Sequence[Evidence]) -> dict[str, Evidence]:
    """Evidence under the keys that the model may cite, from E1 on, in the order of the prompt.

    Models read the beginning and the end best: the best paper comes first, the next best last.
    """
    by_paper: dict[str, list[Evidence]] = {}
    for e in _fitting(evidence):
        by_paper.setdefault(e.paper.id, []).append(e)
    papers = list(by_paper.values())
    arranged = [*papers[::2], *reversed(papers[1::2])]
    return {f"E{i}": e for i, e in enumerate((e for paper in arranged for e in paper), start=1)}


def write(
    question: str,
    evidence: Sequence[Evidence],
    stream: Stream,
    prompts_dir: Path | None = None,
    judge: ClaimJudge | None = None,
) -> Iterator[Token | Written]:
    """Stream the draft as `Token`s, then give the checked answer as the last item.

    Sentences are checked as they are complete. A model that has no room for the evidence is asked
    once more with half of it.

    Raises:
        ModelError: the endpoint failed; what was streamed so far must not be kept.
    """
    given = _fitting(evidence)
    if not given:
        yield Written(Draft(), 0, declined=True)
        return
    pieces: list[str] = []
    checking = Checking(keyed(given), question, judge)
    try:
        yield from _drafted(stream(messages_for(question, given, prompts_dir)), pieces, checking)
    except ModelError as error:
        if error.kind != "too_long" or pieces or len(given) < 2:
            raise
        given = _half(given)
        checking = Checking(keyed(given), question, judge)
        yield from _drafted(stream(messages_for(question, given, prompts_dir)), pieces, checking)
    left_out = len(_fitting(evidence)) - len(given)
    yield _checked("".join(pieces), checking, question, left_out)


def _drafted(stream: Iterator[str], pieces: list[str], checking: Checking) -> Iterator[Token]:
    """What is shown while it is written; `pieces` take all that was, and it settles on the way."""
    for piece in _without_markers(_collect(without_thoughts(stream), pieces)):
        yield Token(piece)
        if _SENTENCE_ENDS.search(piece):
            checking.settle("".join(pieces))


def _checked(text: str, checking: Checking, question: str, left_out: int) -> Written:
    draft, text = Draft(), clean_text(text)
    if CANNOT_ANSWER.casefold().rstrip(".") in text.casefold():
        return Written(draft, 0, declined=True, left_out=left_out)
    checks: list[Check] = []
    for checked in checking.outcome(text):
        kept = checked.support in _KEPT and not is_echo(checked.text, checked.evidence, question)
        papers = tuple(dict.fromkeys(e.paper.id for e in checked.evidence))
        checks.append(Check(checked.text, papers, checked.support, kept))
        if kept:
            numbers = tuple(draft.cite(e.paper, e.start, e.end) for e in checked.evidence)
            draft.say(checked.text, numbers, checked.support)
    struck = sum(not check.kept for check in checks)
    return Written(draft, struck, declined=False, checks=tuple(checks), left_out=left_out)


# --- evidence for a prompt -------------------------------------------------------------------


def _fitting(evidence: Sequence[Evidence]) -> list[Evidence]:
    """As much of the evidence as a prompt takes, and one of it in any case; no orders."""
    fitting = without_orders(evidence)[:_MOST_EVIDENCE]
    while len(fitting) > 1 and sum(len(e.text) for e in fitting) > _MOST_CHARS:
        fitting.pop()
    return fitting


def _half(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The first half: the best of every paper before the second of any, so that sides remain."""
    seen: Counter[str] = Counter()
    ranks: list[tuple[int, int]] = []
    for place, e in enumerate(evidence):
        ranks.append((seen[e.paper.id], place))
        seen[e.paper.id] += 1
    kept = sorted(place for _, place in sorted(ranks)[: len(evidence) // 2])
    return [evidence[place] for place in kept]


# --- what a model streams --------------------------------------------------------------------


def _collect(stream: Iterator[str], pieces: list[str]) -> Iterator[str]:
    for piece in stream:
        pieces.append(piece)
        yield piece


def without_thoughts(stream: Iterator[str]) -> Iterator[str]:
    """The stream without what a model thinks aloud, between tags, before it answers."""
    held = ""
    for piece in stream:
        held += piece
        begun = held.lstrip()
        if not (begun.startswith(_THOUGHT) or _THOUGHT.startswith(begun)):
            yield held
            yield from stream
            return
        if _ANSWERS in held:
            yield held.split(_ANSWERS, 1)[1].lstrip()
            yield from stream
            return
    if held.strip() and not held.lstrip().startswith(_THOUGHT):
        yield held


def _without_markers(stream: Iterator[str]) -> Iterator[str]:
    """The stream without "[E3]", also where a marker is cut by the borders of pieces."""
    held = ""
    for piece in stream:
        held = MARKER.sub("", held + piece)
        # What may be the beginning of a marker, the space before it included, waits for the rest.
        opened = re.search(r"\s*(?:\[[^\]]{0,40})?$", held)
        ready, held = (held[: opened.start()], held[opened.start() :]) if opened else (held, "")
        if ready:
            yield ready
    if held.strip():
        yield held
