"""A page of a PDF as a picture with cited words marked; the drawing runs in a confined process."""

from __future__ import annotations

import ctypes
import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from rag.base.errors import SourceError
from rag.ingest import confined

_DRAW = confined.Task("rag.ingest.pageimage", "drawn")
_DPI = 110
_MOST_PIXELS = 4_000_000  # of a poster, less of each inch is shown
_OPENING_PAGES = 2  # those on which an abstract may stand
_LEAST = 24  # letters of a quotation that tell its place where the page ends in it
_MARKED = (1.0, 0.93, 0.5)  # what is left of red, green and blue under the marker
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
)

Box = tuple[int, int, int, int]  # left, top, right and bottom in pixels


def marked_page(data: bytes, page: int, quote: str) -> bytes:
    """The page of this number, counted from 1, as PNG; the words of a quotation are marked on it.

    Words that are not found leave the page unmarked.

    Raises:
        SourceError: the file has no such page, or cannot be drawn.
    """
    asked = json.dumps({"page": page, "quote": quote}).encode() + b"\n"
    return confined.run(_DRAW, asked + data)


def opening_page(data: bytes, quote: str) -> bytes:
    """The one of the first pages that has words of an abstract, as PNG, with the words marked.

    Raises:
        SourceError: none of them has the words, or the file cannot be drawn.
    """
    asked = json.dumps({"page": None, "quote": quote}).encode() + b"\n"
    return confined.run(_DRAW, asked + data)


def drawn(asked: bytes) -> bytes:
    """The picture that `marked_page` or `opening_page` asks for, for `confined.run`."""
    import pypdfium2

    line, _, data = asked.partition(b"\n")
    wish = json.loads(line)
    try:
        document = pypdfium2.PdfDocument(data)
        if wish["page"] is None:
            return _opening(document, wish["quote"])
        if not 1 <= wish["page"] <= len(document):
            raise SourceError("has no page of this number")
        return _png(_marked(document[wish["page"] - 1], wish["quote"])[0])
    except pypdfium2.PdfiumError as error:
        raise SourceError("is a PDF whose page cannot be drawn") from error


def _opening(document: Any, quote: str) -> bytes:
    for number in range(min(_OPENING_PAGES, len(document))):
        image, is_marked = _marked(document[number], quote)
        if is_marked:
            return _png(image)
    raise SourceError("does not have these words on its first pages")


def _marked(page: Any, quote: str) -> tuple[np.ndarray, bool]:
    """The picture of a page, and whether words are marked on it."""
    width, height = page.get_size()
    scale = min(_DPI / 72, (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5)
    image = page.render(scale=scale, rev_byteorder=True).to_numpy()[:, :, :3].copy()
    boxes = list(_boxes(page, quote, image.shape))
    for left, top, right, bottom in boxes:
        image[top:bottom, left:right] = image[top:bottom, left:right] * _MARKED
    return image, bool(boxes)


def _boxes(page: Any, quote: str, shape: tuple[int, ...]) -> Iterator[Box]:
    """Where the words of a quotation stand, a box a line."""
    import pypdfium2.raw as pdfium

    text = page.get_textpage()
    letters, places = _letters(text, pdfium.FPDFText_CountChars(text), pdfium)
    start, end = _found(letters, _squeezed(quote))
    held: Box | None = None
    for place in dict.fromkeys(places[start:end]):
        box = _box(page, text, place, shape)
        if held and _on_one_line(held, box):
            held = (min(held[0], box[0]), min(held[1], box[1]), max(held[2], box[2]),
                    max(held[3], box[3]))  # fmt: skip
            continue
        if held:
            yield held
        held = box
    if held:
        yield held


def _letters(text: Any, count: int, pdfium: Any) -> tuple[str, list[int]]:
    """The letters and digits of a page in small letters, and the number of the sign of each."""
    letters: list[str] = []
    places: list[int] = []
    for place in range(count):
        code = pdfium.FPDFText_GetUnicode(text, place)
        said = _squeezed(chr(code)) if 0 < code < 0x110000 else ""
        letters.append(said)
        places += [place] * len(said)
    return "".join(letters), places


def _squeezed(text: str) -> str:
    return "".join(c for c in text.translate(_LIGATURES).lower() if c.isalnum())


def _found(letters: str, quote: str) -> tuple[int, int]:
    """Where a quotation stands among letters: all of it, or what of it the page has."""
    at = letters.find(quote) if quote else -1
    if at >= 0:
        return at, at + len(quote)
    for size in range(len(quote) - 1, _LEAST - 1, -1):
        if letters.endswith(quote[:size]):  # it goes on overleaf
            return len(letters) - size, len(letters)
    head = letters.find(quote[:_LEAST]) if len(quote) >= _LEAST else -1
    if head < 0:
        return 0, 0
    size = next((n for n in range(len(quote), 0, -1) if letters.startswith(quote[:n], head)), 0)
    return head, head + size


def _box(page: Any, text: Any, place: int, shape: tuple[int, ...]) -> Box:
    """The pixels of one sign."""
    import pypdfium2.raw as pdfium

    sides = [ctypes.c_double() for _ in range(4)]  # left, right, bottom, top in points
    pdfium.FPDFText_GetCharBox(text, place, *sides)
    left, right, bottom, top = (side.value for side in sides)
    corners = [_pixel(page, x, y, shape) for x, y in ((left, top), (right, bottom))]
    xs, ys = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    return max(0, xs[0] - 1), max(0, ys[0] - 2), xs[1] + 1, ys[1] + 2


def _pixel(page: Any, x: float, y: float, shape: tuple[int, ...]) -> tuple[int, int]:
    """Where a point of the page lies in the picture, however the page is cut and turned."""
    import pypdfium2.raw as pdfium

    found = (ctypes.c_int(), ctypes.c_int())
    pdfium.FPDF_PageToDevice(page, 0, 0, shape[1], shape[0], 0, x, y, *found)
    return found[0].value, found[1].value


def _on_one_line(held: Box, box: Box) -> bool:
    """Whether a sign follows on the line of those before it."""
    overlap = min(held[3], box[3]) - max(held[1], box[1])
    return overlap > 0.4 * min(held[3] - held[1], box[3] - box[1]) and box[2] > held[0]


def _png(image: np.ndarray) -> bytes:
    """A picture of (height, width, 3) bytes as PNG."""
    height, width, _ = image.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # each row begins with its filter, none
    rows[:, 1:] = image.reshape(height, 3 * width)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts: Sequence[tuple[bytes, bytes]] = (
        (b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""),
    )  # fmt: skip
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
