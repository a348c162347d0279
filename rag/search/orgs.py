"""Organisations in a question: "from MIT", "Bell Labs papers", "excluding Stanford"."""

from __future__ import annotations

import re

from rag.base.text import fold
from rag.search.names import Names
from rag.search.people import PAPERS, Span
from rag.search.understood import Understood

_NOT = r"(?:not|excluding|except(?:\s+for)?|other\s+than|besides|apart\s+from|without|minus)"
_CUE = re.compile(
    rf"\b(?:{_NOT}\s+(?=(?:the\s+)?[\w&])|"
    r"(?:from|at|by|of|in|affiliated\s+with|affiliations?|involv(?:e|es|ing)|out\s+of|with|or|nor|and)\s+"
    r"(?:(?:people|authors?|researchers?|someone|anyone)\s+(?:at|from|in|of)\s+)?(?:(?:the|an?)\s+)?)",
    re.IGNORECASE,
)
_ENDS = re.compile(  # "in meta" may be a place, "in meta learning" is none
    r"\s*(?:$|[^\w\s]|(?:and|or|nor|since|from|in|with|without|that|which|who|whose|about|on|before|"
    r"after|between|until|have|has|had|are|is|was|were|as|by|but|not|no|except|excluding|other|rather|"
    r"when|where|do|does|did|only|please|this|last|scored|scoring|more|up|prior|older|later|"
    rf"{PAPERS}|affiliations?|authors?|people|researchers?|\w+ed|\d+)\b)",
    re.IGNORECASE,
)
_LONGEST = 5  # words
_WORDS = re.compile(rf"[\w&-]+(?:\s+[\w&-]+){{0,{_LONGEST - 1}}}")


def read_orgs(understood: Understood, names: Names) -> None:
    """Take the organisations that a question names where the words around say that one is meant."""
    text = understood.rest
    found = [(cue, _after(cue, text, names)) for cue in _CUE.finditer(text)]
    orgs: dict[bool, list[str]] = {False: [], True: []}  # wanted, and not wanted
    negated = False
    for cue, place in found:
        word = cue.group().split()[0].casefold()
        is_joint = cue.group().split() in (["or"], ["nor"], ["and"], ["with"])
        if place is None or (is_joint and not orgs[False] + orgs[True]):
            continue
        if word not in ("or", "nor", "and"):
            negated = bool(re.match(rf"{_NOT}\b", word, re.IGNORECASE)) or understood.is_negated(
                cue.start()
            )
        orgs[negated].append(place[0])
        understood.use((cue.start(), place[1]))
    if not orgs[False] + orgs[True]:
        _before_papers(understood, orgs[False], names)
    for is_not, listed in orgs.items():
        if listed:
            values = tuple(dict.fromkeys(listed))
            understood.note("from " + " or ".join(values), negated=is_not, orgs=values)


def _after(cue: re.Match[str], text: str, names: Names) -> tuple[str, int] | None:
    """The organisation after a cue and where it ends; a stranger where only one can be meant."""
    phrase = _WORDS.match(text, cue.end())
    if phrase is None:
        return None
    found = _org_at(text, phrase.span(), names)
    if found or "affiliat" not in cue.group().casefold():
        return found
    return phrase.group(), phrase.end()


def _org_at(text: str, span: Span, names: Names) -> tuple[str, int] | None:
    """The organisation that begins at a span, by the longest name that fits, and where it ends."""
    start = span[0]
    ends = [start + m.end() for m in re.finditer(r"[\w&-]+", text[slice(*span)])]
    for end in reversed(ends):
        org = _org(text[start:end], names)
        if org and _ENDS.match(text, end):
            return org, end
    # "Google DeepMind" of a library that says "deepmind"
    first = re.match(r"[A-Z][\w&-]*\s+(?=[A-Z])", text[start : span[1]])
    return _org_at(text, (start + first.end(), span[1]), names) if first else None


def _before_papers(understood: Understood, orgs: list[str], names: Names) -> None:
    """The organisation of "Bell Labs papers"."""
    text = understood.rest
    for papers in re.finditer(rf"\b{PAPERS}\b", text, re.IGNORECASE):
        before = list(re.finditer(r"[\w&-]+", text[: papers.start()]))
        for first in before[-_LONGEST:]:
            org = _org(
                re.sub(r"['’]s?\s*$", "", text[first.start() : papers.start()].strip()), names
            )
            if org:
                understood.use((first.start(), papers.start()))
                orgs.append(org)
                return


def _org(text: str, names: Names) -> str | None:
    folded = fold(text)
    if org := names.org(folded):
        return org
    starts = names.orgs_beginning(folded)
    return starts[0] if len(starts) == 1 else None
