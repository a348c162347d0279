"""Which papers a few words mean: an author, a piece of a title, a name, a year, an identifier.

Everything is found in the records, without a model, and with the words that decided. Misspelt
words count for the library's word that is an edit or two away. Sentences whose source is sought
are left to `rag.search`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from rag.base.latex import readable
from rag.base.text import STOP_WORDS, abbreviations, fold
from rag.base.types import Paper

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]

_SHORTLIST = 300  # papers whose titles are compared with the query as a whole
_LONG, _VERY_LONG = 4, 8  # letters from which a word may be one or two edits off
_FEWEST_LETTERS = 4  # of a beginning that stands for a word
_RARE = 2  # times that a word is held, up to which it may be a misspelling of the record's
_COMMONER = 10  # times as often as the misspelt word is the right one held
_MOST_FORMS = 8  # known words that a misspelt one may stand for
_ALL_MET = 0.7  # score of a paper that has all words of a query
_MERE_WORD = 0.2  # how surely a word in small letters is the name that reads like it
_WORTH_A_LOOK = 0.6  # of the best score, from which another paper may be the one that was meant
_INTRODUCED, _TITLE_HEAD, _IN_TITLE = 0.7, 1.0, 0.5  # how surely a name means a paper
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+", re.IGNORECASE)
_ARXIV = re.compile(r"(?<![\d.])(\d{4}\.\d{4,5}|[a-z][a-z.-]+/\d{7})(?:v\d+)?(?!\d)", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_KEY = re.compile(r"[@\w:./+-]+")
_NAME = re.compile(r"[^\W_]\w*(?:[-.+][^\W_]\w*)*\+*")
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
    """The words of a library's records; made once for each state of it."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._ids: list[str] = []
        self._titles: list[str] = []
        self._authors: list[tuple[frozenset[str], ...]] = []
        self._dates: list[str] = []
        self._identifiers: dict[str, list[int]] = {}
        self._names: dict[str, dict[int, float]] = {}
        in_titles: defaultdict[str, list[int]] = defaultdict(list)
        in_authors: defaultdict[str, list[int]] = defaultdict(list)
        for place, paper in enumerate(papers):
            self._take(place, paper)
            for word in set(self._titles[place].split()):
                in_titles[word].append(place)
            for word in frozenset().union(*self._authors[place]):
                in_authors[word].append(place)
        self._in_titles = {word: np.array(at, np.int32) for word, at in in_titles.items()}
        self._in_authors = {word: np.array(at, np.int32) for word, at in in_authors.items()}
        self._years = np.array([int(date[:4] or 0) for date in self._dates], np.int32)
        self._vocabulary = sorted({*in_titles, *in_authors})
        self._by_length: dict[int, list[str]] = {}
        for word in self._vocabulary:
            self._by_length.setdefault(len(word), []).append(word)

    def find(self, text: str, k: int = 10) -> list[Match]:
        """The papers that a text means, best first: at most `k`, but all of an author's.

        Scores run from 0 to 1; below 0.6, the text was hardly understood as words of a record.
        """
        exact = self._identified(text)
        if exact:
            return [Match(self._ids[i], 1.0, (said,)) for i, said in exact]
        words, years = self._words(text)
        if not years and not any(word.forms or word.said in self._names for word in words):
            return []
        by_author = self._all_by_author(words, years)
        if by_author:
            return by_author
        return self._ranked(text, words, years, k)

    # --- what is known ---------------------------------------------------------------------------

    def _take(self, place: int, paper: Paper) -> None:
        self._ids.append(paper.id)
        self._titles.append(fold(readable(paper.title)))
        self._authors.append(tuple(frozenset(fold(name).split()) for name in paper.authors))
        self._dates.append(paper.date or "")
        keys = [s.where.partition(", ")[2] for s in paper.sources]
        for name in (paper.doi, paper.arxiv_id, paper.url, paper.citekey, paper.id, *keys):
            if name:
                self._identifiers.setdefault(_identifier(name), []).append(place)
        for name, weight in _names_of(paper):
            held = self._names.setdefault(name, {})
            held[place] = max(weight, held.get(place, 0.0))

    def _identified(self, text: str) -> list[tuple[int, str]]:
        """Papers by their DOI, arXiv number, address, citekey or id, wherever it stands."""
        said = [found.group() for p in (_DOI, _ARXIV, _URL) for found in p.finditer(text)]
        said += [word for word in _KEY.findall(text) if any(map(str.isdigit, word))]
        if _KEY.fullmatch(text.strip()):
            said.append(text.strip())
        found: dict[int, str] = {}
        for name in said:
            for place in self._identifiers.get(_identifier(name), ()):
                found.setdefault(place, name)
        return list(found.items())

    # --- what is asked ---------------------------------------------------------------------------

    def _words(self, text: str) -> tuple[list[_Word], frozenset[int]]:
        """The telling words of a query, and its years."""
        said = fold(readable(text)).split()
        telling = [w for w in said if w not in STOP_WORDS and w not in _CUES] or [
            w for w in said if w in self._in_titles
        ]
        years = frozenset(int(w) for w in telling if _YEAR.fullmatch(w))
        words = [_Word(w, self._forms(w)) for w in dict.fromkeys(telling) if not _YEAR.fullmatch(w)]
        titled = [
            _Word(w, {w: 1.0}) for w in telling if _YEAR.fullmatch(w) and w in self._in_titles
        ]
        return words + titled, years

    def _forms(self, word: str) -> Mapping[str, float]:
        held = self._spread(word)
        if held > _RARE:
            return {word: 1.0}
        forms = dict.fromkeys(self._beginning_with(word), 0.8) | self._spelt_like(word, held)
        return {**forms, word: 1.0} if held else forms

    def _spread(self, word: str) -> int:
        """In how many titles and author lists a word stands."""
        return sum(len(p.get(word, ())) for p in (self._in_titles, self._in_authors))

    def _beginning_with(self, word: str) -> Sequence[str]:
        """Words of which a beginning was typed."""
        if len(word) < _FEWEST_LETTERS:
            return ()
        start = bisect_left(self._vocabulary, word)
        end = bisect_left(self._vocabulary, word + "\uffff")
        return self._vocabulary[start:end] if end - start <= _MOST_FORMS else ()

    def _spelt_like(self, word: str, held: int = 0) -> dict[str, float]:
        """Words a slip or two away; nearer ones leave no room for farther ones.

        A word that is `held` itself may be one that a record misspells, so commoner ones count.
        """
        edits = 0 if len(word) < _LONG else 1 if len(word) < _VERY_LONG or held else 2
        nearest: dict[str, int] = {}
        for length in range(len(word) - edits, len(word) + edits + 1) if edits else ():
            known = self._by_length.get(length, ())
            found = process.extract(
                word, known, scorer=OSA.distance, score_cutoff=edits, limit=_MOST_FORMS
            )
            nearest |= {other: int(distance) for other, distance, _ in found if distance}
        likely = {w: d for w, d in nearest.items() if self._spread(w) >= _COMMONER * held}
        least = min(likely.values(), default=0)
        return {other: 1.0 - 0.15 * d for other, d in likely.items() if d == least}

    # --- who is meant ----------------------------------------------------------------------------

    def _all_by_author(self, words: Sequence[_Word], years: frozenset[int]) -> list[Match]:
        """All papers by the author that the whole query names, newest first."""
        if not words or any(form in self._in_titles for w in words for form in w.forms):
            return []
        forms = [{f for f in w.forms if f in self._in_authors} for w in words]
        if not all(forms):
            return []
        places = set.intersection(
            *({int(i) for f in of for i in self._in_authors[f]} for of in forms)
        )
        mine = [
            i
            for i in places
            if any(all(name & of for of in forms) for name in self._authors[i])
            and (not years or int(self._years[i]) in years)
        ]
        said = tuple(word.said for word in words)
        mine.sort(key=lambda i: (self._dates[i], self._ids[i]), reverse=True)
        return [Match(self._ids[i], 1.0, said) for i in mine]

    def _ranked(
        self, text: str, words: Sequence[_Word], years: frozenset[int], k: int
    ) -> list[Match]:
        scores = np.zeros(len(self._ids), np.float32)
        total = 0.0
        for word in words:
            gained, most = self._gained(word)
            scores += gained
            total += most
        self._add_names(text, words, scores)
        if years:
            scores[np.isin(self._years, list(years))] += 2.0
            total += 2.0
        best = _largest(scores, _SHORTLIST)
        asked = (" ".join(word.said for word in words), fold(readable(text)))
        refined = [
            (float(scores[i]) / max(total, 1e-6) + self._likeness(asked, i), i) for i in best
        ]
        refined.sort(key=lambda pair: (-pair[0], self._ids[pair[1]]))
        refined = [(score, i) for score, i in refined if score > _WORTH_A_LOOK * refined[0][0]]
        return [self._match(i, score, words, years) for score, i in refined[:k]]

    def _match(
        self, place: int, score: float, words: Sequence[_Word], years: frozenset[int]
    ) -> Match:
        """A paper with its words; one that has them all was meant, however the rest compares."""
        deciding = self._deciding(place, words, years)
        least = _ALL_MET if len(deciding) >= len(words) + len(years) else 0.0
        return Match(self._ids[place], round(min(1.0, max(least, score / 1.5)), 4), deciding)

    def _gained(self, word: _Word) -> tuple[Floats, float]:
        """What a word adds to each paper, and the most that it could."""
        gained = np.zeros(len(self._ids), np.float32)
        most = (
            0.0 if word.forms else math.log(1 + len(self._ids))
        )  # nobody has it: it counts against
        for form, sureness in word.forms.items():
            for postings in (self._in_titles, self._in_authors):
                places = postings.get(form)
                if places is not None:
                    worth = sureness * math.log(1 + len(self._ids) / len(places))
                    gained[places] = np.maximum(gained[places], worth)
                    most = max(most, worth)
        return gained, most

    def _add_names(self, text: str, words: Sequence[_Word], scores: Floats) -> None:
        """Lift the papers that a name in the text stands for, the less the more share it.

        Among other words, one that is not written as a name may be a mere word: "heat" is not HEAT.
        """
        written = {_name_key(name) for name in _NAME.findall(text) if _is_name(name)}
        said = dict.fromkeys((form for word in words for form in word.forms), _MERE_WORD)
        said |= dict.fromkeys(written, 1.0)
        said |= {word.said: 1.0 for word in words if len(words) == 1 or not word.forms}
        for name, sureness in said.items():
            held = self._names.get(name, {})
            for place, weight in held.items():
                scores[place] += sureness * weight * math.log(1 + len(self._ids) / len(held))

    def _likeness(self, query: tuple[str, str], place: int) -> float:
        """How alike a query and the whole title are, 0..0.5: order, and what is left unsaid.

        `query` is its telling words, and all of it: who types half a title types "of the" too.
        """
        asked, everything = query
        title = self._titles[place]
        kept = " ".join(w for w in title.split() if w not in STOP_WORDS)
        order = fuzz.partial_ratio(asked, kept) / 100 if asked and kept else 0.0
        whole = fuzz.token_set_ratio(asked, kept) / 100 if asked and kept else 0.0
        length = min(1.0, len(asked) / max(len(kept), 1))
        inside = f" {everything} " in f" {title} "
        at_border = inside and (title.startswith(everything) or title.endswith(everything))
        return 0.15 * order + 0.1 * whole + 0.05 * length + 0.15 * inside + 0.05 * at_border

    def _deciding(
        self, place: int, words: Sequence[_Word], years: frozenset[int]
    ) -> tuple[str, ...]:
        """The words of the library that a query's words met in this paper."""
        there = set(self._titles[place].split()).union(*self._authors[place])
        met = [next((form for form in word.forms if form in there), "") for word in words]
        met += [
            w.said
            for w, form in zip(words, met, strict=True)
            if not form and place in self._names.get(w.said, ())
        ]
        met += [str(year) for year in years if int(self._years[place]) == year]
        return tuple(dict.fromkeys(word for word in met if word))


