"""What the tests of answers share: papers and the sentences of one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.base.text import sentence_spans
from rag.base.types import Evidence, Paper

LOOM = (
    "Programs for engines are long. We introduce LOOM, a notation for cards, so that a table needs "
    "23 cards instead of 410. In a trial with twelve operators, errors fell by 62% and the time to "
    "prepare a program fell from nine days to two. LOOM cannot express a cycle whose length is "
    "decided while the engine runs."
)
RADON = (
    "Radon gathers in cellars. We measured 318 rooms in 2.5 million hours. Opening a window halved "
    "the concentration, whereas painting the walls had no measurable effect."
)


@pytest.fixture
def loom() -> Paper:
    return Paper(
        "loom",
        "LOOM: Weaving Programs onto Punched Cards",
        ("Ada Lovelace", "Charles Babbage"),
        date="2019-03-05",
        category="PL",
        orgs=("analytical-society",),
        has_code=True,
        score=81.5,
        abstract=LOOM,
    )


@pytest.fixture
def radon() -> Paper:
    return Paper(
        "radon",
        "Trace Gases in Sealed Rooms",
        ("Marie Curie", "Irène Joliot-Curie", "Pierre Curie"),
        date="2022-05",
        abstract=RADON,
    )


@pytest.fixture
def bare() -> Paper:
    """A record of which a source gave nothing but the title."""
    return Paper("bare", "Conic Sections")


Said = Callable[..., Evidence]


@pytest.fixture
def said() -> Said:
    """Makes evidence of the nth sentence of a paper."""

    def said(paper: Paper, nth: int, score: float = 1.0) -> Evidence:
        start, end = sentence_spans(paper.abstract)[nth]
        return Evidence(paper, start, end, paper.abstract[start:end], score)

    return said
