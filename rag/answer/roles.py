"""Who did what to whom: comparisons and their sides, and the order of words around a verb.

"A needs fewer steps than B" and "Compared to B, A needs fewer steps" have the same sides; "B needs
fewer steps than A" has them crossed. Names of the paper's own method stand for "we" and "our".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.answer.coverage import names_of
from rag.answer.wording import are_kin, telling_words, worth

_LESS = re.compile(
    r"\b(?:fewer|less|lower|smaller|shorter|reduc\w+|decreas\w+|cheaper|lighter|saves?|saving|"
    r"shallower|simpler|cuts?|drops?|falls?)\b",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:more|higher|larger|greater|longer|increas\w+|bigger|heavier|deeper|raises?|rises?)\b",
    re.IGNORECASE,
)
_WORSE = re.compile(
    r"\b(?:worse|slower|weaker|poorer|underperform\w*|inferior|behind|lags?|trails?|loses?|degrad\w+)\b",
    re.IGNORECASE,
)
_SELF = re.compile(
    r"\b(?:we|our|ours|this (?:paper|work|method|approach|model)|the proposed|proposed|it|its)\b",
    re.IGNORECASE,
)
_OUTDO = (
    r"(?:significantly |consistently |clearly |substantially |also |even |far |can |would )*"
    r"(?:outperform|surpass|exceed|beat|outdo|underperform|dominate|outmatch|match|lag behind|"
    r"trail|replace|generali[sz]e|extend|subsume|imply|improve (?:up)?on|improve over|"
    r"compare favou?rably (?:to|with))"
)
_BEATS = re.compile(rf"\b{_OUTDO}(?:s|es|ed|ing)?\b(?! by\b)", re.IGNORECASE)
_BEATEN = re.compile(
    r"\b(?:is|are|was|were|be|been)\s+(?:\w+ly )?(?:outperformed|surpassed|exceeded|beaten|outdone|"
    r"dominated|matched|replaced|subsumed|implied) by\b",
    re.IGNORECASE,
)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_COMPARATIVE = re.compile(
    r"\b(?:more|less|fewer|better|worse|rather|\w+er|other)\b[^,]*$", re.IGNORECASE
)
_HELD_AGAINST = re.compile(
    r"\b(?:as )?(?:compared (?:to|with|against)|relative to|in (?:comparison|contrast) (?:to|with)|"
    r"as opposed to|versus|vs|instead of|in place of|unlike|"
    r"over(?!\s+(?:[$\\\d]|half|an?|one|two|three|four|five|ten|time|the (?:course|past|last))))\s",
    re.IGNORECASE,
)  # "over 40%" holds nothing against anything
_RANKED = re.compile(
    r"\b(?:superior|inferior|preferable|preferred) to\s|\b(?:ahead of|behind)\s", re.IGNORECASE
)  # "A is superior to B"
_COMPARES = re.compile(r"\b(?:compar|baseline|competit|rival|than\b|existing|prior)", re.IGNORECASE)
_PARTS = re.compile(r"[.;]")
_SAME_STORY = 0.5  # share of words from which "lower" and "higher" are about the same
_DECIMAL = re.compile(r"(?<=\d)\.(?=\d)")  # no end of a sentence
_CIRCUMSTANCE = re.compile(
    r"\b(?:in|on|for|when|at|by|under|while|across|during|with|using|without|and|as|to)\b|,",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One side held against another: `sign` is −1 where the left has less, or is worse."""

    left: frozenset[str]
    right: frozenset[str]
    sign: int
    is_amount: bool  # more or less of something, which may be good or bad


@dataclass(frozen=True, slots=True)
class Roles:
    """How the roles of a claim stand to those of its evidence."""

    crossed: float = 0.0  # comparisons whose sides the evidence has the other way round, 0..1
    straight: float = 0.0  # how well the sides of comparisons fit, 0..1
    alone: float = 0.0  # the claim compares and the evidence does not
    disorder: float = 0.0  # share of pairs of shared words that stand in another order


