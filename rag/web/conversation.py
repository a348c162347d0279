"""A conversation and the answer that is being written in it. Knows nothing of the page.

An answer is written in a thread of its own: it goes on while its reader looks at another screen,
is kept in the library when it is done, and stops at once when it is told to.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.base.errors import RagError
from rag.base.types import Answer, Event, Evidence, EvidenceFound, Final, Token
from rag.web.jobs import unforeseen

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.chats import Chat
    from rag.chats import Chats
    from rag.library import Stop

logger = logging.getLogger(__name__)

_numbers = itertools.count(1)


@dataclass
class Exchange:
    """A question and its answer. Without an answer it is being written, or it was stopped.

    `ignoring` are conditions of the question that the user has taken away; `instead_of` is the id
    of a kept answer whose place this one takes.
    """

    question: str
    answer: Answer | None = None
    evidence: tuple[Evidence, ...] = ()
    understood: tuple[str, ...] = ()
    draft: str = ""
    error: str | None = None
    ignoring: tuple[str, ...] = ()
    instead_of: str | None = None
    number: int = field(default_factory=lambda: next(_numbers))
    asking: Asking | None = None

    @property
    def is_open(self) -> bool:
        """True while an answer is being written."""
        return self.asking is not None and not self.asking.is_over

    def take(self, event: Event) -> None:
        """Note what has come."""
        if isinstance(event, EvidenceFound):
            self.evidence, self.understood = event.evidence, event.understood
        elif isinstance(event, Token):
            self.draft += event.text
        elif isinstance(event, Final):
            self.answer = event.answer


class Asking:
    """Takes the events of an answer into an exchange, and has the answer kept at the end."""

    def __init__(
        self,
        exchange: Exchange,
        events: Callable[[Stop], Iterator[Event]],
        keep: Callable[[Exchange], None],
    ) -> None:
        self._exchange, self._events, self._keep = exchange, events, keep
        self._stopped, self._over = threading.Event(), threading.Event()

    def start(self) -> Asking:
        """Begin, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="answer", daemon=True).start()
        return self

    def stop(self) -> None:
        """Leave the exchange as it stands; what comes later is dropped."""
        self._stopped.set()
        self._over.set()

    @property
    def is_over(self) -> bool:
        """True when nothing more will come."""
        return self._over.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; True when it is over."""
        return self._over.wait(seconds)

    def _run(self) -> None:
        try:
            with closing(self._events(self._stopped.is_set)) as events:  # type: ignore[type-var]  # a generator
                for event in events:
                    if self._stopped.is_set():
                        return
                    self._exchange.take(event)
            self._keep(self._exchange)
        except RagError as error:
            self._exchange.error = str(error)
        except Exception as error:
            logger.exception("a question failed")
            self._exchange.error = unforeseen(error)
        finally:
            self._over.set()


@dataclass
class Conversation:
    """What one tab talks about; `chat_id` once the library keeps it.

    `is_said` tells that the page's address has named it; `owner` is "" where one person uses the
    library.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    chat_id: str | None = None
    is_said: bool = False
    owner: str = ""
    _keeping: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, chat: Chat) -> Conversation:
        """A kept chat, to be gone on with."""
        return cls(
            [_kept(answer) for answer in chat.answers], chat.id, is_said=True, owner=chat.owner
        )

    def ask(self, assistant: Assistant, exchange: Exchange) -> None:
        """Have a question of this conversation answered; one that is being answered is stopped."""
        for other in self.exchanges:
            if other.asking is not None:
                other.asking.stop()
        before = history(self.exchanges[: self.exchanges.index(exchange)])

        def events(stop: Stop) -> Iterator[Event]:
            return assistant.stream(
                exchange.question, before, ignoring=exchange.ignoring, cancelled=stop
            )

        def keep(settled: Exchange) -> None:
            if assistant.settings.answers_kept:
                self.keep(assistant.chats, settled)

        exchange.asking = Asking(exchange, events, keep).start()

    def keep(self, chats: Chats, exchange: Exchange) -> None:
        """Have the library keep an answer, in a chat that begins with the first one."""
        answer = exchange.answer
        if answer is None:
            return
        try:
            with self._keeping:
                if self.chat_id is None:
                    self.chat_id = chats.create(owner=self.owner).id
                if exchange.instead_of:
                    kept = chats.replace(self.chat_id, exchange.instead_of, answer, self.owner)
                else:
                    kept = chats.append(self.chat_id, answer, self.owner)
            exchange.answer = kept
        except RagError as error:  # the answer stands on the screen all the same
            logger.warning("an answer is not kept in its chat: %s", error)


def history(before: Sequence[Exchange]) -> list[tuple[str, Answer]]:
    """The settled part of a conversation, as the assistant wants it."""
    return [(e.question, e.answer) for e in before if e.answer is not None]


def _kept(answer: Answer) -> Exchange:
    ignored = answer.plan.ignored if answer.plan else ()
    return Exchange(
        answer.question, answer, answer.evidence, answer.understood, ignoring=tuple(ignored)
    )
