"""Papers of a page of a paper-ranking site, pasted as text.

A record is a header line, a line with the title glued to its authors, and the abstract:

    97.6LGMay 28, 2024Code
    Matryoshka Representation LearningAditya Kusupati, Gantavya Bhatt et al. · uw
    Learned representations are a central component in modern ML systems …

Pages are read in windows of records, so that names and words of one record can help to take its
neighbours apart, and a listing of any length needs little memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from rag.base.text import clean_line, clean_text
from rag.base.types import Failure, Paper, Source
from rag.ingest import byline, header
from rag.ingest.byline import Byline
from rag.ingest.entry import without_status
from rag.ingest.header import Header
from rag.ingest.names import Evidence

MAX_LINE = 1_000_000  # characters; the reader hands over no more of a line than this and one more
MAX_ABSTRACT = 200_000  # characters
_WINDOW = 500  # records
_WINDOW_CHARS = 5_000_000
_PROSE = 200  # characters; a line that long before the first record is text that was lost


@dataclass(slots=True)
class _Block:
    """The lines of one record. `line` is 0 for what stands before the first record."""

    line: int
    header: Header | None = None
    problem: str | None = None
    body: list[tuple[int, str]] = field(default_factory=list)
    size: int = 0

    def take(self, number: int, text: str) -> None:
        self.size += len(text)
        if len(text) > MAX_LINE:
            self.problem = self.problem or f"line {number} is longer than {MAX_LINE:,} characters"
        elif self.size > MAX_ABSTRACT:
            limit = f"{MAX_ABSTRACT:,} characters"
            self.problem = self.problem or f"its text is longer than {limit}"
        else:
            self.body.append((number, text))


@dataclass(frozen=True, slots=True)
class _Start:
    """A record begins on a line; `before` is what the line holds of the record before it."""

    header: Header | None = None
    problem: str | None = None
    before: str = ""
    is_title: bool = False  # the header is lost, the line is the title


def has_records(lines: Iterable[str]) -> bool:
    """Whether a text is a listing."""
    return any(block.line for block in _blocks(lines))


def papers(lines: Iterable[str], *, origin: str, taken: date) -> Iterator[Paper | Failure]:
    """The papers of a listing, in order; a record that cannot be read is a `Failure`.

    `lines` is gone through twice: an iterator will not do. `taken` is the day the listing was
    taken, from which years that it does not print are worked out.
    """
    newest = _newest_year(lines, taken)
    evidence = Evidence()
    for window in _windows(_blocks(lines)):
        _learn(evidence, window)
        for block in window:
            found = _record(block, evidence, origin, (taken, newest))
            if found is not None:
                yield found


# --- where records begin -----------------------------------------------------------------------


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    block = _Block(0)
    for number, text, following in _filled(lines):
        start = _start(text, following, block)
        if start is None:
            block.take(number, text)
            continue
        if start.before:
            block.take(number, start.before)
        yield block
        block = _Block(number, start.header, start.problem)
        if start.is_title:
            block.take(number, text)
    yield block


def _filled(lines: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(number, text, text of the next one) of each line that is not blank."""
    held: tuple[int, str] | None = None
    for number, line in enumerate(lines, start=1):
        text = clean_text(line) if len(line) <= MAX_LINE else line
        if not text:
            continue
        if held:
            yield *held, text
        held = (number, text)
    if held:
        yield *held, ""


def _start(text: str, following: str, block: _Block) -> _Start | None:
    """What begins on a line; None if it goes on with the record before it."""
    found = header.match(text)
    if found and ((found.is_glued and not _goes_on(block, following)) or _is_byline(following)):
        return _Start(found)
    if found is None and (glued := header.match_end(text)) and _is_byline(following):
        return _Start(glued[1], before=glued[0])
    if header.looks_broken(text) and _is_byline(following):
        return _Start(problem=f"the line “{text}” before its title is not understood")
    if _has_title(block) and byline.ends_like_authors(text) and _is_byline(text):
        return _Start(problem="the line with its category and date is missing", is_title=True)
    return None


