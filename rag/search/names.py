"""The names of a library: people, methods, titles, words, and what a question may mean by one.

A question names papers in many ways ("ReLoRA", "the Q-Probe paper", "Rosie Zhao"). What there is to
be named is taken from the records, see `mining`.
"""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from rag.base.text import STOP_WORDS, UNSPACED, fold, stem
from rag.base.types import Paper
from rag.index.facts import Claim
from rag.index.lexicon import Lexicon
from rag.index.names import Name, parse_name, same_person

_PART = rf"[^\W_{UNSPACED}][^\W{UNSPACED}]*"
_TOKEN = re.compile(rf"{_PART}(?:[-–'.+]{_PART})*\+*|[{UNSPACED}]+")
_OWNER = re.compile(r"['’]s$")
_HYPHEN = re.compile("[-–]")
_LONG, _VERY_LONG = 5, 8  # letters from which a word may be one or two edits off
_COMMON = 4  # a name claimed by more papers than this names none of them
_EVERYDAY = 0.12  # a name said in more than this share of the papers is a word of the field

_ALIKE = 88  # of 100, from which a full name is a misspelt one

TITLE_HEAD, INTRODUCED, IN_TITLE = 1.0, 0.9, 0.6  # how surely a name means a paper


@dataclass(frozen=True, slots=True)
class Handle:
    """A name and the papers it stands for, best first, each with a weight 0..1."""

    name: str
    papers: tuple[tuple[str, float], ...]


def looks_like_name(token: str) -> bool:
    """True for tokens shaped like a method or model name: "GPT-4", "ReLoRA", "PUMA", "mT5"."""
    if token.islower() or (token[1:].islower() and token.isalpha()):
        return False  # nearly always, and decided at once
    return len(token) > 1 and any(map(_is_name_part, _HYPHEN.split(token)))


def _is_name_part(part: str) -> bool:
    """Ordinary hyphened words ("Pre-Training") are no names: a part itself must be odd."""
    has_digit = any(c.isdigit() for c in part)
    return any(c.isupper() for c in part[1:]) or (has_digit and any(c.isupper() for c in part))


def bare(token: str) -> str:
    """A name without the ending of its owner: "GPT-4's" is GPT-4."""
    return _OWNER.sub("", token)


def name_key(name: str) -> str:
    """How names are compared: no case, no plural ("FlexMDMs" and "FlexMDM" are one)."""
    singular = name[:-1] if name.endswith("s") and name[-2:-1].isupper() else name
    return singular.casefold()


def is_said_in(text: str, name: str) -> bool:
    """Whether a text has a name, in the plural too; "GPT-4" is said as "GPT 4" and "GPT4" as well.

    Long texts are searched as they are: cutting them into words takes a hundred times as long.
    """
    return bool(_saying(name).search(text))


@functools.lru_cache(maxsize=100)
def _saying(name: str) -> re.Pattern[str]:
    joined = r"[\s–-]?".join(map(re.escape, filter(None, _HYPHEN.split(name.removesuffix("s")))))
    return re.compile(rf"(?<![A-Za-z0-9]){joined}(?:e?s)?(?![A-Za-z0-9])", re.IGNORECASE)


_PLAIN = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "ß": "ss"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "þ": "th", "Þ": "Th", "ħ": "h"}
)  # letters that are no base letter with an accent, as people without them on their keyboard write


def person_key(name: str) -> str:
    """How names of people are compared: folded, and "ł" as "l"."""
    return fold(_plain(name))


def parsed_person(name: str) -> Name:
    """A name taken apart as `person_key` compares it."""
    return parse_name(_plain(name))


def _plain(name: str) -> str:
    return name if name.isascii() else name.translate(_PLAIN)


def tokens(text: str) -> list[str]:
    """Words as written, with inner hyphens, apostrophes and digits; "BERT는" is two."""
    return _TOKEN.findall(text)


