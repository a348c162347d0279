"""Questions and answers as markup: what was understood, the sentences, the reasons for silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.answer import records
from rag.base.types import Answer, Citation, Sentence
from rag.web.conversation import Exchange
from rag.web.evidence import Anchors, cited_papers, written
from rag.web.matrix import matrix
from rag.web.render import Html, join, latex, name, tag, text

_MOST_NUMBERS = 3  # a sentence over all entries of a list shows its numbers as a range
_SUPPORT = {
    "partial": "partly in the quoted words",
    "unsupported": "not in the quoted words",
    "contradicted": "the quoted words say otherwise",
}
_SILENCE = {
    "not_in_library": "Not in your library",
    "not_stated": "Not stated",
    "library_empty": "Your library is empty",
    "model_unavailable": "The model did not answer",
    "bad_question": "Not a question yet",
}


def question(exchange: Exchange) -> Html:
    """The question as it was asked."""
    return tag("h2", text(exchange.question), cls="question", dir="auto")


def settled(exchange: Exchange, anchors: Anchors, model: str | None) -> Html:
    """An exchange that has its answer, was stopped, or failed."""
    if exchange.error:
        return tag("div", tag("p", exchange.error), cls="silence", role="alert")
    if exchange.answer is None:
        return _stopped(exchange)
    parts: list[Html] = [_body(exchange.answer, anchors)]
    if exchange.answer.status == "answered":  # first, where it stood what was being done
        parts.insert(0, _colophon(exchange.answer, anchors, model))
    return tag("div", *parts, cls="answer", id=anchors.answer)


def draft(exchange: Exchange, doing: str) -> tuple[Html, Html, Html]:
    """An answer that is being written: what was understood, the unchecked words, what is done."""
    words = _draft_text(exchange.draft)
    return (
        chips(exchange) or Html(""),
        tag("div", words, cls="answer") if words else Html(""),
        tag("p", doing, cls="doing", role="status"),
    )


def chips(exchange: Exchange) -> Html | None:
    """What the question was understood to ask, as short labels, and what was taken away of it."""
    said = [(words, False) for words in exchange.understood]
    said += [(words, True) for words in exchange.ignoring]
    if not said:
        return None
    items = [tag("li", condition(words, removed=removed)) for words, removed in said]
    return tag("ul", *items, cls="chips", label="Understood as")


def condition(said: str, *, removed: bool) -> Html:
    """A condition as a short label; one that was taken away is struck, and says so."""
    words = latex(said)
    if not removed:
        return tag("span", words, cls="condition")
    return tag("span", tag("span", words, cls="struck"), " removed", cls="condition")


def _stopped(exchange: Exchange) -> Html:
    said = (
        "Stopped. These words were not checked against the papers."
        if exchange.draft.strip()
        else "Stopped before anything was written."
    )
    return tag(
        "div",
        chips(exchange),
        _draft_text(exchange.draft),
        tag("p", said, cls="notice"),
        cls="answer",
    )


def _draft_text(words: str) -> Html | None:
    paragraphs = [tag("p", latex(p), dir="auto") for p in words.split("\n") if p.strip()]
    return tag("div", *paragraphs, cls="draft") if paragraphs else None


def _body(answer: Answer, anchors: Anchors) -> Html:
    if answer.status == "abstained":
        return _silence(answer, anchors)
    marks = _Numbers(answer.citations, anchors)
    notice = tag("p", latex(answer.notice), cls="notice") if answer.notice else None
    return join([*_paragraphs(answer, marks), matrix(answer, anchors), notice])


def _paragraphs(answer: Answer, numbers: _Numbers) -> Iterable[Html]:
    """A written answer is one text; quotations stand in a paragraph a paper, records in a list."""
    if answer.mode == "generated":
        inside = join((_sentence(s, numbers) for s in answer.sentences), " ")
        return [tag("p", inside, dir="auto")]
    if answer.mode == "lookup" and len(answer.sentences) > 2:
        return _list(answer.sentences, numbers)
    groups: list[list[Sentence]] = []
    for sentence in answer.sentences:
        if groups and sentence.text.startswith("“"):
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return [
        tag("p", join((_sentence(s, numbers) for s in group), " "), dir="auto") for group in groups
    ]


def _list(sentences: Sequence[Sentence], numbers: _Numbers) -> Iterable[Html]:
    has_headline = len(sentences[0].citations) > 1
    if has_headline:
        yield tag("p", _sentence(sentences[0], numbers), dir="auto")
    entries = [tag("li", _sentence(s, numbers), dir="auto") for s in sentences[has_headline:]]
    yield tag("ul", *entries, cls="entries")


def _sentence(sentence: Sentence, numbers: _Numbers) -> Html:
    said = (
        tag("em", _SUPPORT[sentence.support], cls="why") if sentence.support in _SUPPORT else None
    )
    struck = sentence.support in ("unsupported", "contradicted")
    words = tag("span", _words(sentence, numbers), cls="struck" if struck else None)
    return join([words, numbers.of(sentence), said])


def _words(sentence: Sentence, numbers: _Numbers) -> Html:
    """The sentence, with what code wrote around quoted words or a title set apart from them."""
    for number in sentence.citations[:1]:
        lead, mark, rest = sentence.text.partition("“" + numbers.quote(number))
        if mark and lead:
            return join([tag("span", latex(lead.rstrip()), cls="lead"), latex(f" {mark}{rest}")])
        title, facts = numbers.title(number), sentence.text.removeprefix(numbers.title(number))
        if facts.startswith(" ("):
            return join([latex(title), tag("span", latex(facts), cls="aside")])
    return latex(sentence.text)


class _Numbers:
    """The citation numbers of one answer as links; the first of each can be returned to."""

    def __init__(self, citations: Sequence[Citation], anchors: Anchors) -> None:
        self._citations = {c.number: c for c in citations}
        self._anchors = anchors
        self._seen: set[int] = set()

    def quote(self, number: int) -> str:
        citation = self._citations.get(number)
        return citation.quote if citation else ""

    def title(self, number: int) -> str:
        citation = self._citations.get(number)
        return citation.paper.name if citation else ""

    def of(self, sentence: Sentence) -> Html | None:
        known = [n for n in sentence.citations if n in self._citations]
        if not known:
            return None
        if len(known) > _MOST_NUMBERS:
            words = f"{known[0]}–{known[-1]}"
            return tag("span", self._link(known[0], words, anchored=False), cls="cites")
        return tag("span", *(self._link(n, str(n), anchored=True) for n in known), cls="cites")

    def _link(self, number: int, words: str, *, anchored: bool) -> Html:
        first = anchored and number not in self._seen
        if first:
            self._seen.add(number)
        lead = records.lead(self._citations[number].paper)
        return tag(
            "a",
            words,
            cls="cite",
            href="#" + self._anchors.mark(number),
            id=self._anchors.cited(number) if first else None,
            title=lead,
            label=f"Citation {words}: {lead}. Show the quoted words.",
        )


def _silence(answer: Answer, anchors: Anchors) -> Html:
    reason = answer.reason or "not_in_library"
    why = "Add papers to ask about them." if reason == "library_empty" else answer.notice
    return tag(
        "div",
        tag("p", _SILENCE[reason], cls="verdict"),
        tag("p", latex(why)) if why else None,
        _nearest(answer, anchors),
        cls="silence",
    )


def _nearest(answer: Answer, anchors: Anchors) -> Html | None:
    if not answer.nearest:
        return None
    items = []
    for place, paper in enumerate(answer.nearest):
        link = tag("a", name(paper.name), href="#" + anchors.card(place))
        items.append(tag("li", link, " ", written(paper)))
    return join([tag("p", "Nearest papers", cls="small-title"), tag("ul", *items, cls="nearest")])


def _colophon(answer: Answer, anchors: Anchors, model: str | None) -> Html:
    papers = len(cited_papers(answer))
    noun = "1 paper" if papers == 1 else f"{papers} papers"
    said = {
        "extractive": "Quoted word for word from",
        "lookup": "From the records of",
        "generated": f"Written by {model or 'the model'} and checked against",
    }[answer.mode]
    if not papers:
        return tag("p", "From the records of your library.", cls="colophon")
    link = tag("a", noun, href="#" + anchors.panel, label=f"Show the evidence: {noun}")
    return tag("p", f"{said} ", link, ".", cls="colophon")
