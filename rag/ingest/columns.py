"""Pieces of a page → its lines in the order in which a person reads them, column by column.

Geometry decides and not the order of the file, in which columns may be interleaved. A page is cut
where a blank strip runs down its middle, or between notes at its side and the text; what crosses
the strip (a title, a wide figure's caption) divides the page into bands, and in each band the left
column comes before the right one. Bands and columns are cut again where they have strips too.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.ingest.glyphs import Page
from rag.ingest.pieces import Piece, composed

_MIDDLE = (0.3, 0.7)  # of the width of the text, where the strip between columns lies
_STRIP = 5.0  # points; narrower gaps are those between words
_SLACK = 6.0  # points by which a formula may stick out into the strip
_EACH_SIDE = 5  # lines that make a column
_FEW = 2  # ... that make one where other pages have it
_LEAST_SHARE = 0.5  # of the lines of a page that its columns hold, with those that cross
_SIDE = (0.12, 0.5)  # of the width of the text, where text beside notes may begin
_TEXT_LINES, _NOTE_LINES = 8, 4  # lines that make the text beside notes, and the notes
_ALIGNED = 0.6  # share of notes on the lines of the text, from which they are cells of a table
_COUNTED = 8  # numbers one after the other that count the lines of a page
_DEEPEST = 3  # cuts one inside the other
_NARROWEST = 220.0  # points; a column has this width if it is to be cut again


@dataclass(slots=True)
class Line:
    """One line of one column; `pieces` from left to right. y grows downwards, in points."""

    page: int
    column: int  # 0 where the page has one, or the line crosses all; else a number of its own
    pieces: list[Piece] = field(default_factory=list)

    @property
    def x0(self) -> float:
        """Where it begins."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Where it ends."""
        return max(piece.x1 for piece in self.pieces)

    @property
    def main(self) -> Piece:
        """The piece with the most letters, which tells the look of the line."""
        return max(self.pieces, key=lambda piece: len(piece.text))

    @property
    def y(self) -> float:
        """The line on which its letters stand."""
        return self.main.y

    @property
    def size(self) -> float:
        """Size of most of its letters, in points."""
        return self.main.size

    @property
    def bold(self) -> bool:
        """Whether most of its letters are bold."""
        letters = sum(len(piece.text) for piece in self.pieces)
        return 2 * sum(len(piece.text) for piece in self.pieces if piece.bold) > letters

    @property
    def text(self) -> str:
        """What it says, with raised signs as `said` gives them."""
        return joined(self.pieces)


def joined(pieces: Sequence[Piece]) -> str:
    """Pieces of one line as text, with a space where there is a gap."""
    parts: list[str] = []
    for i, piece in enumerate(pieces):
        if i and piece.x0 - pieces[i - 1].x1 > 0.12 * piece.size:
            parts.append(" ")
        parts.append(said(piece))
    return composed("".join(parts).strip())


def said(piece: Piece) -> str:
    """The words of a piece: powers with "^", and no marks of footnotes and references."""
    out: list[str] = []
    for text, script in _runs(piece):
        if script != "^":
            out.append(text)
        elif _is_power("".join(out), text):
            out.append(f"^{text.strip()}")
        elif text.endswith(" ") or text.startswith(" "):
            out.append(" ")
    return "".join(out)


def _runs(piece: Piece) -> Iterator[tuple[str, str]]:
    start = 0
    for i in range(1, len(piece.text) + 1):
        if i == len(piece.text) or piece.scripts[i] != piece.scripts[start]:
            yield piece.text[start:i], piece.scripts[start]
            start = i


def _is_power(before: str, raised: str) -> bool:
    """Whether raised signs belong to a number or a quantity: "10^5", "cm^2", "x^T"."""
    if not before or before[-1].isspace():
        return False
    last = before.rsplit(maxsplit=1)[-1]
    if last.isalpha() and len(last) == 1:
        return True
    has_letters = any(c.isalnum() for c in raised)
    return has_letters and (before[-1].isdigit() or (last.isalpha() and len(last) == 2))


def lines_of_all(pages: Sequence[Page]) -> list[list[Line]]:
    """The lines of each page in the order of reading.

    Pages with little of the text, the first above all, are cut where most others are.
    """
    strips = [_strip(page.pieces) for page in pages]
    middles = Counter(round(sum(strip) / 20) for strip in strips if strip)
    [(middle, count)] = middles.most_common(1) or [(0, 0)]
    usual = next((s for s in strips if s and round(sum(s) / 20) == middle), None)
    return [lines_of(page, usual if count > 1 else None) for page in pages]


def lines_of(page: Page, usual: tuple[float, float] | None = None) -> list[Line]:
    """The lines of a page in the order of reading; `usual` is the strip of other pages."""
    pieces = [piece for piece in page.pieces if piece.text.strip()]
    pieces = _without_line_numbers(pieces)
    if usual and not _strip(pieces) and _fits(pieces, usual):
        return _joined_cuts(pieces, usual, page.number, 0, 0)
    return _cut(pieces, page.number, 0, 0)


