"""Questions that count over records: "which author has the most papers", "papers per year"."""

from __future__ import annotations

import re

from rag.base.types import Tally
from rag.search.people import PAPERS
from rag.search.understood import Understood

FEW = 5  # how many are told where "the most" is asked for in the plural

_NOUNS: dict[Tally, str] = {
    "authors": r"(?:co-?)?(?:authors?|writers?|researchers?|scientists?|people|persons?)",
    "years": r"years?",
    "categories": r"(?:arxiv\s+)?(?:category|categories|fields?|subjects?|areas?)",
    "orgs": r"(?:organi[sz]ations?|institut(?:ion|e)s?|labs?|laborator(?:y|ies)|universit(?:y|ies)|"
    r"compan(?:y|ies)|affiliations?|research\s+groups?)",
}
_MOST = rf"(?:the\s+)?(?:most|(?:highest|largest|greatest)\s+number\s+of)\b(?:\s+{PAPERS})?"
_EACH = r"(?:per|by|(?:for|in|of|from)\s+(?:each|every)|each|every|grouped\s+by)"
_HOW_MANY = rf"(?:how\s+many|number\s+of|counts?(?:\s+of)?|breakdown(?:\s+of)?|{PAPERS})"
_OFTEN = r"(?:prolific|productive|frequent(?:ly)?|often|common(?:ly)?|active|represented)"
_WORDS = r"(?:\s+[\w'’-]+){0,5}?\s*"
_WHICH = r"(?:which|what|who|list|show|name|give(?:\s+me)?|tell(?:\s+me)?|how\s+many)"
_WITH_WHOM = re.compile(
    r"\b(?P<noun>co-?(?:authors?|writers?|workers?)|collaborators?)\b|\bwith\s+whom\b|"
    r"\bwhom?\b.*\b(?:with|alongside)\s*(?:\W*$|\s{3,})|"
    r"\bwhom?\b.*\b(?:co-?author\w*|co-?wr\w+|collaborat\w*|work(?:s|ed)?)\b.*\bwith\b",
    re.IGNORECASE,
)
_MOST_OFTEN = re.compile(rf"\bmost(?:\s+{_OFTEN})?\b", re.IGNORECASE)
_WHO_MOST = re.compile(
    rf"\bwho\b{_WORDS}{_MOST}|\bmost\s+{_OFTEN}\s+(?P<noun>{_NOUNS['authors']}\b)?", re.IGNORECASE
)


def read_tally(understood: Understood) -> None:
    """Take what is to be counted over the papers that meet the conditions, if anything is."""
    with_whom = _WITH_WHOM.search(understood.rest)
    if with_whom and understood.filters.authors:
        most = _MOST_OFTEN.search(understood.rest)
        if most:
            understood.blank(most.span())
        _take(understood, with_whom, "authors", _wanted(with_whom["noun"] or "s") if most else None)
        return
    for tally, noun in _NOUNS.items():
        for pattern, is_most in _patterns(noun):
            match = re.search(pattern, understood.rest, re.IGNORECASE)
            if match:
                _take(understood, match, tally, _wanted(match["noun"]) if is_most else None)
                return
    most = _WHO_MOST.search(understood.rest)
    if most:
        _take(understood, most, "authors", _wanted(most["noun"] or ""))


def _patterns(noun: str) -> tuple[tuple[str, bool], ...]:
    """How counts are asked for, each with whether only the most are wanted."""
    named = rf"(?P<noun>{noun})\b"
    several = rf"(?P<noun>{noun}(?:(?<=s)|(?<=people)))\b"
    return (
        (rf"\bmost\s+{_OFTEN}\s+{named}", True),
        (rf"\btop\s+(?:\d+\s+)?{several}", True),
        (
            rf"\b(?:which|what)\s+{named}{_WORDS}{_MOST}(?:\s+{_OFTEN})?(?!\s+\w*(?:recent|cited))",
            True,
        ),
        (rf"\b{named}\s+(?:with|having){_WORDS}{_MOST}", True),
        (rf"\b{_HOW_MANY}\b{_WORDS}\b{_EACH}\s+{named}", False),
        (
            rf"^\W*(?:\w+\s+)?{_WHICH}\s+(?:are\s+)?(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:\w+\s+)?{several}",
            False,
        ),
    )


def _wanted(noun: str) -> int:
    """One for "which author", a few for "which authors"."""
    return FEW if noun.casefold().endswith(("s", "people")) else 1


def _take(understood: Understood, match: re.Match[str], tally: Tally, limit: int | None) -> None:
    understood.tally = tally
    number = re.search(r"\btop\s+(\d{1,3})\b", match.group(), re.IGNORECASE)
    understood.limit = int(number[1]) if number else understood.limit or limit
    understood.blank(match.span())
