"""The names of a library, mined from its own records: people, methods, titles, words.

A question names papers in many ways ("ReLoRA", "the Q-Probe paper", "Rosie Zhao"). Nothing here is
a fixed list: names come from titles, from author lists, and from the places in abstracts where a
method is introduced.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from rag.base.text import STOP_WORDS, abbreviations, fold, sentences, stem, words
from rag.base.types import Paper
from rag.index.names import Name, parse_name, same_person

_TOKEN = re.compile(r"[^\W_]\w*(?:[-–'.+][^\W_]\w*)*\+*")
_INTRODUCES = re.compile(
    r"\b(introduc|propos|present|develop|releas|call|dub|term|nam|coin|design|creat|describ|denot|"
    r"build|built|construct|offer|contribut|formulat|devis)\w*",
    re.IGNORECASE,
)
_REACH = 90  # characters between "we propose" and the name that is proposed
_LONG, _VERY_LONG = 5, 8  # letters from which a word may be one or two edits off
_COMMON = 4  # a name claimed by more papers than this names none of them
_EVERYDAY = 0.12  # a name said in more than this share of the papers is a word of the field

TITLE_HEAD, INTRODUCED, IN_TITLE = 1.0, 0.9, 0.6


@dataclass(frozen=True, slots=True)
class Handle:
    """A name and the papers it stands for, best first, each with a weight 0..1."""

    name: str
    papers: tuple[tuple[str, float], ...]


def looks_like_name(token: str) -> bool:
    """True for tokens shaped like a method or model name: "GPT-4", "ReLoRA", "PUMA", "mT5"."""
    return any(_is_name_part(part) for part in re.split("[-–]", token)) and len(token) > 1


def _is_name_part(part: str) -> bool:
    """Ordinary hyphened words ("Pre-Training") are no names: a part itself must be odd."""
    has_digit = any(c.isdigit() for c in part)
    return any(c.isupper() for c in part[1:]) or (has_digit and any(c.isupper() for c in part))


def name_key(name: str) -> str:
    """How names are compared: no case, no plural ("FlexMDMs" and "FlexMDM" are one)."""
    singular = name[:-1] if name.endswith("s") and name[-2:-1].isupper() else name
    return singular.casefold()


_PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ß": "ss"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "þ": "th", "Þ": "Th", "ħ": "h"}
)  # letters that are no base letter with an accent, as people without them on their keyboard write


def person_key(name: str) -> str:
    """How names of people are compared: folded, and "ł" as "l"."""
    return fold(name.translate(_PLAIN))


def _parsed(name: str) -> Name:
    return parse_name(name.translate(_PLAIN))


def tokens(text: str) -> list[str]:
    """Words as written, with inner hyphens, apostrophes and digits."""
    return _TOKEN.findall(text)


def tokens_at(text: str) -> list[tuple[int, str]]:
    """`tokens` with the offsets at which they begin."""
    return [(match.start(), match.group()) for match in _TOKEN.finditer(text)]


@dataclass(slots=True)
class Names:
    """Everything that a question can call by name; built once for each state of a library."""

    handles: dict[str, Handle] = field(default_factory=dict)  # lower-case name → papers
    people: dict[str, str] = field(default_factory=dict)  # folded full name → name as printed
    families: dict[str, list[str]] = field(default_factory=dict)  # folded family → names
    givens: dict[str, list[str]] = field(default_factory=dict)  # folded given name → names
    orgs: dict[str, str] = field(default_factory=dict)  # folded org → org as printed
    categories: frozenset[str] = frozenset()
    titles: dict[str, str] = field(default_factory=dict)  # paper id → folded title
    openings: dict[tuple[str, ...], list[str]] = field(default_factory=dict)  # two words → papers
    frequency: Counter[str] = field(default_factory=Counter)  # lower-case word → papers
    stem_frequency: Counter[str] = field(default_factory=Counter)  # stem → papers
    paper_count: int = 0
    is_word: Callable[[str], bool] = lambda _: False  # a word of the language, rightly spelt
    _shelves: dict[str, list[str]] = field(default_factory=dict, init=False, repr=False)

    def idf(self, stemmed: str) -> float:
        """How telling a stem is: BM25's inverse document frequency in this library."""
        n = self.stem_frequency[stemmed]
        return math.log(1 + (self.paper_count - n + 0.5) / (n + 0.5))

    def knows(self, stemmed: str) -> bool:
        """True when some paper has a word with this stem."""
        return self.stem_frequency[stemmed] > 0

    def correct(self, word: str) -> str | None:
        """The library's word for a misspelt one, or None when nothing is close enough."""
        found = _closest(word, self.frequency, self._shelf(word))
        return None if found is None or self.is_word(word.lower()) else found

    def _shelf(self, word: str) -> list[str]:
        """The words of the library with the same first letter; sorted out on first use."""
        if not self._shelves:
            for known in self.frequency:
                self._shelves.setdefault(known[:1], []).append(known)
        return self._shelves.get(word[:1].lower(), [])

    def people_called(self, written: str) -> tuple[str, ...]:
        """The authors, as printed, whom "Zhao", "R. Zhao" or "Zhao, Rosie" may mean."""
        asked = _parsed(written)
        if asked.folded in self.people:
            return (self.people[asked.folded],)
        known = [*self.families.get(asked.family, ()), *self.families.get(asked.last, ())]
        return tuple(p for p in dict.fromkeys(known) if same_person(asked, _parsed(p)))

    def misspelt_person(self, written: str) -> str | None:
        """The author whose full or family name is an edit or two away, if there is just one."""
        folded = person_key(written)
        if " " in folded:
            found = process.extractOne(
                folded, self.people.keys(), scorer=fuzz.ratio, score_cutoff=88
            )
            return self.people[found[0]] if found else None
        family = _nearest(folded, self.families.keys())
        people = self.families[family] if family else []
        return people[0] if len(people) == 1 else family and _as_printed(family, people)


