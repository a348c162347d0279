"""Confidence fitted to one's own library."""

from __future__ import annotations

import dataclasses
import json
from importlib import resources
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.base.errors import SourceError
from rag.base.fitted import read_off
from rag.base.settings import load_settings
from rag.cli import main
from rag.evals.calibrate import fit_line, fit_points
from rag.evals.own import calibrate
from rag.ingest.pipeline import library_identity
from rag.models.embed import IDENTITY
from rag.search.confidence import Scale, shipped_scale
from rag.search.scales import keep_scale, scale_for


def test_a_line_finds_the_weights_that_made_the_outcomes() -> None:
    rows = [{"a": a / 20, "b": (a * 7 % 20) / 20} for a in range(200)]
    outcomes = [row["a"] > 5 for row in rows]
    line = fit_line(rows, outcomes, ["a", "b"])
    assert line["a"] > 1
    assert abs(line["b"]) < line["a"] / 4
    scale = Scale(line)
    assert line["one"] < 0 < scale.general["a"]


def test_a_weight_known_beforehand_survives_questions_that_never_show_it() -> None:
    rows = [{"a": float(a % 2), "rare": 0.0} for a in range(100)]
    line = fit_line(rows, [row["a"] > 0 for row in rows], ["a", "rare"], {"rare": -2.5})
    assert line["rare"] == pytest.approx(-2.5, abs=0.01)


def test_points_rise_and_are_the_shares_of_right_answers() -> None:
    logits = [i / 100 for i in range(-300, 300)]
    outcomes = [x > 0 or i % 10 == 0 for i, x in enumerate(logits)]
    points = fit_points(logits, outcomes)
    shares = [share for _, share in points]
    assert shares == sorted(shares)
    assert read_off(points, -3) == pytest.approx(0.1, abs=0.05)
    assert read_off(points, 3) > 0.9


def test_an_own_scale_is_used_for_its_model_only(tmp_path: Path) -> None:
    points = ((0.0, 0.3), (1.0, 0.4))
    keep_scale(tmp_path, points, 10, library_identity(IDENTITY))
    assert scale_for(tmp_path, library_identity(IDENTITY)) == (
        dataclasses.replace(shipped_scale(), points=points, identity=library_identity(IDENTITY)),
        True,
    )
    other = {**library_identity(IDENTITY), "embedder": "another"}
    assert scale_for(tmp_path, other) == (shipped_scale(), False)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"points": 3, "identity": {}}'])
def test_a_damaged_scale_leaves_the_shipped_one(damage: str, tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text(damage)
    assert scale_for(tmp_path, library_identity(IDENTITY)) == (shipped_scale(), True)


def test_a_library_is_calibrated_by_its_own_papers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / "library"
    sample = resources.files("rag").joinpath("sample/papers.jsonl").read_text("utf-8")
    (tmp_path / "papers.jsonl").write_text("\n".join(sample.splitlines()[:32]), "utf-8")
    with Assistant.open(library, load_settings(library=library)) as assistant:
        assistant.add(tmp_path / "papers.jsonl")
    assert main(["calibrate", "--json", "--library", str(library)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["papers"] == 32
    assert found["questions"] == 64
    assert found["after"] < 0.2
    own = json.loads((library / "calibration.json").read_text())
    assert own["identity"] == library_identity(IDENTITY)


def test_too_small_a_library_is_told_and_nothing_is_written(history: Assistant) -> None:
    with pytest.raises(SourceError, match="30 are needed"):
        calibrate(history)
    assert not (history.folder / "calibration.json").exists()
