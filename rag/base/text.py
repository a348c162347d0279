"""Pure functions over text: cleaning, folding for comparison, words for BM25, sentence borders."""

from __future__ import annotations

import functools
import itertools
import operator
import re
import unicodedata
from collections.abc import Callable, Collection
from typing import TypeVar

# Invisible characters that can reorder or hide text: bidi embeddings, overrides and isolates,
# Unicode tags, byte order marks. Joiners (ZWJ, ZWNJ) stay: Persian and emoji need them.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f"
    "\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_LATEX_COMMAND = re.compile(r"\\(?:href\{[^{}]*\}|[a-zA-Z]+\*?|[^a-zA-Z\s])")
UNSPACED = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
"""The letters, as a regular expression has them in brackets, of Han, kana and Hangul.

No space parts them from a word of other letters: of "BERT는" the name is "BERT".
"""
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_WORD_OF_ANY = re.compile(rf"[^\W_{UNSPACED}]+(?:[-'’.][^\W_{UNSPACED}]+)*|[{UNSPACED}]+")
_NUMBER_WORD = re.compile(r"(\d+(?:\.\d+)*)[x×]?")  # "5.4x" and "$5.4\times$" are the same word
_NO_WORD = re.compile(r"\W+")
_ASCII_SPACED = {n: " " for n in range(128) if _NO_WORD.match(chr(n))}
_LETTER = re.compile(r"[^\W_]")
_INNER = "_-'.,+"  # marks that may stand inside a word, or a name such as "C++"
_ASCII_APART = {n: " " for n in range(128) if not (chr(n).isalnum() or chr(n) in _INNER)}
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")  # the comma first: so it is sought fast
_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)|\d+(?:\.\d+)?")
Made = TypeVar("Made")
_REMEMBERED = 100_000  # pieces of text between spaces
_LONGEST_REMEMBERED = 32  # characters; where no spaces are written, whole sentences are no pieces

STOP_WORDS = frozenset(
    "a about above after again against all also am an and any are as at be because been before "
    "being below between both but by can could did do does doing down during each few for from "
    "further had has have having he her here hers him his how i if in into is it its itself just "
    "me more most my no nor not of off on once only or other our ours out over own same she should "
    "so some such than that the their theirs them then there these they this those through to too "
    "under until up very was we were what when where which while who whom why will with would you "
    "your yours".split()
)


