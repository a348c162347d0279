r"""Letters that LaTeX writes with commands: "M{\"u}ller" is "Müller", "{\L}ukasz" is "Łukasz".

For names and titles of bibliographies. Formulas stay as they are; `latex` shows them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_COMBINING = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "r": "\u030a", "d": "\u0323", "b": "\u0331", "t": "\u0361",
}  # fmt: skip
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø",
    "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ",
    "TH": "Þ", "ng": "ŋ", "NG": "Ŋ", "textendash": "–", "textemdash": "—", "textquoteright": "’",
    "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textdollar": "$",
    "textregistered": "®", "texttrademark": "™", "textdegree": "°", "textbar": "|", "ldots": "…",
    "dots": "…", "slash": "/", "newline": " ", "textless": "<", "textgreater": ">", "S": "§",
    "textmu": "μ", "textmultiply": "×", "texttimes": "×", "textbraceleft": "{",
    "textbraceright": "}",
}  # fmt: skip
_ACCENT = re.compile(
    r"\\(?:([\'`^\"~=.])\s*|([uvHckrdbt])(?:\s+|(?=\{|\\)))"
    r"(?:\{\s*(\\?[^\W\d_]{0,2})\s*\}|(\\[ij](?![a-zA-Z])|[^\W\d_]))"
)
_LETTER = re.compile(
    rf"\\({'|'.join(sorted(_LETTERS, key=len, reverse=True))})(?![a-zA-Z])(\{{\}}|\s+)?"
)
_STYLED = re.compile(
    r"\\(?:text(?:bf|it|rm|sc|sf|tt|sl|up|md|normal|superscript|subscript)|emph|mbox|hbox|uppercase"
    r"|mathrm|url|href\{[^{}]*\}|ensuremath|protect|relax|bf|it|em|rm|sc|tt|noopsort\{[^{}]*\})"
    r"(?![a-zA-Z])\s*"
)
_ESCAPED = re.compile(r"\\([&%$#_{} ,;:!/\-@])")
_FORMULA = re.compile(r"(?<!\\)\$[^$]{1,2000}(?<!\\)\$")
# What was escaped is set aside in private characters until the markup is gone.
_KEPT: Mapping[str, str] = {sign: chr(0xE000 + i) for i, sign in enumerate("{}$\\~^")}
_BACK = str.maketrans({mark: sign for sign, mark in _KEPT.items()})


def without_tex(text: str) -> str:
    """A name or title as it is read: letters for commands, no grouping braces, formulas kept."""
    if not any(sign in text for sign in "\\{}~$") and "--" not in text and "``" not in text:
        return text
    pieces, position = [], 0
    for formula in _FORMULA.finditer(text):
        pieces += [_words(text[position : formula.start()]), formula.group()]
        position = formula.end()
    return "".join([*pieces, _words(text[position:])])


def _words(text: str) -> str:
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda m: _sign(_LETTERS[m.group(1)]), text)
    text = _ESCAPED.sub(lambda m: _sign(m.group(1)), _STYLED.sub("", text))
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    text = text.replace("{", "").replace("}", "").replace("~", " ")
    return unicodedata.normalize("NFC", text.translate(_BACK))


def _accented(match: re.Match[str]) -> str:
    accent = match.group(1) or match.group(2)
    letter = (match.group(3) if match.group(3) is not None else match.group(4)).lstrip("\\")
    return unicodedata.normalize("NFC", letter[:1] + _COMBINING[accent] + letter[1:])


def _sign(char: str) -> str:
    if char in ",;:!/-":  # thin spaces and places to break a word
        return " " if char in ",;:" else ""
    return _KEPT.get(char, char)
