"""The assistant as its users hold it, on real parts: adding, asking, looking up, removing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Assistant, Filters, Settings
from rag.base.errors import NotALibraryError
from rag.base.types import Answer, EvidenceFound, Final, Paper

ANSWERED = [
    "How many cards does LOOM need for Bernoulli numbers?",
    "What can LOOM not express?",
    "By how much does SPT lower the energy drift?",
    "What is PISCES?",
    "How small is a star in PISCES?",
    "What halves the concentration of radon?",
    "Which method is best on single traits in PEAS-7?",
    "Does washing hands lower mortality?",
    "How often is FLOWTALK wrong?",
    "How does the paper machine play queen endgames?",
    "What does a second of waggling mean?",
    "Where is the inner core?",
    "Does the inner core rotate?",
    "How many identities does SEEDER recover compared with SEQSCAN?",
    "What do Lovelace et al. report on errors?",
    "Compare LOOM and FLOWTALK.",
    "Compare PISCES with the redundant letters.",
    "Who wrote LOOM and when?",
    "Who are the authors of the star catalogue?",
    "Papers by Herschel",
    "Which papers have code?",
    "How many papers are from 2024?",
    "List all papers",
    "Which paper has the highest score?",
    "Which papers are about measuring gases in rooms?",
    "papers on errors since 2019",
    "how do bees tell the distnace of a feeder",
    "What is in the paper by Hypatia?",
    "LOOM",
    "Hopper 2023",
]


@pytest.mark.parametrize("question", ANSWERED)
def test_every_sentence_is_cited_and_every_quote_is_verbatim(
    question: str, history: Assistant
) -> None:
    answer = history.ask(question)
    assert answer.status == "answered", answer.notice
    assert_sound(answer, history)


def assert_sound(answer: Answer, assistant: Assistant) -> None:
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(s.citations and set(s.citations) <= set(numbers) for s in answer.sentences)
    for citation in answer.citations:
        assert citation.paper == assistant.paper(citation.paper.id)
        assert citation.paper.abstract[citation.start : citation.end] == citation.quote
    quoted = [s.text for s in answer.sentences if s.support == "quoted"]
    assert all(any(c.quote in text for c in answer.citations) for text in quoted)
    assert json.loads(json.dumps(answer.to_dict()))["text"] == answer.text
    assert answer.to_markdown()


@pytest.mark.parametrize("library", ["history", "sample"])
def test_lists_of_every_author_are_complete_and_exact(
    library: str, request: pytest.FixtureRequest
) -> None:
    assistant: Assistant = request.getfixturevalue(library)
    papers = list(assistant.papers())
    for author in sorted({author for paper in papers for author in paper.authors}):
        wanted = {p.id for p in papers if author in p.authors}
        answer = assistant.ask(f"Which papers are by {author}?")
        assert {c.paper.id for c in answer.citations} == wanted, author
        assert len(answer.sentences) == len(wanted) + 1
        assert answer.sentences[0].text.startswith(f"Your library has {len(wanted)} paper")


@pytest.mark.parametrize("library", ["history", "sample"])
def test_lists_of_every_year_and_their_counts_are_exact(
    library: str, request: pytest.FixtureRequest
) -> None:
    assistant: Assistant = request.getfixturevalue(library)
    papers = list(assistant.papers())
    for year in sorted({paper.year for paper in papers if paper.year}):
        wanted = {p.id for p in papers if p.year == year}
        listed = assistant.ask(f"List the papers from {year}.")
        assert {c.paper.id for c in listed.citations} == wanted, year
        counted = assistant.ask(f"How many papers were published in {year}?")
        assert f"has {len(wanted)} paper" in counted.text, year
        rest = assistant.ask(f"Which papers are not from {year}?")
        assert {c.paper.id for c in rest.citations} == {p.id for p in papers} - wanted, year


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("Which papers of the library have code?", lambda p: p.has_code),
        ("Which papers come without code?", lambda p: not p.has_code),
        (
            "papers in computation and language since 2023",
            lambda p: p.category == "CL" and p.year > 2022,
        ),
        ("Which computer vision papers are there?", lambda p: p.category == "CV"),
        ("papers from Harvard", lambda p: "harvard" in p.orgs),
        ("papers by Kakade as first author", lambda p: p.authors[0] == "Sham Kakade"),
        ("first-author papers by Rosie Zhao", lambda p: p.authors[0] == "Rosie Zhao"),
        ("papers by Zhang with a score below 50", lambda p: p.score == 35.4),
        (
            "papers by Depen Morwani and Nikhil Vyas since 2024",
            lambda p: {"Depen Morwani", "Nikhil Vyas"} <= set(p.authors) and p.year > 2023,
        ),
        (
            "LG papers by Kusupati with code between 2020 and 2022",
            lambda p: "Aditya Kusupati" in p.authors and p.has_code and p.year < 2023,
        ),
        ("Papers not in category LG", lambda p: p.category != "LG"),
        ("papers with a score above 90", lambda p: (p.score or 0) >= 90),
        ("List everything.", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_conditions_select_exactly_the_papers_that_meet_them(
    question: str, condition, sample: Assistant
) -> None:
    answer = sample.ask(question)
    if condition is None:
        assert answer.reason == "bad_question"
        return
    wanted = {p.id for p in sample.papers() if condition(p)}
    assert {c.paper.id for c in answer.citations} == wanted
    assert (answer.status == "answered") is bool(wanted)


LETTERS = "abcdefghijklmnopqrstuvwxyz"
HOSTILE = {
    "empty": "",
    "spaces": " \n\t ",
    "punctuation": "?!… (—)",
    "a megabyte": "why " * (1 << 18),
    "controls": "How many\x00 cards\x1b[31m does\u202e LOOM need?",
    "4,000 words": "how many cards does LOOM need and " * 570,
    "German": "Wie viele Karten braucht man für die Bernoulli-Zahlen?",
    "Chinese": "这篇论文的主要贡献是什么？",
    "Russian": "Сколько карт нужно для таблицы?",
    "stop words": "what is it about the of and",
    "500 authors": "papers by " + ", ".join(f"Anna B{a}{b}" for a in LETTERS for b in LETTERS[6:]),
    "contradiction": "papers since 2020 before 2015 with code and without code",
    "unknown author": "papers by Isaac Newton",
    "template": "{{ 7*7 }} {% include 'x' %}",
    "brackets": "(" * 900 + " LOOM " + ")" * 900,
    "half a surrogate": "how many \ud800 cards does LOOM need",
    "one letter": "a",
    "SQL": "'; DROP TABLE papers; --",
    "comparisons": "compare " + " and ".join(["LOOM"] * 300),
}  # fmt: skip


@pytest.mark.parametrize("question", HOSTILE.values(), ids=HOSTILE.keys())
def test_any_question_ends_in_a_sound_answer_or_an_explained_abstention(
    question: str, history: Assistant
) -> None:
    answer = history.ask(question)
    if answer.status == "answered":
        assert_sound(answer, history)
    else:
        assert answer.reason in ("bad_question", "not_in_library", "not_stated")
        assert answer.notice
        assert len(answer.notice) < 300
        assert answer.notice.rstrip().endswith(".")
    assert answer.timings_ms["total"] < 10_000


def test_a_stream_is_the_same_answer_with_its_evidence_before(history: Assistant) -> None:
    question = "How many cards does LOOM need?"
    first, *_, last = history.stream(question)
    assert isinstance(first, EvidenceFound)
    assert isinstance(last, Final)
    assert last.answer.citations == history.ask(question).citations
    assert {c.quote for c in last.answer.citations} <= {e.text for e in first.evidence}


def test_questions_from_several_threads_do_not_disturb_each_other(history: Assistant) -> None:
    wanted = {q: history.ask(q).citations for q in ANSWERED[:6]}
    found: dict[str, object] = {}

    def ask(question: str) -> None:
        found[question] = history.ask(question).citations

    threads = [threading.Thread(target=ask, args=(question,)) for question in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("papers by Herschel", ["PISCES"]),
        ("Turing 2024", ["Endgames"]),
        ("LOOM", ["LOOM"]),
        ("waggle dance of bees", ["Dancing"]),
        ("Dancing in the Dark: How Bees Report Distance", ["Dancing"]),
        ("papers by Isaac Newton", []),
        ("", []),
        ("...", []),
    ],
)
def test_a_citation_is_looked_up_by_author_name_title_or_words(
    text: str, titles: list[str], history: Assistant
) -> None:
    found = history.lookup(text)
    assert [p.title.split()[0].strip(":") for p in found[:1]] == titles


def test_a_paper_is_known_by_its_id_and_its_citekey(history: Assistant) -> None:
    for paper in history.papers():
        assert history.paper(paper.id) == paper
        assert history.paper(paper.citekey) == paper
    assert history.paper("nobody1900nothing") is None


def test_a_list_on_a_short_form_is_that_on_the_long_one(sample: Assistant) -> None:
    lists = [sample.ask(f"Which papers are about {t}?") for t in ("RL", "reinforcement learning")]
    short, long = ({c.paper.id for c in answer.citations} for answer in lists)
    assert short == long != set()


def test_suggestions_are_answered(history: Assistant, sample: Assistant) -> None:
    for assistant in (history, sample):
        suggestions = assistant.suggestions(5)
        assert len(suggestions) == 5
        for question in suggestions:
            assert assistant.ask(question).status == "answered", question


# --- libraries that change -----------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Assistant]:
    """An empty library of the test's own."""
    with Assistant.open(tmp_path / "library", Settings(_env_file=None)) as assistant:
        yield assistant


