"""Fits confidence to one's own library: its papers are asked about, and held out and asked about.

A question is made of telling words of one sentence. With its paper in the library the question
has an answer; without it, it has none. How often the assistant was right at each level of
confidence becomes the library's own scale.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.assistant import Assistant
from rag.base.errors import QuestionError, SourceError
from rag.base.fitted import Points, read_off
from rag.base.plain import plain_fields
from rag.base.text import STOP_WORDS, sentences
from rag.base.types import Filters, Paper, Progress
from rag.evals.calibrate import fit_points
from rag.evals.confidence import bins, expected_error
from rag.ingest.pipeline import library_identity
from rag.models.choose import identity_of
from rag.search.confidence import shipped_scale
from rag.search.scales import keep_scale

LEAST_PAPERS = 30  # fewer cannot tell a level of confidence from another
_PAPERS = 150
_WORDS = (3, 7)
_WORD = re.compile(r"[A-Za-z][\w-]{3,}")


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was asked, and the calibration error (ECE) before and after, 0..1."""

    questions: int
    papers: int
    before: float
    after: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return plain_fields(self)


def calibrate(
    assistant: Assistant,
    *,
    papers: int = _PAPERS,
    progress: Callable[[Progress], None] | None = None,
) -> Calibration:
    """Fit the confidence to the library and keep it there. The next opening uses it.

    "After" is measured on halves: each is read on the scale of the other.

    Raises:
        SourceError: the library has too few papers with a text.
    """
    chosen = _chosen(assistant, papers)
    asked: list[tuple[float, bool, int]] = []  # logit, right, which half
    for done, paper in enumerate(chosen, start=1):
        asked += [(logit, right, done % 2) for logit, right in _asked(assistant, paper)]
        if progress is not None:
            progress(Progress(done, len(chosen), "asking"))
    reads = assistant.settings.reads
    shipped = shipped_scale().read_points if reads else shipped_scale().points
    before = _error(asked, (shipped, shipped))
    after = _error(asked, (_points(asked, 1), _points(asked, 0)))
    points = fit_points([logit for logit, _, _ in asked], [right for _, right, _ in asked])
    identity = library_identity(identity_of(assistant.settings))
    keep_scale(assistant.folder, points, len(asked), identity, reads=reads)
    return Calibration(len(asked), len(chosen), round(before, 4), round(after, 4))


def _chosen(assistant: Assistant, most: int) -> list[Paper]:
    fit = [paper for paper in assistant.papers() if len(paper.abstract) >= 200]
    if len(fit) < LEAST_PAPERS:
        raise SourceError(
            f"The library has {len(fit)} papers with a text; {LEAST_PAPERS} are needed to tell "
            "how sure an answer is. The scale that comes with askpapers stays in use."
        )
    return random.Random(7).sample(fit, min(most, len(fit)))  # noqa: S311  # no secret


def _asked(assistant: Assistant, paper: Paper) -> Iterator[tuple[float, bool]]:
    """Logit of the confidence and whether it was right, with the paper and without it."""
    question = _question(paper)
    for without in (Filters(), Filters(ids=(paper.id,))):
        try:
            found = assistant.signals(question, without=without)
        except QuestionError:
            continue
        if found is not None:
            signals, lead = found
            yield shipped_scale().logit(signals), lead.id == paper.id


def _question(paper: Paper) -> str:
    """Some telling words of the paper's longest middle sentence, in their order."""
    said = sentences(paper.abstract)
    sentence = max(said[1:-1] or said, key=len)
    rng = random.Random(paper.id)  # noqa: S311  # the same question each time
    telling = [w for w in _WORD.findall(sentence) if w.casefold() not in STOP_WORDS]
    size = min(rng.randint(*_WORDS), len(telling))
    return " ".join(telling[i] for i in sorted(rng.sample(range(len(telling)), size)))


def _points(asked: Sequence[tuple[float, bool, int]], half: int) -> Points:
    own = [(logit, right) for logit, right, of in asked if of == half]
    return fit_points([logit for logit, _ in own], [right for _, right in own])


def _error(asked: Sequence[tuple[float, bool, int]], points: tuple[Points, Points]) -> float:
    sure = np.array([read_off(points[half], logit) for logit, _, half in asked])
    return expected_error(bins(sure, np.array([right for _, right, _ in asked])))
