"""The letters of a PDF with their places, by pdfium; runs inside a confined process.

Letters are put together to pieces: letters one behind the other on one line without a wide gap.
What a reader of the page does not see is left out and counted, by the reason why it is not seen.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.base.errors import SourceError
from rag.ingest.pieces import Letter, Look, Piece, Run, with_accents

MAX_PAGES = 1000
_MAX_CHARS = 40_000  # on one page; the densest tables have about ten thousand
_MAX_OBJECTS = 5_000  # on one page, that are looked at as possible covers
_TINY = 1.6  # points; no printer's eye reads less
_FAINT = 242  # of 255, in red, green and blue: white paper shows nothing of it
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl",
              0xFB05: "ft", 0xFB06: "st"}  # fmt: skip
_LINE_END_HYPHENS = frozenset({0xFFFE, 0x02, 0xAD})
_SPACES = frozenset({10, 13, 32})
_SCANNED = 0.8  # share of letters nobody sees on a scanned page; an archive's stamp is seen
_INVISIBLE = (3, 7)  # modes of rendering: nothing, or only as a mask


class DamagedError(SourceError):
    """pdfium cannot make sense of the file; another program may."""


@dataclass(slots=True)
class Page:
    """The pieces of a page in the order of the file; `sideways` is text that runs upwards."""

    number: int
    width: float
    height: float
    pieces: list[Piece] = field(default_factory=list)
    sideways: str = ""
    hidden: dict[str, str] = field(default_factory=dict)  # why → the letters
    has_image: bool = False


@dataclass(slots=True)
class File:
    """A whole PDF: its pages and what it says of itself."""

    pages: list[Page]
    metadata: dict[str, str]


def read(data: bytes) -> File:
    """All pages of a PDF.

    Raises:
        SourceError: it is encrypted, damaged, has no pages or too many.
    """
    document = _opened(data)
    count = len(document)
    if not count:
        raise SourceError("is a PDF without pages")
    if count > MAX_PAGES:
        raise SourceError(f"has {count:,} pages; more than {MAX_PAGES:,} are no paper")
    metadata = {key: value for key, value in document.get_metadata_dict().items() if value}
    return File([_page(document, index) for index in range(count)], metadata)


def _opened(data: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError("is encrypted with a password; save it without one") from error
        raise DamagedError("is a damaged PDF; make or fetch it again") from error


def _page(document: Any, index: int) -> Page:
    import pypdfium2

    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return Page(index + 1, 0, 0)
    left, bottom, right, top = page.get_cropbox()
    made = Page(index + 1, right - left, top - bottom)
    letters = _Letters(page, made, (left, bottom, right, top))
    made.has_image = letters.has_large_image()
    for run in letters.runs():
        made.pieces.append(run)
    page.close()
    return made


class _Letters:
    """The letters of one page, looked at one by one."""

    def __init__(self, page: Any, made: Page, box: tuple[float, float, float, float]) -> None:
        import pypdfium2.raw as pdfium

        self._pdfium = pdfium
        self._page = page
        self._made = made
        self._box = box
        self._text = page.get_textpage()
        self._count = min(pdfium.FPDFText_CountChars(self._text), _MAX_CHARS)
        self._looks: dict[int, Look] = {}
        self._fonts: dict[int, tuple[str, bool]] = {}
        self._shapes: list[tuple[int, str, tuple[float, float, float, float]]] | None = None
        self._orders: dict[int | None, int] | None = None

    # --- pieces ------------------------------------------------------------------------------

    def runs(self) -> Iterator[Piece]:
        """The pieces of the page that can be seen and run from left to right."""
        held: Run | None = None
        for letter in with_accents(list(self._visible())):
            if held is None or not held.takes(letter.look, letter.x0, letter.y):
                if held:
                    yield held.piece()
                held = Run(letter.look)
            held.space = letter.spaced
            held.add(letter.text, letter.look, letter.x0, letter.x1, letter.y)
        if held:
            yield held.piece()

    def _visible(self) -> Iterator[Letter]:
        scanned, spaced = self._is_scan(), False
        for index in range(self._count):
            code = self._pdfium.FPDFText_GetUnicode(self._text, index)
            if code in _SPACES or self._pdfium.FPDFText_IsGenerated(self._text, index) == 1:
                spaced = True
                continue
            seen = self._seen(index, code, scanned=scanned)
            if seen is not None:
                yield Letter(_letter(code), *seen, spaced)
                spaced = False

    def _seen(
        self, index: int, code: int, *, scanned: bool
    ) -> tuple[Look, float, float, float] | None:
        """Look and place of a letter of the text; hidden and sideways ones are put aside."""
        look = self._look(index)
        if look is None or not code:
            return None
        x0, x1, y = self._place(index)
        why = self._why_hidden(look, x0, x1, y, scanned=scanned)
        if why:
            self._made.hidden[why] = self._made.hidden.get(why, "") + _letter(code)
        elif look.angle:
            self._made.sideways += _letter(code)
        return None if why or look.angle else (look, x0, x1, y)

    def _place(self, index: int) -> tuple[float, float, float]:
        box = self._pdfium.FS_RECTF()
        self._pdfium.FPDFText_GetLooseCharBox(self._text, index, ctypes.byref(box))
        x, y = ctypes.c_double(), ctypes.c_double()
        self._pdfium.FPDFText_GetCharOrigin(self._text, index, ctypes.byref(x), ctypes.byref(y))
        left, _, _, top = self._box
        return box.left - left, box.right - left, top - y.value

    # --- looks -------------------------------------------------------------------------------

    def _look(self, index: int) -> Look | None:
        thing = self._pdfium.FPDFText_GetTextObject(self._text, index)
        key = ctypes.cast(thing, ctypes.c_void_p).value if thing else None
        if key is None:
            return None
        if key not in self._looks:
            self._looks[key] = self._look_of(thing, index)
        return self._looks[key]

    def _look_of(self, thing: Any, index: int) -> Look:
        pdfium = self._pdfium
        matrix = pdfium.FS_MATRIX()
        pdfium.FPDFText_GetMatrix(self._text, index, ctypes.byref(matrix))
        size = pdfium.FPDFText_GetFontSize(self._text, index) * math.hypot(matrix.c, matrix.d)
        angle = math.atan2(matrix.b, matrix.a)
        color = [ctypes.c_uint() for _ in range(4)]
        known = pdfium.FPDFText_GetFillColor(self._text, index, *map(ctypes.byref, color))
        red, green, blue, alpha = (part.value for part in color) if known else (0, 0, 0, 255)
        font, bold = self._font(pdfium.FPDFTextObj_GetFont(thing))
        mode = pdfium.FPDFTextObj_GetTextRenderMode(thing)
        faint = min(red, green, blue) >= _FAINT and mode in (0, 4) and not self._is_on_dark(thing)
        return Look(
            abs(size), 0.0 if abs(angle) < 0.1 else angle, font, bold, mode, faint,
            alpha < 8, self._is_covered(thing),
        )  # fmt: skip

    def _font(self, font: Any) -> tuple[str, bool]:
        key = ctypes.cast(font, ctypes.c_void_p).value or 0
        if key not in self._fonts:
            buffer = ctypes.create_string_buffer(256)
            self._pdfium.FPDFFont_GetBaseFontName(font, buffer, 256)
            name = buffer.value.decode("utf-8", "replace").rpartition("+")[2]
            lower = name.lower()
            said = any(word in lower for word in ("bold", "black", "heavy", "medi", "cmbx", "sfbx"))
            weight = self._pdfium.FPDFFont_GetWeight(font)
            self._fonts[key] = name, said or weight >= 600
        return self._fonts[key]

    # --- what is not seen --------------------------------------------------------------------

    def _why_hidden(
        self, look: Look, x0: float, x1: float, y: float, *, scanned: bool
    ) -> str | None:
        """Why nobody sees a letter, or None."""
        if x1 < 0 or x0 > self._made.width or y < 0 or y - look.size > self._made.height:
            return "outside of the page"
        if look.mode in _INVISIBLE:
            return None if scanned else "invisible"
        if look.clear:
            return "transparent"
        if look.size < _TINY:
            return "tiny"
        if look.faint:
            return "white"
        return "covered" if look.covered else None

    def _is_scan(self) -> bool:
        """Whether the page is a picture with the text that a program recognised laid under it."""
        if not self._made.has_image:
            return False
        step = max(1, self._count // 50)
        looks = [look for i in range(0, self._count, step) if (look := self._look(i))]
        return sum(look.mode in _INVISIBLE for look in looks) > _SCANNED * len(looks)

    def has_large_image(self) -> bool:
        """Whether a picture fills most of the page."""
        page = self._made.width * self._made.height
        return any(
            kind == "image" and (box[2] - box[0]) * (box[3] - box[1]) > 0.6 * page
            for _, kind, box in self._covers()
        )

    def _covers(self) -> list[tuple[int, str, tuple[float, float, float, float]]]:
        """(place in the order of drawing, kind, box) of what could lie under or over text."""
        if self._shapes is None:
            count = self._pdfium.FPDFPage_CountObjects(self._page)
            found = []
            for order in range(min(count, _MAX_OBJECTS)):
                thing = self._pdfium.FPDFPage_GetObject(self._page, order)
                kind = self._cover(thing)
                box = self._bounds(thing) if kind else None
                if kind and box:
                    found.append((order, kind, box))
            self._shapes = found
        return self._shapes

    def _cover(self, thing: Any) -> str:
        pdfium = self._pdfium
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            return "image"
        if kind == pdfium.FPDF_PAGEOBJ_SHADING:
            return "dark"
        if kind != pdfium.FPDF_PAGEOBJ_PATH or not self._is_filled(thing):
            return ""
        color = [ctypes.c_uint() for _ in range(4)]
        pdfium.FPDFPageObj_GetFillColor(thing, *map(ctypes.byref, color))
        red, green, blue, alpha = (part.value for part in color)
        if alpha < 250 or pdfium.FPDFPageObj_HasTransparency(thing):
            return ""
        return "white" if min(red, green, blue) >= _FAINT else "dark"

    def _is_filled(self, thing: Any) -> bool:
        """Whether a path is a filled box; other shapes cover less than their bounds."""
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        self._pdfium.FPDFPath_GetDrawMode(thing, ctypes.byref(mode), ctypes.byref(stroke))
        return bool(mode.value) and 4 <= self._pdfium.FPDFPath_CountSegments(thing) <= 5

    def _bounds(self, thing: Any) -> tuple[float, float, float, float] | None:
        sides = [ctypes.c_float() for _ in range(4)]
        known = self._pdfium.FPDFPageObj_GetBounds(thing, *map(ctypes.byref, sides))
        left, bottom, right, top = (side.value for side in sides)
        return (left, bottom, right, top) if known else None

    def _is_on_dark(self, thing: Any) -> bool:
        """Whether a shape that is not white, or a picture, lies behind a text."""
        box = self._bounds(thing)
        return box is not None and any(
            kind != "white" and _holds(cover, box) for _, kind, cover in self._covers()
        )

    def _is_covered(self, thing: Any) -> bool:
        """Whether a filled box was drawn over a text after it."""
        boxes = [c for c in self._covers() if c[1] != "image"]
        box = self._bounds(thing) if boxes else None
        if box is None or not any(_holds(cover, box) for _, _, cover in boxes):
            return False
        order = self._order().get(ctypes.cast(thing, ctypes.c_void_p).value)
        # One that is not found stands in a form, whose order is its own.
        return order is not None and any(
            after > order and _holds(cover, box) for after, _, cover in boxes
        )

    def _order(self) -> dict[int | None, int]:
        """Where each object comes in the order of drawing, by its address."""
        if self._orders is None:
            count = min(self._pdfium.FPDFPage_CountObjects(self._page), 10 * _MAX_OBJECTS)
            things = (self._pdfium.FPDFPage_GetObject(self._page, i) for i in range(count))
            self._orders = {
                ctypes.cast(thing, ctypes.c_void_p).value: i for i, thing in enumerate(things)
            }
        return self._orders


def _holds(outer: tuple[float, ...], inner: tuple[float, ...]) -> bool:
    slack = 1.0
    return (
        outer[0] - slack <= inner[0]
        and outer[1] - slack <= inner[1]
        and outer[2] + slack >= inner[2]
        and outer[3] + slack >= inner[3]
    )


def _letter(code: int) -> str:
    if code in _LINE_END_HYPHENS:
        return "\N{SOFT HYPHEN}"
    return _LIGATURES.get(code) or (chr(code) if code < 0x110000 else "\ufffd")
