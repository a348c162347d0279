"""The one object that users hold: a library, and everything one can ask it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rag.answer.replay import difference
from rag.asked import final_of, kept, recorded, writer_of
from rag.base.errors import LibraryError
from rag.base.replay import Replay
from rag.base.types import (
    Answer,
    CheckedSentence,
    Comparison,
    Event,
    Evidence,
    Filters,
    Final,
    Hit,
    Paper,
)
from rag.cite.check import CheckedReference
from rag.cite.formats import export
from rag.cite.tables import write_table
from rag.cited import Found
from rag.compared import compared
from rag.endings import Endings
from rag.library import NO_FILTERS, Library, Stop
from rag.models.rerank import Reranking
from rag.rationed import rationed
from rag.reused import reused
from rag.search.confidence import Signals
from rag.search.plan import make_plan
from rag.search.weigh import weigh
from rag.turn import Turn


class Assistant(Library):
    """Answers questions over one library. Safe to use from several threads."""

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        *,
        ignoring: Sequence[str] = (),
        without: Filters = NO_FILTERS,
    ) -> Answer:
        """Answer a question from the library, or abstain with the reason.

        Conditions of it that an answer has told as `understood` are taken away by `ignoring`.
        Papers that meet `without` are left out, as if they had never been added.
        """
        return final_of(self.stream(question, history, ignoring=ignoring, without=without))

    def stream(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]] = (),
        *,
        ignoring: Sequence[str] = (),
        without: Filters = NO_FILTERS,
        cancelled: Stop | None = None,
    ) -> Iterator[Event]:
        """Like `ask`, as events: `EvidenceFound`, `Token` …, `Final`.

        `cancelled` is asked ten times a second while a model writes; then the quotations stand.
        """
        if not history and without.is_empty:
            writer = writer_of(self._parts.model, self.settings, cancelled)
            again = reused(question, ignoring, self._store, writer, self.settings)
            if again is not None:
                yield from rationed(again, (), words=self._parts.words_told)
                return
        for event in self._answering(question, history, ignoring, without, cancelled):
            if isinstance(event, Final) and without.is_empty:
                answer = kept(event.answer, self._store, most=self.settings.answers_kept)
                yield Final(answer)
            else:
                yield event

    @property
    def is_sought(self) -> bool:
        """Whether a question of this process still waits for its evidence."""
        return self._parts.precedence.is_awaited

    def compare(
        self, question: str = "", *, papers: Sequence[str] = (), aspects: Sequence[str] = ()
    ) -> Answer:
        """Hold papers against each other; the answer's `table` has a cell for each and aspect.

        The papers are those of these ids or citekeys, or those that the question names, or that
        bear on its topic. Without `aspects` they are read from the question, or chosen.

        Raises:
            QuestionError: no paper has one of these ids.
        """
        return compared(self._parts, question, papers, aspects)

    def answers(self, n: int = 20) -> list[Answer]:
        """The last `n` answers that the library keeps, newest first."""
        return self._store.answers(n)

    def replay(self, answer_id: str) -> Replay:
        """Ask the question of a kept answer again and hold the two answers against each other.

        Raises:
            LibraryError: no such answer is kept.
        """
        before = self._store.answer(answer_id)
        if before is None:
            raise LibraryError(
                f"The library keeps no answer {answer_id}; `askpapers replay` lists those it keeps."
            )
        asked = map(self._store.answer, before.provenance.history)
        history = [(answer.question, answer) for answer in asked if answer is not None]
        ignored = before.plan.ignored if before.plan else ()
        return difference(before, final_of(self._answering(before.question, history, ignored)))

    def _answering(
        self,
        question: str,
        history: Sequence[tuple[str, Answer]],
        ignoring: Sequence[str],
        without: Filters = NO_FILTERS,
        cancelled: Stop | None = None,
    ) -> Iterator[Event]:
        reranker = self._parts.reranker
        reranking = Reranking(reranker) if reranker else None
        view = self._parts.view(without, reranking)
        writer = writer_of(self._parts.model, self.settings, cancelled)
        ends = Endings(writer, self.settings.prompts_dir, *self._parts.scale)
        ends.judge = self._parts.stern_judge
        turn = Turn(*view, ends, self._parts.reader, self._parts.precedence)
        history = tuple(history or ())  # also what can be gone through once only
        events, revision = turn.run(question, history, ignoring), view.store.revision
        events = recorded(events, history, writer=writer, reranking=reranking, revision=revision)
        yield from rationed(events, history, words=self._parts.words_told)

    def signals(
        self, question: str, *, among: Filters = NO_FILTERS, without: Filters = NO_FILTERS
    ) -> tuple[Signals, Paper] | None:
        """What speaks for an answer, and the paper that would lead it; None without any paper.

        Raises:
            QuestionError: there is nothing to look for in the question.
        """
        store, retriever, finder, _ = self._parts.view(without, self._parts.reranker)
        return weigh(question, among, store, retriever, finder, self._parts.reader)

    def evidence(self, question: str, paper_id: str, k: int = 8) -> list[Evidence]:
        """The `k` sentences of one paper that bear most on a question, best first.

        Raises:
            QuestionError: there is nothing to look for in the question.
        """
        paper = self.paper(paper_id)
        if paper is None:
            return []
        finder = self._parts.view(NO_FILTERS, None).finder
        plan = make_plan(question, (), finder.names)
        return list(finder.best(plan.query, [Hit(paper, 1.0)], plan, k=k))

    def search(self, query: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """The `k` papers that bear most on a query, best first."""
        if not query.strip() or k < 1:
            return []
        return self._parts.retriever.search(query, k=k, filters=filters)

    def check(self, text: str) -> list[CheckedSentence]:
        """The sentences of a draft, Markdown, LaTeX or plain, each with what the library says."""
        return self._parts.checker.check(text)

    def check_references(self, text: str = "", bibliography: bytes = b"") -> list[CheckedReference]:
        """Each reference of a draft's list and of a bibliography file against the library."""
        return self._parts.checker.references(text, bibliography)

    def lookup(self, text: str) -> list[Paper]:
        """Papers for a citation, best first.

        By author, piece of a title, name, year, identifier, citekey, or a sentence whose source
        is sought. Misspelt words are understood.
        """
        return [found.paper for found in self.matches(text)]

    def matches(self, text: str) -> list[Found]:
        """Like `lookup`, each paper with the words that decided."""
        return self._parts.citations.find(text)

    def export(self, papers: Iterable[Paper] | Comparison, form: str) -> str:
        """Papers written out, in the order given; or the table of a comparison.

        Papers as "bibtex", "ris", "csl-json", "csv", "apa", "ieee", "acm", "chicago", or in the
        style of a .csl file; a table as "markdown", "csv" or "latex".

        Raises:
            QuestionError: the format is not known, or the style cannot be used.
        """
        return write_table(papers, form) if isinstance(papers, Comparison) else export(papers, form)
