"""References of a draft against the records of a library, field by field.

A reference is resolved by its identifiers, else by its title; what it prints differently from the
record is named. What resolves to nothing may be an invention, or a paper that is not there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz import fuzz

from rag.base.latex import readable
from rag.base.text import fold
from rag.base.types import Paper
from rag.cite.lookup import Lookup
from rag.index.cards import Cards
from rag.index.names import parse_name, same_person

Outcome = Literal["found", "differs", "not_found"]
_SAME_TITLE = 88  # of 100: from where two titles are one with misprints
_LIKE_TITLE = 70  # from where a paper is named as the nearest
_SAME_VENUE = 60
_SAME_WORD, _LEAST_NAME = 75, 4  # of family names in a text, which have no given names beside them
_SAME_NAME = 85  # from where two names are one with misprints
_YEAR = re.compile(r"(?<![\d.])(?:19|20)\d\d(?![\d.]\d|\d)")
_VERSION = re.compile(r"v\d+$")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that a reference prints otherwise than the library's record."""

    field: str
    printed: str
    known: str


@dataclass(frozen=True, slots=True)
class CheckedReference:
    """A reference as printed, the paper that it means, and where they differ.

    Where no paper is meant, `nearest` is the one whose title comes closest, if any does.
    """

    printed: str
    key: str
    outcome: Outcome
    paper: Paper | None = None
    differences: tuple[Difference, ...] = ()
    nearest: Paper | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; of papers their ids and titles."""
        return {
            "printed": self.printed,
            "key": self.key,
            "outcome": self.outcome,
            "paper": _short(self.paper),
            "differences": [
                {"field": d.field, "printed": d.printed, "known": d.known} for d in self.differences
            ],
            "nearest": _short(self.nearest),
        }


class ReferenceChecker:
    """Resolves references against the papers of one library, which `get` reads by their ids."""

    def __init__(self, cards: Cards, get: Callable[[Iterable[str]], Mapping[str, Paper]]) -> None:
        self._lookup = Lookup(cards)
        self._get = get

    def record(self, printed: Paper, key: str = "") -> CheckedReference:
        """Check an entry that was read from a bibliography."""
        paper, nearest = self._resolved(printed)
        if paper is None:
            return CheckedReference(printed.name, key, "not_found", nearest=nearest)
        differences = tuple(_differences(printed, paper))
        outcome: Outcome = "differs" if differences else "found"
        return CheckedReference(printed.name, key, outcome, paper, differences)

    def line(self, printed: str) -> CheckedReference:
        """Check a reference as a list of references prints it, one text."""
        text = " ".join(readable(printed).split())
        rated = [(fuzz.partial_ratio(fold(p.title), fold(text)), p) for p in self._near(text)]
        score, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
        if best is None or score < _SAME_TITLE or len(fold(best.title)) > len(fold(text)):
            nearest = best if score >= _LIKE_TITLE else None
            return CheckedReference(text, "", "not_found", nearest=nearest)
        differences = tuple(_differences_of_line(text, best, score))
        return CheckedReference(text, "", "differs" if differences else "found", best, differences)

    def _resolved(self, printed: Paper) -> tuple[Paper | None, Paper | None]:
        """The paper that is meant, and if there is none the nearest."""
        for name in (printed.doi, printed.arxiv_id):
            same = [p for p in self._near(name) if name in (p.doi, p.arxiv_id)] if name else []
            if same:
                return same[0], None
        rated = [(_likeness(printed.title, p.title), p) for p in self._near(printed.title)]
        score, best = max(rated, key=lambda pair: pair[0], default=(0.0, None))
        if score >= _SAME_TITLE:
            return best, None
        return None, best if score >= _LIKE_TITLE else None

    def _near(self, text: str) -> list[Paper]:
        return list(self._get(match.paper_id for match in self._lookup.find(text)).values())


def _likeness(one: str, other: str) -> float:
    return fuzz.ratio(fold(readable(one)), fold(readable(other)))


# --- fields --------------------------------------------------------------------------------------


def _differences(printed: Paper, known: Paper) -> Iterator[Difference]:
    if fold(readable(printed.title)) != fold(readable(known.title)):
        yield Difference("title", printed.title, known.title)
    yield from _other_people(printed, known)
    if printed.year and known.year and printed.year != known.year:
        yield Difference("year", str(printed.year), str(known.year))
    if printed.venue and known.venue and _other_venue(printed.venue, known.venue):
        yield Difference("venue", printed.venue, known.venue)
    for field in ("doi", "arxiv_id"):
        one, other = getattr(printed, field), getattr(known, field)
        if one and other and _bare(one) != _bare(other):
            yield Difference(field.removesuffix("_id"), one, other)


def _other_people(printed: Paper, known: Paper) -> Iterator[Difference]:
    """One difference for the authors: strangers, people left out, or another order."""
    if not printed.authors or not known.authors:
        return
    asked, there = list(map(parse_name, printed.authors)), list(map(parse_name, known.authors))
    strangers = [
        name
        for name, parsed in zip(printed.authors, asked, strict=True)
        if not any(same_person(parsed, other) for other in there)
    ]
    left_out = [
        name
        for name, parsed in zip(known.authors, there, strict=True)
        if not any(same_person(one, parsed) for one in asked)
    ]
    is_whole = not (printed.more_authors or known.more_authors)
    is_other_first = not same_person(asked[0], there[0])
    # A list that is cut proves no stranger, but a name that is a slip away from one left out.
    told = [n for n in strangers if not known.more_authors or _is_misspelt(n, left_out)]
    if told or (left_out and is_whole) or is_other_first:
        yield Difference("authors", _people(printed), _people(known))


def _is_misspelt(name: str, left_out: Sequence[str]) -> bool:
    """Whether a name is that of somebody left out, but for a letter or two."""
    return any(fuzz.ratio(fold(name), fold(other)) >= _SAME_NAME for other in left_out)


def _people(paper: Paper) -> str:
    return ", ".join(paper.authors) + (" et al." if paper.more_authors else "")


def _other_venue(one: str, other: str) -> bool:
    return fuzz.token_set_ratio(fold(one), fold(other)) < _SAME_VENUE


def _bare(identifier: str) -> str:
    return _VERSION.sub("", identifier.casefold())


def _differences_of_line(text: str, known: Paper, likeness: float) -> Iterator[Difference]:
    """What can be told of a reference that is one text: title, authors, year."""
    if likeness < 100 and fold(readable(known.title)) not in fold(text):
        yield Difference("title", "", known.title)
    if _other_people_of_line(text, known):
        yield Difference("authors", "", _people(known))
    years = {int(year) for year in _YEAR.findall(_without_title(text, known))}
    if known.year and years and known.year not in years:
        yield Difference("year", ", ".join(map(str, sorted(years))), str(known.year))


def _other_people_of_line(text: str, known: Paper) -> bool:
    """Whether the first author is not named, or a family name is printed with a slip."""
    words = fold(_without_title(text, known)).split()
    names = [parse_name(name).last for name in known.authors]
    missing = [name for name in names if name and name not in words]
    slips = (
        fuzz.ratio(word, name) >= _SAME_WORD and word[0] == name[0]
        for name in missing
        for word in words
        if word not in names and len(name) >= _LEAST_NAME
    )
    return bool(names) and (names[0] in missing or any(slips))


def _without_title(text: str, paper: Paper) -> str:
    return re.sub(re.escape(paper.title), " ", text, flags=re.IGNORECASE)


def _short(paper: Paper | None) -> dict[str, str] | None:
    return {"id": paper.id, "title": paper.title} if paper else None


def counted(references: Sequence[CheckedReference]) -> str:
    """How the references came out, in one line."""
    said = {"found": "as in the library", "differs": "that differ", "not_found": "not there"}
    counts = [(sum(r.outcome == o for r in references), words) for o, words in said.items()]
    return ", ".join(f"{n} {words}" for n, words in counts if n)


def told_difference(difference: Difference) -> str:
    """A difference in words: what is printed, and what the library has."""
    printed = f"“{difference.printed}” is printed, " if difference.printed else ""
    return f"{difference.field}: {printed}the library has “{difference.known}”"
