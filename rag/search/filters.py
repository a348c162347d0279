"""Filters in words: authors, years, categories, organisations, code, score and order.

Each reader looks for one kind of condition and returns what it understood with the words that it
used up, so that what is left of the question is its topic.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from rag.base.text import fold
from rag.base.types import Filters, Sort
from rag.search.names import Names

# arXiv's codes for subjects and what people call them.
_CATEGORIES = {
    "AI": "artificial intelligence",
    "AR": "hardware architecture",
    "CC": "computational complexity",
    "CE": "computational engineering",
    "CL": "computation and language|computational linguistics|natural language processing|nlp",
    "CR": "cryptography|security",
    "CV": "computer vision|vision",
    "CY": "computers and society",
    "DB": "databases?",
    "DC": "distributed computing",
    "DS": "data structures|algorithms",
    "GR": "graphics",
    "GT": "game theory",
    "HC": "human[- ]computer interaction|hci",
    "IR": "information retrieval",
    "IT": "information theory",
    "LG": "machine learning",
    "MA": "multi[- ]?agent systems",
    "NE": "neural and evolutionary computing",
    "NI": "networking",
    "OS": "operating systems",
    "PL": "programming languages",
    "RO": "robotics",
    "SD": "sound",
    "SE": "software engineering",
    "SI": "social networks",
    "SY": "systems and control|control systems",
}
_PAPERS = r"(?:papers?|works?|articles?|publications?|studies|study|preprints?)"
_NAME = r"[^\W\d_][\w'’-]*\.?"
_FULL_NAME = rf"{_NAME}(?:\s+(?:{_NAME}))*"
_YEAR = r"((?:19|20)\d\d)"


@dataclass(slots=True)
class Understood:
    """What was read off a question so far; `rest` has the used words blanked out."""

    rest: str
    filters: Filters = field(default_factory=Filters)
    words: list[str] = field(default_factory=list)
    sort: Sort | None = None

    def take(self, span: tuple[int, int], said: str, **filters: object) -> None:
        """Note a filter, how to say it, and blank its words."""
        self.filters = dataclasses.replace(self.filters, **filters)  # type: ignore[arg-type]
        if said not in self.words:
            self.words.append(said)
        self.blank(span)

    def blank(self, span: tuple[int, int]) -> None:
        """Take words out of the rest, keeping all other offsets."""
        start, end = span
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]


def read_filters(question: str, names: Names, *, today: date | None = None) -> Understood:
    """All conditions on records that a question states in words."""
    understood = Understood(question)
    about_papers = bool(re.search(rf"\b{_PAPERS}\b|\bwrit|\bwrote\b", question, re.IGNORECASE))
    _read_authors(understood, names)
    _read_orgs(understood, names)
    _read_years(understood, today or date.today())
    _read_categories(understood, names)
    if about_papers:
        _read_code(understood)
    _read_order(understood)
    return understood


# --- people ----------------------------------------------------------------------------------

_AUTHOR_CUES = (
    rf"\b(?:by|author(?:ed)?(?:\s+by)?|from|of|with)\s+({_FULL_NAME}(?:\s+(?:and|or)\s+{_FULL_NAME})*)",
    rf"\b({_FULL_NAME})(?:['’]s?)\s+(?:\w+\s+){{0,2}}{_PAPERS}\b",
    rf"\b(?:has|have|had|did|does|do)\s+({_FULL_NAME})\s+(?:ever\s+)?(?:co-?)?(?:writ|wrote|publish|author)",
)
_FIRST_AUTHOR = re.compile(
    r"\b(?:as\s+)?(?:the\s+)?(?:first|lead)[- ]author(?:ed|s)?\b", re.IGNORECASE
)
_BY_CUE = re.compile(r"\b(?:by|author(?:ed)?(?:\s+by)?)\s+$", re.IGNORECASE)


def _read_authors(understood: Understood, names: Names) -> None:
    first = _FIRST_AUTHOR.search(understood.rest)
    if first:
        understood.blank(first.span())
    found = list(_full_names(understood.rest, names)) or list(_cued_names(understood.rest, names))
    if not found:
        return
    people = tuple(dict.fromkeys(name for name, _ in found))
    said = "by " + " or ".join(people) + (" as first author" if first else "")
    change = {"first_author": people[0]} if first else {"authors": people}
    for _, span in found:
        understood.take(span, said, **change)


def _full_names(text: str, names: Names) -> Iterator[tuple[str, tuple[int, int]]]:
    """Full names of the library's authors, wherever they stand and however they are cased."""
    spans = [m.span() for m in re.finditer(r"[^\s,;:!?()\"“”]+", text)]
    taken = -1
    for i in range(len(spans)):
        for size in (4, 3, 2):
            if i + size > len(spans) or spans[i][0] < taken:
                continue
            start, end = spans[i][0], spans[i + size - 1][1]
            name = re.sub(r"['’]s$", "", text[start:end]).rstrip(".'’")
            printed = names.people.get(fold(name))
            if printed:
                taken = end
                yield printed, (start, end)
                break


