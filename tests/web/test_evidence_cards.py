"""The evidence of an answer: a card a paper, the quoted words marked, one exchange at a time."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hostile import HOSTILE

from rag.base.body import Body
from rag.base.types import Answer, Citation, Evidence, Paper, Sentence
from rag.web import evidence
from rag.web.evidence import Anchors
from rag.web.session import Exchange

ABSTRACT = "We train SOAP. It needs 40% fewer steps. It is open."
SOAP = Paper(
    "p1",
    "SOAP: a test",
    ("Ann Lee", "Bo Ma"),
    more_authors=True,
    date="2024-09-17",
    category="LG",
    orgs=("harvard",),
    has_code=True,
    score=76.0,
    doi="10.1000/soap",
    abstract=ABSTRACT,
)
PLAIN = Paper("p2", "No facts")
ANCHORS = Anchors(3, 7)


def cited(*citations: Citation) -> Exchange:
    """An exchange whose answer cites these places."""
    sentences = tuple(Sentence("S.", (c.number,), "quoted") for c in citations)
    answer = Answer("q", "answered", "extractive", sentences=sentences, citations=citations)
    return Exchange("q", answer, number=7)


def quote(number: int, paper: Paper, words: str) -> Citation:
    """A citation of these words."""
    start = paper.abstract.index(words)
    return Citation(number, paper, words, start, start + len(words))


def markup(exchange: Exchange, *, newest: bool = True) -> str:
    """The panel of an exchange; fails if it has none."""
    parts = evidence.panel(exchange, ANCHORS, newest=newest)
    assert parts
    return "".join(part.shown.markup for part in parts)


def test_a_card_says_what_the_record_knows_and_marks_the_quoted_words() -> None:
    shown = markup(cited(quote(1, SOAP, "It needs 40% fewer steps.")))
    for fact in ("SOAP: a test", "Ann Lee", "Bo Ma", "et al.", "17 September 2024", "LG"):
        assert fact in shown
    for fact in ("score 76", "code", "harvard", 'href="https://doi.org/10.1000/soap"'):
        assert fact in shown
    assert '<mark id="shown3-7-quote-1" tabindex="-1">It needs 40% fewer steps.</mark>' in shown
    assert 'href="#said3-7-cited-1"' in shown


def test_two_quotations_of_one_paper_share_its_card() -> None:
    shown = markup(cited(quote(1, SOAP, "It is open."), quote(2, SOAP, "We train SOAP.")))
    assert shown.count("<article") == 1
    assert shown.count("<mark") == 2


def test_a_card_leaves_out_what_the_record_does_not_know() -> None:
    shown = markup(cited(Citation(1, PLAIN, "", 0, 0)))
    assert "No text of this paper is in the library." in shown
    assert "score" not in shown
    assert "None" not in shown
    assert "byline" not in shown


def test_a_year_that_was_worked_out_says_so() -> None:
    guessed = Paper("p", "T", date="2026-05-28", date_inferred=True)
    assert "this one was worked out" in markup(cited(Citation(1, guessed, "", 0, 0)))


def test_evidence_is_shown_before_the_answer_is_there() -> None:
    found = Evidence(SOAP, 15, 40, ABSTRACT[15:40], 0.9)
    shown = markup(Exchange("q", None, (found,)))
    assert '<mark class="found">It needs 40% fewer steps.</mark>' in shown


def test_the_nearest_papers_of_an_abstention_have_cards() -> None:
    silent = Answer("q", "abstained", "extractive", reason="not_stated", nearest=(SOAP, PLAIN))
    shown = markup(Exchange("q", silent))
    assert shown.count("<article") == 2
    assert "Nearest papers" in shown


def test_nothing_found_gives_no_panel() -> None:
    assert evidence.panel(Exchange("q"), ANCHORS, newest=True) == []


def test_a_long_list_of_papers_is_shown_with_an_end() -> None:
    many = [Paper(f"p{i}", f"Title {i}", abstract="Some words here. More.") for i in range(250)]
    shown = markup(cited(*(quote(i + 1, p, "Some words here.") for i, p in enumerate(many))))
    assert shown.count("<article") == 200
    assert shown.count("More.") == 30  # abstracts as a whole only for the first
    assert "50 more papers are cited" in shown


def test_one_paper_with_thousands_of_authors_stays_one_line() -> None:
    crowd = Paper("p", "T", tuple(f"A{i} B" for i in range(3000)))
    shown = markup(cited(Citation(1, crowd, "", 0, 0)))
    assert "and 2988 more" in shown
    assert len(shown) < 100_000


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_record_makes_no_element_of_its_own(raw: str) -> None:
    paper = Paper("p", raw, (raw, raw), venue=raw, category=raw, orgs=(raw,), url=raw, abstract=raw)
    shown = markup(cited(Citation(1, paper, raw, 0, len(raw))))
    made = set(re.findall(r"<(\w+)", shown))
    usual = {"section", "div", "h2", "a", "article", "h3", "bdi", "p", "span", "details", "summary"}
    assert made <= usual | {"mark", "textarea"}
    own = {"#said3-7-answer", "#said3-7-cited-1", "?screen=library&amp;paper=p"}
    assert set(re.findall(r'href="([^"]*)"', shown)) <= own


def test_each_exchange_has_its_own_ids_and_a_new_page_makes_them_new() -> None:
    ids = {Anchors(p, e).mark(1) for p in (1, 2, 11) for e in (1, 2, 11)}
    assert len(ids) == 9
    assert not any(a != b and a.startswith(b) for a in ids for b in ids)


def test_following_a_number_shows_the_evidence_of_its_exchange() -> None:
    exchange = cited(quote(1, SOAP, "It is open."))
    rules = evidence.rules([(exchange, ANCHORS)])
    assert ".evidence.evidence3-7{display:block}" in rules
    assert 'class="evidence newest evidence3-7"' in markup(exchange)
    assert 'a[href="#shown3-7-quote-1"]' in rules


def test_words_of_a_kept_file_lead_to_their_page_below_their_card() -> None:
    body = Body("It was tried twice.", pages=((0, 4),), original="ab" * 32)
    filed = replace(SOAP, id="p3", body=body)
    start = filed.text.index("It was tried")
    on_page = Citation(2, filed, "It was tried twice.", start, start + 19)
    parts = evidence.panel(cited(quote(1, SOAP, "It is open."), on_page), ANCHORS, newest=True)
    assert [part.paged for part in parts] == [(), (on_page,)]
    assert parts[1].shown.markup.count("<article") == 2


def test_a_reference_says_what_is_known() -> None:
    assert evidence.reference(SOAP) == (
        "Ann Lee, Bo Ma et al. (2024). SOAP: a test. https://doi.org/10.1000/soap"
    )
    assert evidence.reference(PLAIN) == "No facts."


def test_quoted_words_that_stand_far_down_are_seen_without_what_comes_before() -> None:
    opening = " ".join(f"We looked at {n} kinds of moth in some detail." for n in range(20))
    paper = Paper("p3", "Moths", abstract=f"{opening} Then they slept. Moths weigh 3 grams. Done.")
    shown = markup(cited(quote(1, paper, "Moths weigh 3 grams.")))
    folded, seen = shown.split("</details>", 1)
    assert "From the beginning" in folded
    assert "We looked at 0 kinds" in folded
    assert "We looked at 0 kinds" not in seen
    assert 'tabindex="-1">Moths weigh 3 grams.</mark>' in seen
    assert "Then they slept." in seen
    assert "<details" not in markup(cited(quote(1, SOAP, "It is open."))).split("card-foot")[0]
