"""Three pictures of the library: over time, who wrote what, and by meaning. A click opens more.

What can be clicked also stands in a list below its picture, for keyboards and screen readers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.answer import records
from rag.base.text import clean_line, fold
from rag.base.types import Paper
from rag.search.landscape import Plane
from rag.web import session
from rag.web.graph import NAME_CHARS, people_map
from rag.web.render import show, tag
from rag.web.session import Opened
from rag.web.shelf import Choice, Shelf
from rag.web.wording import papers_in_words

if TYPE_CHECKING:
    import altair as alt

_PICTURES = {"time": "Over time", "people": "People", "meaning": "By meaning"}
_MOST_CATEGORIES = 6
_REST = "Others"
# Told apart in light and dark and by people who do not see red and green; others are grey.
_COLOURS = ("#3f7cac", "#d1883a", "#4f9d87", "#a56a9e", "#8a8f3c", "#b5605a")
_GREY = "#8d9298"
_LIT = "#d9480f"
_ROOM = 0.04  # of a picture's side, at each end
_MOST_POINTS = 4000  # a browser draws these at once
_MOST_LISTED = 500  # a list is sent whole at every run
_TITLE_CHARS = 120
_FIELDS = ("id", "year", "category", "author")

_COLOURS_OF_WORDS = {False: ("#5b6067", "#fdfcfa"), True: ("#a3a8ae", "#15181c")}  # and of grounds
_BY_THEME = frozenset({"people"})  # pictures that are others in light and dark
_MOST_KEPT = 12  # pictures of one revision of the library

Chart = Any  # Altair does not tell layered charts apart
Pick = Callable[[str, Mapping[str, str]], None]
Part = tuple[str, Mapping[str, str]]  # what it is called, and what a click on it tells


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, the words below it, and what of it can be opened, under a heading."""

    chart: Chart
    words: str
    opens: str
    parts: Sequence[Part]


