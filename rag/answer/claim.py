"""A claim against words of papers: what speaks for it, what forbids it, and the outcome.

Hard checks (figures, names, sides of a comparison, plain denial) forbid; no score overrules them.
The rest is a fitted, calibrated score: `claim.json` holds the weights and the command that made
them. A trained reader, where there is one, counts in the score and forbids nothing less.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answer.coverage import WordMeanings, cover, credited, missing_names, missing_titles
from rag.answer.judgement import (
    CONTRARY,
    DENIAL,
    EXCHANGED,
    FIGURE,
    NO_FIGURE,
    Judgement,
    Passage,
    carrying,
)
from rag.answer.pairing import pairs_otherwise
from rag.answer.polarity import polarity
from rag.answer.quantities import check_figures, is_of_kind
from rag.answer.roles import roles, turned_by_verb
from rag.answer.wording import as_said_there, denials, short_forms, spelled_out
from rag.base.fitted import Line, Points, read_off, weighted_sum
from rag.base.types import Evidence, Paper, Support
from rag.models.embedder import Embedder
from rag.models.reader import Reader
from rag.models.reader import passage as as_read

_LIKE_COPY = 0.6  # share of the claim's words in the evidence from where one "not" decides
_COPY = 0.8  # and from where it decides although it reaches few of them
_TURNED_COPY = 0.7  # the same for a direction, whose own word is not shared
_CROSSED, _DENIED = 0.45, 0.3
_QUOTED = re.compile('[“"]([^“”"]+)[”"]')
_A_QUOTE = 4  # words; fewer between marks are a term, not a quotation
_SURE_UNREAD, _NO_OBJECTION = 0.8, 0.25  # scores without a reader, and with it
_OFF_SUBJECT = -0.4  # log odds of "denies" to "silent": below, a reader sees no denial of the claim
_UNREAD_DENIAL = 0.4  # the most that other signals tell of a denial which a reader does not see
_SEEN_ODDS = 1.0  # log odds of "denies", or "says", to both others, from which a reader sees it
_FAR = 0.15  # of the words of a claim: with fewer, a passage carries it only for a sure reader
_LEAST = 1e-4  # of a reader's probabilities, before their logarithm


@dataclass(frozen=True, slots=True)
class Scale:
    """Weights of the signals, and the scores from which an outcome is told."""

    says: Line = field(default_factory=dict)
    denies: Line = field(default_factory=dict)
    points: Points = ()  # logit of `says` → how often it was right
    supported: float = 0.5
    partial: float = 0.25
    contradicted: float = 0.5


class ClaimJudge:
    """Judges claims; remembers the meanings of words. Safe to use from several threads."""

    def __init__(self, embedder: Embedder | None = None, reader: Reader | None = None) -> None:
        self._embedder = embedder
        self._reader = reader
        self._meanings = WordMeanings(embedder) if embedder else None
        self.scale = shipped_scale(_variant(embedder, reader))
        self._unread = shipped_scale("meaning") if reader else None

    def judge(self, claim: str, passages: Sequence[Passage], known: str = "") -> list[Judgement]:
        """The outcome for each passage. What is `known` besides needs no evidence."""
        read = self._read(claim, passages)
        return [
            self._judged(claim, passage, self.signals(claim, passage, said), known)
            for passage, said in zip(passages, read, strict=True)
        ]

    def best(self, claim: str, passages: Sequence[Passage], known: str = "") -> Judgement | None:
        """The judgement that decides: the best support, or else the clearest denial."""
        judged = self.judge(claim, passages, known)
        carried = carrying(judged)
        if carried:
            return max(carried, key=lambda j: (j.score, -len(j.passage.evidence)))
        denied = [j for j in judged if j.support == "contradicted"]
        return max(denied or judged, key=lambda j: (j.against + j.score, j.score), default=None)

    def signals(
        self, claim: str, passage: Passage, read: NDArray[np.float32] | None = None
    ) -> dict[str, float]:
        """What speaks for and against, as numbers under the names that the scale knows."""
        found = signals_of(claim, passage, self._meanings)
        found["cosine"] = self._cosine(claim, passage)
        if read is not None:
            says, denies, neither = np.log(np.maximum(read, _LEAST)).tolist()
            found |= {"read_says": says - neither, "read_denies": denies - neither}
        return found

    def _judged(
        self, claim: str, passage: Passage, found: Mapping[str, float], known: str
    ) -> Judgement:
        forbidden = standing(objection(claim, passage, found, known), found)
        score = self._score(found)
        against = read_off((), weighted_sum(self.scale.denies, found))
        if not forbidden and found.get("read_denies", 0.0) < _OFF_SUBJECT:
            against = min(against, _UNREAD_DENIAL)  # of something else, as a reader sees it
        support = _support(score, against, forbidden, found, self.scale)
        is_denied = _odds(found, "read_denies", "read_says") > _SEEN_ODDS
        return Judgement(
            passage,
            support,
            round(score, 4),
            round(against, 4),
            forbidden,
            found["said"],
            is_denied,
        )

    def _score(self, found: Mapping[str, float]) -> float:
        """The scale's score; where the other signals are sure, a reader need only not object."""
        score = read_off(self.scale.points, weighted_sum(self.scale.says, found))
        if self._unread is None or score < _NO_OBJECTION:
            return score
        alone = read_off(self._unread.points, weighted_sum(self._unread.says, found))
        return max(score, alone) if alone >= _SURE_UNREAD else score

    def _read(
        self, claim: str, passages: Sequence[Passage]
    ) -> Sequence[NDArray[np.float32] | None]:
        if self._reader is None or not passages:
            return [None] * len(passages)
        pairs = [(_as_said_in(claim, p), as_read(p.papers[0].title, p.text)) for p in passages]
        return list(self._reader.judge(pairs))

    def _cosine(self, claim: str, passage: Passage) -> float:
        if passage.cosine is not None or self._embedder is None:
            return passage.cosine or 0.0
        embed = self._embedder.embed_query
        return max(float(embed(claim) @ embed(e.text)) for e in passage.evidence)


