"""A question that asks why is answered with the cause that the paper gives."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant

ABSTRACT = (
    "Silk looms are studied in ten workshops of one town. "
    "We find that silk looms stop more often in summer than in winter. "
    "A loom that stops costs its owner a day. "
    "Silk looms in summer were watched for two years. "
    "We attribute these halts to damp threads. "
    "Owners of silk looms in summer may find this of use."
)


@pytest.fixture(scope="module")
def looms(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    folder = tmp_path_factory.mktemp("looms")
    source = folder / "looms.bib"
    source.write_text(
        "@article{a, title={Halting looms in the summer of silk}, author={Ada Lovelace}, "
        f"abstract={{{ABSTRACT}}}}}",
        "utf-8",
    )
    assistant = Assistant.open(folder / "library")
    assistant.add(source)
    return assistant


def said(assistant: Assistant, question: str) -> str:
    answer = assistant.ask(question)
    assert answer.status == "answered"
    return " ".join(citation.quote for citation in answer.citations)


def test_why_is_answered_with_the_cause(looms: Assistant) -> None:
    quoted = said(looms, "Why do silk looms stop more often in summer?")
    assert "We find that silk looms stop" in quoted
    assert "damp threads" in quoted


def test_who_does_not_ask_why_is_not_told(looms: Assistant) -> None:
    assert "damp" not in said(looms, "How often do silk looms stop in summer?")
