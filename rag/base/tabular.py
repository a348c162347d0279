"""Tables of Markdown in which no text of a paper is markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~$!])")


def markdown_table(heads: Iterable[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Heads across, and down each row's name with its cells, which are Markdown already."""
    top = ["", *(f"**{plain_markdown(head)}**" for head in heads)]
    lines = [top, ["---"] * len(top)]
    lines += [[f"**{plain_markdown(name)}**", *cells] for name, cells in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def plain_markdown(text: str) -> str:
    """A text on one line in which Markdown finds no markup and no border of a cell."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
