"""What askpapers is made of is written down, and every promise names a test that exists."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from rag.models import embed
from tests.nightly.audit import ARGUED, Argued, unargued
from tests.nightly.sbom import bill

ROOT = Path(__file__).resolve().parents[1]
SECURITY = (ROOT / "SECURITY.md").read_text("utf-8")
CONSTRAINTS = (ROOT / "constraints.txt").read_text("utf-8")


def test_the_bill_of_materials_has_every_pin_with_its_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components = bill(CONSTRAINTS, project)["components"]
    pins = re.findall(r"^([\w.-]+)==([^\s;]+)", CONSTRAINTS, re.MULTILINE)
    assert [(c["name"], c["version"]) for c in components] == pins
    assert all(c["hashes"] for c in components)
    assert sum(len(c["hashes"]) for c in components) == CONSTRAINTS.count("--hash=sha256:")
    licences = {c["name"]: c.get("licenses") for c in components}
    assert licences["numpy"]


def _report(identifier: str, *aliases: str) -> dict[str, object]:
    weakness = {"id": identifier, "aliases": list(aliases), "fix_versions": ["2.0"]}
    return {"dependencies": [{"name": "spam", "version": "1.0", "vulns": [weakness]}]}


def test_an_argued_weakness_is_passed_over_until_its_day_and_no_longer() -> None:
    argued = [Argued("spam", ("CVE-1",), "not reached", date(2030, 1, 1))]
    report = _report("GHSA-1", "CVE-1")
    assert list(unargued(report, argued, date(2029, 12, 31))) == []
    assert list(unargued(report, argued, date(2030, 1, 2))) == ["spam 1.0: GHSA-1 (fixed in 2.0)"]
    assert list(unargued(_report("CVE-2"), argued, date(2029, 1, 1)))


@pytest.mark.parametrize("entry", ARGUED, ids=lambda e: e.package)
def test_every_argument_is_about_a_pinned_package_and_says_why(entry: Argued) -> None:
    assert f"\n{entry.package}==" in CONSTRAINTS
    assert len(entry.why) > 40


def test_the_server_of_the_vector_index_is_never_imported() -> None:
    source = "".join(p.read_text("utf-8") for p in (ROOT / "rag").rglob("*.py"))
    assert "chromadb.server" not in source
    assert "chromadb.app" not in source


def test_weights_are_known_by_their_hash() -> None:
    assert re.search(r"\b[0-9a-f]{64}\b", Path(embed.__file__).read_text("utf-8"))


_ROWS = re.findall(r"^\| (.+?) \| `(tests/[\w./]+\.py)(?:::(\w+))?`", SECURITY, re.MULTILINE)


def test_the_promises_are_tested_in_many_places() -> None:
    assert len(_ROWS) >= 12


@pytest.mark.parametrize(("promise", "path", "name"), _ROWS, ids=[row[0][:40] for row in _ROWS])
def test_the_test_of_a_promise_exists(promise: str, path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    if name:
        assert f"def {name}(" in (ROOT / path).read_text("utf-8")
