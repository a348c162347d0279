"""Rerankers: models that read a question and a text together and say how well they match.

`EndpointReranker` speaks the /rerank protocol of Jina, Cohere, vLLM, llama.cpp and Text Embeddings
Inference. It sends the question and the texts to the host that the user named and to no other.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from rag.base.errors import ModelError
from rag.models import faults
from rag.models.call import Call, Deadline, Limits
from rag.models.faults import Cause, Fault
from rag.models.remote import Endpoint

logger = logging.getLogger(__name__)

_TIMEOUT_S = 5.0  # the question waits for it
_LIMITS = Limits(connect_s=2.0)
_MOST_CHARS = 4000  # of one text; servers refuse, or cut, what is longer than the model reads
_OTHER_FIELDS = {400, 422}  # what a server says to a request whose fields are not its own
_PATH = "/rerank"

_TOLD: dict[Cause, str] = {
    "key_missing": "asks for a key: set ASKPAPERS_RERANK_KEY.",
    "key_rejected": "does not accept the key: check ASKPAPERS_RERANK_KEY.",
    "model_unknown": (
        "knows no such model or address: check ASKPAPERS_RERANK_MODEL and ASKPAPERS_RERANK_URL."
    ),
    "busy": "is busy.",
    "quota": "says that the quota of the key is used up: look at your account there.",
    "failing": "failed with an error of its own.",
    "unreachable": "cannot be reached: check that it runs, your network and ASKPAPERS_RERANK_URL.",
    "silent": "did not answer within {seconds:g} s.",
    "stalled": "did not answer within {seconds:g} s.",
    "slow": "did not answer within {seconds:g} s.",
    "broken_off": "broke off before its answer was whole.",
    "malformed": (
        "replied with something other than one score for each text: check ASKPAPERS_RERANK_URL, "
        "which often ends in /v1."
    ),
    "moved": (
        "points to another address, which is not followed: "
        "set ASKPAPERS_RERANK_URL to the right one."
    ),
    "too_long": "says that the texts are longer than its model can read.",
}
_REFUSED = "did not accept the request: check ASKPAPERS_RERANK_MODEL."


class Reranker(Protocol):
    """Says how well texts match a query."""

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One finite score a text, in their order; higher is better, on a scale of its own.

        Raises:
            ModelError: there is not a score for each text.
        """


class EndpointReranker:
    """A reranker behind an address. Safe to share between threads; each call has a connection.

    `model` None leaves it to the server; `key` None suits local servers.
    """

    def __init__(
        self,
        address: str,
        key: str | None = None,
        model: str | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
    ) -> None:
        self._model = model
        self._timeout_s = timeout_s
        self._endpoint = Endpoint(
            address.strip().rstrip("/").removesuffix(_PATH),
            key,
            connect_s=_LIMITS.connect_s,
            timeout_s=timeout_s,
        )
        # Some servers refuse fields that they do not know, so those of the two are not mixed.
        self._takes_texts = False

    @property
    def identity(self) -> str:
        """The name of the model, if one is set, and the host it runs on."""
        return f"{self._model} at {self._endpoint.host}" if self._model else self._endpoint.host

    @property
    def is_exposed(self) -> bool:
        """True when what is sent can be read on its way: no encryption, and another machine."""
        return self._endpoint.is_exposed

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """One finite score a text, in their order; takes no longer than its timeout.

        Raises:
            ModelError: the server failed, or gave something other than a score for each text.
        """
        if not texts:
            return []
        self._endpoint.make_ready("ASKPAPERS_RERANK_URL", "ASKPAPERS_RERANK_KEY")
        return [float(score) for score in self._call(query, [text[:_MOST_CHARS] for text in texts])]

    def _call(self, query: str, texts: list[str]) -> Iterator[str]:
        call = Call(Deadline(self._timeout_s), _LIMITS)
        started = time.monotonic()
        error = yield from call.run(lambda: self._answer(call, query, texts))
        seconds = time.monotonic() - started
        if error is None:
            logger.info("scores from %s in %.2f s", self._endpoint.host, seconds)
            return
        cause = self._endpoint.cause(error, call)
        logger.warning("no scores from %s in %.2f s: %s", self._endpoint.host, seconds, cause)
        told = _TOLD.get(cause, _REFUSED).format(seconds=self._timeout_s)
        raise ModelError(f"The reranker {self._endpoint.host} {told}", faults.kind_of(cause))

    def _answer(self, call: Call, query: str, texts: list[str]) -> Iterator[str]:
        answer = self._asked(call, query, texts)
        yield from map(repr, _scores(answer, len(texts)))

    def _asked(self, call: Call, query: str, texts: list[str]) -> object:
        """The answer, in the protocol of Text Embeddings Inference if the other is refused."""
        inference = {"query": query, "texts": texts, "truncate": True}
        if self._takes_texts:
            return self._endpoint.post(call, _PATH, inference)
        model = {"model": self._model} if self._model else {}
        body = {**model, "query": query, "documents": texts, "top_n": len(texts)}
        try:
            return self._endpoint.post(call, _PATH, body)
        except Exception as error:
            if getattr(error, "status_code", None) not in _OTHER_FIELDS:
                raise
            try:
                answer = self._endpoint.post(call, _PATH, inference)
            except Exception:  # noqa: BLE001  what the first one said is about the request proper
                raise error from None
        self._takes_texts = True
        return answer


class Reranking:
    """A reranker at work on one question: once it has failed, nobody waits for it again."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self.failure: ModelError | None = None

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Like those of the reranker; its first error is raised from then on."""
        if self.failure is None:
            try:
                return self._reranker.scores(query, texts)
            except ModelError as error:
                self.failure = error
        raise self.failure


def _scores(answer: object, n: int) -> list[float]:
    """The scores of `n` texts in their order, from either shape of an answer."""
    listed = answer.get("results") if isinstance(answer, dict) else answer
    if not isinstance(listed, list) or len(listed) != n:
        raise Fault("malformed")
    found = dict(map(_entry, listed))
    if found.keys() != set(range(n)):
        raise Fault("malformed")
    scores = [found[index] for index in range(n)]
    if not math.isfinite(max(scores) - min(scores)):  # they are drawn out to one scale later
        raise Fault("malformed")
    return scores


def _entry(item: object) -> tuple[int, float]:
    values: Mapping[str, Any] = item if isinstance(item, dict) else {}
    index, score = values.get("index"), values.get("relevance_score", values.get("score"))
    is_number = isinstance(score, int | float) and not isinstance(score, bool)
    if not isinstance(index, int) or isinstance(index, bool) or not is_number:
        raise Fault("malformed")
    if not math.isfinite(score):
        raise Fault("malformed")
    return index, float(score)
