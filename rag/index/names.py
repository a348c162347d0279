"""Names of people, taken apart for comparison: family name, given names, initials."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from rag.base.text import fold

_PARTICLES = frozenset(
    (
        *("af", "al", "bin", "da", "de", "del", "della", "den", "der", "di", "dos", "du"),
        *("el", "ibn", "la", "le", "ten", "ter", "van", "von", "zu"),
    )
)
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv"])
_GLUED_INITIAL = re.compile(r"\.(?=\w)")  # "R.Zhao"


@dataclass(frozen=True, slots=True)
class Name:
    """A folded name. `family` has its particles ("van der maaten"), `last` has none ("maaten")."""

    folded: str
    family: str
    last: str
    given: str


@functools.lru_cache(maxsize=50_000)
def parse_name(printed: str) -> Name:
    """Take a name apart that is printed as "Rosie Zhao", "R. Zhao", "Zhao, R." or "Zhao"."""
    before, *after = (_folded_words(part) for part in printed.split(","))
    given = next((part for part in after if part), None)
    if given is None:
        start = _family_start(before)
        given, family = before[:start], before[start:]
    else:
        family = before
    return Name(
        folded=" ".join(given + family),
        family=" ".join(family),
        last=family[-1] if family else "",
        given=" ".join(given),
    )


def same_person(asked: Name, known: Name) -> bool:
    """True when a name somebody asks for may be this known one; initials stand for given names."""
    if asked.folded in (known.folded, known.family):
        return True
    if asked.last != known.last and asked.family != known.family:
        return False
    return not asked.given or _given_names_agree(asked.given.split(), known.given.split())


def _folded_words(part: str) -> list[str]:
    folded = map(fold, _GLUED_INITIAL.sub(". ", part).split())
    return [word for word in folded if word and word not in _SUFFIXES]


def _family_start(folded_words: list[str]) -> int:
    """Index of the first word of the family name; at least one given name is left before it."""
    start = max(len(folded_words) - 1, 0)
    while start > 1 and folded_words[start - 1] in _PARTICLES:
        start -= 1
    return start


def _given_names_agree(asked: list[str], known: list[str]) -> bool:
    pairs = list(zip(asked, known, strict=False))
    return bool(pairs) and all(a == b or _is_initial_of(a, b) for a, b in pairs)


def _is_initial_of(one: str, other: str) -> bool:
    return one[0] == other[0] and 1 in (len(one), len(other))
