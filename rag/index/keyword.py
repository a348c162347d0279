"""BM25 over titles and abstracts by tantivy: one index, on disk or in memory.

The words are ours (`rag.base.text.words`), so that queries and texts are cut and stemmed alike;
tantivy splits them at spaces only. Keeping an index in step with the library is left to `lexical`.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rag.base.text import words
from rag.index.changes import Text
from rag.index.native import CacheError, cache_errors

TITLE_BOOST = 1.2
"""Measured on the training questions of three labelled sets (tests/benchmarks)."""

_HEAP_BYTES = 15_000_000  # the least that tantivy takes for one thread
_ALLOWED_AS_TERMS = 3000  # above that many allowed papers, looking on is always faster
_MORE = 1.5  # times what must be looked at if the allowed papers were spread evenly
_FORM = "1"  # raise when fields change
_SAMPLE = (
    "Pre-training 10,000 models: \\textbf{Müller's} LLMs don't generalise; 5.4$\\times$ faster. "
    "BERT는"
)


def fingerprint() -> str:
    """Tells an index of other words or fields from one of these."""
    return hashlib.sha256(" ".join([_FORM, *words(_SAMPLE)]).encode()).hexdigest()[:16]


class KeywordIndex:
    """Papers by their words. Every failure is a `CacheError`.

    On disk it is as of the last `commit`, even when a process is killed; any number of processes
    may search while one writes.
    """

    def __init__(self, index: Any, schema: Any, title_boost: float) -> None:
        self._index = index
        self._schema = schema
        self._title_weight = title_boost - 1.0
        self._writer: Any = None
        # Without this every index keeps a thread that watches for commits.
        self._index.config_reader("Manual")

    @classmethod
    def create(
        cls, folder: Path | None = None, *, title_boost: float = TITLE_BOOST
    ) -> KeywordIndex:
        """A new index in an existing empty folder, or in memory.

        A `title_boost` of 1 is plain BM25 (k1 1.2, b 0.75) over title and abstract as one text;
        what it is above 1 is the weight with which the title's own BM25 is added.
        """
        with cache_errors("the keyword index cannot be made"):
            import tantivy

            schema = _schema(tantivy)
            path = None if folder is None else str(folder)
            return cls(tantivy.Index(schema, path=path), schema, title_boost)

    @classmethod
    def open(cls, folder: Path, *, title_boost: float = TITLE_BOOST) -> KeywordIndex:
        """The index of a folder."""
        with cache_errors("the keyword index cannot be opened"):
            import tantivy

            return cls(tantivy.Index.open(str(folder)), _schema(tantivy), title_boost)

    def count(self) -> int:
        """How many texts it holds, as of the last commit or `reload`."""
        with cache_errors("the keyword index cannot be counted"):
            return int(self._index.searcher().num_docs)

    def reload(self) -> None:
        """See what another process has committed."""
        with cache_errors("the keyword index cannot be reloaded"):
            self._index.reload()

    def replace(self, stale: Iterable[str], texts: Iterable[Text]) -> None:
        """Forget the papers in `stale`, take in `texts`, commit."""
        with cache_errors("the keyword index cannot be written"):
            writer = self._opened_writer()
            for paper_id in stale:
                writer.delete_documents_by_term("id", paper_id)
            for text in texts:
                writer.add_document(_document(text))
            writer.commit()
            self._index.reload()

    def files(self) -> list[list[str]]:
        """Of each of its files the papers whose texts stand there, those that it forgot too.

        What is forgotten is found no more, and stands in its file until that is written anew, as
        it is when all its texts are forgotten.
        """
        with cache_errors("the files of the keyword index cannot be read"):
            searcher = self._index.searcher()
            found = [_ids_in(searcher, segment) for segment in range(searcher.num_segments)]
        if sum(map(len, found)) < self.count():
            raise CacheError("files of the keyword index lack texts")
        return found

    def close_writer(self) -> None:
        """Finish merging and let another process write."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with cache_errors("the keyword index cannot be finished"):
                writer.wait_merging_threads()

    def search(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` best papers for any of these stemmed words: (paper id, BM25 above 0).

        A filter changes who is found, never a score.
        """
        terms = list(dict.fromkeys(query_words))
        if k < 1 or not terms:
            return []
        with cache_errors("the keyword index cannot be searched"):
            return self._found(self._any_of(terms), k, allowed)

    def coverage(
        self, query_words: Sequence[str], k: int, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """The `k` papers that have most of these stemmed words: (paper id, share above 0).

        Words count by their rarity (idf), once each, however often a paper says them.
        """
        if k < 1:
            return []
        with cache_errors("the keyword index cannot be searched"):
            idf = self._idf(dict.fromkeys(query_words))
            total = sum(idf.values())
            if not total:
                return []
            found = self._found(self._each_once(idf), k, allowed)
        return [(paper_id, min(1.0, score / total)) for paper_id, score in found]

    def _found(self, query: Any, k: int, allowed: frozenset[str] | None) -> list[tuple[str, float]]:
        if allowed is None:
            found = self._best(query, k)
        elif not allowed:
            found = []
        elif len(allowed) <= min(_ALLOWED_AS_TERMS, self._looked_at(k, allowed)):
            found = self._best(self._only(allowed, query), k)
        else:
            found = self._best_of_many(query, k, allowed)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _idf(self, terms: Iterable[str]) -> dict[str, float]:
        """How telling each word is: BM25's idf over all papers, 0 for a word of none."""
        searcher = self._index.searcher()
        papers = searcher.num_docs
        said = {term: searcher.doc_freq("text", term) for term in terms}
        return {
            term: math.log(1 + (papers - n + 0.5) / (n + 0.5)) if n else 0.0
            for term, n in said.items()
        }

    def _each_once(self, idf: Mapping[str, float]) -> Any:
        from tantivy import Occur, Query

        return Query.boolean_query(
            [
                (Occur.Should, Query.const_score_query(self._term("text", term), weight))
                for term, weight in idf.items()
                if weight > 0
            ]
        )

    def _opened_writer(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(_HEAP_BYTES, 1)
        return self._writer

    def _any_of(self, terms: Sequence[str]) -> Any:
        from tantivy import Occur, Query

        clauses = [(Occur.Should, self._term("text", term)) for term in terms]
        if self._title_weight > 0:
            clauses += [
                (Occur.Should, Query.boost_query(self._term("title", term), self._title_weight))
                for term in terms
            ]
        return Query.boolean_query(clauses)

    def _term(self, field: str, term: str) -> Any:
        from tantivy import Query

        return Query.term_query(self._schema, field, term, "freq")

    def _only(self, allowed: frozenset[str], query: Any) -> Any:
        from tantivy import Occur, Query

        among = Query.term_set_query(self._schema, "id", list(allowed))
        return Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(among, 0.0))]
        )

    def _best(self, query: Any, limit: int) -> list[tuple[str, float]]:
        """The best `limit` papers, each by the best of its texts."""
        searcher = self._index.searcher()
        texts = limit
        while True:
            hits = searcher.search(query, texts, count=False).hits
            found: dict[str, float] = {}
            for score, address in hits:  # best first
                found.setdefault(searcher.doc(address)["id"][0], float(score))
            if len(found) >= limit or len(hits) < texts:
                return list(found.items())[:limit]
            texts *= 4

    def _looked_at(self, k: int, allowed: frozenset[str]) -> int:
        """How many of the best must be looked at until some `k` of them are likely allowed."""
        papers = int(self._index.searcher().num_docs)
        share = min(1.0, len(allowed) / max(1, papers))
        return math.ceil(_MORE * k / share)

    def _best_of_many(self, query: Any, k: int, allowed: frozenset[str]) -> list[tuple[str, float]]:
        """Look at ever more of the best until `k` of them are allowed."""
        limit = self._looked_at(k, allowed)
        while True:
            hits = self._best(query, limit)
            found = [hit for hit in hits if hit[0] in allowed]
            if len(found) >= k or len(hits) < limit:
                return found[:k]
            limit *= 8


def _ids_in(searcher: Any, segment: int) -> list[str]:
    from tantivy import DocAddress

    ids: list[str] = []
    with suppress(ValueError):  # there is no further one
        while True:
            ids.append(searcher.doc(DocAddress(segment, len(ids)))["id"][0])
    return ids


def _schema(tantivy: Any) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("title", "text"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _document(text: Text) -> Any:
    from tantivy import Document

    title = words(text.title)
    document = Document()
    document.add_text("id", text.paper_id)
    document.add_text("title", " ".join(title))
    document.add_text("text", " ".join([*title, *words(text.abstract)]))
    return document
