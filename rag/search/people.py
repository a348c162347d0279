"""People in a question: full names, initials, family names, misspelt names, and strangers.

A full name counts wherever it stands. Less than that ("Zhao", "Rosie") is a person only where the
words around it say so: "papers by Zhao", "Zhao et al.", "What has Zhao written?".
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.base.text import STOP_WORDS, stem
from rag.base.types import Together
from rag.index.names import parse_name
from rag.search.asking import topic_words
from rag.search.names import Names, person_key
from rag.search.understood import Understood

PAPERS = r"(?:papers?|works?|articles?|publications?|studies|study|preprints?)"

Span = tuple[int, int]
_WORD = re.compile(r"[^\s,;:!?()\[\]\"“”]+")
_LONGEST_NAME = 5  # words
_MENDED = 400  # characters of a question in which misspelt names are looked for
_SHORTEST = 4  # letters of a family name that is known without a cue
_REACH = 80  # characters before a name in which its cue stands
_MOST_SAID = 5  # names that are repeated to the user
_TITLES = "prof professor dr doctor mr mrs ms sir author authors researcher researchers".split()
_HONORIFIC = rf"(?:(?:the\s+)?(?<!-)(?:{'|'.join(_TITLES)})\.?\s+)*"
_BY = re.compile(
    r"\b(?:by|author(?:s|ed)?(?:\s+(?:is|are))?|writers?|(?:people|someone|authors?)\s+"
    rf"(?:called|named))\s*[:\s]\s*{_HONORIFIC}$",
    re.IGNORECASE,
)
_WRITTEN_BY = re.compile(
    rf"\b(?:{PAPERS}|writ\w+|author\w*|co-?author\w*|publish\w*|anything|everything|something)\s+"
    rf"(?:only\s+|jointly\s+|not\s+)?(?:by|of)\s+{_HONORIFIC}$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(rf"\b(?:has|have|had|did|does|do)\s+{_HONORIFIC}$", re.IGNORECASE)
_WEAK = re.compile(
    rf"\b(?:from|of|with|without|where|and|or|but|nor|have|has)\s+{_HONORIFIC}$", re.IGNORECASE
)
_WRITES = re.compile(
    r"\s+(?:ever\s+|also\s+|not\s+|(?:and|or)\s+\S+\s+(?:\S+\s+)?)?"
    r"(?:co-?)?(?:writ|wrote|publish|author|work\w*\s+(?:on|with|in|at|for|together)\b)",
    re.IGNORECASE,
)
_DOES = re.compile(r"\s+(?:also\s+|ever\s+)?[a-z]+\b")  # "what did Zhao conclude", not "Zhao"
_IS_AUTHOR = re.compile(
    r"\s+(?:has\s+|have\s+|had\s+|was\s+|is\s+|were\s+)?(?:been\s+)?(?:ever\s+|also\s+)?"
    r"(?:involved|work(?:s|ed|ing)\s+(?:on|with|together)|co-?authored|co-?wrote|co-?written|contribut\w+\s+to|"
    r"collaborat\w+)\b|"
    r"\s+(?:as|is|was|among)\s+(?:an?\s+|the\s+|one\s+of\s+the\s+|first\s+|lead\s+|senior\s+|last\s+)*"
    r"(?:co-?)?author",
    re.IGNORECASE,
)
_OWNS = re.compile(  # "Zhao's latest work", "Zhao papers", but "does Adam work" is no paper
    rf"(?:['’]s?\s+(?:\w+\s+){{0,2}}|\s+(?!work\b)){PAPERS}\b", re.IGNORECASE
)
_CITED = re.compile(r"\s+et\s+al\b|,?\s*\(?(?:19|20)\d\d\b|\s+(?:wrote|writes|published)\b")
_JOINT = re.compile(r"['’]?s?\s*(?:,?\s*(?:and|or|&|with|both)|,)\s+(?:by\s+)?$", re.IGNORECASE)
_FIRST_AUTHOR = re.compile(
    r"\b(?:as\s+)?(?:the\s+|a\s+)?(?:first|lead)[- ]author(?:ed|s)?\b|\bled(?=\s+by\b)",
    re.IGNORECASE,
)
_ONLY_TOGETHER = re.compile(
    r"\b(?:together|jointly|both|co-?author\w*|co-?writ\w*|collaborat\w*)\b"
)


_DID_NOT = re.compile(  # "but Zhao did not", "and not Zhao"
    r"\s+(?:(?:did|was|is|has|had|does)\s*(?:not|n['’]t)|didnt|wasnt|isnt|hasnt)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Person:
    """A person that a question names: the name to filter by, and where it stands."""

    name: str
    span: Span
    is_joined: bool = False  # by "and", "or" or a comma to the person before


def read_people(understood: Understood, names: Names, *, strangers: bool = False) -> None:
    """Take the people that a question names as conditions on authors.

    With `strangers`, only names that the library does not have are taken, and only where a person
    must be meant ("papers by Isaac Newton").
    """
    people = list(_people(understood.rest, names, strangers=strangers))
    if not strangers and (alone := _only_people(understood.rest, names)):
        people = alone
    wanted: list[Person] = []
    unwanted: list[Person] = []
    is_unwanted = False
    for person in people:
        if not person.is_joined or _DID_NOT.match(understood.rest, person.span[1]):
            is_unwanted = _is_unwanted(person, understood)
        (unwanted if is_unwanted else wanted).append(person)
    _take_people(understood, wanted)
    _take_people(understood, unwanted, negated=True)


def _only_people(text: str, names: Names) -> list[Person]:
    """The people of a question that names nothing else: "Kakade and Zhao"."""
    pieces = list(re.finditer(r"(?:(?!\s+(?:and|or|&)\s)[^,&?!.])+", text))
    spans = [
        (m.start() + len(m[0]) - len(m[0].lstrip(" ")), m.start() + len(m[0].rstrip()))
        for m in pieces
    ]
    written = [re.sub(r"^(?:and|or)\s+", "", text[slice(*span)].strip()) for span in spans]
    found = [_short_name(name, names) if name else None for name in written]
    if len(found) < 2 or not all(found):
        return []
    return [
        Person(name, span, is_joined=i > 0)
        for i, (name, span) in enumerate(zip(found, spans, strict=True))
        if name
    ]


def read_bare_person(understood: Understood, names: Names) -> None:
    """Take what is left of "publications: Fang" or "who is Sidharth" as a person, if it is one."""
    left = topic_words(understood.rest)
    if not 0 < len(left) <= _LONGEST_NAME:
        return
    place = re.search(r"\W+".join(map(re.escape, left)), understood.rest)
    if place is None or names.handle(place.group().casefold()):
        return
    written = _bare(place.group())
    is_word = len(left) == 1 and written.islower() and names.knows(stem(written))
    person = (
        None if is_word else _short_name(written, names) or _misspelt(written, names, strong=True)
    )
    if person:
        _take_people(understood, [Person(person, place.span())])


def _is_unwanted(person: Person, understood: Understood) -> bool:
    denied = _DID_NOT.match(understood.rest, person.span[1])
    return bool(denied) or understood.is_negated(person.span[0])


def _take_people(understood: Understood, people: list[Person], *, negated: bool = False) -> None:
    if not people:
        return
    first = _FIRST_AUTHOR.search(understood.rest)
    denied_first = understood.use(first.span()) if first else False
    listed = tuple(dict.fromkeys(person.name for person in people))
    together = _together(understood.rest, people) if len(listed) > 1 and not negated else "any"
    for person in people:
        denied = _DID_NOT.match(understood.rest, person.span[1])
        if denied:
            understood.blank(denied.span())
        understood.use(_with_trimmings(understood.rest, person.span))
    said = _said(listed, " or " if together == "any" else " and ")
    if not first:
        if negated:
            understood.note(said, negated=True, authors=listed)
        else:
            understood.hold(said, {"authors": listed}, together=together)
        return
    if denied_first and not negated:  # "by Zhao, but not as first author"
        understood.note(said, authors=listed)
    first_negated = negated or denied_first
    understood.note(f"{said} as first author", negated=first_negated, first_author=listed[0])


def _said(listed: tuple[str, ...], joint: str) -> str:
    more = len(listed) - _MOST_SAID
    return "by " + joint.join(listed[:_MOST_SAID]) + (f"{joint}{more} more" if more > 0 else "")


def _with_trimmings(text: str, span: Span) -> Span:
    """The span with "Prof." before the name and "et al." after it."""
    before = re.search(rf"\b{_HONORIFIC}$", text[: span[0]], re.IGNORECASE)
    after = re.match(r"\s+et\s+al\b\.?(?:['’]s?)?", text[span[1] :])
    return (before.start() if before else span[0], span[1] + (after.end() if after else 0))


def _together(text: str, people: list[Person]) -> Together:
    """Whether all must have written a paper: "A or B" is any, "A and B" all if there is such."""
    between = [text[a.span[1] : b.span[0]] for a, b in itertools.pairwise(people)]
    if any(re.search(r"\bor\b", words, re.IGNORECASE) for words in between):
        return "any"
    return "all" if _ONLY_TOGETHER.search(text) else "all_if_any"


def _people(text: str, names: Names, *, strangers: bool) -> Iterator[Person]:
    spans = [match.span() for match in _WORD.finditer(text)]
    previous = -1  # where the last person ended
    for i, (start, _) in enumerate(spans):
        if start < previous:
            continue
        joined = previous >= 0 and bool(_JOINT.fullmatch(text[previous:start]))
        find = _stranger_at if strangers else _person_at
        person = find(text, spans[i : i + _LONGEST_NAME], names, joined=joined)
        if person:
            previous = person.span[1]
            yield dataclasses.replace(person, is_joined=joined)


def _person_at(text: str, spans: list[Span], names: Names, *, joined: bool) -> Person | None:
    """The known person whose name begins here, by the longest form that fits."""
    start = spans[0][0]
    candidates = [(_bare(text[start:end]), (start, end)) for _, end in reversed(spans)]
    begins = names.begins_person(text[slice(*spans[0])])
    for find in (_full_name, _with_initials) if begins else (_with_initials,):
        for written, span in candidates:
            if found := find(written, names):
                return Person(found, span)
    before, is_short = _before(text, start), len(text) <= _MENDED
    ones = list(itertools.takewhile(lambda candidate: _is_one(candidate[0]), candidates[::-1]))
    phrases = [(w, span, joined or _is_cued(text, span, names)) for w, span in ones[::-1]]
    for written, span, strong in phrases:
        found = _in_context(written, before, names, strong=strong)
        found = found or (_nearly(written, names, strong=strong) if is_short else None)
        if found:
            return Person(found, span)
    for written, span, strong in phrases:
        if strong and (found := _given_name(written, names) or _misspelt(written, names)):
            return Person(found, span)
    return None


def _nearly(written: str, names: Names, *, strong: bool) -> str | None:
    """A name of several words that is nearly right."""
    return _misspelt(written, names, strong=strong) if " " in written else None


def _in_context(written: str, before: str, names: Names, *, strong: bool) -> str | None:
    """A short name where a person may be meant."""
    weak = strong or _is_only_a_name(written, before, names)
    weak = weak or (_is_name_like(written) and bool(_WEAK.search(before)))
    return _short_name(written, names) if weak else None


def _is_only_a_name(written: str, before: str, names: Names) -> bool:
    """A family name that is no word: neither of the language nor of the library's texts."""
    folded = person_key(written)
    if len(folded) < _SHORTEST or not names.family(folded) or names.handle(folded):
        return False
    longer = re.search(r"[A-Z][\w.'’-]*\s+$", before)  # "Isaac Lovelace" is not Ada
    if longer and topic_words(longer.group()):
        return False
    is_word = names.knows(stem(folded)) or (written.islower() and names.is_word(folded))
    return not is_word and not written.isupper()


