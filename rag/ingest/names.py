"""How much a text looks like one person's name, and where a word shows a seam inside.

No lists of names: shapes of words, and what the rest of the page shows (`Evidence`). Points are
summed by `byline`, which weighs a name against the title that would be left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

MAX_NAME = 90  # characters
MAX_WORDS = 8  # in a name
MAX_EVIDENCE = 300_000  # words or names kept of one file; a page has some thousand

# Points. A fit on 12,000 real records ordered and sized them; they are rounded to what can be
# explained. The seam is the place where a title touches its first author.
_KNOWN_NAME = 4.0  # the page prints this name after a comma, where only names stand
_KNOWN_PART = 1.0  # ... or its first word, in another name
_LENGTHS = {1: -2.2, 2: 1.0, 3: 0.4, 4: -0.6}  # words in a name; all initials count as one
_LONG_NAME = -2.0  # and for each word more than five again
_INITIAL_FIRST = 0.5
_LOWER_WORD = -4.0  # unless it is a particle
_COMMON_WORD = -0.8  # a word that abstracts use in lower case
_CAPITALS = -1.0  # a word in capitals
_CAPITALS_SHORT = -0.4  # "FP Keenan", "MD Rahman"
_CAPITALS_STOP = -2.0  # "VB. Smith" after "4 Ge": the initial is B
_ODD_WORD = -3.0  # brackets, quotes, slashes
SEAM_KNOWN = -4.0  # a seam left inside a word, after a word that the page uses
SEAM_NAME = -2.4  # ... after anything else, inside a name: "MohammadTaghi" is rare
SEAM_TITLE = -1.4  # ... inside a title: "LiDAR", "LoRA" are common
_SEAM_LONG = -2.6  # ... there, after more than six letters, or a digit: "ChemistryGiovanni"
_SEAM_CAPITALS = -3.4  # ... inside a name, after a capital: "FOAMCyrille"

_PARTICLES = (
    "van von der den de del della di da dos das du do la le las los el al bin ibn ben ten ter te "
    "zu zur af av ud ul e y i"
)
PARTICLES = frozenset(_PARTICLES.split())
# What may stand before a capital inside one family name: McAuley, DeVries, LeCun, O'Brien.
PREFIX = re.compile(
    r"(?:Ma?c|De|Del|Della?|Di|Da|Du|Des|La|Le|Van|Von|Vande|Ver|Fitz|St|San|Sant['’]|Al|El|Abd|"
    r"Abdel|Ben|Ali|[ODLN]['’]|D[ae]ll['’])"
)
TOKEN = re.compile(r"[^\W_]+")
NEVER_IN_NAMES = re.compile(r"[:;?!$\\{}\[\]|<>=@#%&+_^~\d…]")
_INITIALS = re.compile(r"[-‐]?(?:[^\W\d_]\.[-‐]?)+|[^\W\d_]\.?")
_LOWER_PREFIX = re.compile(
    r"(?:d['’]|de|del|di|da|du|la|le|van|von|al-|el-|bar-|ben-)(?=[^\W\d_a-zß-ÿ])"
)
_NAME_WORD = re.compile(r"[^\W\d_]+(?:[-‐'’.`´ʼ][^\W\d_]+)*[.'’`]?")
_SEAM_PIECE = re.compile(r"[\w'’]+")
_CLOSED_SEAM = re.compile(r"[?!)\]”\"][^\W\d_a-z]")


@dataclass(slots=True)
class Evidence:
    """What the rest of a page shows: words of abstracts, and names printed where only names are."""

    words: set[str] = field(default_factory=set)  # as printed, and lower-cased
    common: set[str] = field(default_factory=set)  # seen in lower case
    names: set[str] = field(default_factory=set)
    name_parts: set[str] = field(default_factory=set)

    def add_text(self, text: str) -> None:
        """Take in the words of an abstract."""
        if len(self.words) > MAX_EVIDENCE:
            return
        for word in TOKEN.findall(text):
            self.words.update((word, word.lower()))
            if word.islower():
                self.common.add(word)

    def add_name(self, name: str) -> None:
        """Take in a name that stands where only names stand, if it looks like one."""
        if len(self.names) <= MAX_EVIDENCE and name_points(name, NOTHING) is not None:
            self.names.add(name)
            self.name_parts.update(word for word in name.split() if len(word) > 2)

    def knows(self, word: str) -> bool:
        """Whether an abstract uses the word, in either number."""
        low = word.lower()
        return low in self.words or low.removesuffix("s") in self.words or low + "s" in self.words

    def ends_in_word(self, text: str) -> bool:
        """Whether the last word of a text is one that an abstract uses."""
        found = TOKEN.findall(text[-60:])
        return bool(found) and len(found[-1]) > 2 and self.knows(found[-1])


NOTHING = Evidence()


def name_points(name: str, known: Evidence) -> float | None:
    """How much a text looks like one person's name; None if it cannot be one."""
    parts = name.split()
    if not parts or len(parts) > MAX_WORDS or len(name) > MAX_NAME:
        return None
    if NEVER_IN_NAMES.search(name) or all(_INITIALS.fullmatch(part) for part in parts):
        return None
    points = _length_points(parts)
    if name in known.names:  # then its shape says nothing more: "danah boyd"
        return points + _KNOWN_NAME
    # A word alone may be an organisation, "OpenAI": capitals inside are as common as in titles.
    seam = SEAM_TITLE if len(parts) == 1 else SEAM_NAME
    points += sum(_word_points(part, known, seam) for part in parts)
    if parts[0] in known.name_parts:
        points += _KNOWN_PART
    if len(parts) > 1 and _INITIALS.fullmatch(parts[0]):
        points += _INITIAL_FIRST
    return points


