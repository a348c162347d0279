"""A small library with what records bring with them: a PDF, two sources of one paper, a twin."""

from __future__ import annotations

import json
from pathlib import Path

from pdf_files import INTRODUCTION, Page, made, paper

from rag import Assistant, Settings

QUESTION = "How long was the learning rate warmed up in quiet gradients?"
_LOOM = {
    "title": "A Loom of Cards",
    "authors": ["Ada Byron", "Karl Frisch"],
    "year": 1843,
    "venue": "Journal of Weaving",
    "abstract": "Cards steer a loom. The loom weaves ten yards a day.",
}
_OVENS = {
    "title": "Ovens and Bread: How Heat Rises",
    "authors": ["Bo Ash"],
    "year": 1850,
    "abstract": "Heat rises in an oven. Bread near the top is baked in half the time.",
}
_SCALES = {
    "title": "موازين الخبز",
    "authors": ["ليلى حداد", "عمر ناصر"],
    "year": 1851,
    "abstract": "ندرس موازين الخبز في السوق.",
}
_OVENS_RIS = """TY  - JOUR
TI  - Ovens and bread: how heat rises
AU  - Ash, Bo
AU  - Glass, Edith
PY  - 1850
JO  - Annals of Baking
ER  -
"""


def recorded(folder: Path) -> Path:
    """Make the library in this folder."""
    further = [Page(), Page()]
    for page, heading in zip(further, ("2 Results", "3 Outlook"), strict=True):
        page.show(heading, 72, 80, 12, bold=True)
        page.lines(INTRODUCTION[:2], 72, 110)
    twins = ({**_LOOM, "doi": "10.1234/loom"}, {**_LOOM, "doi": "10.1234/cards", "year": 1844})
    with Assistant.open(folder, Settings(library=folder)) as assistant:
        assistant.add_bytes(made([paper(), *further]), "quiet.pdf")
        for i, record in enumerate((*twins, _OVENS, _SCALES)):
            assistant.add_bytes(json.dumps(record).encode(), f"{i}.jsonl")
        assistant.add_bytes(_OVENS_RIS.encode(), "baking.ris")
    return folder