def _fits(pieces: Sequence[Piece], strip: tuple[float, float]) -> bool:
    """Whether a few lines of a page stand on both sides of a strip, close to it."""
    left, right = strip
    both = 0
    for row in _rows(pieces):
        ends = any(left - 3 * _SLACK <= piece.x1 <= left + _SLACK for piece in row)
        both += ends and any(right - _SLACK <= piece.x0 <= right + 3 * _SLACK for piece in row)
    return both >= _FEW


def _without_line_numbers(pieces: list[Piece]) -> list[Piece]:
    """The pieces without the numbers that a manuscript has at its side, line by line."""
    numbers = [p for p in pieces if p.text.strip().isdecimal() and len(p.text.strip()) <= 4]
    if len(numbers) <= _COUNTED:
        return pieces
    edge = min(piece.x1 for piece in numbers)
    left, right = min(piece.x0 for piece in pieces), max(piece.x1 for piece in pieces)
    beside = sorted((p for p in numbers if abs(p.x1 - edge) < 15), key=lambda piece: piece.y)
    steps = [int(b.text) - int(a.text) for a, b in itertools.pairwise(beside)]
    usual = statistics.mode(steps) if steps else 0
    counted = usual in {1, 5} and steps.count(usual) >= max(_COUNTED, 0.8 * len(steps))
    at_side = edge < left + _SIDE[0] * (right - left)
    return [p for p in pieces if p not in beside] if counted and at_side else pieces


def _cut(pieces: Sequence[Piece], page: int, column: int, depth: int) -> list[Line]:
    """The lines of a page, a band or a column, which is cut again where it has columns itself."""
    strip = _strip_of(pieces, column, depth)
    if strip is None:
        return _lines(pieces, page, column)
    return _joined_cuts(pieces, strip, page, column, depth)


def _joined_cuts(
    pieces: Sequence[Piece], strip: tuple[float, float], page: int, column: int, depth: int
) -> list[Line]:
    """The lines of what a strip divides, part by part."""
    lines: list[Line] = []
    for side, band in _bands(pieces, strip):
        inner = side if depth == 0 else 3 * (column + 1) + side
        lines += _cut(band, page, inner, depth + 1)
    return lines


def _strip_of(pieces: Sequence[Piece], column: int, depth: int) -> tuple[float, float] | None:
    if depth >= _DEEPEST or len(pieces) < _TEXT_LINES:
        return None
    if depth == 0:
        return _strip(pieces) or _beside_notes(pieces)
    if column % 3 == 0:  # a band that crosses the columns around it
        return _beside_notes(pieces)
    width = max(piece.x1 for piece in pieces) - min(piece.x0 for piece in pieces)
    return (_strip(pieces) or _beside_notes(pieces)) if width > _NARROWEST else None


# --- columns -------------------------------------------------------------------------------------


def _strip(pieces: Sequence[Piece]) -> tuple[float, float] | None:
    """The blank strip between two columns, (left, right); None where there is one column."""
    wordy = [piece for piece in pieces if len(piece.text) > 3]
    if len(wordy) < 2 * _EACH_SIDE:
        return None
    left, right = min(piece.x0 for piece in wordy), max(piece.x1 for piece in wordy)
    low, high = (left + share * (right - left) for share in _MIDDLE)
    best: tuple[int, float, tuple[float, float]] | None = None
    for a, b in _gaps(wordy, low, high):
        beside = [p for p in wordy if p.x1 <= a + _SLACK or p.x0 >= b - _SLACK]
        crossing = [p for p in wordy if not (p.x1 <= a + _SLACK or p.x0 >= b - _SLACK)]
        sides = (
            [p for p in beside if p.x1 <= a + _SLACK],
            [p for p in beside if p.x0 >= b - _SLACK],
        )
        if not _are_columns(sides, crossing):
            continue
        if best is None or (len(crossing), a - b) < (best[0], best[1]):
            best = len(crossing), a - b, (a, b)
    return best[2] if best else None


def _are_columns(sides: tuple[list[Piece], list[Piece]], crossing: Sequence[Piece]) -> bool:
    """Whether pieces on both sides of a strip are columns: on most of a page, or of a part of it.

    A part is what lies between two pieces that cross the strip: the text below a long abstract.
    """
    counts = [_in_lines(side) for side in sides]
    if min(counts) < _EACH_SIDE:
        return False
    if sum(counts) >= _LEAST_SHARE * (sum(counts) + len(crossing)):
        return True
    cuts = [-math.inf, *sorted(piece.y for piece in crossing), math.inf]
    return any(
        all(_in_lines([p for p in side if top < p.y < foot]) >= _EACH_SIDE for side in sides)
        for top, foot in itertools.pairwise(cuts)
        if foot - top > _EACH_SIDE * _STRIP
    )


