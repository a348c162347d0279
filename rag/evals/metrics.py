"""Records → figures. Pure functions; what a record means is told in `records`.

Most figures are shares: a sum over questions divided by how many things were counted, so that a
comparison can draw questions anew. The others judge confidences (`judged`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np

from rag.base.errors import RagError
from rag.evals import confidence
from rag.evals.confidence import Bools, Floats
from rag.evals.records import Outcome, Quote, Rationale, Record, Span

_SAME = 0.5  # share of the shorter of two spans that they have in common when they are one sentence

Counted = tuple[float, float]
"""A sum, and how many things it is over."""

Shares = dict[str, dict[str, Counted]]
"""Figure → question id → its part of the figure."""

Subject = Literal["unanswerable", "withheld", "right"]
"""What a confidence is held against: see `judged`."""

Judgements = dict[str, list[tuple[float, bool]]]
"""Question id → confidences, each with whether it was so."""

CONFIDENCE: Mapping[str, tuple[Subject, Callable[[Floats, Bools], float]]] = {
    "AUROC, unanswerable": ("unanswerable", confidence.auroc),
    "AUROC, papers withheld": ("withheld", confidence.auroc),
    "AUROC, right": ("right", confidence.auroc),
    "area of risk and coverage": ("right", confidence.risk_coverage_area),
    "calibration error, debiased": (
        "right",
        lambda sure, so: confidence.debiased_error(confidence.bins(sure, so)),
    ),
    "calibration error, ECE": (
        "right",
        lambda sure, so: confidence.expected_error(confidence.bins(sure, so)),
    ),
    "Brier score": ("right", confidence.brier),
}


def shares(records: Sequence[Record]) -> Shares:
    """All figures that are shares, those without a single question left out."""
    found = ranking(records) | evidence(records) | answers(records) | by_kind(records)
    return {name: parts for name, parts in found.items() if parts}


def share(parts: Iterable[Counted]) -> float:
    """The figure that its parts make together; NaN when nothing was counted."""
    counted = list(parts)
    total = sum(n for _, n in counted)
    return sum(s for s, _ in counted) / total if total else float("nan")


# --- papers ------------------------------------------------------------------------------------


def ranking(records: Sequence[Record]) -> Shares:
    """nDCG@10 with the grades as gains, Recall@10 and @100, MRR@10, by ir-measures.

    Of all questions that have relevant papers, answerable or not.

    Raises:
        RagError: ir-measures is not installed.
    """
    asked = [r for r in records if r.relevant]
    if not asked:
        return {}
    try:
        from ir_measures import RR, R, iter_calc, nDCG
    except ImportError as error:
        raise RagError(
            "Evaluation needs the package ir-measures; install askpapers[eval]."
        ) from error
    # Not by name: to read "nDCG@10" ir-measures uses what Python 3.14 drops.
    names = {nDCG @ 10: "nDCG@10", R @ 10: "Recall@10", R @ 100: "Recall@100", RR @ 10: "MRR@10"}
    found: Shares = {name: {} for name in names.values()}
    judged_papers = {r.id: dict(r.relevant) for r in asked}
    for value in iter_calc(list(names), judged_papers, {r.id: _places(r) for r in asked}):
        found[names[value.measure]][value.query_id] = (value.value, 1.0)
    return found


def _places(record: Record) -> dict[str, float]:
    """Papers with scores that fall by their places: ties stand as they were shown."""
    return {paper: -float(place) for place, (paper, _) in enumerate(record.ranking)}


# --- sentences ---------------------------------------------------------------------------------


def evidence(records: Sequence[Record]) -> Shares:
    """hit@1 and hit@3 of the gold sentences in their paper, and F1 of the sentences cited.

    The hits count question and paper pairs; F1 is of a question's answer as a whole, and 0 for
    an abstention. Gold sentences that the stored text does not hold do not count.
    """
    found: Shares = {"evidence hit@1": {}, "evidence hit@3": {}, "sentence F1": {}}
    for record in records:
        pairs = [pair for pair in record.rationales if pair.gold]
        if not pairs:
            continue
        for k in (1, 3):
            hits = sum(_is_hit(pair, k) for pair in pairs)
            found[f"evidence hit@{k}"][record.id] = (hits, len(pairs))
        if record.outcome is not None:
            found["sentence F1"][record.id] = (sentence_f1(record.outcome.quotes, pairs), 1.0)
    return found


def _is_hit(pair: Rationale, k: int) -> bool:
    return any(is_same(span, gold) for span in pair.ranked[:k] for gold in pair.gold)


def sentence_f1(quotes: Sequence[Quote], rationales: Sequence[Rationale]) -> float:
    """Harmonic mean of the shares of quotes that are gold and of gold sentences that are quoted."""
    gold = [Quote(pair.paper, *span) for pair in rationales for span in pair.gold]
    quoted = [quote for quote in quotes if quote.end > quote.start]
    right = sum(any(_is_same_quote(q, g) for g in gold) for q in quoted)
    found = sum(any(_is_same_quote(q, g) for q in quoted) for g in gold)
    if not right or not found:
        return 0.0
    precision, recall = right / len(quoted), found / len(gold)
    return 2 * precision * recall / (precision + recall)


def _is_same_quote(a: Quote, b: Quote) -> bool:
    return a.paper == b.paper and is_same((a.start, a.end), (b.start, b.end))


def is_same(a: Span, b: Span) -> bool:
    """True for spans that are one sentence: whoever cut them may have cut a little differently."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return shared > 0 and shared >= _SAME * min(a[1] - a[0], b[1] - b[0])