def _misspelt(written: str, names: Names, *, strong: bool = True) -> str | None:
    """A known person, where the name is nearly right and its last word means nothing else here.

    Where nothing around says that a person stands here, each word must look like a name's.
    """
    if not strong and not all(_is_name_like(part) for part in written.split()):
        return None
    last = stem(person_key(written).split()[-1])
    return None if names.knows(last) else names.misspelt_person(written)


_OWNERSHIP = re.compile(r"['’]s?$")
_SEVERAL = re.compile(r"[,:]|\bet\b|\bal\b")
_PRINTED = re.compile(r"[^,:;]+(?:,\s+[^,:;]+)?")


def _bare(phrase: str) -> str:
    return _OWNERSHIP.sub("", phrase).strip("'’")


def _is_one(written: str) -> bool:
    """One phrase, without marks, common words or "et al."."""
    if _SEVERAL.search(written):
        return False
    return not any(part in STOP_WORDS for part in written.split())


def _full_name(written: str, names: Names) -> str | None:
    """A name as printed in the library, wherever it stands and however it is cased."""
    return names.person(person_key(written)) if " " in written else None


def _with_initials(written: str, names: Names) -> str | None:
    """The person behind "A. Lovelace", "Lovelace, Ada" or "Lovelace, A."."""
    if not written[:1].isupper() or not _PRINTED.fullmatch(written):
        return None
    name = parse_name(written)
    initials = all(len(part) == 1 for part in name.given.split())
    after_comma = written.partition(",")[2].split()
    if (
        not name.given
        or not (initials or after_comma)
        or not all(w[0].isupper() for w in after_comma)
    ):
        return None
    return _one_of(names.people_called(written), written)


