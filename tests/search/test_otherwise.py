"""What a sentence tells by other words than those asked for."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.text import stem
from rag.search.figures import figure_asked
from rag.search.otherwise import measure_called, naming

TOLD = {
    "a comparative": ("speedup", "It weaves 40% faster."),
    "a verb": ("speed-ups", "LOOM accelerates weaving by a factor of 3."),
    "less time": ("speedup", "The shuttle cuts the weaving time by half."),
    "fewer steps": ("speedup", "LOOM needs 20% fewer punching steps."),
    "a verb for a noun": ("reduction", "Cards lowered the error from 9 to 4."),
    "saved": ("savings", "Silk worth 12% of the price was saved."),
    "risen": ("increase", "The yield rose to 31 ells."),
    "a gain that is a loss": ("improvement", "Our loom reduces errors by 5%."),
    "rightly": ("accuracy", "It names 97% of the patterns correctly."),
    "wrongly": ("error", "Two in 100 threads were wrongly crossed."),
    "a share": ("proportion", "Moths ate 43% of the carpets."),
    "a multiple": ("factor", "LOOM draws three times the power."),
    "ahead": ("gap", "PISCES stays 3 points behind LOOM."),
}
NOT_TOLD = {
    "no figure": ("speedup", "It weaves faster."),
    "another measure": ("speedup", "It has 40% stronger threads."),
    "no comparison": ("increase", "We wove more than 50 carpets."),
    "a count": ("accuracy", "It names 12 patterns."),
}


@pytest.mark.parametrize(("name", "sentence"), TOLD.values(), ids=TOLD)
def test_a_measure_is_told_in_other_forms_beside_a_figure(name: str, sentence: str) -> None:
    measure = measure_called(name)
    assert measure is not None
    assert measure.is_told_in(sentence)


@pytest.mark.parametrize(("name", "sentence"), NOT_TOLD.values(), ids=NOT_TOLD)
def test_without_a_figure_or_its_words_no_measure_is_told(name: str, sentence: str) -> None:
    measure = measure_called(name)
    assert measure is not None
    assert not measure.is_told_in(sentence)


def test_only_what_is_asked_for_is_told() -> None:
    told = naming(map(stem, ("reduction", "licence", "silk")))
    assert list(told("LOOM halves the errors.")) == [stem("reduction")]
    assert list(told("It is under the GPL 3.0.")) == [stem("licence")]
    assert list(naming(["silk"])("LOOM halves the errors.")) == []
    assert measure_called("silk") is None


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        ("How large is the speedup of LOOM?", "LOOM is three times as fast.", True),
        ("How large is the speedup of LOOM?", "LOOM has 40 threads.", False),
        ("How much of a reduction in errors is there?", "Errors fall by 5%.", True),
        ("How big an improvement is it?", "We wove for 9 days. It improves the cloth.", False),
    ],
)
def test_how_large_a_measure_is_needs_its_own_figure(question: str, text: str, told: bool) -> None:
    asked = figure_asked(question)
    assert asked is not None
    assert asked.is_told_in(text) is told


def test_a_speedup_is_answered_by_what_is_faster_and_of_no_other_paper(sample: Assistant) -> None:
    found = sample.ask("How large is the speedup of SOAP?")
    assert found.status == "answered"
    assert {c.paper.title.split(":")[0] for c in found.citations} == {"SOAP"}
    assert sample.ask("How large is the speedup of LOTION?").reason == "not_stated"
