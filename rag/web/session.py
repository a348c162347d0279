"""What a browser tab remembers: its conversation, and the work that runs for it.

One `Assistant` serves all tabs of this process; everything else belongs to one tab alone.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from rag.answer.records import suggested
from rag.base.backups import BackupReport
from rag.base.errors import RagError
from rag.base.types import Finding
from rag.search.landscape import Plane
from rag.search.order import ordered
from rag.web import person
from rag.web.conversation import Conversation, Exchange
from rag.web.shelf import Shelf

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.base.settings import Settings
    from rag.web.jobs import Job

_SUGGESTIONS = 3
_WARMING_S = 60  # how long loading models is waited for before a library is let go of


@dataclass(frozen=True, slots=True)
class LibraryFacts:
    """What the screens say of a library without looking at every paper again."""

    count: int
    years: tuple[int, int] | None
    has_sample: bool
    suggestions: tuple[str, ...]


@dataclass
class Opened:
    """The library of this process, and what the doctor found wrong when it was opened."""

    assistant: Assistant
    troubles: tuple[Finding, ...] = ()
    asked: person.Asked = field(default_factory=person.Asked)
    _warming: threading.Lock = field(default_factory=threading.Lock)
    _warmer: threading.Thread | None = None
    _shelving: threading.Lock = field(default_factory=threading.Lock)
    _shelf: tuple[int, Shelf] | None = None
    _planing: threading.Lock = field(default_factory=threading.Lock)
    _plane: tuple[int, Plane] | None = None

    def shelf(self) -> Shelf:
        """The library as the Library screen needs it, made anew when it has changed."""
        with self._shelving:
            revision = self.assistant.revision
            if self._shelf is None or self._shelf[0] != revision:
                self._shelf = (revision, Shelf(self.assistant.records()))
            return self._shelf[1]

    def plane(self) -> Plane:
        """Where papers lie on a map by meaning, worked out anew when the library has changed."""
        with self._planing:
            revision = self.assistant.revision
            if self._plane is None or self._plane[0] != revision:
                self._plane = (revision, self.assistant.plane())
            return self._plane[1]

    def use(self, settings: Settings) -> None:
        """Go on with other settings over the same open library, in all tabs."""
        self.assistant = self.assistant.with_settings(settings)

    def restore(self, file: Path) -> BackupReport:
        """Have a backup take the place of the library, in all tabs; the old one is moved aside.

        Raises:
            RagError: the backup cannot be used; the library is as it was.
        """
        from rag.assistant import Assistant

        folder, settings = self.assistant.folder, self.assistant.settings
        self._finish_warming()
        with self._shelving, self._planing:
            self.assistant.close()
            try:
                return Assistant.restore(file, folder, replace=True)
            finally:
                self.assistant = Assistant.open(folder, settings)
                self._shelf = self._plane = None
                _facts.clear()

    def warm(self, prepare: Callable[[Opened], None]) -> None:
        """Load models, look over the library and `prepare` what is drawn of all of it.

        Once, in a thread: no page waits for it.
        """
        if self._warming.acquire(blocking=False):  # never released: once is enough
            self._warmer = threading.Thread(
                target=self._warm, args=(prepare,), name="warm", daemon=True
            )
            self._warmer.start()

    def close(self) -> None:
        """Let go of the library; a thread that still reads it is waited for."""
        self._finish_warming()
        self.assistant.close()

    def _finish_warming(self) -> None:
        if self._warmer is not None:
            self._warmer.join(_WARMING_S)

    def _warm(self, prepare: Callable[[Opened], None]) -> None:
        try:
            self.assistant.warm()
            self.shelf()
            self.troubles = tuple(f for f in self.assistant.doctor() if not f.ok)
            prepare(self)
            gc.collect()
            gc.freeze()  # what was loaded stays: it need not be looked through for garbage again
        except RagError as error:
            self.troubles = (Finding("library", ok=False, detail=str(error)),)


@st.cache_resource(show_spinner=False, on_release=lambda opened: opened.close())
def opened() -> Opened:
    """The process's assistant over the library that the settings name, opened once.

    Raises:
        RagError: the library or a setting cannot be used.
    """
    from rag.assistant import Assistant

    return Opened(Assistant.open())


def library_facts(of: Assistant) -> LibraryFacts:
    """Count, years and first questions of the library as it is now."""
    return _facts(of, of.paper_count(), st.session_state.get("additions", 0))


def conversation() -> Conversation:
    """The conversation of this tab."""
    if "conversation" not in st.session_state:
        begin()
    kept: Conversation = st.session_state["conversation"]
    return kept


def exchanges() -> list[Exchange]:
    """The questions and answers of this tab, oldest first."""
    return conversation().exchanges


def begin(anew: Conversation | None = None) -> None:
    """Turn to another conversation, or to a new one."""
    st.session_state["conversation"] = anew or Conversation(owner=person.owner())


def ask(of: Opened, exchange: Exchange) -> None:
    """Have a question of this tab's conversation answered, if its person may still ask one."""
    exchange.error = refusal(of)
    if exchange.error is None:
        conversation().ask(of.assistant, exchange)


def refusal(of: Opened) -> str | None:
    """Count a question of this tab's person; why it is not answered, if they have asked enough."""
    most = of.assistant.settings.questions_a_day
    if of.asked.take(person.owner(), most):
        return None
    return f"You have asked {most:,} questions today. Tomorrow you can ask again."


def ask_next(question: str) -> None:
    """Have a question asked in the next run, as if it had been typed."""
    st.session_state["asked"] = question


def ask_again(
    exchange: Exchange, ignoring: Sequence[str] | None = None, question: str | None = None
) -> None:
    """Have a question asked anew in its place, with the same conditions taken away, or these.

    Another `question` is one that was edited.
    """
    kept = exchanges()
    if exchange in kept:
        ignored = exchange.ignoring if ignoring is None else tuple(ignoring)
        before = exchange.answer.id if exchange.answer else exchange.instead_of
        anew = Exchange(question or exchange.question, ignoring=ignored, instead_of=before)
        kept[kept.index(exchange)] = anew
        st.session_state["asked_anew"] = anew.number


def take_asked_anew() -> Exchange | None:
    """The exchange of `ask_again`, once."""
    number = st.session_state.pop("asked_anew", None)
    return next((e for e in exchanges() if e.number == number), None)


def take_asked() -> str | None:
    """The question of `ask_next`, once."""
    asked: str | None = st.session_state.pop("asked", None)
    return asked


def job() -> Job | None:
    """The adding that runs, or ran last, for this tab."""
    running: Job | None = st.session_state.get("job")
    return running


def set_job(new: Job | None) -> None:
    """Remember a job, or forget the last one's report."""
    st.session_state["job"] = new
    st.session_state["additions"] = st.session_state.get("additions", 0) + 1


@st.cache_data(show_spinner=False, max_entries=8)
def _facts(_of: Assistant, count: int, additions: int) -> LibraryFacts:
    """`count` and `additions` are the key of the cache: papers come and go only with them."""
    papers = _of.records()
    years = [paper.year for paper in papers if paper.year]
    return LibraryFacts(
        count,
        (min(years), max(years)) if years else None,
        any(source.origin == "sample library" for paper in papers for source in paper.sources),
        tuple(suggested(ordered(papers, "newest"))[:_SUGGESTIONS]) if count else (),
    )
