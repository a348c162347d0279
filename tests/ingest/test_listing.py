"""Listings: every field of every record, on pages that hold every trap we know."""

from __future__ import annotations

import calendar
import dataclasses
import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.base.types import Failure, Paper, Source
from rag.ingest import listing
from rag.ingest.readers import read

PAGES = Path(__file__).parents[1] / "data" / "listings"
TAKEN = date(2024, 6, 5)
BOM = b"\xef\xbb\xbf"


def of_page(name: str, as_of: date = TAKEN) -> list[Paper | Failure]:
    return list(read((PAGES / name).read_bytes(), origin=name, as_of=as_of))


def of_text(text: str, as_of: date = TAKEN) -> list[Paper | Failure]:
    return list(read(text.encode(), origin="pasted text", as_of=as_of))


def papers(found: list[Paper | Failure]) -> list[Paper]:
    assert not [item for item in found if isinstance(item, Failure)]
    return [item for item in found if isinstance(item, Paper)]


def without_sources(found: list[Paper | Failure]) -> list[Paper]:
    return [dataclasses.replace(paper, sources=()) for paper in papers(found)]


def record(header: str = "LGMay 1, 2024", byline: str = "On LoomsAda Lovelace") -> str:
    return f"{header}\n{byline}\nLooms weave flowers.\n"


# --- whole pages -------------------------------------------------------------------------------


def _paper(
    title: str, authors: tuple[str, ...], day: str, category: str, **others: object
) -> dict[str, object]:
    defaults: dict[str, object] = {
        "more_authors": False,
        "has_code": False,
        "score": None,
        "orgs": (),
        "date_inferred": False,
    }
    facts = {"title": title, "authors": authors, "date": day, "category": category}
    return {**defaults, **facts, **others}


HISTORIC = [
    _paper(
        "EnGine: Weaving Computation Like a Jacquard Loom",
        ("Ada Lovelace", "Charles Babbage", "Luigi F. Menabrea"),
        "2024-03-04",
        "LG",
        more_authors=True,
        orgs=("analytical-society", "turin"),
        score=98.1,
        date_inferred=True,
    ),
    _paper(
        "Do Symmetries Explain Conservation Laws?",
        ("Emmy Noether", "David Hilbert"),
        "2024-02-29",
        "ML",
        has_code=True,
        date_inferred=True,
    ),
    _paper("Talking Machines and GPT-0", ("Alan M. Turing",), "2023-11-12", "CL"),
    _paper(
        "Optics, Perspective, and Light",
        ("Ibn al-Haytham", "Kamal al-Din al-Farisi", "Johannes Kepler"),
        "2022-12-31",
        "CV",
        more_authors=True,
        orgs=("cairo",),
        score=9.5,
        has_code=True,
    ),
    _paper(
        "A Law for RareEvents in BERT",
        ("Siméon Denis Poisson", "Ladislaus von Bortkiewicz", "Abraham de Moivre"),
        "2021-01-01",
        "ST",
        more_authors=True,
        score=100.0,
    ),
    _paper("Gases", ("van der Waals", "Kamerlingh Onnes"), "2020-07-06", "SY"),
    _paper(
        "Fluxions for ResNets",
        ("Colin MacLaurin", "Isaac Newton"),
        "2019-06-15",
        "LG",
        has_code=True,
    ),
    _paper(
        "Kernel Tricks in the $L^2$ Space",
        ("J.-B. Joseph Fourier", "P.-S. Laplace", "Hypatia"),
        "2019-05-09",
        "ML",
        more_authors=True,
        orgs=("ens",),
    ),
    _paper(
        'On Growth, Form, and "Grammar"',
        ("D'Arcy W. Thompson", "C. V. Raman", "Pāṇini"),
        "2018-04-30",
        "CL",
    ),
    _paper(
        "Counting with Rods",
        ("祖冲之", "沈括", "Li Shizhen"),
        "2018-04-01",
        "CS",
        more_authors=True,
    ),
    _paper("Рефлексы и обучение", ("Иван Павлов", "Иван Сеченов"), "2017-03-03", "LG"),
    _paper("Nothing to Say", ("Evangelista Torricelli", "Blaise Pascal"), "2017-02-02", "LG"),
]


def test_every_field_of_every_record_is_read() -> None:
    found = papers(of_page("historic.txt"))
    assert [{key: getattr(p, key) for key in HISTORIC[0]} for p in found] == HISTORIC
    lines = (PAGES / "historic.txt").read_text(encoding="utf-8").split("\n")
    starts = [int(p.sources[0].where.removeprefix("line ")) for p in found]
    assert [p.abstract for p in found[:-1]] == [lines[start + 1] for start in starts[:-1]]
    assert found[-1].abstract == ""
    assert found[3].sources == (Source("listing", "historic.txt", "line 10"),)
    assert {(p.id, p.citekey) for p in found} == {("", "")}


