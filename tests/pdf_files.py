"""Small PDFs made letter by letter, so that a test knows what stands where: no library's layout."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 612, 792
_FONTS = ("Helvetica", "Helvetica-Bold", "Courier")


@dataclass
class Page:
    """One page; `show` puts a line of text on it, y counted from the top."""

    commands: list[str] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT

    def show(self, text: str, x: float, y: float, size: float = 10, *, bold: bool = False) -> Page:
        font = "F2" if bold else "F1"
        return self.draw(f"BT /{font} {size} Tf {x} {self.height - y} Td ({_escaped(text)}) Tj ET")

    def draw(self, command: str) -> Page:
        self.commands.append(command)
        return self

    def lines(self, texts: Sequence[str], x: float, y: float, size: float = 10) -> float:
        """Lines one under the other; gives the y of the next."""
        for text in texts:
            self.show(text, x, y, size)
            y += 1.2 * size
        return y


def made(pages: Sequence[Page], info: dict[str, str] | None = None, *, images: int = 0) -> bytes:
    """The bytes of a PDF with these pages."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    fonts = []
    for name in _FONTS:
        objects.append(
            b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
            % name.encode()
        )
        fonts.append(len(objects))
    objects.append(
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"
    )
    resources = "<< /Font << {} >> /XObject << /I {} 0 R >> >>".format(
        " ".join(f"/F{i} {n} 0 R" for i, n in enumerate(fonts, start=1)), len(objects)
    )
    kids = []
    for page in pages:
        data = zlib.compress("\n".join(page.commands).encode("cp1252", "replace"))
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream"
                       % (len(data), data))  # fmt: skip
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page.width} {page.height}] "
            f"/Resources {resources} /Contents {len(objects)} 0 R >>".encode()
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    said = " ".join(f"/{key} ({_escaped(value)})" for key, value in (info or {}).items())
    objects.append(f"<< {said} >>".encode("cp1252", "replace"))
    return written(objects)


def written(objects: Sequence[bytes]) -> bytes:
    """A file of numbered objects; the first is its catalog, the last its information."""
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, len(objects), start,
    )  # fmt: skip
    return bytes(out)


def paper(title: str = "Quiet Gradients Train Deep Networks", **changes: object) -> Page:
    """The first page of a paper in one column, with an abstract and the beginning of its text."""
    page = Page()
    page.show(title, 110, 90, 17, bold=True)
    page.show(str(changes.get("authors", "Maria Lindqvist, Tomas van der Berg and Ngozi Adeyemi")),
              130, 120, 12)  # fmt: skip
    page.show("Institute of Computing, University of Nordhaven", 160, 136, 10)
    page.show("{lindqvist,berg}@nordhaven.example", 190, 150, 10)
    page.show("Abstract", 280, 185, 12, bold=True)
    y = page.lines(ABSTRACT, 90, 205)
    page.show("1 Introduction", 72, y + 25, 12, bold=True)
    page.lines(INTRODUCTION, 72, y + 45)
    return page


ABSTRACT = [
    "Training deep networks is noisy. We present quiet gradients, a rule that drops the smallest",
    "tenth of every update before it is applied. On four image benchmarks the rule lowers the",
    "error by 1.7 points and needs no further memory. We also show where it fails, namely on",
    "networks with fewer than one million weights.",
]
INTRODUCTION = [
    "Stochastic gradient descent follows a noisy direction at every step. Much work has gone into",
    "averaging this noise away, and little into asking which of its parts are worth following. We",
    "ask this question for the smallest entries of an update and find that they can be dropped",
    "without harm. The learning rate was warmed up over the first 4,000 steps of every run.",
]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
