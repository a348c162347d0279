"""The pictures of the library: what they draw, and where a click on them leads."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from onpage import go_to, shown
from streamlit.testing.v1 import AppTest

from rag.base.types import Paper
from rag.web import pictures, session
from rag.web.graph import people_map

Page = Callable[..., AppTest]


@pytest.mark.parametrize("picture", ["time", "people", "meaning"])
def test_each_picture_is_drawn_from_the_papers_that_were_found(page: Page, picture: str) -> None:
    at = page()
    at.session_state["library-view"] = "pictures"
    at.session_state["library-picture"] = picture
    at.session_state["library-words"] = "brook"
    at = go_to(at, "library")
    assert "click" in shown(at)
    (chart,) = at.get("vega_lite_chart")
    drawn = str(chart.proto)
    assert "2024" in drawn
    assert ("Quill" in drawn) == (picture != "time")


@pytest.mark.parametrize(
    ("what", "told", "expected"),
    [
        ("only", {"year": "2024"}, "1 of 3 papers"),
        ("only", {"author": "Lin Osei"}, "1 of 3 papers"),
    ],
)
def test_a_click_on_values_lists_their_papers(
    page: Page, what: str, told: dict[str, str], expected: str
) -> None:
    at = page()
    at.session_state["picking"] = (what, told)
    assert expected in shown(go_to(at, "library"))


@pytest.mark.parametrize(
    ("picture", "part", "expected"),
    [
        ("time", "2024 · Others (1 paper)", "1 of 3 papers"),
        ("people", "Lin Osei (1 paper)", "1 of 3 papers"),
        ("meaning", "Quill: Preconditioning", "We present Quill"),
    ],
)
def test_what_can_be_clicked_can_be_chosen_from_the_list_below(
    page: Page, picture: str, part: str, expected: str
) -> None:
    at = page()
    at.session_state["library-view"] = "pictures"
    at.session_state["library-picture"] = picture
    at = go_to(at, "library")
    (listed,) = [box for box in at.selectbox if box.key and box.key.startswith("part-")]
    chosen = next(i for i, option in enumerate(listed.options) if option.startswith(part))
    assert expected in shown(listed.select_index(chosen).run())


def test_pictures_of_the_whole_library_are_made_before_they_are_asked_for(page: Page) -> None:
    page().run()
    for thread in threading.enumerate():
        if thread.name == "warm":
            thread.join()
    kinds = {kind for kind, *_ in session.opened().shelf().drawings}
    assert kinds == {"time", "people", "meaning"}


def test_the_map_by_meaning_is_filled_to_its_rims(page: Page) -> None:
    page().run()
    opened = session.opened()
    places = opened.plane()
    for side in (0, 1):
        low, high = pictures._axis("x", pictures._span(places, side)).to_dict()["scale"]["domain"]
        along = [place[side] for place in places.values()]
        wide = max(along) - min(along)
        assert low < min(along) <= max(along) < high
        assert high - low < 1.1 * wide
    assert len(set(pictures._axis("x", (0.5, 0.5)).to_dict()["scale"]["domain"])) == 2


def test_people_are_joined_to_their_papers_and_the_map_is_always_the_same() -> None:
    papers = [
        Paper("a", "A", ("Ada Brook", "Lin Osei")),
        Paper("b", "B", ("Ada Brook",)),
        Paper("c", "C"),
    ]
    drawn = people_map(papers)
    assert [(name, count) for name, _, _, count in drawn.people] == [
        ("Ada Brook", 2),
        ("Lin Osei", 1),
    ]
    assert [paper.id for paper, _, _ in drawn.papers] == ["a", "b"]
    assert set(drawn.lines) == {(0, 0), (1, 0), (0, 1)}
    assert drawn == people_map(papers)
    places = [(x, y) for _, x, y, _ in drawn.people] + [(x, y) for _, x, y in drawn.papers]
    assert all(-1 <= value <= 1 for place in places for value in place)
    assert len(set(places)) == 4


def test_no_name_covers_another_on_the_map_of_people() -> None:
    people = [f"Ada Brook the {i}th" for i in range(24)]
    papers = [Paper(str(i), "T", (*people[i : i + 4],)) for i in range(24)]
    places = [(x, y) for _, x, y, _ in people_map(papers).people]
    wide, high = 15 * 7 * 2.16 / 340, 16 * 2.16 / 560  # of a name on a telephone
    for i, (x, y) in enumerate(places):
        assert abs(x) + wide / 2 <= 1.081
        assert abs(y) <= 1
        assert not any(abs(x - a) < wide and abs(y - b) < high for a, b in places[:i])


def test_a_library_without_people_has_an_empty_map() -> None:
    assert people_map([Paper("a", "A")]).people == ()