def _short_name(written: str, names: Names) -> str | None:
    """The person behind a family name, or behind a given name written otherwise."""
    return _one_of(names.people_called(written), written)


def _one_of(people: tuple[str, ...], written: str) -> str | None:
    if not people:
        return None
    if len(people) == 1:
        return people[0]
    # Several people share it: the family name as printed stands for all of them.
    folded = person_key(written)
    tails = (" ".join(person.split()[i:]) for person in people for i in range(5))
    return next((tail for tail in tails if person_key(tail) == folded), written)


def _given_name(written: str, names: Names) -> str | None:
    people = names.given(person_key(written))
    usable = len(people) == 1 and _is_name_like(written) and person_key(written) not in _TITLES
    return people[0] if usable else None


def _before(text: str, start: int) -> str:
    """The words before a place, as far as a cue may reach."""
    return text[max(0, start - _REACH) : start]


def _is_cued(text: str, span: Span, names: Names) -> bool:
    """True where the words around say that a person stands here."""
    before, after = _before(text, span[0]), text[span[1] :]
    written = text[slice(*span)]
    if _BY.search(before) or _IS_AUTHOR.match(after):
        return True
    if _AUXILIARY.search(before) and (_WRITES.match(after) or _says(written, after, names)):
        return True
    owner = re.search(r"['’]s?$", written)
    rest = written[owner.start() :] + after if owner else after
    return _is_name_like(written) and bool(_OWNS.match(rest) or _CITED.match(after))


