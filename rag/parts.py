"""The parts of one library, made when they are first needed: models, indexes, names, scales."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from rag.answer.claim import ClaimJudge
from rag.asked import model_of, reranker_of
from rag.base.settings import Settings
from rag.base.types import Filters
from rag.checked import DraftChecker
from rag.cite.carding import VERSION as VERSION_OF_CARDS
from rag.cite.carding import card_of
from rag.cited import Citations
from rag.index.cards import Cards
from rag.index.partial import PartialStore
from rag.index.store import Store
from rag.ingest.embedding import embedded_chunks
from rag.ingest.pipeline import library_identity
from rag.models.choose import embedder_of, identity_of
from rag.models.embed import is_word
from rag.models.embedder import Embedder
from rag.models.reader import MiniLMReader, Reader
from rag.models.rerank import Reranker
from rag.precedence import Precedence
from rag.search.confidence import Scale
from rag.search.evidence import EvidenceFinder
from rag.search.mining import VERSION, facts_of
from rag.search.names import Names
from rag.search.rank import Weights
from rag.search.retrieve import Retriever
from rag.search.scales import scale_for

if TYPE_CHECKING:
    from rag.models.llm import Model

_RERANKED_ABREAST = 16
_OPENING = 3  # chunks of a paper that are embedded on the spot: an abstract, and more of a body


class View(NamedTuple):
    """What is searched for one question: a library, or the library without some of its papers."""

    store: Store
    retriever: Retriever
    finder: EvidenceFinder
    names: Names


class Parts:
    """Everything that works on one library. Safe to use from several threads."""

    def __init__(self, store: Store, settings: Settings, weights: Weights | None = None) -> None:
        self.store = store
        self.settings = settings
        self._weights = weights
        self._counted: tuple[int, int] | None = None  # revision, words of all papers
        store.embeds_with(lambda papers: embedded_chunks(papers, self.embedder, most=_OPENING))

    @property
    def names(self) -> Names:
        """The library's names, as of now; of many papers that others just added, soon."""
        return Names(self.store.lexicon(facts_of, VERSION, soon=True), is_word)

    @property
    def cards(self) -> Cards:
        """The cards by which papers are looked up, as of now; of many just added, soon."""
        return self.store.cards(card_of, VERSION_OF_CARDS, soon=True)

    def keep_up(self) -> None:
        """Bring names and cards up to date; from now on they follow what is written."""
        self.store.lexicon(facts_of, VERSION)
        self.store.cards(card_of, VERSION_OF_CARDS)

    @cached_property
    def embedder(self) -> Embedder:
        """The embedding model that the settings name."""
        return embedder_of(self.settings)

    @cached_property
    def retriever(self) -> Retriever:
        """Searches the whole library."""
        return self._searching(self.store, self.reranker)

    @cached_property
    def citations(self) -> Citations:
        """Looks papers up."""
        return Citations(self.store, lambda: self.retriever, lambda: self.names, lambda: self.cards)

    @cached_property
    def judge(self) -> ClaimJudge:
        """Holds claims against words of papers."""
        return ClaimJudge(self.embedder, self.reader)

    @cached_property
    def stern_judge(self) -> ClaimJudge:
        """Holds what a model writes against its evidence; believes less than `judge` does.

        A reader believes more of what is true, and now and then a denial in another's words.
        """
        return ClaimJudge(self.embedder)

    @property
    def checker(self) -> DraftChecker:
        """Checks drafts against the library as it is now."""
        return DraftChecker(
            self.store, self.retriever, self.embedder, self.names, self.judge, self.cards
        )

    @cached_property
    def reranker(self) -> Reranker | None:
        """The reranker that the settings name, if they do."""
        return reranker_of(self.settings)

    @cached_property
    def reader(self) -> Reader | None:
        """The reader that comes with askpapers, unless the settings do without it."""
        return MiniLMReader(threads=self.settings.threads) if self.settings.reads else None

    @cached_property
    def model(self) -> Model | None:
        """The model that writes, if the settings name one."""
        return model_of(self.settings)

    @property
    def words_told(self) -> int | None:
        """How many words one conversation may be told; None without a limit."""
        percent = self.settings.quoted_percent
        if not percent:
            return None
        revision = self.store.revision
        if self._counted is None or self._counted[0] != revision:
            words = sum(len(paper.text.split()) for paper in self.store.papers())
            self._counted = (revision, words)
        return int(self._counted[1] * percent / 100)

    @cached_property
    def precedence(self) -> Precedence:
        """Who goes first among those that ask at once."""
        # While a reranker far away is waited for, others can be served.
        return Precedence() if self.reranker is None else Precedence(abreast=_RERANKED_ABREAST)

    @cached_property
    def scale(self) -> tuple[Scale, bool]:
        """The scale of confidence, and whether it was fitted for vectors like ours."""
        identity = library_identity(identity_of(self.settings))
        return scale_for(self.store.folder, identity, reads=self.settings.reads)

    def view(self, without: Filters, reranker: Reranker | None) -> View:
        """The library as if the papers that meet `without` had never been added."""
        store, names, withheld = self.store, self.names, self.store.allowed(without)
        if withheld:
            names = names.without(store.get(withheld).values())
            store = PartialStore(store, withheld)
        finder = EvidenceFinder(store, self.embedder, names)
        return View(store, self._searching(store, reranker), finder, names)

    def _searching(self, store: Store, reranker: Reranker | None) -> Retriever:
        return Retriever(store, self.embedder, weights=self._weights, reranker=reranker)
