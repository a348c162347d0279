"""The command line from outside: what is printed where, in which form, with which exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.cli import main

HOSTILE_TITLE = "\x1b[31mSteered\x1b[0m \x1b]8;;http://evil.example\x1b\\Terminals\x1b]8;;\x1b\\"
HOSTILE = {
    "title": HOSTILE_TITLE,
    "authors": ["Mal\rlory \x9b2JEve"],
    "date": "2024-01-02",
    "abstract": "Steered terminals obey \x1b[2Jescape sequences in 93% of cases.\u202e",
}
ANSWERED = "By how much does SOAP reduce the number of iterations compared to AdamW?"
UNANSWERABLE = "How many parameters does GPT-5 have?"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def is_one_sentence_of_failure(self) -> bool:
        return (
            self.code == 1
            and not self.out
            and len(self.err.splitlines()) == 1
            and "Traceback" not in self.err
            and self.err.rstrip().endswith(".")
        )


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*argv: str | Path) -> Done:
        capsys.readouterr()
        try:
            code = main([str(a) for a in argv])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        return Done(code, *capsys.readouterr())

    return run


def start(*argv: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    command = [sys.executable, "-m", "rag.cli", *map(str, argv)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **(pipes | options))


@pytest.fixture(scope="module")
def sample(sample_library: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the sample in it, for reading."""
    return Path(shutil.copytree(sample_library, tmp_path_factory.mktemp("sample") / "library"))


