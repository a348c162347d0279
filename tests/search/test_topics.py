"""Which papers a list by topic holds, and which titles a question is all of."""

from __future__ import annotations

import pytest

from rag.base.types import Evidence, Hit, Paper, QueryPlan, Sort
from rag.search.evidence import Scored
from rag.search.topics import bearing, called, is_said, seeks_a_name, titled


def hit(title: str, abstract: str = "It is so.") -> Hit:
    return Hit(Paper(title, title, abstract=abstract), 0.5)


def sentence(one: Hit, score: float) -> Evidence:
    return Evidence(one.paper, 0, len(one.paper.abstract), one.paper.abstract, score)


def listed(
    topic: str, *scored: tuple[Hit, float], query: str = "", sort: Sort | None = None
) -> list[str]:
    found = [Scored(sentence(h, s), s, s) for h, s in scored]
    found.sort(key=lambda one: -one.evidence.score)
    plan = QueryPlan(query or topic, query or topic, topic=topic, sort=sort)
    return list(bearing(plan, [h for h, _ in scored], found, lambda _: 1.0))


def test_the_topic_in_the_title_is_enough() -> None:
    papers = [
        (hit("A", "We cut looms in half."), 1.5),
        (hit("The Looms of Lyon", "Silk is dear."), 0.4),
        (hit("B", "Silk is dear."), 0.4),
    ]
    assert listed("looms", *papers) == ["A", "The Looms of Lyon"]


def test_a_paper_that_never_says_the_topic_is_left_out_beside_one_that_does() -> None:
    papers = [(hit("A", "Looms weave."), 1.2), (hit("B", "Machines make cloth."), 1.19)]
    assert listed("looms", *papers) == ["A"]


def test_where_no_paper_says_the_topic_the_nearest_stand() -> None:
    papers = [
        (hit("A", "Machines make cloth."), 0.6),
        (hit("B", "Cloth is dear."), 0.5),
        (hit("C", "Bees dance."), 0.3),
    ]
    assert listed("looms", *papers) == ["A", "B"]


@pytest.mark.parametrize(
    ("topic", "said", "belongs"),
    [
        ("tokenizers", "A tokenizer is learned.", True),
        ("tokenizers", "Tokenization is learned.", True),
        ("tokenizers", "The next token is learned.", False),
        ("optimizers", "An optimizer is learned.", True),
        ("optimizers", "The optimal policy is learned.", False),
        ("generalization", "It generalizes.", True),
        ("generalization", "In general it is so.", False),
        ("models", "A model is learned.", True),
        ("retrieval", "It retrieves pages.", True),
        ("transformers", "A transformer is learned.", True),
        ("transformers", "Linear transformations are learned.", False),
        ("learning", "A policy is learned.", True),
        ("superconductivity", "It is superconducting.", True),
        ("nuclei", "The nuclear radius is learned.", True),
        ("spectra", "A spectrum is learned.", True),
        ("graphs", "Graphene is learned.", False),
        ("photos", "A photon is learned.", False),
        ("momentum", "At the moment it is learned.", False),
    ],
)
def test_words_of_one_stem_may_be_different_words(topic: str, said: str, belongs: bool) -> None:
    papers = [(hit("Best", f"On {topic}."), 1.0), (hit("Asked", said), 0.9)]
    assert ("Asked" in listed(topic, *papers)) is belongs


def test_either_of_two_words_is_enough_where_the_question_says_or() -> None:
    papers = [(hit("A", "Looms and cards."), 1.0), (hit("B", "Cards alone."), 0.65)]
    assert listed("looms cards", *papers) == ["A"]
    assert listed("looms cards", *papers, query="papers on looms or cards") == ["A", "B"]


def test_of_a_sorted_list_the_papers_say_the_topic_or_the_nearest_stands_alone() -> None:
    papers = [(hit("A", "Looms weave."), 0.9), (hit("B", "Looms are new."), 0.8)]
    weak = [(hit("A", "Looms weave."), 0.9), (hit("B", "Cloth is new."), 0.85)]
    assert listed("looms", *papers, sort="newest") == ["A", "B"]
    assert listed("looms cards", *weak, sort="newest") == ["A"]


@pytest.mark.parametrize(
    ("topic", "said", "belongs"),
    [
        ("Jacquard", "We weave on Jacquard.", True),
        ("Jacquard dataset", "We weave on Jacquard.", True),
        ("JQ", "Five JQs are compared.", True),
        ("looms", "We weave on looms.", False),
        ("Jacquard looms", "We weave on Jacquard.", False),
    ],
)
def test_all_that_say_a_name_belong_however_far_behind(
    topic: str, said: str, belongs: bool
) -> None:
    papers = [(hit("Best", f"On {topic}."), 1.5), (hit("Asked", said), 0.2)]
    assert ("Asked" in listed(topic, *papers)) is belongs


