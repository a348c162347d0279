"""Which papers a few words mean: an author, a piece of a title, a name, a year, an identifier.

Everything is found on the cards of the records, without a model, and with the words that decided.
Misspelt words count for the library's word that is an edit or two away. Sentences whose source is
sought are left to `rag.search`.
"""

from __future__ import annotations

import math
import re
from bisect import insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from rag.base.latex import readable
from rag.base.text import STOP_WORDS, fold
from rag.cite.carding import NAME, identifier, is_name, name_key
from rag.index.cards import Card, Cards

Floats = npt.NDArray[np.float32]

_SHORTLIST = 300  # papers whose titles are compared with the query as a whole
_LONG, _VERY_LONG = 4, 8  # letters from which a word may be one or two edits off
_FEWEST_LETTERS = 4  # of a beginning that stands for a word
_RARE = 2  # times that a word is held, up to which it may be a misspelling of the record's
_COMMONER = 10  # times as often as the misspelt word is the right one held
_MOST_FORMS = 8  # known words that a misspelt one may stand for
_MOST_SPELLINGS = 40  # known words nearest to a misspelt one that are looked at
_MOST_WORDS = 500  # of a query; more are a text, not words of a record
_MOST_ALIKE = 0.5  # what likeness adds to a score at most
_ALL_MET = 0.7  # score of a paper that has all words of a query
_MERE_WORD = 0.2  # how surely a word in small letters is the name that reads like it
_WORTH_A_LOOK = 0.6  # of the best score, from which another paper may be the one that was meant
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+", re.IGNORECASE)
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z][a-z.-]+/\d{7})(?:v\d+)?(?!\d)", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_KEY = re.compile(r"[@\w:./+-]+")
_CUES = frozenset(
    "paper papers article articles work works publication publications cite citation citations "
    "reference references bibtex bib source introduced introduces introducing introduce proposed "
    "proposes propose presented presents called named titled title et al author authors written "
    "wrote find show give need original first".split()
)


@dataclass(frozen=True, slots=True)
class Match:
    """A paper that was meant, how well it fits (0..1), and the words that decided."""

    paper_id: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a query and the library's words it may stand for, each with how surely."""

    said: str
    forms: Mapping[str, float]


