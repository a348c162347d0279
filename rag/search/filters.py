"""Filters in words: authors, years, categories, organisations, code, score and order.

Each reader looks for one kind of condition and returns what it understood with the words that it
used up, so that what is left of the question is its topic.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import date

from rag.base.text import fold
from rag.base.types import Sort
from rag.search.categories import read_categories
from rag.search.months import read_months
from rag.search.names import Names
from rag.search.people import PAPERS, Span, read_bare_person, read_people
from rag.search.tallies import read_tally
from rag.search.understood import Understood
from rag.search.years import read_years


def read_filters(question: str, names: Names, *, today: date | None = None) -> Understood:
    """All conditions on records that a question states in words."""
    understood = Understood(question)
    read_people(understood, names)
    _read_orgs(understood, names)
    read_months(understood, today or date.today())
    if understood.dates == ("", ""):
        read_years(understood, today or date.today())
    read_categories(understood, names)
    if not _names_people(understood):
        read_people(understood, names, strangers=True)
    if re.search(rf"\b{PAPERS}\b|\bwrit|\bpublish|^\W*and\b", question, re.IGNORECASE):
        _read_code(understood)
    _read_scores(understood)
    _read_limit(understood)
    _read_order(understood)
    read_tally(understood)
    if not _names_people(understood):
        read_bare_person(understood, names)
    return understood


def _names_people(understood: Understood) -> bool:
    filters = (understood.filters, understood.without)
    return any(f.authors or f.first_author for f in filters)


# --- places and subjects -------------------------------------------------------------------------

_ORG_CUE = re.compile(
    r"\b(?:from|at|by|of|in|affiliated\s+with|affiliation|involv(?:e|es|ing)|out\s+of|or|and)\s+"
    r"(?:(?:people|authors?|researchers?|someone|anyone)\s+(?:at|from|in|of)\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_ORG_ENDS = re.compile(  # "in meta" may be a place, "in meta learning" is none
    r"\s*(?:$|[^\w\s]|(?:and|or|since|from|in|with|without|that|which|who|about|on|before|after|"
    rf"between|until|have|has|had|are|is|as|by|not|this|last|{PAPERS}|\w+ed|\d+)\b)",
    re.IGNORECASE,
)
_LONGEST_ORG = 4  # words
_ORG_WORDS = re.compile(rf"[\w&-]+(?:\s+[\w&-]+){{0,{_LONGEST_ORG - 1}}}")


def _read_orgs(understood: Understood, names: Names) -> None:
    orgs: dict[str, Span] = {}
    for cue in _ORG_CUE.finditer(understood.rest):
        is_joint = cue.group().split()[0].casefold() in ("or", "and")
        phrase = _ORG_WORDS.match(understood.rest, cue.end())
        if phrase is None or (is_joint and not orgs):
            continue
        found = _org_at(understood.rest, phrase.span(), names)
        if found:
            orgs.setdefault(found[0], (cue.start(), found[1]))
        elif "affiliat" in cue.group().casefold():
            orgs.setdefault(phrase.group(), (cue.start(), phrase.end()))
    orgs = orgs or _org_before_papers(understood.rest, names)
    for span in orgs.values():
        understood.take(span, "from " + " or ".join(orgs), orgs=tuple(orgs))


def _org_at(text: str, span: Span, names: Names) -> tuple[str, int] | None:
    """The organisation that begins at a span, by the longest name that fits, and where it ends."""
    start = span[0]
    ends = [start + m.end() for m in re.finditer(r"[\w&-]+", text[slice(*span)])]
    for end in reversed(ends):
        org = _org(text[start:end], names)
        if org and _ORG_ENDS.match(text, end):
            return org, end
    return None


def _org_before_papers(text: str, names: Names) -> dict[str, Span]:
    """The organisation of "Bell Labs papers"."""
    for papers in re.finditer(rf"\b{PAPERS}\b", text, re.IGNORECASE):
        before = list(re.finditer(r"[\w&-]+", text[: papers.start()]))
        for first in before[-_LONGEST_ORG:]:
            org = _org(text[first.start() : papers.start()], names)
            if org:
                return {org: (first.start(), papers.start())}
    return {}


def _org(text: str, names: Names) -> str | None:
    folded = fold(text)
    if folded in names.orgs:
        return names.orgs[folded]
    starts = [org for key, org in names.orgs.items() if key.split()[0] == folded]
    return starts[0] if len(starts) == 1 else None


# --- code, score, order -----------------------------------------------------------------------

_RELEASES = (
    r"(?:with|have|has|having|had|releas\w+|provid\w+|includ\w+|publish\w*|shar(?:e|es|ed|ing)|"
    r"offer\w*|com(?:e|es|ing)\s+with|open-?sourc\w+)"
)
_OPEN = (
    r"(?:(?:their|its|any|the|public\w*|open|source|open-source|available|released|official)\s+)*"
)
# Code that is written, searched or generated is a subject, not a mark of the record.
_ABOUT_CODE = (
    r"(?!\s+\w*(?:model|infill|generat|complet|llm|language|data|review|search|repair|synth|switch|"
    r"task|bench|score|interp|edit|explan|understand))"
)
_CODE = re.compile(
    rf"\b{_RELEASES}\s+{_OPEN}code\b(?:\s+(?:is\s+|are\s+)?(?:available|released|public))?{_ABOUT_CODE}|"
    rf"\b(?:whose|where(?:\s+the)?)\s+code\s+(?:is|was|are)\s+\w+|"
    rf"\b(?:open|open-source|public|available|released)\s+code\b{_ABOUT_CODE}",
    re.IGNORECASE,
)
_NO_CODE = re.compile(
    rf"\b(?:without|lack(?:s|ing)?|(?:do|does|did|has|have|had)(?:\s+not|n['’]t)(?:\s+{_RELEASES})?|"
    rf"not\s+{_RELEASES}|{_RELEASES}\s+no|no)\s+{_OPEN}code\b{_ABOUT_CODE}|"
    r"\b(?:whose|where(?:\s+the)?)\s+code\s+(?:is|was|are)(?:\s+not|n['’]t)\s+\w+",
    re.IGNORECASE,
)


def _read_code(understood: Understood) -> None:
    for pattern, wanted in ((_NO_CODE, False), (_CODE, True)):
        match = pattern.search(understood.rest)
        if match is None:
            continue
        said = "with code" if wanted else "without code"
        if understood.filters.has_code is False:  # with code and without is no paper at all
            understood.without = dataclasses.replace(understood.without, has_code=False)
            understood.words.append(said)
        else:
            understood.take(match.span(), said, has_code=wanted)


_NUMBER = r"(\d+(?:\.\d+)?)"
_AT_LEAST = rf"(?:above|over|at\s+least|more\s+than|higher\s+than|greater\s+than|>=?|≥)\s*{_NUMBER}"
_BELOW = rf"(?:below|under|less\s+than|lower\s+than|at\s+most|<=?|≤)\s*{_NUMBER}"
_SCORED = r"\b(?:scor\w*|rated|rating)\s+(?:of\s+|is\s+|are\s+|being\s+)?"


def _read_scores(understood: Understood) -> None:
    high = re.search(
        rf"{_SCORED}{_AT_LEAST}|{_SCORED}{_NUMBER}\s+(?:or|and)\s+(?:more|higher|above|better)",
        understood.rest,
        re.IGNORECASE,
    )
    if high:
        bound = float(next(filter(None, high.groups())))
        understood.take(high.span(), f"with a score from {bound:g}", score_from=bound)
        return
    low = re.search(rf"{_SCORED}{_BELOW}", understood.rest, re.IGNORECASE)
    if low:
        bound = float(low.group(1))
        understood.blank(low.span())
        understood.words.append(f"with a score below {bound:g}")
        understood.filters = dataclasses.replace(understood.filters, score_from=0.0)
        understood.without = dataclasses.replace(understood.without, score_from=bound)


_RATED = r"(?:scores?\b|scor(?:ed|ing)\b|rated\b|ranked\b|rating\b)"
_ALONE = rf"(?=\s*(?:$|[^\w\s]|one\b|{PAPERS}\b))"  # "earlier generations" are no order
_SORTED_BY = r"\b(?:(?:sort|order|rank)(?:ed)?\s+(?:them\s+)?)?by\s+"
_APPEARED = r"(?:came|come|comes)\s+out|appear\w*"
_ORDERS: tuple[tuple[str, Sort, str], ...] = (
    (
        rf"\b(?:newest|latest|most\s+recent(?:ly)?|(?:published|written|released|{_APPEARED})\s+last)\b|{_SORTED_BY}(?:date|year)\b|"
        rf"\b(?:newer|more\s+recent){_ALONE}",
        "newest",
        "newest first",
    ),
    (
        rf"\b(?:oldest|earliest|(?:published|written|released|{_APPEARED})\s+(?:the\s+)?first)\b|"
        rf"\b(?:older|earlier){_ALONE}",
        "oldest",
        "oldest first",
    ),
    (
        rf"\b(?:highest|top|best|largest|greatest|maximum)[- ]{_RATED}|"
        rf"{_SORTED_BY}(?:highest\s+)?{_RATED}|"
        r"\b(?:scores?|scored|rated|ranked)\s+(?:the\s+)?(?:best|highest|top|most)\b",
        "score",
        "highest score first",
    ),
    (
        rf"\b(?:lowest|worst|smallest|minimum)[- ]{_RATED}|"
        r"\b(?:scores?|scored|rated|ranked)\s+(?:the\s+)?(?:worst|lowest|least)\b",
        "lowest_score",
        "lowest score first",
    ),
)


_FEW = "two three four five six seven eight nine ten".split()
_COUNT = rf"(\d{{1,3}}|{'|'.join(_FEW)})"
_SUPERLATIVE = (
    r"(?:top|newest|latest|most\s+recent|oldest|earliest|best|"
    r"(?:highest|lowest|best|worst|top)[- ](?:scored|scoring|rated|ranked))"
)
_LIMIT = re.compile(
    rf"\b(?:{_SUPERLATIVE}|last)\s+{_COUNT}\b(?=\s+{PAPERS}|\W*$)|"
    rf"\b{_COUNT}\s+(?={_SUPERLATIVE}\b)",
    re.IGNORECASE,
)


def _read_limit(understood: Understood) -> None:
    """Read "the 3 newest papers" and "top ten papers by score"."""
    match = _LIMIT.search(understood.rest)
    if match is None:
        return
    place = 1 if match[1] else 2
    said = match[place].casefold()
    understood.limit = _FEW.index(said) + 2 if said in _FEW else int(said)
    understood.blank(match.span(place))
    superlative = match.group().casefold()
    if superlative.startswith("last "):
        understood.sort = "newest"
        understood.words.append("newest first")
        understood.blank(match.span())
    elif superlative.startswith(("top ", "best ")):
        understood.sort = "score"
        understood.blank(match.span())


def _read_order(understood: Understood) -> None:
    for pattern, order, said in _ORDERS:
        match = re.search(pattern, understood.rest, re.IGNORECASE)
        if match:
            understood.sort = order
            understood.words.append(said)
            understood.blank(match.span())
            return
    if understood.sort == "score":  # "top 3 papers" says no more than this
        understood.words.append("highest score first")
