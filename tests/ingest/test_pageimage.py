"""A cited sentence is shown on the page of its PDF, marked where it stands and nowhere else."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pdf_files import ABSTRACT, INTRODUCTION, Page, made, paper
from PIL import Image

from rag.assistant import Assistant
from rag.base.errors import SourceError
from rag.base.settings import Settings
from rag.base.types import Citation
from rag.ingest.pageimage import marked_page

SENTENCE = (
    "Much work has gone into averaging this noise away, and little into asking which of its parts "
    "are worth following."
)


def _marked_rows(png: bytes) -> set[int]:
    """Rows in which something yellow stands, in points from the top."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    scale = image.height / 792
    pixels = image.load()
    assert pixels is not None
    return {
        int(y / scale)
        for y in range(image.height)
        for x in range(0, image.width, 3)
        if pixels[x, y][0] > 250 and pixels[x, y][2] < 160  # type: ignore[index]
    }


def test_the_lines_of_a_sentence_are_marked() -> None:
    rows = _marked_rows(marked_page(made([paper()]), 1, SENTENCE))
    top = 205 + 12 * len(ABSTRACT) + 45  # where the introduction begins
    assert rows
    assert top - 12 < min(rows)
    assert max(rows) < top + 12 * (len(INTRODUCTION) - 1)


def test_words_that_are_not_there_mark_nothing() -> None:
    assert _marked_rows(marked_page(made([paper()]), 1, "Nobody wrote this on any page.")) == set()


def test_of_a_sentence_that_goes_on_overleaf_the_first_part_is_marked() -> None:
    page = Page()
    page.lines(INTRODUCTION[:2], 72, 700)
    assert _marked_rows(marked_page(made([page, paper()]), 1, SENTENCE))


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(SourceError, match="no page of this number"):
        marked_page(made([paper()]), 7, SENTENCE)


def test_a_citation_opens_the_page_of_its_words(tmp_path: Path) -> None:
    settings = Settings(embedder="fast", reads=False, _env_file=None)  # type: ignore[call-arg]
    with Assistant.open(tmp_path / "library", settings) as assistant:
        assistant.add_bytes(made([paper()]), "quiet.pdf")
        (read,) = assistant.papers()
        start = read.text.index("Much work has gone")
        words = read.text[start : start + 60]
        png = assistant.page_image(Citation(1, read, words, start, start + 60))
        assert png is not None
        assert _marked_rows(png)
        opening = read.abstract[:40]  # words of the abstract are found on the first page
        png = assistant.page_image(Citation(1, read, opening, 0, len(opening)))
        assert png is not None
        assert _marked_rows(png)
        assert assistant.page_image(Citation(1, read, "Nobody wrote this.", 0, 18)) is None