@pytest.fixture
def library(sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample library, for writing."""
    return Path(shutil.copytree(sample, tmp_path / "library"))


def write_records(path: Path, *records: object) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


# --- usage -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        ["add"],
        ["ask"],
        ["remove"],
        ["sing"],
        ["cite"],
        ["chats", "show"],
        ["chats", "burn", "1"],
        ["search", "x", "-k", "0"],
        ["search", "x", "-k", "many"],
        ["papers", "--year-from", "2025", "--year-to", "2024"],
        ["papers", "--year-from", "soon"],
        ["add", "x", "--as-of", "yesterday"],
        ["serve", "--port", "0"],
        ["serve", "--port", "70000"],
        ["ask", "x", "--no-such-\x1b[31moption"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2_and_says_what_was_wrong(run: Run, argv: list[str]) -> None:
    done = run(*argv)
    assert done.code == 2
    assert not done.out
    assert done.err.startswith("usage: askpapers")
    assert "error:" in done.err
    assert "\x1b" not in done.err


def test_help_and_readme_offer_what_exists_and_nothing_else(run: Run) -> None:
    shown = run("--help").out
    offered = set(re.findall(r"^    (\w+) ", shown, re.MULTILINE))
    assert offered == {
        "add",
        "ask",
        "compare",
        "cite",
        "check",
        "search",
        "papers",
        "remove",
        "calibrate",
        "backup",
        "chats",
        "restore",
        "move",
        "replay",
        "review",
        "doctor",
        "serve",
        "eval",
    }
    readme = Path(__file__).resolve().parents[1] / "README.md"
    told = re.findall(r"^\| `askpapers (\w+)", readme.read_text("utf-8"), re.MULTILINE)
    assert sorted(told) == sorted(offered)


def test_papers_are_reviewed_joined_and_parted_again(run: Run, tmp_path: Path) -> None:
    at = ["--library", tmp_path / "library"]
    for number, title in enumerate(("A Loom of Cards", "A Loom of Card")):
        record = {"title": title, "authors": ["Ada Byron"], "year": 1843, "abstract": "Cards."}
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json.dumps(record), "utf-8")
        run("add", path, *at)
    (doubt,) = run("review", *at, "--json").json["doubts"]
    one, other = doubt["one"]["id"], doubt["other"]["id"]
    assert run("review", one, "--join", other, *at).code == 0
    told = run("review", one, *at).out
    assert "title: " in told
    assert "not: title: " in told
    assert run("review", one, "--split", "9", *at).code == 1
    assert run("review", "--undo", *at).code == 0
    assert len(run("papers", *at, "--json").json["papers"]) == 2
    assert run("review", "no-such-id", *at).code == 1
    assert run("review", "--join", other, *at).code == 2


def test_the_version_is_that_of_the_package(run: Run) -> None:
    import rag

    assert run("--version").out == f"askpapers {rag.__version__}\n"


def test_options_stand_before_or_after_the_command(run: Run, sample: Path) -> None:
    before = run("--library", sample, "--json", "papers", "--category", "CL")
    after = run("papers", "--category", "CL", "--library", sample, "--json")
    assert before.json == after.json
    assert before.json["papers"]


def test_the_library_is_named_by_the_environment_too(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKPAPERS_LIBRARY", str(sample))
    assert len(run("papers", "--json").json["papers"]) == 72


# --- add -------------------------------------------------------------------------------------


def test_the_sample_is_added_once(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "library"
    assert run("add", "--sample", "--library", folder) == Done(0, "72 added.\n", "")
    assert run("add", "--sample", "--library", folder).out == "0 added, 72 unchanged.\n"


def test_a_record_that_fails_is_listed_and_the_others_are_added(run: Run, tmp_path: Path) -> None:
    good = {"title": "A Good Record", "abstract": "It says one thing.", "year": 2020}
    other = {"title": "Another Good Record", "abstract": "It says another.", "year": 2021}
    source = write_records(tmp_path / "mixed.jsonl", good, '{"title": "cut off', other)
    done = run("add", source, "--library", tmp_path / "library", "--json")
    assert done.code == 1
    assert done.json["added"] == 2
    (failure,) = done.json["failed"]
    assert failure["source"] == str(source)
    assert "2" in failure["where"]
    assert failure["reason"] in done.err
    assert str(source) in done.err


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("missing.txt", None),
        ("empty.txt", b""),
        ("blank.jsonl", b"\n \n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("noise.txt", bytes(range(256)) * 8),
    ],
)
def test_what_cannot_be_read_is_named_with_the_reason(
    run: Run, tmp_path: Path, name: str, data: bytes | None
) -> None:
    source = tmp_path / name
    if data is not None:
        source.write_bytes(data)
    done = run("add", source, "--library", tmp_path / "library")
    assert done.code == 1
    assert name in done.err
    assert "Traceback" not in done.err
    assert run("papers", "--json", "--library", tmp_path / "library").json == {"papers": []}


def test_a_sentence_says_that_stopping_kept_what_was_added(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Assistant, "add", stopped)
    done = run("add", "x", "--library", tmp_path / "library")
    assert done == Done(130, "", "Stopped; what was added so far is kept.\n")


# --- ask and search --------------------------------------------------------------------------


def test_an_answer_quotes_its_papers(run: Run, sample: Path) -> None:
    done = run("ask", ANSWERED, "--library", sample)
    assert done.code == 0
    assert not done.err
    assert "SOAP" in done.out
    assert "[1]" in done.out
    assert "40%" in done.out
    assert "“" in done.out


def test_a_condition_that_was_understood_can_be_ignored(run: Run, sample: Path) -> None:
    asked = ("--library", sample, "ask", "papers by Rosie Zhao from 2025 with code", "--json")
    answer = run(*asked, "--ignoring", "by Rosie Zhao", "--ignoring", "with code").json
    assert answer["understood"] == ["from 2025"]
    assert answer["plan"]["ignored"] == ["by Rosie Zhao", "with code"]
    assert {c["paper"]["year"] for c in answer["citations"]} == {2025}
    said = run(*asked[:-1], "--ignoring", "with code").out
    assert "Understood: by Rosie Zhao · from 2025\nIgnored: with code\n" in said


def test_a_condition_that_was_not_understood_cannot_be_ignored(run: Run, sample: Path) -> None:
    asked = ("--library", sample, "ask", "papers by Rosie Zhao", "--ignoring", "by Zhao", "--json")
    answer = run(*asked).json
    assert (answer["status"], answer["reason"]) == ("abstained", "bad_question")
    assert "“by Rosie Zhao”" in answer["notice"]


def test_every_quote_of_a_json_answer_is_verbatim(run: Run, sample: Path) -> None:
    answer = run("ask", ANSWERED, "--library", sample, "--json").json
    assert answer["status"] == "answered"
    assert answer["citations"]
    for citation in answer["citations"]:
        text = citation["paper"]["abstract"]
        assert citation["quote"] == text[citation["start"] : citation["end"]]


def test_an_abstention_is_an_answer(run: Run, sample: Path) -> None:
    done = run("ask", UNANSWERABLE, "--library", sample, "--json")
    assert done.code == 0
    assert done.json["status"] == "abstained"
    assert done.json["reason"] in {"not_in_library", "not_stated"}


def test_an_empty_library_says_how_to_fill_it(run: Run, tmp_path: Path) -> None:
    done = run("ask", "What is SOAP?", "--library", tmp_path / "library")
    assert done.code == 0
    assert "askpapers add --sample" in done.out
    assert "askpapers add FOLDER" in done.out
    assert run("ask", "x", "--library", tmp_path / "library", "--json").json["reason"] == (
        "library_empty"
    )


@pytest.mark.parametrize("command", ["search", "papers"])
def test_an_empty_library_has_nothing_to_list_and_says_so(
    run: Run, tmp_path: Path, command: str
) -> None:
    argv = [command, "x"] if command == "search" else [command]
    done = run(*argv, "--library", tmp_path / "library")
    assert done.code == 0
    assert not done.out
    assert "askpapers add --sample" in done.err


@pytest.mark.parametrize("question", ["", "   ", "\t\n", "\x1b[31m\x00", "?!"])
def test_a_question_of_nothing_is_told_so(run: Run, sample: Path, question: str) -> None:
    done = run("ask", question, "--library", sample, "--json")
    assert done.code == 0
    assert done.json["reason"] == "bad_question"


def test_words_without_quotation_marks_are_one_question(run: Run, sample: Path) -> None:
    loose = run("ask", *ANSWERED.split(), "--library", sample, "--json").json
    assert loose["question"] == ANSWERED


def test_colours_copied_from_a_terminal_are_not_part_of_a_question(run: Run, sample: Path) -> None:
    coloured = run("ask", f"\x1b[1m{ANSWERED}\x1b[0m", "--library", sample, "--json").json
    assert coloured["question"] == ANSWERED
    assert coloured["status"] == "answered"


def test_a_megabyte_of_question_is_answered_or_refused_in_one_piece(sample: Path) -> None:
    question = (ANSWERED + " ") * (1_000_000 // len(ANSWERED))
    with start("ask", "-", "--json", "--library", sample, stdin=subprocess.PIPE) as process:
        out, err = process.communicate(question.encode(), timeout=120)
    assert process.returncode == 0, err.decode()
    assert json.loads(out)["status"] in {"answered", "abstained"}


def test_stdin_that_is_not_utf_8_is_read_as_far_as_it_goes(sample: Path) -> None:
    with start("ask", "-", "--json", "--library", sample, stdin=subprocess.PIPE) as process:
        out, err = process.communicate(ANSWERED.encode() + b" \xff\xfe\x80", timeout=120)
    assert process.returncode == 0, err.decode()
    assert json.loads(out)["status"] == "answered"


def test_search_honours_number_and_filters(run: Run, sample: Path) -> None:
    argv = ["search", "language model pretraining", "--library", sample, "--json"]
    hits = run(*argv, "-k", "3").json["hits"]
    assert len(hits) == 3
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)
    recent = run(*argv, "--year-from", "2025", "--code").json["hits"]
    assert recent
    assert all(h["paper"]["year"] >= 2025 and h["paper"]["has_code"] for h in recent)


def test_a_found_paper_is_shown_with_number_and_score(run: Run, sample: Path) -> None:
    assert run("search", "SOAP Shampoo Adam", "--library", sample).out.startswith("1. SOAP")


# --- papers and remove -----------------------------------------------------------------------


def test_papers_are_listed_with_ids_and_counted(run: Run, sample: Path) -> None:
    done = run("papers", "--author", "Vyas", "--library", sample)
    listed = run("papers", "--author", "Vyas", "--library", sample, "--json").json["papers"]
    assert listed
    assert all(paper["id"] in done.out for paper in listed)
    assert done.err.startswith(f"{len(listed)} paper")


def test_filters_that_nothing_passes_are_told_apart_from_an_empty_library(
    run: Run, sample: Path
) -> None:
    done = run("papers", "--year-to", "1900", "--library", sample)
    assert done == Done(0, "", "No paper passes these filters.\n")


def test_a_removed_paper_is_gone(run: Run, library: Path) -> None:
    paper = run("papers", "--author", "Vyas", "--library", library, "--json").json["papers"][0]
    done = run("remove", paper["id"], "--library", library)
    assert done.code == 0
    assert paper["title"] in done.out
    assert len(run("papers", "--library", library, "--json").json["papers"]) == 71
    again = run("remove", paper["id"], "--library", library)
    assert again.is_one_sentence_of_failure
    assert paper["id"] in again.err


# --- doctor ----------------------------------------------------------------------------------


@pytest.mark.parametrize("argv", [["doctor"], ["doctor", "--repair"]], ids=" ".join)
def test_a_sound_library_has_no_bad_finding(run: Run, library: Path, argv: list[str]) -> None:
    done = run(*argv, "--library", library, "--json")
    assert done.code == 0
    assert done.json["findings"]
    assert all(finding["ok"] for finding in done.json["findings"])


# --- what goes wrong -------------------------------------------------------------------------


def test_a_folder_that_is_no_library_is_left_as_it_was(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "cat.jpg").write_bytes(b"cat")
    done = run("add", "--sample", "--library", folder)
    assert done.is_one_sentence_of_failure
    assert str(folder) in done.err
    assert [p.name for p in folder.iterdir()] == ["cat.jpg"]


@pytest.mark.parametrize("command", [["papers"], ["ask", "x"], ["doctor"], ["serve"]], ids=" ".join)
def test_a_library_that_is_a_file_is_one_sentence(
    run: Run, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "library").write_text("not a folder", "utf-8")
    assert run(*command, "--library", tmp_path / "library").is_one_sentence_of_failure


def test_a_wrong_setting_is_one_sentence_that_names_it(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKPAPERS_THREADS", "many")
    done = run("papers")
    assert done.is_one_sentence_of_failure
    assert "ASKPAPERS_THREADS" in done.err


def test_the_unexpected_is_one_sentence_and_debug_shows_where(
    run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on \x1b[31mdevice")

    monkeypatch.setattr(Assistant, "ask", fail)
    done = run("ask", "x", "--library", sample)
    assert done.is_one_sentence_of_failure
    assert done.err.startswith("Could not answer the question (OSError: [Errno 28] No space left")
    assert "--debug" in done.err
    assert "\x1b" not in done.err
    assert "Traceback" in run("ask", "x", "--library", sample, "--debug").err


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("std::bad_alloc"), RuntimeError("Failed to allocate memory")],
)
def test_memory_that_runs_out_is_told_with_what_to_do(
    error: Exception, run: Run, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starved(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Assistant, "ask", starved)
    done = run("ask", "x", "--library", sample)
    assert done.is_one_sentence_of_failure
    assert "out of memory" in done.err
    assert "Error" not in done.err


def test_a_reader_that_closes_early_is_no_error(sample: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with start("papers", "--library", sample, stdout=writer) as process:
        os.close(writer)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_terminal_without_utf_8_gets_its_answer(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    with start("ask", ANSWERED, "--library", sample) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert b"40%" in out


@pytest.mark.parametrize(
    "argv", [["papers"], ["search", "terminals"], ["ask", "What do steered terminals obey?"]]
)
def test_a_paper_cannot_steer_the_terminal(run: Run, tmp_path: Path, argv: list[str]) -> None:
    source = write_records(tmp_path / "hostile.jsonl", HOSTILE)
    added = run("add", source, "--library", tmp_path / "library")
    done = run(*argv, "--library", tmp_path / "library")
    assert "Terminals" in done.out
    assert not set(added.out + added.err + done.out + done.err) & set("\x1b\x9b\r\u202e\x00")


# --- one object on stdout --------------------------------------------------------------------


@pytest.mark.parametrize(
    "argv", [["ask", "x"], ["search", "x"], ["papers"], ["doctor"]], ids=" ".join
)
def test_json_is_one_line_of_ascii(run: Run, sample: Path, argv: list[str]) -> None:
    done = run(*argv, "--library", sample, "--json")
    assert len(done.out.splitlines()) == 1
    assert done.out.isascii()
    assert isinstance(done.json, dict)
