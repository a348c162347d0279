"""Known weaknesses of the pinned dependencies, held against a dated list of those that are argued.

    pip install pip-audit && python -m tests.nightly.audit

pip-audit asks a service on the network, so this is no part of `.ci/run`. Exit code 1 names what is
new; an argument counts until its day.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Argued(NamedTuple):
    """Why a known weakness reaches nobody who uses askpapers, and until when that holds."""

    package: str
    ids: tuple[str, ...]
    why: str
    until: date


ARGUED = (
    Argued(
        "chromadb",
        ("CVE-2026-45829", "CVE-2026-45833"),
        "Both are in the Python server, which is never started or imported (test_supply_chain).",
        date(2027, 3, 1),
    ),
)


def unargued(report: dict[str, Any], argued: Sequence[Argued], today: date) -> Iterator[str]:
    """The weaknesses in a report of pip-audit that no argument covers today."""
    for package in report.get("dependencies", ()):
        covered = {
            identifier
            for entry in argued
            if entry.package == package["name"] and today <= entry.until
            for identifier in entry.ids
        }
        for weakness in package.get("vulns", ()):
            if covered.isdisjoint({weakness["id"], *weakness.get("aliases", ())}):
                fixed = ", ".join(weakness.get("fix_versions", ())) or "none yet"
                yield f"{package['name']} {package['version']}: {weakness['id']} (fixed in {fixed})"


def main() -> int:
    """Ask pip-audit and print what is new."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", ROOT / "constraints.txt"]
    command += [
        "--require-hashes",
        "--disable-pip",
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        sys.stderr.write(f"pip-audit gave no report.\n{done.stderr}")
        return 1
    found = list(unargued(json.loads(done.stdout), ARGUED, date.today()))
    sys.stdout.write("".join(f"{line}\n" for line in found) or "Nothing new.\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
