"""The public interface as it is promised: names, fields, types, values, commands, exit codes."""

from __future__ import annotations

import dataclasses
import inspect
import json
import math
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import rag
from rag import (
    AddReport,
    Answer,
    Assistant,
    CheckedSentence,
    Citation,
    Comparison,
    Failure,
    Filters,
    Final,
    Hit,
    Paper,
    RagError,
    Sentence,
    Settings,
    Source,
)
from rag.base import types
from rag.base.errors import LibraryError, NotALibraryError, QuestionError
from rag.cli import main

FACT = "How many cards does LOOM need for a table of Bernoulli numbers?"
QUESTIONS = [
    FACT,
    "Who wrote PISCES and when?",
    "papers by Lovelace",
    "Which papers have code?",
    "How many papers are from 2021?",
    "Compare LOOM and PISCES",
    "How do bees report distance?",
    "What is the boiling point of mercury?",
    "Hello",
    "",
]
FORMATS = ["bibtex", "ris", "csl-json", "csv", "apa", "ieee", "acm", "chicago"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Assistant]:
    """An empty library of one's own."""
    with Assistant.open(tmp_path / "library") as assistant:
        yield assistant


# --- names and fields ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", rag.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(rag, name).__name__ == name


@pytest.mark.parametrize(
    ("value", "promised"),
    [
        (AddReport, "added updated unchanged merged failed"),
        (Failure, "source where reason"),
        (
            Paper,
            "id title authors date category venue orgs has_code score doi arxiv_id url abstract "
            "sources citekey",
        ),
        (Source, "kind origin where"),
        (
            Answer,
            "status reason mode sentences citations table confidence notice timings_ms",
        ),
        (Sentence, "text citations support"),
        (Citation, "number paper quote start end"),
        (Comparison, "papers aspects cells"),
        (CheckedSentence, "text verdict citations"),
        (Hit, "paper score chunk"),
        (Filters, "year_from year_to authors"),
        (Final, "answer"),
    ],
)
def test_values_have_the_promised_fields_and_are_frozen(value: Any, promised: str) -> None:
    fields = {field.name for field in dataclasses.fields(value)}
    assert set(promised.split()) <= fields
    assert value.__dataclass_params__.frozen


@pytest.mark.parametrize(
    ("values", "promised"),
    [
        (types.Status, "answered abstained"),
        (
            types.Reason,
            "not_in_library not_stated library_empty model_unavailable bad_question",
        ),
        (types.Mode, "extractive generated lookup"),
        (types.Support, "quoted supported partial unsupported contradicted"),
        (types.Verdict, "supported contradicted not_found"),
    ],
)
def test_sets_of_values_are_as_promised(values: Any, promised: str) -> None:
    assert set(get_args(values)) == set(promised.split())


@pytest.mark.parametrize(
    ("method", "promised"),
    [
        ("open", ["library", "settings"]),
        ("ask", ["self", "question", "history"]),
        ("stream", ["self", "question", "history"]),
        ("search", ["self", "query", "k", "filters"]),
        ("lookup", ["self", "text"]),
        ("papers", ["self", "filters"]),
        ("export", ["self", "papers"]),
    ],
)
def test_arguments_are_as_promised(method: str, promised: list[str]) -> None:
    given = list(inspect.signature(getattr(Assistant, method)).parameters)
    assert given[: len(promised)] == promised


# --- records -------------------------------------------------------------------------------------


def test_a_paper_has_the_promised_types(history: Assistant) -> None:
    papers = list(history.papers())
    assert len(papers) == 13
    for paper in papers:
        assert isinstance(paper.authors, tuple)
        assert isinstance(paper.orgs, tuple)
        assert all(isinstance(source, Source) for source in paper.sources)
        assert paper.sources
        assert isinstance(paper.score, float | None)
        assert paper.has_code is True or paper.has_code is False
        assert paper.year == (int(paper.date[:4]) if paper.date else None)
        assert paper.id
        assert paper.citekey
        assert history.paper(paper.id) == history.paper(paper.citekey) == paper
    assert len({paper.citekey for paper in papers}) == len(papers)
    by_title = {paper.title.split(":")[0]: paper for paper in papers}
    assert by_title["LOOM"].authors == ("Ada Lovelace", "Charles Babbage")
    assert by_title["LOOM"].category == "PL"
    assert by_title["LOOM"].score == 81.5
    assert by_title["Trace Gases in Sealed Rooms"].date == "2022-05"


