"""The script that checks a change: every check runs, and one that fails fails the whole."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / ".ci" / "run"
CHECKS = {
    "pytest": "tests, by the line in README.md",
    "ruff format": "format",
    "ruff check": "lint",
    "mypy": "types",
    "lint-imports": "layers",
}
pytestmark = pytest.mark.skipif(
    not (shutil.which("chromium") and list(Path("/usr/lib/postgresql").glob("*/bin/postgres"))),
    reason="the script would install Debian's chromium and postgresql",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the script, whose programs say that they run and fail if they are told to."""
    root = tmp_path / "project"
    programs = root / ".venv" / "bin"
    programs.mkdir(parents=True)
    (root / ".ci").mkdir()
    shutil.copy(SCRIPT, root / ".ci" / "run")
    for name in ("pytest", "ruff", "mypy", "lint-imports"):
        program = programs / name
        program.write_text(
            f'#!/bin/sh\nname="{name} $1"; name=${{name% }}; name=${{name% .}}\n'
            'echo "ran $name"; [ "$name" != "$FAILING" ]\n'
        )
        program.chmod(0o755)
    line = 'python3 -m venv --help >/dev/null && [ "$FAILING" != set-up ] && .venv/bin/pytest'
    (root / "README.md").write_text(line + "\n")
    return root


def _run(project: Path, failing: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "FAILING": failing}
    return subprocess.run(
        [project / ".ci" / "run"], env=environment, capture_output=True, text=True, check=False
    )


def test_all_pass(project: Path) -> None:
    done = _run(project, "nothing")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(f"ran {program}\n" in done.stdout for program in CHECKS)


@pytest.mark.parametrize("failing", CHECKS)
def test_one_that_fails_fails_the_whole_is_named_and_keeps_no_other_from_running(
    project: Path, failing: str
) -> None:
    done = _run(project, failing)
    assert done.returncode == 1
    assert f"failed: {CHECKS[failing]}\n" in done.stderr
    assert all(f"ran {program}\n" in done.stdout for program in CHECKS)


def test_without_a_set_up_nothing_is_checked(project: Path) -> None:
    done = _run(project, "set-up")
    assert done.returncode != 0
    assert "ran" not in done.stdout
