"""What a question wants to be told and a paper plainly does not say."""

from __future__ import annotations

import pytest

from rag.base.types import Paper
from rag.search.unstated import unstated

TEXT = (
    "We weave patterns of many kinds out of wool, from 1,200 punched cards. The loom draws 3.2 kW "
    "and holds the thread at 40 °C. Moths ate seven of the carpets. The mass loss rate of the wool "
    "was 2% a year. The network learning to weave has twelve layers. Of hollow nylon needles "
    "(HNNs) we broke 31 HNNs. Sixteen weavers took part, at twenty-two looms."
)
PAPER = Paper(id="p", title="Weaving with LOOM", authors=("Ada Byron",), abstract=TEXT)

SAID = {
    "a count": "How many cards does LOOM use?",
    "a count in a longer word": "How many weavers took part?",
    "a count in two words": "How many looms were compared?",
    "a count in a word": "How many carpets were eaten by moths?",
    "a count of short forms": "How many hollow nylon needles were broken?",
    "people may have another name": "How many people wove the carpets?",
    "a quantity by its name": "What mass loss rate did the wool have?",
    "a quantity by its unit": "At what temperature was the thread held?",
    "no amount": "Which patterns are woven?",
    "an open amount": "How much power does the loom draw?",
    "its units by another": "What is the loss of wool in percent?",
}
UNSAID = {
    "nothing of the kind": ("How many spindles were built?", "say how many spindles"),
    "no number beside it": ("How many patterns are there?", "say how many patterns"),
    "no such rate": ("What learning rate was used?", "state the learning rate"),
    "no such unit": ("At what wavelength does the lamp shine?", "state the wavelength"),
    "no such units": ("What is the time for a carpet in hours?", "give a figure in hours"),
    "no licence": ("Under which license is it released?", "state the license"),
}


@pytest.mark.parametrize("question", SAID.values(), ids=SAID)
def test_what_a_paper_says_is_not_missed(question: str) -> None:
    assert unstated(question, PAPER) == ()


@pytest.mark.parametrize(("question", "missed"), UNSAID.values(), ids=UNSAID)
def test_what_a_paper_does_not_say_is_told(question: str, missed: str) -> None:
    assert unstated(question, PAPER) == (missed,)


def test_names_with_numbers_must_be_there_but_short_forms_and_formulas_need_not() -> None:
    missing = ("GPT-4", "RL", "3D", "CO2")
    assert unstated("Does GPT-4 weave in 3D with RL and CO2?", PAPER, missing) == ("mention GPT-4",)


@pytest.mark.parametrize(
    ("said", "missed"),
    [("The loom is 40 m long.", ()), ("A 3D loom of 2019 is long.", ("say in figures how long",))],
)
def test_how_far_something_goes_is_told_in_figures(said: str, missed: tuple[str, ...]) -> None:
    paper = Paper(id="p", title="Weaving", authors=("Ada Byron",), abstract=said)
    assert unstated("How long is the loom?", paper) == missed
    assert unstated("What tells how long the loom is?", paper) == ()