@pytest.mark.parametrize(
    ("topic", "query", "belongs"),
    [
        ("silk weaving models", "papers on silk weaving models", True),
        ("silk weaving speed", "papers on silk weaving speed", False),
        ("measure silk weaving", "Which papers measure silk weaving?", False),
        ("evaluate silk weaving", "Which papers evaluate on silk weaving?", True),
        ("models", "papers on models", False),
        ("silk models", "papers on silk models", False),
    ],
)
def test_little_hangs_on_kinds_of_things_and_on_what_papers_do(
    topic: str, query: str, belongs: bool
) -> None:
    papers = [(hit("Best", f"On {topic}."), 1.5), (hit("Silk Weaving", "It is fast."), 0.2)]
    assert ("Silk Weaving" in listed(topic, *papers, query=query)) is belongs


def test_how_like_an_answer_a_sentence_sounds_does_not_make_its_paper_belong() -> None:
    plan = QueryPlan("looms", "looms", topic="looms")
    found = [
        Scored(sentence(hit("A", "Results show that looms weave."), 1.6), 0.5, 0.9),
        Scored(sentence(hit("B", "Looms are old."), 0.9), 0.5, 0.8),
    ]
    hits = [hit("A", "Results show that looms weave."), hit("B", "Looms are old.")]
    assert list(bearing(plan, hits, found, lambda _: 1.0)) == ["A", "B"]


def test_of_a_paper_that_is_listed_a_sentence_is_shown_that_says_the_topic() -> None:
    plan = QueryPlan("looms", "looms", topic="looms")
    paper = hit("A", "Results are good. Looms are used.").paper
    good = Evidence(paper, 0, 17, "Results are good.", 1.2)
    used = Evidence(paper, 18, 33, "Looms are used.", 0.9)
    found = [Scored(good, 0.5, 0.5), Scored(used, 0.5, 0.9)]
    assert bearing(plan, [Hit(paper, 1.0)], found, lambda _: 1.0) == {"A": used}


@pytest.mark.parametrize(
    ("topic", "is_there"),
    [
        ("Jacquard", True),
        ("Jacquard models", True),
        ("silk", True),
        ("punched cards", False),
        ("cards", False),
        ("wool", False),
    ],
)
def test_a_list_is_of_what_titles_say_or_of_a_name_that_texts_say(
    topic: str, is_there: bool
) -> None:
    hits = [hit("On Silk", "We use Jacquard, and cards in passing."), hit("Bees")]
    plan = QueryPlan(topic, f"papers on {topic}", intent="list", topic=topic)
    assert is_said(plan, hits, lambda _: 1.0) is is_there
    assert not is_said(QueryPlan(topic, topic, topic=topic), hits, lambda _: 1.0)


@pytest.mark.parametrize(
    ("query", "topic", "seeks"),
    [
        ("papers on LOOM", "LOOM", True),
        ("Which papers evaluate on LOOM?", "evaluate LOOM", True),
        ("the LOOM papers", "LOOM", False),
        ("papers on LOOM and silk", "LOOM silk", False),
    ],
)
def test_papers_on_a_name_are_more_than_the_paper_of_that_name(
    query: str, topic: str, seeks: bool
) -> None:
    plan = QueryPlan(query, query, intent="list", topic=topic)
    assert seeks_a_name(plan, lambda _: 1.0) is seeks


def test_the_order_of_the_hits_is_kept() -> None:
    papers = [(hit("B", "Looms weave."), 0.9), (hit("A", "Looms weave."), 1.0)]
    assert listed("looms", *papers) == ["B", "A"]
    assert listed("looms") == []


@pytest.mark.parametrize(
    ("topic", "names_it"),
    [
        ("punched cards", True),
        ("Punched Card", True),
        ("cards punched", False),
        ("cards", False),
        ("the cards", False),
        ("weaving punched cards quickly", False),
    ],
)
def test_a_topic_that_is_a_phrase_of_a_title_names_the_paper(topic: str, names_it: bool) -> None:
    found = titled(topic, [hit("Weaving onto Punched Cards"), hit("Bees")])
    assert found == (("Weaving onto Punched Cards",) if names_it else ())


def test_a_phrase_of_many_titles_names_none() -> None:
    assert titled("punched cards", [hit(f"Punched Cards {i}") for i in range(3)]) == ()


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is measured in the silk loom speed paper?", ["How Silk Loom Speed Grows"]),
        ("What is measured in the Silk Loom study?", ["How Silk Loom Speed Grows"]),
        ("What says the silk loom paper on speed?", []),
        ("What is measured in the cotton loom paper?", []),
        ("What is the speed of silk looms?", []),
    ],
)
def test_a_paper_is_called_by_words_of_its_title(question: str, found: list[str]) -> None:
    assert list(called(question, [hit("How Silk Loom Speed Grows"), hit("Bees")])) == found
