"""The values that stages hand to each other: papers, plans, hits, evidence, answers, events.

Everything here is frozen. Offsets are character offsets into `Paper.text`, end exclusive; that is
the abstract, and the body after it where the whole paper was read.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rag.base.body import Body, body_start, whole_text
from rag.base.plain import plain_fields
from rag.base.provenance import Provenance, Usage

# Others import these from here, with the values that they come with.
from rag.base.reports import AddReport as AddReport  # noqa: PLC0414
from rag.base.reports import Failure as Failure  # noqa: PLC0414
from rag.base.reports import Finding as Finding  # noqa: PLC0414
from rag.base.reports import Progress as Progress  # noqa: PLC0414
from rag.base.tabular import markdown_table, plain_markdown

Status = Literal["answered", "abstained"]
Reason = Literal[
    "not_in_library", "not_stated", "library_empty", "model_unavailable", "bad_question"
]
Mode = Literal["extractive", "generated", "lookup"]
Support = Literal["quoted", "supported", "partial", "unsupported", "contradicted"]
Verdict = Literal["supported", "contradicted", "not_found"]
Sort = Literal["newest", "oldest", "score", "lowest_score", "most_authors", "fewest_authors"]
Intent = Literal["fact", "lookup", "list", "count", "compare", "small_talk"]
Together = Literal["any", "all", "all_if_any"]
Tally = Literal["authors", "years", "categories", "orgs"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record of a paper came from: `kind` of file, its path or address, the place in it."""

    kind: str
    origin: str
    where: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One bibliographic record with text. `authors` are names as printed, in order.

    `date` is ISO and as long as it is known ("2024", "2024-05", "2024-05-28"). `more_authors` says
    that the source printed "et al."; `date_inferred` that it printed no year and we worked it out;
    `status` that the paper was "retracted" or "withdrawn".
    """

    id: str
    title: str
    authors: tuple[str, ...] = ()
    date: str | None = None
    category: str | None = None
    venue: str | None = None
    orgs: tuple[str, ...] = ()
    has_code: bool = False
    score: float | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    abstract: str = ""
    sources: tuple[Source, ...] = ()
    citekey: str = ""
    more_authors: bool = False
    date_inferred: bool = False
    status: str | None = None
    body: Body | None = None

    @property
    def text(self) -> str:
        """All text of the paper that is known: its abstract, then its body."""
        return whole_text(self.abstract, self.body.text if self.body else None)

    def place(self, offset: int) -> tuple[int | None, str]:
        """(page, section) on which a letter of `text` stands; of the abstract, nothing is told."""
        inside = offset - body_start(self.abstract)
        if self.body is None or inside < 0:
            return None, ""
        return self.body.page(inside), self.body.section(inside)

    @property
    def year(self) -> int | None:
        """The year of `date`, if known."""
        return int(self.date[:4]) if self.date else None

    @property
    def name(self) -> str:
        """The title, or the first words of the text where the source gave no title."""
        if self.title:
            return self.title
        words = (self.abstract or self.text[:500]).split()
        return "Untitled: " + " ".join(words[:9]) + ("…" if len(words) > 9 else "")

    def to_dict(self) -> dict[str, Any]:
        """All fields but the body, and `year`, as plain JSON values."""
        told = plain_fields(replace(self, body=None)) | {"year": self.year}
        return {name: value for name, value in told.items() if name != "body"}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a paper, cut at sentence borders: `text == paper.text[start:end]`."""

    id: str
    paper_id: str
    ordinal: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on records; all must hold. Within one field any value is enough.

    `authors` match a family name, a full name or initials with a family name; `years` are closed
    intervals; `ids` restricts to these papers.
    """

    year_from: int | None = None
    year_to: int | None = None
    authors: tuple[str, ...] = ()
    first_author: str | None = None
    categories: tuple[str, ...] = ()
    orgs: tuple[str, ...] = ()
    has_code: bool | None = None
    score_from: float | None = None
    ids: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing is restricted."""
        return self == Filters()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that a paper must have one behind the other, in any of their forms."""

    words: str
    in_title: bool = False


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """What was understood of a question. `query` is the question with its history resolved."""

    question: str
    query: str
    intent: Intent = "fact"
    filters: Filters = field(default_factory=Filters)
    without: Filters = field(default_factory=Filters)  # papers that meet these are left out
    together: Together = "any"  # must all authors have written it, or all if there is such a paper
    dates: tuple[str, str] = ("", "")  # earliest and latest, ISO as far as the question says
    years: tuple[int, ...] = ()  # only papers of these, where they are no run: "2019 or 2022"
    without_years: tuple[int, ...] = ()
    phrases: tuple[Phrase, ...] = ()  # only papers that have all of these
    without_phrases: tuple[Phrase, ...] = ()  # and none of these: "not about diffusion"
    named: tuple[str, ...] = ()  # ids of papers that the question names
    near: tuple[str, ...] = ()  # ids of papers to which others are sought that are similar
    parts: tuple[str, ...] = ()  # one retrieval query a side, for comparisons
    sort: Sort | None = None  # order of a list; the first is the answer to "which is the newest"
    limit: int | None = None  # how many of a sorted list: "the 3 newest papers"
    tally: Tally | None = None  # count the papers of each of these instead of listing papers
    asks: tuple[str, ...] = ()  # facts of the record that are asked: "authors", "date", "code" …
    topic: str = ""  # the query without its filters and asks; empty for purely bibliographic ones
    beyond: str = ""  # of the topic, what is no name or title of `named`: "perform ImageNet"
    understood: tuple[str, ...] = ()  # the filters in words, for the screen
    ignored: tuple[str, ...] = ()  # those that the user has taken away


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper that retrieval returned with its best chunk; scores are 0..1 within one query."""

    paper: Paper
    score: float
    chunk: Chunk | None = None
    dense: float = 0.0  # cosine similarity of question and best chunk
    keyword: float = 0.0  # BM25, divided by the best score of this query
    leads: Mapping[str, float] = field(default_factory=dict)  # part of the ranking → its lead

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**plain_fields(self), "paper": self.paper.to_dict()}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a paper that bears on the question: `text == paper.text[start:end]`."""

    paper: Paper
    start: int
    end: int
    text: str
    score: float

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; of the paper only its id."""
        place = {"paper_id": self.paper.id, "start": self.start, "end": self.end}
        return {**place, "text": self.text, "score": self.score}


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered link to words of a paper: `quote == paper.text[start:end]`.

    Words of the body stand on a `page`, counted from 1, and in a `section`.
    """

    number: int
    paper: Paper
    quote: str
    start: int
    end: int

    @property
    def page(self) -> int | None:
        """The page of the words, where they are of the body."""
        return self.paper.place(self.start)[0]

    @property
    def section(self) -> str:
        """The heading above the words, where they are of the body."""
        return self.paper.place(self.start)[1]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        place = {"page": self.page, "section": self.section}
        return {**plain_fields(self), "paper": self.paper.to_dict(), **place}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with the numbers of its citations."""

    text: str
    citations: tuple[int, ...]
    support: Support


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a comparison; `stated` is False where the paper's text does not say."""

    text: str
    citations: tuple[int, ...] = ()
    stated: bool = True

    def to_markdown(self) -> str:
        """The words with the numbers of their citations."""
        if not self.stated:
            return f"_{self.text}_"
        return f"{plain_markdown(self.text)} {citation_marks(self.citations)}".rstrip()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Papers × aspects; `cells[i][j]` is what `papers[i]` says on `aspects[j]`."""

    papers: tuple[Paper, ...]
    aspects: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]

    def to_markdown(self) -> str:
        """A table with papers across and aspects down."""
        cells = zip(*([cell.to_markdown() for cell in row] for row in self.cells), strict=True)
        return markdown_table(
            (paper.name for paper in self.papers), zip(self.aspects, cells, strict=True)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**plain_fields(self), "papers": [p.to_dict() for p in self.papers]}


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, or an abstention with its reason and the nearest papers.

    `id` is None unless the library keeps the answer; `usage` unless a model wrote it.
    """

    question: str
    status: Status
    mode: Mode
    reason: Reason | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    table: Comparison | None = None
    confidence: float | None = None
    calibrated: bool = True  # False: the confidence was fitted for another model
    notice: str | None = None
    nearest: tuple[Paper, ...] = ()
    understood: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    id: str | None = None
    plan: QueryPlan | None = None
    evidence: tuple[Evidence, ...] = ()
    usage: Usage | None = None
    provenance: Provenance = field(default_factory=Provenance)

    @property
    def text(self) -> str:
        """The sentences with their citation numbers; a list of records has one line each."""
        return ("\n" if self.mode == "lookup" else " ").join(map(_with_marks, self.sentences))

    def to_markdown(self) -> str:
        """The answer with its table, then the cited papers with the quoted words."""
        lines = [self.text] if self.sentences else []
        lines += [self.table.to_markdown().rstrip()] if self.table else []
        if self.notice:
            lines.append(f"_{self.notice}_")
        lines += [_reference_line(c) for c in self.citations]
        if not self.sentences and self.nearest:
            lines.append("Nearest papers:\n" + "\n".join(f"- {p.name}" for p in self.nearest))
        return "\n\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, the contract of `askpapers ask --json`."""
        return {
            **plain_fields(self),
            "citations": [c.to_dict() for c in self.citations],
            "table": self.table.to_dict() if self.table else None,
            "nearest": [p.to_dict() for p in self.nearest],
            "evidence": [e.to_dict() for e in self.evidence],
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of somebody's draft and what the library says of it.

    `score` is how likely the cited words say it, 0..1; `reason` why it is called contradicted.
    """

    text: str
    verdict: Verdict
    citations: tuple[Citation, ...] = ()
    score: float = 0.0
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**plain_fields(self), "citations": [c.to_dict() for c in self.citations]}


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """Event: retrieval is done; these sentences bear on the question."""

    evidence: tuple[Evidence, ...]
    understood: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """Event: a piece of the draft answer. A draft is not checked yet."""

    text: str


@dataclass(frozen=True, slots=True)
class Final:
    """Event: the checked answer; always the last event of a stream."""

    answer: Answer


Event = EvidenceFound | Token | Final


def citation_marks(numbers: tuple[int, ...]) -> str:
    """Citation numbers as they are printed: "[2][5]", and "[1]–[9]" for a run of three or more."""
    marks: list[str] = []
    for _, group in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        long_run = len(run) > 2
        marks.append(f"[{run[0]}]–[{run[-1]}]" if long_run else "".join(f"[{n}]" for n in run))
    return "".join(marks)


def _with_marks(sentence: Sentence) -> str:
    return f"{sentence.text} {citation_marks(sentence.citations)}".rstrip()


def _reference_line(citation: Citation) -> str:
    paper = citation.paper
    people = ", ".join(paper.authors) + (" et al." if paper.more_authors else "")
    facts = " · ".join(part for part in (people, paper.date) if part)
    quote = f"\n> {citation.quote}" if citation.quote else ""
    return f"[{citation.number}] {paper.name}" + (f" ({facts})" if facts else "") + quote
