"""Papers of reading lists in Markdown or HTML: items that name a title, people, a year, a link.

Such lists have no format. The title is the item's first link, or its first words in bold, italics
or quotation marks; people and year are sought around it. Items without a link to a paper and
without a year are taken for prose and left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import ARXIV, Entry, arxiv_in, doi_in, papers_of
from rag.ingest.table import people

MAX_TEXT = 20_000_000  # characters of a list, which is parsed as a whole
_MAX_ITEM = 200_000  # characters
_ITEMS = {"li", "p", "tr", "dd", "dt"}
_MARKED = {"a", "b", "strong", "em", "i", "cite"}
_LINE = "data-line"  # of the Markdown, on the elements made of it
_SILENT = {"script", "style", "nav", "header", "footer", "head", "form", "noscript", "template"}
_PAPER_LINK = re.compile(
    r"arxiv\.org/|doi\.org/|openreview\.net/|aclanthology\.org/|aclweb\.org/|/abs/|\.pdf\b|"
    r"papers\.n(?:eur)?ips\.cc|proceedings\.mlr|semanticscholar\.org|dl\.acm\.org|ieeexplore|"
    r"pubmed|nature\.com/articles|sciencedirect|springer\.com",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?:pdf|paper|papers|code|github|arxiv|doi|link|html|blog|video|slides|project|website|"
    r"page|bibtex|demo|dataset|data|poster|talk|abs|url|here|note|notes|\[|\]|&|and|,)\W*)+",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d.])(19[5-9]\d|20[0-4]\d)(?![\d.]\d|\d)")
_QUOTED = re.compile(r"[“\"]([^”\"]{8,300})[”\"]")
_MARKDOWN_ITEM = re.compile(
    r"\s*(?:[-*+]|\d{1,4}[.)])\s+\S.*(?:\]\(|\*\*|https?://|[“\"*_]|\b(?:19|20)\d\d\b)"
)
_LOOSE = re.compile(r"^[\s\W]+|[\s,;:–—|(\[\"“]+$")
_PERSON = re.compile(
    r"(?:[^\W\d_a-z][\w.'’-]*|(?:van|von|de|der|den|di|da|la|le|el|al|bin)\b)"
    r"(?:\s+(?:[^\W\d_a-z][\w.'’-]*|van|von|de|der|den|di|da|la|le|el|al|bin)){0,4}"
)
_ET_AL = re.compile(r",?\s*(?:et\.? al\.?|and others)$", re.IGNORECASE)


@dataclass(slots=True)
class _Item:
    """One item: its text, which pieces of it are marked, and where its links lead."""

    line: int
    text: str = ""
    marked: list[tuple[int, int]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def is_html(first: str) -> bool:
    """Whether a text begins as a page does."""
    return bool(re.match(r"\s*<(?:!doctype html|html|head|body|ul|ol|div|!--|h\d)", first, re.I))


def is_markdown(lines: Iterable[str]) -> bool:
    """Whether some line is an item of a list with a link, bold words or a year in it."""
    return any(_MARKDOWN_ITEM.match(line) for line in lines)


def papers(blocks: Iterable[str], *, origin: str, is_page: bool) -> Iterator[Paper | Failure]:
    """The papers of a list, in order; an item that links to a paper without a title is named."""
    text = _joined(blocks)
    if len(text) > MAX_TEXT:
        yield Failure(origin, "file", f"is longer than {MAX_TEXT:,} characters; split it")
        return
    parser = _Page()
    parser.feed(text if is_page else _rendered(text))
    parser.close()
    parser.finish()
    found = False
    for item in parser.items:
        for result in _read(item, origin, f"line {item.line}"):
            found = True
            yield result
    if not found:
        yield Failure(origin, "file", "holds no items that name a paper with its year or a link")


def _joined(blocks: Iterable[str]) -> str:
    held: list[str] = []
    size = 0
    for block in blocks:
        held.append(block)
        size += len(block)
        if size > MAX_TEXT:
            break
    return "".join(held)


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"maxNesting": 20, "html": False}).enable("table")
    tokens = reader.parse(text)
    for token in tokens:
        if token.map and token.nesting == 1:
            token.attrSet(_LINE, str(token.map[0] + 1))
    return str(reader.renderer.render(tokens, reader.options, {}))


class _Page(HTMLParser):
    """Collects the items of a page; what is scripted or mere navigation is passed over."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.items: list[_Item] = []
        self._item: _Item | None = None
        self._marks: list[int] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens."""
        self._silent += tag in _SILENT
        if tag in _ITEMS:
            # A paragraph inside an item belongs to it.
            if tag != "p" or self._item is None or not self._item.text.strip():
                self.finish()
                line = dict(attrs).get(_LINE) or ""
                self._item = _Item(int(line) if line.isdecimal() else self.getpos()[0])
        elif self._item and tag in _MARKED:
            self._marks.append(len(self._item.text))
            self._item.links += [url for name, url in attrs if name == "href" and url]
        elif self._item and tag in {"br", "td"}:
            self._item.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        self._silent -= tag in _SILENT and self._silent > 0
        if self._item and tag in _MARKED and self._marks:
            self._item.marked.append((self._marks.pop(), len(self._item.text)))
        if tag in {"li", "tr", "ul", "ol", "table", "p"}:
            if tag != "p":
                self.finish()
            elif self._item:
                self._item.text += " "

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if self._item and not self._silent and len(self._item.text) <= _MAX_ITEM:
            self._item.text += re.sub(r"\s+", " ", data)

    def finish(self) -> None:
        """The item that is open ends."""
        if self._item and self._item.text.strip():
            self.items.append(self._item)
        self._item = None
        self._marks = []


# --- from an item to an entry --------------------------------------------------------------------


def _read(item: _Item, origin: str, where: str) -> Iterator[Paper | Failure]:
    link = next((url for url in item.links if _PAPER_LINK.search(url)), "")
    bare = re.search(r"https?://[^\s)>\]]+", item.text)
    link = link or (bare.group() if bare and _PAPER_LINK.search(bare.group()) else "")
    if not link and not _YEAR.search(item.text):
        return
    span = _title_span(item)
    if span is None:
        if link:
            yield Failure(origin, where, f"links to a paper but names no title: {link[:100]}")
        return
    yield from papers_of(_entry(item, span, link), Source("list", origin, where))


def _title_span(item: _Item) -> tuple[int, int] | None:
    marked = [(a, b) for a, b in sorted(item.marked) if _is_title(item.text[a:b])]
    if marked:
        return marked[0]
    quoted = _QUOTED.search(item.text)
    if quoted and _is_title(quoted.group(1)):
        return quoted.span(1)
    # "Authors. Title. Venue, year." without any marks
    parts = re.finditer(r"[^.?!]+(?:[.?!](?!\s)[^.?!]*)*[.?!]?", item.text)
    titled = (m.span() for m in parts if len(m.group().split()) > 2 and not _people(m.group()))
    return next((span for span in titled if _is_title(item.text[slice(*span)])), None)


def _is_title(text: str) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", text)
    is_link = re.match(r"\W*https?://", text)
    return bool(words) and len(text) > 6 and not is_link and not _LABEL.fullmatch(text.strip())


def _entry(item: _Item, span: tuple[int, int], link: str) -> Entry:
    before, after = item.text[: span[0]], item.text[span[1] :]
    names = _people(before) or next((n for part in _parts(after) if (n := _people(part))), [])
    around = f"{before} {after}"
    year = _YEAR.search(around)
    identifier = ARXIV.search(link) if "arxiv.org" in link else None
    return Entry(
        title=re.sub(r"^[\s\"“*_]+|[\s\"”*_.,]+$", "", item.text[slice(*span)]),
        authors=[_ET_AL.sub("", name) for name in names],
        more_authors=bool(re.search(r"\bet\.? al\b|\band others\b", around, re.IGNORECASE)),
        date=year.group() if year else "",
        doi=doi_in(link),
        arxiv_id=identifier.group(1) if identifier else arxiv_in(around),
        url=link or next((u for u in item.links if u.startswith(("http://", "https://"))), ""),
    )


def _parts(text: str) -> list[str]:
    """Pieces of what stands after a title: between stops, dashes, brackets, bars."""
    return [
        p for p in re.split(r"(?<=[^\W\d_]{3})\.\s|[—–|()\[\]:\n]|\s-\s|\.$", text) if p.strip()
    ]


def _people(text: str) -> list[str]:
    """The names of a text that holds nothing but names; empty if it holds anything else."""
    bare = _YEAR.sub("", text).replace("()", "")
    bare = _LOOSE.sub("", _LOOSE.sub("", bare)).removeprefix("by ").strip(" ,")
    bare = re.sub(r"(?:(?<=[^\W\d_]{2})|\s+)\.$", "", bare)
    more = _ET_AL.search(bare)
    bare = _ET_AL.sub("", bare)
    names = people(bare) if bare else []
    proper = all(
        _PERSON.fullmatch(name.strip()) or re.fullmatch(r"[^,]+, [^,]+", name) for name in names
    )
    several = len(names) > 1 or more or re.fullmatch(r"\S+ (?:\S+ )?\S+", bare)
    return names if names and proper and several else []
