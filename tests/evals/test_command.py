"""The command `askpapers eval`, from arguments to tables, files and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rag.base.settings import Settings
from rag.cli import main
from rag.evals.report import table


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> tuple[int, str, str]:
    code = main(["eval", *map(str, argv)])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


def test_tables_tell_figures_with_their_counts(
    capsys: pytest.CaptureFixture[str], labelled: Path
) -> None:
    code, out, err = run(capsys, labelled, "--without-papers")
    assert (code, err) == (0, "")
    assert out.startswith("history · 5 questions · 13 papers\n")
    values = dict(re.findall(r"^([\w@, -]+?) {2,}([\d.]+) +\d+$", out, re.MULTILINE))
    assert values["nDCG@10"] == "1.000"
    assert values["evidence hit@1"] == "1.000"
    assert values["abstained, unanswerable"] == "1.000"
    assert {"AUROC, unanswerable", "AUROC, papers withheld", "Brier score"} <= values.keys()
    assert re.search(r"^embedding the question alone +[\d.]+ +[\d.]+ +1\.00$", out, re.MULTILINE)
    assert "1 records of the corpus could not be added." in out
    assert "1 records of the corpus are papers that it has already." in out


def test_the_corpus_goes_into_a_cache_and_never_into_the_users_library(
    capsys: pytest.CaptureFixture[str],
    labelled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASKPAPERS_LIBRARY", str(tmp_path / "mine"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert run(capsys, labelled, "--limit", "1", "--rankings-only")[0] == 0
    assert not (tmp_path / "mine").exists()
    assert list((tmp_path / "cache").rglob("library.db"))
    assert run(capsys, labelled, "--limit", "1", "--library", tmp_path / "named")[0] == 0
    assert (tmp_path / "named" / "library.db").exists()


def test_a_run_is_written_compared_and_drawn(
    capsys: pytest.CaptureFixture[str], labelled: Path, tmp_path: Path
) -> None:
    first, figures = tmp_path / "first.json", tmp_path / "figures"
    assert run(capsys, labelled, "--split", "dev", "--out", first)[0] == 0
    saved = json.loads(first.read_text())
    assert [record["id"] for record in saved["records"]] == ["cards", "bees", "whales"]
    _, out, _ = run(
        capsys, labelled, "--split", "dev", "--weights", "keyword=1", "--against", first,
        "--figures", figures,
    )  # fmt: skip
    assert out.startswith("history · dev · 3 questions · 13 papers · keyword 1\n")
    assert re.search(r"^nDCG@10 +1\.000 +1\.000 +\+0\.000 +.* 2$", out, re.MULTILINE)
    assert {file.name for file in figures.iterdir()} == {"reliability.svg", "risk_coverage.svg"}


def test_json_is_one_object_with_the_same_figures(
    capsys: pytest.CaptureFixture[str], labelled: Path
) -> None:
    code, out, _ = run(capsys, labelled, "--json")

    def refuse(name: str) -> Any:
        raise AssertionError(f"{name} is no JSON")

    values = json.loads(out, parse_constant=refuse)
    assert (code, values["name"], values["questions"], values["papers"]) == (0, "history", 5, 13)
    assert values["figures"]["nDCG@10"] == {"value": 1.0, "n": 4.0}
    assert set(values["times_ms"]) == {"embedding", "evidence", "answer"}


def test_questions_over_ones_own_library(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, history_file: Path
) -> None:
    file = tmp_path / "mine.jsonl"
    asked = [
        {"id": "a", "type": "fact", "question": "How many cards does LOOM need?",
         "gold": ["LOOM"], "facts": [["23"]]},
        {"id": "b", "type": "fact", "question": "How many cards does LOOM need?",
         "gold": ["LOOM"], "facts": [["24"]]},
    ]  # fmt: skip
    file.write_text("".join(json.dumps(row) + "\n" for row in asked))
    code, out, err = run(capsys, file)
    assert (code, out) == (1, "")
    assert "is empty; add the papers that mine asks about" in err
    assert main(["add", str(history_file)]) == 0
    capsys.readouterr()
    _, out, _ = run(capsys, file)
    assert re.search(r"^correct, fact +0\.500 +2$", out, re.MULTILINE)
    assert "Not as wanted: b (fact)." in out


def test_no_model_writes_while_figures_are_made(
    capsys: pytest.CaptureFixture[str],
    labelled: Path,
    monkeypatch: pytest.MonkeyPatch,
    network_ban: list[str],
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://models.invalid/v1")
    monkeypatch.setenv("ASKPAPERS_MODEL", "some-model")
    assert Settings().has_model
    assert run(capsys, labelled, "--limit", "1")[0] == 0
    assert network_ban == []


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--limit", "0"], "'0' is not a number from 1 up"),
        (["--weights", "keyword=0"], "one weight must be above 0"),
        (["--weights", "much"], "write such as dense=1,keyword=0.5"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    capsys: pytest.CaptureFixture[str], labelled: Path, argv: list[str], message: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["eval", str(labelled), *argv])
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_what_cannot_be_compared_is_told_before_anything_is_asked(
    capsys: pytest.CaptureFixture[str],
    labelled: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    code, out, err = run(capsys, labelled, "--against", tmp_path / "none.json")
    assert (code, out) == (1, "")
    assert "none.json cannot be read" in err
    assert not (tmp_path / "cache").exists()


def test_columns_are_aligned() -> None:
    assert table(["", "value"], [["a", "1.0"], ["long", "100.0"]]) == (
        "      value\na       1.0\nlong  100.0"
    )
    assert table(["", "value"], []) == ""
