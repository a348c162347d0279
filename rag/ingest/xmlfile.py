"""Papers of XML files: EndNote, PubMed, and the feeds of arXiv; one record in memory at a time.

Entities of a file's own are refused: they can grow without bound or name other files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import Entry, arxiv_in, papers_of, status_in

if TYPE_CHECKING:
    from defusedxml.ElementTree import DefusedXMLParser

_MAX_DEPTH = 100


class _TooDeepError(Exception):
    """Elements are nested deeper than any export does."""


def papers(blocks: Iterable[str], *, origin: str) -> Iterator[Paper | Failure]:
    """The papers of an XML text, in order; what cannot be read is a `Failure`."""
    tree = _Records()
    number = 0
    problem: tuple[str, str] | None = None
    for step in _fed(blocks, tree):
        problem = step
        for record in tree.take():
            number += 1
            place = Source(_KINDS[record.tag], origin, f"record {number}")
            yield from papers_of(_READERS[record.tag](record), place)
    if problem is not None:
        yield Failure(origin, *problem)
    elif not number:
        yield Failure(origin, "file", f"is XML without records that I know: {KNOWN}")


KNOWN = "EndNote, PubMed, or a feed of arXiv"


def _fed(blocks: Iterable[str], tree: _Records) -> Iterator[tuple[str, str] | None]:
    """Hand a text to the parser, one step a block; where and why it stopped, if it had to."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    parser: DefusedXMLParser = DefusedXMLParser(target=tree, encoding="utf-8")
    try:
        for block in blocks:
            parser.feed(block.encode("utf-8", "replace"))
            yield None
        parser.close()
    except ParseError as error:
        reason = "is not valid XML from here on; what stands before it was read"
        yield f"line {error.position[0]}", reason
    except DefusedXmlException:
        yield "file", "defines entities of its own, which are refused"
    except _TooDeepError:
        yield "file", f"nests its elements deeper than {_MAX_DEPTH}"


class _Records:
    """A parser's target that keeps whole records and forgets everything around them."""

    def __init__(self) -> None:
        self._done: list[Element] = []
        self._open: list[Element] = []
        self._inside = 0

    def take(self) -> list[Element]:
        """The records that were finished since the last call."""
        done, self._done = self._done, []
        return done

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        element = Element(tag.rpartition("}")[2], attributes)
        if len(self._open) > _MAX_DEPTH:
            raise _TooDeepError
        if self._inside:
            self._open[-1].append(element)
        self._open.append(element)
        if element.tag in _READERS:
            self._inside += 1

    def end(self, _: str) -> None:
        """An element ends."""
        element = self._open.pop()
        if element.tag in _READERS:
            self._inside -= 1
            if not self._inside:
                self._done.append(element)

    def data(self, text: str) -> None:
        """Text inside the element that is open."""
        if not self._inside:
            return
        inner = self._open[-1]
        if len(inner):
            inner[-1].tail = (inner[-1].tail or "") + text
        else:
            inner.text = (inner.text or "") + text

    def close(self) -> None:
        """Nothing is kept."""


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _texts(element: Element, path: str) -> list[str]:
    return [" ".join("".join(found.itertext()).split()) for found in element.findall(path)]


def _endnote(record: Element) -> Entry:
    address = _text(record, "urls/related-urls/url") or _text(record, "urls/web-urls/url")
    files = _texts(record, "urls/pdf-urls/url")
    return Entry(
        title=_text(record, "titles/title"),
        authors=_texts(record, "contributors/authors/author")
        or _texts(record, "contributors/secondary-authors/author"),
        date=f"{_text(record, 'dates/pub-dates/date')} {_text(record, 'dates/year')}",
        abstract=_text(record, "abstract"),
        venue=_text(record, "periodical/full-title") or _text(record, "titles/secondary-title"),
        doi=_text(record, "electronic-resource-num"),
        arxiv_id=arxiv_in(address),
        url=address,
        files=[name for name in files if "://" not in name and not name.startswith("/")],
    )


def _pubmed(record: Element) -> Entry:
    article = record.find("MedlineCitation/Article")
    if article is None:
        return Entry()
    day = article.find("Journal/JournalIssue/PubDate")
    kinds = _texts(article, "PublicationTypeList/PublicationType")
    parts = ("Day", "Month", "Year", "MedlineDate")
    return Entry(
        title=_text(article, "ArticleTitle").strip("[]"),
        authors=list(filter(None, map(_pubmed_name, article.findall("AuthorList/Author")))),
        date="" if day is None else " ".join(filter(None, (_text(day, p) for p in parts))),
        abstract="\n".join(_texts(article, "Abstract/AbstractText")),
        venue=_text(article, "Journal/Title"),
        doi=_text(record, "PubmedData/ArticleIdList/ArticleId[@IdType='doi']")
        or _text(article, "ELocationID[@EIdType='doi']"),
        status=next(filter(status_in, kinds), ""),
    )


def _pubmed_name(author: Element) -> str:
    given = _text(author, "ForeName") or _text(author, "Initials")
    family = _text(author, "LastName")
    return f"{family}, {given}" if family and given else family or _text(author, "CollectiveName")


def _atom(record: Element) -> Entry:
    address = _text(record, "id")
    category = record.find("primary_category")
    return Entry(
        title=_text(record, "title"),
        authors=_texts(record, "author/name"),
        date=(_text(record, "published") or _text(record, "updated"))[:10],
        abstract=_text(record, "summary") or _text(record, "content"),
        venue=_text(record, "journal_ref"),
        doi=_text(record, "doi"),
        arxiv_id=arxiv_in(address),
        url=address,
        category="" if category is None else category.get("term", ""),
    )


_READERS: dict[str, Callable[[Element], Entry]] = {
    "record": _endnote,
    "PubmedArticle": _pubmed,
    "entry": _atom,
}
_KINDS = {"record": "endnote", "PubmedArticle": "pubmed", "entry": "atom"}
