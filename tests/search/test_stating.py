"""Which words of an abstract state an aspect, and that silence stays silence."""

from __future__ import annotations

import pytest

from rag.base.aspects import Kind
from rag.search.stating import as_own, stated

MEDICINE = (
    "Background: How fever is best lowered in infants is debated. "
    "Methods: We randomised 212 infants in three wards to syrup or placebo. "
    "Results: Fever fell by 1.4 degrees with syrup, 0.6 degrees more than with placebo (p < 0.01). "
    "The trial was limited to two nights."
)
MACHINES = (
    "Training looms is costly. We propose WEFT, a loom that learns from mistakes by replaying "
    "broken threads. On 40 million stitches, WEFT halves the error rate compared to the Jacquard "
    "loom, and it needs no card. We open-source our code at https://github.com/weft/weft."
)
STARS = (
    "We measured the brightness of 318 stars in the Pleiades during four winters. "
    "The light of 12 of them is found to dim every 31 days. Why they dim remains unclear."
)
DESIGN = (
    "WEFT introduces only one more pedal compared to the Jacquard loom. "
    "Compared to drawlooms, WEFT reduces errors by 12%. It needs no training data."
)
ESSAY = "Looms have a long history. They were carried over mountains. Weavers sang."


def said(abstract: str, kind: Kind) -> str | None:
    span = stated(abstract, kind)
    return abstract[slice(*span)] if span else None


@pytest.mark.parametrize(
    ("abstract", "kind", "words"),
    [
        (MEDICINE, "problem", "debated"),
        (MEDICINE, "method", "randomised"),
        (MEDICINE, "data", "212 infants"),
        (MEDICINE, "baselines", "placebo"),
        (MEDICINE, "result", "1.4 degrees"),
        (MEDICINE, "limits", "limited to two nights"),
        (MACHINES, "problem", "costly"),
        (MACHINES, "method", "We propose WEFT"),
        (MACHINES, "scale", "40 million stitches"),
        (MACHINES, "baselines", "compared to the Jacquard"),
        (DESIGN, "baselines", "Compared to drawlooms"),
        (MACHINES, "result", "halves the error rate"),
        (MACHINES, "code", "open-source our code"),
        (STARS, "method", "We measured"),
        (STARS, "data", "318 stars"),
        (STARS, "result", "is found to dim"),
        (STARS, "limits", "remains unclear"),
    ],
)
def test_an_aspect_is_found_by_its_wording(abstract: str, kind: Kind, words: str) -> None:
    assert words in (said(abstract, kind) or "")


@pytest.mark.parametrize(
    ("abstract", "kind"),
    [
        (MEDICINE, "code"),
        (MEDICINE, "compute"),
        (MACHINES, "limits"),
        (MACHINES, "theory"),
        (STARS, "baselines"),
        (STARS, "code"),
        ("", "method"),
        ("Nothing.", "result"),
        ("Existing methods are limited to small looms. We propose a large one.", "limits"),
        ("The genetic code is available to every cell.", "code"),
        ("We weave. Our loom is 3 times faster. More than half of it is wood.", "data"),
        ("We study looms. Rather than wood we use steel, in more than 5 shapes.", "baselines"),
    ],
)
def test_what_is_not_stated_is_not_found(abstract: str, kind: Kind) -> None:
    assert said(abstract, kind) is None


@pytest.mark.parametrize(
    "kind", ["problem", "method", "data", "baselines", "result", "limits", "code"]
)
def test_an_essay_states_nothing(kind: Kind) -> None:
    assert said(ESSAY, kind) is None


def test_the_aim_of_a_paper_is_not_its_result() -> None:
    text = "We investigate whether looms improve. Our results show that looms improve by 12%."
    assert said(text, "result") == "Our results show that looms improve by 12%."


def test_a_summary_by_somebody_else_states_what_the_authors_would() -> None:
    told = (
        "Ferns addresses the slow growth of vocabularies. Ferns uses a counter for each word. "
        "On 40,000 sentences of Finnish it shortens text by 22% compared to fixed vocabularies."
    )
    problem, method = stated(told, "problem"), stated(told, "method")
    assert problem is not None
    assert told[slice(*problem)].startswith("Ferns addresses")
    assert method is not None
    assert told[slice(*method)].startswith("Ferns uses")
    assert stated(told, "data") is not None


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ("The SOAP paper shows that it is fast.", "we show that it is fast."),
        ("LoRA studies the rank of updates.", "we study the rank of updates."),
        ("SOAP (Shampoo's kin) is an optimizer.", "we propose an optimizer."),
        ("Growth is a problem.", "Growth is a problem."),
        ("The uses of models are many.", "The uses of models are many."),
    ],
)
def test_a_sentence_is_read_as_its_authors_would_say_it(told: str, own: str) -> None:
    assert as_own(told) == own