def clean_text(raw: str) -> str:
    """Text as it is stored: NFC, Unix line ends, no control, bidi-override or tag characters."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text)).strip()


def clean_line(raw: str) -> str:
    """Like `clean_text`, on one line with single spaces."""
    return " ".join(clean_text(raw).split())


def fold(text: str) -> str:
    """Text for comparing names and titles: no case, accents, LaTeX commands or punctuation."""
    if text.isascii() and "\\" not in text:  # nearly always, and six times as fast
        return " ".join(text.lower().translate(_ASCII_SPACED).split())
    text = _LATEX_COMMAND.sub(" ", text) if "\\" in text else text
    decomposed = unicodedata.normalize("NFKD", _DASHES.sub("-", text))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return " ".join(_NO_WORD.sub(" ", bare).split())


def words(text: str) -> list[str]:
    """Stemmed words in order, stop words kept; a hyphened word gives its parts and the whole.

    "Pre-training" gives "pre", "train" and "pretrain", so that both spellings meet.
    """
    found = map(_STEMS.__getitem__, pieces(_without_commands(text)))
    return list(itertools.chain.from_iterable(found))


def stems(text: str, cut: Collection[str] | None = None) -> set[str]:
    """`words`, each once; `cut` are the `pieces` of the text where they are known."""
    if cut is None or "\\" in text:
        cut = set(pieces(_without_commands(text)))
    return set(itertools.chain.from_iterable(map(_STEMS.__getitem__, cut)))


def content_words(text: str) -> list[str]:
    """`words` without stop words."""
    tokens = itertools.chain.from_iterable(map(_tokens, pieces(_without_commands(text))))
    cut = itertools.starmap(zip, map(_parts_and_stems, tokens))
    return [stem for part, stem in itertools.chain.from_iterable(cut) if part not in STOP_WORDS]


def pieces(text: str) -> list[str]:
    """A text cut where no word reaches over: into words with marks that may belong to them."""
    if text.isascii():  # nearly always; what is left is met again sooner than "(words)," is
        text = text.translate(_ASCII_APART).replace(", ", " ").replace(". ", " ")
    return text.split()


def _without_commands(text: str) -> str:
    return _LATEX_COMMAND.sub(" ", text) if "\\" in text else text


def _tokens(piece: str) -> list[str]:
    """The words of a piece as written, in lower case."""
    plain = piece if piece.isascii() else unicodedata.normalize("NFKC", _DASHES.sub("-", piece))
    word = _WORD if piece.isascii() else _WORD_OF_ANY
    return word.findall(_THOUSANDS.sub("", plain.casefold()))


class Remembered(dict[str, Made]):
    """What is made of pieces of text: most of a text are pieces that were met before."""

    def __init__(self, make: Callable[[str], Made]) -> None:
        self._make = make

    def __missing__(self, piece: str) -> Made:
        made = self._make(piece)
        if len(piece) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[piece] = made
        return made


def _stems_of(piece: str) -> tuple[str, ...]:
    if piece.isascii() and piece.isalpha():  # nearly always, and decided at once
        return (stem(piece.lower()),)
    stemmed = map(operator.itemgetter(1), map(_parts_and_stems, _tokens(piece)))
    return tuple(itertools.chain.from_iterable(stemmed))


_STEMS = Remembered(_stems_of)


@functools.lru_cache(maxsize=50_000)
def _parts_and_stems(token: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A word's parts and, if it has several, the whole; and the stem of each."""
    if token.isalpha():  # nearly always, and decided at once
        return (token,), (stem(token),)
    whole = token.replace("’", "'")
    if whole.endswith("'s"):
        whole = whole[:-2]
    number = _NUMBER_WORD.fullmatch(whole)
    parts = [number.group(1)] if number else [p for p in re.split(r"[-'.]", whole) if p]
    if len(parts) > 1:
        parts.append("".join(parts))
    return tuple(parts), tuple(map(stem, parts))


_ISE = re.compile(r"(?<=\w[^vcao])is(e[sdr]?|ing|ations?)$")  # normalise; not supervise, noise
_OUR = re.compile(r"(?<=\w\w\w)our(s|ed|ing|al|able)?$")  # behaviour, neighbouring


