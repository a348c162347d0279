"""What a run leaves behind: a record a question, self-contained, so that figures need no more.

Ids are those of the corpus; a paper outside of it is "+" and its id in the library. Offsets are
into the paper's abstract as it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag.base.errors import SourceError
from rag.base.types import Mode, Reason, Status

FORM = 1  # raise when older files of runs can no longer be read

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a paper that an answer rests on."""

    paper: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the assistant did with a question. `lead` is the paper it put first, if any."""

    status: Status
    mode: Mode
    reason: Reason | None = None
    confidence: float | None = None
    lead: str | None = None
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Rationale:
    """The gold sentences of one paper, and its sentences as the assistant ranks them."""

    paper: str
    gold: tuple[Span, ...]
    ranked: tuple[Span, ...]
    not_in_text: int = 0  # gold sentences that the stored text does not hold


@dataclass(frozen=True, slots=True)
class Record:
    """One question: what was asked, what is right, what came back, and how long it took."""

    id: str
    text: str
    answerable: bool = True
    split: str | None = None
    kind: str | None = None
    relevant: Mapping[str, int] = field(default_factory=dict)
    ranking: tuple[tuple[str, float], ...] = ()
    outcome: Outcome | None = None
    withheld: Outcome | None = None  # the same question with its relevant papers left out
    rationales: tuple[Rationale, ...] = ()
    correct: bool | None = None  # question files only: papers, facts and abstention as wanted
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """All records of one run, with what made them."""

    name: str
    records: tuple[Record, ...]
    papers: int
    split: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    version: str = ""
    form: int = FORM


_RUN = TypeAdapter(Run)


def save(run: Run, path: Path) -> None:
    """Write a run as one JSON object.

    Raises:
        SourceError: the file cannot be written.
    """
    try:
        path.write_bytes(_RUN.dump_json(run))
    except OSError as error:
        raise SourceError(f"{path} cannot be written ({error.strerror}).") from error


def read(path: Path) -> Run:
    """Read a run that `save` wrote.

    Raises:
        SourceError: it is missing, or is something else.
    """
    try:
        run = _RUN.validate_json(path.read_bytes())
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        raise SourceError(
            f"{path} is not a run of `askpapers eval`; make one with --out."
        ) from error
    if run.form != FORM:
        raise SourceError(f"{path} was made by another version of askpapers; run it again.")
    return run