def lines(*records: dict[str, object]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


WEAVING = {
    "title": "WEFT: On Weaving",
    "authors": ["Ada Lovelace"],
    "date": "2019",
    "abstract": "We introduce WEFT. WEFT weaves 23 cards in two days.",
}


@pytest.mark.parametrize("question", ["What is WEFT?", "papers by Ada Lovelace", "List all papers"])
def test_an_empty_library_says_how_to_fill_it(question: str, own: Assistant) -> None:
    answer = own.ask(question)
    assert (answer.status, answer.reason) == ("abstained", "library_empty")
    assert "askpapers add" in (answer.notice or "")
    assert own.search("weaving") == own.lookup("weaving") == own.suggestions() == []


def test_what_is_added_is_found_and_what_is_removed_is_not(own: Assistant) -> None:
    assert own.add_bytes(lines(WEAVING), "upload.jsonl").added == 1
    answer = own.ask("How many cards does WEFT weave?")
    assert answer.status == "answered"
    assert "23 cards" in answer.text
    paper = own.remove("lovelace2019weft")
    assert paper is not None
    assert own.remove(paper.id) is None
    assert own.paper_count() == 0
    assert own.ask("How many cards does WEFT weave?").reason == "library_empty"


def test_names_are_learned_anew_when_papers_are_added(own: Assistant) -> None:
    own.add_bytes(lines(WEAVING), "a.jsonl")
    assert own.ask("papers by Grace Hopper").reason == "not_in_library"
    own.add_bytes(lines({**WEAVING, "title": "On Knots", "authors": ["Grace Hopper"]}), "b.jsonl")
    assert own.ask("papers by Hopper").status == "answered"


def test_records_with_hardly_anything_are_kept_listed_and_cited(own: Assistant) -> None:
    bare: list[dict[str, object]] = [
        {"title": "Conic Sections"},
        {"abstract": "String constructions draw the ellipse in six steps."},
        {"title": "Undated", "authors": ["Hypatia"], "abstract": "Plates are cut by hand."},
    ]
    assert own.add_bytes(lines(*bare), "bare.jsonl").added == 3
    listed = own.ask("List all papers")
    assert len({c.paper.id for c in listed.citations}) == 3
    assert_sound(listed, own)
    for question in (
        "What is “Conic Sections” about?",
        "Who wrote Conic Sections and when?",
        "How many steps does the ellipse take?",
        "When was Undated published?",
        "papers by Hypatia",
        "Which paper is the newest?",
        "Compare Conic Sections and Undated",
    ):
        answer = own.ask(question)
        if answer.status == "answered":
            assert_sound(answer, own)
    assert "names no authors and has no date" in own.ask("Who wrote Conic Sections and when?").text
    assert own.ask("How many steps does the ellipse take?").status == "answered"
    assert own.ask("papers from 2019").reason == "not_in_library"


def test_where_the_records_have_nothing_to_count_it_is_said(own: Assistant, tmp_path: Path) -> None:
    bib = tmp_path / "chess.bib"
    bib.write_text(
        "@article{t, title={Endgames of Chess}, author={Turing, Alan}, year={1953}, "
        "abstract={We study chess endgames. A machine plays chess by a table of features.}}",
        "utf-8",
    )
    own.add(bib)
    for question, papers in (
        ("Which labs have the most papers?", "in your library"),
        ("Which labs publish most on chess?", "on “chess”"),
    ):
        answer = own.ask(question)
        assert (answer.status, answer.reason) == ("abstained", "not_stated")
        assert answer.notice == f"No paper {papers} has an organisation in its record."


def test_a_library_opened_again_answers_the_same(tmp_path: Path) -> None:
    folder, settings = tmp_path / "library", Settings(_env_file=None)
    with Assistant.open(folder, settings) as first:
        first.add_bytes(lines(WEAVING), "a.jsonl")
        before = first.ask("How many cards does WEFT weave?")
    with Assistant.open(folder, settings) as second:
        after = second.ask("How many cards does WEFT weave?")
    assert (after.citations, after.sentences) == (before.citations, before.sentences)


def test_two_open_libraries_see_what_either_adds(tmp_path: Path) -> None:
    folder, settings = tmp_path / "library", Settings(_env_file=None)
    with Assistant.open(folder, settings) as one, Assistant.open(folder, settings) as other:
        assert other.ask("What is WEFT?").reason == "library_empty"
        one.add_bytes(lines(WEAVING), "a.jsonl")
        assert other.ask("What is WEFT?").status == "answered"


def test_a_folder_that_is_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("Dear diary", "utf-8")
    with pytest.raises(NotALibraryError):
        Assistant.open(tmp_path, Settings(_env_file=None))
    assert [p.name for p in tmp_path.iterdir() if p.name != "home"] == ["diary.txt"]


def test_papers_are_filtered_like_questions(sample: Assistant) -> None:
    filters = Filters(year_from=2025, authors=("Rosie Zhao",))
    titles = {paper.title.split(":")[0] for paper in sample.papers(filters)}
    assert titles == {
        "Echo Chamber",
        "Using cognitive models to reveal value trade-offs in language models",
    }


def test_the_sample_answers_its_first_question(sample: Assistant) -> None:
    answer = sample.ask("By how much does SOAP reduce iterations compared to AdamW?")
    assert "40%" in answer.text
    assert {c.paper.title.split(":")[0] for c in answer.citations} == {"SOAP"}
    assert sample.ask("How many parameters does GPT-5 have?").status == "abstained"
    both: list[Paper] = [c.paper for c in sample.ask("Compare ReLoRA and GaLore").citations]
    assert {"ReLoRA", "Beyond Perplexity"} >= {p.title.split(":")[0] for p in both} != set()
