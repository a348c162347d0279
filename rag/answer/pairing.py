"""Which goes with which: claims that pair the words of two parts otherwise than their evidence.

"Small ones lead to a slow phase, whereas large ones bring fast growth": four things in two pairs.
A claim with the same things in other pairs has something of each part in both of its own. Of the
written claims of the tests, held against the sentences that decide, that is so of 7.9 % of those
with exchanged roles and of 0.4 % of true ones.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from rag.answer.wording import kin_in, telling_words, worth

# Where a sentence falls into two parts. "Than" is none: "A is less than B" may be said from B.
_CUES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"[,;]?\s*\b(?:whereas|while(?!\s+\w+ing\b)|but|although|though|and not|yet|however|"
        r"even though|despite|in spite of|unlike|in contrast(?: to)?)\b,?\s*|;\s+",
        r"\s+(?:because|since|as|due to|so that|so|therefore|thus|hence)\s+",
        r"\s+(?:when|if|once|after|before|until|as soon as)\s+",
        r"\s+(?:rather than|instead of|in place of|not)\s+",
        r"\s+(?:by|through|via|by means of)\s+",
        *(
            rf"\s+{word}\s+"
            for word in ("into", "to", r"from(?!\s+scratch\b)", "with", "for", "on")
        ),
    )
)
_MOST_CUES = 3  # in the evidence; one that has more may fall apart anywhere
_TOLD = 1.0  # worth of the words that two parts share, from which one speaks of the other

Parts = tuple[frozenset[str], frozenset[str]]


def pairs_otherwise(claim: str, evidence: str) -> bool:
    """Whether a claim pairs things otherwise than a sentence of evidence, at the same cue."""
    return any(
        _all_crossed(_parts(claim, cue, 1), _parts(evidence, cue, _MOST_CUES))
        for cue in range(len(_CUES))
    )


def _all_crossed(asked: tuple[Parts, ...], there: tuple[Parts, ...]) -> bool:
    if not (asked and there):
        return False
    return all(_is_crossed(ours, theirs) for ours in asked for theirs in there)


@functools.lru_cache(maxsize=20_000)
def _parts(text: str, cue: int, most: int) -> tuple[Parts, ...]:
    """Both sides of each place where a text falls apart, without the words that both have."""
    text = text.strip().rstrip(".")
    places = list(_CUES[cue].finditer(text))
    return tuple(_both_sides(text, places)) if len(places) <= most else ()


def _both_sides(text: str, places: list[re.Match[str]]) -> Iterator[Parts]:
    for place in places:
        before, after = text[: place.start()], text[place.end() :]
        if not before.strip():  # "While A …, B …"
            before, _, after = after.partition(",")
        first, second = (frozenset(w.stem for w in telling_words(t)) for t in (before, after))
        if first - second and second - first:
            yield first - second, second - first


def _is_crossed(ours: Parts, theirs: Parts) -> bool:
    """True where each part of a claim has something that only the one part of evidence has."""
    first, second = theirs
    return all(
        _met(our, first, second) >= _TOLD and _met(our, second, first) >= _TOLD for our in ours
    )


def _met(ours: frozenset[str], theirs: frozenset[str], beside: frozenset[str]) -> float:
    """The worth of the words that stand in one part of the evidence and not beside it."""
    return sum(worth(word) for word in ours if kin_in(word, theirs) and not kin_in(word, beside))