# --- answers -----------------------------------------------------------------------------------


def answers(records: Sequence[Record]) -> Shares:
    """How often it abstained where it should and where it should not, and led with a right paper.

    `leads with a relevant paper` counts abstentions too, by the nearest paper that they show.
    """
    found: Shares = {
        "abstained, answerable": {},
        "abstained, unanswerable": {},
        "abstained, papers withheld": {},
        "leads with a relevant paper": {},
    }
    for record in records:
        if record.outcome is None:
            continue
        name = "answerable" if record.answerable else "unanswerable"
        found[f"abstained, {name}"][record.id] = _counted(_abstained(record.outcome))
        if record.withheld is not None:
            abstained = _abstained(record.withheld)
            found["abstained, papers withheld"][record.id] = _counted(abstained)
        if record.answerable and record.relevant:
            leads = record.outcome.lead in record.relevant
            found["leads with a relevant paper"][record.id] = _counted(leads)
    return found


def by_kind(records: Sequence[Record]) -> Shares:
    """Of question files: the share of right answers, for each kind of question and in all."""
    found: Shares = {}
    for record in records:
        if record.correct is not None:
            kind = f"correct, {record.kind or 'question'}"
            found.setdefault(kind, {})[record.id] = _counted(record.correct)
    everything = {key: part for parts in found.values() for key, part in parts.items()}
    return found | {"correct, all": everything}


def _abstained(outcome: Outcome) -> bool:
    return outcome.status == "abstained"


def _counted(is_so: bool) -> Counted:
    return float(is_so), 1.0


# --- confidence --------------------------------------------------------------------------------


def judged(records: Sequence[Record], subject: Subject) -> Judgements:
    """Confidences of the answers, each with whether it was so.

    "unanswerable": the question is answerable. "withheld": the papers that answer it are there;
    each question counts twice, with them and without. "right": the answer is right; without its
    papers none is.
    """
    found: Judgements = {}
    for record in records:
        if record.outcome is None:
            continue
        sure = _confidence(record.outcome)
        own: list[tuple[float, bool]] = []
        if subject == "unanswerable":
            own = [(sure, record.answerable)]
        elif subject == "right":
            own = [(sure, is_right(record))]
        elif record.withheld is not None:
            own = [(sure, True)]
        if record.withheld is not None and subject != "unanswerable":
            own.append((_confidence(record.withheld), False))
        if own:
            found[record.id] = own
    return found


def is_right(record: Record) -> bool:
    """Whether the answer is right, or would be: it leads with a paper that answers the question.

    An abstention is judged by the nearest paper that it shows: what it would have answered from.
    """
    if record.correct is not None and not (record.outcome and _abstained(record.outcome)):
        return record.correct
    lead = record.outcome.lead if record.outcome else None
    return record.answerable and lead in record.relevant


def _confidence(outcome: Outcome) -> float:
    return 0.0 if outcome.confidence is None else outcome.confidence


def arrays(judgements: Iterable[Sequence[tuple[float, bool]]]) -> tuple[Floats, Bools]:
    """Judgements of many questions as two arrays: confidences, and whether it was so."""
    flat = [pair for own in judgements for pair in own]
    return (
        np.array([sure for sure, _ in flat], dtype=np.float64),
        np.array([so for _, so in flat], dtype=np.bool_),
    )


# --- time --------------------------------------------------------------------------------------


def times(records: Sequence[Record], what: str) -> Floats:
    """Milliseconds that each question took for "embedding", "evidence", "answer" or "search"."""
    return np.array([r.timings_ms[what] for r in records if what in r.timings_ms], np.float64)