def _gaps(pieces: Sequence[Piece], low: float, high: float) -> Iterator[tuple[float, float]]:
    """Strips that begin where some pieces end and end where others begin."""
    ends = sorted({round(p.x1, 0) for p in pieces if low - _SLACK <= p.x1 <= high})
    starts = sorted({round(p.x0, 0) for p in pieces if low <= p.x0 <= high + _SLACK})
    common_ends = _often(ends, [p.x1 for p in pieces])
    common_starts = _often(starts, [p.x0 for p in pieces])
    for a in common_ends:
        b = next((start for start in common_starts if start - a >= _STRIP), None)
        if b is not None and b - a < 0.25 * (high - low) + 40:
            yield a, b


def _often(places: Sequence[float], values: Sequence[float]) -> list[float]:
    """The places at which several pieces begin or end: the edges of columns."""
    return [p for p in places if sum(abs(v - p) <= 1.5 for v in values) >= 3]


def _beside_notes(pieces: Sequence[Piece]) -> tuple[float, float] | None:
    """The strip between notes at the left side and the text, as journals print them; or None."""
    wordy = [piece for piece in pieces if sum(map(str.isalpha, piece.text)) > 2]
    if len(wordy) < _TEXT_LINES + _NOTE_LINES:
        return None
    left, right = min(piece.x0 for piece in wordy), max(piece.x1 for piece in wordy)
    low, high = (left + share * (right - left) for share in _SIDE)
    starts = Counter(round(piece.x0) for piece in wordy if low < piece.x0 < high)
    for start, count in starts.most_common(3):
        notes = [piece for piece in wordy if piece.x1 <= start - _STRIP]
        text = [piece for piece in wordy if abs(piece.x0 - start) <= 1.5]
        if count < _TEXT_LINES or _in_lines(notes) < _NOTE_LINES:
            continue
        crossing = sum(piece.x0 < start - _STRIP < piece.x1 for piece in wordy)
        edge = max(piece.x1 for piece in notes)
        if crossing <= len(notes) and not _is_table(notes, text):
            return edge, float(start)
    return None


def _is_table(notes: Sequence[Piece], text: Sequence[Piece]) -> bool:
    """Whether pieces at the left stand line by line beside those at the right, as labels do."""
    aligned = sum(any(abs(note.y - piece.y) < 0.8 for piece in text) for note in notes)
    return aligned > _ALIGNED * len(notes) and 2 * len(notes) > len(text)


def _in_lines(pieces: Sequence[Piece]) -> int:
    """On how many lines these pieces stand."""
    return len({round(piece.y / 4) for piece in pieces})


def _bands(
    pieces: Sequence[Piece], strip: tuple[float, float]
) -> Iterator[tuple[int, list[Piece]]]:
    """(column, pieces) in the order of reading; column 0 is what crosses the strip."""
    held: dict[int, list[Piece]] = {0: [], 1: [], 2: []}
    for row in _rows(pieces):
        columns = [_column(piece, strip) for piece in row]
        crosses = 0 in columns
        if crosses and (held[1] or held[2]):
            yield from _flushed(held, (1, 2))
        elif not crosses and held[0]:
            yield from _flushed(held, (0,))
        for piece, column in zip(row, columns, strict=True):
            held[0 if crosses else column].append(piece)
    yield from _flushed(held, (0, 1, 2))


def _flushed(
    held: dict[int, list[Piece]], columns: Sequence[int]
) -> Iterator[tuple[int, list[Piece]]]:
    for column in columns:
        if held[column]:
            yield column, held[column]
            held[column] = []


def _column(piece: Piece, strip: tuple[float, float]) -> int:
    if piece.x1 <= strip[1] - 1 or (piece.x0 < strip[0] and piece.x1 <= strip[1] + _SLACK):
        return 1
    return 2 if piece.x0 >= strip[0] + 1 else 0


# --- lines ---------------------------------------------------------------------------------------


def _rows(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces that stand on one line, from top to bottom."""
    row: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: (p.y, p.x0)):
        if row and piece.y - row[0].y > 0.3 * min(piece.size, max(p.size for p in row)):
            yield row
            row = []
        row.append(piece)
    if row:
        yield row


def _lines(pieces: Sequence[Piece], page: int, column: int) -> list[Line]:
    lines: list[Line] = []
    for row in _rows(pieces):
        above = lines[-1] if lines else None
        own = Line(page, column, row)
        if above and (
            all(_hangs_on(piece, above) for piece in row)
            or all(_hangs_on(piece, own) for piece in above.pieces)
        ):
            above.pieces = sorted([*above.pieces, *row], key=lambda p: p.x0)
        else:
            lines.append(Line(page, column, sorted(row, key=lambda p: p.x0)))
    return lines


def _hangs_on(piece: Piece, line: Line) -> bool:
    """Whether a small piece is an index or a power of a line whose letters are larger."""
    main = line.main
    return piece.size < 0.85 * main.size and abs(piece.y - main.y) < 0.62 * main.size


def body_size(lines: Sequence[Line]) -> float:
    """The size of most letters of a paper, in points."""
    sizes: list[float] = []
    for line in lines:
        sizes += [round(2 * line.size) / 2] * (1 + len(line.text) // 20)
    return statistics.mode(sizes) if sizes else 10.0
