"""A written answer given again: to the same question, of the same library, by the same model.

For libraries that many ask: a model costs money and seconds, and would be shown the same words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.answer import generate
from rag.base.errors import PromptError
from rag.base.settings import Settings
from rag.base.text import clean_line
from rag.base.types import Answer, Event, EvidenceFound, Final, Token
from rag.index.store import Store
from rag.models.llm import Writer
from rag.models.prompts import prompt_id


def reused(
    question: str, ignoring: Sequence[str], store: Store, writer: Writer | None, settings: Settings
) -> Iterator[Event] | None:
    """The events of an answer that the library keeps and that may stand again; None if none may.

    It may when nothing that it came of has changed, and when the model's text was whole and every
    sentence of it held. A model that is free in its words is asked anew.
    """
    if writer is None or not settings.reuses_answers or settings.temperature > 0:
        return None
    try:
        made_of = (
            store.revision,
            writer.identity,
            prompt_id(generate.PROMPT, settings.prompts_dir),
        )
    except PromptError:
        return None  # which is told of where the prompt is used
    for answer in store.answers_to(clean_line(question)):
        if _made_of(answer) == made_of and _is_whole(answer, ignoring):
            return _events(answer)
    return None


def _made_of(answer: Answer) -> tuple[int | None, str | None, str | None]:
    said = answer.provenance
    return said.revision, said.model, said.prompt


def _is_whole(answer: Answer, ignoring: Sequence[str]) -> bool:
    ignored = answer.plan.ignored if answer.plan else ()
    return (
        answer.mode == "generated"
        and not answer.notice
        and not answer.provenance.history
        and set(ignored) == set(ignoring)
        and all(check.kept for check in answer.provenance.checks)
    )


def _events(answer: Answer) -> Iterator[Event]:
    yield EvidenceFound(answer.evidence, answer.understood)
    for sentence in answer.sentences:
        yield Token(sentence.text + "\n")
    yield Final(answer)