def test_papers_come_one_by_one_and_under_filters(history: Assistant) -> None:
    every = history.papers()
    assert iter(every) is every
    assert len(list(history.papers(None))) == len(list(history.papers(Filters()))) == 13
    assert {p.year for p in history.papers(Filters(year_from=2023, year_to=2024))} == {2023, 2024}
    assert [p.year for p in history.papers(Filters(authors=("Lovelace",)))] == [2019]
    assert list(history.papers(Filters(authors=("Nobody",)))) == []
    assert list(history.papers(Filters(year_from=2024, year_to=2019))) == []


# --- adding --------------------------------------------------------------------------------------


def test_a_report_counts_records_and_names_failures(own: Assistant, tmp_path: Path) -> None:
    good = tmp_path / "good.jsonl"
    good.write_text('{"title": "On Looms", "abstract": "Looms weave."}\n', "utf-8")
    first = own.add(str(good), tmp_path / "missing.bib")
    assert (first.added, first.updated, first.unchanged, first.merged) == (1, 0, 0, 0)
    (failure,) = first.failed
    assert isinstance(failure, Failure)
    assert failure.source == str(tmp_path / "missing.bib")
    assert failure.where
    assert failure.reason == "does not exist"
    again = own.add(good)
    assert (again.added, again.unchanged, again.failed) == (0, 1, ())
    assert own.add() == AddReport()


def test_an_unreadable_file_of_a_folder_does_not_stop_the_others(
    own: Assistant, tmp_path: Path
) -> None:
    folder = tmp_path / "listings"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"title": "On Looms", "abstract": "Looms weave."}\n', "utf-8")
    locked = folder / "b.jsonl"
    locked.write_text('{"title": "On Cards", "abstract": "Cards have holes."}\n', "utf-8")
    locked.chmod(0)
    try:
        if os.access(locked, os.R_OK):  # whoever may read everything is stopped by a bad file
            locked.chmod(stat.S_IRUSR | stat.S_IWUSR)
            locked.write_bytes(b"\x00\xff" * 400)
        report = own.add(folder)
    finally:
        locked.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert report.added == 1
    assert [failure.source for failure in report.failed] == [str(locked)]
    assert report.failed[0].reason


@pytest.mark.parametrize("source", ["https://example.org/papers.bib", "no\x00path", ""])
def test_a_source_that_is_no_file_is_a_failure_not_an_error(own: Assistant, source: str) -> None:
    (failure,) = own.add(source).failed
    assert failure.reason
    assert own.paper_count() == 0


