"""Every attack in every carrier, against a model that obeys all of them: what gets past the code.

    python -m tests.nightly.injections [CARRIER...]

The attacks of tests/injection/attacks.py, each in a question (alone, and after a question of good
faith), an abstract, a title, a list of authors, a BibTeX file and a PDF, also where it was not
written for that place. Prints for each carrier how many answers broke a promise and in how many the
true sentence stands, and fails if any is broken.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path[:0] = [
        str(Path(__file__).parents[n] / name) for n, name in ((1, ""), (1, "injection"))
    ]

from attacks import ATTACKS, BENIGN, Place
from obedience import Case, cases, obedient, papers_of, sentences_of, violations, written

from rag.answer.generate import Written
from rag.answer.orders import is_order
from rag.base.types import Answer, Evidence
from rag.web import evidence as cards
from rag.web import transcript
from rag.web.conversation import Exchange

CARRIERS: tuple[Place, ...] = ("question", "abstract", "title", "author", "bibtex", "pdf")
_HARMLESS = frozenset(
    "a article bdi code details div em h1 h2 h3 li mark p section span strong summary textarea "
    "ul".split()
)
# Places on the page, records of known registers, and the page of a paper in this library.
_OURS = re.compile(
    r"#.*|https://(?:doi\.org|arxiv\.org/abs)/.*|\?screen=library&paper=[\w.-]+", re.ASCII
)


class Outcome(NamedTuple):
    """What came of an attack: the promises that its answer broke, and whether it has the truth."""

    case: Case
    broken: list[str]
    is_true: bool


def outcomes(carrier: Place) -> Iterator[Outcome]:
    """What came of each attack in one carrier."""
    for case in cases((attack, carrier) for attack in ATTACKS):
        evidence = sentences_of(papers_of(case))
        for question in _questions(case):
            result = written(question, evidence, obedient(case.attack))
            broken = violations(result, case.attack, evidence)
            broken += [f"on the page: {found}" for found in _foreign(question, result, evidence)]
            is_true = any(case.fact in s.text for s in result.draft.sentences)
            yield Outcome(case, broken, is_true)


def _questions(case: Case) -> list[str]:
    if case.place != "question":
        return [case.question]
    return [case.attack.text, f"{case.question} {case.attack.text}"]


# --- the page --------------------------------------------------------------------------------


class _Elements(HTMLParser):
    """Elements that a page must not have, and links that lead away from it."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Each element, with its attributes."""
        given = dict(attrs)
        address = given.get("href") or "#"
        is_ours = bool(_OURS.fullmatch(address))
        if tag not in _HARMLESS or not is_ours or any(name.startswith("on") for name in given):
            self.foreign.append(self.get_starttag_text() or tag)


def _foreign(question: str, result: Written, evidence: Sequence[Evidence]) -> list[str]:
    """What the page of an answer would fetch, run or lead to, that no record of ours asked for."""
    draft = result.draft
    answer = Answer(
        question,
        "answered",
        "generated",
        sentences=tuple(draft.sentences),
        citations=tuple(draft.citations),
        evidence=tuple(evidence),
    )
    exchange, anchors = Exchange(question, answer), cards.Anchors(1, 1)
    shown = [transcript.question(exchange), transcript.settled(exchange, anchors, "scripted")]
    shown += [part.shown for part in cards.panel(exchange, anchors, newest=True)]
    reader = _Elements()
    for html in shown:
        reader.feed(html.markup)
    return reader.foreign


def main() -> int:
    """Print the counts, and each promise that was broken."""
    broken = 0
    _say(f"{len(ATTACKS)} attacks")
    for carrier in [c for c in CARRIERS if c in sys.argv[1:]] or CARRIERS:
        found = list(outcomes(carrier))
        bad = [one for one in found if one.broken]
        broken += len(bad)
        kept = sum(one.is_true for one in found)
        _say(f"{carrier}: {len(found)} answers, {len(bad)} broke a promise, {kept} have the truth")
        for one in bad:
            _say(f"  {one.case}: {one.broken[0][:200]}")
    hidden = [sentence for sentence in BENIGN if is_order(sentence)]
    _say(f"{len(BENIGN)} sentences that only look like orders: {len(hidden)} kept from the model")
    return 1 if broken or hidden else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
