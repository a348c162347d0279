"""What words of papers say of a claim: judgements of single passages, and what they say together.

A passage is a sentence or several; of those that carry or deny a claim, the words around them have
a say too: what resembles a claim must not outweigh what denies it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rag.base.types import Evidence, Paper, Support

FIGURE, NO_FIGURE = "a figure differs", "a figure is not there"
EXCHANGED = "the sides are exchanged"
DENIAL = "one denies what the other says"
CONTRARY = (FIGURE, EXCHANGED, DENIAL)  # objections that say the contrary is there
_PLAIN = 0.5  # of the score of a denial, from which a mere "not" says the contrary
_TOLD = 0.8  # of a denial, from which it is told to whoever wrote the claim: of few true ones
CLEAR = 0.8  # score from which words carry a claim although the same paper says the contrary


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences that a claim is held against together, with the cosine of the best of them."""

    evidence: tuple[Evidence, ...]
    cosine: float | None = None

    @property
    def text(self) -> str:
        """The sentences one after the other."""
        return " ".join(e.text for e in self.evidence)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers that they are from, each once."""
        return tuple({e.paper.id: e.paper for e in self.evidence}.values())


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a passage says of a claim: the outcome, how sure, and what forbids it, in few words."""

    passage: Passage
    support: Support
    score: float  # how likely the passage says what the claim says, 0..1
    against: float = 0.0  # how likely it says the contrary
    objection: str = ""
    shared: float = 0.0  # share of the claim's words that the passage has
    is_denied: bool = False  # a reader sees a denial sooner than silence or support

    @property
    def is_alone(self) -> bool:
        """Whether the passage is one sentence."""
        return len(self.passage.evidence) == 1

    @property
    def paper_ids(self) -> set[str]:
        """Of the papers that the passage is from."""
        return {paper.id for paper in self.passage.papers}


def carrying(judged: Sequence[Judgement]) -> list[Judgement]:
    """The judgements that support a claim; where its paper plainly says the contrary, clear ones.

    Words that merely resemble a claim must not outweigh those that deny it; but a sentence that
    carries it alone is not undone by what stands beside it.
    """
    supported = [judgement for judgement in judged if judgement.support == "supported"]
    alone = [judgement for judgement in supported if judgement.is_alone]
    denied = {
        paper_id
        for judgement in judged
        if _plainly_denies(judgement) and not _is_met(judgement, alone)
        for paper_id in judgement.paper_ids
    }
    return [
        judgement
        for judgement in supported
        if judgement.score >= CLEAR
        or (denied.isdisjoint(judgement.paper_ids) and not _is_undone(judgement, judged))
    ]


def _is_met(denial: Judgement, alone: Sequence[Judgement]) -> bool:
    """Whether a sentence carries what a passage denies: it is in it, or has the claim's figures."""
    return any(
        one.passage.evidence[0] in denial.passage.evidence
        or (denial.objection == FIGURE and one.paper_ids & denial.paper_ids)
        for one in alone
    )


def _is_undone(judgement: Judgement, judged: Sequence[Judgement]) -> bool:
    """Whether a sentence of the paper with as many words of the claim is a denial to a reader.

    Of 840 claims about papers that nothing was fitted to, three true ones in a thousand are lost by
    it, and a sixth of the false ones that were believed.
    """
    return any(
        one.is_alone
        and one.is_denied
        and one.shared >= judgement.shared
        and one.paper_ids & judgement.paper_ids
        for one in judged
    )


def denying(judged: Sequence[Judgement]) -> list[Judgement]:
    """The judgements by which a claim is called wrong, clearest first.

    A writer who is told so without cause stops listening: a mere leaning of the score is silence.
    """
    with_figures = {
        paper_id
        for judgement in judged
        if judgement.objection not in (FIGURE, NO_FIGURE)
        for paper_id in judgement.paper_ids
    }
    told = [
        judgement
        for judgement in judged
        if judgement.support == "contradicted" and _is_told(judgement, with_figures)
    ]
    return sorted(told, key=lambda judgement: -judgement.against)


def _is_told(judgement: Judgement, with_figures: Collection[str]) -> bool:
    """A figure differs only where no other words of the paper have it."""
    if judgement.objection == FIGURE:
        return judgement.paper_ids.isdisjoint(with_figures)
    return judgement.objection == EXCHANGED or judgement.against >= _TOLD


def _plainly_denies(judgement: Judgement) -> bool:
    """Whether a passage says the contrary in so many words."""
    if judgement.support != "contradicted" or not judgement.objection:
        return False
    return judgement.objection != DENIAL or judgement.against >= _PLAIN
