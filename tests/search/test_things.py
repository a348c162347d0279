"""What a question wants by its name, and whether a paper names it."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.base.types import Paper
from rag.search.things import thing_asked
from rag.search.unstated import unstated

TEXT = (
    "We study how looms see (HLS) with a thermal camera and the sensor of LOOM. The patterns were "
    "drawn in Fortran and checked with the AVISPA tool. Cards from the CMYK prints were punched in "
    "Lyon. A platform holds the loom. Jacquard Freres built the frame, and the Crown paid. It runs "
    "since 1804."
)
PAPER = Paper(id="p", title="Seeing with LOOM", authors=("Ada Byron",), abstract=TEXT)
MUTE = Paper(
    id="m",
    title="Seeing with LOOM",
    authors=("Ada Byron",),
    abstract="Looms can see (LCS). With LCS a camera is used, from which the RGB images of LOOM "
    "come. In effect, the sensor of an SMT solver is supported by experiments. Weaving is slow.",
)
ASKED = {
    "a device": ("Which camera was used?", "name the camera"),
    "a language": ("Which query language does it use?", "name the query language"),
    "a tool of a kind": ("With which software were the patterns checked?", "name the software"),
    "a place of work": ("At which university was the loom built?", "name the university"),
    "a solver": ("Which SMT solver does LOOM call?", "name the SMT solver"),
    "who pays": ("Who funded the loom?", "say who paid"),
    "who builds": ("Who built the loom?", "say who built it"),
    "where": ("Where were the trials carried out?", "say where"),
    "when": ("When will the loom be completed?", "say when"),
}  # fmt: skip
NOT_ASKED = (
    "Which method sees best?",
    "What kind of software is LOOM?",
    "Which benchmark functions were woven?",
    "Which features of a camera matter?",
    "Who wrote LOOM?",
    "Who may benefit from looms?",
    "Where do the errors come from?",
    "When does a loom stop?",
)


@pytest.mark.parametrize(("question", "unsaid"), ASKED.values(), ids=ASKED)
def test_what_is_asked_by_its_name_must_be_named(question: str, unsaid: str) -> None:
    asked = thing_asked(question)
    assert asked is not None
    assert asked.is_told_by(PAPER)
    assert unstated(question, MUTE) == (unsaid,)


@pytest.mark.parametrize("question", NOT_ASKED)
def test_other_questions_may_be_told_in_any_words(question: str) -> None:
    assert thing_asked(question) is None


def test_a_name_in_another_place_is_that_of_another_thing() -> None:
    asked = thing_asked("Which camera was used in LCS?")
    assert asked is not None
    said = {
        "We used the camera of the experiment.": False,
        "We used a stereo camera.": True,
        "We used the camera Kinect.": True,
        "We used the “Kinect One” camera.": True,
        "Pictures were taken with Kinect.": True,
        'Pictures were taken with "Kinect" too.': True,
        "Pictures are in the RGB space.": False,
        "In LOOM there is one.": False,
    }
    for text, told in said.items():
        paper = Paper(id="p", title="LOOM", authors=(), abstract=text)
        assert asked.is_told_by(paper) is told, text


@pytest.mark.parametrize(
    "question",
    [
        "Which GPU was used to train ReLoRA?",
        "Which programming language is LoRA Soups written in?",
        "Who funded SOAP?",
        "How deep is the network of MatFormer?",
        "How long did the training of ReLoRA take?",
    ],
)
def test_what_no_summary_states_is_not_answered(question: str, sample: Assistant) -> None:
    answer = sample.ask(question)
    assert (answer.status, answer.reason) == ("abstained", "not_stated")
    assert (answer.notice or "").startswith("The nearest paper in your library does not ")
