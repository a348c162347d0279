"""PDFs beside an export: the entry that names one gets its text, and it is one paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from tests import pdf_files

_ENTRY = """@article{{lindqvist2023quiet,
  title = {{Quiet Gradients Train Deep Networks: A Study}},
  author = {{Lindqvist, Maria and van der Berg, Tomas}},
  year = {{2023}},
  journal = {{Journal of Quiet Machines}},
  file = {{Full Text:{name}:application/pdf}}
}}
"""


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with Assistant.open(tmp_path / "library") as opened:
        yield opened


def _folder(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / "export"
    (folder / "files").mkdir(parents=True)
    (folder / "export.bib").write_text(_ENTRY.format(name=name))
    (folder / "files" / "a.pdf").write_bytes(pdf_files.made([pdf_files.paper()]))
    return folder


def test_a_pdf_beside_an_export_is_the_text_of_its_entry(
    assistant: Assistant, tmp_path: Path
) -> None:
    report = assistant.add(_folder(tmp_path, "files/a.pdf"))
    assert (report.added, report.failed) == (1, ())
    (paper,) = assistant.papers()
    assert paper.title == "Quiet Gradients Train Deep Networks: A Study"
    assert paper.venue == "Journal of Quiet Machines"
    assert "warmed up over the first 4,000 steps" in paper.text
    assert {source.kind for source in paper.sources} >= {"bibtex", "pdf"}


def test_a_pdf_that_an_entry_names_elsewhere_stays_a_paper_of_its_own(
    assistant: Assistant, tmp_path: Path
) -> None:
    report = assistant.add(_folder(tmp_path, "missing/a.pdf"))
    assert report.added == 2