# --- asking --------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_keeps_the_contract(history: Assistant, question: str) -> None:
    answer = history.ask(question)
    assert answer.status in get_args(types.Status)
    assert (answer.reason is None) == (answer.status == "answered")
    assert answer.reason in {None, *get_args(types.Reason)}
    assert answer.mode in get_args(types.Mode)
    assert bool(answer.sentences) == (answer.status == "answered")
    assert answer.status == "answered" or answer.notice
    numbers = [citation.number for citation in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for sentence in answer.sentences:
        assert sentence.support in get_args(types.Support)
        assert sentence.citations
        assert set(sentence.citations) <= set(numbers)
    for citation in answer.citations:
        assert history.paper(citation.paper.id) == citation.paper
        assert citation.quote or answer.table  # a cell of the record quotes no words
        assert citation.paper.text[citation.start : citation.end] == citation.quote
    assert answer.confidence is None or 0 <= answer.confidence <= 1
    assert all(math.isfinite(ms) and ms >= 0 for ms in answer.timings_ms.values())
    assert isinstance(answer.to_markdown(), str)
    shown = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert shown["status"] == answer.status
    assert [c["quote"] for c in shown["citations"]] == [c.quote for c in answer.citations]
    assert {field.name for field in dataclasses.fields(Answer)} <= set(shown)


@pytest.mark.parametrize("question", ["", " ", "\n\t", "???", "\x00", "\u200b"])
def test_a_question_of_nothing_is_a_bad_question(history: Assistant, question: str) -> None:
    answer = history.ask(question)
    assert (answer.status, answer.reason) == ("abstained", "bad_question")
    assert answer.notice


@pytest.mark.parametrize("form", [list, tuple, iter])
def test_a_history_may_be_any_sequence_of_pairs(
    history: Assistant, form: Callable[[Any], Any]
) -> None:
    before = history.ask("Who wrote PISCES?")
    answer = history.ask("When was it published?", history=form([("Who wrote PISCES?", before)]))
    assert answer.status == "answered"
    assert {citation.paper.title[:6] for citation in answer.citations} == {"PISCES"}
    pairs = [["Who wrote PISCES?", before]]
    assert history.ask("When was it published?", history=pairs).citations == answer.citations  # type: ignore[arg-type]  # as JSON gives them


def test_a_history_of_none_or_nothing_is_no_history(history: Assistant) -> None:
    plain = history.ask(FACT)
    assert history.ask(FACT, history=[]).text == plain.text
    assert history.ask(FACT, history=None).text == plain.text  # type: ignore[arg-type]  # easily passed on


def test_a_stream_ends_with_the_answer_and_nothing_else_does(history: Assistant) -> None:
    events = list(history.stream(FACT, history=[]))
    assert [isinstance(event, Final) for event in events] == [False] * (len(events) - 1) + [True]
    assert isinstance(events[0], rag.EvidenceFound)
    assert events[-1].answer.text == history.ask(FACT).text  # type: ignore[union-attr]  # Final


def test_a_comparison_has_a_cell_for_every_paper_and_aspect(history: Assistant) -> None:
    table = history.ask("Compare LOOM and PISCES").table
    assert table is not None
    assert {paper.title[:4] for paper in table.papers} == {"LOOM", "PISC"}
    assert table.aspects
    assert [len(row) for row in table.cells] == [len(table.aspects)] * len(table.papers)
    json.dumps(table.to_dict())


# --- searching and looking up --------------------------------------------------------------------


def test_hits_come_best_first_with_paper_score_and_chunk(history: Assistant) -> None:
    hits = history.search("cards for an engine", k=3)
    assert len(hits) == 3
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert isinstance(hit.paper, Paper)
        assert hit.chunk is not None
        assert hit.paper.abstract[hit.chunk.start : hit.chunk.end] == hit.chunk.text
        json.dumps(hit.to_dict())
    assert hits[0].paper.title.startswith("LOOM")


@pytest.mark.parametrize(
    ("query", "k", "filters", "most"),
    [
        ("cards", 0, None, 0),
        ("cards", -3, None, 0),
        ("", 5, None, 0),
        ("   ", 5, None, 0),
        ("cards", 10_000, None, 13),
        ("cards", 5, Filters(authors=("Nobody",)), 0),
        ("cards", 5, Filters(year_from=2024, year_to=2019), 0),
        ("\x00 cards", 2, None, 2),
        ('"cards" AND (NOT *) OR NEAR', 2, None, 2),
        ("cards", 5, Filters(authors=("Lovelace", "Hypatia")), 2),
    ],
)
def test_searches_at_the_edge_give_a_list(
    history: Assistant, query: str, k: int, filters: Filters | None, most: int
) -> None:
    hits = history.search(query, k=k, filters=filters)
    assert isinstance(hits, list)
    assert len(hits) <= most
    assert len({hit.paper.id for hit in hits}) == len(hits)
    if filters and filters.authors == ("Lovelace", "Hypatia"):
        assert len(hits) == 2


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Lovelace", "LOOM"),
        ("trace gases", "Trace"),
        ("lovelace2019loom", "LOOM"),
        ("Hopper 2023", "Compilers"),
        ("Bees dance to report how far flowers are", "Dancing"),
        ("", ""),
        ("  \n", ""),
        ("zzzz qqqq", ""),
    ],
)
def test_a_lookup_gives_papers_best_first(history: Assistant, text: str, first: str) -> None:
    papers = history.lookup(text)
    assert all(isinstance(paper, Paper) for paper in papers)
    assert (papers[0].title.split()[0].strip(":") if papers else "") == first


DRAFT = (
    "LOOM needed 24 cards for a table of Bernoulli numbers. LOOM needed 99 cards for a table of "
    "Bernoulli numbers. Submarines of glass cross the Atlantic in nine hours. Is that so?"
)


def test_each_sentence_of_a_draft_is_checked_as_promised(history: Assistant) -> None:
    checked = history.check(DRAFT)
    assert isinstance(checked, list)
    assert " ".join(one.text for one in checked) == DRAFT
    for one in checked:
        assert isinstance(one, CheckedSentence)
        assert one.verdict in {"supported", "contradicted", "not_found"}
        assert isinstance(one.citations, tuple)
        assert bool(one.citations) == (one.verdict != "not_found")
        json.dumps(one.to_dict())


