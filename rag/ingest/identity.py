"""Which records are the same paper: evidence for it, and what speaks against it.

A shared title is where to look, and so is a shared identifier. What then tells two papers apart is
a contradiction: other people, another DOI, another arXiv number, a workshop against a journal. What
one of the records does not say contradicts nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from rag.base.latex import readable
from rag.base.text import fold
from rag.base.types import Paper
from rag.index.names import parse_name
from rag.ingest.merge import STROKES, identity_key, is_preprint

_TELLING_WORDS = 3  # of a title that is enough where one record names nobody
_SIGNS = (("+", " plus "), ("#", " sharp "), ("*", " star "))  # "C++" is not "C"
_WORKSHOP = re.compile(r"\bworkshops?\b", re.IGNORECASE)
_MEETING = re.compile(
    r"\b(?:proc|proceedings|conference|conf|symposium|workshops?|meeting|congress)\b", re.IGNORECASE
)


def title_key(record: Paper) -> str:
    """What records of one paper share: the title without case, accents, markup and punctuation.

    A record without a title is known by its text.
    """
    return _title_key(record.title) or identity_key(record)


@functools.lru_cache(maxsize=20_000)
def _title_key(title: str) -> str:
    title = readable(title)
    for sign, word in _SIGNS:
        title = re.sub(rf"(?<=\w) ?\{sign}+" if sign == "+" else rf"(?<=\w)\{sign}+", word, title)
    return fold(title).translate(STROKES)


def same_paper(one: Paper, other: Paper) -> bool:
    """Whether two records that share a title or an identifier are of one paper."""
    return contradiction(one, other) is None


def contradiction(one: Paper, other: Paper) -> str | None:
    """What tells two records apart that share a title or an identifier, in words."""
    if _differ(_number(one.arxiv_id), _number(other.arxiv_id)):
        return "their arXiv numbers differ"
    if _other_doi(one, other):
        return "their DOIs differ"
    if not one.authors or not other.authors:
        is_telling = len(title_key(one).split()) >= _TELLING_WORDS
        if not _same_year(one, other):
            return "their years differ"
        return None if is_telling or not (one.authors or other.authors) else "one names nobody"
    if not _same_people(one, other):
        return "their authors differ"
    return None if _same_publication(one, other) else "they appeared at different places"


def clusters(records: Iterable[Paper]) -> Iterator[list[Paper]]:
    """Records of one paper together, in the order in which the papers first appear."""
    found: dict[str, list[list[Paper]]] = {}
    ordered: list[list[Paper]] = []
    for record in records:
        alike = found.setdefault(title_key(record), [])
        home = next((c for c in alike if all(same_paper(known, record) for known in c)), None)
        if home is None:
            home = []
            alike.append(home)
            ordered.append(home)
        home.append(record)
    yield from ordered


PLACES = "1"
"""Raise when records are looked for elsewhere: places are then read anew."""


def places_of(paper: Paper) -> Iterator[str]:
    """Where a paper is found: by identifiers and title, by its identity and by its citekey."""
    yield from _places(paper)
    yield _identity_place(identity_key(paper))
    yield _citekey_place(paper.citekey)


Stored = Callable[[Iterable[str]], Mapping[str, Sequence[str]]]


class Known:
    """Where papers are found by what a record says of itself: those stored and those to come.

    `stored` gives the ids of the stored papers at each of some places; asked once of each.
    """

    def __init__(self, stored: Stored = lambda places: dict.fromkeys(places, ())) -> None:
        self._stored = stored
        self._held: dict[str, Sequence[str]] = {}
        self._new: dict[str, list[str]] = {}

    def foresee(self, records: Iterable[Paper]) -> None:
        """Look up at once what will be asked of these records."""
        wanted: set[str] = set()
        for record in records:
            wanted.update(_places(record))
            wanted.add(_identity_place(identity_key(record)))
        self._held |= self._stored(wanted.difference(self._held))

    def remember(self, paper: Paper) -> None:
        """Take in a paper that is about to be stored."""
        for place in places_of(paper):
            self._new.setdefault(place, []).append(paper.id)

    def candidates(self, record: Paper) -> Sequence[str]:
        """Ids of the papers that share an identifier or the title with a record."""
        return list(dict.fromkeys(i for place in _places(record) for i in self._at(place)))

    def identity(self, record: Paper, paper_id: str = "") -> str:
        """The key to store a paper under; papers that merely look alike get a key each."""
        key = identity_key(record)
        if next(iter(self._at(_identity_place(key))), paper_id) == paper_id:
            return key
        said = (record.doi, record.arxiv_id, record.date, record.venue, *record.authors)
        return f"{key}|{paper_id or '|'.join(fold(part) for part in said if part)}"

    def has_citekey(self, key: str) -> bool:
        """Whether a paper is called by this citekey."""
        return bool(self._at(_citekey_place(key)))

    def _at(self, place: str) -> Sequence[str]:
        if place not in self._held:
            self._held |= self._stored([place])
        return [*self._held[place], *self._new.get(place, ())]


def _identity_place(key: str) -> str:
    return f"identity:{key}"


def _citekey_place(key: str) -> str:
    return f"citekey:{key}"


def _places(record: Paper) -> Iterator[str]:
    if record.arxiv_id:
        yield f"arxiv:{_number(record.arxiv_id)}"
    if record.doi:
        yield f"doi:{record.doi.lower()}"
    yield f"title:{title_key(record)}"


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _number(arxiv_id: str | None) -> str:
    return re.sub(r"v\d+$", "", (arxiv_id or "").lower())


def _other_doi(one: Paper, other: Paper) -> bool:
    if is_preprint(one.doi) != is_preprint(other.doi):
        return False
    return _differ((one.doi or "").lower(), (other.doi or "").lower())


def _same_year(one: Paper, other: Paper) -> bool:
    years = (one.year, other.year)
    return None in years or abs((one.year or 0) - (other.year or 0)) <= 1


def _same_people(one: Paper, other: Paper) -> bool:
    """The first author agrees, and of co-authors that both name at least one does."""
    first, second = (_people(record) for record in (one, other))
    if first[0][1] != second[0][1]:
        return False
    common = {last for _, last in first[1:]} & {last for _, last in second[1:]}
    if first[1:] and second[1:] and not common:
        return False
    return bool(common) or not _differ(first[0][0][:1], second[0][0][:1])


def _people(record: Paper) -> list[tuple[str, str]]:
    """(given name, last word of the family name) of each author."""
    names = [parse_name(author) for author in record.authors]
    return [(n.given.translate(STROKES), n.last.translate(STROKES)) for n in names]


def _same_publication(one: Paper, other: Paper) -> bool:
    """False for a workshop paper and its journal version, or a talk and a later article."""
    venues = [record.venue or "" for record in (one, other)]
    if not all(venues) or any(map(is_preprint, venues)):
        return True
    if bool(_WORKSHOP.search(venues[0])) != bool(_WORKSHOP.search(venues[1])):
        return False
    kinds_differ = bool(_MEETING.search(venues[0])) != bool(_MEETING.search(venues[1]))
    return not (kinds_differ and _differ(str(one.year or ""), str(other.year or "")))