@functools.lru_cache(maxsize=20_000)
def roles(claim: str, evidence: str, own: str = "") -> Roles:
    """Compare who does what in a claim and in its evidence.

    `own` names what "we" and "our method" stand for in the evidence.
    """
    asked = comparisons(claim, "")
    there = comparisons(evidence, own)
    judged = [max((_fit(a, t) for t in there), key=_strength, default=0.0) for a in asked]
    taken = 1.0 if there and not asked and _credits_what_is_beaten(claim, evidence, own) else 0.0
    return Roles(
        crossed=max((-fit for fit in judged if fit < 0), default=taken),
        straight=max((fit for fit in judged if fit > 0), default=0.0),
        alone=float(bool(asked) and not there),
        disorder=_disorder(claim, evidence),
    )


@functools.lru_cache(maxsize=20_000)
def comparisons(text: str, own: str) -> tuple[Comparison, ...]:
    """The comparisons that a text makes, with the words of both sides."""
    return tuple(_found(_DECIMAL.sub("·", text), own))


def _found(text: str, own: str) -> Iterator[Comparison]:
    for part in _PARTS.split(text):
        for left, right, story in _pairs(part):
            sides = _sides(left, right, own)
            if sides:
                told = story.rsplit(",", 1)[-1] if _tells(story.rsplit(",", 1)[-1]) else story
                less = bool(_LESS.search(told))
                sign = -1 if less or _WORSE.search(told) else 1
                yield Comparison(*sides, sign, less or bool(_MORE.search(told)))


def _pairs(part: str) -> Iterator[tuple[str, str, str]]:
    """Both sides of each comparison, the one that is told of first, and the words that compare."""
    for match in _BEATEN.finditer(part):
        yield part[match.end() :], part[: match.start()], match.group()
    for match in _BEATS.finditer(part):
        yield part[: match.start()], part[match.end() :], match.group()
    for match in _THAN.finditer(part):
        if _COMPARATIVE.search(part[: match.start()]):
            yield part[: match.start()], part[match.end() :], part[: match.start()]
    for match in _RANKED.finditer(part):
        yield part[: match.start()], part[match.end() :], match.group()
    for match in _HELD_AGAINST.finditer(part):
        yield _around(part, match)


def _around(part: str, cue: re.Match[str]) -> tuple[str, str, str]:
    """Both sides of a cue; "Compared to B, A …" has its left side behind the comma."""
    before, after = part[: cue.start()], part[cue.end() :]
    comma = after.find(",")
    if comma > 0 and (not _tells(before) or before.rstrip().endswith(",")):
        before, after = after[comma + 1 :], after[:comma]
    return before, after, before