@functools.cache
def _stemmer() -> object:
    import Stemmer  # compiled Snowball; loaded on first use to keep start-up light

    return Stemmer.Stemmer("english", 0)  # no cache of its own: `stem` remembers


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The Snowball English stem of a lower-case word; British and American spelling give one."""
    american = _ISE.sub(r"iz\1", word) if "is" in word else word
    american = _OUR.sub(r"or\1", american) if "our" in american else american
    return str(_stemmer().stemWord(american))  # type: ignore[attr-defined]


def numbers(text: str) -> list[str]:
    """The numbers in a text, without thousands separators: "400,000" gives "400000"."""
    plain = text.replace("{,}", ",")
    return [m.group().replace(",", "") for m in _NUMBER.finditer(plain)]


# --- abbreviations ---------------------------------------------------------------------------

_SHORT_FORM = re.compile(r"\(([A-Za-z][\w.+-]{1,14})\)")


def abbreviations(text: str) -> dict[str, str]:
    """Short forms that a text defines, with their long forms: {"CBS": "critical batch size"}.

    After Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in
    biomedical text" (2003): the letters of the short form are sought from right to left in the
    words before the bracket, the first of them at the beginning of a word.
    """
    found: dict[str, str] = {}
    for match in _SHORT_FORM.finditer(text):
        short = match.group(1)
        if sum(c.isupper() for c in short) < 2:
            continue
        singular = short[:-1] if short.endswith("s") else short
        before = text[max(0, match.start() - 120) : match.start()].rstrip()
        window = " ".join(before.split()[-(len(singular) * 2) :])
        long_form = _long_form(singular, window)
        if long_form:
            found[singular] = long_form
    return found


def _long_form(short: str, before: str) -> str | None:
    letters = [c.lower() for c in short if c.isalnum()]
    position = len(before)
    for i, letter in reversed(list(enumerate(letters))):
        position = before.lower().rfind(letter, 0, position)
        while i == 0 and position > 0 and before[position - 1].isalnum():
            position = before.lower().rfind(letter, 0, position)
        if position < 0:
            return None
    return before[position:]


# --- sentences -------------------------------------------------------------------------------

# What is common to all three ways to end comes first: so it is sought fast.
_BORDER = re.compile(r"[.!?\n](?:(?<=[.!?])[\"'”’)\]}]*(?=\s|$)|(?<=\n)\s*\n|(?<=[:;]\n))")
_ABBREVIATIONS = frozenset(
    "al cf e.g i.e eg ie viz vs v resp fig figs eq eqs eqn sec sect ch no nos vol pp p approx ca "
    "dr prof mr mrs ms st jr sr inc ltd co corp dept univ ed eds est ref refs tab thm lem prop def "
    "alg w.r.t wrt i.i.d a.k.a aka etal ph.d".split()
)
# A single capital before a stop is an initial ("J. Smith") unless such a word follows.
_STARTERS = frozenset(
    "the a an we our in on this these it its they to for by with however here both using when "
    "while although moreover furthermore finally thus therefore as at from one two such "
    "unlike".split()
)
_TOKEN_START = re.compile(r"[\s(\[{\"'“‘~]")
_LONGEST_TOKEN = 40  # characters before a stop that are looked at
_NEXT_TOKEN = re.compile(r"\s*[\"'“‘(\[]*([^\s]+)")
_FORMULA = re.compile(r"(?<!\\)\$[^$]{1,400}?(?<!\\)\$")
_BRACKET = re.compile(r"[()\[\]]")
_MAX_PARENTHESIS = 400  # characters; an unclosed bracket must not swallow the rest of a text


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets (start, end) of the sentences of a text, in order, without surrounding space.

    Formulas between dollars, decimals, abbreviations, initials and short parentheses are not cut.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    closed = _protected(text)
    for match in _BORDER.finditer(text):
        end = match.end()
        if closed[min(match.start(), len(text) - 1)] or not _is_border(text, match):
            continue
        _append_span(spans, text, start, end)
        start = end
    _append_span(spans, text, start, len(text))
    return spans


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [text[a:b] for a, b in sentence_spans(text)]


def _append_span(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    start += len(piece) - len(piece.lstrip())
    if _LETTER.search(stripped):
        spans.append((start, start + len(stripped)))
    elif spans and stripped:  # stray closing marks belong to the sentence before
        spans[-1] = (spans[-1][0], start + len(stripped))


def _is_border(text: str, match: re.Match[str]) -> bool:
    mark = match.group()
    if "\n" in mark:
        return True
    following = _NEXT_TOKEN.match(text, match.end())
    if following is None:
        return True
    next_word = following.group(1)
    on_new_line = "\n" in text[match.end() : following.start(1)]
    if next_word[0].islower() and not on_new_line and not _is_inner_capital(next_word):
        return False
    if mark[0] != ".":
        return True
    before = text[max(0, match.start() - _LONGEST_TOKEN) : match.start()]
    return not _is_abbreviation(_TOKEN_START.split(before)[-1], next_word)


def _is_inner_capital(word: str) -> bool:
    """Names such as "mT5" or "iPhone" may open a sentence."""
    return len(word) > 1 and word[1].isupper()


def _is_abbreviation(last: str, next_word: str) -> bool:
    """Whether the stop after a word belongs to it, by the word that follows."""
    is_initial = len(last) == 1 and last.isalpha() and last.isupper()
    is_listed = last.casefold().strip(".") in _ABBREVIATIONS
    if not is_initial and not is_listed:
        return False
    starts = re.sub(r"\W", "", next_word).casefold() in _STARTERS
    # "et al. The ..." may end a sentence; "e.g. The" never does.
    return not (starts and (last.casefold() in {"al", "etc"} or not is_listed))


def _protected(text: str) -> bytearray:
    """Marks for characters inside a formula or a short parenthesis."""
    marks = bytearray(len(text) + 1)
    for match in _FORMULA.finditer(text) if "$" in text else ():
        marks[match.start() : match.end() - 1] = b"\1" * (match.end() - 1 - match.start())
    opened: list[int] = []
    for bracket in _BRACKET.finditer(text):
        i = bracket.start()
        if bracket.group() in "([":
            opened.append(i)
        elif opened:
            first = opened.pop()
            if i - first <= _MAX_PARENTHESIS:
                marks[first:i] = b"\1" * (i - first)
    return marks