def _length_points(parts: Sequence[str]) -> float:
    if len(parts) == 1 and all(is_caseless(c) for c in parts[0]):
        return _LENGTHS[2 if 2 <= len(parts[0]) <= 5 else 1]  # Chinese names are not spaced
    initials = sum(bool(_INITIALS.fullmatch(part)) for part in parts)
    particles = sum(part in PARTICLES for part in parts)
    count = len(parts) - particles - max(0, initials - 1)
    return _LENGTHS.get(max(1, count), _LONG_NAME * (1 + max(0, count - 5)))


def _word_points(word: str, known: Evidence, seam: float) -> float:
    """What one word costs a name; 0 for "Yann", "J.-P.", "van"."""
    bare = word.rstrip(",")
    if bare in PARTICLES or _INITIALS.fullmatch(bare):
        return 0.0
    if not _NAME_WORD.fullmatch(bare):
        return _ODD_WORD
    if bare[0].islower() and not _LOWER_PREFIX.match(bare):
        return _LOWER_WORD
    common = _COMMON_WORD if len(bare) > 2 and bare.lower() in known.common else 0.0
    if bare.isupper() and bare.endswith("."):
        return _CAPITALS_STOP
    if bare.isupper():
        return common + (_CAPITALS if len(bare) > 2 else _CAPITALS_SHORT)
    return common + sum(inner_seams(bare, known, seam))


def inner_seams(word: str, known: Evidence, cost: float) -> Iterator[float]:
    """What the seams inside a word cost: there is one true seam on a line, and it is not here."""
    closed = _CLOSED_SEAM.search(word)
    if closed:
        yield SEAM_KNOWN if closed.group()[0] in "?!" else cost
    for token in _SEAM_PIECE.findall(word):
        seams = [i for i in range(1, len(token)) if is_inner_seam(token, i)]
        is_plural_like = seams == [len(token) - 1]  # "ControlS." is not the word "controls"
        if token in known.words or (token.lower() in known.words and not is_plural_like):
            continue
        open_seams = [i for i in seams if not PREFIX.fullmatch(token, 0, i)]
        if open_seams:
            yield _inner_seam(token, open_seams, known, cost)


def _inner_seam(token: str, seams: Sequence[int], known: Evidence, cost: float) -> float:
    in_title = cost == SEAM_TITLE
    if in_title and token[seams[0] :].isupper():
        return cost  # "OpenFOAM": no name is glued to "Open"
    if in_title and all(known.ends_in_word(token[i:]) for i in seams):
        return cost  # "PageRank", where "rank" is a word: two words, and no name
    if any(known.ends_in_word(token[:i]) for i in seams):
        return SEAM_KNOWN
    if in_title:
        is_long = seams[0] > 6 or token[seams[0] - 1].isdigit()
        return _SEAM_LONG if is_long else cost
    return _SEAM_CAPITALS if token[seams[0] - 1].isupper() else cost


def is_inner_seam(token: str, i: int) -> bool:
    """Whether two words may be glued together before `token[i]`."""
    left, right, rest = token[i - 1], token[i], token[i + 1 :]
    if not right.isupper():
        return False
    if left.isupper():  # "BERTJohn", not "GANs"
        return rest[:1].islower() and rest != "s"
    if left.isdigit():  # "2014Mohammad", not "Me2NbCl3"
        return len(rest) > 2 and rest[:3].islower()
    return left.islower() or left in "'’"


def is_caseless(char: str) -> bool:
    """Whether a letter belongs to a script without capitals, such as Chinese or Arabic."""
    return char.isalpha() and not char.isupper() and not char.islower() and not char.istitle()
