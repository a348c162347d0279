"""Whether a claim and its evidence point the same way: denial, direction, opposites, how much.

Each check looks at words that both texts share, so that a "no" elsewhere in a sentence does not
speak against what it is not about.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.answer.wording import Word, are_kin, denials, kin_in, telling_words, wording, worth
from rag.base.text import stem


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in text.split())


_MORE = _stems(
    "increase increases increased increasing raise raised rise rises rising grow grows growth grew "
    "more higher larger greater faster boost boosts gain gains amplify amplifies expand expands "
    "enhance enhances strengthen accelerate accelerates speed speedup longer exceed exceeds high "
    "large elevated upregulate upregulated double triple widen lengthen deeper heavier"
)
_FEWER = _stems(
    "decrease decreases decreased reduce reduces reduced reduction lower fall falls fell drop "
    "drops dropped decline declines fewer less smaller slower shrink shrinks cut cuts diminish "
    "diminishes weaken weakens lessen shorten shortens halve halves halved low small save saves "
    "saving downregulated lighter shallower narrower mitigate mitigates alleviate attenuate"
)
_GOOD = _stems(
    "better best superior outperform outperforms beat beats surpass surpasses win wins effective "
    "improve improves improvement improved succeed succeeds successful excel excels advantage "
    "benefit beneficial favourable"
)
_BAD = _stems(
    "worse worst inferior underperform underperforms lose loses lag lags ineffective degrade "
    "degrades deteriorate deteriorates harm harms hurt hurts trail trails suffer suffers poor "
    "poorly worsen worsens disadvantage fall-short"
)
_SIGNS = {
    **dict.fromkeys(_MORE, ("amount", 1)),
    **dict.fromkeys(_FEWER, ("amount", -1)),
    **dict.fromkeys(_GOOD, ("worth", 1)),
    **dict.fromkeys(_BAD, ("worth", -1)),
}
_OPPOSITES = """
cause/prevent promote/inhibit activate/inhibit activate/suppress enhance/impair support/oppose
positive/negative increase/decrease simple/complex simple/complicated early/late before/after
sparse/dense offline/online supervised/unsupervised same/different similar/different
sufficient/insufficient necessary/unnecessary stable/unstable possible/impossible upper/lower
convex/nonconvex minimum/maximum minimize/maximize short/long small/large cheap/expensive
cheap/costly slow/fast slow/quick easy/hard easy/difficult weak/strong low/high first/last
global/local linear/nonlinear discrete/continuous internal/external static/dynamic fixed/variable
fixed/adaptive open/closed public/private top/bottom robust/brittle robust/fragile
accurate/inaccurate efficient/inefficient shallow/deep narrow/wide rare/common rare/frequent
seldom/often partial/full partial/complete symmetric/asymmetric parametric/nonparametric
homogeneous/heterogeneous individual/collective manual/automatic agree/disagree include/exclude
preserve/destroy accept/reject present/absent require/avoid gain/loss rise/fall constant/varying
deterministic/stochastic deterministic/random exact/approximate known/unknown seen/unseen
faster/slower better/worse larger/smaller higher/lower more/fewer more/less best/worst most/least
outperform/underperform strengthen/weaken accelerate/slow improve/degrade improve/worsen begin/end
theoretical/empirical quantum/classical forward/backward encoder/decoder input/output
training/inference majority/minority rich/poor light/heavy safe/unsafe independent/dependent
regular/irregular finite/infinite bounded/unbounded optimal/suboptimal ordered/unordered
labeled/unlabeled paired/unpaired aware/unaware useful/useless harmless/harmful
correlated/uncorrelated biased/unbiased reliable/unreliable
same/distinct identical/different identical/distinct converge/diverge equal/unequal hold/break
allow/forbid permit/prohibit enable/disable encourage/discourage expand/contract expand/shrink
add/remove insert/delete above/below ahead/behind lengthen/shorten tighten/loosen sharpen/blur
merge/split join/separate coarse/fine thick/thin helpful/harmful beneficial/detrimental
beneficial/harmful overestimate/underestimate overfit/underfit overconfident/underconfident
abundant/scarce inside/outside near/far nearby/distant explicit/implicit active/passive
synchronous/asynchronous parallel/sequential serial/parallel centralized/decentralized
cooperative/competitive visible/invisible visible/hidden observed/hidden explicit/latent
frozen/trainable free/costly free/expensive optimistic/pessimistic conservative/aggressive
confirm/refute support/refute support/contradict confirm/contradict prove/disprove real/synthetic
natural/artificial mitigate/exacerbate mitigate/worsen alleviate/aggravate reduce/amplify
suppress/amplify narrow/widen advance/stall retain/forget remember/forget succeed/fail
""".split()
_ADDED_PREFIXES = ("un", "in", "im", "ir", "non", "dis", "sub", "de")
_ALL = frozenset(  # as they are: "a complete analysis" is not "completely"
    "all every always never only solely exclusively entirely completely each any whenever "
    "universally whole none must purely alone sole fully guarantee guarantees guaranteed "
    "everywhere regardless invariably uniformly consistently".split()
)
_SOME = frozenset(  # as they are: "large" is not "largely"
    "some often usually typically may might can could sometimes many most several partly partially "
    "mainly mostly primarily largely generally suggest suggests suggested suggesting likely "
    "potentially tend tends certain possibly frequently nearly almost preliminary".split()
)
_REPLACED = 2  # words of a near copy that stand in the place of others
_DEGREES = _stems("low little less least")
_NEAR = 5  # words on each side that a word of direction may be about


@functools.cache
def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES:
        one, other = (stem(word) for word in pair.split("/"))
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


@dataclass(frozen=True, slots=True)
class Polarity:
    """How a claim and its evidence agree in sense; shares are of the words that they share."""

    denied_apart: float = 0.0  # share of shared words that one of them denies
    denials_apart: float = 0.0  # words of denial that one has more than the other, at most 2
    only_claim_denies: float = 0.0
    turned: float = 0.0  # directions that point the other way, at most 2
    aligned: float = 0.0  # directions that point the same way, at most 2
    opposites: float = 0.0  # words of the claim whose opposite the evidence has, at most 2
    widened: float = 0.0  # the claim says all or only where the evidence does not
    hedged: float = 0.0  # the evidence says some, may, mostly where the claim does not


@functools.lru_cache(maxsize=20_000)
def polarity(claim: str, evidence: str) -> Polarity:
    """Compare the sense of a claim with that of its evidence."""
    ours, theirs = telling_words(claim), telling_words(evidence)
    mine, other = denials(claim), denials(evidence)
    turned, aligned = _directions(claim, evidence)
    mine_said, other_said = _all_words(claim), _all_words(evidence)
    return Polarity(
        denied_apart=_denied_apart(ours, theirs),
        denials_apart=float(min(2, abs(mine - other))),
        only_claim_denies=float(mine > 0 and other == 0),
        turned=float(min(2, turned)),
        aligned=float(min(2, aligned)),
        opposites=float(min(2, _swapped_opposites(claim, evidence))),
        widened=float(bool(mine_said & _ALL) and not other_said & _ALL),
        hedged=float(bool(other_said & _SOME) and not mine_said & _SOME),
    )


@functools.lru_cache(maxsize=20_000)
def _all_stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in wording(text))


@functools.lru_cache(maxsize=20_000)
def _all_words(text: str) -> frozenset[str]:
    return frozenset(word.text.casefold() for word in wording(text))


def _denied_apart(ours: list[Word], theirs: list[Word]) -> float:
    """Share of shared words that are denied in one text and nowhere denied in the other."""
    states: dict[str, set[bool]] = {}
    for word in theirs:
        states.setdefault(word.stem, set()).add(word.denied)
    shared = apart = 0.0
    for word in ours:
        kin = kin_in(word.stem, states)
        if kin is None:
            continue
        shared += worth(word.stem)
        apart += worth(word.stem) * (word.denied not in states[kin])
    return apart / shared if shared else 0.0


def _swapped_opposites(claim: str, evidence: str) -> int:
    """How many words of the claim the evidence has as their opposite, beside the same words."""
    mine, theirs = _all_stems(claim), _all_stems(evidence)
    held = theirs - mine - _of_low_degree(evidence)
    found = 0
    for word in mine - theirs - _of_low_degree(claim):
        against = set(_opposed(word)) & held
        found += any(_beside(word, claim) & _beside(other, evidence) for other in against)
    return found + _replaced_by_opposites(claim, evidence)


@functools.lru_cache(maxsize=20_000)
def _of_low_degree(text: str) -> frozenset[str]:
    """The words after "low", "less": "low complexity" is no opposite of "simple"."""
    words = wording(text)
    return frozenset(b.stem for a, b in itertools.pairwise(words) if a.stem in _DEGREES)


def _replaced_by_opposites(claim: str, evidence: str) -> int:
    """How many words of a near copy stand where the evidence has their opposite."""
    ours = [word.stem for word in wording(claim)]
    theirs = [word.stem for word in wording(evidence)]
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_opcodes()
    return sum(
        any(other in theirs[a:b] for word in ours[c:d] for other in _opposed(word))
        for kind, a, b, c, d in blocks
        if kind == "replace" and max(b - a, d - c) <= _REPLACED and not _DEGREES & set(theirs[a:b])
    )


def _opposed(word: str) -> Iterator[str]:
    yield from _opposites().get(word, ())
    for prefix in _ADDED_PREFIXES:
        if word.startswith(prefix) and len(word) > len(prefix) + 3:
            yield word.removeprefix(prefix)
        yield prefix + word


def _beside(stemmed: str, text: str) -> set[str]:
    """The telling words within reach of a word."""
    words = wording(text)
    places = [i for i, word in enumerate(words) if word.stem == stemmed]
    near = (words[max(0, i - _NEAR) : i + _NEAR + 1] for i in places)
    return {word.stem for some in near for word in some if word.tells and word.stem != stemmed}


# --- directions ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Direction:
    """A word that says which way something goes, and the words beside it that it is about."""

    kind: str  # "amount" or "worth"
    sign: int
    about: frozenset[str]


@functools.lru_cache(maxsize=20_000)
def directions(text: str) -> tuple[Direction, ...]:
    """The directions of a text in order; a denied one points the other way."""
    words = wording(text)
    found = []
    for i, word in enumerate(words):
        if word.stem not in _SIGNS or _is_bound(words[i : i + 3]):
            continue
        kind, sign = _SIGNS[word.stem]
        near = words[max(0, i - _NEAR) : i + _NEAR + 1]
        about = frozenset(
            w.stem
            for w in near
            if w.tells and w.clause == word.clause and w.stem not in _SIGNS and w is not word
        )
        found.append(Direction(kind, -sign if word.denied else sign, about))
    return tuple(found)


def _is_bound(words: tuple[Word, ...]) -> bool:
    """True for "less than 7": a bound of a number, no direction."""
    return len(words) > 2 and words[1].text == "than" and words[2].text[0].isdigit()


def _directions(claim: str, evidence: str) -> tuple[int, int]:
    """How many of the claim's directions point the other way in the evidence, and the same way."""
    turned = aligned = 0
    for asked in directions(claim):
        rated = [(_overlap(asked.about, there.about), there) for there in directions(evidence)]
        best = max((share for share, _ in rated), default=0.0)
        nearest = [there for share, there in rated if share == best and best > 0]
        if any(there.sign == asked.sign for there in nearest):
            aligned += 1
        elif any(there.kind == asked.kind for there in nearest):
            turned += 1
    return turned, aligned


def _overlap(some: frozenset[str], others: frozenset[str]) -> float:
    met = sum(worth(word) for word in some if any(are_kin(word, other) for other in others))
    return met / (sum(map(worth, some)) or 1.0)