def _goes_on(block: _Block, following: str) -> bool:
    """Whether a line between these two stands inside a sentence."""
    last = block.body[-1][1] if block.body else "."
    return following[:1].islower() and last[-1].isalnum()


def _is_byline(text: str) -> bool:
    return len(text) <= byline.MAX_LINE and byline.split(clean_line(text)) is not None


def _has_title(block: _Block) -> bool:
    if not block.line or len(block.body) != 1:
        return not block.line or len(block.body) > 1
    return _is_byline(block.body[0][1])


def _newest_year(lines: Iterable[str], taken: date) -> int | None:
    """The newest year that a listing prints; years to come are misprints and prove nothing."""
    limit = max(taken, date.today()).year
    headers = (block.header for block in _blocks(lines) if block.header)
    return max((h.year for h in headers if h.year is not None and h.year <= limit), default=None)


def _windows(blocks: Iterable[_Block]) -> Iterator[list[_Block]]:
    window: list[_Block] = []
    size = 0
    for block in blocks:
        window.append(block)
        size += block.size
        if len(window) >= _WINDOW or size > _WINDOW_CHARS:
            yield window
            window, size = [], 0
    yield window


# --- what a record says ------------------------------------------------------------------------


def _learn(evidence: Evidence, window: list[_Block]) -> None:
    for block in window:
        for name in byline.sure_names(clean_line(_title_line(block))):
            evidence.add_name(name)
        for _, text in block.body[1:]:
            evidence.add_text(text)


def _title_line(block: _Block) -> str:
    text = block.body[0][1] if block.body else ""
    return text if len(text) <= byline.MAX_LINE else ""


def _record(
    block: _Block, evidence: Evidence, origin: str, dates: tuple[date, int | None]
) -> Paper | Failure | None:
    where = f"line {block.line}"
    if not block.line:
        return _lost_prose(block, origin)
    if block.problem or block.header is None:
        return Failure(origin, where, block.problem or "it has no header")
    if not block.body:
        return Failure(origin, where, "there is no title after the header")
    day = header.iso_date(block.header, taken=dates[0], newest_year=dates[1])
    if day is None:
        return Failure(origin, where, f"the date “{block.header.printed_date}” is not possible")
    found, rest = _title_and_authors(block, evidence)
    if found is None:
        title = clean_line(block.body[0][1][:80])
        return Failure(
            origin, where, f"no authors were found at the end of the title line “{title}”"
        )
    abstract = clean_text(" ".join(text for _, text in rest))
    return _paper(block.header, found, day, abstract, Source("listing", origin, where))


def _paper(head: Header, found: Byline, day: str, abstract: str, source: Source) -> Paper:
    title, status = without_status(found.title)
    return Paper(
        id="",
        title=title,
        status=status,
        authors=found.authors,
        more_authors=found.more_authors,
        orgs=found.orgs,
        date=day,
        date_inferred=head.year is None,
        category=head.category,
        has_code=head.has_code,
        score=head.score,
        abstract=abstract,
        sources=(source,),
    )


def _title_and_authors(
    block: _Block, evidence: Evidence
) -> tuple[Byline | None, list[tuple[int, str]]]:
    """The title line taken apart, and the lines after it."""
    title = clean_line(_title_line(block))
    found = byline.split(title, evidence)
    if found or len(block.body) == 1 or not title:
        return found, block.body[1:]
    # Some browsers paste the authors on a line of their own.
    alone = byline.authors_only(clean_line(block.body[1][1][: byline.MAX_LINE + 1]))
    if alone is None:
        return None, block.body[1:]
    return Byline(title, alone.authors, alone.more_authors, alone.orgs), block.body[2:]


def _lost_prose(block: _Block, origin: str) -> Failure | None:
    """Words of a page around its records are no loss; a paragraph is."""
    long = next((number for number, text in block.body if len(text) > _PROSE), None)
    if long is None and not block.problem:
        return None
    where = f"line {long or 1}"
    return Failure(origin, where, "the text before the first record belongs to no record")