def _sides(left: str, right: str, own: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """Words that only one side has; a side that is "we" has the paper's own names."""
    one, other = _side(left, own), _side(_first_phrase(right), own)
    return (one - other, other - one) if other - one else None


def _credits_what_is_beaten(claim: str, evidence: str, own: str) -> bool:
    """Whether a claim tells of something that its evidence has only others compared with.

    "A needs fewer steps than B" says nothing that B does.
    """
    subject = next(iter(names_of(claim)), "")
    if not subject or not claim.startswith(subject) or _COMPARES.search(claim):
        return False
    key = {word.stem for word in telling_words(subject)}
    if not key or key <= {word.stem for word in telling_words(own)}:
        return False
    told = [part for part in _PARTS.split(_DECIMAL.sub("·", evidence)) if key <= _side(part, "")]
    return bool(told) and all(_is_held_against(key, part, own) for part in told)


def _is_held_against(key: set[str], part: str, own: str) -> bool:
    found = list(_found(part, own))
    return any(key <= c.right for c in found) and not any(key & c.left for c in found)


def _first_phrase(right: str) -> str:
    """What is held against, without where and when: "SOAP in the first regime" → "SOAP"."""
    ends = (match.start() for match in _CIRCUMSTANCE.finditer(right))
    return right[: next((end for end in ends if _tells(right[:end])), None)]


def _tells(text: str) -> bool:
    return bool(telling_words(text))


def _side(text: str, own: str) -> frozenset[str]:
    named = f"{text} {own}" if own and (_SELF.search(text) or not text.strip(" ,")) else text
    return frozenset(word.stem for word in telling_words(named))


def _fit(asked: Comparison, there: Comparison) -> float:
    """Positive where the sides fit as they are, negative where they fit crossed.

    The right sides decide: they hold a name and little else, the left ones the whole story.
    """
    straight = (_held(asked.right, there.right) + _held(there.right, asked.right)) / 2
    crossed = (_held(asked.right, there.left) + _held(there.right, asked.left)) / 2
    fit = straight - crossed
    if asked.is_amount != there.is_amount:  # "fewer steps" may be "better"
        return max(0.0, fit)
    if asked.sign == there.sign:
        return fit
    same_story = _held(asked.left, there.left | there.right) >= _SAME_STORY
    return -fit if same_story or fit < 0 else 0.0


def _strength(fit: float) -> tuple[float, float]:
    """Of two that are as clear, the one that fits as it is comes first."""
    return round(abs(fit), 2), fit


def _held(some: frozenset[str], others: frozenset[str]) -> float:
    """Share of some words that are among others."""
    met = sum(worth(word) for word in some if any(are_kin(word, other) for other in others))
    return met / (sum(map(worth, some)) or 1.0)


# --- order ---------------------------------------------------------------------------------------

_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|be|being)\s+(?:\w+ly\s+)?\w+(?:ed|en)\b[^.]{0,80}\bby\b", re.I
)


def _disorder(claim: str, evidence: str) -> float:
    """Share of pairs of shared words in another order; one passive of two turns it round."""
    places = _shared_places(claim, evidence)
    if len(places) < 3:
        return 0.0
    pairs = [(a, b) for i, a in enumerate(places) for b in places[i + 1 :]]
    return sum(a > b for a, b in pairs) / len(pairs)


def _shared_places(claim: str, evidence: str) -> Sequence[int]:
    theirs = [word.stem for word in telling_words(evidence)]
    ours = dict.fromkeys(word.stem for word in telling_words(claim))
    return [place for word in ours if (place := _place(word, theirs)) is not None]


def _place(word: str, others: Iterable[str]) -> int | None:
    return next((i for i, other in enumerate(others) if are_kin(word, other)), None)


def turned_by_verb(claim: str, evidence: str) -> float:
    """1 where what stands before a shared verb in the claim stands behind it in the evidence."""
    ours, theirs = _split_at_verbs(claim), _split_at_verbs(evidence)
    worst = 0.0
    for verb, (before, after) in ours.items():
        if verb not in theirs:
            continue
        first, second = theirs[verb]
        straight = _held(before, first) + _held(after, second)
        crossed = _held(before, second) + _held(after, first)
        worst = max(worst, (crossed - straight) / 2)
    return max(0.0, worst)


@functools.lru_cache(maxsize=20_000)
def _split_at_verbs(text: str) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Words before and behind each word that may be a verb; the agent of a passive is before it."""
    words = telling_words(text)
    passive = bool(_PASSIVE.search(text))
    found = {}
    for i, word in enumerate(words):
        if not _VERBAL.search(word.text) or word.stem in found:
            continue
        before = frozenset(w.stem for w in words[:i])
        after = frozenset(w.stem for w in words[i + 1 :])
        found[word.stem] = (after, before) if passive else (before, after)
    return found


_VERBAL = re.compile(
    r"(?:ed|es|[^s]s|ing|en)$|^(?:improve|use|cause|reduce|lead|require|generate|predict)$"
)
