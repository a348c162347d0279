"""Small changes to code that keeps or checks, and whether a test notices each of them.

    python -m tests.nightly.mutants [MODULE...] [--most N] [--seed N]

Changes one place at a time in a copy of the project (a comparison turned, a number moved, a call
left out), runs the tests of that module, and prints the changes that survive and their share.
"""

from __future__ import annotations

import argparse
import ast
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 600
MOST_SHARE = 0.15
TESTS = {
    "rag/answer/quantities.py": "tests/answer/test_quantities.py tests/answer/test_verify.py",
    "rag/answer/verify.py": "tests/answer/test_verify.py tests/answer/test_generate.py",
    "rag/answer/polarity.py": "tests/answer/test_sense.py tests/answer/test_verify.py",
    "rag/index/unused.py": "tests/index/test_unused_places.py",
    "rag/index/tombstones.py": "tests/index/test_tombstones.py",
    "rag/index/forgetting.py": "tests/index/test_tombstones.py tests/index/test_kept_answers.py",
    "rag/index/originals.py": "tests/index/test_promises.py tests/index/test_backup.py",
    "rag/index/restore.py": "tests/index/test_backup.py",
    "rag/index/backup.py": "tests/index/test_backup.py",
    "rag/index/lock.py": "tests/index/test_processes.py",
}
_TURNED = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what is changed and where, the changed source), one change each."""
    for number, node in enumerate(ast.walk(ast.parse(source))):
        tree = ast.parse(source)
        own = next(n for i, n in enumerate(ast.walk(tree)) if i == number)
        before = ast.unparse(node) if hasattr(node, "lineno") else ""
        if before and _changed(own):
            yield f"line {node.lineno}: {before} → {ast.unparse(own)}", ast.unparse(tree)


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


def survives(copy: Path, module: str, changed: str) -> bool:
    """Whether the tests of a module pass with its source changed; too long counts as noticed."""
    path = copy / module
    before = path.read_text("utf-8")
    path.write_text(changed, "utf-8")
    try:
        return _passes(copy, TESTS[module].split())
    finally:
        path.write_text(before, "utf-8")


def _passes(copy: Path, tests: list[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=copy, capture_output=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", default=list(TESTS))
    parser.add_argument("--most", type=int, default=40, help="changes tried a module, by chance")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    tried = left = 0
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "project"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__"))
        for module in args.modules:
            assert _passes(copy, TESTS[module].split()), f"the tests of {module} fail as they are"
            found = list(mutants((ROOT / module).read_text("utf-8")))
            random.Random(args.seed).shuffle(found)
            for told, changed in found[: args.most]:
                tried += 1
                if survives(copy, module, changed):
                    left += 1
                    _say(f"survives: {module} {told}")
            _say(f"{module}: {min(len(found), args.most)} of {len(found)} tried")
    _say(f"{tried} changes, {left} not noticed ({left / max(tried, 1):.0%})")
    return 1 if left > MOST_SHARE * tried else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
