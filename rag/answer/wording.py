"""A text as words in their order: clauses, what is denied in them, which words are kin.

The other checks of claims stand on this. It knows English wording and nothing of any field.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rag.base.text import STOP_WORDS, abbreviations, stem

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_][^\W_]*(?:['’][a-z]+)?|[^\w\s]")
_PLAIN = str.maketrans("’–—−", "'---")
_LATEX = re.compile(r"\\(?:textbf|textit|emph|text|mathrm|mathbf|rm|bf|it)\b|[${}]|\\(?=%)")
_CLAUSE_ENDS = frozenset(",;:.!?()[]")
_CONTRASTS = frozenset("whereas while but although though however yet despite".split())
_DENYING = frozenset(
    "not no never neither nor without cannot none nothing hardly barely rarely seldom unable "
    "absent avoid avoids avoided avoiding lack lacks lacked lacking fail fails failed failing "
    "absence impossible ignore ignores ignoring ignored neglect neglects neglecting "
    "eliminate eliminates eliminating eliminated remove removes removing removed unlike exclude "
    "excludes excluding excluded refuse refuses prevent prevents preventing prevented unaware "
    "bypass bypasses bypassing obviate obviates obviating vanish vanishes vanished nobody "
    "elimination removal exclusion avoidance prevention omit omits omitted omitting omission "
    "nowhere spared unnecessary refute refutes refuted disprove disproves reject rejects "
    "contradict contradicts contradicted contradicting contrary incorrect wrong wrongly invalid "
    "invalidate invalidates invalidated invalidating".split()
)
_INSTEAD = frozenset({("rather", "than"), ("instead", "of"), ("free", "of")})
_DENIED_WORDS = 8  # what a "not" reaches, in words of its clause
_HANGS = 2  # the clause between commas, and the one that goes on
_SELDOM = frozenset("rarely seldom hardly barely".split())
_ITEM = 3  # words of one item of a list
_NO_DENIAL = frozenset(
    {("not", "only"), ("no", "less"), ("no", "more"), ("not", "just"), ("no", "longer")}
)
_KIN_SHARE, _KIN_LETTERS = 0.62, 4  # common beginning of kin words: "retriev", "retrieval"
_LIGHT = frozenset(
    stem(word)
    for word in (
        "use method approach paper study work result show propose present model technique new "
        "novel find finding also can may able allow enable provide achieve give make take well "
        "based order way thing aspect case various several many different introduce demonstrate "
        "describe using used author one two setting problem task system framework algorithm "
        "authors make makes made obtain obtained get gets yield perform report researchers "
        "investigate develop developed become becomes explore experiments experiment"
    ).split()
)
LIGHT_WORTH = 0.35  # words that nearly every paper says are worth this much of another


@dataclass(frozen=True, slots=True)
class Word:
    """One word in its place. `denied` when a "not", "without" … of its clause reaches it."""

    text: str
    stem: str
    clause: int
    denied: bool = False

    @property
    def tells(self) -> bool:
        """False for stop words, numbers and words of denial."""
        low = self.text.casefold()
        return low not in STOP_WORDS and low not in _DENYING and any(map(str.isalpha, low))


@functools.lru_cache(maxsize=20_000)
def wording(text: str) -> tuple[Word, ...]:
    """The words of a text in order, each with its clause and whether it is denied."""
    return tuple(_with_denials(list(_words(text))))


def _words(text: str) -> Iterator[Word]:
    clause = 0
    plain = _LATEX.sub(" ", text).translate(_PLAIN)
    for token in _TOKEN.findall(plain):
        low = token.casefold()
        if token in _CLAUSE_ENDS or low in _CONTRASTS:
            clause += 1
        if token[0].isalnum():
            base = low.removesuffix("'s")
            if base.endswith("n't"):
                yield Word("not", "not", clause)
            else:
                yield Word(token.removesuffix("'s"), stem(base), clause)


def _with_denials(words: list[Word]) -> Iterator[Word]:
    reach, clause = 0, -1
    hangs = 0  # clauses into which a denial at the end of its own reaches: "can not, if small, do"
    for i, word in enumerate(words):
        low = word.text.casefold()
        following = words[i + 1].text.casefold() if i + 1 < len(words) else ""
        if word.clause != clause and low not in ("or", "nor") and not (reach and _lists(words, i)):
            hangs = _HANGS if reach == _DENIED_WORDS else hangs - 1
            reach = reach if hangs > 0 else 0
        clause = word.clause
        yield Word(word.text, word.stem, word.clause, reach > 0)
        starts = _denies(low, following)
        if starts or (low, following) in _INSTEAD:
            undone = reach == _DENIED_WORDS  # "never fails", "not without": one undoes the other
            reach = 0 if undone else _DENIED_WORDS
        else:
            reach -= reach > 0


def _denies(word: str, following: str) -> bool:
    """Whether a word denies what follows; a "rarely activating" unit is a kind of unit."""
    is_kind = word in _SELDOM and following.endswith("ing")
    return word in _DENYING and (word, following) not in _NO_DENIAL and not is_kind


def _lists(words: list[Word], start: int) -> bool:
    """True where a clause is an item of a list that ends in "or": "no verifier, data or labels"."""
    run, clause = 0, words[start].clause
    for word in words[start:]:
        low = word.text.casefold()
        if low in ("or", "nor"):
            return True
        if low in ("and", "but"):
            return False
        if word.clause != clause:
            run, clause = 0, word.clause
        run += 1
        if run > _ITEM:
            return False
    return False


def telling_words(text: str) -> list[Word]:
    """The words that carry what a text says."""
    return [word for word in wording(text) if word.tells]


def denials(text: str) -> int:
    """How many words of denial a text has; "neither … nor" is one."""
    words = [word.text.casefold() for word in wording(text)]
    pairs = list(zip(words, [*words[1:], ""], strict=False))
    found = sum(_denies(a, b) or (a, b) in _INSTEAD for a, b in pairs)
    return found - min(words.count("neither"), words.count("nor"))


def worth(stemmed: str) -> float:
    """How much a word tells: less where it is one that nearly every paper says."""
    return LIGHT_WORTH if stemmed in _LIGHT else 1.0


@functools.lru_cache(maxsize=200_000)
def are_kin(word: str, other: str) -> bool:
    """True for the same stem, or two that begin alike: "stabl" and "stabil", not "form", "fort"."""
    if word == other:
        return True
    short, long = sorted((word, other), key=len)
    if len(short) < _KIN_LETTERS or len(long) - len(short) > 6:
        return False
    same = next(
        (i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    is_changed_ending = same >= len(short) - 1 and len(long) > len(short)  # "stabl", "stabil"
    likely = same > _KIN_LETTERS or is_changed_ending
    return likely and same >= _KIN_SHARE * len(long) and len(short) - same <= 2


def kin_in(word: str, others: Iterable[str]) -> str | None:
    """The first of the others that is kin to a word, itself before any."""
    held = others if isinstance(others, (set, frozenset, dict)) else list(others)
    if word in held:
        return word
    if len(word) < _KIN_LETTERS:
        return None
    beginning = word[:_KIN_LETTERS]
    return next((o for o in held if o.startswith(beginning) and are_kin(word, o)), None)


@functools.lru_cache(maxsize=4_000)
def short_forms(text: str) -> tuple[tuple[str, str], ...]:
    """The abbreviations that a text defines, as (short, long)."""
    return tuple(abbreviations(text).items())


@functools.lru_cache(maxsize=20_000)
def as_said_there(claim: str, text: str, paper_text: str) -> str:
    """A claim with the paper's abbreviations as a text of it has them, long or short.

    Of "least squares temporal difference learning works" beside "LSTD works": "LSTD works".
    """
    for short, long in short_forms(paper_text):
        has_long = long.casefold() in text.casefold()
        has_short = re.search(rf"\b{re.escape(short)}s?\b", text)
        if has_short and not has_long:
            claim = re.sub(rf"\b{re.escape(long)}(?=s?\b)", short, claim, flags=re.IGNORECASE)
        elif has_long and not has_short and long.casefold() not in claim.casefold():
            claim = re.sub(rf"\b{re.escape(short)}(?=s?\b)", long, claim)
    return claim


def spelled_out(sentence: str, paper_text: str) -> str:
    """A sentence with the long forms of the paper's abbreviations behind it, and the reverse."""
    added = []
    for short, long in short_forms(paper_text):
        if re.search(rf"\b{re.escape(short)}s?\b", sentence):
            added.append(long)
        elif long.casefold() in sentence.casefold():
            added.append(short)
    return ", ".join([sentence, *added])