def _says(written: str, after: str, names: Names) -> bool:
    """True for "(what does) Zhao conclude", not for "(why does) Adam converge"."""
    is_word = names.knows(stem(person_key(_bare(written))))
    return _is_name_like(written) and not is_word and bool(_DOES.match(after))


def _is_name_like(written: str) -> bool:
    """Capitalised but for particles ("von"), and not shouted like an acronym."""
    parts = written.split()
    if any(part in STOP_WORDS for part in parts):
        return False
    capital = [part for part in parts if not part.islower()]
    return bool(capital) and all(
        w[0].isupper() and not (len(w) > 1 and w.isupper()) for w in capital
    )


def _stranger_at(text: str, spans: list[Span], names: Names, *, joined: bool) -> Person | None:
    """The longest capitalised name that begins here, where a person must be meant."""
    start = spans[0][0]
    if text[start].islower():
        return None
    before = _before(text, start)
    for size in range(len(spans), 0, -1):
        end = spans[size - 1][1]
        written = _bare(text[start:end])
        if not _is_one(written) or not _all_capitalised(written):
            continue
        asked = _WRITTEN_BY.search(before) or (
            _AUXILIARY.search(before) and _WRITES.match(text[end:])
        )
        if (asked or joined or (size > 1 and _BY.search(before))) and not _is_word(written, names):
            return Person(names.misspelt_person(written) or written, (start, end))
    return None


def _all_capitalised(written: str) -> bool:
    return all(w[0].isupper() and not (len(w) > 2 and w.isupper()) for w in written.split())


def _is_word(written: str, names: Names) -> bool:
    """True for a capitalised word that names no person: a handle or a category."""
    return bool(names.handle(written.casefold())) or written.upper() in names.categories
