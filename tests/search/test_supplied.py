"""A question is answered with the cause, the means or the figure that it asks for."""

from __future__ import annotations

from pathlib import Path

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
DYES = (
    "Wool dyes of the mountain villages fade in the sun. "
    "We present a new approach for wool dyes of the mountain villages that keep their colour. "
    "Skeins are soaked in alum and dried at 55 °C using stones from the river. "
    "Wool dyes of the mountain villages are sold in three markets. "
    "Experiments show that wool dyes of the mountain villages keep their colour best in winter."
)


def opened(folder: Path, title: str, abstract: str) -> Assistant:
    source = folder / "papers.bib"
    fields = f"title={{{title}}}, author={{Ada Lovelace}}, abstract={{{abstract}}}"
    source.write_text(f"@article{{a, {fields}}}", "utf-8")
    assistant = Assistant.open(folder / "library")
    assistant.add(source)
    return assistant


@pytest.fixture(scope="module")
def looms(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    title = "Halting looms in the summer of silk"
    return opened(tmp_path_factory.mktemp("looms"), title, ABSTRACT)


@pytest.fixture(scope="module")
def dyes(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return opened(tmp_path_factory.mktemp("dyes"), "Colours that last", DYES)


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


def test_how_is_answered_with_the_means(dyes: Assistant) -> None:
    assert "using stones" in said(dyes, "How are wool dyes of the mountain villages made to last?")


def test_a_quantity_is_answered_with_a_figure_in_its_units(dyes: Assistant) -> None:
    assert "55 °C" in said(dyes, "How hot are the wool dyes of the mountain villages?")


def test_a_term_that_is_only_named_is_quoted_with_what_is_said_next(tmp_path: Path) -> None:
    says = "We weave a cloth called moth silk. The threads are boiled twice. Rome buys most."
    answer = opened(tmp_path, "Cloths of the north", says).ask("What is moth silk?")
    assert answer.citations[0].quote.endswith("moth silk. The threads are boiled twice.")


def test_who_asks_for_neither_is_not_told_of_it(dyes: Assistant) -> None:
    assert "stones" not in said(dyes, "Where are wool dyes of the mountain villages sold?")
