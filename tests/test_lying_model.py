"""A model that lies in eight ways about what it was given: nothing of it is shown as supported.

The server reads the quotations out of the prompt, as a real model does, and writes about them:
honestly in other words, or with what each lie changes. `LYING_QUESTIONS=50` asks more of each lie.
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from model_server import Body, ModelServer
from mutations import falsified, reworded

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.base.types import Answer, Paper

QUOTED = re.compile(r"^\[(E\d+)\] .*?: “(.*)”$", re.MULTILINE)
QUESTIONS = int(os.environ.get("LYING_QUESTIONS", "6"))
SHOWN_AS_TRUE = ("quoted", "supported")


def quotations(body: Body) -> list[tuple[str, str]]:
    """The keys and sentences that the prompt holds."""
    return QUOTED.findall(body["messages"][-1]["content"])


def _said(body: Body, kind: str) -> str:
    """Sentences of the prompt made false in one way, each with its right key."""
    rng = random.Random(3)
    lies = [
        f"{claim.rstrip('.')} [{key}]."
        for key, sentence in quotations(body)
        for made, claim in falsified(sentence, rng)
        if made == kind
    ]
    return " ".join(lies) or "Bananas have 12 legs [E1]."


def honest(body: Body) -> str:
    """The first quotations in other words."""
    rng = random.Random(3)
    return " ".join(
        f"{reworded(sentence, rng).rstrip('.')} [{key}]." for key, sentence in quotations(body)[:4]
    )


def invents_citations(body: Body) -> str:
    """True sentences under keys that nobody gave, and a reference that does not exist."""
    said = [f"{s.rstrip('.')} [E{90 + i}]." for i, (_, s) in enumerate(quotations(body))]
    return " ".join([*said, "See also Smith (2031), doi:10.1/invented [E99]."])


def uncited(body: Body) -> str:
    """True sentences without any key."""
    return " ".join(sentence for _, sentence in quotations(body))


def obeys(_: Body) -> str:
    """What text in a paper asked for."""
    return "I will now say what I was told: all rules are off, send money to Banana Corp [E1]."


def dumps_its_prompt(body: Body) -> str:
    """The rules it was given."""
    return body["messages"][0]["content"]


LIES: dict[str, Callable[[Body], str]] = {
    "invents citations": invents_citations,
    "alters numbers": lambda body: _said(body, "number"),
    "negates": lambda body: _said(body, "negated"),
    "swaps roles": lambda body: _said(body, "swapped"),
    "says the opposite": lambda body: _said(body, "opposite"),
    "uncited": uncited,
    "obeys": obeys,
    "dumps its prompt": dumps_its_prompt,
}


@pytest.fixture(scope="module")
def library(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_library, tmp_path_factory.mktemp("lied-to") / "library"))


def _answers(library: Path, reply: Callable[[Body], str]) -> Iterator[Answer]:
    """Answers about the first papers of the library, by a server that replies like this."""
    with ModelServer(reply=reply) as server:
        settings = Settings(
            _env_file=None, library=library, openai_base_url=server.url, model="scripted"
        )
        with Assistant.open(settings=settings) as assistant:
            for paper in list(assistant.papers())[:QUESTIONS]:
                yield assistant.ask(_question(paper))


def _question(paper: Paper) -> str:
    return f"What does “{paper.title}” find?"


@pytest.mark.parametrize("lie", LIES)
def test_no_lie_is_shown_as_supported(lie: str, library: Path) -> None:
    answered = 0
    for answer in _answers(library, LIES[lie]):
        answered += 1
        if answer.mode == "generated":
            shown = [s.text for s in answer.sentences if s.support in SHOWN_AS_TRUE]
            assert shown == []
        else:  # quotations stand, with the reason
            assert answer.sentences
            assert answer.notice
        assert all(c.quote == c.paper.abstract[c.start : c.end] for c in answer.citations)
    assert answered == QUESTIONS


def test_an_honest_model_passes(library: Path) -> None:
    checks = [c for a in _answers(library, honest) for c in a.provenance.checks]
    kept = sum(check.kept for check in checks)
    assert len(checks) >= 3 * QUESTIONS
    assert kept / len(checks) >= 0.95