def test_a_checked_sentence_cites_words_of_the_papers_text(history: Assistant) -> None:
    for one in history.check(DRAFT):
        for citation in one.citations:
            assert isinstance(citation, Citation)
            text = citation.paper.abstract
            assert text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("text", ["", "  \n\n ", "# Heading only", "?!"])
def test_a_draft_without_sentences_has_none(history: Assistant, text: str) -> None:
    assert history.check(text) == []


@pytest.mark.parametrize("form", FORMATS)
def test_papers_are_written_in_every_format(history: Assistant, form: str) -> None:
    papers = list(history.papers())
    written = history.export(papers, form)
    assert all(word in written for word in ("Lovelace", "Hypatia", "2019"))
    assert history.export(iter(papers), form) == written
    nothing = history.export([], form)
    assert isinstance(nothing, str)
    assert "Lovelace" not in nothing
    if form == "csl-json":
        assert len(json.loads(written)) == 13
        assert json.loads(nothing) == []


def test_an_unknown_format_is_an_error_that_names_the_known(history: Assistant) -> None:
    with pytest.raises(QuestionError, match="bibtex"):
        history.export([], "no-such-format")


# --- an empty library ----------------------------------------------------------------------------


def test_an_empty_library_answers_everything_without_an_error(own: Assistant) -> None:
    assert own.ask("What is LOOM?").reason == "library_empty"
    assert own.ask("papers by Lovelace").reason == "library_empty"
    assert not [*own.papers(), *own.search("looms"), *own.lookup("looms")]
    assert own.remove("nothing") is None
    assert list(own.stream("What is LOOM?"))[-1].answer.reason == "library_empty"  # type: ignore[union-attr]  # Final


# --- opening, closing, together ------------------------------------------------------------------


def test_a_library_that_is_a_file_or_holds_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a folder", "utf-8")
    with pytest.raises(LibraryError):
        Assistant.open(file)
    assert file.read_text("utf-8") == "not a folder"
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(NotALibraryError):
        Assistant.open(str(photos))


def test_settings_may_be_given(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, library=tmp_path / "there")
    with Assistant.open(settings=settings) as assistant:
        assert assistant.folder == tmp_path / "there"
    with Assistant.open(tmp_path / "here", settings) as assistant:
        assert assistant.folder == tmp_path / "here"


def test_two_on_one_folder_see_each_others_papers_and_chats(
    tmp_path: Path, history_file: Path
) -> None:
    with Assistant.open(tmp_path / "l") as one, Assistant.open(tmp_path / "l") as other:
        assert other.ask(FACT).reason == "library_empty"
        assert one.add(history_file).added == 13
        assert other.ask(FACT).text == one.ask(FACT).text
        gone = other.remove("lovelace2019loom")
        assert gone is not None
        assert "LOOM" not in {p.title.split(":")[0] for p in one.papers()}
        assert not any(c.paper.id == gone.id for c in one.ask(FACT).citations)


@pytest.mark.parametrize(
    "use",
    [
        lambda a: a.ask(FACT),
        lambda a: a.search("cards"),
        lambda a: a.lookup("Lovelace"),
        lambda a: list(a.papers()),
        lambda a: a.add_bytes(b'{"title": "x", "abstract": "It is y."}\n', "x.jsonl"),
        lambda a: a.remove("x"),
    ],
    ids=["ask", "search", "lookup", "papers", "add", "remove"],
)
def test_use_after_close_is_refused_in_words_or_works(
    tmp_path: Path, use: Callable[[Assistant], object]
) -> None:
    assistant = Assistant.open(tmp_path / "library")
    assistant.close()
    assistant.close()
    try:
        use(assistant)
    except RagError as error:
        assert "closed" in str(error)  # noqa: PT017  either is right, a crash is not


def test_threads_may_share_one_assistant(history: Assistant) -> None:
    alone = [history.ask(question).text for question in QUESTIONS]
    together: dict[int, str] = {}

    def ask(i: int) -> None:
        together[i] = history.ask(QUESTIONS[i]).text

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(QUESTIONS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[i] for i in range(len(QUESTIONS))] == alone


# --- commands ------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one object on stdout."""
        (line,) = self.out.splitlines()
        value = json.loads(line)
        assert isinstance(value, dict)
        return value


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*argv: str | Path) -> Done:
        capsys.readouterr()
        try:
            code = main([str(word) for word in argv])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return Done(code, *capsys.readouterr())

    return run


