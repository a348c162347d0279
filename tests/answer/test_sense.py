"""Whether a claim and its evidence point the same way, and who does what in both."""

from __future__ import annotations

import dataclasses

import pytest

from rag.answer.polarity import directions, polarity
from rag.answer.roles import roles
from rag.answer.wording import are_kin, as_said_there, denials, wording


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("It does not help readers.", {"help", "readers"}),
        ("It can be neither averted nor delayed.", {"averted", "delayed"}),
        ("It grows with data rather than size.", {"size"}),
        ("It is not only fast but exact.", set()),
        ("It can not, with few readers, help.", {"readers", "help"}),
        ("It never fails to help readers.", set()),
        ("It runs without retraining, and helps readers.", {"retraining"}),
        ("It needs no verifier, data or labels.", {"verifier", "data", "labels"}),
        ("It needs no verifier, and helps readers or writers.", {"verifier"}),
        ("Rarely activating units change, frequent ones stay.", set()),
    ],
)
def test_a_denial_reaches_the_words_of_its_clause(text: str, denied: set[str]) -> None:
    told = {word.text for word in wording(text) if word.denied and word.tells}
    assert told == denied


@pytest.mark.parametrize(
    ("one", "other", "kin"),
    [
        ("retriev", "retrieval", True),
        ("stabl", "stabil", True),
        ("optim", "optic", False),
        ("comput", "compress", False),
        ("sgd", "sg", False),
    ],
)
def test_kin_words_begin_alike(one: str, other: str, kin: bool) -> None:
    assert are_kin(one, other) is kin


def test_what_is_superior_to_another_is_told_from_the_other() -> None:
    told = "This shows the superiority of merging over mixing."
    assert roles("Mixing is superior to merging.", told).crossed > 0.5
    assert roles("Merging is superior to mixing.", told).straight > 0.5


@pytest.mark.parametrize(
    ("claim", "text", "said"),
    [
        ("Punched card looms are fast.", "PCLs are fast.", "PCLs are fast."),
        ("A PCL is fast.", "A punched card loom is fast.", "A punched card loom is fast."),
        ("A PCL is fast.", "A punched card loom, or PCL, is fast.", "A PCL is fast."),
        ("A loom is fast.", "A PCL is fast.", "A loom is fast."),
    ],
)
def test_abbreviations_of_a_claim_are_read_as_the_evidence_has_them(
    claim: str, text: str, said: str
) -> None:
    assert as_said_there(claim, text, "We build a punched card loom (PCL).") == said


TOLD = "In a trial, SOAP reduces the number of iterations by over 40% compared to AdamW."


@pytest.mark.parametrize(
    ("claim", "crossed"),
    [
        ("SOAP needs fewer iterations than AdamW.", False),
        ("Compared to AdamW, SOAP needs fewer iterations.", False),
        ("AdamW needs more iterations than SOAP.", False),
        ("AdamW needs fewer iterations than SOAP.", True),
        ("Compared to SOAP, AdamW reduces the number of iterations.", True),
        ("AdamW reduces the number of iterations by 40%.", True),
        ("SOAP reduces the number of iterations by 40%.", False),
        ("AdamW is a baseline.", False),
    ],
)
def test_sides_of_a_comparison_are_told_from_exchanged_ones(claim: str, crossed: bool) -> None:
    assert (roles(claim, TOLD).crossed > 0.5) is crossed


def test_over_a_number_holds_nothing_against_anything() -> None:
    told = "Compared to cards, looms reduce the steps needed by over 40% and the time by over 35%."
    claim = "Looms reduce the steps by over 40% compared to cards."
    assert (roles(claim, told).crossed, roles(claim, told).straight) == (0.0, 1.0)


def test_the_papers_own_names_stand_for_we() -> None:
    told = "Our method outperforms LOOM on every task."
    assert roles("PISCES outperforms LOOM.", told, "PISCES").crossed == 0
    assert roles("LOOM outperforms PISCES.", told, "PISCES").crossed > 0.5


@pytest.mark.parametrize(
    ("claim", "told", "field"),
    [
        ("The errors decrease with depth.", "The errors increase with depth.", "turned"),
        ("The scheme is unstable under noise.", "The scheme is stable under noise.", "opposites"),
        ("It does not preserve minima.", "It preserves minima.", "only_claim_denies"),
        ("All models benefit.", "Some models benefit.", "widened"),
    ],
)
def test_what_points_the_other_way_is_seen(claim: str, told: str, field: str) -> None:
    assert getattr(polarity(claim, told), field) > 0
    assert getattr(polarity(told, told), field) == 0


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It needs neither labels nor attributes.", 1),
        ("It does not need labels.", 1),
        ("It never works without labels.", 2),
        ("The failure of tokens is put down to dilution.", 0),
        ("It takes the place of a controller.", 0),
        ("It works in place of a controller.", 0),
    ],
)
def test_words_of_denial_are_counted(text: str, count: int) -> None:
    assert denials(text) == count


def test_a_low_degree_of_the_opposite_is_no_opposite() -> None:
    told = "Small models serve tasks of low complexity."
    assert polarity("Small models serve simple tasks.", told).opposites == 0


@pytest.mark.parametrize(
    ("claim", "told", "found"),
    [
        ("Errors rise with depth.", "Errors rise with depth.", {"aligned": 1}),
        ("Errors fall with depth.", "Errors rise with depth.", {"turned": 1, "opposites": 2}),
        ("Errors rise, losses rise, costs rise.", "Errors rise, losses rise, costs rise.",
         {"aligned": 2}),
        ("Errors rise, losses rise, costs rise.", "Errors sank; losses fall, costs fall.",
         {"turned": 2, "opposites": 2}),
        ("Quality improves.", "Quality is better.", {"aligned": 1}),
        ("Quality improves on tables.", "Cost falls on chairs.", {}),
        ("Models benefit.", "Some models may benefit.", {"aligned": 1, "hedged": 1}),
        ("Models benefit.", "Large models benefit in the main part.", {"aligned": 1}),
        ("All models benefit.", "All models benefit.", {"aligned": 1}),
        ("It preserves minima.", "It does not preserve maxima, but preserves minima.",
         {"denials_apart": 1}),
        ("It keeps minima.", "It does not keep minima.", {"denied_apart": 1, "denials_apart": 1}),
        ("It does not keep minima.", "It does not keep minima.", {}),
        ("It does not keep minima, nor is it without cost.", "It keeps minima.",
         {"denied_apart": 1, "denials_apart": 2, "only_claim_denies": 1}),
        ("Errors number less than 7.", "Errors rise by 7.", {}),
        ("The scheme is stable here.", "Here, it turned out that the scheme is unstable.",
         {"opposites": 2}),
        ("Stable schemes.", "Unstable tables that we saw in a long row of other tests: schemes.",
         {}),
        ("", "", {}),
    ],
)  # fmt: skip
def test_how_far_a_claim_and_its_evidence_agree_in_sense(
    claim: str, told: str, found: dict[str, float]
) -> None:
    agreed = dataclasses.asdict(polarity(claim, told))
    assert {field: value for field, value in agreed.items() if value} == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Errors rise but costs fall.", [(1, {"error"}), (-1, {"cost"})]),
        ("Errors do not rise.", [(-1, {"error"})]),
        ("less than 7 errors", []),
        ("less than the errors", [(-1, {"error"})]),
        ("less than", [(-1, set())]),
    ],
)
def test_a_direction_is_about_the_words_beside_it(
    text: str, found: list[tuple[int, set[str]]]
) -> None:
    assert [(d.sign, set(d.about)) for d in directions(text)] == found
