"""Lines of a paper → paragraphs of running text under their headings.

Left out are what repeats at the head and foot of pages, page numbers, formulas and tables, the list
of references, and print inside figures. A sentence that goes on behind a figure, in the next column
or on the next page is put together again, and so are words cut at the end of a line.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rag.base.text import clean_line
from rag.ingest.columns import Line
from rag.ingest.headings import (
    is_appendix,
    is_heading,
    is_opening,
    is_references,
    without_number,
)

_MARGIN = 0.09  # of the height of a page, where heads and feet stand
_INNER = 0.12  # and from where on even the outermost line of a page is text
_REPEATED = 3  # pages on which the same line makes it a head or foot
_PAGE_NUMBER = re.compile(r"^(?:page\s+)?[\W_]*(?:\d{1,5}|[ivxl]{1,6})[\W_]*(?:of\s+\d+)?$", re.I)
_FIRST_FOOT = re.compile(
    r"©|\(c\) ?\d{4}|copyright|permission to make|all rights reserved|proceedings of|"
    r"creative commons|personal or classroom|association for computational|"
    r"arxiv:\d|downloaded from|\bdoi\b|"
    r"preprint\. |under review|conference on|\bissn\b|\bisbn\b",
    re.IGNORECASE,
)
_CAPTION = re.compile(
    r"^(?:fig(?:ure|\.)?|table|tab\.|algorithm|listing|scheme)\s*[\dIVXA-H]", re.I
)
_SMALL = 0.93  # times the usual size: notes and captions
_WORD = re.compile(r"[^\W\d_]{2,}")
_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SENTENCE_END = (".", "!", "?", ":", ".”", '."', ".)", ".’", "?”", ";")
_SOFT = "\u00ad"
_LEAST_WORDS = 5  # of a paragraph that is text


@dataclass(slots=True)
class Paragraph:
    """Running text; `starts` are (offset, page) of the first letter on each page it stands on."""

    text: str
    section: str
    starts: list[tuple[int, int]] = field(default_factory=list)


class Words:
    """The words of a paper as it prints them inside of lines, to mend those cut at line ends."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known: Counter[str] = Counter()
        for line in lines:
            tokens = _TOKEN.findall(line.text)
            whole = tokens[:-1] if line.text.endswith(("-", _SOFT)) else tokens
            self._known.update(token.lower() for token in whole[1:])

    def joined(self, head: str, tail: str) -> str:
        """The word that begins with `head`, at the end of a line, and ends with `tail`."""
        before = re.split(r"[^\w-]", head)[-1].lower()
        after = re.split(r"[^\w-]", tail, maxsplit=1)[0].lower()
        return f"{head}{'-' if self._keeps(before, after, tail) else ''}{tail}"

    def _keeps(self, before: str, after: str, tail: str) -> bool:
        """Whether the hyphen belongs to the word."""
        if not before or not after or not tail[0].islower() or not before[-1].isalpha():
            return True
        if self._known[before + after]:
            return False
        if self._known[f"{before}-{after}"] or "-" in before or "-" in after:
            return True
        return min(len(before), len(after)) > 2 and bool(self._known[before] and self._known[after])


def joined_lines(texts: Sequence[str], words: Words) -> str:
    """Lines of one paragraph as running text."""
    text = ""
    for line in texts:
        text = _appended(text, line, words)
    return clean_line(text.replace(_SOFT, ""))


def _appended(text: str, line: str, words: Words) -> str:
    line = line.strip()
    if not text or not line:
        return text or line
    if text.endswith(_SOFT) or (text.endswith("-") and text[-2:-1].isalpha()):
        return words.joined(text[:-1], line)
    return f"{text} {line}"


# --- what is text -------------------------------------------------------------------------------


