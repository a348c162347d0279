"""References as they are printed: four common styles, and any style of the user's as a CSL file.

The four are written here for what a record holds: people, year, title, venue, identifiers. A CSL
file is run by `citeproc-py`, which is an extra.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.base.errors import QuestionError
from rag.base.types import Paper
from rag.cite.people import initials, listed, parts, turned

_MAX_STYLE = 2_000_000  # bytes; the longest style there is has a tenth of it
_MONTHS = (
    "January February March April May June July August September October November December".split()
)


def references(papers: Sequence[Paper], style: str) -> str:
    """The papers as references in one of `STYLES`, one a paragraph."""
    line = STYLES[style]
    return "".join(f"{line(paper, i)}\n" for i, paper in enumerate(papers, start=1))


def by_csl(items: list[dict[str, Any]], path: str) -> str:
    """Items of CSL-JSON as references in the style of a CSL file, one a paragraph.

    Raises:
        QuestionError: the file cannot be read or is no style, or citeproc-py is not installed.
    """
    try:
        from citeproc import CitationStylesBibliography, CitationStylesStyle, formatter
        from citeproc.source.json import CiteProcJSON
    except ImportError as error:
        told = "Styles in CSL files need citeproc-py: pip install 'askpapers[csl]'."
        raise QuestionError(told) from error
    _require_plain(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about parts of a style that it does not know
            style = CitationStylesStyle(str(Path(path).expanduser()), validate=False)
            source = CiteProcJSON(items)
            bibliography = CitationStylesBibliography(style, source, formatter.plain)
            _register(bibliography, items)
            lines = [str(entry).strip() for entry in bibliography.bibliography()]
    except Exception as error:
        raise QuestionError(f"The style {path} cannot be used: {error}.") from error
    return "".join(f"{line}\n" for line in lines)


def _register(bibliography: Any, items: list[dict[str, Any]]) -> None:
    from citeproc import Citation, CitationItem

    for item in items:
        bibliography.register(Citation([CitationItem(str(item["id"]).lower())]))


def _require_plain(path: str) -> None:
    """A style is small XML without entities of its own."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        data = Path(path).expanduser().read_bytes()
        if len(data) > _MAX_STYLE:
            raise QuestionError(f"The style {path} is larger than {_MAX_STYLE:,} bytes.")
        root = fromstring(data)
    except OSError as error:
        raise QuestionError(f"The style {path} cannot be read: {error.strerror}.") from error
    except (ParseError, DefusedXmlException) as error:
        raise QuestionError(f"The style {path} is not a CSL file.") from error
    if not root.tag.endswith("}style"):
        raise QuestionError(f"The style {path} is not a CSL file.")


# --- the four styles -----------------------------------------------------------------------------


def _apa(paper: Paper, _: int) -> str:
    people = [_family_first(name) for name in paper.authors]
    if len(people) > 20:
        who = ", ".join([*people[:19], "…"]) + f" {people[-1]}"
    elif paper.more_authors:
        who = ", ".join([*people, "et al."])
    else:
        who = listed(people, last="&") if len(people) != 2 else f"{people[0]}, & {people[1]}"
    year = f"({paper.year or 'n.d.'})"
    return _sentence(f"{who} {year}" if who else "", paper.name, "" if who else year,
                     paper.venue, _link(paper))  # fmt: skip


def _ieee(paper: Paper, number: int) -> str:
    people = [_initials_first(name) for name in paper.authors]
    if paper.more_authors or len(people) > 6:
        who = f"{people[0]} et al." if len(people) > 6 else f"{', '.join(people)} et al."
    else:
        who = listed(people, last="and")
    tail = [part for part in (paper.venue, str(paper.year or ""), _identifier(paper)) if part]
    title = f"“{_ended(paper.name, ',') if tail else _ended(paper.name, '.')}”"
    head = f"[{number}] " + (f"{who}, " if who else "")
    return f"{head}{title} {_ended(', '.join(tail), '.')}".strip()


def _acm(paper: Paper, number: int) -> str:
    people = [" ".join(filter(None, parts(name))) for name in paper.authors]
    who = ", ".join([*people, "et al"]) if paper.more_authors else listed(people, last="and")
    year = str(paper.year or "n.d.")
    place = f"In {paper.venue}" if _is_meeting(paper) else paper.venue
    return f"[{number}] " + _sentence(who, year, paper.name, place, _link(paper))


def _chicago(paper: Paper, _: int) -> str:
    names = list(paper.authors)
    if paper.more_authors or len(names) > 10:
        who = ", ".join([turned(names[0]), *names[1 : 7 if len(names) > 10 else None], "et al"])
    else:
        who = listed([turned(name) if i == 0 else name for i, name in enumerate(names)], last="and")
    title = f"“{_ended(paper.name, '.')}”"
    place = _ended(f"{paper.venue}{_in_brackets(paper)}", ".") if paper.venue else ""
    year = _ended(str(paper.year or "n.d."), ".")
    said = [_ended(who, ".") if who else "", year, title, place, _ended(_link(paper), ".")]
    return " ".join(part for part in said if part)


STYLES: dict[str, Callable[[Paper, int], str]] = {
    "apa": _apa,
    "ieee": _ieee,
    "acm": _acm,
    "chicago": _chicago,
}


def _family_first(name: str) -> str:
    given, family = parts(name)
    return f"{family}, {initials(given)}" if given else family


def _initials_first(name: str) -> str:
    given, family = parts(name)
    return f"{initials(given)} {family}" if given else family


def _is_meeting(paper: Paper) -> bool:
    venue = (paper.venue or "").lower()
    return any(word in venue for word in ("proc", "conference", "workshop", "symposium"))


def _in_brackets(paper: Paper) -> str:
    """The month, where it is known: " (May)"."""
    month = (paper.date or "")[5:7]
    return f" ({_MONTHS[int(month) - 1]})" if month else ""


def _identifier(paper: Paper) -> str:
    if paper.doi:
        return f"doi: {paper.doi}"
    return f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else paper.url or ""


def _link(paper: Paper) -> str:
    if paper.doi:
        return f"https://doi.org/{paper.doi}"
    return f"https://arxiv.org/abs/{paper.arxiv_id}" if paper.arxiv_id else paper.url or ""


def _sentence(*said: str | None) -> str:
    """Parts, each closed with a stop but for an address, which a stop would break."""
    return " ".join(part if "://" in part else _ended(part, ".") for part in said if part)


def _ended(text: str, mark: str) -> str:
    return text if not text or text[-1] in ".?!…" or "://" in text else f"{text}{mark}"
