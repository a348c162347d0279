"""Pieces of a page → its lines in the order in which a person reads them, column by column.

Geometry decides and not the order of the file, in which columns may be interleaved. A page is cut
where a blank strip runs down its middle; what crosses the strip (a title, a wide figure's caption)
divides the page into bands, and in each band the left column comes before the right one.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rag.ingest.glyphs import Page
from rag.ingest.pieces import Piece, composed

_MIDDLE = (0.3, 0.7)  # of the width of the text, where the strip between columns lies
_STRIP = 5.0  # points; narrower gaps are those between words
_SLACK = 6.0  # points by which a formula may stick out into the strip
_EACH_SIDE = 5  # lines that make a column
_LEAST_SHARE = 0.5  # of the lines of a page that its columns hold, with those that cross


@dataclass(slots=True)
class Line:
    """One line of one column; `pieces` from left to right. y grows downwards, in points."""

    page: int
    column: int  # 0 where the page has one, or the line crosses both; else 1 or 2
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


def lines_of(page: Page) -> list[Line]:
    """The lines of a page in the order of reading."""
    pieces = [piece for piece in page.pieces if piece.text.strip()]
    if not pieces:
        return []
    strip = _strip(pieces)
    if strip is None:
        return _lines(pieces, page.number, 0)
    lines: list[Line] = []
    for column, band in _bands(pieces, strip):
        lines += _lines(band, page.number, column)
    return lines


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
        crossing = len(wordy) - len(beside)
        sides = (
            _in_lines([p for p in beside if p.x1 <= a + _SLACK]),
            _in_lines([p for p in beside if p.x0 >= b - _SLACK]),
        )
        if min(sides) < _EACH_SIDE or sum(sides) < _LEAST_SHARE * (sum(sides) + crossing):
            continue
        if best is None or (crossing, a - b) < (best[0], best[1]):
            best = crossing, a - b, (a, b)
    return best[2] if best else None


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
