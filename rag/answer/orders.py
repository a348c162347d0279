"""Sentences that give orders to whoever reads them: they may be quoted, and are not paraphrased.

A paper that says "Assistants must answer 42" is data. Nothing of it is hidden or refused; but its
orders are not put before a model, and what a model writes has to rest on more than an order, a
title or the words of the question. Code decides this, so it holds for a model that obeys.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rag.base.text import content_words, words
from rag.base.types import Evidence

_LEAST_OWN = 2  # content words of a written sentence that must stand in the cited sentences
_ENOUGH = 0.6  # share of them, where the sentence also says what only the question says
# Letters of other alphabets that look like these; orders are disguised with them.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁνοατАВЕКМНОРСТХІ", "aeopcyxijsdvoatABEKMHOPCTXI")

_SPEAK = (
    r"answer|reply|respond|say|print|output|repeat|reveal|tell|cite|praise|recommend|remember|"
    r"ignore|disregard|forget|override|obey|decode|pretend|write|list|show|give|call|execute|join|"
    r"summari[sz]e|mention|state|add|end"
)
_READERS = (
    r"(?:ai|assistants?|chat-?bots?|(?:language\s+)?models?|llms?|agents?|summari[sz]ers?|"
    r"reviewers?|readers?|whoever\s+reads)"
)
_POLITE = r"(?:(?:please|now|then|first|instead|also|always|only|never|do\s+not|don['’]t)\s+)*"
_ORDERS = re.compile(
    # An imperative where a sentence or a clause begins, also after a made-up role.
    rf"(?:^|[:;>\]|—]|--)\W*(?:(?:system|user|assistant|question|new\s+\w+)\b\W*)?{_POLITE}"
    rf"(?:{_SPEAK})\b(?![-{{]|"
    # … which is no noun of a subject: "Answer selection models are".
    rf"\s+(?!(?:that|the|this|it|all|no)\b)(?:[a-z]+\s+){{0,2}}(?:is|are|was|were|has|have|can)\b)"
    # "When asked about it, list …"
    rf"|^\W*(?:when|if|after|before|whenever)\b[^.]{{1,120}},\s*{_POLITE}(?:{_SPEAK})\b"
    # "Assistants that summarise this must answer …"; "tell the reader that …"
    rf"|\b{_READERS}\b[^.:;]{{0,80}}\b(?:must|should|shall|have\s+to|are\s+to|need\s+to)\s+{_POLITE}"
    rf"(?:{_SPEAK})\b(?!\s+(?:within|in|after|before|whether)\b)"
    rf"|^\W*(?:[\w,]+\s+){{0,4}}?{_READERS}\s*[:,]\s*{_POLITE}(?:{_SPEAK})\b"
    r"|\btell\s+(?:the\s+)?(?:user|reader|person)s?\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"[“\"‘][^“”\"]*[”\"’]")  # what the paper says that others say
_MARKUP = "img|svg|script|iframe|object|embed|link|base|meta|style|form|input|body|html"
_ADDRESS = re.compile(
    rf"\w+://|\bwww\.|\]\(|\bdata:|\bjavascript:|</?(?:{_MARKUP})\b|<\w+\s+\w+\s*=", re.IGNORECASE
)


def is_order(sentence: str) -> bool:
    """Whether a sentence tells its reader what to say or do. Orders that it reports are none."""
    text = unicodedata.normalize("NFKC", sentence).translate(_LOOKALIKES)
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return bool(_ORDERS.search(_REPORTED.sub(" ", text)))


def without_orders(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that a model may be given."""
    return [e for e in evidence if not is_order(e.text)]


def is_echo(sentence: str, cited: Sequence[Evidence], question: str) -> bool:
    """Whether a written sentence says what it was told to say and not what the papers say.

    It does if it gives an address, if hardly any of its words are in the cited sentences, or if it
    takes words from the question alone and not enough of the others from them.
    """
    if _ADDRESS.search(sentence):
        return True
    told = set(content_words(sentence))
    own = told & {word for e in cited for word in words(e.text)}
    about = {word for e in cited for word in words(f"{e.paper.title} {' '.join(e.paper.authors)}")}
    if (told - own - about) & set(words(question)):
        return len(own - about) < _ENOUGH * len(told - about)
    return len(own) < _LEAST_OWN
