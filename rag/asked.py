"""Around one turn: which model writes, what an answer took and rests on, and that it is kept."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rag.base.errors import LibraryBusyError, LibraryError, ModelError
from rag.base.settings import Settings
from rag.base.types import Answer, Event, Evidence, EvidenceFound, Final, Finding
from rag.index.store import Store
from rag.models.call import Limits, Stop
from rag.models.llm import Model, Prices, Writer
from rag.models.rerank import EndpointReranker, Reranking

if TYPE_CHECKING:
    from rag.models.remote import ChatModel

_LOCKED = "which another process has locked"
_NO_RIGHTS = "which cannot be written to"


def model_of(settings: Settings) -> Model | None:
    """The model that the settings name; None when answers are quotations."""
    if not settings.has_model:
        return None
    limits = Limits(first_token_s=settings.first_token_timeout_s)
    if settings.llm:
        from rag.models.plugged import PluggedModel

        given = settings.llm_arguments
        arguments = json.loads(given.get_secret_value()) if given else {}
        return PluggedModel(settings.llm, arguments, settings.model_timeout_s, limits=limits)
    return _endpoint(settings, limits)


def writer_of(model: Model | None, settings: Settings, cancelled: Stop | None) -> Writer | None:
    """The model at work on one answer."""
    if model is None:
        return None
    prices = None
    if settings.price_in is not None and settings.price_out is not None:
        prices = Prices(settings.price_in, settings.price_out)
    return Writer(model, cancelled=cancelled, prices=prices)


def reranker_of(settings: Settings) -> EndpointReranker | None:
    """The reranker that the settings name, if they do."""
    if not settings.rerank_url:
        return None
    key = settings.rerank_key
    return EndpointReranker(
        settings.rerank_url, key.get_secret_value() if key else None, settings.rerank_model
    )


def examine_models(settings: Settings, *, asks_model: bool) -> list[Finding]:
    """What there is to say of the answering model, and of the reranker if one is set.

    Without `asks_model`, neither is spoken to.
    """
    reranker = reranker_of(settings)
    findings = [examine_model(settings, asks_model=asks_model)]
    return findings if reranker is None else [*findings, _examined(reranker, asks_model)]


def _examined(reranker: EndpointReranker, asks_model: bool) -> Finding:
    check = "reranker"
    if not asks_model:
        return Finding(check, ok=True, detail=f"{reranker.identity}, not asked here")
    started = time.perf_counter()
    try:
        reranker.scores("What do bees eat?", ["Bees eat nectar.", "Iron rusts."])
    except ModelError as error:
        return Finding(check, ok=False, detail=str(error), cure="Check the reranker's settings.")
    seconds = time.perf_counter() - started
    exposed = "; the connection is not encrypted" if reranker.is_exposed else ""
    detail = f"{reranker.identity} scored two texts in {seconds:.2f} s{exposed}"
    return Finding(check, ok=True, detail=detail)


def examine_model(settings: Settings, *, asks_model: bool) -> Finding:
    """Whether the answering model is well; without `asks_model`, only what is set."""
    check = "answering model"
    # A key alone, exported for other programs, names no host to speak to.
    is_named = settings.has_model or settings.openai_base_url
    if not settings.llm and is_named and asks_model:
        from rag.models.endpoint import examine

        return examine(_endpoint(settings, Limits(first_token_s=settings.first_token_timeout_s)))
    model = model_of(settings)
    if model is None:
        return Finding(check, ok=True, detail="none is set; answers are quotations")
    if asks_model:
        return _tried(check, model)
    return Finding(check, ok=True, detail=f"{model.identity}, not asked here")


def _tried(check: str, model: Model) -> Finding:
    from rag.models.prompts import Message

    try:
        next(model.stream([Message("user", "Reply with the word yes.")]), None)
    except ModelError as error:
        return Finding(check, ok=False, detail=str(error), cure="Check ASKPAPERS_LLM.")
    return Finding(check, ok=True, detail=f"{model.identity} answered")


def final_of(events: Iterator[Event]) -> Answer:
    """The answer with which a stream ends."""
    for event in events:
        if isinstance(event, Final):
            return event.answer
    raise AssertionError("a stream ends with Final")  # pragma: no cover


def recorded(
    events: Iterator[Event],
    history: Sequence[tuple[str, Answer]],
    *,
    writer: Writer | None,
    reranking: Reranking | None,
    revision: int,
) -> Iterator[Event]:
    """The events, and in the last one what the answer took and rests on, and what failed."""
    evidence: tuple[Evidence, ...] = ()
    for event in events:
        if isinstance(event, EvidenceFound):
            evidence = event.evidence
        if not isinstance(event, Final):
            yield event
            continue
        provenance = dataclasses.replace(
            event.answer.provenance,
            revision=revision,
            model=writer.identity if writer and event.answer.provenance.prompt else None,
            history=tuple(before.id for _, before in history if before.id),
        )
        usage = writer.usage if writer else None
        answer = dataclasses.replace(
            event.answer, evidence=evidence, usage=usage, provenance=provenance
        )
        for paper in {c.paper.id: c.paper for c in answer.citations if c.paper.status}.values():
            answer = _with_line(answer, f"“{paper.name}” was {paper.status}.")
        if reranking is not None and reranking.failure:
            answer = _with_line(answer, f"{reranking.failure} Papers are in their first order.")
        yield Final(answer)


def kept(answer: Answer, store: Store, *, most: int) -> Answer:
    """The answer with its id; where it could not be kept, without one and with a line that says so.

    `most` 0 keeps none.
    """
    if most == 0:
        return answer
    try:
        return store.keep_answer(answer, most=most)
    except LibraryError as error:
        why = _LOCKED if isinstance(error, LibraryBusyError) else _NO_RIGHTS
        said = f"This answer could not be kept in the library, {why}."
        return _with_line(answer, said)


def _with_line(answer: Answer, said: str) -> Answer:
    notice = f"{answer.notice} {said}" if answer.notice else said
    return dataclasses.replace(answer, notice=notice)


def _endpoint(settings: Settings, limits: Limits) -> ChatModel:
    from rag.models.remote import ChatModel

    key = settings.openai_api_key
    return ChatModel(
        base_url=settings.openai_base_url,
        api_key=key.get_secret_value() if key else None,
        model=settings.model or "",
        timeout_s=settings.model_timeout_s,
        limits=limits,
        temperature=settings.temperature,
    )
