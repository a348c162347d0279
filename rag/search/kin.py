"""Words and their kin: "speedup" is met by "speed", which stemming alone does not see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

_LONG = 5  # letters from which one word may begin another and be its kin
_ENDING = 2  # letters by which the two may differ
_LATIN = re.compile(r"(\w{5,}?)(?:a|ae|um|us|i|al|ar)")  # "bacteria", "bacterium", "bacterial"


def with_kin(asked: Iterable[str], present: Set[str]) -> set[str]:
    """Of the words asked for, those present as themselves or in a longer or shorter form.

    "speedup" is met by "speed".
    """
    asked = set(asked)
    missing = asked - present
    beginnings = {word[:_LONG] for word in missing if len(word) >= _LONG}
    likely = [word for word in present if word[:_LONG] in beginnings] if beginnings else []
    if not likely:
        return asked - missing
    return asked - {word for word in missing if not any(_is_kin(word, o) for o in likely)}


def has_form(word: str, present: Iterable[str]) -> bool:
    """Whether a word stands among others in a Latin form that stemming keeps apart from it.

    "spectra" is met by "spectrum" and "spectral"; all are in small letters.
    """
    base = _LATIN.fullmatch(word)
    if base is None:
        return False
    forms = (_LATIN.fullmatch(other) for other in present if other.startswith(base[1]))
    return any(form and form[1] == base[1] for form in forms)


def _is_kin(word: str, other: str) -> bool:
    """True when one is the other with an ending: "speedup" and "speed", not "ImageNet", "image"."""
    if min(len(word), len(other)) < _LONG or abs(len(word) - len(other)) > _ENDING:
        return False
    return word.startswith(other) or other.startswith(word)