def _as_said_in(claim: str, passage: Passage) -> str:
    return as_said_there(claim, passage.text, " ".join(p.abstract for p in passage.papers))


def signals_of(claim: str, passage: Passage, meanings: WordMeanings | None) -> dict[str, float]:
    """The signals that need no model, but for the meanings of words."""
    about = " ".join(map(_own_names, passage.papers))
    whole = " ".join(f"{p.title}. {p.abstract} {' '.join(p.authors)}" for p in passage.papers)
    text = spelled_out(passage.text, " ".join(p.abstract for p in passage.papers))
    sense, sides = polarity(claim, passage.text), roles(claim, passage.text, about)
    share = cover(claim, text, about, whole, meanings)
    numbers = check_figures(claim, passage.text, about)
    return {
        "said": share.said, "meant": share.meant, "weakest": share.weakest,
        "weakest_three": share.weakest_three, "in_paper": share.in_paper,
        "missing": share.missing, "back": share.back,
        "names_far": float(bool(missing_names(claim, passage.text, about))),
        "names_missing": float(bool(missing_names(claim, whole))),
        "figures_met": float(min(2, numbers.met)), "figures_loosened": float(numbers.loosened > 0),
        "figures_missing": float(numbers.missing > 0 or numbers.conflicts > 0),
        "denied_apart": sense.denied_apart, "denials_apart": sense.denials_apart,
        "only_claim_denies": sense.only_claim_denies, "turned": sense.turned,
        "aligned": sense.aligned, "opposites": sense.opposites, "widened": sense.widened,
        "hedged": sense.hedged, "crossed": sides.crossed, "straight": sides.straight,
        "compares_alone": sides.alone, "disorder": sides.disorder * share.said,
        "turned_by_verb": turned_by_verb(claim, passage.text) * share.said,
        "sentences": float(len(passage.evidence) - 1),
    }  # fmt: skip


def _own_names(paper: Paper) -> str:
    short = (short for short, _ in short_forms(paper.abstract))
    return " ".join([paper.title, *short, *paper.authors, str(paper.year or "")])


# --- what forbids --------------------------------------------------------------------------------