def tokens_at(text: str) -> list[tuple[int, str]]:
    """`tokens` with the offsets at which they begin."""
    return [(match.start(), match.group()) for match in _TOKEN.finditer(text)]


class Names:
    """Everything that a question can call by name, for one state of a library.

    What is known is looked up where it is kept (`rag.index.lexicon`); nothing is read in advance.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        is_word: Callable[[str], bool] = lambda _: False,
        *,
        without: Iterable[Paper] = (),
    ) -> None:
        """The names of a lexicon; `is_word` says whether a word of the language is rightly spelt.

        Papers in `without` count as never added; their people and organisations stay known.
        """
        self.is_word = is_word
        self._lexicon = lexicon
        gone = {paper.id: paper for paper in without}
        self._gone = frozenset(gone)
        facts = lexicon.facts(gone.values())
        self._fewer_words = Counter(word for fact in facts for word in fact.words)
        self._fewer_stems = Counter(stemmed for fact in facts for stemmed in fact.stems)
        self.paper_count = lexicon.paper_count - len(gone)

    def without(self, papers: Iterable[Paper]) -> Names:
        """These names as if the papers had never been added.

        A term that only they have must look as strange as it would without them.
        """
        return Names(self._lexicon, self.is_word, without=papers)

    # --- words ----------------------------------------------------------------------------------

    def idf(self, stemmed: str) -> float:
        """How telling a stem is: BM25's inverse document frequency in this library."""
        n = self._stem_count(stemmed)
        return math.log(1 + (self.paper_count - n + 0.5) / (n + 0.5))

    def knows(self, stemmed: str) -> bool:
        """True when some paper has a word with this stem."""
        return self._stem_count(stemmed) > 0

    def correct(self, word: str) -> str | None:
        """The library's word for a misspelt one, or None when nothing is close enough."""
        lower = word.lower()
        if self.said_in(lower) > 0 or not _can_be_mended(lower):
            return None
        if self.knows(stem(lower)):  # said in the body of a paper
            return None
        known = filter(self.said_in, self._lexicon.words_like(lower, _allowed_edits(lower)))
        found = _nearest(lower, known)
        if found is None or stem(found) == stem(lower):  # merely another form of the same word
            return None
        return None if self.is_word(lower) else found

    def said_in(self, word: str) -> int:
        """How many papers have a word, in small letters."""
        return self._lexicon.word_count(word) - self._fewer_words[word]

    def _stem_count(self, stemmed: str) -> int:
        return self._lexicon.stem_count(stemmed) - self._fewer_stems[stemmed]

    # --- papers ---------------------------------------------------------------------------------

    def handle(self, key: str) -> Handle | None:
        """What a name stands for, by its `name_key`; None where it names no paper.

        A name claimed by many papers, or said in a good part of them all, names none, save those
        whose title it opens.
        """
        claims = self._lexicon.claims(key, _COMMON + 1)
        heads = [claim for claim in claims if claim[1].weight >= TITLE_HEAD]
        if len(claims) > _COMMON:
            claims = heads if len(heads) <= _COMMON and _is_odd_name(heads) else []
        if not claims or key in STOP_WORDS:
            return None
        said = max(self._lexicon.word_count(key), self._lexicon.word_count(f"{key}s"))
        everyday = said > max(_COMMON, _EVERYDAY * self._lexicon.paper_count)
        if everyday and not heads:
            return None
        papers = [(paper_id, c.weight) for paper_id, c in claims if paper_id not in self._gone]
        return Handle(claims[0][1].printed, tuple(papers)) if papers else None

    def begins_handle(self, word: str) -> bool:
        """Whether some name of several words begins with this one."""
        return self._lexicon.begins_claim(word.casefold())

    def handles(self) -> Iterator[Handle]:
        """All names that stand for papers."""
        return filter(None, map(self.handle, self._lexicon.claimed()))

    def title(self, paper_id: str) -> str:
        """The folded title of a paper; empty where there is no such paper."""
        return "" if paper_id in self._gone else self._lexicon.title(paper_id)

    def opened_by(self, first: Sequence[str]) -> dict[str, str]:
        """The papers whose folded title begins with these two words, with it."""
        opened = self._lexicon.opened_by(first)
        return {i: title for i, title in opened.items() if i not in self._gone}

    def has_title(self, folded: str, *, inside: bool) -> bool:
        """Whether a title begins with these folded words, or also has them `inside`."""
        return self._lexicon.has_title(folded, inside=inside)

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of papers, in capitals."""
        return frozenset(self._lexicon.categories())

    # --- people and organisations ---------------------------------------------------------------

    def person(self, folded: str) -> str | None:
        """The author of a full name (`person_key`), as printed."""
        return self._lexicon.person(folded) if folded else None

    def begins_person(self, written: str) -> bool:
        """Whether the full name of some author begins with a word, and has others behind it."""
        folded = person_key(written)
        return not folded or self._lexicon.begins_person(folded)  # a mark may stand before a name

    def family(self, folded: str) -> list[str]:
        """The authors of a family name (`person_key`), with its particles or without."""
        return self._lexicon.family(folded) if folded else []

    def given(self, folded: str) -> list[str]:
        """The authors of a first given name (`person_key`)."""
        return self._lexicon.given(folded) if folded else []

    def org(self, folded: str) -> str | None:
        """An organisation by its folded name, as printed."""
        return self._lexicon.org(folded) if folded else None

    def orgs_beginning(self, folded: str) -> list[str]:
        """The organisations whose name has this first word."""
        return self._lexicon.orgs_beginning(folded) if folded else []

    def people_called(self, written: str) -> tuple[str, ...]:
        """The authors, as printed, whom "Zhao", "R. Zhao" or "Zhao, Rosie" may mean."""
        asked = parsed_person(written)
        if person := self.person(asked.folded):
            return (person,)
        known = [*self.family(asked.family), *self.family(asked.last)]
        return tuple(p for p in dict.fromkeys(known) if same_person(asked, parsed_person(p)))

    def misspelt_person(self, written: str) -> str | None:
        """The author whose full or family name is an edit or two away, if there is just one."""
        folded = person_key(written)
        if " " in folded:
            found = process.extractOne(
                folded, self._full_names, scorer=fuzz.ratio, score_cutoff=_ALIKE
            )
            return self.person(found[0]) if found else None
        if not _can_be_mended(folded) or self.family(folded):
            return None
        edits = _allowed_edits(folded)
        family = _nearest(folded, self._lexicon.families_like(folded, edits))
        people = self.family(family) if family else []
        return people[0] if len(people) == 1 else family and _as_printed(family, people)

    @cached_property
    def _full_names(self) -> list[str]:
        """All full names, folded: a slip may stand anywhere in one."""
        return self._lexicon.full_names()


def _is_odd_name(claims: Sequence[tuple[str, Claim]]) -> bool:
    return any(looks_like_name(claim.printed) for _, claim in claims)


def _as_printed(family: str, people: Iterable[str]) -> str:
    """A folded family name in the spelling of the first author who has it."""
    return next((w for p in people for w in p.split() if person_key(w) == family), family)


def _can_be_mended(word: str) -> bool:
    """Long words without digits only, since short ones collide."""
    return len(word) >= _LONG and not any(c.isdigit() for c in word)


def _allowed_edits(word: str) -> int:
    return 1 if len(word) < _VERY_LONG else 2


def _nearest(word: str, known: Iterable[str]) -> str | None:
    """The first of the known words that are fewest edits away, and no more than allowed."""
    found = process.extractOne(
        word,
        known,
        scorer=DamerauLevenshtein.distance,
        processor=None,
        score_cutoff=_allowed_edits(word),
    )
    return str(found[0]) if found else None
