"""The evidence of an answer as markup: one card a paper, the quoted words marked in its abstract.

The evidence of every answer is on the page, and the style sheet shows that of the answer whose
number was followed last (`:target`), else that of the newest. So a number opens its evidence at
once, without another run of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.answer import records
from rag.base.text import sentence_spans
from rag.base.types import Answer, Citation, Paper
from rag.web import links
from rag.web.conversation import Exchange
from rag.web.render import Html, Mark, external, heading, join, latex, name, prose, tag

_WHOLE_CARDS = 30  # further papers of a long list are shown without their abstracts
_MOST_CARDS = 200
_MOST_AUTHORS = 12
_FAR_CHARS = 420  # before the first quoted words; what stands there is folded away
_NEAR_CHARS = 160  # of it that stay


@dataclass(frozen=True, slots=True)
class Anchors:
    """Ids on the page for one exchange. A new `page` makes an old address lead nowhere."""

    page: int
    exchange: int

    @property
    def name(self) -> str:
        """The class of all parts of the evidence of this exchange."""
        return f"evidence{self.page}-{self.exchange}"

    @property
    def shown(self) -> str:
        """How the ids in the evidence of this exchange begin."""
        return f"shown{self.page}-{self.exchange}-"

    @property
    def said(self) -> str:
        """How the ids in the answer of this exchange begin."""
        return f"said{self.page}-{self.exchange}-"

    @property
    def panel(self) -> str:
        """The evidence of this exchange."""
        return f"{self.shown}evidence"

    @property
    def answer(self) -> str:
        """The answer of this exchange."""
        return f"{self.said}answer"

    def card(self, place: int) -> str:
        """The card of a paper, by its place in the panel."""
        return f"{self.shown}card-{place}"

    def mark(self, number: int) -> str:
        """The quoted words of a citation."""
        return f"{self.shown}quote-{number}"

    def cited(self, number: int) -> str:
        """The place in the answer where a number stands first."""
        return f"{self.said}cited-{number}"


@dataclass(slots=True)
class _Card:
    paper: Paper
    marks: list[Mark] = field(default_factory=list)
    paged: list[Citation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """Cards one under the other; below the last, the citations whose pages can be looked at."""

    shown: Html
    paged: tuple[Citation, ...] = ()


def panel(exchange: Exchange, anchors: Anchors, *, newest: bool) -> list[Part]:
    """The cards of one exchange, in parts; none when there is nothing to show yet."""
    cards = list(_cards(exchange, anchors))
    if not cards:
        return []
    look = f"evidence newest {anchors.name}" if newest else f"evidence {anchors.name}"
    parts = [Part(tag("div", _title(exchange, anchors), id=anchors.panel, cls=look))]
    held: list[Html] = []
    for place, card in enumerate(cards[:_MOST_CARDS]):
        held.append(_article(card, anchors.card(place), place < _WHOLE_CARDS))
        if card.paged:
            parts.append(Part(tag("div", *held, cls=look), tuple(card.paged)))
            held = []
    left_out = len(cards) - _MOST_CARDS
    if left_out > 0:
        more = f"{left_out} more papers are cited. Narrow the question to see them here."
        held.append(tag("p", more, cls="quiet"))
    return [*parts, Part(tag("div", *held, cls=look))] if held else parts


def rules(shown: Iterable[tuple[Exchange, Anchors]]) -> str:
    """Style rules for this page: which evidence is shown, what lights up with what."""
    return "".join(_exchange_rules(exchange, anchors) for exchange, anchors in shown)


def cited_papers(answer: Answer) -> list[Paper]:
    """The papers of an answer's citations, in order, each once."""
    return list({c.paper.id: c.paper for c in answer.citations}.values())


def has_page(citation: Citation) -> bool:
    """Whether its words can be looked at on a page of a file that the library keeps."""
    body = citation.paper.body
    return bool(citation.quote and body and body.original)