def objection(claim: str, passage: Passage, found: Mapping[str, float], known: str = "") -> str:
    """Why a passage cannot carry a claim, whatever its score; empty where nothing forbids it."""
    about = " ".join(f"{p.title} {p.year or ''}" for p in passage.papers)
    numbers = check_figures(claim, passage.text, about, known)
    if numbers.missing or numbers.conflicts:
        is_other = numbers.conflicts or is_of_kind(claim, passage.text)
        return FIGURE if is_other else NO_FIGURE
    whole = [f"{p.title}. {p.abstract} {' '.join(p.authors)}" for p in passage.papers]
    names = missing_names(claim, *whole, known, odd_only=True) or [
        *missing_titles(claim, *whole, known),
        *(name for name in credited(claim) if missing_names(f"By {name}", *whole)),
    ]
    if names:
        return f"{names[0]} is not named there"
    if _misquoted(claim, passage.text):
        return "not the exact words"
    if found["crossed"] >= _CROSSED or any(
        pairs_otherwise(claim, e.text) for e in passage.evidence
    ):
        return EXCHANGED
    if found["said"] >= _LIKE_COPY and _denies(claim, passage.text, found):
        return DENIAL
    return DENIAL if any(_is_denied_copy(claim, e) for e in _parts(passage)) else ""


def standing(forbidden: str, found: Mapping[str, float]) -> str:
    """What is left of an objection where a reader read the words too; empty where nothing is.

    Rules see that words differ by a denial, not what it denies. In near copies one "not" decides;
    of other words with a denial that a reader took for support, 23 carried their claim and 2 did
    not (the claims that this was chosen by, of papers that it was not trained on).
    """
    if forbidden != DENIAL:
        return forbidden
    is_seen = _odds(found, "read_says", "read_denies") >= _SEEN_ODDS
    if is_seen and found["said"] < _COPY:
        return ""
    is_other = found.get("read_denies", 0.0) < _OFF_SUBJECT
    return "something else is denied there" if is_other else forbidden


def _odds(found: Mapping[str, float], one: str, other: str) -> float:
    """The log odds of one word of a reader to the likelier of the two others."""
    return found.get(one, 0.0) - max(found.get(other, 0.0), 0.0)


def _parts(passage: Passage) -> Sequence[Evidence]:
    """The sentences of a passage of several, which one "not" more in another must not even out."""
    return passage.evidence if len(passage.evidence) > 1 else ()


def _is_denied_copy(claim: str, evidence: Evidence) -> bool:
    found = signals_of(claim, Passage((evidence,)), None)
    return found["said"] >= _COPY and _denies(claim, evidence.text, found)


def _denies(claim: str, text: str, found: Mapping[str, float]) -> bool:
    """True where like words differ by a denial, an opposite or a direction."""
    uneven = denials(claim) % 2 != denials(text) % 2
    least = 0.0 if found["said"] >= _COPY else _DENIED
    if found["said"] >= _COPY and uneven and denials(claim) > denials(text):
        return True  # a near copy with a "not" that is nowhere in its evidence
    turned = found["turned"] and not found["aligned"] and found["said"] >= _TURNED_COPY
    return (uneven and found["denied_apart"] > least) or bool(found["opposites"] or turned)


def _misquoted(claim: str, text: str) -> bool:
    """True where words between quotation marks are not in the evidence exactly."""
    quotes = (quote.strip(" .,;") for quote in _QUOTED.findall(claim))
    there = " ".join(text.split()).casefold()
    return any(len(q.split()) >= _A_QUOTE and q.casefold() not in there for q in quotes)


# --- what is scored ------------------------------------------------------------------------------


def _support(
    score: float, against: float, forbidden: str, found: Mapping[str, float], scale: Scale
) -> Support:
    if forbidden:
        speaks = found["said"] >= _LIKE_COPY and forbidden in CONTRARY
        return "contradicted" if speaks else "unsupported"
    is_far = found["said"] < _FAR and found.get("read_says", 0.0) < 0
    if score >= scale.supported:
        return "partial" if is_far else "supported"
    if against >= scale.contradicted:
        return "contradicted"
    return "partial" if score >= scale.partial else "unsupported"


def _variant(embedder: Embedder | None, reader: Reader | None) -> str:
    if reader is not None:
        return "read"
    return "meaning" if embedder is not None else "words"


@functools.cache
def shipped_scale(variant: str) -> Scale:
    """The fitted scale for what is at hand: "words", "meaning" (vectors too) or "read"."""
    text = resources.files("rag.answer").joinpath("claim.json").read_text("utf-8")
    return scale_of(json.loads(text)[variant])


def scale_of(values: Mapping[str, Any]) -> Scale:
    """A scale out of plain values, as `claim.json` holds them."""
    return Scale(
        dict(values["says"]),
        dict(values["denies"]),
        tuple((float(x), float(y)) for x, y in values["points"]),
        values["supported"],
        values["partial"],
        values["contradicted"],
    )