class Lookup:
    """Finds papers by the cards of a library, as they are now."""

    def __init__(self, cards: Cards) -> None:
        self._cards = cards

    def find(self, text: str, k: int = 10) -> list[Match]:
        """The papers that a text means, best first: at most `k`, but all of an author's.

        Scores run from 0 to 1; below 0.6, the text was hardly understood as words of a record.
        """
        exact = self._identified(text)
        if exact:
            known = self._cards.cards(exact)
            return [Match(known[i].paper_id, 1.0, (said,)) for i, said in exact.items()]
        words, years = self._words(text)
        if not years and not any(word.forms or self._cards.named(word.said) for word in words):
            return []
        by_author = self._all_by_author(words, years)
        if by_author:
            return by_author
        return self._ranked(text, words, years, k)

    def _identified(self, text: str) -> dict[int, str]:
        """Papers by their DOI, arXiv number, address, citekey or id, wherever it stands."""
        said = [found.group() for p in (_DOI, _ARXIV, _URL) for found in p.finditer(text)]
        said += [word for word in _KEY.findall(text) if any(map(str.isdigit, word))]
        if _KEY.fullmatch(text.strip()):
            said.append(text.strip())
        found: dict[int, str] = {}
        for name in said[:_MOST_WORDS]:
            for number in self._cards.with_key(identifier(name)):
                found.setdefault(number, name)
        return found

    # --- what is asked ---------------------------------------------------------------------------

    def _words(self, text: str) -> tuple[list[_Word], frozenset[int]]:
        """The telling words of a query, and its years."""
        said = fold(readable(text)).split()[:_MOST_WORDS]
        telling = [w for w in said if w not in STOP_WORDS and w not in _CUES] or [
            w for w in said if self._in_titles(w)
        ]
        years = frozenset(int(w) for w in telling if _YEAR.fullmatch(w))
        words = [_Word(w, self._forms(w)) for w in dict.fromkeys(telling) if not _YEAR.fullmatch(w)]
        titled = [_Word(w, {w: 1.0}) for w in telling if _YEAR.fullmatch(w) and self._in_titles(w)]
        return words + titled, years

    def _in_titles(self, word: str) -> bool:
        return len(self._cards.titled(word)) > 0

    def _forms(self, word: str) -> Mapping[str, float]:
        held = self._cards.spread(word)
        if held > _RARE:
            return {word: 1.0}
        begun = self._beginning_with(word) if len(word) >= _FEWEST_LETTERS else ()
        forms = dict.fromkeys(begun, 0.8) | self._spelt_like(word, held)
        return {**forms, word: 1.0} if held else forms

    def _beginning_with(self, word: str) -> Sequence[str]:
        """Words of which a beginning was typed."""
        return self._cards.beginning_with(word, _MOST_FORMS)

    def _spelt_like(self, word: str, held: int = 0) -> dict[str, float]:
        """Words a slip or two away; nearer ones leave no room for farther ones.

        A word that is `held` itself may be one that a record misspells, so commoner ones count.
        """
        edits = 0 if len(word) < _LONG else 1 if len(word) < _VERY_LONG or held else 2
        near = self._cards.spelt_like(word, edits)
        found = process.extract(
            word, near, scorer=OSA.distance, score_cutoff=edits, limit=_MOST_SPELLINGS
        )
        nearest = {other: int(distance) for other, distance, _ in found if distance}
        likely = {w: d for w, d in nearest.items() if self._cards.spread(w) >= _COMMONER * held}
        least = min(likely.values(), default=0)
        return {other: 1.0 - 0.15 * d for other, d in likely.items() if d == least}

    # --- who is meant ----------------------------------------------------------------------------

    def _all_by_author(self, words: Sequence[_Word], years: frozenset[int]) -> list[Match]:
        """All papers by the author that the whole query names, newest first."""
        if not words or any(self._in_titles(form) for w in words for form in w.forms):
            return []
        forms = [
            {f: places for f in w.forms if len(places := self._cards.written_by(f))} for w in words
        ]
        if not all(forms):
            return []
        meant = set.intersection(*({int(i) for some in of.values() for i in some} for of in forms))
        mine = [
            card
            for card in self._cards.cards(meant).values()
            if any(all(of.keys() & name.split() for of in forms) for name in card.authors)
            and (not years or card.year in years)
        ]
        said = tuple(word.said for word in words)
        mine.sort(key=lambda card: (card.date, card.paper_id), reverse=True)
        return [Match(card.paper_id, 1.0, said) for card in mine]

    def _ranked(
        self, text: str, words: Sequence[_Word], years: frozenset[int], k: int
    ) -> list[Match]:
        scores = np.zeros(self._cards.highest + 1, np.float32)
        total = 0.0
        for word in words:
            total += self._add_word(word, scores)
        self._add_names(text, words, scores)
        if years:
            scores[self._cards.of_years(years)] += 2.0
            total += 2.0
        asked = (" ".join(word.said for word in words), fold(readable(text)))
        rated = self._refined(asked, scores / max(total, 1e-6), k)
        return [self._match(card, score, words, years, number) for score, number, card in rated]

    def _refined(
        self, asked: tuple[str, str], scores: Floats, k: int
    ) -> list[tuple[float, int, Card]]:
        """The `k` best papers by their scores and how alike their titles are to what was asked."""
        best = _largest(scores, _SHORTLIST)
        cards = self._cards.cards(best)
        rated: list[tuple[float, int, Card]] = []
        for number in best:
            # Those left have lower scores, and likeness cannot lift them over what was found.
            if rated and scores[number] + _MOST_ALIKE < _least_wanted(rated, k):
                break
            card = cards[number]
            score = float(scores[number]) + _likeness(asked, card.title)
            insort(rated, (score, number, card), key=lambda one: (-one[0], one[2].paper_id))
        return [one for one in rated[:k] if one[0] > _WORTH_A_LOOK * rated[0][0]]

    def _match(
        self, card: Card, score: float, words: Sequence[_Word], years: frozenset[int], number: int
    ) -> Match:
        """A paper with its words; one that has them all was meant, however the rest compares."""
        deciding = self._deciding(card, number, words, years)
        least = _ALL_MET if len(deciding) >= len(words) + len(years) else 0.0
        return Match(card.paper_id, round(min(1.0, max(least, score / 1.5)), 4), deciding)

    def _add_word(self, word: _Word, scores: Floats) -> float:
        """Add to each paper what a word gains it; gives the most that it could."""
        count = self._cards.count
        if not word.forms:
            return math.log(1 + count)  # nobody has it: it counts against
        gained: dict[int, float] = {}
        most = 0.0
        for form, sureness in word.forms.items():
            for places in (self._cards.titled(form), self._cards.written_by(form)):
                if len(places):
                    worth = sureness * math.log(1 + count / len(places))
                    most = max(most, worth)
                    for number in places.tolist():
                        gained[number] = max(worth, gained.get(number, 0.0))
        if gained:
            scores[list(gained)] += np.fromiter(gained.values(), np.float32, len(gained))
        return most

    def _add_names(self, text: str, words: Sequence[_Word], scores: Floats) -> None:
        """Lift the papers that a name in the text stands for, the less the more share it.

        Among other words, one that is not written as a name may be a mere word: "heat" is not HEAT.
        """
        written = {name_key(name) for name in NAME.findall(text) if is_name(name)}
        said = dict.fromkeys((form for word in words for form in word.forms), _MERE_WORD)
        said |= dict.fromkeys(written, 1.0)
        said |= {word.said: 1.0 for word in words if len(words) == 1 or not word.forms}
        count = self._cards.count
        for name, sureness in said.items():
            held = self._cards.named(name)
            for number, weight in held.items():
                scores[number] += sureness * weight * math.log(1 + count / len(held))

    def _deciding(
        self, card: Card, number: int, words: Sequence[_Word], years: frozenset[int]
    ) -> tuple[str, ...]:
        """The words of the library that a query's words met in this paper."""
        there = set(card.title.split()).union(*(name.split() for name in card.authors))
        met = [next((form for form in word.forms if form in there), "") for word in words]
        met += [
            w.said
            for w, form in zip(words, met, strict=True)
            if not form and number in self._cards.named(w.said)
        ]
        met += [str(year) for year in years if card.year == year]
        return tuple(dict.fromkeys(word for word in met if word))


