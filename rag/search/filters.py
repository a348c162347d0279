"""Filters in words: authors, years, categories, organisations, code, score and order.

Each reader looks for one kind of condition and returns what it understood with the words that it
used up, so that what is left of the question is its topic.
"""

from __future__ import annotations

import math
import re
from datetime import date

from rag.base.types import Sort
from rag.search.categories import read_categories
from rag.search.months import read_months
from rag.search.names import Names
from rag.search.orgs import read_orgs
from rag.search.people import PAPERS, read_bare_person, read_people
from rag.search.phrases import read_phrases
from rag.search.tallies import read_tally
from rag.search.understood import Understood
from rag.search.years import read_years


def read_filters(question: str, names: Names, *, today: date | None = None) -> Understood:
    """All conditions on records that a question states in words."""
    understood = Understood(question)
    read_months(understood, today or date.today())  # before people: April is a name too
    read_people(understood, names)
    read_orgs(understood, names)
    if understood.dates == ("", ""):
        read_years(understood, today or date.today())
    read_categories(understood, names)
    if not _names_people(understood):
        read_people(understood, names, strangers=True)
    if re.search(
        rf"\b{PAPERS}\b|\bwrit|\bpublish|^\W*(?:and|only|just|but)\b|"
        r"^\W*(?:the\s+|those\s+|ones\s+)*with(?:out)?\b",
        question,
        re.IGNORECASE,
    ):
        read_code(understood)
    _read_scores(understood)
    read_phrases(understood, names)
    _read_limit(understood)
    _read_order(understood)
    read_tally(understood)
    if not _names_people(understood):
        read_bare_person(understood, names)
    return understood


def _names_people(understood: Understood) -> bool:
    filters = (understood.filters, understood.without)
    return any(f.authors or f.first_author for f in filters)


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
    r"task|bench|score(?!d)|interp|edit|explan|understand))"
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


def read_code(understood: Understood) -> None:
    """Take whether the papers must have code, or must have none."""
    for pattern, wanted in ((_NO_CODE, False), (_CODE, True)):
        match = pattern.search(understood.rest)
        if match is None:
            continue
        said = "with code" if wanted else "without code"
        if understood.filters.has_code is False:  # with code and without is no paper at all
            understood.hold(said, without={"has_code": False})
        else:
            understood.take(match.span(), said, has_code=wanted)


_NUMBER = r"(\d+(?:\.\d+)?)"
_OVER = r"(?:above|over|more\s+than|higher\s+than|greater\s+than|better\s+than|>)"
_AT_LEAST = r"(?:at\s+least|no\s+less\s+than|not\s+below|>=|≥|from)"
_UNDER = r"(?:below|under|less\s+than|lower\s+than|worse\s+than|<)"
_AT_MOST = r"(?:at\s+most|no\s+more\s+than|not\s+above|up\s+to|<=|≤)"
_SCORED = r"\b(?:scor\w*|rated|rating)\s*(?:of\s+|is\s+|are\s+|being\s+|was\s+)?"
_LOW = re.compile(
    rf"{_SCORED}(?P<under>{_UNDER}|{_AT_MOST})\s*{_NUMBER}|"
    rf"{_SCORED}{_NUMBER}\s+(?:or|and)\s+(?:less|lower|below|worse)",
    re.IGNORECASE,
)
_HIGH = re.compile(
    rf"{_SCORED}(?P<over>{_OVER}|{_AT_LEAST})\s*{_NUMBER}|"
    rf"{_SCORED}{_NUMBER}\s+(?:or|and)\s+(?:more|higher|above|better|up)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"{_SCORED}(?:between|from)\s+{_NUMBER}\s*(?:and|to|-|–)\s*{_NUMBER}", re.IGNORECASE
)


def _read_scores(understood: Understood) -> None:
    between = _BETWEEN.search(understood.rest)
    if between:
        low, high = sorted(float(bound) for bound in between.groups())
        understood.blank(between.span())
        said = f"with a score from {low:g} to {high:g}"
        too_high = math.nextafter(high, math.inf)
        understood.hold(said, {"score_from": low}, {"score_from": too_high})
        return
    if high_match := _HIGH.search(understood.rest):
        bound, is_strict = _bound(high_match, "over", _OVER)
        understood.blank(high_match.span())
        said = f"with a score {'above' if is_strict else 'from'} {bound:g}"
        lowest = math.nextafter(bound, math.inf) if is_strict else bound
        understood.hold(said, {"score_from": lowest})
    if low_match := _LOW.search(understood.rest):
        bound, is_strict = _bound(low_match, "under", _UNDER)
        understood.blank(low_match.span())
        said = f"with a score {'below' if is_strict else 'up to'} {bound:g}"
        too_high = bound if is_strict else math.nextafter(bound, math.inf)
        # Papers without a score are left out too.
        understood.hold(said, {"score_from": 0.0}, {"score_from": too_high})


