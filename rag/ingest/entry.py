"""One entry of a bibliography: loose fields as a file prints them, made into a `Paper`.

Every reader of a format fills an `Entry`; what makes a date, an identifier or a name right is
decided here, once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rag.base.text import clean_line, clean_text, fold
from rag.base.types import Failure, Paper, Source
from rag.index.names import parse_name

MAX_CHARS = {"title": 3_000, "venue": 3_000, "abstract": 2_000_000, "author": 500}
MAX_AUTHORS = 10_000  # the largest collaborations have about five thousand
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)((?:1[5-9]|20)\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[\s-]+{_MONTH}", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH}(?:\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?", re.IGNORECASE)
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>{}|\\^`]+")
_OLD_SUBJECTS = r"[a-z][a-z-]{1,9}(?:\.[A-Z]{2})?"
ARXIV = re.compile(
    rf"(?<!\d)(?<!\d\.)(\d{{4}}\.\d{{4,5}}|{_OLD_SUBJECTS}/\d{{7}})(?:v\d{{1,3}})?(?![\d])",
    re.IGNORECASE,
)
_ARXIV_SAID = re.compile(r"arxiv|abs/|pdf/", re.IGNORECASE)
_OTHERS = {"others", "et al", "et al.", "and others", "...", "…"}
_SUFFIX = re.compile(r"(?:jr|sr|i{2,3}|iv)\.?", re.IGNORECASE)
_GLUED_INITIALS = re.compile(r"(.+?),?\s+((?:[^\W\d_a-z]\.?-?){1,4})")


_STATUS = re.compile(r"\b(?:retracted|withdrawn)\b", re.IGNORECASE)
_NOTICE = re.compile(
    r"(?:this|the) (?:paper|article|submission|manuscript|preprint|work) (?:has been|was|is)"
    r" (?:retracted|withdrawn)\b",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"^\W{0,2}(?:this )?(?:(?:article|paper) )?(?:has been )?(?:retracted|withdrawn)"
    r"(?: (?:article|paper|chapter|manuscript))?\W{0,2}\s*[:\]\)\N{EM DASH}-]+\s*"
    r"|\s*[\[(](?:retracted|withdrawn)(?: (?:article|paper))?[^\])]{0,40}[\])]\s*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Entry:
    """What a file says of one paper. `files` are paths that it names; nothing is opened."""

    title: str = ""
    authors: list[str] = field(default_factory=list)
    more_authors: bool = False
    date: str = ""
    abstract: str = ""
    venue: str = ""
    doi: str = ""
    arxiv_id: str = ""
    url: str = ""
    category: str = ""
    files: list[str] = field(default_factory=list)
    status: str = ""  # words that may say that the paper was retracted or withdrawn


def status_in(text: str) -> str | None:
    """The word "retracted" or "withdrawn", where words of a record say so of its paper."""
    said = _STATUS.search(text)
    return (
        None if said is None else "retracted" if "retract" in said.group().lower() else "withdrawn"
    )


def without_status(title: str) -> tuple[str, str | None]:
    """A title without the mark that publishers put before or behind it, and what that says."""
    bare = _MARK.sub("", title).strip()
    if bare == title.strip() or not bare:
        return title, None
    return bare, status_in(title)


def papers_of(entry: Entry, place: Source) -> Iterator[Paper | Failure]:
    """The paper of an entry, or the reason why there is none; a bad file name is told besides."""
    problem = _problem(entry)
    if problem:
        yield Failure(place.origin, place.where, problem)
        return
    files: list[str] = []
    strays: list[str] = []
    for name in entry.files:
        (strays if _leaves_folder(name) else files).append(clean_line(name))
    yield _paper(entry, place, files)
    for name in strays:
        reason = f"names a file outside of its folder, which was left out: {name[:80]}"
        yield Failure(place.origin, place.where, reason)


def names_of(printed: Iterable[str]) -> tuple[list[str], bool]:
    """(names with the given name first, whether more are said to follow)."""
    names: list[str] = []
    more = False
    for name in printed:
        plain = clean_line(name).strip(" ;,")
        if plain.casefold() in _OTHERS:
            more = True
            continue
        cut = re.sub(r",?\s+et\.? al\.?$", "", plain)
        more = more or cut != plain
        if any(c.isalnum() for c in cut):
            names.append(given_first(cut))
    return names, more


def given_first(printed: str) -> str:
    """A name as it is said: "Rosie Zhao" for "Zhao, Rosie".

    A family name of two words keeps its comma: turned, it would not be told apart.
    """
    family, *rest = (part.strip() for part in printed.split(","))
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    given = " ".join(part for part in rest if part and part not in suffixes)
    if not given:
        return " ".join([family, *suffixes])
    turned = " ".join([given, family, *suffixes])
    return turned if parse_name(turned).family == fold(family) else f"{family}, {given}"


def initials_turned(printed: str) -> str:
    """The names "Smith JA" and "Smith J.A." as "Smith, J. A."; other names as they are."""
    found = _GLUED_INITIALS.fullmatch(printed.strip())
    if not found or not any(c.islower() for c in found.group(1)):
        return printed
    initials = re.sub(r"([^\W\d_])\.?", r"\1. ", found.group(2)).replace(" -", "-").strip()
    return f"{found.group(1)}, {initials}"


def iso_date(printed: str) -> str | None:
    """The ISO date of "2024-05-28", "28 May 2024", "2024 Jan-Feb" or "2024", as far as it goes."""
    text = printed.strip()
    iso = _ISO.search(text)
    if iso:
        return _joined(iso.group(1), int(iso.group(2)), int(iso.group(3) or 0))
    year = _YEAR.search(text)
    if not year:
        return None
    rest = f"{text[: year.start()]} {text[year.end() :]}"
    day_first = _DAY_FIRST.search(rest)
    if day_first:
        return _joined(year.group(), _month(day_first.group(2)), int(day_first.group(1)))
    month_first = _MONTH_FIRST.search(rest)
    if month_first:
        return _joined(year.group(), _month(month_first.group(1)), int(month_first.group(2) or 0))
    return year.group()


def doi_in(text: str) -> str:
    """The first DOI of a text, without the address before it."""
    found = _DOI.search(text)
    return found.group().rstrip(".,;)") if found else ""


def arxiv_in(text: str) -> str:
    """The arXiv identifier of an address or of "arXiv:2401.00001v2", without its version."""
    if not _ARXIV_SAID.search(text):
        return ""
    found = ARXIV.search(text)
    return found.group(1) if found else ""


def is_arxiv_id(line: str) -> bool:
    """Whether a line is an arXiv identifier and nothing else."""
    bare = re.sub(r"(?i)^\s*(?:arxiv:\s*|https?://arxiv\.org/(?:abs|pdf)/)|\.pdf\s*$", "", line)
    return bool(ARXIV.fullmatch(bare.strip()))


def _problem(entry: Entry) -> str | None:
    if not _says_something(entry.title) and not _says_something(entry.abstract):
        return "has neither a title nor an abstract"
    for name, limit in MAX_CHARS.items():
        texts = entry.authors if name == "author" else [getattr(entry, name)]
        if any(len(text) > limit for text in texts):
            return f"its {name} is longer than {limit:,} characters"
    if len(entry.authors) > MAX_AUTHORS:
        return f"has more than {MAX_AUTHORS:,} authors"
    return None


def _paper(entry: Entry, place: Source, files: list[str]) -> Paper:
    authors, more = names_of(entry.authors)
    said = clean_line(entry.title).rstrip(" .") if _says_something(entry.title) else ""
    title, status = without_status(said)
    url = clean_line(entry.url)
    doi = doi_in(entry.doi) or doi_in(url)
    arxiv_id = entry.arxiv_id or arxiv_in(f"arXiv {url}" if "arxiv" in url else "")
    if doi.lower().startswith("10.48550/arxiv."):
        arxiv_id = arxiv_id or arxiv_in(doi)
    return Paper(
        id="",
        title=title,
        authors=tuple(authors),
        more_authors=more or entry.more_authors,
        date=iso_date(entry.date),
        abstract=clean_text(entry.abstract),
        venue=clean_line(entry.venue) or None,
        category=clean_line(entry.category) or None,
        doi=doi or None,
        arxiv_id=arxiv_id or None,
        url=url if url.lower().startswith(("http://", "https://")) else None,
        status=status or status_in(entry.status) or _said_at_first(entry.abstract),
        sources=(place, *(Source("file", name, place.where) for name in files)),
    )


def _said_at_first(abstract: str) -> str | None:
    """What an abstract says that is nothing but a notice: "This paper has been withdrawn by …"."""
    notice = _NOTICE.match(abstract.strip())
    return status_in(notice.group()) if notice else None


def _says_something(text: str) -> bool:
    return any(c.isalnum() for c in text)


def _leaves_folder(name: str) -> bool:
    return ".." in PurePosixPath(name.replace("\\", "/")).parts or "\0" in name


def _joined(year: str, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        return year
    return (
        f"{year}-{month:02}-{day:02}"
        if 1 <= day <= _days(int(year), month)
        else f"{year}-{month:02}"
    )


def _days(year: int, month: int) -> int:
    from calendar import monthrange

    return monthrange(year, month)[1]


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1
