"""The full text on a paper's page: its sections with their pages, or nothing."""

from __future__ import annotations

import re

from hostile import HOSTILE

from rag.base.body import Body
from rag.base.types import Paper
from rag.web.fulltext import full_text

TEXT = "We begin.\n\nTwo reasons follow.\n\nWe weigh moths on a balance."
BODY = Body(TEXT, pages=((0, 1), (32, 3)), sections=((0, "Introduction"), (32, "Methods")))


def test_each_section_is_a_fold_with_the_page_it_begins_on() -> None:
    shown = full_text(Paper("p", "Moths", abstract="A.", body=BODY))
    assert shown is not None
    folds = re.findall(r"<details>(.*?)</details>", shown.markup)
    assert len(folds) == 2
    assert "Introduction" in folds[0]
    assert "page 1" in folds[0]
    assert '<p dir="auto">Two reasons follow.</p>' in folds[0]
    assert "Methods" in folds[1]
    assert "page 3" in folds[1]


def test_a_text_without_sections_is_one_fold_and_no_text_is_nothing() -> None:
    shown = full_text(Paper("p", "Moths", body=Body("Only this.")))
    assert shown is not None
    assert shown.markup.count("<details>") == 1
    assert full_text(Paper("p", "Moths", abstract="A.")) is None


def test_text_and_headings_of_enemies_stay_text() -> None:
    for text in HOSTILE.values():
        shown = full_text(Paper("p", "t", body=Body(text, sections=((0, text),))))
        if shown is not None:
            assert not re.search(r"<(img|script|iframe|svg|style|a)\b", shown.markup)