def _largest(scores: Floats, n: int) -> list[int]:
    """Places of the `n` largest scores above 0."""
    all_of_them = np.arange(len(scores))
    places = np.argpartition(scores, -n)[-n:] if len(scores) > n else all_of_them
    return [int(i) for i in places if scores[i] > 0]


def _identifier(name: str) -> str:
    """How identifiers are compared: without case, address, version and closing marks."""
    bare = re.sub(r"^(?:https?://)?(?:www\.|dx\.)?", "", name.strip().lower().lstrip("@"))
    bare = re.sub(r"^(?:doi\.org/|doi:|arxiv\.org/(?:abs|pdf)/|arxiv:)", "", bare)
    return re.sub(r"(?:\.pdf|v\d+|[/.,;)]+)+$", "", bare)


def _name_key(name: str) -> str:
    singular = name[:-1] if name.endswith("s") and name[-2:-1].isupper() else name
    return fold(singular)


def _is_name(word: str) -> bool:
    """Whether a word is written as names of methods are: "ReLoRA", "GPT-4", "mT5"."""
    return any(c.isupper() for c in word[1:]) or (any(map(str.isdigit, word)) and len(word) > 2)


def _names_of(paper: Paper) -> Iterable[tuple[str, float]]:
    """Names that mean this paper: before the colon of its title, odd words, what it abbreviates."""
    head, colon, _ = paper.title.partition(":")
    if colon and len(head.split()) <= 4:
        yield _name_key(head), _TITLE_HEAD
    for word in _NAME.findall(paper.title):
        if _is_name(word):
            yield _name_key(word), _IN_TITLE
    for short in abbreviations(paper.abstract):
        yield _name_key(short), _INTRODUCED
