"""Rules of the source that no single module can keep: layers, sizes, start-up, forbidden calls."""

from __future__ import annotations

import ast
import importlib
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "rag").rglob("*.py")) + sorted(ROOT.glob("app.py"))
CEILING = 400
START_UP_CPU_S = 0.3
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "common", "misc", "manager"}
RENDERER = "rag/web/render.py"  # the one place that may hand markup to the browser
FORBIDDEN_CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "os.system": "runs text in a shell",
    "os.popen": "runs text in a shell",
    "yaml.load": "builds objects from text; yaml.safe_load reads values",
    "pickle.load": "runs code from a file",
    "pickle.loads": "runs code from bytes",
    "st.html": "only the renderer hands markup to the browser",
    "streamlit.html": "only the renderer hands markup to the browser",
}
FORBIDDEN_ARGUMENTS = {"unsafe_allow_html", "unsafe_allow_javascript", "allow_pickle", "shell"}
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "joblib"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_stays_short_and_its_name_says_its_job(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= CEILING
    assert path.stem not in NAMES_THAT_SAY_NOTHING


def test_no_folder_inside_a_folder_holds_code() -> None:
    assert not [p for p in MODULES if len(p.relative_to(ROOT).parts) > 3]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_does_nothing_that_text_could_turn_into_code(path: Path) -> None:
    found = [problem for node in _nodes(path) for problem in _problems(node, _name(path))]
    assert not found


def _problems(node: ast.AST, module: str) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
        yield from (f"line {node.lineno}: imports {n}" for n in names if n in FORBIDDEN_IMPORTS)
    if not isinstance(node, ast.Call):
        return
    called = ast.unparse(node.func)
    if called in FORBIDDEN_CALLS and not (module == RENDERER and called.endswith(".html")):
        yield f"line {node.lineno}: {called} {FORBIDDEN_CALLS[called]}"
    for argument in node.keywords:
        is_off = isinstance(argument.value, ast.Constant) and not argument.value.value
        if argument.arg in FORBIDDEN_ARGUMENTS and not is_off and module != RENDERER:
            yield f"line {node.lineno}: {argument.arg}"


@pytest.mark.parametrize(
    "code",
    [
        "eval('1')",
        "import pickle",
        "from pickle import loads",
        "yaml.load(text)",
        "st.html(text)",
        "st.markdown(text, unsafe_allow_html=True)",
        "subprocess.run(text, shell=True)",
        "np.load(path, allow_pickle=allowed)",
    ],
)
def test_the_search_for_such_calls_finds_them(code: str) -> None:
    found = [p for node in ast.walk(ast.parse(code)) for p in _problems(node, "rag/x.py")]
    assert len(found) == 1


@pytest.mark.parametrize(
    "path", [p for p in MODULES if _name(p) != "rag/base/settings.py"], ids=_name
)
def test_only_settings_reads_the_environment(path: Path) -> None:
    reads = [
        f"line {node.lineno}"
        for node in _nodes(path)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}
        and not _is_handed_on(path, node)
    ]
    assert not reads


def _is_handed_on(path: Path, attribute: ast.Attribute) -> bool:
    """True where the environment is told to others, not read: set, or given to a program."""
    line = path.read_text("utf-8").splitlines()[attribute.lineno - 1]
    return any(form in line for form in ("] = ", ".setdefault(", "{**os.environ,"))


def test_layers_and_the_homes_of_heavy_packages_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", rag.__all__)
def test_a_public_name_can_be_imported_and_has_a_docstring(name: str) -> None:
    assert getattr(importlib.import_module("rag"), name).__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Assistent"):
        _ = rag.Assistent


@pytest.mark.parametrize(
    "arguments",
    [["-c", "import rag"], ["-m", "rag.cli", "--help"], ["-m", "rag.cli", "ask", "--help"]],
    ids=" ".join,
)
def test_starting_costs_little(arguments: list[str]) -> None:
    assert min(_cpu_seconds(arguments) for _ in range(3)) < START_UP_CPU_S


def _cpu_seconds(arguments: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=os.environ, check=True, capture_output=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_no_tracked_file_carries_a_path_of_a_machine_or_an_address_of_a_registry() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the git checkout")
    machines = r"(^|[^A-Za-z0-9_.])/(work|root)/"
    registries = "|".join(["py" + r"pi\.org", "python" + "hosted", "npm" + r"js\.org"])
    found = subprocess.run(
        ["git", "grep", "-nIE", f"{machines}|{registries}", "--", ".", ":!tests/test_arch*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1, found.stdout + found.stderr
