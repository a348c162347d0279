"""A draft against a library: verdicts, citations to exact words, who is credited with what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.terminal import checked_text


@pytest.mark.parametrize(
    ("claim", "title"),
    [
        ("LOOM needs 23 cards instead of 410.", "LOOM"),
        ("With LOOM, errors fell by 62% in a trial with twelve operators.", "LOOM"),
    ],
)
def test_what_a_paper_says_is_supported_by_its_words(
    claim: str, title: str, history: Assistant
) -> None:
    (checked,) = history.check(claim)
    assert checked.verdict == "supported"
    assert checked.citations[0].paper.title.startswith(title)
    for c in checked.citations:
        assert c.quote == c.paper.abstract[c.start : c.end]
    assert 0 < checked.score <= 1


@pytest.mark.parametrize(
    "claim",
    [
        "LOOM needs 32 cards instead of 410.",
        "PISCES needs 23 cards instead of 410.",
        "LOOM does not reduce errors in a trial with twelve operators.",
        "LOOM was sold to three banks in Paris.",
        "Conic Sections for Astrolabe Makers gathers 28,000 pea plants with seven traits.",
        "Penguins live mainly in the southern hemisphere.",
    ],
)
def test_what_no_paper_says_is_not_supported(claim: str, history: Assistant) -> None:
    (checked,) = history.check(claim)
    assert checked.verdict in ("contradicted", "not_found")


def test_a_changed_figure_is_contradicted_by_the_words_that_have_the_right_one(
    history: Assistant,
) -> None:
    (checked,) = history.check("LOOM needs 32 cards instead of 410.")
    assert (checked.verdict, checked.reason) == ("contradicted", "a figure differs")
    assert "23 cards" in checked.citations[0].quote
    assert "    a figure differs:" in checked_text([checked], columns=80)


def test_a_sentence_that_is_credited_to_the_wrong_paper_has_no_score_from_the_right_one(
    history: Assistant,
) -> None:
    told = "gathers 28,000 pea plants with seven traits."
    (right,) = history.check(f"The paper on peas {told}")
    (wrong,) = history.check(f"Conic Sections for Astrolabe Makers {told}")
    assert wrong.verdict != "supported"
    assert wrong.score < right.score / 2


def test_each_sentence_of_a_draft_has_a_verdict_in_its_order(history: Assistant) -> None:
    draft = "# Cards\n\nLOOM needs 23 cards instead of 410. Is it so? Penguins live in the south."
    checked = history.check(draft)
    assert [c.text for c in checked] == [
        "LOOM needs 23 cards instead of 410.",
        "Is it so?",
        "Penguins live in the south.",
    ]
    assert [c.verdict for c in checked] == ["supported", "not_found", "not_found"]
    assert json.dumps([c.to_dict() for c in checked])


@pytest.mark.parametrize("text", ["", "   \n", "…", "# A heading"])
def test_no_sentence_no_verdict(text: str, history: Assistant) -> None:
    assert history.check(text) == []


def test_the_references_of_a_draft_are_resolved(history: Assistant) -> None:
    loom = next(p for p in history.papers() if p.title.startswith("LOOM"))
    draft = f"A claim.\n\n## References\n\n1. {loom.authors[0]}. {loom.title}. 1999.\n"
    bibliography = b"@article{x, title={Quantum Bananas in the Wild}, author={Doe, J}, year=2020}"
    invented, listed = history.check_references(draft, bibliography)
    assert (invented.outcome, invented.key) == ("not_found", "x")
    assert listed.paper == loom
    assert [d.field for d in listed.differences] == ["year"]


def test_the_command_checks_a_file(
    history: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("LOOM needs 23 cards instead of 410.\n", "utf-8")
    page = tmp_path / "page.html"
    library = ["--library", str(history.folder)]
    assert main(["check", str(draft), "--html", str(page), *library]) == 0
    assert "ok  LOOM needs 23 cards" in capsys.readouterr().out
    assert "<blockquote>" in page.read_text("utf-8")
    assert main(["check", str(draft), "--json", *library]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [s["verdict"] for s in told["sentences"]] == ["supported"]
    assert main(["check", str(tmp_path / "none.md"), *library]) == 1
    assert "cannot be read" in capsys.readouterr().err
