"""Where a title ends and its authors begin, on a line that prints them without a separator.

`Matryoshka Representation LearningAditya Kusupati, Gantavya Bhatt, Aniket Rege et al. · uw` has
many places where a capital touches the word before it. Every such place is a candidate; points are
given for what stands on both sides, and the best candidate wins if its points are credible. There
are no lists of names or titles here: only shapes of words, and what the rest of the page shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.ingest.names import (
    MAX_NAME,
    NEVER_IN_NAMES,
    NOTHING,
    PARTICLES,
    PREFIX,
    SEAM_KNOWN,
    SEAM_TITLE,
    TOKEN,
    Evidence,
    inner_seams,
    is_caseless,
    is_inner_seam,
    name_points,
)

MAX_AUTHORS = 3  # a listing prints at most so many, then "et al."
MAX_LINE = 1_000  # characters; the longest of 50,000 real titles has 371, three names are < 150

# Points; see `names` for where they come from.
_CREDIBLE = -2.0  # below this a line has no split worth believing
_ET_AL_PRINTED = 1.0  # the line does end in authors
_KNOWN_END = 1.5  # the title's last word is used in an abstract of the page
_SHORT_END = -0.7  # the title would end in one or two letters that no abstract uses
_FUNCTION_END = -2.0  # the title would end in "of", "the", "with"
_CUT_PREFIX = -3.0  # the title would end in "Mc", "De"
_CUT_INITIALS = -3.0  # a seam inside a free-standing pair of capitals: "F|P Keenan"
_UNCLOSED = -3.0  # a bracket, quote or formula would be cut open
_ONE_WORD_TITLE = -0.3
_WHOLE_WORD = -3.0  # the page uses the word as one piece: "MatFormer" has no seam in it
_ONLY_ONE_WORD = -1.0  # one author, and one word
_SEAMS_MOST = -2.4  # all seams left in a title that follow no known word: "TaAs, TaP and NbP"
_SEAMS = {
    "lower-upper": 0.6,  # LearningAditya
    "capitals-name": -0.2,  # LLMJohn
    "capitals-initial": -0.4,  # BERTJ. Smith
    "capitals-bare-initial": -2.2,  # BERTJ Smith, but also GPU Programming
    "capitals-two-initials": -1.8,  # BERTRJ Smith
    "digit-upper": 0.2,  # GPT-4John
    "closing-upper": 0.6,  # Low?Rachit
    "quote-upper": 0.0,  # 'Universe'Ian
    "stop-upper": -1.0,  # Inc.John
    "script": 0.3,  # Learning王伟
    "particle": -1.5,  # Learningvan der Maaten
    "known": -1.5,  # anywhere, before a name that the page prints elsewhere
    "capitals-capitals": -3.0,  # GANRAMESH
    "joint-upper": -5.0,  # Pre-Training, (Deep
}

_MARKS = {
    **dict.fromkeys("'’", "quote-upper"),
    ".": "stop-upper",
    **dict.fromkeys("-‐‑–—/&~^_([{<“‘`«", "joint-upper"),
}
_FUNCTION = (
    "a an the of for and or nor in on with to by from at via as is are its their our into using "
    "under over between without through than that"
)
_FUNCTION_WORDS = frozenset(_FUNCTION.split())
_ET_AL = re.compile(r"[\s,]+et\.? al\.?,?$")
_ORGS = " · "
_SUFFIX = re.compile(r", (?=(?:Jr|Sr|II|III|IV)\b\.?(?:,|$))")
_PARTICLE_START = re.compile(r"([^\W\d_]{2,5}) (?=\S)")


@dataclass(frozen=True, slots=True)
class Byline:
    """A title line taken apart. `more_authors`: "et al." was printed."""

    title: str
    authors: tuple[str, ...]
    more_authors: bool
    orgs: tuple[str, ...]


def split(line: str, evidence: Evidence | None = None) -> Byline | None:
    """Take a title line (clean, on one line) apart; None when no split is credible."""
    if len(line) > MAX_LINE:
        return None
    known = evidence or NOTHING
    for head, more, orgs in _readings(line):
        scored = [(_points(c, known), c) for c in _candidates(head, more, known)]
        credible = [(points, c) for points, c in scored if points is not None]
        if not credible:
            continue
        points, best = max(credible, key=lambda pair: pair[0])
        if points >= _CREDIBLE:
            return Byline(best.title, (best.first, *best.others), more, orgs)
    return None


def authors_only(line: str) -> Byline | None:
    """A line that holds authors and no title, as a byline without one; None if it is not so."""
    if len(line) > MAX_LINE:
        return None
    head, more, orgs = next(_readings(line))
    pieces = _pieces(head)
    if not (more or orgs or len(pieces) > 1) or len(pieces) > MAX_AUTHORS:
        return None
    points = [name_points(piece, NOTHING) for piece in pieces]
    if any(p is None or p <= 0 for p in points):
        return None
    return Byline("", tuple(pieces), more, orgs)


def sure_names(line: str) -> tuple[str, ...]:
    """The names of a title line that need no split: before "et al.", after a comma."""
    head, more, _ = next(_readings(line))
    pieces = _pieces(head)
    return tuple(pieces[1 - MAX_AUTHORS :]) if more and len(pieces) >= MAX_AUTHORS else ()


def ends_like_authors(line: str) -> bool:
    """Whether a line ends in "et al.", with or without organisations after it."""
    return len(line) <= MAX_LINE and next(_readings(line))[1]


@dataclass(frozen=True, slots=True)
class _Candidate:
    title: str
    first: str  # the author whose name touches the title
    others: tuple[str, ...]
    seam: str
    others_points: float
    more: bool


def _readings(line: str) -> Iterator[tuple[str, bool, tuple[str, ...]]]:
    """(title and authors, "et al." printed, organisations), the likeliest reading first."""
    head, dot, tail = line.rpartition(_ORGS)
    if dot:
        orgs = tuple(org.strip() for org in tail.split(",") if org.strip())
        yield *_without_et_al(head), orgs
    yield *_without_et_al(line), ()


def _without_et_al(text: str) -> tuple[str, bool]:
    # The search is kept to the end of the line: the pattern would try every space of a long one.
    start = max(0, len(text) - 20)
    found = _ET_AL.search(text, start)
    return (text[: found.start()], True) if found else (text, False)


def _pieces(head: str) -> list[str]:
    """Split at commas, but not before "Jr."."""
    return [p.replace("\0", ", ") for p in _SUFFIX.sub("\0", head).split(", ")]


def _candidates(head: str, more: bool, known: Evidence) -> Iterator[_Candidate]:
    """Every seam after which one name stands, followed by no, one or two whole names."""
    pieces = _pieces(head)
    for count in range(min(MAX_AUTHORS, len(pieces))):
        if more and count < min(MAX_AUTHORS, len(pieces)) - 1:
            continue  # "et al." is printed after three names
        cut = len(pieces) - 1 - count
        others = tuple(pieces[cut + 1 :])
        points = [name_points(name, known) for name in others]
        if any(p is None for p in points):
            continue
        others_points = sum(p or 0.0 for p in points) / 2
        piece, before = pieces[cut], "".join(p + ", " for p in pieces[:cut])
        for i in range(_first_start(piece), len(piece)):
            seam = _seam(piece, i, known)
            if seam:
                yield _Candidate(before + piece[:i], piece[i:], others, seam, others_points, more)


def _first_start(piece: str) -> int:
    """The first place in a text from where the rest may be one name."""
    impossible = max((found.end() for found in NEVER_IN_NAMES.finditer(piece)), default=0)
    return max(1, impossible, len(piece) - MAX_NAME)


def _seam(text: str, i: int, known: Evidence) -> str | None:
    """What kind of border lies before `text[i]`; None where no name can begin."""
    left, right = text[i - 1], text[i]
    if left.isspace() or not right.isalpha():
        return None
    if right.isupper() or right.istitle():
        return _seam_before_capital(left, text[i + 1 : i + 3])
    if is_caseless(right):
        return "script" if not is_caseless(left) else _known_seam(text, i, known)
    found = _PARTICLE_START.match(text, i)
    if found and found.group(1) in PARTICLES and left.isalnum() and known.ends_in_word(text[:i]):
        return "particle"
    return _known_seam(text, i, known)


def _seam_before_capital(left: str, following: str) -> str:
    if left.isupper():
        return _seam_between_capitals(following)
    if left.isalpha():
        return "lower-upper"
    if left.isdigit():  # "GPT-4John", "4J. Smith", but "3D Boxes"
        return "capitals-bare-initial" if following[:1] == " " else "digit-upper"
    return _MARKS.get(left, "closing-upper")


def _seam_between_capitals(following: str) -> str:
    if following[:1].islower() or following[:1] in {"'", "’", "-"}:
        return "capitals-name"
    if following[:1] == ".":
        return "capitals-initial"
    if following[:1] == " ":
        return "capitals-bare-initial"
    is_pair = following[:1].isupper() and following[1:] == " "
    return "capitals-two-initials" if is_pair else "capitals-capitals"


def _known_seam(text: str, i: int, known: Evidence) -> str | None:
    return "known" if text[i:] in known.names else None


def _points(candidate: _Candidate, known: Evidence) -> float | None:
    """The points of a candidate; None if what follows the seam cannot be a name."""
    first = name_points(candidate.first, known)
    if first is None:
        return None
    total = _SEAMS[candidate.seam] + first + _title_points(candidate, known)
    if not candidate.others and " " not in candidate.first:
        total += _ONLY_ONE_WORD
    return total + candidate.others_points + _ET_AL_PRINTED * candidate.more


def _title_points(candidate: _Candidate, known: Evidence) -> float:
    title = candidate.title
    last_words = title[-120:].split()
    if not last_words:
        return _UNCLOSED
    points = _title_seams(last_words, known)
    points += _UNCLOSED * _cuts_open(title) + _ONE_WORD_TITLE * (" " not in title)
    if last_words[-1] in _FUNCTION_WORDS or last_words[-1] in PARTICLES:
        points += _FUNCTION_END
    end = TOKEN.findall(last_words[-1])
    if not end:
        return points
    if _is_inside_word(end[-1], candidate, known):
        points += _WHOLE_WORD
    if len(last_words[-1]) == 1 and candidate.seam == "capitals-bare-initial":
        points += _CUT_INITIALS
    if PREFIX.fullmatch(last_words[-1]):
        points += _CUT_PREFIX
    return points + _end_points(end[-1], known)


def _end_points(word: str, known: Evidence) -> float:
    if len(word) < 3 and not word.isupper():  # "2", "No": too short to prove anything
        return 0.0 if word.isdigit() else _SHORT_END
    if known.knows(word):
        return _KNOWN_END
    return _SHORT_END if len(word) < 3 and word.isalpha() else 0.0


def _is_inside_word(end: str, candidate: _Candidate, known: Evidence) -> bool:
    """Whether the page uses the word that the seam would cut: "Mat|Former", "Li|DARXie"."""
    start = TOKEN.match(candidate.first)
    if not start or not candidate.title.endswith(end):
        return False
    word = start.group()
    cuts = [i for i in range(1, len(word)) if is_inner_seam(word, i)] + [len(word)]
    return any((end + word[:i]).lower() in known.words for i in cuts)


def _title_seams(last_words: Sequence[str], known: Evidence) -> float:
    within_reach = list(_name_like_end(last_words[-8:]))
    costs = [c for w in within_reach for c in inner_seams(w, known, SEAM_TITLE)]
    sure = [cost for cost in costs if cost == SEAM_KNOWN]
    return sum(sure) + max(_SEAMS_MOST, sum(costs) - sum(sure))


def _name_like_end(words: Sequence[str]) -> Iterator[str]:
    """The last words between which authors may be hidden: no name goes past "for" or a colon."""
    for word in reversed(words):
        if NEVER_IN_NAMES.search(word[-1]):
            return
        yield word
        if word[0].islower() and word not in PARTICLES:
            return


def _cuts_open(title: str) -> bool:
    """Whether a bracket, a formula or a quotation is still open at the end of a title."""
    pairs = (("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"))
    if any(title.count(a) > title.count(b) for a, b in pairs):
        return True
    if title.endswith(("'", "’")):  # closes a quotation, or is cut out of O'Brien
        return not re.search(r"(?:^|\s)[`'‘]", title)
    return title.count("$") % 2 == 1 or title.count('"') % 2 == 1
