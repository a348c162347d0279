"""The values that stages hand over: derived values, plain JSON, markdown."""

from __future__ import annotations

import dataclasses
import json

import pytest

from rag.base.types import (
    AddReport,
    Answer,
    Cell,
    CheckedSentence,
    Chunk,
    Citation,
    Comparison,
    Failure,
    Filters,
    Finding,
    Hit,
    Paper,
    Sentence,
    Source,
)

PAPER = Paper(
    id="p1",
    title="Ärger with Tensors",
    authors=("Ada Byron", "Bo Li"),
    more_authors=True,
    date="2024-05-28",
    category="LG",
    orgs=("mit",),
    has_code=True,
    score=97.6,
    abstract="It is 40% faster. It is small.",
    sources=(Source("listing", "a.txt", "line 3"),),
    citekey="byron2024arger",
)
CITATION = Citation(1, PAPER, "It is 40% faster.", 0, 17)
ANSWER = Answer(
    question="How much faster?",
    status="answered",
    mode="extractive",
    sentences=(Sentence("It is 40% faster.", (1,), "quoted"), Sentence("Hence.", (), "partial")),
    citations=(CITATION,),
    table=Comparison((PAPER,), ("speed",), ((Cell("40%", (1,)),),)),
    confidence=0.9,
    notice="The model was busy.",
    nearest=(PAPER,),
    understood=("2024",),
    timings_ms={"search": 3.5},
)


@pytest.mark.parametrize(
    ("date", "year"), [("2024-05-28", 2024), ("2024", 2024), (None, None)], ids=str
)
def test_the_year_is_read_from_the_date(date: str | None, year: int | None) -> None:
    assert dataclasses.replace(PAPER, date=date).year == year


def test_a_paper_without_a_title_is_named_by_its_first_words() -> None:
    untitled = dataclasses.replace(PAPER, title="", abstract=" ".join("abcdefghijkl"))
    assert untitled.name == "Untitled: a b c d e f g h i…"
    assert PAPER.name == PAPER.title


def test_filters_are_empty_only_while_nothing_is_restricted() -> None:
    assert Filters().is_empty
    assert not Filters(has_code=False).is_empty
    assert not Filters(ids=("p1",)).is_empty


@pytest.mark.parametrize(
    "value",
    [
        PAPER,
        CITATION,
        ANSWER,
        Hit(PAPER, 0.5, Chunk("c", "p1", 0, 0, 17, "It is 40% faster.")),
        Hit(PAPER, 0.5),
        AddReport(added=1, failed=(Failure("a.txt", "line 3", "no title"),)),
        Finding("disk", ok=True, detail="enough"),
        CheckedSentence("It is.", "supported", (CITATION,)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_plain_values_have_every_field_and_survive_json(value: Paper) -> None:
    plain = value.to_dict()
    told = {field.name for field in dataclasses.fields(value)} - {"body"}  # a whole paper
    assert told <= plain.keys()
    assert json.loads(json.dumps(plain)) == plain


def test_derived_values_travel_with_the_plain_ones() -> None:
    plain = ANSWER.to_dict()
    assert plain["text"] == "It is 40% faster. [1] Hence."
    assert plain["citations"][0]["paper"]["year"] == 2024
    assert plain["table"]["papers"][0]["citekey"] == "byron2024arger"


def test_markdown_gives_the_sentences_the_notice_and_the_quoted_words() -> None:
    assert ANSWER.to_markdown() == (
        "It is 40% faster. [1] Hence.\n\n"
        "|  | **Ärger with Tensors** |\n| --- | --- |\n| **speed** | 40% [1] |\n\n"
        "_The model was busy._\n\n"
        "[1] Ärger with Tensors (Ada Byron, Bo Li et al. · 2024-05-28)\n> It is 40% faster."
    )


def test_markdown_of_an_abstention_names_the_nearest_papers() -> None:
    abstained = Answer("?", "abstained", "extractive", reason="not_in_library", nearest=(PAPER,))
    assert abstained.to_markdown() == "Nearest papers:\n- Ärger with Tensors"


def test_values_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        PAPER.title = "Another"  # type: ignore[misc]
