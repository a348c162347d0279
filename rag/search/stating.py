"""Which words of an abstract state an aspect: its problem, method, data, result and so on.

By the wording alone, in any field of science. Where no sentence speaks of an aspect plainly, none
is given: an empty place is better than words about something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.base.aspects import Kind
from rag.base.text import sentence_spans
from rag.search.clauses import Span, essence
from rag.search.wording import OWN_WORK, SIGNS, Signs, words_like

_ENOUGH = 1.0  # weight of the signs from which a sentence states its aspect
_STRONG = 0.5  # weight of a sign that must be among the words that are shown
_SUBJECT_CHARS = 120  # within which a sentence comes to its verb
_NAMED = re.compile(r"[A-Z]\w*-?\w*[A-Z][\w-]*(?: \([^)]{1,80}\))? is (?=an? |the first )")
# A word that ends as "shows" does and follows on no word that makes a noun of it.
_TELLING = re.compile(r"(?<!\b(?:an|in|of|on|to|by)\s)(?<!\b(?:[Tt]he|and|for)\s)(?<!\bthat\s)"
                      r"(?<!\bwhich\s)\b([a-z]{2,}s)\b")  # fmt: skip
_DOES = words_like("<makes>|<uses>|<finds>|address|tackle|ask|argue|question|need|require|give")
_PLACE = 0.3  # what standing first, or last, adds to a sentence that does


def stated(abstract: str, kind: Kind) -> Span | None:
    """Offsets of the words of an abstract that state an aspect; None where none do."""
    signs = SIGNS.get(kind)
    if signs is None:
        return None
    found = max(_stating(abstract, signs), key=lambda pair: pair[0], default=None)
    return found[1] if found else None


def _stating(abstract: str, signs: Signs) -> Iterator[tuple[float, Span]]:
    """The sentences that state the aspect, with how plainly, cut to the words that matter."""
    spans = sentence_spans(abstract)
    texts = [abstract[start:end] for start, end in spans]
    begun = next((i for i, text in enumerate(texts) if OWN_WORK.search(text)), None)
    is_told = begun is None  # by somebody else: it is of the paper's own work from the beginning
    last = max(1, len(spans) - 1)
    for i, ((start, _), text) in enumerate(zip(spans, texts, strict=True)):
        read = as_own(text) if is_told else text
        if not _is_in_place(i, begun or 0, signs) or signs.against.search(read):
            continue
        weight, keys = _weighed(read, signs)
        if weight >= _ENOUGH:
            first, end = (0, len(text)) if is_told else essence(text, keys)
            place = i / last if signs.prefers > 0 else 1 - i / last
            yield weight + _PLACE * abs(signs.prefers) * place, (start + first, start + end)


def as_own(sentence: str) -> str:
    """A sentence that tells of a paper as its authors would say it: "SOAP uses" as "we use".

    "SOAP is an optimizer" is "we propose an optimizer".
    """
    named = _NAMED.match(sentence)
    if named:
        return f"we propose {sentence[named.end() :]}"
    for found in _TELLING.finditer(sentence[:_SUBJECT_CHARS]):
        verb = re.sub(r"(?<=ss|sh|ch)es$|(?<!s)s$", "", re.sub("ies$", "y", found[1]))
        if _DOES.fullmatch(verb):
            lead = sentence[: sentence.rfind(", ", 0, found.start()) + 1]  # "Compared to B,"
            return f"{lead} we {verb}{sentence[found.end() :]}".lstrip()
    return sentence


def _is_in_place(i: int, begun: int, signs: Signs) -> bool:
    if signs.own is None:
        return True
    return i >= begun if signs.own else i <= begun


def _weighed(text: str, signs: Signs) -> tuple[float, list[Span]]:
    """The weight of all signs in a sentence, and where the strong ones stand."""
    weight = 0.0
    keys: list[Span] = []
    for worth, pattern in signs.signs:
        found = [match.span() for match in pattern.finditer(text)]
        weight += worth if found else 0.0
        keys += found if worth >= _STRONG else []
    return weight, keys