def without_margins(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> list[list[Line]]:
    """The lines of each page without heads, feet and page numbers."""
    seen: Counter[str] = Counter()
    for lines, height in zip(pages, heights, strict=True):
        seen.update({_shape(line.text) for line in lines if _is_outer(line, lines, height)})
    least = min(_REPEATED, max(2, len(pages) // 2 + 1))
    return [
        [line for line in lines if not _is_margin(line, lines, height, seen, least)]
        for lines, height in zip(pages, heights, strict=True)
    ]


def _shape(text: str) -> str:
    return re.sub(r"\d+|\b[ivxl]+\b", "#", text.lower()).strip()


def _is_outer(line: Line, lines: Sequence[Line], height: float) -> bool:
    """Whether a line stands at the head or foot of a page, or is among its outermost."""
    if line.y < _MARGIN * height or line.y > (1 - _MARGIN) * height:
        return True
    if _INNER * height < line.y < (1 - _INNER) * height:
        return False
    ys = sorted(other.y for other in lines)
    return line.y <= ys[min(1, len(ys) - 1)] or line.y >= ys[max(-2, -len(ys))]


def _is_margin(
    line: Line, lines: Sequence[Line], height: float, seen: Counter[str], least: int
) -> bool:
    if not _is_outer(line, lines, height):
        return False
    text = line.text.strip()
    if _PAGE_NUMBER.match(text) or seen[_shape(text)] >= least:
        return True
    at_edge = line.y < _MARGIN * height or line.y > (1 - _MARGIN) * height
    return at_edge and bool(_FIRST_FOOT.search(text))


def _is_prose(text: str) -> bool:
    """Whether a paragraph says something in words: no formula, table or label of a figure."""
    tokens = [token for token in text.split() if "://" not in token and "www." not in token]
    found = _WORD.findall(" ".join(tokens))
    letters = sum(map(len, found))
    if len(found) < _LEAST_WORDS or 1.7 * letters < sum(map(len, tokens)):
        return False
    small = sum(word[0].islower() for word in found)
    return 2 * len(found) > len(tokens) and 2.5 * small > len(found)


# --- paragraphs ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Block:
    lines: list[Line]
    kind: str  # "text", "note" or "heading"
    section: str = ""

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


def paragraphs(lines: Sequence[Line], usual: float, words: Words) -> list[Paragraph]:
    """The paragraphs of a paper's text in order, without its references."""
    made = []
    for block in _mended(list(_in_sections(_blocks(lines, usual)))):
        paragraph = _paragraph(block, words)
        if _is_prose(paragraph.text):
            made.append(paragraph)
    return made


def _blocks(lines: Sequence[Line], usual: float) -> Iterator[_Block]:
    leading = _leading(lines)
    edges = _edges(lines)
    held: _Block | None = None
    for line in lines:
        kind = _kind(line, usual)
        last = held.lines[-1] if held else None
        if held and last and _goes_on(held, line, kind, leading, edges):
            held.lines.append(line)
            continue
        if held:
            yield held
        held = _Block([line], kind)
    if held:
        yield held


def _kind(line: Line, usual: float) -> str:
    if is_heading(line, usual):
        return "heading"
    return "note" if line.size < _SMALL * usual or _CAPTION.match(line.text) else "text"


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance from line to line, in points."""
    steps = [
        b.y - a.y
        for a, b in itertools.pairwise(lines)
        if a.page == b.page and a.column == b.column and 0 < b.y - a.y < 40
    ]
    return statistics.median(steps) if steps else 12.0


def _edges(lines: Sequence[Line]) -> dict[tuple[int, int], float]:
    """Where the lines of each column of each page usually begin."""
    starts: dict[tuple[int, int], list[float]] = {}
    for line in lines:
        starts.setdefault((line.page, line.column), []).append(round(line.x0))
    return {place: statistics.mode(values) for place, values in starts.items()}


def _goes_on(
    held: _Block, line: Line, kind: str, leading: float, edges: dict[tuple[int, int], float]
) -> bool:
    last = held.lines[-1]
    if kind == "heading" or held.kind == "heading":
        both = kind == held.kind and abs(line.size - last.size) < 0.3 and line.bold == last.bold
        return both and line.page == last.page and 0 < line.y - last.y < 1.5 * line.size
    if kind != held.kind and not (held.kind == "note" and line.size < last.size * 1.04):
        return False
    if _CAPTION.match(line.text) or (line.page, line.column) != (last.page, last.column):
        return False
    if not 0 <= line.y - last.y < 1.45 * max(leading, line.size * 1.05):
        return False
    indent = line.x0 - edges[line.page, line.column]
    is_indented = 0.7 * line.size < indent < 4 * line.size and abs(line.x0 - last.x0) > 2
    return not (is_indented and last.text.rstrip().endswith(_SENTENCE_END))


def _in_sections(blocks: Iterable[_Block]) -> Iterator[_Block]:
    """The blocks with the heading they stand under; references are skipped."""
    section, skipping = "", False
    for block in blocks:
        text = block.text.strip()
        if block.kind != "heading" and not is_references(text) and not is_opening(text):
            if not skipping:
                block.section = section
                yield block
            continue
        if is_references(text):
            skipping = True
        elif not skipping or is_appendix(text):
            skipping = False
            section = without_number(clean_line(text))


def _mended(blocks: list[_Block]) -> Iterator[_Block]:
    """Paragraphs cut by the end of a column or by a figure, put together again."""
    taken: set[int] = set()
    for i, block in enumerate(blocks):
        if i in taken:
            continue
        j = i
        while block.kind == "text" and not _is_done(block.lines[-1]):
            j = next((n for n in range(j + 1, min(j + 9, len(blocks))) if _may_go_on(blocks[n])), 0)
            if not j or j in taken or not _continues(block, blocks[j]):
                break
            taken.add(j)
            block.lines += blocks[j].lines
        yield block


def _is_done(line: Line) -> bool:
    return line.text.rstrip().endswith(_SENTENCE_END)


def _may_go_on(block: _Block) -> bool:
    return block.kind == "text" and len(block.text) > 15


def _continues(block: _Block, other: _Block) -> bool:
    """Whether a paragraph goes on with another: same look, and no new beginning."""
    last, first = block.lines[-1], other.lines[0]
    if abs(last.size - first.size) > 0.06 * last.size or other.section != block.section:
        return False
    same_column = (last.page, last.column) == (first.page, first.column)
    cut = last.text.endswith(("-", _SOFT))
    return cut or first.text[:1].islower() or not same_column


def _paragraph(block: _Block, words: Words) -> Paragraph:
    text = ""
    starts: list[tuple[int, int]] = []
    for line in block.lines:
        before = len(text)
        text = _appended(text, clean_line(line.text), words)
        if not starts or starts[-1][1] != line.page:
            starts.append((max(0, before), line.page))
    return Paragraph(clean_line(text.replace(_SOFT, "")), block.section, starts)
