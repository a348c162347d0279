"""The text of a paper beyond its abstract, with the pages and sections on which it stands."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

GAP = "\n\n"  # between the abstract and the body, and between paragraphs


@dataclass(frozen=True, slots=True)
class Body:
    """The running text of a paper.

    `pages` and `sections` are (offset into `text`, what begins there), in order; the first of each
    is at 0. `original` is the sha256 of the file that it was read from, as the library keeps it.
    """

    text: str
    pages: tuple[tuple[int, int], ...] = ()
    sections: tuple[tuple[int, str], ...] = ()
    original: str = ""

    def page(self, offset: int) -> int | None:
        """The page on which the letter at an offset stands, counted from 1."""
        at = bisect.bisect_right(self.pages, offset, key=lambda page: page[0]) - 1
        return self.pages[at][1] if at >= 0 else None

    def section(self, offset: int) -> str:
        """The heading under which the letter at an offset stands; empty before the first."""
        at = bisect.bisect_right(self.sections, offset, key=lambda section: section[0]) - 1
        return self.sections[at][1] if at >= 0 else ""


def body_start(abstract: str) -> int:
    """Where the body begins in the whole text of a paper."""
    return len(abstract) + len(GAP) if abstract else 0


def whole_text(abstract: str, body: str | None) -> str:
    """The whole text of a paper: the abstract, then the body if there is one."""
    if not body:
        return abstract
    return f"{abstract}{GAP}{body}" if abstract else body
