"""Names mined from a library's own records, and what a question may mean by one."""

from __future__ import annotations

import dataclasses
import time

import pytest

from rag.base.types import Paper
from rag.search.mining import mine
from rag.search.names import Names, is_said_in, looks_like_name, tokens
from rag.search.naming import named_papers


@pytest.mark.parametrize(
    "token", ["GPT-4", "ReLoRA", "PUMA", "mT5", "AdANNS", "LLaDA-8B", "T5", "FlexMDM", "Qwen3-4B"]
)
def test_a_method_is_known_by_the_shape_of_its_name(token: str) -> None:
    assert looks_like_name(token)


@pytest.mark.parametrize("token", ["Pre-Training", "Loss-to-Loss", "A", "word", "2024", "Zürich"])
def test_ordinary_words_and_numbers_are_no_names(token: str) -> None:
    assert not looks_like_name(token)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Loss-to-Loss, PEAS-7.", ["Loss-to-Loss", "PEAS-7"]),
        ("Über Gödel's Satz", ["Über", "Gödel's", "Satz"]),
        ("карты и LOOM", ["карты", "и", "LOOM"]),
        ("C++ 3.5", ["C++", "3.5"]),
        ("LOOM은 PEAS-7보다", ["LOOM", "은", "PEAS-7", "보다"]),
        ("LOOMはC++で3次元", ["LOOM", "は", "C++", "で", "3", "次元"]),
        ("基于LOOM的织布", ["基于", "LOOM", "的织布"]),
        ("(_)", []),
    ],
)
def test_tokens_keep_hyphens_and_letters_of_every_script(text: str, found: list[str]) -> None:
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("loom", "LOOM"),
        ("spt", "Conserved"),
        ("flowtalk", "Compilers"),
        ("ft", "Compilers"),
        ("peas-7", "PEAS-7"),
        ("seeder", "SEEDER"),
    ],
    ids=["title head", "abbreviation", "introduced", "short form", "with digit", "both"],
)
def test_a_paper_is_known_by_what_it_introduces(
    name: str, title: str, names: Names, by_title: dict[str, str]
) -> None:
    handle = names.handle(name)
    assert handle is not None
    assert [paper for paper, _ in handle.papers] == [by_title[title]]


def test_all_names_that_stand_for_papers_can_be_listed(names: Names) -> None:
    listed = {handle.name: handle for handle in names.handles()}
    assert listed["LOOM"] == names.handle("loom")
    assert "SEQSCAN" not in listed


def test_a_name_that_is_merely_mentioned_belongs_to_no_paper(names: Names) -> None:
    assert names.handle("seqscan") is None


def test_what_is_proposed_stands_in_the_same_sentence() -> None:
    papers = [Paper("1", "Looms", abstract="What do we propose? WEFT was there before.")]
    assert mine(papers).handle("weft") is None


def test_a_name_that_many_papers_claim_names_none() -> None:
    papers = [Paper(str(i), f"Study {i}", abstract="We introduce GRAF.") for i in range(6)]
    few = mine(papers[:3]).handle("graf")
    assert few is not None
    assert [paper for paper, _ in few.papers] == ["0", "1", "2"]
    assert mine(papers).handle("graf") is None


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("We use GPT 4.", "GPT-4", True),
        ("LLMs weave.", "LLM", True),
        ("An LLM weaves.", "LLMs", True),
        ("LOOM은 베틀이다", "LOOM", True),
        ("loom", "LOOM", True),
        ("Looming GPT-40", "LOOM", False),
        ("GPT-40", "GPT-4", False),
    ],
)
def test_a_name_is_said_as_a_word_of_its_own(text: str, name: str, said: bool) -> None:
    assert is_said_in(text, name) is said


@pytest.mark.parametrize("many", [1, 9])
def test_a_name_means_the_paper_whose_title_it_opens(many: int) -> None:
    others = [
        Paper(str(i), f"Light {i}", abstract="We use lasers of ordinary modes (LOOM).")
        for i in range(many)
    ]
    names = mine([*others, Paper("own", "LOOM: Weaving by Cards", abstract="Cards weave.")])
    assert named_papers("How does LOOM weave?", names) == ("own",)


@pytest.mark.parametrize(
    ("written", "people"),
    [
        ("Ada Lovelace", ("Ada Lovelace",)),
        ("ADA LOVELACE", ("Ada Lovelace",)),
        ("Lovelace", ("Ada Lovelace",)),
        ("A. Lovelace", ("Ada Lovelace",)),
        ("Lovelace, A.", ("Ada Lovelace",)),
        ("Herschel", ("Caroline Herschel", "William Herschel")),
        ("von Frisch", ("Karl von Frisch",)),
        ("Joliot-Curie", ("Irène Joliot-Curie",)),
        ("Curie", ("Marie Curie", "Pierre Curie")),
        ("B. Lovelace", ()),
        ("Newton", ()),
        ("", ()),
    ],
)
def test_a_written_name_stands_for_all_whom_it_may_mean(
    written: str, people: tuple[str, ...], names: Names
) -> None:
    assert names.people_called(written) == people


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Lovelase", "Ada Lovelace"),
        ("Ada Lovelac", "Ada Lovelace"),
        ("Semmelwies", "Ignaz Semmelweis"),
        ("Hershel", "Herschel"),
        ("Newton", None),
        ("Cury", None),
    ],
)
def test_a_misspelt_person_is_found_when_the_name_is_long_enough(
    written: str, meant: str | None, names: Names
) -> None:
    assert names.misspelt_person(written) == meant


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("eartquake", "earthquakes"),
        ("catalgoue", "catalogue"),
        ("envelpoes", "envelopes"),
        ("newer", None),
        ("earliest", None),
        ("starting", None),
        ("loom", None),
        ("cat", None),
        ("kardinal", None),
    ],
)
def test_only_words_that_are_none_are_corrected(word: str, meant: str | None, names: Names) -> None:
    assert names.correct(word) == meant


def test_records_without_title_authors_or_text_are_mined() -> None:
    names = mine([Paper("a", ""), Paper("b", "", authors=("",)), Paper("c", "Ω", abstract="…")])
    assert names.paper_count == 3
    assert names.person("") is None
    assert names.family("") == []
    assert names.handle("") is None


def test_a_rare_word_tells_more_than_a_common_one(names: Names) -> None:
    assert names.idf("radon") > names.idf("we") > 0
    assert not names.knows("quark")


def test_mining_a_thousand_papers_is_fast(papers: list[Paper]) -> None:
    many = [
        dataclasses.replace(paper, id=f"{paper.id} {n}")
        for n in range(1000 // len(papers))
        for paper in papers
    ]
    started = time.process_time()
    mine(many)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("How fast is SEW-KnitX?", ["Knitting"]),
        ("How fast is SEW?", ["Knitting", "Microscopes"]),
        ("How fast are KnitX-ZIP machines?", ["Knitting", "Zips"]),
        ("How fast is KnitX-like work?", ["Knitting"]),
    ],
)
def test_joined_names_of_one_paper_mean_that_paper(question: str, titles: list[str]) -> None:
    papers = [
        Paper("1", "Knitting", abstract="We present KnitX with a swift edge weaver (SEW)."),
        Paper("2", "Microscopes", abstract="A scanning eye watch (SEW) is proposed."),
        Paper("3", "Zips", abstract="We introduce ZIP."),
    ]
    named = named_papers(question, mine(papers))
    assert [papers[int(paper_id) - 1].title for paper_id in named] == titles
