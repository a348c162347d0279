"""The one safe renderer: text of papers, models, files and errors reaches the page through it.

Markup is made by `tag` alone, from tag and attribute names of a short list; whatever text it is
given is escaped. `Html` is therefore markup that code made, and only `Html` is handed to the
browser. There are no images, frames, forms or scripts, a field can only be read, and links lead to
places on this page or to addresses that `links` made from a record.
"""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal

from rag.base.latex import readable
from rag.web import links

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_TAG_NAMES = (
    "a article bdi code details div em h1 h2 h3 li mark p section span strong summary textarea ul"
)
_TAGS = frozenset(_TAG_NAMES.split())
_ATTRIBUTES = frozenset(
    {"class", "id", "href", "title", "role", "dir", "tabindex", "target", "rel", "readonly", "rows"}
)
_NAME = re.compile(r"[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*")  # classes and ids: made by code
# What could reorder or hide text on the page. Joiners stay: Persian and Indic scripts need them.
_HIDDEN = dict.fromkeys(
    [
        *(c for c in range(0x20) if c not in (0x09, 0x0A)),
        *range(0x7F, 0xA0),
        *(0x200B, 0x200E, 0x200F, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xD800, 0xE000),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)
# A character after which Streamlit's markdown cannot read a directive, an icon or an address.
_BREAK = "\u2060"


@dataclass(frozen=True, slots=True)
class Html:
    """Markup made by code, in which all foreign text is escaped."""

    markup: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Words to highlight, as offsets into a text: `anchor` is its id, `back` where it is cited."""

    start: int
    end: int
    number: int | None = None
    anchor: str | None = None
    back: str | None = None


Child = Html | str | None
# The one script of the page. Streamlit reads this key when a page begins, so the page begins anew.
# Only the browser knows of that key; the cookie tells the server, which shows what was chosen.
THEME_COOKIE = "askpapers-theme"
_KEEP_THEME = """<script>
const key = "stActiveTheme-" + window.location.pathname + "-v2";
window.localStorage.setItem(key, '"%s"');
document.cookie = "%s; path=" + window.location.pathname + "; max-age=31536000; samesite=strict";
window.location.reload();
</script>"""


def text(raw: str) -> Html:
    """Foreign text, escaped, without characters that hide or reorder other text."""
    return Html(html.escape(raw.translate(_HIDDEN), quote=True))


def latex(raw: str) -> Html:
    """Text of a paper or about papers: like `text`, with LaTeX shown readably."""
    return text(readable(raw))


def tag(name: str, *children: Child, label: str | None = None, **attributes: str | None) -> Html:
    """One element. Strings among the children are foreign text; `label` is for screen readers.

    `cls` stands for `class`. `href` takes "#id" or an address that `rag.web.links` allows.

    Raises:
        ValueError: a tag, attribute, name or address that is not on the list; a fault of the code.
    """
    if name not in _TAGS:
        raise ValueError(f"<{name}> is not an element that the renderer makes")
    given = {("class" if key == "cls" else key): value for key, value in attributes.items()}
    parts = [_attribute(key, value) for key, value in given.items() if value is not None]
    if label:
        parts.append(f' aria-label="{text(label).markup}"')
    inside = "".join(_child(child) for child in children)
    return Html(f"<{name}{''.join(parts)}>{inside}</{name}>")


def join(parts: Iterable[Child], between: str = "") -> Html:
    """Elements and texts one after another."""
    return Html(html.escape(between).join(_child(part) for part in parts if part is not None))


def name(raw: str, cls: str | None = None) -> Html:
    """A name, title or other short foreign text, isolated so that its direction stays its own."""
    return tag("bdi", latex(" ".join(raw.split())), cls=cls)


def heading(level: str, raw: str, cls: str | None = None) -> Html:
    """A title as a heading, which stands on the side where its script begins."""
    return tag(level, latex(" ".join(raw.split())), cls=cls, dir="auto")


def external(address: str, words: str) -> Html:
    """A link that leaves the page; the address must come from `rag.web.links`."""
    return tag("a", words, href=address, target="_blank", rel="noopener noreferrer", cls="ext")


def prose(raw: str, marks: Sequence[Mark] = ()) -> Html:
    """A text with words highlighted; each mark carries its number, which leads back."""
    borders = sorted({0, len(raw), *(b for m in marks for b in (m.start, m.end))})
    borders = [b for b in borders if 0 <= b <= len(raw)]
    parts: list[Child] = []
    for start, end in itertools.pairwise(borders):
        own = [m for m in marks if m.start <= start and end <= m.end]
        parts += [_number(m) for m in own if m.start == start]
        piece = latex(raw[start:end])
        parts.append(_marked(piece, own, start) if own else piece)
    return join(parts)


def label(raw: str) -> str:
    """Foreign text for a label of a Streamlit control, whose markdown must find nothing in it."""
    shown = " ".join(readable(raw.translate(_HIDDEN)).split())
    shown = re.sub(r"(?<=[:/@.])(?=\w|/)|(?<=\w)(?=[@:])", _BREAK, shown)
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", shown)


def spoken(raw: str) -> str:
    """Foreign text for a control whose label is heard and not seen: words alone, no markup."""
    return " ".join(re.findall(r"[^\W_]+", readable(raw.translate(_HIDDEN))))


def show(content: Html, into: DeltaGenerator | None = None) -> None:
    """Put markup on the page, or in the place of what `into` (an `st.empty()`) showed before."""
    import streamlit as st

    (into or st).html(content.markup or "<span></span>")


def style_page(rules: str = "") -> None:
    """Give the page its look: the shipped style sheet, and rules made by code for this page.

    They are two elements: of the sheet, which stays the same, Streamlit sends its hash from the
    second run on.
    """
    import streamlit as st

    # Streamlit says it of the app alone, and what opens over the page lies outside of the app.
    scheme = "dark" if st.context.theme.type == "dark" else "light"
    st.html(f"<style>{_style_sheet()}body{{color-scheme:{scheme}}}</style>")
    if rules:
        st.html(f"<style>{rules}</style>")


def keep_theme(theme: Literal["System", "Light", "Dark"]) -> None:
    """Have the browser show light or dark from now on, or as its system is.

    Raises:
        ValueError: another theme; a fault of the code.
    """
    import streamlit as st

    if theme not in ("System", "Light", "Dark"):
        raise ValueError(f"{theme!r} is no theme of Streamlit")
    kept = f"{THEME_COOKIE}={theme}"
    st.html(_KEEP_THEME % (theme, kept), unsafe_allow_javascript=True)


@functools.cache
def _style_sheet() -> str:
    return resources.files("rag.web").joinpath("style.css").read_text("utf-8")


def _child(child: Child) -> str:
    if child is None:
        return ""
    return child.markup if isinstance(child, Html) else text(child).markup


def _attribute(key: str, value: str) -> str:
    if key not in _ATTRIBUTES:
        raise ValueError(f"{key} is not an attribute that the renderer makes")
    if key in ("class", "id") and not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a name made by code")
    if key == "href" and not (_NAME.fullmatch(value.removeprefix("#")) or links.is_allowed(value)):
        raise ValueError(f"{value!r} is not an address that the renderer links to")
    return f' {key}="{html.escape(value, quote=True)}"'


def _number(mark: Mark) -> Html | None:
    if mark.number is None:
        return None
    said = f"Quotation {mark.number}, back to the answer"
    return tag("a", str(mark.number), cls="num", href=mark.back, label=said)


def _marked(piece: Html, own: Sequence[Mark], start: int) -> Html:
    """Words of at least one mark; a mark that overlaps another has its id on its first words."""
    anchor = next((m.anchor for m in own if m.start == start), None)
    numbered = any(m.number is not None for m in own)
    focused = "-1" if anchor else None  # following the number moves the reading position here
    return tag("mark", piece, id=anchor, tabindex=focused, cls=None if numbered else "found")
