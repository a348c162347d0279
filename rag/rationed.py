"""How much of a shared library's words one conversation may be told, decided by code.

Whoever asks long enough could copy a library out of its answers. With `ASKPAPERS_QUOTED_PERCENT`
set, the quotations of a conversation stay within that share of the library's words; beyond it,
answers still name the papers. Titles, authors and dates are not counted.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.answer.records import lead
from rag.base.body import body_start
from rag.base.types import Answer, Citation, Event, EvidenceFound, Final, Paper, Sentence

_SPENT = (
    "This conversation has been told as much of the library's own words as is allowed; "
    "the papers are named without them."
)


@dataclass
class Ledger:
    """The places whose words a conversation was told, and how many words more it may be told."""

    left: int
    told: dict[str, set[int]] = field(default_factory=dict)  # paper id → offsets of words

    def take(self, citation: Citation) -> bool:
        """Whether these words may be told; they are then counted, each once."""
        told = self.told.get(citation.paper.id, set())
        new = _places(citation) - told
        if len(new) > self.left:
            return False
        self.left -= len(new)
        self.told[citation.paper.id] = told | new
        return True


def rationed(
    events: Iterator[Event], history: Sequence[tuple[str, Answer]], *, words: int | None
) -> Iterator[Event]:
    """The events of a turn with no more of the library than a conversation may be told.

    `words` are those of the whole conversation; None sets no limit. Drafts and evidence, which
    nobody has counted yet, are not shown under a limit.
    """
    for event in events:
        if words is None:
            yield event
        elif isinstance(event, EvidenceFound):
            yield EvidenceFound((), event.understood)
        elif isinstance(event, Final):
            yield Final(_within(event.answer, _opened(history, words)))


def _opened(history: Sequence[tuple[str, Answer]], words: int) -> Ledger:
    ledger = Ledger(words)
    for _, answer in history:
        for citation in answer.citations:
            ledger.take(citation)
    return ledger


def _within(answer: Answer, ledger: Ledger) -> Answer:
    """The answer with what the ledger allows; everything else of the papers' texts is blank."""
    shown = {c.number: ledger.take(c) for c in answer.citations}
    kept = {c.number: _cut(c, ledger, is_shown=shown[c.number]) for c in answer.citations}
    sentences = tuple(_sentence(s, answer, shown, kept) for s in answer.sentences)
    whole = all(shown.values())
    table = answer.table if whole else None
    if table:
        papers = tuple(_blank(p, ledger) for p in table.papers)
        table = dataclasses.replace(table, papers=papers)
    return dataclasses.replace(
        answer,
        sentences=sentences,
        citations=tuple(kept.values()),
        table=table,
        evidence=(),
        nearest=tuple(_blank(p, ledger) for p in answer.nearest),
        notice=answer.notice if whole else " ".join(filter(None, (answer.notice, _SPENT))),
        provenance=dataclasses.replace(answer.provenance, checks=()),
    )


def _sentence(
    sentence: Sentence, answer: Answer, shown: dict[int, bool], kept: dict[int, Citation]
) -> Sentence:
    """The sentence, or only whom it would quote where its words may not be told."""
    own = [c for c in answer.citations if c.number in sentence.citations]
    tells = answer.mode == "generated" or any(c.quote and c.quote in sentence.text for c in own)
    if not tells or all(shown[c.number] for c in own):
        return sentence
    papers = dict.fromkeys(lead(kept[c.number].paper) for c in own)
    return Sentence(f"{' and '.join(papers)} bears on this.", sentence.citations, "supported")


def _cut(citation: Citation, ledger: Ledger, *, is_shown: bool) -> Citation:
    paper = _blank(citation.paper, ledger)
    if is_shown:
        return dataclasses.replace(citation, paper=paper)
    return dataclasses.replace(citation, paper=paper, quote="", start=0, end=0)


def _blank(paper: Paper, ledger: Ledger) -> Paper:
    """The paper with spaces for all words that were not told, so that offsets stay what they are.

    A paper without a title is called by its opening, which stays.
    """
    told = ledger.told.get(paper.id, set())
    text = re.sub(
        r"\S+",
        lambda word: word.group() if word.start() in told else " " * len(word.group()),
        paper.text,
    )
    body = paper.body
    if body is not None:
        body = dataclasses.replace(body, text=text[body_start(paper.abstract) :])
    title, abstract = paper.title or paper.name, text[: len(paper.abstract)]
    return dataclasses.replace(paper, abstract=abstract, body=body, title=title)


def _places(citation: Citation) -> set[int]:
    """Where each word of a quotation begins in its paper's text."""
    text = citation.paper.text
    starts = {m.start() for m in re.finditer(r"\S+", text)}
    within = {s for s in starts if citation.start <= s < citation.end}
    first = [s for s in starts if s < citation.start < citation.end]
    # A quotation that begins inside a word tells the rest of it.
    cuts_a_word = citation.start < citation.end and citation.start not in starts
    return within | ({max(first)} if cuts_a_word and first else set())
