"""The clauses of a sentence that matter, cut out verbatim where nothing hangs on the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]

_SHORT = 130  # characters of a sentence that is shown whole
_LEAST = 25  # a shorter piece says too little
_BORDER = re.compile(
    r";\s+|\s+[—–]\s+|\s+---?\s+|—|:\s+|"
    r",\s+(?=(?:but|while|whereas|which|where|yet|thus|thereby|hence|with|when|as|by|\w{3,}ing|"
    r"(?:and\s+)?(?:we|it|they|this|these|our|their|its|that))\b)",
    re.IGNORECASE,
)
_LISTED = re.compile(r",\s*(?:\S+\s*){1,3}$")  # before a comma of "wood, wool, silk"
_LISTS = re.compile(r",\s+\w+ing(?:,|\s+(?:and|or)\s+\w+ing\b)")  # after one of "cutting, dyeing"
_CONJUNCTION = re.compile(r"(?:and|but|while|whereas|yet|so|thus|hence)\s+", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?:we|our|the|this|these|those|it|its|they|their|an?|both|each|all|results?|[A-Z]\S*)\b|"
    r"(?:which\s+)?(?:achiev|improv|reduc|outperform|surpass|exceed|increas|decreas|yield|show|cut|lower|rais|speed)\w*"
)
# What changes the meaning of the words beside it: a piece is not cut from these.
_BINDS = re.compile(
    r"\b(?:not|no|none|never|neither|nor|cannot|without|whether|if|unless|unclear|unknown|"
    r"hypothes\w+|assum\w+|may|might|could|would|should|although|though|despite|only|except|"
    r"provided|fail\w*|suppos\w+|suggest\w*|claim\w*|believ\w+|thought|expect\w*|seem\w*|"
    r"appear\w*|hardly|rarely|however|but|rather)\b|n['’]t\b",
    re.IGNORECASE,
)


def essence(text: str, keys: Sequence[Span]) -> Span:
    """Offsets of the run of clauses that holds all the key places of a sentence.

    The whole sentence where it is short, or where what would be cut off denies, doubts or
    restricts the rest.
    """
    whole = (0, len(text))
    if len(text) <= _SHORT or not keys:
        return whole
    first, last = min(k[0] for k in keys), max(k[1] for k in keys)
    borders = [m for m in _BORDER.finditer(text) if _is_border(text, m.start())]
    start = max((m.end() for m in borders if m.end() <= first), default=0)
    end = min((m.start() for m in borders if m.start() >= last), default=len(text))
    start = _begun(text, start, [m.end() for m in borders])
    if _BINDS.search(text, end):
        end = len(text)
    return (start, end) if end - start >= _LEAST else whole


def _begun(text: str, start: int, ends: Sequence[int]) -> int:
    """The place from which the rest can be read alone, at `start` or at a border before it."""
    for place in sorted((e for e in ends if e <= start), reverse=True):
        if _BINDS.search(text, 0, place):
            continue
        conjunction = _CONJUNCTION.match(text, place)
        opened = conjunction.end() if conjunction else place
        if _SUBJECT.match(text, opened):
            return opened
    return 0


def _is_border(text: str, place: int) -> bool:
    """True outside of parentheses, formulas and enumerations."""
    before = text[:place]
    if text[place] == "," and (_LISTED.search(before) or _LISTS.match(text, place)):
        return False
    brackets = sum(before.count(c) for c in "([{") - sum(before.count(c) for c in ")]}")
    return brackets <= 0 and before.count("$") % 2 == 0