@pytest.fixture
def on(run: Run, tmp_path: Path, history_library: Path) -> Run:
    """Run a command on a library of its own."""
    folder = shutil.copytree(history_library, tmp_path / "library")
    return lambda *argv: run(*argv, "--library", folder)


@pytest.fixture
def on_empty(run: Run, tmp_path: Path) -> Run:
    """Run a command on an empty library."""
    return lambda *argv: run(*argv, "--library", tmp_path / "library")


def test_every_command_speaks_json(on: Run, tmp_path: Path, history_file: Path) -> None:
    assert on("add", history_file, "--json").value["unchanged"] == 13
    asked = on("ask", FACT, "--json").value
    assert (asked["status"], asked["reason"]) == ("answered", None)
    assert on("ask", "What is GPT-5?", "--json").value["status"] == "abstained"
    assert on("search", "cards", "--json").value["hits"][0]["paper"]["title"][:4] == "LOOM"
    cited = on("cite", "Lovelace", "--format", "bibtex", "--json").value
    assert cited["papers"][0]["citekey"] in cited["text"]
    assert len(on("papers", "--json").value["papers"]) == 13
    assert on("compare", "LOOM and PISCES", "--json").value["table"]["aspects"]
    assert on("chats", "--json").value == {"chats": []}
    assert on("doctor", "--json").value["findings"]
    backup = tmp_path / "library.backup"
    assert isinstance(on("backup", backup, "--json").value, dict)
    assert isinstance(on("restore", backup, "--into", tmp_path / "new", "--json").value, dict)
    assert on("remove", "lovelace2019loom", "--json").value["citekey"] == "lovelace2019loom"


def test_commands_that_are_done_exit_with_0_and_print_no_trace(on: Run, tmp_path: Path) -> None:
    for argv in (
        ["ask", FACT],
        ["ask", "What is GPT-5?"],
        ["ask", ""],
        ["search", "cards"],
        ["cite", "Lovelace"],
        ["cite", "zzzz qqqq"],
        ["papers"],
        ["papers", "--year-to", "1900"],
        ["chats"],
        ["backup", str(tmp_path / "library.backup")],
        ["remove", "lovelace2019loom"],
    ):
        done = on(*argv)
        assert done.code == 0, argv
        assert done.out or done.err
        assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "argv",
    [
        ["add", "missing.bib"],
        ["remove", "no-such-id"],
        ["chats", "show", "no-such-id"],
        ["chats", "delete", "no-such-id"],
        ["replay", "no-such-id"],
        ["cite", "Lovelace", "--format", "no-such-format"],
        ["cite", "Lovelace", "--format", "missing.csl"],
        ["restore", "missing.backup"],
        ["eval", "no-such-folder"],
    ],
    ids=" ".join,
)
def test_what_failed_is_named_in_plain_words_with_exit_code_1(on: Run, argv: list[str]) -> None:
    done = on(*argv)
    assert done.code == 1
    assert argv[-1] in done.err
    assert "Traceback" not in done.err
    assert "Error" not in done.err


@pytest.mark.parametrize(
    "argv",
    [
        ["add"],
        ["ask"],
        ["search"],
        ["cite"],
        ["remove"],
        ["backup"],
        ["restore"],
        ["eval"],
        ["no-such-command"],
        ["papers", "--no-such-option"],
        ["search", "cards", "-k", "-1"],
        ["papers", "--library"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_with_an_empty_stdout(run: Run, argv: list[str]) -> None:
    done = run(*argv)
    assert (done.code, done.out) == (2, "")
    assert "usage: askpapers" in done.err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["ask", "What is LOOM?"], 0),
        (["search", "cards"], 0),
        (["cite", "Lovelace"], 0),
        (["papers"], 0),
        (["chats"], 0),
        (["doctor"], 0),
        (["compare", "LOOM and PISCES"], 0),
        (["remove", "no-such-id"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_commands_on_an_empty_library(on_empty: Run, argv: list[str], code: int) -> None:
    done = on_empty(*argv, "--json")
    assert done.code == code
    if code == 0:
        assert isinstance(done.value, dict)
    else:
        assert not done.out
        assert done.err


def test_an_empty_library_can_be_backed_up_and_restored(on_empty: Run, tmp_path: Path) -> None:
    backup = tmp_path / "empty.backup"
    assert on_empty("backup", backup).code == 0
    assert on_empty("restore", backup, "--into", tmp_path / "again").code == 0
    assert (tmp_path / "again" / "library.db").is_file()