def _least_wanted(rated: Sequence[tuple[float, int, Card]], k: int) -> float:
    """The score from which a paper is among the best `k` that are worth a look."""
    worth = _WORTH_A_LOOK * rated[0][0]
    return max(worth, rated[k - 1][0]) if len(rated) >= k else worth


def _likeness(query: tuple[str, str], title: str) -> float:
    """How alike a query and a whole title are, 0..0.5: order, and what is left unsaid.

    `query` is its telling words, and all of it: who types half a title types "of the" too.
    """
    asked, everything = query
    kept = " ".join(w for w in title.split() if w not in STOP_WORDS)
    order = fuzz.partial_ratio(asked, kept) / 100 if asked and kept else 0.0
    whole = fuzz.token_set_ratio(asked, kept) / 100 if asked and kept else 0.0
    length = min(1.0, len(asked) / max(len(kept), 1))
    inside = f" {everything} " in f" {title} "
    at_border = inside and (title.startswith(everything) or title.endswith(everything))
    return 0.15 * order + 0.1 * whole + 0.05 * length + 0.15 * inside + 0.05 * at_border


def _largest(scores: Floats, n: int) -> list[int]:
    """Places of the `n` largest scores above 0, the largest first."""
    places = np.flatnonzero(scores)
    if len(places) > n:
        places = places[np.argpartition(scores[places], -n)[-n:]]
    order = np.lexsort((places, -scores[places]))
    return [int(i) for i in places[order]]
