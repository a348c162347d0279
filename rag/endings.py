"""How a turn ends: with the checked answer, written or quoted, or an abstention and its reason.

The roads of `rag.turn` lead here. What a turn took and rests on is noted on the way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.answer import compare, condense, generate, tallies
from rag.answer.claim import ClaimJudge
from rag.answer.contrast import say_contrasts
from rag.answer.draft import Draft
from rag.base.aspects import Matrix
from rag.base.errors import ModelError, PromptError
from rag.base.provenance import Check, Provenance
from rag.base.types import (
    Answer,
    Event,
    Evidence,
    Filters,
    Final,
    Hit,
    Mode,
    Paper,
    QueryPlan,
    Reason,
    Token,
)
from rag.index.store import Store
from rag.models.prompts import Message, prompt_id
from rag.search.confidence import Scale, shipped_scale
from rag.search.evidence import Findings

NEAREST = 3  # papers that an abstention names
_FEW = 0.02  # of the papers searched, that may await their vectors without being told of

Stream = Callable[[list[Message]], Iterator[str]]


@dataclass(slots=True)
class Endings:
    """The ends of one turn, and what was noted on its way; made anew for each turn."""

    model: Stream | None = None
    prompts_dir: Path | None = None
    scale: Scale = field(default_factory=shipped_scale)
    calibrated: bool = True  # the scale is for this library's model
    started: float = field(default_factory=time.perf_counter)
    timings: dict[str, float] = field(default_factory=dict)
    prompt: str | None = None  # that a model was asked with; two where it said the question anew
    checks: tuple[Check, ...] = ()
    matrix: Matrix | None = None  # that the answer shows as a table
    judge: ClaimJudge | None = None  # of what a model writes
    coverage: str | None = None  # that search by meaning does not reach all papers yet

    def lap(self, stage: str) -> None:
        """Note how long a stage took that ends now."""
        spent = sum(self.timings.values())
        self.timings[stage] = round((time.perf_counter() - self.started) * 1000 - spent, 2)

    def note_awaited(self, store: Store, filters: Filters) -> None:
        """Note how many of the papers that meet the filters are found by words alone so far.

        The scale of confidence was not fitted for a search of words.
        """
        allowed = store.allowed(filters)
        searched = store.paper_count() if allowed is None else len(allowed)
        awaited = store.awaited_count(allowed)
        if awaited > _FEW * searched:
            self.calibrated = False
            self.coverage = (
                f"So far, search by meaning covers {searched - awaited:,} of the {searched:,} "
                "papers searched; the others are found by their words."
            )

    def written_or(
        self,
        plan: QueryPlan,
        evidence: Sequence[Evidence],
        quoted: Draft,
        confidence: float,
        notice: str | None = None,
    ) -> Iterator[Event]:
        """Let the model write, if there is one; its failure or silence leaves the quotations.

        `notice` is of the quotations, where nothing keeps the model from writing.
        """
        if self.model is None:
            yield from self.settle(plan, quoted, "extractive", confidence, notice)
            return
        try:
            own = prompt_id(generate.PROMPT, self.prompts_dir)
            self.prompt = f"{self.prompt} {own}" if self.prompt else own
            for item in generate.write(
                plan.query, evidence, self.model, self.prompts_dir, self.judge
            ):
                if isinstance(item, Token):
                    yield item
                    continue
                self.checks = item.checks
                if item.draft.sentences:
                    if self.matrix:
                        say_contrasts(item.draft, self.matrix)
                    yield self.final(plan, item.draft, "generated", confidence, _remark(item))
                    return
            notice = (
                "The model's text did not hold against the quoted words; they stand as they are."
            )
        except (ModelError, PromptError) as error:
            notice = f"{error} The quoted sentences stand instead."
        yield self.final(plan, quoted, "extractive", confidence, notice)

    def restated(
        self, question: str, history: Sequence[tuple[str, Answer]], without: Answer
    ) -> str | None:
        """What a model takes a question for that goes on from others, where rules found no answer.

        None where there is no model, or none that can tell: the abstention stands.
        """
        lost = without.status == "abstained" and without.reason != "library_empty"
        if self.model is None or not history or not lost:
            return None
        try:
            self.prompt = prompt_id(condense.PROMPT, self.prompts_dir)
            return condense.condensed(question, history, self.model, self.prompts_dir)
        except (ModelError, PromptError):
            return None
        finally:
            self.lap("condense")

    def settle(
        self,
        plan: QueryPlan,
        draft: Draft,
        mode: Mode,
        confidence: float,
        notice: str | None = None,
    ) -> Iterator[Event]:
        """The answer as it was put together, streamed sentence by sentence.

        Where the records of the papers have nothing that could be counted, it is an abstention.
        """
        if plan.tally and not draft.sentences:
            yield self.abstain(plan, "not_stated", tallies.none_known(plan))
            return
        for sentence in draft.sentences:
            yield Token(sentence.text + "\n")
        yield self.final(plan, draft, mode, confidence, notice)

    def final(
        self,
        plan: QueryPlan,
        draft: Draft,
        mode: Mode,
        confidence: float | None,
        notice: str | None,
    ) -> Final:
        """The answer."""
        table = compare.table(draft, self.matrix) if self.matrix else None
        self.lap("write")
        return Final(
            Answer(
                question=plan.question,
                status="answered",
                mode=mode,
                sentences=tuple(draft.sentences),
                citations=tuple(draft.citations),
                table=table,
                confidence=None if confidence is None else round(confidence, 3),
                calibrated=self.calibrated,
                notice=self._noticed(notice),
                understood=plan.understood,
                timings_ms=self._timings(),
                plan=plan,
                provenance=Provenance(prompt=self.prompt, checks=self.checks),
            )
        )

    def not_answered(
        self,
        plan: QueryPlan,
        hits: Sequence[Hit],
        findings: Findings,
        unintroduced: str | None = None,
    ) -> Final:
        """That the papers do not answer, with what is missing in them.

        `unintroduced` says so of what is asked about, where no paper is about it.
        """
        on_topic = bool(plan.named or plan.filters.authors) or findings.signals.on_topic
        reason: Reason = "not_stated" if on_topic else "not_in_library"
        if findings.signals.strange:
            notice = (
                f"Nothing in your library mentions {' or '.join(findings.signals.strange[:3])}."
            )
        elif unintroduced:
            notice = unintroduced
        elif on_topic and findings.signals.unsaid:
            notice = f"The nearest paper in your library does not {findings.signals.unsaid[0]}."
        elif on_topic and findings.signals.elsewhere:
            missing = " or ".join(findings.signals.elsewhere[:3])
            notice = f"The nearest paper in your library does not mention {missing}."
        elif on_topic:
            notice = "The nearest papers in your library do not state this."
        else:
            notice = "Nothing in your library bears on this."
        return self.abstain(
            plan,
            reason,
            notice,
            [hit.paper for hit in hits[:NEAREST]],
            self.scale.confidence(findings.signals),
        )

    def abstain(
        self,
        plan: QueryPlan,
        reason: Reason,
        notice: str,
        nearest: Sequence[Paper] = (),
        confidence: float | None = None,
    ) -> Final:
        """No answer, and why."""
        return Final(
            Answer(
                question=plan.question,
                status="abstained",
                mode="extractive",
                reason=reason,
                notice=self._noticed(notice),
                nearest=tuple(nearest),
                understood=plan.understood,
                confidence=None if confidence is None else round(confidence, 3),
                calibrated=self.calibrated,
                timings_ms=self._timings(),
                plan=plan,
            )
        )

    def _noticed(self, notice: str | None) -> str | None:
        return " ".join(filter(None, (notice, self.coverage))) or None

    def _timings(self) -> dict[str, float]:
        return {**self.timings, "total": round((time.perf_counter() - self.started) * 1000, 2)}


def _remark(written: generate.Written) -> str | None:
    """What was taken away from the model's text, and from what it was given."""
    said = []
    if written.struck:
        count = "1 sentence" if written.struck == 1 else f"{written.struck} sentences"
        said.append(
            f"{count} of the model's text did not hold against the quoted words and was left out."
        )
    if written.left_out:
        count = "1 quotation" if written.left_out == 1 else f"{written.left_out} quotations"
        said.append(f"The model had no room for all that was found; {count} stayed out.")
    return " ".join(said) or None
