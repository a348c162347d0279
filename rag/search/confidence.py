"""How likely the evidence answers the question: what speaks for it, and the scale it is read on.

A logistic model of a few signals, then its outputs set to the shares of right answers that were
seen at that level (scaling, then equal-mass bins, as in "A Study on the Calibration of In-context
Learning"). Both were fitted on training questions, answerable ones and ones whose papers were
held out; `confidence.json` says by which command and for which model. A library may bring its own
second step (`askpapers calibrate`).
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from rag.base.fitted import Line, Points, read_off, weighted_sum

# Confidence from which a question is answered. Below ENOUGH lie 3 % of the questions that the scale
# was fitted to and that were answered right, nearly all that belong to other fields, and 44 % of
# those on the subject of a paper that does not state the answer (fit_confidence). With a reader's
# word beside it, the other signals may say a little less: of questions in the asker's own words,
# 15 % of those with a right answer then lie below instead of 19 %, and of those that their paper
# does not answer 62 % instead of 54 % (fit_reading).
ENOUGH, ENOUGH_BESIDE, ENOUGH_READ = 0.15, 0.12, 0.1
SURE = 0.9  # of the other signals alone: then a reader is not heard
UNSAID = 0.02  # the most, where what is asked for is unsaid: the share of these that are answered
_MOST = 2  # names that are missing; more say no more
# log10 of the papers searched: up to the first, a statement is read on the scale of small
# libraries, from the second on that of large ones, between them on both. Among thousands
# something is always alike: fitted to both, one scale erred by .09 for statements of large ones.
FEW, MANY = 2.5, 3.5
_ALIKE, _COVERED = 0.55, 0.6
_OWN_WORDS = 0.4  # a question that shares less with the paper is put in the asker's own words


@dataclass(frozen=True, slots=True)
class Signals:
    """What the decision to answer or abstain rests on. Shares are of idf weight, 0..1.

    A lead is how far the paper stands before the best others in one part of the ranking: among
    papers that are all alike, none is the one that answers.
    """

    passage: float = 0.0  # cosine of the question and the lead paper's best passage
    sentence: float = 0.0  # and of the best of the sentences shown first
    in_paper: float = 0.0  # share of the question's telling words that the lead paper has
    in_sentence: float = 0.0  # the same for the best sentence, beyond the paper's own name
    together: float = 0.0  # and for the sentences shown first taken together
    dense_lead: float = 0.0
    sentence_lead: float = 0.0
    keyword_lead: float = 0.0
    coverage_lead: float = 0.0
    size: float = 0.0  # log10 of the papers searched: among many, one that is alike says less
    strange: tuple[str, ...] = ()  # names in the question that no paper of the library has
    elsewhere: tuple[str, ...] = ()  # names that other papers have, and the lead paper has not
    unsaid: tuple[str, ...] = ()  # what the papers plainly do not, as "say how many cards"
    figures_missing: bool = False  # a figure is asked for and the best sentences have none
    named: bool = False  # the question calls the lead paper by its name
    states: bool = False  # the question is a statement, which papers may bear out or deny
    read: float | None = None  # log odds, by a reader, that the best of the sentences answers

    @property
    def on_topic(self) -> bool:
        """True when the lead paper is about the question's subject, answered or not."""
        alike = max(self.passage, self.sentence) >= _ALIKE
        return not self.strange and (alike or self.in_paper >= _COVERED)

    def values(self) -> dict[str, float]:
        """The signals as numbers, by the names that the scale knows them by."""
        numbers = {
            name: float(getattr(self, name))
            for name in self.__slots__
            if name not in ("strange", "elsewhere", "unsaid", "named", "states", "read")
        }
        counts = {"strange": len(self.strange), "elsewhere": len(self.elsewhere)}
        return {**numbers, **{name: float(min(n, _MOST)) for name, n in counts.items()}}


