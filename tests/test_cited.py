"""Looking papers up in a library: lists are complete, names and sentences find their source."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.cli import main


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("SOAP", "SOAP"),
        ("vyas shampo adam", "SOAP"),
        ("which paper introduced ReLoRA?", "ReLoRA"),
        ("kusupati 2022 representation", "Matryoshka"),
        ("a citation for: larger models keep features of rare tasks that small ones lose", "Why"),
        (
            "It has been shown that models of small capacity fail on rare tasks because common "
            "tasks overwrite their features during training.",
            "Why",
        ),
        ("juneja2022linear", "Linear"),
    ],
)
def test_the_right_paper_comes_first(text: str, title: str, sample: Assistant) -> None:
    assert sample.lookup(text)[0].title.split()[0].strip(":") == title


def test_a_list_is_complete(sample: Assistant) -> None:
    by_zhao = [p for p in sample.papers() if "Rosie Zhao" in p.authors]
    for text in ("papers by Rosie Zhao", "Rosie Zhao", "rosie zhao"):
        assert {p.id for p in sample.lookup(text)} == {p.id for p in by_zhao}
    since = [p for p in by_zhao if (p.year or 0) >= 2024]
    assert {p.id for p in sample.lookup("papers by Rosie Zhao since 2024")} == {p.id for p in since}


def test_what_no_paper_speaks_of_is_not_found(sample: Assistant) -> None:
    assert sample.lookup("zzzz") == sample.lookup("...") == []


def test_every_paper_is_found_by_its_title_and_its_citekey(sample: Assistant) -> None:
    for paper in sample.papers():
        assert sample.lookup(paper.title)[0].id == paper.id
        assert [p.id for p in sample.lookup(paper.citekey)] == [paper.id]


def test_what_was_added_is_looked_up_at_once(tmp_path: Path) -> None:
    with Assistant.open(tmp_path / "library", Settings(_env_file=None)) as assistant:
        assert assistant.lookup("looms") == []
        assistant.add_bytes(b"@misc{MyKey, title={On Looms}, author={Byron, Ada}}", "a.bib")
        (paper,) = assistant.lookup("MyKey")
        assert assistant.lookup("looms") == [paper]
        assert assistant.export([paper], "ris").startswith("TY  - GEN\nID  - byronlooms\n")
        assistant.remove(paper.id)
        assert assistant.lookup("looms") == []


@pytest.fixture
def cite(sample: Assistant, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run `askpapers cite` on the sample: (exit code, stdout or else stderr)."""

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["--library", str(sample.settings.library), "cite", *arguments])
        out, err = capsys.readouterr()
        return code, out or err

    return run


def test_the_command_shows_references_with_citekeys_and_words(
    cite: Callable[..., tuple[int, str]],
) -> None:
    code, out = cite("vyas", "shampo")
    assert code == 0
    assert " ".join(out.split()).endswith("code · vyas2024soap (vyas, shampoo)")


def test_the_command_writes_bibliographies(cite: Callable[..., tuple[int, str]]) -> None:
    code, out = cite("SOAP", "--format", "bibtex", "-k", "1")
    assert code == 0
    assert out.startswith("@misc{vyas2024soap,\n  author = {Vyas, Nikhil and ")
    assert cite("SOAP", "--format", "ris")[1].startswith("TY  - GEN\nID  - vyas2024soap\n")
    assert cite("SOAP", "--format", "apa")[1].startswith("Vyas, N., Morwani, D.")


def test_the_command_gives_one_json_object(cite: Callable[..., tuple[int, str]]) -> None:
    code, out = cite("--json", "SOAP", "--format", "ieee")
    found = json.loads(out)
    assert code == 0
    assert found["papers"][0]["citekey"] == "vyas2024soap"
    assert found["words"][0] == ["soap"]
    assert found["text"].startswith("[1] N. Vyas, D. Morwani")


def test_the_command_says_what_went_wrong(cite: Callable[..., tuple[int, str]]) -> None:
    assert cite("SOAP", "--format", "docx")[0] == 1
    code, said = cite("zzzz")
    assert (code, "No paper matches" in said) == (0, True)
