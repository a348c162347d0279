"""Subjects of arXiv by code and by what people call them, single categories and whole archives."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_papers import paper

from rag.search.filters import read_filters
from rag.search.mining import mine
from rag.search.names import Names
from rag.search.subjects import CALLED, TOGETHER

_CODES = (
    *("cs.RO", "cs.NA", "math.NA", "math.GR", "q-bio.NC", "cond-mat.soft", "gr-qc"),
    *("physics.optics", "physics.flu-dyn", "astro-ph.SR", "astro-ph.GA"),
)


@pytest.fixture(scope="module")
def names() -> Names:
    return mine([replace(paper(i), category=code) for i, code in enumerate(_CODES)])


@pytest.mark.parametrize(
    ("question", "said", "codes"),
    [
        ("maths papers", "math", ("MATH.GR", "MATH.NA")),
        ("Which papers are in mathematics?", "math", ("MATH.GR", "MATH.NA")),
        ("how many astronomy papers", "astro-ph", ("ASTRO-PH.GA", "ASTRO-PH.SR")),
        ("papers in astro-ph from 2019", "astro-ph", ("ASTRO-PH.GA", "ASTRO-PH.SR")),
        ("fluid mechanics papers", "physics.flu-dyn", ("PHYSICS.FLU-DYN",)),
        ("papers in optics on lenses", "physics.optics", ("PHYSICS.OPTICS",)),
        ("papers published in general relativity", "gr-qc", ("GR-QC",)),
        ("papers in group theory or robotics", "cs.RO or math.GR", ("CS.RO", "MATH.GR")),
        ("numerical analysis papers", "cs.NA or math.NA", ("CS.NA", "MATH.NA")),
        ("biology papers", "q-bio", ("Q-BIO.NC",)),
        ("papers in cs", "cs", ("CS.NA", "CS.RO")),
        (
            "all physics papers",
            "physics",
            ("ASTRO-PH.GA", "ASTRO-PH.SR", "COND-MAT.SOFT", "GR-QC", "PHYSICS.FLU-DYN",
             "PHYSICS.OPTICS"),
        ),
    ],
)  # fmt: skip
def test_subjects_are_told_by_their_names(
    question: str, said: str, codes: tuple[str, ...], names: Names
) -> None:
    found = read_filters(question, names)
    assert found.filters.categories == codes
    assert f"in category {said}" in found.words


def test_a_subject_after_not_is_left_out(names: Names) -> None:
    found = read_filters("papers not in mathematics", names)
    assert found.filters.is_empty
    assert found.without.categories == ("MATH.GR", "MATH.NA")


@pytest.mark.parametrize(
    "question",
    [
        "papers about mathematics",
        "fibre optics papers",
        "nuclear physics papers",
        "What are lenses for in optics?",
        "Which papers use networks in biology?",
        "How is physics taught?",
        "economics papers",
        "papers that cite maths teachers",
    ],
)
def test_what_is_part_of_another_subject_or_used_in_one_is_no_condition(
    question: str, names: Names
) -> None:
    assert read_filters(question, names).filters.is_empty


def test_a_code_without_archive_is_of_computing() -> None:
    names = mine([replace(paper(i), category=code) for i, code in enumerate(("RO", "ZZ"))])
    found = read_filters("computer science papers", names)
    assert found.filters.categories == ("RO",)


def test_every_archive_has_a_name_and_every_name_an_archive() -> None:
    archives = {code.split(".")[0] for code in CALLED}
    together = {archive for joined in TOGETHER.values() for archive in joined}
    assert archives <= CALLED.keys()
    assert together <= CALLED.keys()