@dataclass(frozen=True, slots=True)
class Scale:
    """Signals → a probability.

    `points` are (logit, share of right answers), rising; between them it is read off straight.
    """

    general: Line = field(default_factory=dict)
    own_words: Line = field(default_factory=dict)  # where words say little, and meaning must
    named: Line = field(default_factory=dict)  # for questions that name the lead paper
    points: Points = ()
    statement: Line = field(default_factory=dict)  # for statements, which no reader is asked of
    statement_points: Points = ()
    among_many: Line = field(default_factory=dict)  # for statements in a large library
    among_many_points: Points = ()
    reading: Line = field(default_factory=dict)  # what "line", "read" and "one" count together
    read_points: Points = ()  # the same as `points` where a reader has spoken
    identity: Mapping[str, str] = field(default_factory=dict)  # of the model it was fitted for

    def logit(self, signals: Signals) -> float:
        """The weighted sum of the signals, and of what the reader says where there is one."""
        line: Line = getattr(self, kind_of(signals)) or self.general
        values = signals.values()
        total = weighted_sum(line, values)
        if signals.read is None or not self.reading:
            return total
        return weighted_sum(self.reading, {"line": total, "read": signals.read})

    def confidence(self, signals: Signals) -> float:
        """How likely the evidence answers the question, 0..1."""
        if kind_of(signals) == "statement" and self.statement_points:
            level = self._of_statement(signals)
        else:
            is_read = signals.read is not None and self.reading
            points = self.read_points if is_read else self.points
            level = read_off(points, self.logit(signals))
        return min(level, UNSAID) if signals.unsaid else level

    def _of_statement(self, signals: Signals) -> float:
        """By the scales of small and of large libraries, in shares by the size of this one."""
        values = signals.values()
        few = read_off(self.statement_points, weighted_sum(self.statement, values))
        many = read_off(self.among_many_points, weighted_sum(self.among_many, values))
        share = min(1.0, max(0.0, (signals.size - FEW) / (MANY - FEW)))
        return few + share * (many - few)

    def is_enough(self, signals: Signals) -> bool:
        """Whether to answer: by the signals alone and, where a reader has spoken, by its word too.

        Its word is asked for besides, not instead: it was fitted on questions about papers, and
        those that belong to no paper are told by the other signals better.
        """
        alone = self.confidence(dataclasses.replace(signals, read=None))
        if signals.read is None or not self.reading:
            return alone >= ENOUGH
        speaks = alone >= SURE or self.confidence(signals) >= ENOUGH_READ
        return alone >= ENOUGH_BESIDE and speaks

    def fits(self, identity: Mapping[str, str]) -> bool:
        """True when it was fitted for vectors made like these."""
        return all(identity.get(key) == value for key, value in self.identity.items())


def kind_of(signals: Signals) -> str:
    """Which of the scale's lines a question is read on."""
    if signals.named:
        return "named"
    if signals.states:
        return "statement"
    return "own_words" if signals.in_paper < _OWN_WORDS else "general"


def scale_of(values: Mapping[str, Any]) -> Scale:
    """A scale out of plain values, as `confidence.json` holds them."""
    return Scale(
        dict(values["general"]),
        dict(values["own_words"]),
        dict(values["named"]),
        _points(values["points"]),
        dict(values["statement"]),
        _points(values["statement_points"]),
        dict(values["among_many"]),
        _points(values["among_many_points"]),
        dict(values["reading"]),
        _points(values["read_points"]),
        dict(values["identity"]),
    )


def _points(values: Sequence[Sequence[float]]) -> Points:
    return tuple((float(x), float(y)) for x, y in values)


@functools.cache
def shipped_scale() -> Scale:
    """The scale that comes with the package."""
    folder = resources.files("rag.search")
    files = (folder.joinpath(name) for name in ("confidence.json", "reading.json"))
    values: dict[str, Any] = {}
    for file in files:
        values |= json.loads(file.read_text("utf-8"))
    return scale_of(values)
