"""A folder of files made to harm: each is named in bounded time, its good neighbour is added."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from pdf_files import Page, made

from rag.assistant import Assistant
from rag.base.settings import Settings
from rag.ingest import readers

GOOD = "@article{good, title={A Good Loom of Cards}, author={Byron, Ada}, year={1843}}\n"
ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "&a;"}">' for i in range(12))
    + "]><xml><records><record><titles><title>&a11;</title></titles></record></records></xml>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><feed><entry>&e;</entry></feed>'
CYCLIC = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2/Parent 2 0 R>>endobj\n"
    b"trailer<</Root 1 0 R/Prev 0>>\nstartxref\n0\n%%EOF"
)
TRAVERSING = (
    GOOD.replace("good", "out")
    .replace("A Good", "A Far")
    .replace("year=", "file={Full Text:../../../../etc/passwd.pdf:application/pdf}, year=")
)


def _hostile(folder: Path) -> set[str]:
    """Fill a folder; gives the names of the files that must be named."""
    (folder / "bomb.bib.gz").write_bytes(gzip.compress(b"x" * 8_000_000))
    (folder / "entities.xml").write_text(ENTITIES)
    (folder / "outside.xml").write_text(OUTSIDE)
    (folder / "unclosed.bib").write_text("@article{a, title={" + "x" * 200_000)
    (folder / "cyclic.pdf").write_bytes(CYCLIC)
    (folder / "cut.pdf").write_bytes(made([Page()])[:200])
    (folder / "empty.pdf").write_bytes(made([Page()]))
    (folder / "pages.pdf").write_bytes(made([Page()] * 5_001))
    (folder / "far.bib").write_text(TRAVERSING)
    (folder / "formula.csv").write_text('title,year\n"=HYPERLINK(""http://x"")",2020\n')
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (folder / "secret.bib").symlink_to("/etc/hostname")
    return {path.name for path in folder.iterdir()}


def test_each_harmful_file_is_named_and_the_others_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MAX_EXPANDED", 4_000_000)
    folder = tmp_path / "papers"
    folder.mkdir()
    names = _hostile(folder)
    (folder / "good.bib").write_text(GOOD)
    settings = Settings(embedder="fast", reads=False, _env_file=None)  # type: ignore[call-arg]
    with Assistant.open(tmp_path / "library", settings) as assistant:
        started = time.process_time()
        report = assistant.add(folder)
        assert time.process_time() - started < 30
        titles = {paper.title for paper in assistant.papers()}
        files = {source.origin for p in assistant.papers() for source in p.sources}
        written = assistant.export(list(assistant.papers()), "csv")
    assert titles == {"A Good Loom of Cards", "A Far Loom of Cards"}
    assert {Path(failure.source).name for failure in report.failed} == names
    assert all(failure.reason for failure in report.failed)
    assert not any("passwd" in name for name in files)
    assert "=HYPERLINK" not in written
