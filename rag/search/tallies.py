"""Questions that count over records: "which author has the most papers", "papers per year"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.base.types import Tally
from rag.search.asking import topic_words
from rag.search.people import PAPERS
from rag.search.understood import Span, Understood

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
_WORDS = r"(?P<between>(?:\s+[\w'’-]+){0,8}?\s*)"
_WHICH = r"(?:which|what|who|list|show|name|give(?:\s+me)?|tell(?:\s+me)?|how\s+many)"
# Where a topic is left: of papers on it, not of what they tell, as "the most patents on wool" is.
_OF_PAPERS = re.compile(
    rf"\b{PAPERS}(?=\s+(?:on|about|in|for|of|with|that|which|is|are|was|were|do|did|does|have|has|came|"
    r"appeared|published|written|per|by|each|every)\b|\W*$|\s{3,})|"
    r"\b(?:wrote|writ(?:es?|ing|ten)|publish(?:es|ed|ing)?|prolific|productive)\b|\bmost\s+active\b|"
    r"\bwork(?:s|ed|ing)?\s+(?:the\s+)?(?:most\s+)?(?:on|with)\b|\b(?:authors|researchers)\s+(?:on|in|about)\b",
    re.IGNORECASE,
)
_WHO_WORKS = re.compile(
    r"\bwho(?=\s+(?:(?:else|all|is|has|have)\s+)*(?:works?|working|worked|writes?|publishes)\s+(?:on|about)\b)",
    re.IGNORECASE,
)
_ON = re.compile(
    rf"\b(?:on|about|in|regarding|concerning)\b|^(?!\s+{PAPERS})(?:\s+\S+)+\s+{PAPERS}\b",
    re.IGNORECASE,
)  # "papers on wool", "wool papers"; a verb is no topic
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
    for match, tally, limit in _counted(understood.rest):
        if _OF_PAPERS.search(understood.rest) or not _has_topic(understood.rest, match):
            _take(understood, match, tally, limit)
            return


def _counted(text: str) -> Iterator[tuple[re.Match[str], Tally, int | None]]:
    """What may be counted, with the words that say so, and how many of the most are wanted."""
    for tally, noun in _NOUNS.items():
        for pattern, is_most in _patterns(noun):
            if match := re.search(pattern, text, re.IGNORECASE):
                yield match, tally, _wanted(match["noun"]) if is_most else None
    if most := _WHO_MOST.search(text):
        yield most, "authors", _wanted(most["noun"] or "")
    if works := _WHO_WORKS.search(text):
        yield works, "authors", None


def _has_topic(text: str, match: re.Match[str]) -> bool:
    for start, end in reversed(_frame(match)):
        text = f"{text[:start]} {text[end:]}"
    return bool(topic_words(text))


def _frame(match: re.Match[str]) -> list[Span]:
    """Where the words stand that ask for a count, without those between them: "on wool"."""
    start, end = match.span()
    between = match.groupdict().get("between") or ""
    if not _ON.search(between):
        return [(start, end)]
    return [(start, match.start("between")), (match.end("between"), end)]


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
            rf"^\W*(?:\w+\s+)?{_WHICH}\s+(?:are\s+)?(?:all\s+)?(?:of\s+)?(?:the\s+)?"
            rf"(?:(?!(?:have|has|do|did)\b)\w+\s+)?{several}",
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
    for span in _frame(match):
        understood.blank(span)