def _cued_names(text: str, names: Names) -> Iterator[tuple[str, tuple[int, int]]]:
    for cue in _AUTHOR_CUES:
        for match in re.finditer(cue, text):
            yield from _people_in(match, text, names)


def _people_in(
    match: re.Match[str], text: str, names: Names
) -> Iterator[tuple[str, tuple[int, int]]]:
    """The people of a phrase after a cue; after "by", a capitalised stranger counts as well."""
    for part in re.finditer(rf"{_FULL_NAME}", re.sub(r"\b(?:and|or)\b", "  ; ", match.group(1))):
        words = _leading_name(part.group(), names)
        person = names.person(words) if words else None
        after_by = bool(_BY_CUE.search(text[: match.start(1)]))
        stranger = words.count(" ") > 0 and all(w[0].isupper() for w in words.split()) and after_by
        if fold(words) in names.orgs or not (person or stranger):
            continue
        start = text.index(words.split()[0], match.start(1))
        end = min(start + len(words), len(text))
        yield person or words, (start, end)


def _leading_name(phrase: str, names: Names) -> str:
    """The longest beginning of a phrase that is a known person, else its capitalised words."""
    parts = phrase.replace("'s", "").replace("’s", "").split()
    for size in range(min(4, len(parts)), 0, -1):
        candidate = " ".join(parts[:size])
        folded = fold(candidate)
        if folded in names.people or (size == 1 and folded in names.families and len(folded) > 1):
            return candidate
    capitalised = []
    for part in parts:
        if not part[0].isupper() or part.isupper():
            break
        capitalised.append(part)
    return " ".join(capitalised)


# --- places and subjects -------------------------------------------------------------------------


def _read_orgs(understood: Understood, names: Names) -> None:
    cue = (
        r"\b(?:from|at|by|of|in|affiliated\s+with|affiliation)\s+(?:the\s+)?"
        r"((?:[\w&-]+\s*){1,4})"
    )
    for match in re.finditer(cue, understood.rest, re.IGNORECASE):
        parts = match.group(1).split()
        for size in range(len(parts), 0, -1):
            org = _org(" ".join(parts[:size]), names)
            if org:
                end = match.start(1) + len(" ".join(parts[:size]))
                understood.take((match.start(), end), f"from {org}", orgs=(org,))
                return
        if "affiliat" in match.group().casefold():
            understood.take(match.span(), f"from {match.group(1).strip()}", orgs=(parts[0],))
            return
    adjective = re.search(rf"\b([\w-]+)\s+{_PAPERS}\b", understood.rest, re.IGNORECASE)
    org = _org(adjective.group(1), names) if adjective else None
    if adjective and org:
        understood.take(adjective.span(1), f"from {org}", orgs=(org,))


def _org(text: str, names: Names) -> str | None:
    folded = fold(text)
    if folded in names.orgs:
        return names.orgs[folded]
    starts = [org for key, org in names.orgs.items() if key.split()[0] == folded]
    return starts[0] if len(starts) == 1 else None


def _read_categories(understood: Understood, names: Names) -> None:
    for code in sorted(names.categories):
        called = f"{_CATEGORIES[code]}|{code}" if code in _CATEGORIES else re.escape(code)
        patterns = (
            rf"\b(?:cs\.|stat\.|eess\.)?({called})\s+(?:{_PAPERS}|category)\b",
            rf"\b(?:category|subject|field|area)\s+(?:of\s+)?(?:cs\.|stat\.)?({called})\b",
            rf"\b(?:cs|stat|eess)\.({code})\b",
            rf"\bin\s+(?:the\s+)?({called})\s+(?:category|area|field)\b",
        )
        for pattern in patterns:
            match = re.search(pattern, understood.rest, re.IGNORECASE)
            # A bare code must be written as one: "so" and "it" are words.
            if match and (len(match.group(1)) > 3 or match.group(1).isupper()):
                understood.take(match.span(1), f"category {code}", categories=(code,))
                return


# --- time, code, order ---------------------------------------------------------------------------