def reference(paper: Paper) -> str:
    """A plain reference to a paper, as far as its record tells."""
    people = records.all_authors(paper)
    year = f" ({paper.year})" if paper.year else ""
    title = paper.name if paper.name.endswith((".", "?", "!")) else f"{paper.name}."
    place = [f"{paper.venue}."] if paper.venue else []
    address = [a for _, a in links.links_of(paper)][:1]
    opening = f"{people}{year}. " if people else (f"{year.strip()}. " if year else "")
    return " ".join([opening + title, *place, *address])


def written(paper: Paper) -> Html:
    """Authors in short and the year, each in the direction of its script."""
    said = [name(str(fact)) for fact in (records.people(paper), paper.year) if fact]
    return tag("span", join(said, ", "), cls="quiet")


def facts(paper: Paper) -> Html | None:
    """Date, venue, category, score, organisations, code and retraction of a paper, in one line."""
    date = records.long_date(paper)
    if date and paper.date_inferred:
        date_title = "The listing prints no year; this one was worked out."
        shown = [tag("span", date, title=date_title)]
    else:
        shown = [tag("span", date)] if date else []
    shown += [tag("span", name(fact)) for fact in (paper.venue, paper.category) if fact]
    shown += [tag("span", f"score {paper.score:g}")] if paper.score is not None else []
    shown += [tag("span", name(org)) for org in paper.orgs]
    shown += [tag("span", "code", cls="badge", title="Listed with code")] if paper.has_code else []
    shown += [tag("span", name(paper.status), cls="badge")] if paper.status else []
    return tag("p", *shown, cls="facts") if shown else None


def _title(exchange: Exchange, anchors: Anchors) -> Html:
    heading = "Nearest papers" if _abstained(exchange.answer) else "Evidence"
    close = tag("a", "Close", href="#" + anchors.answer, cls="close")
    return tag("div", tag("h2", heading), close, cls="panel-title")


def _cards(exchange: Exchange, anchors: Anchors) -> Iterator[_Card]:
    """Papers in the order in which the answer cites them, with the words that it quotes."""
    cards: dict[str, _Card] = {}
    if exchange.answer is None:
        for found in exchange.evidence:
            card = cards.setdefault(found.paper.id, _Card(found.paper))
            card.marks.append(Mark(found.start, found.end))
    elif exchange.answer.citations:
        for citation in exchange.answer.citations:
            card = cards.setdefault(citation.paper.id, _Card(citation.paper))
            card.marks.append(_mark(citation, anchors))
            card.paged += [citation] if has_page(citation) else []
    else:
        cards = {paper.id: _Card(paper) for paper in exchange.answer.nearest}
    yield from cards.values()


def _mark(citation: Citation, anchors: Anchors) -> Mark:
    n = citation.number
    return Mark(citation.start, citation.end, n, anchors.mark(n), "#" + anchors.cited(n))


def _article(card: _Card, anchor: str, whole: bool) -> Html:
    paper = card.paper
    return tag(
        "article",
        heading("h3", paper.name),
        _byline(paper),
        facts(paper),
        _abstract(card) if whole else _quotes_only(card),
        _footer(paper),
        cls="card",
        id=anchor,
    )


def _byline(paper: Paper) -> Html | None:
    if not paper.authors:
        return None
    shown: list[Html | str] = []
    for author in paper.authors[:_MOST_AUTHORS]:
        shown += [", ", name(author)] if shown else [name(author)]
    left_out = len(paper.authors) - _MOST_AUTHORS
    if left_out > 0:
        shown.append(f" and {left_out} more")
    elif paper.more_authors:
        shown.append(" et al.")
    return tag("p", *shown, cls="byline")


