"""What a term means: the question for it, and the sentences that say so.

"What does ATC stand for?" is answered by the sentence that introduces it, "Air Traffic Control
(ATC)"; "What is a loom?" by one that says "a loom is a …", rather than by one that speaks of looms.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable

from rag.base.text import STOP_WORDS, abbreviations, content_words, sentence_spans, words
from rag.base.types import Evidence, Hit

_TERM = r"[\"“‘'«]?(?:(?:an?|the)\s+)?(?P<term>[\w][\w+/.-]*(?:\s+[\w+/.-]+){0,4}?)[\"”’'»]?"
_OPENS = r"^\W*(?:(?:and|so|please|exactly|(?:can|could)\s+you|tell\s+me)[\s,]+)*"
_KIND = r"(?:the\s+)?(?:(?:term|word|acronym|abbreviation|letters|short\s+form)s?\s+)?"
_MEANING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_OPENS}what\s+(?:do|does|did)\s+{_KIND}{_TERM}\s+(?:stand\s+for|mean|abbreviate)\W*$",
        rf"{_OPENS}what\s+{_KIND}{_TERM}\s+(?:stands?\s+for|means)\W*$",
        rf"{_OPENS}what\s+(?:is|are)\s+{_KIND}{_TERM}\s+(?:short\s+for|an?\s+abbreviation\s+(?:of|for))\W*$",
        rf"{_OPENS}what\s+(?:is|was)\s+meant\s+by\s+{_KIND}{_TERM}\W*$",
        rf"{_OPENS}define\s+{_TERM}\W*$",
        rf"{_OPENS}(?:(?:what\s+(?:is|are)|give\s+(?:me\s+)?)\s*)?(?:an?|the)?\s*"
        rf"(?:definition|meaning|long\s+form|expansion)\s+of\s+{_TERM}\W*$",
    )
)
_WHAT_IS = re.compile(
    r"^\W*what(?:\s+exactly)?\s+(?:is|are|was|were)\s+(?!the\b|new\b|known\b|there\b)"
    rf"{_TERM}(?:\s+(?:in|for|on)\s[^?]*)?\W*$",
    re.IGNORECASE,
)
_JUDGES = (
    r"(?:\w+ly\s+)?(?:challenging|difficult|important|key|crucial|fundamental|popular|hard|major|"
    r"central|critical|main|active|common|essential|promising|powerful|useful|necessary|vital)\b"
)
_NAMING = r"(?:called|termed|named|known\s+as|dubbed|referred\s+to\s+as)"
_DEFINES = (
    rf"{{term}}{{aside}}\s*,?\s+(?:is|are)\s+(?:defined\b|(?:an?|the|any|one|those)\s+(?!{_JUDGES}))",
    r"{term}{aside}\s+(?:refers?\s+to|means?|denotes?|stands?\s+for|consists?\s+(?:of|in)|aims?\s+(?:to|at))\b",
    r"{term}{aside}\s*(?:,\s*(?:i\.\s?e\.|that\s+is\b|where\b|in\s+which\b|which\s+(?:is|are|means?)\b|or\s|an?\s)|\(i\.\s?e\.)",
    rf"\b{_NAMING}\s+(?:an?\s+|the\s+)?{{term}}",
    r"{term}{aside}\s*,\s+\w+ing\b|\b(?:notion|concept|definition)s?\s+of\s+(?:an?\s+|the\s+)?{term}",
    r"\bconstitutes?\s+(?:an?\s+|the\s+)?{term}|\bby\s+{term}\s+we\s+mean\b",
)
_ASIDE = r"(?:\s+\([^)]{1,80}\))?"
_MOST = 3  # meanings of one short form that are told


def term_meant(question: str) -> str | None:
    """The term of which a question asks what it means; None where it asks something else."""
    found = next((m for pattern in _MEANING if (m := pattern.search(question))), None)
    return found["term"] if found and content_words(found["term"]) else None


def term_asked(question: str) -> str | None:
    """The term that a question asks about, for its meaning or as "What is a loom?" does."""
    if meant := term_meant(question):
        return meant
    found = _WHAT_IS.search(question)
    return found["term"] if found and content_words(found["term"]) else None


@functools.lru_cache(maxsize=100)
def definer(term: str) -> Callable[[str], bool]:
    """A function that tells whether a sentence says what a term means."""
    said = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", term.strip()))
    one = re.sub(r"(?<=[^s\W]{3})s$", "", said)  # "networks": a sentence tells of a network
    name = rf"(?<![\w-]){one}(?:e?s)?(?![\w-])"
    patterns = (pattern.format(term=name, aside=_ASIDE) for pattern in _DEFINES)
    defines = re.compile("|".join(patterns), re.IGNORECASE)
    return lambda sentence: bool(defines.search(sentence) or _long_form(term, sentence))


def is_naming(question: str, sentence: str) -> bool:
    """True for a sentence that ends with the term asked for, "… called X.": the next tells more."""
    term = term_asked(question)
    return bool(
        term and re.search(rf"\b{_NAMING}\W*{re.escape(term)}\W*$", sentence, re.IGNORECASE)
    )


def introductions(question: str, hits: Iterable[Hit]) -> tuple[Evidence, ...]:
    """The sentences of the hits that introduce the short form whose meaning is asked for.

    One for each of its meanings; none for other questions, and where none is introduced.
    """
    term = term_meant(question)
    if term is None:
        return ()
    found: dict[str, Evidence] = {}
    for hit in hits:
        text = hit.paper.text
        for start, end in sentence_spans(text):
            if long := _long_form(term, text[start:end]):
                one = Evidence(hit.paper, start, end, text[start:end], 1.0)
                found.setdefault(" ".join(words(long)), one)
    return tuple(found.values())[:_MOST]


def undefined(question: str, quoted: Iterable[str]) -> str | None:
    """The term whose meaning is asked for, where sentences speak of it and none defines it."""
    term = term_asked(question)
    if term is None or STOP_WORDS.intersection(term.casefold().split()):
        return None
    if " " not in term and not re.search(rf"{re.escape(term)}\W*$", question):
        return None  # "what is missing in …" asks for no meaning
    said = frozenset(words(term))
    texts = list(quoted)
    speaks = any(said <= frozenset(words(text)) for text in texts)
    return term if speaks and not any(map(definer(term), texts)) else None


def _long_form(term: str, sentence: str) -> str | None:
    """What a sentence says that a short form stands for: of "ATC", "air traffic control (ATC)"."""
    if "(" not in sentence or " " in term:
        return None
    known = {short.casefold(): long for short, long in abbreviations(sentence).items()}
    return known.get(term.casefold()) or known.get(term.casefold().removesuffix("s"))
