"""Papers of texts with one tag a line: RIS, PubMed (NBIB), Web of Science and EndNote's refer.

All four are the same grammar with other tags. A record ends with its end tag, or where the next
one begins, or with the file: real exports forget their last "ER".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.base.types import Failure, Paper, Source
from rag.ingest.entry import Entry, arxiv_in, doi_in, initials_turned, iso_date, papers_of

MAX_RECORD = 4_000_000  # characters


@dataclass(slots=True)
class _Record:
    """Values by tag, each value the lines it was printed on."""

    line: int
    opened: bool = True  # by its tag; lines between two records open one that is none
    values: dict[str, list[list[str]]] = field(default_factory=dict)
    size: int = 0

    def first(self, *tags: str) -> str:
        """The first value of the first of these tags that says something."""
        return next((text for tag in tags for text in self.all(tag) if text), "")

    def all(self, tag: str) -> list[str]:
        """All values of a tag, each on one line."""
        return [" ".join(lines).strip() for lines in self.values.get(tag, ())]

    def lines(self, *tags: str) -> list[str]:
        """Every line of the first of these tags that is there, each a value of its own."""
        values = next((self.values[tag] for tag in tags if tag in self.values), [])
        return [line.strip() for value in values for line in value if line.strip()]


@dataclass(frozen=True, slots=True)
class Dialect:
    """A format: how its lines begin, which tags open and close a record, and what they mean."""

    kind: str
    line: re.Pattern[str]
    opens: str
    closes: str
    entry: Callable[[_Record], Entry]
    first_line: re.Pattern[str]  # tells the format


def dialect_of(lines: Sequence[str]) -> Dialect | None:
    """The format of a text by its first filled lines; None if it is none of these."""
    for line in lines:
        for dialect in DIALECTS:
            if dialect.first_line.match(line.lstrip("\ufeff")):
                return dialect
    return None


def papers(lines: Iterable[str], *, origin: str, dialect: Dialect) -> Iterator[Paper | Failure]:
    """The papers of a text in this format, in order; what cannot be read is a `Failure`."""
    for record in _records(lines, dialect):
        where = f"line {record.line}"
        if record.size > MAX_RECORD:
            yield Failure(origin, where, f"is longer than {MAX_RECORD:,} characters")
            continue
        entry = dialect.entry(record)
        if record.opened or entry.title or entry.authors or entry.abstract or entry.doi:
            yield from papers_of(entry, Source(dialect.kind, origin, where))


def _records(lines: Iterable[str], dialect: Dialect) -> Iterator[_Record]:
    record: _Record | None = None
    last: list[str] | None = None
    between = False  # whether a record was closed before
    for number, line in enumerate(lines, start=1):
        found = dialect.line.match(line.lstrip("\ufeff"))
        tag = found.group(1) if found else ""
        if tag == dialect.closes and tag:
            if record:
                yield record
            record, last, between = None, None, True
            continue
        if tag == dialect.opens or (record is None and tag and tag not in _HEADERS):
            if record:
                yield record
            record, last = _Record(number, opened=tag == dialect.opens or not between), None
        if record is not None:
            last = _take(record, found, line, last)
    if record:
        yield record


_HEADERS = {"FN", "VR", "EF"}  # around the records of Web of Science


def _take(
    record: _Record, found: re.Match[str] | None, line: str, last: list[str] | None
) -> list[str] | None:
    """Add a line to a record; returns the value that the next line may go on with."""
    record.size += len(line)
    if record.size > MAX_RECORD:
        return last
    if found:
        last = [found.group(2).strip()]
        record.values.setdefault(found.group(1), []).append(last)
    elif last is not None and line.strip():
        last.append(line.strip())
    return last


# --- what the tags mean --------------------------------------------------------------------------


def _ris(record: _Record) -> Entry:
    address = record.first("UR", "L2", "LK")
    note = " ".join(record.all("M1") + record.all("M3") + record.all("AN") + record.all("PB"))
    return Entry(
        title=record.first("TI", "T1", "CT", "BT"),
        authors=_split_people(_people(record)),
        date=_fullest(record, "PY", "Y1", "DA"),
        abstract=record.first("AB", "N2"),
        venue=record.first("JO", "JF", "T2", "JA", "J2", "C3", "BT", "T3", "PB"),
        doi=record.first("DO") or doi_in(address),
        arxiv_id=arxiv_in(address) or arxiv_in(note),
        url=address,
        files=_paths(record.all("L1")),
        status=_status(record, "M3", "ST", "KW", "C1", "N1"),
    )


def _status(record: _Record, *tags: str) -> str:
    """Notes that are "Retracted" or begin so; words inside of longer ones say nothing."""
    said = (text for tag in tags for text in record.all(tag))
    return next((text for text in said if _SAYS_STATUS.match(text)), "")


def _people(record: _Record) -> list[str]:
    return next((names for tag in ("AU", "A1", "A2", "ED") if (names := record.all(tag))), [])


def _split_people(values: list[str]) -> list[str]:
    """One name a tag is the rule; some exports print all of them after one."""
    return [name for value in values for name in re.split(r"\s*;\s*|\s+and\s+", value) if name]


def _fullest(record: _Record, *tags: str) -> str:
    """The date that says most among those that agree on the year."""
    dates = [found for tag in tags for text in record.all(tag) if (found := iso_date(text))]
    return max((d for d in dates if d[:4] == dates[0][:4]), key=len, default="")


def _paths(values: list[str]) -> list[str]:
    """File names beside the export; addresses and paths of other machines are none."""
    strange = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://|[A-Za-z]:|[/\\]|internal-pdf")
    return [name for name in values if name and not strange.match(name)]


def _nbib(record: _Record) -> Entry:
    names = record.all("FAU") or [initials_turned(name) for name in record.all("AU")]
    identifiers = record.all("LID") + record.all("AID")
    return Entry(
        title=record.first("TI", "BTI", "TT").strip("[]"),
        authors=names + record.all("CN"),
        date=record.first("DP", "DEP", "EDAT"),
        abstract=record.first("AB", "OAB"),
        venue=record.first("JT", "TA"),
        doi=next((i for i in identifiers if "[doi]" in i), ""),
        status="retracted" if record.all("RIN") else _status(record, "PT", "MH"),
    )


def _web_of_science(record: _Record) -> Entry:
    names = record.lines("AF") or [initials_turned(name) for name in record.lines("AU", "BE")]
    return Entry(
        title=record.first("TI"),
        authors=names + record.lines("CA"),
        date=f"{record.first('PD')} {record.first('PY')}",
        abstract=record.first("AB"),
        venue=record.first("SO", "J9", "JI"),
        doi=record.first("DI", "D2"),
        status=_status(record, "DT"),
    )


def _refer(record: _Record) -> Entry:
    return Entry(
        title=record.first("T"),
        authors=record.all("A") or record.all("E"),
        date=f"{record.first('8')} {record.first('D')}" if record.first("D") else record.first("8"),
        abstract=record.first("X"),
        venue=record.first("J", "B", "I"),
        doi=record.first("R"),
        url=record.first("U"),
        files=_paths(record.all(">")),
    )


_SAYS_STATUS = re.compile(r"\W*(?:retracted|withdrawn)\b", re.IGNORECASE)
_RIS_LINE = re.compile(r"\s{0,3}([A-Z][A-Z0-9])\s{1,2}-(?:\s(.*)|())$")
_NBIB_LINE = re.compile(r"([A-Z]{2,4}) {0,2}-(?:\s(.*)|())$")
DIALECTS = (
    Dialect("ris", re.compile(r"\s{0,3}([A-Z][A-Z0-9])\s{1,2}- ?(.*)$"), "TY", "ER", _ris,
            re.compile(r"\s*TY\s{1,2}-")),
    Dialect("nbib", re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)$"), "PMID", "", _nbib,
            re.compile(r"PMID ?-")),
    Dialect("wos", re.compile(r"([A-Z][A-Z0-9])(?: (.*)|())$"), "PT", "ER", _web_of_science,
            re.compile(r"(?:FN (?:Clarivate|ISI|Thomson)|PT [JBSPC]$)")),
    Dialect("refer", re.compile(r"%([A-Z0-9@>]) ?(.*)$"), "0", "", _refer,
            re.compile(r"%0 \w")),
)  # fmt: skip