def test_damaged_records_are_named_and_the_others_kept() -> None:
    found = of_page("damaged.txt")
    kept = [item.title for item in found if isinstance(item, Paper)]
    assert kept == ["Celestial Mechanics at Scale", "Spectra of Stars", "Fever and Statistics"]
    failures = {item.where: item.reason for item in found if isinstance(item, Failure)}
    assert failures == {
        "line 6": "the date “Feb 30, 2022” is not possible",
        "line 9": "no authors were found at the end of the title line "
        "“This title lost its authors”",
        "line 12": "there is no title after the header",
        "line 16": "the line “LG?? 24, 2022” before its title is not understood",
        "line 19": "the line with its category and date is missing",
        "line 21": "the date “May 23, 3022” is not possible",
    }
    spectra = next(p for p in found if isinstance(p, Paper) and p.title == "Spectra of Stars")
    assert spectra.abstract.endswith("follow a straight line.")


def test_wrapped_abstracts_blank_lines_and_spaces_do_not_matter() -> None:
    tides, letters = papers(of_page("wrapped.txt"))
    assert tides.authors == ("Galileo Galilei", "Johannes Kepler", "Tycho Brahe")
    assert (tides.date, tides.score) == ("2024-06-02", 91.3)
    assert tides.abstract == (
        "The tides follow the moon. We prove this for 12 harbours and LGMay 5 of them twice; "
        "see the table of the NeurIPS. Each line of this abstract is wrapped."
    )
    assert letters.abstract == "Gravity must be caused by an agent, material or immaterial."


@pytest.mark.parametrize("mark", [b"", BOM], ids=["plain", "byte order mark"])
def test_files_pasted_together_without_a_line_end_are_parted(mark: bytes) -> None:
    first, second = ((PAGES / name).read_bytes() for name in ("last.txt", "historic.txt"))
    apart = without_sources([*of_page("last.txt"), *of_page("historic.txt")])
    joined = list(read(mark + first + mark + second, origin="both", as_of=TAKEN))
    assert without_sources(joined) == apart


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n\n", "  \n"], ids=repr)
def test_line_ends_do_not_matter(end: str) -> None:
    text = (PAGES / "historic.txt").read_text(encoding="utf-8").replace("\n", end)
    assert without_sources(of_text(text)) == without_sources(of_page("historic.txt"))


# --- headers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("97.6LGMay 1, 2024", (97.6, "LG", False)),
        ("LGMay 1, 2024Code", (None, "LG", True)),
        ("0.0LGMAY 1, 2024Code", (0.0, "LG", True)),
        ("100cs.LGMay 1, 2024", (100.0, "cs.LG", False)),
        ("quant-phMay 1, 2024", (None, "quant-ph", False)),
        ("STATMay 1, 2024New Code", (None, "STAT", True)),
        ("97,6 LG May 1 2024 Code", (97.6, "LG", True)),
        ("May 1, 2024", (None, None, False)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_headers_may_vary(header: str, expected: tuple[float | None, str | None, bool]) -> None:
    (paper,) = papers(of_text(record(header)))
    assert (paper.score, paper.category, paper.has_code) == expected
    assert (paper.date, paper.title, paper.date_inferred) == ("2024-05-01", "On Looms", False)


@pytest.mark.parametrize(
    "inside",
    [
        "We met in MLMay 5 and parted.",
        "It was written in LGMay 26, 2022Code, not before.",
        "We met in MLMay 5",
        "Records such as 97.6LGMay 28, 2024 open a page.",
    ],
)
def test_what_looks_like_a_header_inside_an_abstract_splits_nothing(inside: str) -> None:
    text = f"LGMay 1, 2023\nOn LoomsAda Lovelace\n{inside}\n" + record("CLMay 2, 2023")
    looms, _ = papers(of_text(text))
    assert looms.abstract == inside


@pytest.mark.parametrize(
    ("end", "score"),
    [
        ("of 12 looms.", 97.6),
        ("by 5.8%", 97.6),
        ("at https://example.org/looms", None),
        ("in 1843", None),
        ("by 2.", 97.6),
        ("(see the appendix)", None),
    ],
)
def test_abstracts_glued_to_the_next_header_keep_their_last_words(
    end: str, score: float | None
) -> None:
    header = f"{'' if score is None else score}CLMay 2, 2023Code"
    first = f"LGMay 1, 2023\nOn LoomsAda Lovelace\nThe yield {end}"
    looms, other = papers(of_text(first + record(header, "On SunsCecilia Payne")))
    assert looms.abstract == f"The yield {end}"
    assert (other.score, other.category, other.has_code) == (score, "CL", True)


# --- dates without a year ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "newest", "taken", "expected"),
    [
        ("Jun 5", 2023, date(2024, 6, 5), "2024-06-05"),
        ("Jun 6", 2022, date(2024, 6, 5), "2023-06-06"),
        ("Dec 31", None, date(2024, 1, 1), "2023-12-31"),
        ("Feb 29", 2023, date(2024, 6, 5), "2024-02-29"),
        ("Feb 29", 2019, date(2024, 2, 28), "2020-02-29"),
        ("Jun 6", 2023, date(2024, 6, 5), "2024-06-06"),
        ("May 1", 2023, date(2019, 6, 5), "2024-05-01"),
        ("Feb 29", 2020, date(2019, 6, 5), "2024-02-29"),
    ],
)
def test_a_missing_year_is_the_latest_that_the_page_allows(
    printed: str, newest: int | None, taken: date, expected: str
) -> None:
    proof = record(f"CLJan 1, {newest}") if newest else ""
    found = papers(of_text(record(f"LG{printed}") + proof, as_of=taken))
    assert (found[0].date, found[0].date_inferred) == (expected, True)


