"""How values look on a terminal, and that no text can steer it."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.replay import difference
from rag.base.provenance import Provenance
from rag.base.types import (
    AddReport,
    Answer,
    Chunk,
    Citation,
    Failure,
    Finding,
    Hit,
    Paper,
    Progress,
    Sentence,
)
from rag.terminal import (
    ProgressBars,
    answer_text,
    awaiting_line,
    failure_line,
    finding_line,
    hit_text,
    kept_text,
    paper_text,
    plain,
    replay_text,
    report_line,
)

QUOTE = "The method needs 40% fewer steps than its rival."
PAPER = Paper(
    id="a1",
    title="Fewer Steps",
    authors=("Ada Byron", "Bo Li", "Cy Moe", "Di Noe"),
    date="2022-03-01",
    category="LG",
    has_code=True,
    abstract=QUOTE,
)
HOSTILE = (
    "\x1b[31mred\x1b[0m \x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\ a\rb \x9b2J\u202ec"
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param("\x1b[1;31mred\x1b[0m", "red", id="colour"),
        pytest.param("\x1b[2J\x1b[Hgone", "gone", id="clear screen"),
        pytest.param("\x9b31mred", "red", id="eight-bit CSI"),
        pytest.param("\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\", "link", id="OSC 8 link"),
        pytest.param("\x1b]0;title\x07text", "text", id="window title"),
        pytest.param("\x9d0;title\x9ctext", "text", id="eight-bit OSC"),
        pytest.param("\x1bP1;2qdata\x1b\\text", "text", id="DCS"),
        pytest.param("\x1b(0text\x1bc", "text", id="character set and reset"),
        pytest.param("shown\rhidden", "shown hidden", id="carriage return"),
        pytest.param("a\nb\tc", "a b c", id="one line"),
        pytest.param("a\x08\x07b\u202ec", "abc", id="controls and reordering"),
        pytest.param("αβγ — 数据 “x”", "αβγ — 数据 “x”", id="letters stay"),
    ],
)
def test_what_a_terminal_would_obey_is_taken_out(raw: str, shown: str) -> None:
    assert plain(raw) == shown


@given(st.text(alphabet="\x1b\x9b\x9d\x9c\x07[]\\;0m8PX^ab \r\n"))
def test_no_mixture_leaves_anything_to_obey(raw: str) -> None:
    assert not set(plain(raw)) & set("\x1b\x9b\x9d\x9c\x07\r\n")


def answered(**changes: object) -> Answer:
    answer = Answer(
        question="How many fewer?",
        status="answered",
        mode="extractive",
        sentences=(Sentence(f"Fewer Steps (Byron et al., 2022): {QUOTE}", (1,), "quoted"),),
        citations=(Citation(1, PAPER, QUOTE, 0, len(QUOTE)),),
    )
    return dataclasses.replace(answer, **changes)


def test_an_answer_reads_as_sentences_then_references() -> None:
    assert answer_text(answered(understood=("by Ada Byron", "2022")), 60) == (
        "Understood: by Ada Byron · 2022\n"
        "\n"
        "Fewer Steps (Byron et al., 2022): The method needs 40% fewer\n"
        "steps than its rival. [1]\n"
        "\n"
        "[1] Fewer Steps — Ada Byron, Bo Li, Cy Moe et al., 2022 · LG\n"
        "    · code"
    )


def test_quoted_words_that_the_sentences_do_not_show_stand_under_their_paper_once() -> None:
    sentences = (Sentence("It is faster.", (1, 2), "supported"),)
    citations = (Citation(1, PAPER, "The method", 0, 10), Citation(2, PAPER, "40% fewer", 17, 26))
    text = answer_text(answered(mode="generated", sentences=sentences, citations=citations), 100)
    assert text == (
        "It is faster. [1][2]\n"
        "\n"
        "[1][2] Fewer Steps — Ada Byron, Bo Li, Cy Moe et al., 2022 · LG · code\n"
        "    [1] “The method”\n"
        "    [2] “40% fewer”"
    )


def test_a_list_of_records_is_not_repeated_as_references() -> None:
    numbers = tuple(range(1, 15))
    sentences = (
        Sentence("Your library has 14 papers with code.", numbers, "supported"),
        Sentence("Fewer Steps (Ada Byron et al., 1 March 2022, with code)", (1,), "supported"),
    )
    assert answer_text(answered(mode="lookup", sentences=sentences), 100) == (
        "Your library has 14 papers with code. [1]–[14]\n"
        "\n"
        "Fewer Steps (Ada Byron et al., 1 March 2022, with code) [1]"
    )


def test_the_notice_of_an_abstention_is_its_reason() -> None:
    abstained = answered(
        status="abstained", reason="not_in_library", sentences=(), citations=(), notice="No X here."
    )
    assert answer_text(abstained, 100) == "No X here."


def test_the_notice_stands_last() -> None:
    assert answer_text(answered(notice="The model is down."), 60).endswith("\n\nThe model is down.")


def test_a_written_answer_is_one_paragraph_and_doubt_is_said() -> None:
    sentences = (Sentence("One.", (1,), "supported"), Sentence("Two.", (), "unsupported"))
    text = answer_text(answered(mode="generated", sentences=sentences), 60)
    assert text.startswith("One. [1] Two. (unsupported)\n\n[1]")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("not_in_library", "Nothing in the library bears on this question."),
        ("not_stated", "do not state the answer"),
        ("library_empty", "`askpapers add --sample`"),
        ("model_unavailable", "The model did not answer"),
        ("bad_question", "no question"),
    ],
)
def test_an_abstention_says_why(reason: str, words: str) -> None:
    text = answer_text(answered(status="abstained", reason=reason, sentences=(), citations=()), 100)
    assert words in text


def test_an_abstention_offers_the_nearest_papers() -> None:
    nearest = answered(
        status="abstained", reason="not_stated", sentences=(), citations=(), nearest=(PAPER,)
    )
    assert "Nearest papers:\n- Fewer Steps — Ada Byron" in answer_text(nearest, 100)


def test_a_hit_shows_the_beginning_of_its_passage() -> None:
    passage = "word " * 100
    shown = hit_text(2, Hit(PAPER, 0.456, Chunk("c", "a1", 0, 0, 500, passage)), 100)
    assert shown.startswith(
        "2. Fewer Steps — Ada Byron, Bo Li, Cy Moe et al., 2022 · LG · code · 0.46"
    )
    assert shown.endswith("word …")
    assert max(map(len, shown.splitlines())) <= 100


def test_a_paper_without_facts_is_its_title_alone() -> None:
    assert paper_text(Paper(id="a2", title="Bare"), 100) == "a2  Bare"


def test_a_finding_gives_its_cure_only_where_something_is_wrong() -> None:
    assert finding_line(Finding("disk", True, "enough", "buy one")) == "ok   disk: enough"
    assert (
        finding_line(Finding("disk", False, "full.", "Make room.")) == "BAD  disk: full. Make room."
    )


def test_a_report_counts_what_happened_and_lists_what_failed() -> None:
    failure = Failure("a.txt", "line 3", "no title")
    report = AddReport(added=2, unchanged=1, failed=(failure,))
    assert report_line(report) == "2 added, 1 unchanged, 1 could not be read."
    assert failure_line(failure) == "  a.txt, line 3: no title"
    assert failure_line(Failure("b.txt", "file", "is empty")) == "  b.txt: is empty"


def test_a_report_tells_of_vectors_that_came_and_of_those_that_are_awaited() -> None:
    came = AddReport(unchanged=40, embedded=36)
    assert report_line(came) == "40 unchanged, 36 given the vectors that they awaited."
    assert awaiting_line(AddReport(awaiting=1200)).startswith("Papers without vectors: 1,200.")


@pytest.mark.parametrize("show", ["answer", "hit", "paper", "finding", "failure"])
def test_hostile_text_is_harmless_everywhere(show: str) -> None:
    paper = Paper(id=HOSTILE, title=HOSTILE, authors=(HOSTILE,), category=HOSTILE, abstract=HOSTILE)
    texts = {
        "answer": answer_text(
            Answer(
                question="?",
                status="abstained",
                mode="generated",
                reason="not_stated",
                sentences=(Sentence(HOSTILE, (1,), "supported"),),
                citations=(Citation(1, paper, HOSTILE, 0, 9),),
                notice=HOSTILE,
                nearest=(paper,),
                understood=(HOSTILE,),
            ),
            80,
        ),
        "hit": hit_text(1, Hit(paper, 1.0, Chunk("c", "a", 0, 0, 9, HOSTILE)), 80),
        "paper": paper_text(paper, 80),
        "finding": finding_line(Finding(HOSTILE, False, HOSTILE, HOSTILE)),
        "failure": failure_line(Failure(HOSTILE, HOSTILE, HOSTILE)),
    }
    assert not set(texts[show]) & set("\x1b\x9b\r\u202e")
    assert "red link a b c" in texts[show].replace("\n", " ").replace("    ", "").replace("  ", " ")


def test_progress_shows_stage_count_and_rate(capsys: pytest.CaptureFixture[str]) -> None:
    bars = ProgressBars()
    bars(Progress(1, 0, "reading"))
    bars(Progress(1, 8, "embedding"))
    bars(Progress(8, 8, "embedding"))
    bars.close()
    shown = capsys.readouterr().err
    assert "Reading" in shown
    assert "8/8" in shown
    assert "papers/s" in shown


def test_a_replay_marks_what_is_the_same_gone_and_new() -> None:
    at = Provenance(at="2026-05-28T10:11:12.000+00:00", revision=3)
    before = answered(
        id="7",
        provenance=at,
        sentences=(Sentence("It fell.", (), "quoted"), Sentence("", (1,), "quoted")),
    )
    now = answered(
        provenance=Provenance(revision=4),
        sentences=(Sentence("It fell.", (), "quoted"), Sentence("It \x1b[2Jrose.", (), "quoted")),
    )
    shown = replay_text(difference(before, now), 100).splitlines()
    assert "(2026-05-28, revision 3 → 4)" in shown[0]
    assert shown[1:4] == [
        "= It fell.",
        f"- (words of a paper that was removed: {before.citations[0].paper.name})",
        "+ It rose.",
    ]
    assert kept_text(before, 100).startswith("7  2026-05-28 10:11  ")
    assert "\x1b" not in kept_text(answered(id="8", question="\x1b[2JWhy?"), 100)
