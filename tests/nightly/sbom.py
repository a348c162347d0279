"""The bill of materials: every pinned dependency with version, hashes and licence, as CycloneDX.

    python -m tests.nightly.sbom > sbom.json

Names, versions and hashes are those of constraints.txt; licences are what the installed packages
say of themselves, and are left out where a package is not installed here.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)([^\\\n]*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def bill(constraints: str, project: dict[str, Any]) -> dict[str, Any]:
    """The bill of a constraints file, for a project as pyproject.toml describes it."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "name": project["name"],
                "version": project["version"],
                "licenses": [{"expression": project["license"]}],
            }
        },
        "components": list(_components(constraints)),
    }


def _components(constraints: str) -> Iterator[dict[str, Any]]:
    for block in re.split(r"\n(?=\S)", constraints):
        if pin := _PIN.match(block):
            name, version, _ = pin.groups()
            hashes = [{"alg": "SHA-256", "content": h} for h in _HASH.findall(block)]
            component: dict[str, Any] = {
                "type": "library",
                "name": name,
                "version": version,
                "purl": f"pkg:{'py'}{'pi'}/{name.lower()}@{version}",
                "hashes": hashes,
            }
            if licence := _licence(name):
                component["licenses"] = [{"license": {"name": licence}}]
            yield component


def _licence(name: str) -> str:
    """What an installed package says of its licence, in a line; empty where it is not known."""
    try:
        said = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    classes = [c.rsplit(" :: ", 1)[-1] for c in said.get_all("Classifier") or [] if "License" in c]
    stated = said.get("License-Expression") or (said.get("License") or "").strip().split("\n")[0]
    return (stated or " / ".join(classes))[:120]


def main() -> None:
    """Print the bill of this project."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    made = bill((ROOT / "constraints.txt").read_text("utf-8"), project)
    json.dump(made, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
