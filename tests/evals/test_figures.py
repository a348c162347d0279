"""The two pictures: what is drawn where, and that nothing in a name becomes markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from rag.base.errors import SourceError
from rag.evals.figures import reliability, render, risk, write
from rag.evals.records import Outcome, Record, Run

SVG = "{http://www.w3.org/2000/svg}"


def run(name: str = "set") -> Run:
    """100 answers, ten of each confidence, of which that share is right."""
    found = tuple(
        Record(
            f"q{i}",
            "?",
            relevant={"a": 1},
            outcome=Outcome(
                "answered",
                "extractive",
                confidence=(i // 10) / 10 + 0.05,
                lead="a" if i % 10 < i // 10 else "b",
            ),
        )
        for i in range(100)
    )
    return Run(name, found, 2, split="dev")


def test_reliability_shows_shares_by_confidence_with_their_intervals() -> None:
    chart = reliability([("this run", run())])
    assert chart
    (series,) = chart.series
    assert series.points == tuple(
        (pytest.approx(i / 10 + 0.05), pytest.approx(i / 10)) for i in range(10)
    )
    for (x, y), (at, low, high) in zip(series.points, series.whiskers, strict=True):
        assert at == x
        assert 0 <= low <= y <= high <= 1
    assert "set · dev · 100 answers · debiased calibration error 0.0" in chart.subtitle


def test_risk_ends_at_the_share_of_wrong_answers() -> None:
    chart = risk([("this run", run())])
    assert chart
    (series,) = chart.series
    assert series.points[0] == (pytest.approx(0.01), pytest.approx(0.1))
    assert series.points[-1] == (1.0, pytest.approx(0.55))
    assert chart.y_max == pytest.approx(0.6)


def test_pictures_are_svg_whose_points_lie_where_their_values_are() -> None:
    chart = reliability([("this run", run())])
    assert chart
    picture = ET.fromstring(render(chart))
    circles = [(float(c.get("cx", 0)), float(c.get("cy", 0))) for c in picture.iter(SVG + "circle")]
    assert len(circles) == 10
    assert [x for x, _ in circles] == sorted(x for x, _ in circles)
    left, bottom = circles[0]
    right, top = circles[-1]
    assert (right - left) / (496 - 64) == pytest.approx(0.9, abs=0.001)
    assert (bottom - top) / (412 - 64) == pytest.approx(0.9, abs=0.001)


def test_two_runs_share_a_picture_with_a_legend() -> None:
    chart = risk([("this run", run()), ("before", run())])
    assert chart
    words = [t.text for t in ET.fromstring(render(chart)).iter(SVG + "text")]
    assert words[-2:] == ["this run", "before"]


def test_a_name_is_text_and_never_markup() -> None:
    chart = risk([("<script>", run("<b>&")), ("before", run())])
    assert chart
    picture = ET.fromstring(render(chart))
    assert not list(picture.iter(SVG + "script"))
    assert any("<b>&" in (t.text or "") for t in picture.iter(SVG + "text"))


def test_without_answers_nothing_is_drawn(tmp_path: Path) -> None:
    assert write(tmp_path, [("this run", Run("set", (Record("q", "?"),), 1))]) == []


def test_files_are_written_into_a_folder_that_is_made(tmp_path: Path) -> None:
    files = write(tmp_path / "new" / "folder", [("this run", run())])
    assert [file.name for file in files] == ["reliability.svg", "risk_coverage.svg"]
    assert all(ET.parse(file).getroot().tag == SVG + "svg" for file in files)
    with pytest.raises(SourceError, match="cannot be written"):
        write(files[0], [("this run", run())])