def _bound(match: re.Match[str], cue: str, strict: str) -> tuple[float, bool]:
    bound = next(float(g) for g in match.groups() if g and g[0].isdigit())
    return bound, bool(match[cue] and re.fullmatch(strict, match[cue], re.IGNORECASE))


_RATED = r"(?:scores?\b|scor(?:ed|ing)\b|rated\b|ranked\b|rating\b)"
_ALONE = rf"(?=\s*(?:$|[^\w\s]|one\b|{PAPERS}\b))"  # "earlier generations" are no order
_SORTED_BY = r"\b(?:(?:sort|order|rank)(?:ed)?\s+(?:them\s+)?)?by\s{1,2}"
_APPEARED = r"(?:came|come|comes)\s+out|appear\w*"
_NUMBER_OF = r"number\s+of"
_ORDERS: tuple[tuple[str, Sort, str], ...] = (
    (
        rf"\b(?:newest|latest|most\s+recent(?:ly)?|(?:published|written|released|{_APPEARED})\s+last)\b|{_SORTED_BY}(?:date|year)\b|"
        rf"\b(?:newer|more\s+recent){_ALONE}|\b(?:what(?:['’]?s|\s+is)|anything)\s+new\b|\bnew(?=\s+{PAPERS})",
        "newest",
        "newest first",
    ),
    (
        rf"\b(?:oldest|earliest|(?:published|written|released|{_APPEARED})\s+(?:the\s+)?first)\b|"
        rf"\bfirst\s+{PAPERS}\s+(?:on|about)\b|"
        rf"\b(?:older|earlier){_ALONE}",
        "oldest",
        "oldest first",
    ),
    (
        r"\b(?:scores?|scored|rated|ranked)\s+(?:the\s+)?(?:best|highest|top|most)\b|"
        rf"\b(?:highest|top|best|largest|greatest|maximum)[- ]{_RATED}|"
        rf"{_SORTED_BY}(?:highest\s+)?{_RATED}",
        "score",
        "highest score first",
    ),
    (
        rf"\b(?:lowest|worst|smallest|minimum)[- ]{_RATED}|"
        r"\b(?:scores?|scored|rated|ranked)\s+(?:the\s+)?(?:worst|lowest|least)\b",
        "lowest_score",
        "lowest score first",
    ),
    (
        rf"\b(?:most|(?:highest|largest|greatest)\s+{_NUMBER_OF})\s+authors\b|{_SORTED_BY}{_NUMBER_OF}\s+authors\b|"
        r"\b(?:longest|largest|biggest)\s+(?:author\s+list|list\s+of\s+authors)\b",
        "most_authors",
        "most authors first",
    ),
    (
        rf"\b(?:fewest|least|(?:lowest|smallest)\s+{_NUMBER_OF})\s+authors\b|"
        r"\b(?:shortest|smallest)\s+(?:author\s+list|list\s+of\s+authors)\b",
        "fewest_authors",
        "fewest authors first",
    ),
)


_OF_SOMEBODY = (
    rf"\b(?:very\s+)?{{place}}\s+(?:published\s+)?{PAPERS}\b(?!\s+(?:to|that|which)\b)|"
    r"\b(?:publish\w*|wr(?:ite|ote))\s+(?:the\s+)?(?:very\s+)?{place}(?=\s*(?:\W*$|\s{{3,}}))"
)  # "Turing's first paper", "what did Turing write last?"; alone they are places in a list

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
        understood.blank(match.span())
        understood.hold("newest first", sort="newest")
    elif superlative.startswith(("top ", "best ")):
        understood.sort = "score"
        understood.blank(match.span())


def _read_order(understood: Understood) -> None:
    orders = _ORDERS
    if _names_people(understood):
        first, last = (_OF_SOMEBODY.format(place=place) for place in ("first", "last"))
        orders = ((first, "oldest", "oldest first"), (last, "newest", "newest first"), *_ORDERS)
    for pattern, order, said in orders:
        match = re.search(pattern, understood.rest, re.IGNORECASE)
        if match:
            understood.blank(match.span())
            understood.hold(said, sort=order)
            return
    if understood.sort == "score":  # "top 3 papers" says no more than this
        understood.hold("highest score first", sort="score")
