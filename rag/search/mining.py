"""What one paper adds to the names of its library: people, methods, title, words.

Nothing here is a fixed list: names come from titles, from author lists, and from the places in
abstracts where a method is introduced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from rag.base.text import abbreviations, fold, sentences, words
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
_REACH = 90  # characters between "we propose" and the name that is proposed
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
    return PaperFacts(
        title=fold(paper.title),
        category=(paper.category or "").upper(),
        words=tuple(sorted(set(map(str.lower, tokens(text))))),
        stems=tuple(sorted(set(words(f"{paper.title} {paper.text}")))),
        people=tuple(map(_person, filter(person_key, paper.authors))),
        orgs={fold(org): org for org in reversed(paper.orgs)},
        claims=_claims(paper),
    )


def _person(printed: str) -> KnownPerson:
    name = parsed_person(printed)
    given = name.given.split()
    return KnownPerson(printed, person_key(printed), name.family, name.last, *(given[:1] or [""]))


def _claims(paper: Paper) -> dict[str, Claim]:
    """What the paper claims under each name: the surest claim, in the first spelling."""
    claims: dict[str, Claim] = {}
    for name, weight in _names_in(paper):
        first = claims.setdefault(name_key(name), Claim(name, weight))
        if weight > first.weight:
            claims[name_key(name)] = Claim(first.printed, weight)
    return claims


def _names_in(paper: Paper) -> Iterable[tuple[str, float]]:
    head = paper.title.split(":")[0].strip() if ":" in paper.title else ""
    if head and len(head.split()) <= 4:
        yield head, TITLE_HEAD
    for token in tokens(paper.title):
        if looks_like_name(token):
            yield token, IN_TITLE
    for name, long_form in abbreviations(paper.abstract).items():
        yield name, INTRODUCED
        if looks_like_name(long_form) and " " not in long_form:  # "FLOWTALK (FT) is …"
            yield long_form, INTRODUCED
    for sentence in sentences(paper.abstract):
        for name in _introduced(sentence):
            yield name, INTRODUCED


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