def _abstract(card: _Card) -> Html:
    """The abstract with the quoted words marked, then the words quoted of the paper's body."""
    paper = card.paper
    if not paper.text:
        return tag("p", "No text of this paper is in the library.", cls="quiet")
    inside = [m for m in card.marks if m.start < m.end <= len(paper.abstract)]
    cut = _opening(paper.abstract, inside)
    parts = [_folded(paper.abstract[:cut])] if cut else []
    rest = [replace(m, start=m.start - cut, end=m.end - cut) for m in inside]
    parts.append(tag("p", prose(paper.abstract[cut:], rest), cls="abstract", dir="auto"))
    beyond = [m for m in card.marks if m.end > len(paper.abstract)]
    return join([*(parts if paper.abstract else []), *(_quoted(paper, m) for m in beyond)])


def _opening(abstract: str, marks: Sequence[Mark]) -> int:
    """How much of an abstract is folded away, so that its quoted words are seen at a glance."""
    first = min((mark.start for mark in marks), default=0)
    if first < _FAR_CHARS:
        return 0
    return max((s for s, _ in sentence_spans(abstract) if s <= first - _NEAR_CHARS), default=0)


def _folded(opening: str) -> Html:
    words = tag("p", latex(opening), cls="abstract", dir="auto")
    return tag("details", tag("summary", "From the beginning"), words, cls="opening")


def _quotes_only(card: _Card) -> Html | None:
    return join([_quoted(card.paper, mark) for mark in card.marks])


def _quoted(paper: Paper, mark: Mark) -> Html:
    """Quoted words alone, under the section and page on which they stand."""
    words = paper.text[mark.start : mark.end]
    inner = Mark(0, len(words), mark.number, mark.anchor, mark.back)
    said = tag("p", prose(words, [inner]), cls="abstract", dir="auto")
    page, section = paper.place(mark.start)
    where = [tag("span", name(section))] if section else []
    where += [tag("span", f"page {page}")] if page else []
    return join([tag("p", *where, cls="facts"), said]) if where else said


def _footer(paper: Paper) -> Html:
    opened = f"Open {paper.name} in a new tab"
    own = tag("a", "Open paper", href=links.own_page(paper), target="_blank", label=opened)
    leads = [external(address, host) for host, address in links.links_of(paper)]
    copied = tag(
        "details",
        tag("summary", "Copy citation", label=f"Copy citation of {paper.name}"),
        _copied(paper),
    )
    return tag("div", own, *leads, copied, cls="card-foot")


def _copied(paper: Paper) -> Html:
    """The reference in a field, which a keyboard reaches, marks whole and copies."""
    said = f"Citation of {paper.name}"
    return tag("textarea", reference(paper), cls="reference", readonly="", rows="3", label=said)


def _abstained(answer: Answer | None) -> bool:
    return answer is not None and answer.status == "abstained"


def _exchange_rules(exchange: Exchange, anchors: Anchors) -> str:
    followed = f'.stApp:has(:is([id^="{anchors.shown}"],[id^="{anchors.said}"]):target)'
    pages = '[class*="-pages-"]'
    lines = [
        f'{followed} :is(.evidence,[class*="st-key-evidence"]{pages}){{display:none}}',
        f"{followed} .evidence.{anchors.name}{{display:block}}",
        f'{followed} [class*="st-key-{anchors.name}-"]{pages}{{display:flex}}',
    ]
    answer = exchange.answer
    numbers: Sequence[Citation] = answer.citations[:_WHOLE_CARDS] if answer else ()
    for n in (c.number for c in numbers):
        mark, cited = anchors.mark(n), anchors.cited(n)
        pointed = f'.stApp:has(a[href="#{mark}"]:is(:hover,:focus-visible))'
        lit = f'.stApp:has(#{mark}:target) a[href="#{mark}"]'
        back = f".stApp:has(#{cited}:target) #{mark}"
        lines.append(f"{pointed} #{mark},{back}{{background:var(--lit)}}")
        lines.append(f"{lit}{{background:var(--accent);color:var(--page)}}")
    return "".join(lines)
