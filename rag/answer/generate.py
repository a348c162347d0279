"""Answers written by a model from numbered quotations, checked before they are kept."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.answer import records
from rag.answer.draft import Draft
from rag.answer.verify import MARKER, check_written
from rag.base.text import clean_line
from rag.base.types import Evidence, Token
from rag.models.prompts import Message, load

CANNOT_ANSWER = "The quoted sentences do not answer this."
_MOST_EVIDENCE = 12
_KEPT = ("supported", "partial")


@dataclass(frozen=True, slots=True)
class Written:
    """A checked answer and how many sentences were struck from it."""

    draft: Draft
    struck: int
    declined: bool  # the model said that the evidence does not answer


def messages_for(
    question: str, evidence: Sequence[Evidence], prompts_dir: Path | None = None
) -> list[Message]:
    """The prompt: rules, and the evidence as numbered quotations behind a random boundary."""
    items = [
        {
            "key": key,
            "title": clean_line(e.paper.name),
            "people": clean_line(records.people(e.paper)),
            "year": e.paper.year or "",
            "sentence": clean_line(e.text),  # on one line: a break could imitate another entry
        }
        for key, e in keyed(evidence).items()
    ]
    return load("answer", prompts_dir).render(
        question=question,
        evidence=items,
        boundary=secrets.token_hex(8),
        cannot_answer=CANNOT_ANSWER,
    )


def keyed(evidence: Sequence[Evidence]) -> dict[str, Evidence]:
    """Evidence under the keys that the model may cite, from E1 on."""
    return {f"E{i}": e for i, e in enumerate(evidence[:_MOST_EVIDENCE], start=1)}


def write(
    question: str,
    evidence: Sequence[Evidence],
    stream: Callable[[list[Message]], Iterator[str]],
    prompts_dir: Path | None = None,
) -> Iterator[Token | Written]:
    """Stream the draft as `Token`s, then give the checked answer as the last item.

    Raises:
        ModelError: the endpoint failed; what was streamed so far must not be kept.
    """
    pieces: list[str] = []
    for piece in _without_markers(
        _collect(stream(messages_for(question, evidence, prompts_dir)), pieces)
    ):
        yield Token(piece)
    text = "".join(pieces)
    if CANNOT_ANSWER.casefold().rstrip(".") in text.casefold():
        yield Written(Draft(), 0, declined=True)
        return
    yield _checked(text, evidence, question)


def _checked(text: str, evidence: Sequence[Evidence], question: str) -> Written:
    draft = Draft()
    struck = 0
    for checked in check_written(text, keyed(evidence), question):
        if checked.support not in _KEPT:
            struck += 1
            continue
        numbers = tuple(draft.cite(e.paper, e.start, e.end) for e in checked.evidence)
        draft.say(checked.text, numbers, checked.support)
    return Written(draft, struck, declined=False)


def _collect(stream: Iterator[str], pieces: list[str]) -> Iterator[str]:
    for piece in stream:
        pieces.append(piece)
        yield piece


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
