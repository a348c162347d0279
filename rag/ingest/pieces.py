"""Letters put together to pieces: one behind the other on one line without a wide gap."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_GAP = 0.9  # times the size of the letters: a wider gap ends a piece
_WIDE = 0.55  # ... and one wider than this is two spaces: names of two people may stand around it


@dataclass(slots=True)
class Piece:
    """Letters one behind the other; y grows downwards from the top of the page, in points.

    `scripts` has a sign for each letter: "^" raised, "_" lowered, " " on the line.
    """

    text: str
    scripts: str
    x0: float
    x1: float
    y: float  # of the line that the letters stand on
    size: float
    font: str
    bold: bool


@dataclass(slots=True)
class Look:
    """How the letters of one text object look; the same for all of them."""

    size: float
    angle: float
    font: str
    bold: bool
    mode: int
    faint: bool
    clear: bool  # fully transparent
    covered: bool


class Run:
    """A piece that grows by a letter at a time."""

    def __init__(self, look: Look) -> None:
        self.space = False
        self._look = look
        self._letters: list[str] = []
        self._scripts: list[str] = []
        self._x0 = self._x1 = self._y = self._last = 0.0

    def takes(self, look: Look, x0: float, y: float) -> bool:
        """Whether a letter goes on with the piece: on its line, or raised or lowered beside it."""
        size = max(look.size, self._look.size)
        reach = 0.2 if abs(look.size - self._look.size) < 0.1 * size else 0.6
        if abs(y - self._y) > reach * size:
            return False
        return self._last - 0.3 * size < x0 < self._x1 + _GAP * size

    def add(self, letter: str, look: Look, x0: float, x1: float, y: float) -> None:
        """Take a letter in."""
        if not self._letters:
            self._x0, self._y = x0, y
        elif look.size > 1.15 * self._look.size:  # what was taken for the line was raised
            self._raise_all(y, look)
        script = " "
        if look.size < 0.88 * self._look.size and abs(y - self._y) > 0.08 * self._look.size:
            script = "^" if y < self._y else "_"
        if self._letters and (self.space or x0 - self._x1 > 0.25 * self._look.size):
            wide = 1 + (x0 - self._x1 > _WIDE * self._look.size)
            self._letters.append(" " * wide)
            self._scripts.append((" " if script == " " else script) * wide)
        self.space = False
        self._letters.append(letter)
        self._scripts.append(script * len(letter))
        self._x1, self._last = max(self._x1, x1), x0
        if script == " ":
            self._y = y

    def _raise_all(self, y: float, look: Look) -> None:
        script = "^" if self._y < y - 0.08 * look.size else "_" if self._y > y else " "
        self._scripts = [script * len(letter) for letter in self._letters]
        self._look, self._y = look, y

    def piece(self) -> Piece:
        """The piece as it is."""
        look = self._look
        return Piece(
            "".join(self._letters), "".join(self._scripts), self._x0, self._x1, self._y,
            look.size, look.font, look.bold,
        )  # fmt: skip


@dataclass(slots=True)
class Letter:
    """One letter of a page in its place; `spaced` says that the file has a space before it."""

    text: str
    look: Look
    x0: float
    x1: float
    y: float
    spaced: bool


_ACCENTS = {
    "´": "\u0301", "`": "\u0300", "¨": "\u0308", "ˆ": "\u0302", "˜": "\u0303", "ˇ": "\u030c",
    "˘": "\u0306", "˙": "\u0307", "˚": "\u030a", "¸": "\u0327", "˛": "\u0328", "˝": "\u030b",
}  # fmt: skip
_ACCENTED = re.compile(r"(?<=[^\W\d_])([´`¨ˆ˜])([aeinouyAEINOUYı])")
_REACH = 60  # letters; an accent stands in the file near the letter that it is printed on


def with_accents(letters: list[Letter]) -> list[Letter]:
    """The letters of a page, with accents that are printed on a letter made one with it."""
    taken: set[int] = set()
    for i, accent in enumerate(letters):
        if accent.text not in _ACCENTS:
            continue
        around = sorted(
            range(max(0, i - _REACH), min(len(letters), i + _REACH)), key=lambda n: abs(n - i)
        )
        bearer = next((n for n in around if n != i and _bears(letters[n], accent)), None)
        if bearer is not None:
            letters[bearer].text = _on(letters[bearer].text, accent.text)
            taken.add(i)
            if i + 1 < len(letters):
                letters[i + 1].spaced = False  # where it was wide, the gap says so
    return [letter for i, letter in enumerate(letters) if i not in taken]


def _bears(letter: Letter, accent: Letter) -> bool:
    """Whether an accent is printed on a letter."""
    middle = (accent.x0 + accent.x1) / 2
    if not letter.x0 <= middle <= letter.x1 or abs(letter.y - accent.y) > 0.4 * letter.look.size:
        return False
    made = _on(letter.text, accent.text)
    return len(letter.text) == 1 == len(made) and made != letter.text


def _on(letter: str, accent: str) -> str:
    return unicodedata.normalize("NFC", letter.replace("ı", "i") + _ACCENTS[accent])


def composed(text: str) -> str:
    """A text in which accents printed before their letter are on it: "Grégory" for "Gr´egory".

    Some fonts have a ligature at the place of "#": "simpli#ed".
    """
    text = re.sub(r"(?<=[a-z])#(?=[a-z])", "fi", text)
    return _ACCENTED.sub(lambda found: _on(found.group(2), found.group(1)), text)