def render(opened: Opened, shelf: Shelf, found: Sequence[int], pick: Pick) -> None:
    """Draw the picture that is chosen, of the papers at the places that were found.

    `pick` is told what was clicked: "paper" with its id, or "only" with values of facets.
    """
    st.session_state.setdefault("library-picture", "time")
    kind = st.segmented_control(
        "Picture",
        list(_PICTURES),
        format_func=_PICTURES.__getitem__,
        key="library-picture",
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    if found:
        dark = st.context.theme.type == "dark"
        cited = frozenset(_cited_last()) if kind == "meaning" else frozenset()
        _draw(_drawing(opened, shelf, str(kind), found, cited, dark=dark), pick)
    else:
        show(tag("p", "No paper is like that.", cls="quiet"))


def prepare(opened: Opened) -> None:
    """Draw the whole library once, so that nobody waits for it; where there is time."""
    shelf = opened.shelf()
    found = shelf.find(Choice())
    for kind in _PICTURES if found else ():
        for dark in (False, True):
            _drawing(opened, shelf, kind, found, frozenset(), dark=dark)


def _drawing(
    opened: Opened,
    shelf: Shelf,
    kind: str,
    found: Sequence[int],
    cited: frozenset[str],
    *,
    dark: bool,
) -> Picture:
    """A picture, made once for a revision of the library."""
    asked = (kind, tuple(found), cited, dark and kind in _BY_THEME)
    known: Picture | None = shelf.drawings.get(asked)
    if known is None:
        if len(shelf.drawings) >= _MOST_KEPT:
            shelf.drawings.clear()
        papers = [shelf.papers[place] for place in found]
        known = shelf.drawings[asked] = _DRAWN[kind](papers, opened, cited, dark)
    return known


def _draw(picture: Picture, pick: Pick) -> None:
    turn = st.session_state.get("picked", 0)  # a new key forgets what was clicked
    clicked = st.altair_chart(picture.chart, key=f"picture-{turn}", on_select="rerun")
    show(tag("p", picture.words, cls="quiet"))
    named = st.selectbox(
        picture.opens,
        range(len(picture.parts)),
        index=None,
        format_func=lambda part: picture.parts[part][0],
        key=f"part-{turn}",
        placeholder="Choose from the picture",
    )
    told = _clicked(clicked["selection"]) if named is None else picture.parts[named][1]
    if told:
        st.session_state["picked"] = turn + 1
        known = {k: str(v) for k, v in told.items() if k in _FIELDS and v != _REST}
        pick("paper" if "id" in known else "only", known)


def _clicked(selection: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the part that was clicked tells; nothing where none was."""
    firsts = (picked[0] for picked in selection.values() if isinstance(picked, list) and picked)
    return next((first for first in firsts if first), {})


def _click(*fields: str, name: str) -> alt.Parameter:
    import altair as alt

    return alt.selection_point(fields=list(fields), name=name, on="click", empty=False)


# --- over time -------------------------------------------------------------------------------


def _time(papers: Sequence[Paper], _opened: Opened, _cited: Set[str], _dark: bool) -> Picture:
    import altair as alt

    kept = _categories(papers)
    counted = Counter((str(p.year), _category(p, kept)) for p in papers if p.year)
    rows = [{"year": y, "category": c, "papers": n} for (y, c), n in sorted(counted.items())]
    chart = (
        alt.Chart(_data(rows))
        .mark_bar(cursor="pointer")
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("papers:Q", title="papers", axis=alt.Axis(tickMinStep=1)),
            color=_colour(kept),
            tooltip=["year:N", "category:N", "papers:Q"],
        )
        .add_params(_click("year", "category", name="bar"))
        .properties(height=380, description="Papers of each year, by category")
    )
    parts = [
        (f"{year} · {category} ({papers_in_words(n)})", {"year": year, "category": category})
        for (year, category), n in sorted(counted.items(), reverse=True)
    ]
    return Picture(chart, "A click on a bar shows its papers.", "Show the papers of a bar", parts)


# --- people ----------------------------------------------------------------------------------


def _people(papers: Sequence[Paper], _opened: Opened, _cited: Set[str], dark: bool) -> Picture:
    import altair as alt

    drawn = people_map(papers)
    lines = [
        {"x": a[1], "y": a[2], "x2": b[1], "y2": b[2]}
        for a, b in ((drawn.people[i], drawn.papers[j]) for i, j in drawn.lines)
    ]
    dots = [{**_point(paper), "x": x, "y": y} for paper, x, y in drawn.papers]
    names = [
        {"author": name, "name": clean_line(name)[:NAME_CHARS], "x": x, "y": y, "papers": n}
        for name, x, y, n in drawn.people
    ]
    place = {"x": _axis("x", (-1, 1)), "y": _axis("y", (-1, 1))}
    joined = alt.Chart(_data(lines)).mark_rule(color=_GREY, opacity=0.35)
    dot = alt.Chart(_data(dots)).mark_circle(size=45, color=_COLOURS[0], cursor="pointer")
    ink, ground = _COLOURS_OF_WORDS[dark]  # which Vega does not take from the page
    named = alt.Chart(_data(names))
    ground_of = named.mark_text(fontSize=12, fontWeight=600, stroke=ground, strokeWidth=4)
    said = named.mark_text(fontSize=12, fontWeight=600, cursor="pointer", color=ink)
    layers = [
        joined.encode(**place, x2="x2:Q", y2="y2:Q"),
        dot.encode(**place, tooltip=["title:N", "people:N", "year:N"]).add_params(
            _click("id", name="paper")
        ),
        ground_of.encode(**place, text="name:N"),
        said.encode(**place, text="name:N", tooltip=["name:N", "papers:Q"]).add_params(
            _click("author", name="person")
        ),
    ]
    chart = alt.layer(*layers).properties(height=560, description="People joined to their papers")
    words = "Each name is joined to its papers; a click opens one."
    if len(dots) < drawn.written:
        words += f" {len(dots):,} of the {drawn.written:,} papers of these people are drawn."
    people = [
        (f"{clean_line(name)[:NAME_CHARS]} ({papers_in_words(n)})", {"author": name})
        for name, _, _, n in drawn.people
    ]
    opened = _titled(paper for paper, _, _ in drawn.papers)
    return Picture(chart, words, "Open a person or a paper", [*people, *opened])


# --- by meaning ------------------------------------------------------------------------------


def _meaning(papers: Sequence[Paper], opened: Opened, cited: Set[str], _dark: bool) -> Picture:
    import altair as alt

    places = opened.plane()
    step = max(1, -(-len(papers) // _MOST_POINTS))
    shown = [p for i, p in enumerate(papers) if p.id in places and (not i % step or p.id in cited)]
    kept = _categories(papers)
    rows = [
        {
            **_point(p),
            "category": _category(p, kept),
            "x": places[p.id][0],
            "y": places[p.id][1],
            "lit": p.id in cited,
        }
        for p in shown
    ]
    x, y = (_axis(field, _span(places, side)) for side, field in enumerate(("x", "y")))
    base = alt.Chart(_data(rows)).encode(
        x=x, y=y, tooltip=["title:N", "people:N", "year:N", "category:N"]
    )
    dots = base.mark_circle(size=60, opacity=0.75, cursor="pointer").encode(color=_colour(kept))
    rings = base.transform_filter("datum.lit").mark_point(
        size=180, strokeWidth=2.5, color=_LIT, aria=False
    )
    words = "Papers that are near in meaning lie near each other; a click opens one."
    if step > 1:
        words += f" {len(shown):,} of {len(papers):,} papers are drawn."
    if any(row["lit"] for row in rows):
        words += " Ringed: cited in your last answer."
    chart = alt.layer(dots.add_params(_click("id", name="paper")), rings)
    chart = chart.properties(height=560, description="Papers by meaning")
    parts = _titled(shown)
    if len(parts) < len(shown):
        words += f" The list has the first {len(parts)} titles; search above for others."
    return Picture(chart, words, "Open a paper", parts)


def _cited_last() -> set[str]:
    """Ids of the papers that the last answer of this tab cites."""
    answers = [e.answer for e in session.exchanges() if e.answer is not None]
    return {c.paper.id for c in answers[-1].citations} if answers else set()


# --- what the pictures share -----------------------------------------------------------------


def _data(rows: list[dict[str, Any]]) -> Any:
    """Rows as Streamlit sends them in binary; Altair would go through each value by itself."""
    import pandas as pd

    return pd.DataFrame(rows)


def _point(paper: Paper) -> dict[str, str]:
    return {
        "id": paper.id,
        "title": clean_line(paper.name)[:_TITLE_CHARS],
        "people": clean_line(records.people(paper))[:_TITLE_CHARS],
        "year": str(paper.year or ""),
    }


def _titled(papers: Iterable[Paper]) -> list[Part]:
    """Papers to be opened, by title, as many as a list holds."""
    points = sorted((_point(paper) for paper in papers), key=lambda point: fold(point["title"]))
    return [
        (" · ".join(filter(None, (point["title"], point["year"]))), {"id": point["id"]})
        for point in points[:_MOST_LISTED]
    ]


def _categories(papers: Sequence[Paper]) -> list[str]:
    """The categories that get a colour."""
    counted = Counter(paper.category for paper in papers if paper.category)
    return [category for category, _ in counted.most_common(_MOST_CATEGORIES)]


def _category(paper: Paper, kept: Sequence[str]) -> str:
    return paper.category if paper.category and paper.category in kept else _REST


def _colour(kept: Sequence[str]) -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=[*kept, _REST], range=[*_COLOURS[: len(kept)], _GREY])
    return alt.Color("category:N", scale=scale, title=None, legend=alt.Legend(orient="top"))


def _axis(field: str, span: tuple[float, float]) -> Any:
    """A side without numbers, with a little room at both ends."""
    import altair as alt

    channel = alt.X if field == "x" else alt.Y
    low, high = span
    room = _ROOM * (high - low) or _ROOM  # of a single place
    scale = alt.Scale(domain=[round(low - room, 4), round(high + room, 4)], nice=False)
    return channel(f"{field}:Q", axis=None, scale=scale)


def _span(places: Plane, side: int) -> tuple[float, float]:
    """From where to where the whole library lies: its part keeps its place in the picture."""
    along = [place[side] for place in places.values()] or [0.0]
    return min(along), max(along)


_DRAWN: Mapping[str, Callable[[Sequence[Paper], Opened, Set[str], bool], Picture]] = {
    "time": _time,
    "people": _people,
    "meaning": _meaning,
}
