"""XML of EndNote, PubMed and arXiv; hostile and broken XML is named."""

from __future__ import annotations

import pytest
from reading import one, read_text

ENDNOTE = (
    '<?xml version="1.0" encoding="{encoding}"?><xml><records><record><contributors><authors>'
    "<author><style>Byron, Ada</style></author><author>Müller, Karl</author></authors>"
    "</contributors><titles><title><style>On </style><style>Looms</style></title>"
    "<secondary-title>Engines</secondary-title></titles><dates><year>1843</year></dates>"
    "<abstract>It weaves.</abstract></record></records></xml>"
)
PUBMED = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><Article><Journal><JournalIssue><PubDate>"
    "<Year>1843</Year><Month>Sep</Month></PubDate></JournalIssue><Title>Engines</Title></Journal>"
    "<ArticleTitle>On Looms.</ArticleTitle><Abstract><AbstractText>It weaves.</AbstractText>"
    "</Abstract><AuthorList><Author><LastName>Byron</LastName><ForeName>Ada</ForeName></Author>"
    "<Author><LastName>Müller</LastName><Initials>K</Initials></Author></AuthorList></Article>"
    "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
)
ATOM = (
    '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>q</title><entry>'
    "<id>http://arxiv.org/abs/2401.00001v2</id><published>1843-09-03T00:00:00Z</published>"
    "<title>On\n Looms</title><summary>It weaves.</summary><author><name>Ada Byron</name></author>"
    "<author><name>Karl Müller</name></author></entry></feed>"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("text", [ENDNOTE, PUBMED, ATOM], ids=["EndNote", "PubMed", "arXiv"])
def test_a_record_becomes_a_paper(text: str, encoding: str) -> None:
    paper = one(text.replace("{encoding}", encoding).encode(encoding))
    assert (paper.title, paper.abstract, paper.year) == ("On Looms", "It weaves.", 1843)
    assert [name.split()[-1] for name in paper.authors] == ["Byron", "Müller"]


def test_arxiv_feeds_give_the_identifier() -> None:
    assert one(ATOM).arxiv_id == "2401.00001"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ATOM[:-60], "not valid XML"),
        ("<rss><channel/></rss>", "without records"),
        (
            '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><xml><record>&b;</record></xml>',
            "entities",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><record>&a;</record></xml>',
            "entities",
        ),
        ("<xml><record>" + "<a>" * 100_000, "deeper"),
    ],
    ids=["cut off", "unknown", "bomb", "other file", "deep"],
)
def test_what_cannot_be_read_is_named(text: str, reason: str) -> None:
    papers, failures = read_text(text)
    assert not papers
    assert reason in failures[-1].reason


def test_what_stands_before_the_damage_is_kept() -> None:
    papers, failures = read_text(ATOM.replace("</feed>", "<entry><title>&nbsp;") + "\n" * 10)
    assert (len(papers), len(failures)) == (1, 1)
