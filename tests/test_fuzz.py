"""Made-up input for what reads foreign text: it ends, and what stood well before it stays."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from fuzzing import tries
from hypothesis import example, given
from hypothesis import strategies as st

from rag.answer.generate import Written, write
from rag.answer.verify import MARKER
from rag.base.latex import readable
from rag.base.types import Evidence, Failure, Paper
from rag.ingest import readers
from rag.web.render import Mark, label, latex, prose, tag, text

GOOD_BIBTEX = "@article{loom,\n title = {A Good Loom},\n author = {Ada Lovelace}\n}\n"
GOOD_RIS = "TY  - JOUR\nTI  - A Good Loom\nAU  - Lovelace, Ada\nER  - \n"
BIBTEX = (
    '@ { } ( ) = , # " \\ % ~ \n @article{ @string{ @comment{ title author crossref and jan 1 é'
)
RIS = "TY␣␣-␣ ER␣␣-␣ AU␣␣-␣ TI␣␣-␣ N2␣␣-␣ PY␣␣-␣ \n JOUR 2024 9 , / - é ␣␣␣␣"
LISTING = "97.6 LG May␣28 ,␣2024 Code \n ·␣ On␣Looms Ada␣Lovelace ␣et␣al. A . Feb␣30 \r \u2028 $"
MARKERS = "Errors␣fell␣by␣62% 26% ␣ [E1] [E2] [E 1] E1, ] [E99] [1] . ” “ not \n <think> | ; { #"
ABSTRACT = "Errors fell by 62%. So it was."
EVIDENCE = [Evidence(Paper("p", "A Title", abstract=ABSTRACT), 0, 19, ABSTRACT[:19], 1.0)]


def mixed(pieces: str) -> st.SearchStrategy[str]:
    """Texts of these pieces (␣ is a space within one), with anything at all between them."""
    known = st.sampled_from([piece.replace("␣", " ") for piece in pieces.split(" ")])
    return st.lists(known | st.text(max_size=4), max_size=40).map("".join)


def read(content: str) -> tuple[list[Paper], list[Failure]]:
    """(papers, failures); each of them says what it has to."""
    found = list(readers.read(content.encode("utf-8", "replace"), origin="made"))
    papers = [item for item in found if isinstance(item, Paper)]
    failures = [item for item in found if isinstance(item, Failure)]
    assert len(papers) + len(failures) == len(found)
    assert all(paper.title.strip() or paper.abstract.strip() for paper in papers)
    assert all(failure.reason.strip() for failure in failures)
    return papers, failures


@tries(80)
@given(mixed(BIBTEX))
@example("\x1f")
@example("\x1f\x00\x0e" * 10)
def test_whatever_follows_a_bibtex_entry_leaves_it(after: str) -> None:
    papers, _ = read(f"{GOOD_BIBTEX}\n{after}")
    assert [paper.title for paper in papers][:1] == ["A Good Loom"]


@tries(80)
@given(mixed(BIBTEX))
def test_whatever_stands_before_a_bibtex_entry_leaves_it(before: str) -> None:
    papers, _ = read(f"@article{{first, title = {{First}}}}\n{before}\n\n{GOOD_BIBTEX}")
    assert "A Good Loom" in [paper.title for paper in papers]


@tries(80)
@given(mixed(RIS))
def test_whatever_follows_a_ris_record_leaves_it(after: str) -> None:
    papers, _ = read(f"{GOOD_RIS}\n{after}")
    assert [paper.title for paper in papers][:1] == ["A Good Loom"]


@tries(80)
@given(mixed(LISTING))
def test_any_listing_is_read_or_named(content: str) -> None:
    papers, failures = read(content)
    assert papers or failures


@tries(60)
@given(mixed(MARKERS))
@example("Errors fell by 62% [E1" + "1" * 5000 + "].")
def test_whatever_a_model_writes_cites_what_it_was_given_and_nothing_else(reply: str) -> None:
    written = _written(reply, [reply])
    assert {c.quote for c in written.draft.citations} <= {ABSTRACT[:19]}
    numbers = {citation.number for citation in written.draft.citations}
    for sentence in written.draft.sentences:
        assert set(sentence.citations) <= numbers
        assert not MARKER.search(sentence.text)


@tries(40)
@given(mixed(MARKERS), st.lists(st.integers(0, 120), max_size=6))
def test_a_reply_is_the_same_however_it_is_cut_into_pieces(reply: str, cuts: list[int]) -> None:
    places = sorted({0, len(reply), *(min(cut, len(reply)) for cut in cuts)})
    pieces = [reply[start:end] for start, end in pairwise(places)]
    cut, whole = _written(reply, pieces).draft, _written(reply, [reply]).draft
    assert (cut.sentences, cut.citations) == (whole.sentences, whole.citations)


def _written(reply: str, pieces: list[str]) -> Written:
    *_, last = write("How far did errors fall?", EVIDENCE, lambda *_, **__: iter(pieces), None)
    assert isinstance(last, Written), reply
    return last


class _Seen(HTMLParser):
    """Names and attributes of the elements that a browser makes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: set[str | None] = set()
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links |= {value for name, value in attrs if name in {"href", "src"}}
        assert not [name for name, _ in attrs if name.startswith("on")]


HTML = "< > & \" ' ` <script> </p> <img␣src=x> onerror= javascript: ![a](http://b) $ \\ {{ :a: \n é"


@tries(120)
@given(mixed(HTML), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=3))
def test_the_renderer_makes_its_own_elements_of_any_text(
    raw: str, spans: list[tuple[int, int]]
) -> None:
    marks = [Mark(min(s), max(s), i, f"m{i}", f"#c{i}") for i, s in enumerate(spans)]
    shown = tag("p", raw, text(raw), latex(raw), prose(raw, marks), label=raw, title=raw)
    seen = _Seen(shown.markup)
    assert seen.names <= {"p", "mark", "a"}
    assert seen.links <= {f"#c{i}" for i in range(3)}


@tries(120)
@given(mixed(HTML + " \\frac{ \\textbf{ } ^ _ $$ \\left( \\"))
def test_latex_of_any_text_is_read_and_a_label_stays_one_line(raw: str) -> None:
    assert isinstance(readable(raw), str)
    assert "\n" not in label(raw)


@pytest.mark.parametrize("size", [100_000])
def test_long_runs_of_one_sign_end(size: int) -> None:
    for sign in '{}("@#\\$[':
        read(GOOD_BIBTEX + sign * size)
        latex(sign * 2000)
