"""What stands on the card of a paper, by which it is looked up: folded words, keys and names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rag.base.latex import readable
from rag.base.text import abbreviations, fold
from rag.base.types import Paper
from rag.index.cards import Card, Cards

VERSION = "1"
"""Raise when other things are put on the card of the same paper: cards are then made anew."""

_INTRODUCED, _TITLE_HEAD, _IN_TITLE = 0.7, 1.0, 0.5  # how surely a name means a paper
NAME = re.compile(r"[^\W_]\w*(?:[-.+][^\W_]\w*)*\+*")


def carded(papers: Iterable[Paper]) -> Cards:
    """The cards of papers that are in no library."""
    cards = Cards(None, card_of, VERSION)
    cards.learn(papers)
    return cards


def card_of(paper: Paper) -> Card:
    """The card of a paper."""
    names: dict[str, float] = {}
    for name, weight in _names_of(paper):
        names[name] = max(weight, names.get(name, 0.0))
    return Card(
        paper_id=paper.id,
        title=fold(readable(paper.title)),
        authors=tuple(filter(None, map(fold, paper.authors))),
        date=paper.date or "",
        keys=frozenset(filter(None, map(identifier, _said_for(paper)))),
        names=names,
    )


def identifier(name: str) -> str:
    """How identifiers are compared: without case, address, version and closing marks."""
    bare = re.sub(r"^(?:https?://)?(?:www\.|dx\.)?", "", name.strip().lower().lstrip("@"))
    bare = re.sub(r"^(?:doi\.org/|doi:|arxiv\.org/(?:abs|pdf)/|arxiv:)", "", bare)
    return re.sub(r"(?:\.pdf|v\d+|[/.,;)]+)+$", "", bare)


def name_key(name: str) -> str:
    """How names are compared: folded, and without the "s" of "LLMs"."""
    singular = name[:-1] if name.endswith("s") and name[-2:-1].isupper() else name
    return fold(singular)


def is_name(word: str) -> bool:
    """Whether a word is written as names of methods are: "ReLoRA", "GPT-4", "mT5"."""
    return any(c.isupper() for c in word[1:]) or (any(map(str.isdigit, word)) and len(word) > 2)


def _said_for(paper: Paper) -> Iterator[str]:
    """What a paper may be called for: its identifiers, and the keys that its sources gave it."""
    said = (paper.doi, paper.arxiv_id, paper.url, paper.citekey, paper.id)
    yield from filter(None, said)
    yield from (source.where.partition(", ")[2] for source in paper.sources)


def _names_of(paper: Paper) -> Iterable[tuple[str, float]]:
    """Names that mean this paper: before the colon of its title, odd words, what it abbreviates."""
    head, colon, _ = paper.title.partition(":")
    if colon and len(head.split()) <= 4:
        yield name_key(head), _TITLE_HEAD
    for word in NAME.findall(paper.title):
        if is_name(word):
            yield name_key(word), _IN_TITLE
    for short in abbreviations(paper.abstract):
        yield name_key(short), _INTRODUCED
