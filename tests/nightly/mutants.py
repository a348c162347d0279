"""Small changes to code that keeps or checks, and whether a test notices each of them.

    python -m tests.nightly.mutants [MODULE...] [--most N] [--seed N]

Changes one place at a time in a copy of the project (a comparison turned, a number moved, a call
left out), runs the tests of that module until one fails, and prints each change with the test that
noticed it, the changes that survive, and their share. Decorators stay as they are: the size of a
cache or the slots of a class are no behaviour.
"""

from __future__ import annotations

import argparse
import ast
import collections
import importlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 1800
LONGEST_TEST_CPU_S = 2.0  # tests that are more work are left out
LONGEST_CPU_S = 90  # of one process: a change can make a loop that never ends
HEAVY = ("numpy", "sqlalchemy", "onnxruntime", "tokenizers", "chromadb", "tantivy")
IN_MEMORY = Path("/dev/shm")  # where a test need not wait for a disk
MOST_SHARE = 0.15
TESTS = {
    "rag/answer/quantities.py": "answer/test_quantities.py answer/test_verify.py",
    "rag/answer/verify.py": "answer/test_verify.py answer/test_generate.py",
    "rag/answer/polarity.py": "answer/test_sense.py answer/test_verify.py answer/test_claim.py",
    "rag/index/unused.py": "index/test_unused_places.py",
    "rag/index/tombstones.py": "index/test_tombstones.py index/test_promises.py",
    "rag/index/forgetting.py": "index/test_tombstones.py index/test_kept_answers.py",
    "rag/index/originals.py": "index/test_originals.py index/test_promises.py",
    "rag/index/restore.py": "index/test_backup.py",
    "rag/index/backup.py": "index/test_backup.py",
    "rag/index/lock.py": "index/test_processes.py",
}
_TURNED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what is changed and where, the changed source), one change each."""
    for number, node in enumerate(_changeable(ast.parse(source))):
        tree = ast.parse(source)
        own = next(n for i, n in enumerate(_changeable(tree)) if i == number)
        before = _told(node)
        if _changed(own):
            yield f"line {node.lineno}: {before} → {_told(own)}", ast.unparse(tree)


def _changeable(tree: ast.Module) -> Iterator[ast.expr | ast.stmt]:
    fixed: set[ast.AST] = set()
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", ()):
            fixed.update(ast.walk(decorator))
        if isinstance(node, ast.expr | ast.stmt) and node not in fixed:
            yield node


def _told(node: ast.expr | ast.stmt) -> str:
    is_block = isinstance(node, ast.If | ast.While)
    return f"if {ast.unparse(node.test)}" if is_block else ast.unparse(node)


def _changed(node: ast.AST) -> bool:
    """Change a node in place; False where there is nothing to change."""
    match node:
        case ast.Compare() if type(node.ops[0]) in _TURNED:
            node.ops[0] = _TURNED[type(node.ops[0])]()
        case ast.BoolOp() | ast.BinOp() if type(node.op) in _TURNED:
            node.op = _TURNED[type(node.op)]()
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value) | float(value)):
            node.value = value + 1
        case ast.Expr(value=ast.Call()):
            node.value = ast.Constant(None)
        case ast.Return(value=ast.expr()):
            node.value = ast.Constant(None)
        case ast.IfExp() | ast.If() | ast.While():
            node.test = ast.UnaryOp(ast.Not(), node.test)
            ast.fix_missing_locations(node)
        case _:
            return False
    return True


class Copy:
    """A copy of the project, in which changed modules meet their tests, the quickest first.

    Each run is a fork of this process, in which the heavy libraries are there already.
    """

    def __init__(self, place: Path) -> None:
        self._project, self._place = place / "project", place
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, self._project, ignore=ignored)
        for library in HEAVY:
            importlib.import_module(library)

    def source(self, module: str) -> str:
        """A module as it is."""
        return (self._project / module).read_text("utf-8")

    def noticed(self, module: str, changed: str, tests: Sequence[str]) -> str:
        """The first test that fails with the source of a module changed; "" where all pass."""
        path, before = self._project / module, self.source(module)
        path.write_text(changed, "utf-8")
        try:
            code, told = self._run(tests)
        finally:
            path.write_text(before, "utf-8")
        failed = [test for test, outcome, _ in told if outcome == "failed"]
        return "" if code == 0 else (failed or [f"its end ({code})"])[0]

    def quickest_first(self, files: Sequence[str]) -> list[str]:
        """The tests of some files by the work that they are, without the longest; all must pass.

        Raises:
            SystemExit: one fails without any change.
        """
        code, told = self._run(files)
        if code:
            raise SystemExit(f"without any change: {code}, {told[-1:]}")
        taken = collections.Counter[str]()
        for test, _, seconds in told:
            taken[test] += seconds
        quick = [test for test, seconds in taken.items() if seconds < LONGEST_TEST_CPU_S]
        return sorted(quick, key=taken.__getitem__)

    def _run(self, tests: Sequence[str]) -> tuple[int, list[tuple[str, str, float]]]:
        """Exit code of the tests, until one fails; (test, outcome, seconds) of each stage."""
        report = self._place / "report.jsonl"
        report.unlink(missing_ok=True)
        if (child := os.fork()) == 0:
            self._be_tested(tests, report)
        _, status = os.waitpid(child, 0)
        lines = report.read_text("utf-8").splitlines() if report.exists() else []
        return os.waitstatus_to_exitcode(status), [tuple(json.loads(line)) for line in lines]

    def _be_tested(self, tests: Sequence[str], report: Path) -> NoReturn:
        code = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_CPU_S, LONGEST_CPU_S))
            signal.alarm(LONGEST_S)
            for name in [n for n in sys.modules if n.split(".")[0] in {"rag", "tests"}]:
                del sys.modules[name]
            os.chdir(self._project)
            sys.path[:0] = [str(self._project)]
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silence, stream)
            if IN_MEMORY.is_dir():
                tempfile.tempdir = os.environ["TMPDIR"] = str(IN_MEMORY)
            options = [
                "-x",
                "-q",
                "-p",
                "no:cacheprovider",
                "--timeout=0",
                f"--rootdir={Path.cwd()}",
            ]
            code = pytest.main([*options, *tests], plugins=[_Reporting(report)])
        finally:
            os._exit(int(code))


class _Reporting:
    """Writes down what came of each test, at once: a process can be lost."""

    def __init__(self, path: Path) -> None:
        self._path, self._since = path, time.process_time()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """After each stage of a test."""
        now = time.process_time()
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([report.nodeid, report.outcome, now - self._since]) + "\n")
        self._since = now


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--most", type=int, default=20, help="changes tried a module, by chance")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    tried = left = 0
    with tempfile.TemporaryDirectory() as place:
        copy = Copy(Path(place))
        for module in args.modules:
            tests = copy.quickest_first([f"tests/{name}" for name in TESTS[module].split()])
            found = list(mutants(copy.source(module)))
            random.Random(args.seed).shuffle(found)
            for told, changed in found[: args.most]:
                tried += 1
                by = copy.noticed(module, changed, tests)
                left += not by
                if by in tests:  # what noticed one change is likely to notice the next
                    tests.insert(0, tests.pop(tests.index(by)))
                _say(f"noticed by {by}: {told}" if by else f"survives: {module} {told}")
            _say(f"{module}: {min(len(found), args.most)} of {len(found)} tried")
    _say(f"{tried} changes, {left} not noticed ({left / max(tried, 1):.0%})")
    return 1 if left > MOST_SHARE * tried else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
