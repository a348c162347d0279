"""Which figure a question asks for, and whether words give it."""

from __future__ import annotations

import pytest

from rag.search.figures import figure_asked

TOLD = {
    "a weight": ("How heavy is the loom?", "It weighs 300 kg."),
    "a mass in energy": ("How heavy is the new particle?", "a mass of 125 GeV"),
    "a weight beside another": ("How heavy is the loom?", "Ours is three times heavier."),
    "a time in words": ("How long does a carpet take?", "Two weeks later it was done."),
    "a time in LaTeX": ("How long is a pulse?", r"pulses of $800\,\mu s$"),
    "a speed": ("How fast is the shuttle?", "It flies at 12 m/s."),
    "a share": ("How fast is the new loom?", "It is 40% faster."),
    "a price": ("How much did the loom cost?", r"It was sold for \$300."),
    "a price in words": ("How much were weavers paid?", "They got two dollars an hour."),
    "a cost that is no price": ("How much does it cost?", "It cuts the cost by 40%."),
    "what is said of anything": ("How large is the gap?", "a gap of 0.3"),
    "a licence by its name": ("Under which licence is it released?", "It is under the GPL 3.0."),
    "a licence spelt otherwise": ("Under which licence is it?", "It has an open license."),
    "a depth": ("How deep is the network?", "a network of twelve layers"),
    "a depth by its adjective": ("How deep is the well?", "It is 3 times as deep as ours."),
    "a time that it takes": ("How long does weaving take?", "after 5 days of training"),
    "a cost in work": ("What does a lookup cost?", "Lookups are cheap."),
    "no price": ("At what price?", "We need fewer looms."),
}
NOT_TOLD = {
    "another unit": ("How heavy is the loom?", "The loom is 3 m long."),
    "no time": ("How long does a carpet take?", "It has 400 knots."),
    "no money": ("How much did the loom cost?", "It was built in 1804, of $x=3$ parts."),
    "no prize": ("How much prize money did they pay?", "They held a contest of 40 hours."),
    "no price of it": ("What is the price of a loom?", "Looms stop 12% more often in winter."),
    "a name with the adjective": ("How deep is the network?", "Our deep network reaches 95%."),
    "a size": ("How deep is the network?", "It has 850M parameters."),
    "a length for a time": ("How long did training take?", "It has threads of 3 m."),
    "an amount for a time": ("How long did training take?", "of 600 hours of speech"),
    "no cost": ("What does a loom cost?", "It has 64 threads."),
    "no accuracy": ("What accuracy does it reach?", "We show looms that see."),
}


@pytest.mark.parametrize(("question", "text"), TOLD.values(), ids=TOLD)
def test_a_figure_in_its_units_is_told(question: str, text: str) -> None:
    asked = figure_asked(question)
    assert asked is None or asked.is_told_in(text)


@pytest.mark.parametrize(("question", "text"), NOT_TOLD.values(), ids=NOT_TOLD)
def test_a_figure_in_other_units_is_not_told(question: str, text: str) -> None:
    asked = figure_asked(question)
    assert asked is not None
    assert not asked.is_told_in(text)


def test_no_figure_is_asked_for_by_other_questions() -> None:
    assert figure_asked("Which loom is the best?") is None
    assert figure_asked("What tells how long the loom is?") is None