def test_years_in_abstracts_and_misprints_prove_nothing() -> None:
    text = "LGMay 1\nOn LoomsAda Lovelace\nWritten in LGMay 5, 2023\n" + record("CLMay 1, 9999")
    first = of_text(text, as_of=date(2020, 6, 5))[0]
    assert isinstance(first, Paper)
    assert first.date == "2020-05-01"


def test_the_day_of_the_file_stands_in_for_the_day_of_the_listing() -> None:
    data = record("LGMay 1").encode()
    (by_file,) = read(data, origin="x", modified=date(2021, 4, 30))
    (by_user,) = read(data, origin="x", as_of=date(2019, 5, 2), modified=date(2021, 4, 30))
    (by_today,) = read(data, origin="x", modified=date(1970, 1, 1))
    assert isinstance(by_file, Paper)
    assert isinstance(by_user, Paper)
    assert isinstance(by_today, Paper)
    assert (by_file.date, by_user.date) == ("2020-05-01", "2019-05-01")
    assert by_today.date is not None
    assert by_today.date >= "2025-05-01"


# --- other shapes ------------------------------------------------------------------------------


def test_authors_on_a_line_of_their_own_are_read() -> None:
    text = "LGMay 1, 2023\nOn Looms\nAda Lovelace, Charles Babbage et al. · turin\nThey weave.\n"
    (paper,) = papers(of_text(text))
    assert (paper.title, paper.authors) == ("On Looms", ("Ada Lovelace", "Charles Babbage"))
    assert (paper.more_authors, paper.orgs, paper.abstract) == (True, ("turin",), "They weave.")


def test_a_paragraph_before_the_first_record_is_reported() -> None:
    lost = "An abstract whose header was not copied, " * 6
    failure, paper = of_text(f"Papers\n{lost}\n" + record())
    assert failure == Failure(
        "pasted text", "line 2", "the text before the first record belongs to no record"
    )
    assert isinstance(paper, Paper)


def test_records_without_an_end_are_reported() -> None:
    text = "LGMay 1, 2023\nOn LoomsAda Lovelace\n" + "weave \n" * 40_000 + record()
    failure, paper = of_text(text)
    assert failure == Failure("pasted text", "line 1", "its text is longer than 200,000 characters")
    assert isinstance(paper, Paper)


def test_names_of_the_page_help_where_shapes_cannot() -> None:
    page = "LGMay 2, 2023\nOn TidesIsaac Newton, ada lovelace, Blaise Pascal et al.\nx\n"
    alone = of_text("LGMay 1, 2023\nOn Loomsada lovelace\nLooms weave.\n")
    helped = of_text("LGMay 1, 2023\nOn Loomsada lovelace\nLooms weave.\n" + page * 2)
    assert isinstance(alone[0], Failure)
    assert isinstance(helped[0], Paper)
    assert helped[0].authors == ("ada lovelace",)


