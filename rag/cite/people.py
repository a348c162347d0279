"""Names of people in the forms that bibliographies want: parts, initials, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.base.text import fold
from rag.index.names import parse_name

_BODY = re.compile(
    r"(?:^the\b|\b(?:collaboration|consortium|group|team|university|institute|inc|labs?|society"
    r"|committee|organi[sz]ation|foundation|network|project|company|department)\b)",
    re.IGNORECASE,
)


def parts(name: str) -> tuple[str, str]:
    """(given names, family name) as printed; a body such as "The ATLAS Collaboration" has none."""
    if "," in name:
        family, given = (part.strip() for part in name.split(",", maxsplit=1))
        return given, family
    words = name.split()
    if is_body(name) or len(words) < 2:
        return "", name
    family = parse_name(name).family
    for i in range(1, len(words)):
        if f"{fold(' '.join(words[i:]))} ".startswith(f"{family} "):  # "King Jr."
            return " ".join(words[:i]), " ".join(words[i:])
    return " ".join(words[:-1]), words[-1]


def is_body(name: str) -> bool:
    """Whether a name is of a body of people rather than of one."""
    return bool(_BODY.search(name))


def initials(given: str) -> str:
    """The initials of given names: "J.-P. A." of "Jean-Pierre Albert"."""
    words = re.split(r"\s+|(?<=\.)(?=\w)", given.strip())
    return " ".join("-".join(f"{p[0]}." for p in w.split("-") if p) for w in words if w.strip("."))


def turned(name: str) -> str:
    """A name with the family name first: "Byron, Ada"."""
    given, family = parts(name)
    return f"{family}, {given}" if given else family


def listed(names: Sequence[str], *, last: str, comma_before_last: bool = True) -> str:
    """Names as a list in a sentence: "A, B, and C"."""
    if len(names) < 2:
        return "".join(names)
    comma = "," if len(names) > 2 and comma_before_last else ""
    return f"{', '.join(names[:-1])}{comma} {last} {names[-1]}"
