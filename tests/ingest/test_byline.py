"""Titles parted from the authors glued to them. A bar shows where the title ends."""

from __future__ import annotations

import pytest

from rag.ingest import byline
from rag.ingest.byline import Byline
from rag.ingest.names import Evidence

SHAPES = [
    "Weaving with Looms|Ada Lovelace",
    "Weaving with Looms|Ada Lovelace, Charles Babbage",
    "Looms, Cards, and Flowers|Ada Lovelace, Charles Babbage, Luigi Menabrea et al.",
    "Looms: Why? How?|Ada Lovelace, Charles Babbage",
    "Weaving with LLMs|Ada Lovelace",
    "Weaving with BERT|Ada Lovelace, Charles Babbage",
    "Weaving with BERT|J. Clerk Maxwell",
    "Weaving with GANs|Ian Tinbergen, Karl Popper",
    "A Theory of AI|Isaac Newton",
    "Tests of GPT-4|John von Neumann",
    "Looms in 3D|Xu Guangqi, Li Zhizao, Emmy Noether et al.",
    "Beyond 5G|Guglielmo Marconi",
    "Looms of Mark III|Ivan Pavlov",
    "Vitamin C|Albert Szent-Györgyi",
    "Learning in C++|J. Willard Gibbs, É. Galois",
    "MatFormer: Nested Looms|Emmy Noether, David Hilbert",
    "LoRA|Emmy Noether, David Hilbert",
    "Weaving with mT5|Emmy Noether, David Hilbert",
    "CoLoR-Filter: Weaving in PyTorch|Emmy Noether, David Hilbert",
    "What is PageRank?|Andrey Markov",
    "AdANNS, AdEMAMix, and SGD Variants|Emmy Noether, David Hilbert, Felix Klein et al.",
    "Looms (NP-hard)|Emmy Noether",
    'The "Analytical Engine"|Ada Lovelace',
    "The `Analytical Engine'|Ada Lovelace",
    "Sums in $\\mathbb{R}^d$|Sofya Kovalevskaya",
    "Bounds for $k$-SAT|Kurt Gödel",
    "Maps of Mars|Barbara McClintock, Percival Lowell",
    "Cells|John McCarthy, Barbara McClintock, Rosalind Franklin et al.",
    "Weaving|Seán O'Casey, D'Arcy Thompson",
    "Weaving|Laurens de Geer, Simon van der Meer",
    "Colours|C.-S. Wu, Jean-Baptiste Biot",
    "Weaving|Chien-Shiung Wu, Tsung-Dao Lee",
    "Weaving in Time|Wu Xian Li S, Emmy Noether, Felix Klein et al.",
    "Weaving|Świętosława Skłodowska, Łukasz Piotr Opaliński",
    "Weaving|Étienne Pascal, Øystein Ore",
    "WEAVING IN THE WILD|Ada Lovelace",
    "Weaving with Looms|RAMA KRISHNA, Ada Lovelace",
    "Weaving for All|Martin Luther King, Jr., Ada Lovelace",
    "Weaving Looms|Hypatia, Nidhi, Ada Lovelace et al.",
    "Weaving · A Survey|Ada Lovelace",
    "Ткачество|Софья Ковалевская",
    "Weaving|沈括, 祖冲之",
    "织布机|Ada Lovelace, 沈括",
]


@pytest.mark.parametrize("case", SHAPES)
@pytest.mark.parametrize("orgs", [(), ("uw", "amazon-science")], ids=["", "with organisations"])
def test_titles_end_where_the_first_name_begins(case: str, orgs: tuple[str, ...]) -> None:
    title, _, people = case.partition("|")
    names = people.removesuffix(" et al.").replace(", Jr.", ";Jr.").split(", ")
    authors = tuple(name.replace(";", ", ") for name in names)
    printed = case.replace("|", "") + (" · " + ", ".join(orgs) if orgs else "")
    expected = Byline(title, authors, people.endswith("et al."), orgs)
    assert byline.split(printed) == expected


@pytest.mark.parametrize(
    ("case", "text"),
    [
        ("Tools for Chemistry|MariaPia Curie", "Tools help chemistry."),
        ("Weaving with SystemML|Ada Lovelace", "SystemML weaves."),
        ("Weaving with TensorFlow|Ada Lovelace", "TensorFlow weaves."),
        ("Deep Learning|van der Waals, Niels Bohr", "Learning is deep."),
        ("From Looms to GitCite|Ada Lovelace", "We cite with git."),
        ("HowTo Weave and Encrypt|Ada Lovelace", "How weavers work."),
        ("Learning to Cook|Hypatia", "We cook."),
        ("Notes on AV|RJ Boscovich, Isaac Newton", "AV is noted."),
        ("Weaving Reports|DeepLoom-AI, Ada Lovelace, Felix Klein et al.", "DeepLoom-AI reports."),
    ],
    ids=lambda value: value if "|" in value else "",
)
def test_words_of_the_abstracts_decide_between_two_readings(case: str, text: str) -> None:
    evidence = Evidence()
    evidence.add_text(text)
    title, _, people = case.partition("|")
    found = byline.split(case.replace("|", ""), evidence)
    assert found is not None
    assert (found.title, ", ".join(found.authors)) == (title, people.removesuffix(" et al."))


def test_names_of_the_page_are_taken_from_where_only_names_stand() -> None:
    line = "Looms, and FlowersAda Lovelace, danah boyd, Emmy Noether et al. · uw"
    assert byline.sure_names(line) == ("danah boyd", "Emmy Noether")
    assert byline.sure_names("LoomsAda Lovelace, Emmy Noether") == ()
    evidence = Evidence()
    evidence.add_name("danah boyd")
    assert byline.split("Loomsdanah boyd, Emmy Noether") is None
    found = byline.split("Loomsdanah boyd, Emmy Noether", evidence)
    assert found is not None
    assert found.authors == ("danah boyd", "Emmy Noether")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Looms",
        "Weaving with Looms, Cards, and Flowers",
        "MatFormer: Nested Looms for Weaving",
        "We weave algebraic patterns, with cards, as a loom weaves flowers in Lyon.",
        "Ada Lovelace, Charles Babbage, Luigi Menabrea et al.",
        "Ada Lovelace",
        "Julian McAuley, Jure Bessel",
        "A line of more than a thousand characters" * 30 + "Ada Lovelace",
        "织布机沈括, 祖冲之",
    ],
)
def test_lines_without_a_seam_are_not_split(line: str) -> None:
    assert byline.split(line) is None


def test_lines_of_authors_alone_are_recognised() -> None:
    assert byline.authors_only("Ada Lovelace, Emmy Noether et al. · uw") == Byline(
        "", ("Ada Lovelace", "Emmy Noether"), True, ("uw",)
    )
    assert byline.authors_only("Ada Lovelace") is None
    assert byline.authors_only("We weave, with cards, as looms do.") is None
    assert byline.authors_only("Ada, Lovelace, Emmy, Noether") is None