# --- size and hostility ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "piece",
    ["A", "a, ", "97.6LGMay 28, ", "Ab, Cd", " et al.", "McLe", " · ", "\u0301", "LGMay 5. "],
)
def test_a_hostile_line_takes_little_time(piece: str) -> None:
    long = piece * (5_000_000 // len(piece))
    data = f"{record()}{long}\nLGMay 1\n{long}\n{record()}".encode()
    started = time.perf_counter()
    found = list(read(data, origin="x", as_of=TAKEN))
    assert time.perf_counter() - started < 2
    assert isinstance(found[-1], Paper)
    assert any(isinstance(item, Failure) for item in found)


def test_time_grows_with_length_only() -> None:
    page = (PAGES / "historic.txt").read_bytes()

    def seconds(times: int) -> float:
        started = time.process_time()
        assert len(list(read(page * times, origin="x", as_of=TAKEN))) == 12 * times
        return time.process_time() - started

    seconds(1)
    assert seconds(80) < 10 * seconds(20)


@given(st.text(max_size=400))
@settings(deadline=None, max_examples=150)
def test_no_text_raises(text: str) -> None:
    for item in read(text.encode("utf-8", "replace"), origin="x", as_of=TAKEN):
        assert isinstance(item, Paper | Failure)


_PIECES = [
    *("97.6", "LG", "May 28", ", 2024", "Code", "\n", "On Looms", "Ada Lovelace", ", ", " · ", "·"),
    *(" et al.", "McLe", "A", ".", " ", "Feb 30", "\r", "\u2028", "van der ", "$", "'"),
]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
@settings(deadline=None, max_examples=300)
def test_no_arrangement_of_a_listing_raises(text: str) -> None:
    for item in listing.papers(text.split("\n"), origin="x", taken=TAKEN):
        if isinstance(item, Paper):
            assert item.title
            assert item.authors
            assert all(author.strip() == author for author in item.authors)


_GIVEN = ["Ada", "Emmy", "Alan M.", "J.-B.", "Ludwig", "Sofya", "Chien-Shiung", "É."]
_FAMILY = [
    "Lovelace",
    "Noether",
    "von Neumann",
    "McClintock",
    "O'Brien",
    "Payne-Gaposchkin",
    "Gödel",
]
_NAMES = st.tuples(st.sampled_from(_GIVEN), st.sampled_from(_FAMILY)).map(" ".join)
_TITLES = st.tuples(
    st.sampled_from(["Why Looms Weave", "LoRA: A Study, in Parts", "MatFormer", "On $x^2$"]),
    st.sampled_from([" for Learning", " with BERT", " of GPT-4", "?", " in 3D", " (Again)"]),
).map("".join)


@st.composite
def _printed(draw: st.DrawFn) -> Paper:
    day = draw(st.dates(date(2010, 1, 1), TAKEN))
    authors = tuple(draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True)))
    return Paper(
        id="",
        title=draw(_TITLES),
        authors=authors,
        more_authors=len(authors) == 3 and draw(st.booleans()),
        date=day.isoformat(),
        date_inferred=day.year == TAKEN.year,
        category=draw(st.sampled_from(["LG", "CL", "SY"])),
        score=draw(st.none() | st.integers(0, 1000).map(lambda n: n / 10)),
        has_code=draw(st.booleans()),
        orgs=tuple(draw(st.lists(st.sampled_from(["uw", "amazon-science"]), unique=True))),
        abstract="We study learning with BERT, GPT-4 and MatFormer in 3D. It works, and so on.",
    )


def _lines(paper: Paper) -> Iterator[str]:
    day = date.fromisoformat(paper.date or "")
    year = "" if paper.date_inferred else f", {day.year}"
    head = f"{'' if paper.score is None else paper.score}{paper.category}"
    badge = "Code" if paper.has_code else ""
    yield f"{head}{calendar.month_abbr[day.month]} {day.day}{year}{badge}"
    more = " et al." if paper.more_authors else ""
    orgs = f" · {', '.join(paper.orgs)}" if paper.orgs else ""
    yield paper.title + ", ".join(paper.authors) + more + orgs
    yield paper.abstract


@given(st.lists(_printed(), min_size=1, max_size=8))
@settings(deadline=None, max_examples=150)
def test_what_is_printed_is_read_back(printed: list[Paper]) -> None:
    text = "\n".join(line for paper in printed for line in _lines(paper))
    assert without_sources(of_text(text)) == printed


# --- the seed pages ----------------------------------------------------------------------------


@pytest.mark.seeds
@pytest.mark.parametrize("glued", [False, True], ids=["file by file", "pasted together"])
def test_all_seed_records_are_exact(seeds: Path, glued: bool) -> None:
    """Facts are compared with the sample library, which was checked by eye; abstracts verbatim."""
    sample = PAGES.parents[2] / "rag" / "sample" / "papers.jsonl"
    facts = [json.loads(line) for line in sample.read_text(encoding="utf-8").splitlines()]
    known = {fact["title"]: {k: v for k, v in fact.items() if k != "abstract"} for fact in facts}
    pages = [page.read_bytes() for page in sorted(seeds.glob("*.txt"))]
    texts = [b"".join(pages)] if glued else pages
    found = papers([p for t in texts for p in read(t, origin="x", as_of=date(2026, 6, 5))])
    assert len(found) == 73
    assert {paper.title for paper in found} == set(known)
    abstracts = {line.strip() for page in pages for line in page.decode().split("\n")}
    for paper in found:
        facts_found = paper.to_dict()
        assert {key: facts_found[key] for key in known[paper.title]} == known[paper.title]
        assert glued or paper.abstract in abstracts
        assert len(paper.abstract) > 300
