"""What one paper adds to the names of its library: people, methods, title, words.

Nothing here is a fixed list: names come from titles, from author lists, and from the places in
abstracts where a method is introduced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import chain

from rag.base.text import Remembered, abbreviations, fold, pieces, sentences, stems
from rag.base.types import Paper
from rag.index.facts import Claim, KnownPerson, PaperFacts
from rag.index.lexicon import Lexicon
from rag.search.names import (
    IN_TITLE,
    INTRODUCED,
    TITLE_HEAD,
    Names,
    looks_like_name,
    name_key,
    parsed_person,
    person_key,
    tokens,
)

VERSION = "2"
"""Raise when other facts are taken from the same paper: names are then read anew."""

_INTRODUCES = re.compile(  # in lower case; the letters that these begin with are sought first
    r"\b(?=[bcdfinoprt])(?:introduc|propos|present|develop|releas|call|dub|term|nam|coin|design|"
    r"creat|describ|denot|build|built|construct|offer|contribut|formulat|devis)\w*"
)
_ODD_WORD = re.compile(r"\S[A-Z]|[A-Z]\S*\d")  # of every name the letters hold one of these
_REACH = 90  # characters between "we propose" and the name that is proposed
_REMEMBERED = 50_000  # people
_LONGEST = 30  # letters of a name that is introduced
_CLAUSE = re.compile(r"[.;:]\s")


def mine(papers: Iterable[Paper], is_word: Callable[[str], bool] = lambda _: False) -> Names:
    """The names of papers that are in no library.

    A word of the language (`is_word`) is never taken for a misspelt one of the library: who asks
    for "newer" papers does not mean "never".
    """
    lexicon = Lexicon(None, facts_of, VERSION)
    lexicon.learn(papers)
    return Names(lexicon, is_word)


def facts_of(paper: Paper) -> PaperFacts:
    """The names and words of a paper."""
    text = f"{paper.title} {paper.abstract}"
    cut = set(pieces(text))
    return PaperFacts(
        title=fold(paper.title),
        category=(paper.category or "").upper(),
        words=tuple(set(chain.from_iterable(map(_WORDS.__getitem__, cut)))),
        stems=tuple(stems(f"{paper.title} {paper.text}") if paper.body else stems(text, cut)),
        people=tuple(filter(None, map(_person, paper.authors))),
        orgs={fold(org): org for org in reversed(paper.orgs)},
        claims=_claims(paper, may_have_names=_may_have_names(text)),
    )


def _words_of(piece: str) -> tuple[str, ...]:
    if piece.isascii() and piece.isalpha():  # nearly always, and decided at once
        return (piece.lower(),)
    return tuple(map(str.lower, tokens(piece)))


_WORDS = Remembered(_words_of)


def _may_have_names(text: str) -> bool:
    """False only where no word of a text looks like a name."""
    return not text.isascii() or _ODD_WORD.search(text) is not None


@lru_cache(maxsize=_REMEMBERED)
def _person(printed: str) -> KnownPerson | None:
    folded = person_key(printed)
    if not folded:
        return None
    name = parsed_person(printed)
    given = name.given.split()
    return KnownPerson(printed, folded, name.family, name.last, *(given[:1] or [""]))


def _claims(paper: Paper, *, may_have_names: bool) -> dict[str, Claim]:
    """What the paper claims under each name: the surest claim, in the first spelling.

    Where none `may_have_names`, no word of title and abstract looks like one.
    """
    claims: dict[str, Claim] = {}
    for name, weight in _names_in(paper, may_have_names=may_have_names):
        first = claims.setdefault(name_key(name), Claim(name, weight))
        if weight > first.weight:
            claims[name_key(name)] = Claim(first.printed, weight)
    return claims


def _names_in(paper: Paper, *, may_have_names: bool) -> Iterable[tuple[str, float]]:
    head = paper.title.split(":")[0].strip() if ":" in paper.title else ""
    if head and len(head.split()) <= 4:
        yield head, TITLE_HEAD
    for token in tokens(paper.title) if may_have_names else ():
        if looks_like_name(token):
            yield token, IN_TITLE
    for name, long_form in abbreviations(paper.abstract).items():
        yield name, INTRODUCED
        if looks_like_name(long_form) and " " not in long_form:  # "FLOWTALK (FT) is …"
            yield long_form, INTRODUCED
    # That no sentence introduces one shows without cutting the text into sentences.
    if may_have_names and next(iter(_introduced(paper.abstract)), None) is not None:
        for sentence in sentences(paper.abstract):
            yield from ((name, INTRODUCED) for name in _introduced(sentence))


def _introduced(sentence: str) -> Iterable[str]:
    """The first name after each "we propose …" of a sentence."""
    lower = sentence.lower()
    if len(lower) != len(sentence):  # "İ" becomes two letters
        lower = "".join(c if len(c.lower()) > 1 else c.lower() for c in sentence)
    for verb in _INTRODUCES.finditer(lower):
        following = _CLAUSE.split(sentence[verb.end() : verb.end() + _REACH], maxsplit=1)[0]
        first = next(filter(_is_new, tokens(following)), None)
        if first:
            yield first


def _is_new(token: str) -> bool:
    return looks_like_name(token) and len(token) <= _LONGEST