def mine(papers: Iterable[Paper], is_word: Callable[[str], bool] = lambda _: False) -> Names:
    """Read all names of a library from its records.

    A word of the language (`is_word`) is never taken for a misspelt one of the library: who asks
    for "newer" papers does not mean "never".
    """
    names = Names(is_word=is_word)
    claims: dict[str, dict[str, float]] = defaultdict(dict)
    spelling: dict[str, str] = {}
    categories: set[str] = set()
    for paper in papers:
        names.paper_count += 1
        names.titles[paper.id] = fold(paper.title)
        opening = tuple(names.titles[paper.id].split()[:2])
        names.openings.setdefault(opening, []).append(paper.id)
        _mine_people(paper, names)
        categories.update(filter(None, [paper.category and paper.category.upper()]))
        text = f"{paper.title} {paper.abstract}"
        names.frequency.update({t.lower() for t in tokens(text)})
        names.stem_frequency.update(set(words(text)))
        for name, weight in _claims_of(paper):
            spelling.setdefault(name_key(name), name)
            held = claims[name_key(name)]
            held[paper.id] = max(weight, held.get(paper.id, 0.0))
    names.categories = frozenset(categories)
    names.handles = {
        key: _handle(spelling[key], held)
        for key, held in claims.items()
        if _is_telling(key, held, names)
    }
    return names


def _mine_people(paper: Paper, names: Names) -> None:
    for author in paper.authors:
        folded = person_key(author)
        if not folded:
            continue
        names.people.setdefault(folded, author)
        name = _parsed(author)
        _remember(names.families, {name.family, name.last}, author)
        _remember(names.givens, set(name.given.split()[:1]), author)
    for org in paper.orgs:
        names.orgs.setdefault(fold(org), org)


def _remember(known: dict[str, list[str]], keys: Iterable[str], author: str) -> None:
    for key in keys:
        people = known.setdefault(key, [])
        if author not in people:
            people.append(author)


def _as_printed(family: str, people: Iterable[str]) -> str:
    """A folded family name in the spelling of the first author who has it."""
    return next((w for p in people for w in p.split() if person_key(w) == family), family)


def _claims_of(paper: Paper) -> Iterable[tuple[str, float]]:
    head = paper.title.split(":")[0].strip() if ":" in paper.title else ""
    if head and len(head.split()) <= 4:
        yield head, TITLE_HEAD
    for token in tokens(paper.title):
        if looks_like_name(token):
            yield token, IN_TITLE
    for name, long_form in abbreviations(paper.abstract).items():
        yield name, INTRODUCED
        if looks_like_name(long_form) and " " not in long_form:  # "FLOWTALK (FT) is …"
            yield long_form, INTRODUCED
    for sentence in sentences(paper.abstract):
        for name in _introduced(sentence):
            yield name, INTRODUCED


def _introduced(sentence: str) -> Iterable[str]:
    """The first name after each "we propose …" of a sentence."""
    for verb in _INTRODUCES.finditer(sentence):
        following = sentence[verb.end() : verb.end() + _REACH]
        first = next((t for t in tokens(re.split(r"[.;:]\s", following)[0]) if _new(t)), None)
        if first:
            yield first


def _new(token: str) -> bool:
    return looks_like_name(token) and len(token) <= 30


def _is_telling(key: str, held: dict[str, float], names: Names) -> bool:
    """A name claimed by many papers, or said in a good part of them all, names no paper."""
    if len(held) > _COMMON or key in STOP_WORDS:
        return False
    said = max(names.frequency[key], names.frequency[key + "s"])
    everyday = said > max(_COMMON, _EVERYDAY * names.paper_count)
    return not everyday or max(held.values()) == TITLE_HEAD


def _handle(name: str, held: dict[str, float]) -> Handle:
    ranked = sorted(held.items(), key=lambda item: -item[1])
    return Handle(name, tuple(ranked))


def _closest(word: str, frequency: Counter[str], shelf: Collection[str]) -> str | None:
    """A word of the shelf within an edit or two, not merely another form of the same word."""
    if word.lower() in frequency:
        return None
    found = _nearest(word.lower(), shelf)
    return None if found is None or stem(found) == stem(word.lower()) else found


def _nearest(word: str, known: Collection[str]) -> str | None:
    """A known word within an edit or two; long words only, since short ones collide."""
    if len(word) < _LONG or word in known or any(c.isdigit() for c in word):
        return None
    allowed = 1 if len(word) < _VERY_LONG else 2
    found = process.extractOne(
        word, known, scorer=DamerauLevenshtein.distance, processor=None, score_cutoff=allowed
    )
    return str(found[0]) if found and found[0][:1] == word[:1] else None
