"""What README.md shows is what happens."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 200


def test_exactly_two_lines_do_all_set_up_and_ci_runs_the_one_of_the_tests() -> None:
    lines = [line for line in README.splitlines() if line.startswith("python3 -m venv")]
    assert [line.rsplit("&& ", 1)[1] for line in lines] == [
        ".venv/bin/askpapers",
        ".venv/bin/python -m pytest -n 2 --dist loadfile",
    ]
    found = re.search(r"grep -E '(.+)' README\.md", (ROOT / ".ci" / "run").read_text("utf-8"))
    assert found
    assert [line for line in lines if re.search(found[1], line)] == lines[1:]


def _shown_runs() -> Iterator[tuple[str, str]]:
    """Each command after a `$` with what is shown below it."""
    for language, block in BLOCKS:
        if not language and block.startswith("$ "):
            for run in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, shown = run.split("\n", 1)
                yield command, shown


@pytest.mark.slow
def test_the_commands_print_what_is_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "88")
    runs = list(_shown_runs())
    assert len(runs) == 3
    for command, shown in runs:
        program, *arguments = shlex.split(command)
        assert program == ".venv/bin/askpapers"
        assert main(arguments) == 0
        # Which papers are merely near may differ between processors; what is answered may not.
        printed = capsys.readouterr().out.strip()
        assert printed.split("\n\n")[0] == shown.strip().split("\n\n")[0]
        assert printed.count("\n\n") == shown.strip().count("\n\n")


def test_the_python_example_runs(tmp_path: Path) -> None:
    (example,) = [block for language, block in BLOCKS if language == "python"]
    record = {"title": "Rank", "date": "2024", "abstract": "Low-rank training is cheap."}
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "one.jsonl").write_text(json.dumps(record), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_file_and_folder_that_is_named_exists() -> None:
    named = re.findall(
        r"`((?:rag|tests|prompts|\.ci|\.streamlit)/[\w./]*|[A-Z]+(?:\.md)?)`", README
    )
    missing = [n for n in named if ("/" in n or n.endswith(".md")) and not (ROOT / n).exists()]
    assert len(named) > 10
    assert not missing
