"""Where papers stand on a claim: which support, contradict or qualify it, with the words."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer import records
from rag.answer.claim import ClaimJudge
from rag.answer.draft import Draft
from rag.answer.judgement import Judgement, Passage
from rag.base.types import Evidence, Support

_SAID: dict[Support, str] = {
    "supported": "supports it",
    "contradicted": "contradicts it",
    "partial": "says it in part",
}  # in the order in which they are told


def positions(claim: str, by_paper: Sequence[Sequence[Evidence]], judge: ClaimJudge) -> Draft:
    """What each paper that takes a side says, after how many do; empty where none does.

    `by_paper` are the sentences of each paper that bear on the claim.
    """
    judged = [judge.best(claim, [Passage((e,)) for e in own]) for own in by_paper if own]
    taken = [j for said in _SAID for j in judged if j is not None and _takes_side(j, said)]
    draft = Draft()
    if not taken:
        return draft
    numbers = [_number(draft, judgement) for judgement in taken]
    draft.say(_headline(taken, len(judged)), tuple(numbers), "supported")
    for judgement, number in zip(taken, numbers, strict=True):
        evidence = judgement.passage.evidence[0]
        date = records.long_date(evidence.paper)
        when = f" ({date})" if date else ""
        who = records.short_title(evidence.paper)
        said = _SAID[judgement.support]
        draft.say(f"{who}{when} {said}: “{evidence.text}”", (number,), "quoted")
    return draft


def _takes_side(judgement: Judgement, side: Support) -> bool:
    """A paper is said to contradict only where its words plainly do, not where a score leans so."""
    is_plain = side != "contradicted" or bool(judgement.objection)
    return judgement.support == side and is_plain


def _number(draft: Draft, judgement: Judgement) -> int:
    evidence = judgement.passage.evidence[0]
    return draft.cite(evidence.paper, evidence.start, evidence.end)


def _headline(taken: Sequence[Judgement], looked_at: int) -> str:
    counts = [
        (sum(j.support == "supported" for j in taken), "support"),
        (sum(j.support == "contradicted" for j in taken), "contradict"),
        (sum(j.support == "partial" for j in taken), "say in part"),
    ]
    told = [f"{n} {verb if n > 1 else _singular(verb)}" for n, verb in counts if n]
    listed = ", ".join(told[:-1]) + (" and " if len(told) > 1 else "") + told[-1]
    nearest = "the nearest paper" if looked_at == 1 else f"the {looked_at} nearest papers"
    return f"Of {nearest}, {listed} what is claimed."


def _singular(verb: str) -> str:
    return verb.replace("say", "says") if verb.startswith("say") else f"{verb}s"
