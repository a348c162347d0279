"""The sheet that archives put before a paper: what it says, and whether a page is one.

Its print is the archive's and not the paper's: no abstract, and the day of the deposit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.ingest.columns import Line
from rag.ingest.headings import is_abstract

_OF_AN_ARCHIVE = re.compile(
    r"to cite this (?:version|article|document)|multi-?disciplinary open access|"
    r"copyright and moral rights|general rights|downloaded from (?:orbit|the)|"
    r"citation for published version|link to publication|link to published version|"
    r"your use of the jstor|stable url|see discussions, stats, and author profiles|"
    r"this paper is included in the proceedings|view metadata, citation and similar|"
    r"repository (?:copy|url)|version of record|take down policy|document version",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"^(?:to cite this (?:version|article|document)|citation for published version|"
    r"citation \(apa\)|how to cite)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\d\-/.])(?:19|20)\d\d(?![\d/]|-\d{3})")
_MOST_LINES, _CITATION_LINES = 60, 7
_PUBLICATION = re.compile(r"^publication date", re.IGNORECASE)


def is_cover(lines: Sequence[Line]) -> bool:
    """Whether the lines of a first page are a sheet put before the paper."""
    if len(lines) > _MOST_LINES or any(is_abstract(line.text) for line in lines):
        return False
    return any(_OF_AN_ARCHIVE.search(line.text) for line in lines)


def year_of(lines: Sequence[Line]) -> str:
    """The year in the citation that a sheet prints; "" if it prints none."""
    for i, line in enumerate(lines):
        if _PUBLICATION.match(line.text):
            return next(iter(_years(lines[i : i + 2])), "")
        if _CITED.match(line.text):
            years = _years(lines[i : i + _CITATION_LINES])
            return years[-1] if years else ""
    return ""


def _years(lines: Sequence[Line]) -> list[str]:
    """Years in a few lines, up to where another entry begins."""
    found: list[str] = []
    for line in lines:
        if re.match(r"(?:hal id|document|submitted|https?:)", line.text, re.IGNORECASE):
            break
        found += _YEAR.findall(line.text)
    return found
