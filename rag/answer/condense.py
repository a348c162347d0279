"""A question that goes on from a conversation, said by a model so that it stands alone.

Only what the conversation says already may be in it: a model that answers, adds conditions or
repeats what a paper orders is not heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.answer.generate import Stream, without_thoughts
from rag.base.text import clean_line, content_words, words
from rag.base.types import Answer
from rag.models.prompts import Message, boundary, inert, load

STANDS_ALONE = "It stands alone."
PROMPT = "condense"
_MOST_TURNS = 3
_MOST_TITLES = 4  # of one answer
_MOST_CHARS = 300

History = Sequence[tuple[str, Answer]]


def condensed(
    question: str, history: History, stream: Stream, prompts_dir: Path | None = None
) -> str | None:
    """The question so that it stands alone; None where the model says nothing of the kind.

    Raises:
        ModelError: the endpoint failed.
        PromptError: the prompt cannot be used.
    """
    told = [(asked, _titles(answer)) for asked, answer in history[-_MOST_TURNS:]]
    said = _only_line("".join(without_thoughts(stream(_messages(question, told, prompts_dir)))))
    if not said.endswith("?") or len(said) > _MOST_CHARS or said == clean_line(question):
        return None
    known = {
        w for text in (question, *(part for turn in told for part in turn)) for w in words(text)
    }
    return said if known.issuperset(content_words(said)) else None


def _messages(
    question: str, told: Sequence[tuple[str, str]], prompts_dir: Path | None
) -> list[Message]:
    turns = [{"question": inert(asked), "titles": inert(titles)} for asked, titles in told]
    question = inert(question)
    return load(PROMPT, prompts_dir).render(
        question=question,
        turns=turns,
        boundary=boundary(f"{question} {turns}"),
        stands_alone=STANDS_ALONE,
    )


def _titles(answer: Answer) -> str:
    papers = [citation.paper.title for citation in answer.citations]
    papers += [paper.title for paper in answer.table.papers] if answer.table else []
    return "; ".join(list(dict.fromkeys(papers))[:_MOST_TITLES])


def _only_line(text: str) -> str:
    """The reply if it is one line; "" otherwise."""
    lines = [line for line in text.splitlines() if line.strip()]
    return clean_line(lines[0]) if len(lines) == 1 else ""
