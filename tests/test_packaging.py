"""The built wheel works on its own, and the pinned dependencies are the declared ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINNED = {
    "constraints.txt": PROJECT["dependencies"],
    "constraints-test.txt": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"],
}
QUESTION = "By how much does SOAP reduce the number of iterations compared to AdamW?"


# --- the wheel -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.slow
def test_the_wheel_carries_everything_that_runs_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {p.relative_to(ROOT).as_posix() for p in (ROOT / "rag").rglob("*.*")}
    package = {name for name in package if "__pycache__" not in name}
    prompts = {f"rag/_prompts/{p.name}" for p in (ROOT / "prompts").iterdir()}
    data = {
        "rag/py.typed",
        "rag/sample/papers.jsonl",
        "rag/models/minilm/tokenizer.json",
    }
    assert prompts
    assert data <= package
    assert package | prompts | {"rag/_app.py", "rag/_streamlit.toml"} <= names
    assert not [n for n in names if n.startswith("tests") or "__pycache__" in n]
    assert [n for n in names if n.endswith("licenses/LICENSE")]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh environment that has the wheel.

    Its dependencies are those of the environment that runs the tests, seen through a `.pth` file:
    installing 130 packages again would take minutes and prove nothing about this wheel. A `.pth`
    folder comes after the environment's own, so that `rag` can only be the wheel's.
    """
    folder = tmp_path_factory.mktemp("env")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "-q", wheel]
    subprocess.run(pip, check=True, capture_output=True, env=_clean_environment())
    own = subprocess.check_output(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    ).strip()
    Path(own, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return folder / "bin"


def _clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _output(program: Path, *arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=_clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_installed_wheel_answers_from_any_folder(installed: Path, tmp_path: Path) -> None:
    home = _output(installed / "python", "-c", "import rag; print(rag.__file__)", cwd=tmp_path)
    assert Path(home).is_relative_to(installed.parent)
    library = ["--library", str(tmp_path / "library")]
    assert _output(installed / "askpapers", "add", "--sample", *library, cwd=tmp_path)
    said = _output(installed / "askpapers", "ask", QUESTION, "--json", *library, cwd=tmp_path)
    answer = json.loads(said)
    assert answer["status"] == "answered"
    assert any("SOAP" in citation["paper"]["title"] for citation in answer["citations"])
    for citation in answer["citations"]:
        text = citation["paper"]["abstract"]
        assert citation["quote"] == text[citation["start"] : citation["end"]]


@pytest.mark.slow
def test_the_installed_wheel_has_its_prompts_and_its_chat(installed: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; import rag; from rag.models import prompts; "
        "home = Path(rag.__file__).parent; "
        "[prompts.load(p.stem) for p in (home / '_prompts').glob('*.md') if p.stem != 'README']; "
        "compile((home / '_app.py').read_text('utf-8'), 'app', 'exec'); print('fine')"
    )
    assert _output(installed / "python", "-c", code, cwd=tmp_path) == "fine\n"


# --- dependencies ----------------------------------------------------------------------------


def _pins(name: str) -> dict[str, list[tuple[str, int]]]:
    """Package → its pinned versions (one a platform or Python) with their number of hashes."""
    pins: dict[str, list[tuple[str, int]]] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip()):
        head = re.match(r"([\w.-]+)==(\S+)", block)
        assert head, f"{name}: not a pinned version: {block[:80]}"
        pins.setdefault(head[1], []).append((head[2], block.count("--hash=sha256:")))
    return pins


@pytest.mark.parametrize("name", PINNED)
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    assert all(hashes for pins in _pins(name).values() for _, hashes in pins)
    assert "://" not in (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", PINNED)
def test_every_declared_dependency_is_pinned_within_its_bounds(name: str) -> None:
    pins = _pins(name)
    for line in PINNED[name]:
        requirement = Requirement(line)
        versions = pins[re.sub(r"[-_.]+", "-", requirement.name).lower()]
        assert all(requirement.specifier.contains(version) for version, _ in versions), line


def test_tests_run_on_the_versions_that_users_get() -> None:
    tested = _pins("constraints-test.txt")
    assert {name: tested.get(name) for name in _pins("constraints.txt")} == _pins("constraints.txt")


@pytest.mark.parametrize("line", PINNED["constraints-test.txt"])
def test_every_dependency_has_a_lower_and_an_upper_bound(line: str) -> None:
    operators = {specifier.operator for specifier in Requirement(line).specifier}
    assert operators in ({">=", "<"}, {"=="})