Years = tuple[int | None, int | None]
_YEAR_READERS: tuple[tuple[str, Callable[[list[int]], Years]], ...] = (
    (
        rf"\b(?:between|from)\s+{_YEAR}\s*(?:and|to|until|through|-|–)\s*{_YEAR}",
        lambda years: (years[0], years[1]),
    ),
    (rf"\b{_YEAR}\s*[-–]\s*{_YEAR}\b", lambda years: (years[0], years[1])),
    (
        rf"\b(?:since|from)\s+{_YEAR}\s+on(?:wards?)?\b|\bsince\s+{_YEAR}\b|"
        rf"\b{_YEAR}\s+or\s+(?:later|newer)\b",
        lambda years: (years[0], None),
    ),
    (rf"\b(?:after|later\s+than|newer\s+than)\s+{_YEAR}\b", lambda years: (years[0] + 1, None)),
    (
        rf"\b(?:before|earlier\s+than|older\s+than|prior\s+to)\s+{_YEAR}\b",
        lambda years: (None, years[0] - 1),
    ),
    (
        rf"\b(?:until|till|up\s+to)\s+{_YEAR}\b|\b{_YEAR}\s+or\s+(?:earlier|older)\b",
        lambda years: (None, years[0]),
    ),
    (
        rf"\b(?:in|from|of|during|dated|published|year|come\s+from)\s+{_YEAR}\b(?!\s*[-–]\d)|"
        rf"\b{_YEAR}(?:['’]s)?\s+{_PAPERS}\b|\b{_PAPERS}\s+{_YEAR}\b",
        lambda years: (years[0], years[0]),
    ),
)


def _read_years(understood: Understood, today: date) -> None:
    for pattern, bounds in _YEAR_READERS:
        match = re.search(pattern, understood.rest, re.IGNORECASE)
        if match:
            first, last = bounds([int(year) for year in match.groups() if year])
            _take_years(understood, match.span(), first, last)
            return
    relative = re.search(r"\b(this|last)\s+year\b", understood.rest, re.IGNORECASE)
    if relative:
        year = today.year - (relative.group(1).casefold() == "last")
        _take_years(understood, relative.span(), year, year)


def _take_years(
    understood: Understood, span: tuple[int, int], first: int | None, last: int | None
) -> None:
    if first == last:
        said = f"from {first}"
    elif first and last:
        said = f"{first} to {last}"
    else:
        said = f"since {first}" if first else f"until {last}"
    understood.take(span, said, year_from=first, year_to=last)


_CODE = re.compile(
    r"\b(?P<not>without|no|not?\s+releas\w*|don['’]t\s+\w+|do\s+not\s+\w+)?\s*"
    r"(?:with|have|has|having|releas\w+|provid\w+|includ\w+|publish\w*|shar\w+|offer\w*|com\w+\s+with)?\s*"
    r"(?:(?:their|its|public|publicly|open|source|the|available|any|released)\s+)*"
    r"\bcode\b(?:\s+(?:is\s+|are\s+)?(?:available|released|public|badge))?(?!\s+\w*(?:model|infill|generat|"
    r"complet|llm|language|data|review|search|repair|synth|switch|task|bench|score|interp|edit))",
    re.IGNORECASE,
)


def _read_code(understood: Understood) -> None:
    match = _CODE.search(understood.rest)
    if match and match.group().strip().casefold() != "code":
        wanted = match.group("not") is None
        understood.take(match.span(), "with code" if wanted else "without code", has_code=wanted)


_RATED = r"(?:score\b|scor(?:ed|ing)\b|rated\b|ranked\b|rating\b)"
_ORDERS: tuple[tuple[str, Sort, str], ...] = (
    (r"\b(?:newest|latest|most\s+recent(?:ly)?)\b", "newest", "newest first"),
    (r"\b(?:oldest|earliest)\b", "oldest", "oldest first"),
    (rf"\b(?:highest|top|best|largest)[- ]{_RATED}", "score", "highest score first"),
    (rf"\blowest[- ]{_RATED}", "lowest_score", "lowest score first"),
)


def _read_order(understood: Understood) -> None:
    for pattern, order, said in _ORDERS:
        match = re.search(pattern, understood.rest, re.IGNORECASE)
        if match:
            understood.sort = order
            understood.take(match.span(), said)
    above = re.search(
        r"\bscor\w*\s+(?:of\s+)?(?:above|over|at\s+least|more\s+than|>=?|≥)\s*(\d+(?:\.\d+)?)",
        understood.rest,
        re.IGNORECASE,
    )
    if above:
        bound = float(above.group(1))
        understood.take(above.span(), f"score from {bound:g}", score_from=bound)
