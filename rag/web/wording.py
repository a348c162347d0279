"""Numbers in words, written the same way on every screen."""

from __future__ import annotations


def papers_in_words(count: int) -> str:
    """A number of papers as the screens write it: "1 paper", "5,000 papers"."""
    return "1 paper" if count == 1 else f"{count:,} papers"


def duration(seconds: float) -> str:
    """Seconds as one reads them: "12 s", "3 min", "1.5 h"."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
